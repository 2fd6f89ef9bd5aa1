"""Checks of single settings, in words for people. Heavy imports wait until a check is needed."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

_HOST = re.compile(r"[^\s/@:,;\[\]\\?#]+")
_RESERVED = re.compile(r"([\w-]+\.)*(local|localhost|test)", re.IGNORECASE)


def base_url(value: str) -> str:
    """A web address of a host and nothing more, without the slash at its end."""
    text = value.strip()
    if not text:
        return ""
    wanted = "base_url must be http:// or https:// with a host, as https://prints.example.edu"
    try:
        parts = urlsplit(text)
        _ = parts.port  # raises for what is no port
    except ValueError:
        raise ValueError(wanted) from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or re.search(r"\s", text):
        raise ValueError(wanted)
    if "@" in parts.netloc:
        raise ValueError(f"{wanted}, without a name or password in it")
    if parts.path not in {"", "/"} or parts.query or parts.fragment:
        raise ValueError(f"{wanted}, without a path behind it")
    return f"{parts.scheme}://{parts.netloc}"


def host(key: str, value: str) -> str:
    """A host's name or address alone."""
    text = value.strip()
    if not text or _HOST.fullmatch(text) or _is_ipv6(text):
        return text.strip("[]")
    port = " (the port has a setting of its own)" if re.fullmatch(r"[^:/]+:\d+", text) else ""
    raise ValueError(f"{key} must be a host's name or address, as smtp.example.edu{port}")


def _is_ipv6(text: str) -> bool:
    import ipaddress

    try:
        return ipaddress.ip_address(text.strip("[]")).version == 6
    except ValueError:
        return False


def domains(key: str, values: tuple[str, ...]) -> tuple[str, ...]:
    """Domain names, in lower case."""
    cleaned = tuple(value.strip().lower().removeprefix("@") for value in values)
    for name, typed in zip(cleaned, values, strict=True):
        if not _HOST.fullmatch(name) and not _is_ipv6(name):
            raise ValueError(f'{key} must be names as ["example.edu"], not {typed[:60]!r}')
    return cleaned


def address(key: str, value: str, *, named: bool = True) -> str:
    """An email address, with a name before it where ``named``; "" stays ""."""
    from email.utils import parseaddr

    from email_validator import EmailNotValidError, validate_email

    text = value.strip()
    if not text:
        return ""
    example = "Print lab <printlab@example.edu>" if named else "printlab@example.edu"
    problem = ValueError(f"{key} must be an email address, such as {example}; not {text[:80]!r}")
    bare = parseaddr(text)[1] if named and "<" in text else text
    if re.search(r"[\r\n\0]", text) or not bare:
        raise problem
    local, _, domain = bare.rpartition("@")
    if _RESERVED.fullmatch(domain):  # a campus may use these; the library refuses them outright
        bare = f"{local}@example.edu"
    try:
        validate_email(bare, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError:
        raise problem from None
    return text


def ca_file(value: Path) -> Path:
    """A file of certificates that can be loaded."""
    import ssl

    path = value.expanduser().absolute()
    if not path.is_file():
        raise ValueError(f"mail.smtp_ca_file: there is no file {path}")
    try:
        ssl.create_default_context(cafile=str(path))
    except (ssl.SSLError, OSError) as error:
        reason = error.strerror or "it holds no certificate"
        if isinstance(error, ssl.SSLError):
            reason = "it holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)"
        raise ValueError(f"mail.smtp_ca_file: {path} cannot be used: {reason}") from None
    return path


def is_loopback(name: str) -> bool:
    """Whether a host is this machine."""
    return name.lower() in {"localhost", "::1"} or name.startswith("127.")


def reminder_days(value: tuple[int, ...]) -> tuple[int, ...]:
    """The days after completion on which students are reminded, in rising order; none is never."""
    if any(not 1 <= days <= 365 for days in value) or len(value) > 10:
        raise ValueError(
            "pickup_reminder_days must be up to 10 numbers of days from 1 to 365, as [7, 21]"
        )
    return tuple(sorted(set(value)))


def disposal(value: int, reminders: tuple[int, ...] | None) -> int:
    """Nobody's print goes without a warning: a reminder comes before the disposal."""
    if value and reminders is not None and not any(days < value for days in reminders):
        raise ValueError(
            "dispose_after_days needs a reminder before it: add an earlier day to "
            "pickup_reminder_days"
        )
    return value
