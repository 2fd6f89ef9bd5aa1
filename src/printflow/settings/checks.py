"""Checks of single settings. Heavy imports wait until a check is needed.

Each raises ValueError with a sentence that names the setting as ``{name}``: its key, or later the
environment variable in which it is set.
"""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

from ..domain.text import clean_line
from ..said import say

_HOST = re.compile(r"[^\s/@:,;\[\]\\?#]+")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?")
_RESERVED = re.compile(r"([\w-]+\.)*(local|localhost|test)", re.IGNORECASE)


def base_url(value: str) -> str:
    """A web address of a host and nothing more, without the slash at its end."""
    text = value.strip()
    if not text:
        return ""
    wanted = say(
        "{name} must be http:// or https:// and a host, such as https://prints.example.edu.",
        name="base_url",
    )
    try:
        parts = urlsplit(text)
        _ = parts.port  # raises for what is no port
    except ValueError:
        raise ValueError(wanted) from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or re.search(r"\s", text):
        raise ValueError(wanted)
    if "@" in parts.netloc:
        raise ValueError(
            say(
                "{name} must be http:// or https:// and a host, such as https://prints.example.edu, "
                "without a user name or password.",
                name="base_url",
            )
        )
    if parts.path not in {"", "/"} or parts.query or parts.fragment:
        raise ValueError(
            say(
                "{name} must be http:// or https:// and a host, such as https://prints.example.edu, "
                "without a path after it.",
                name="base_url",
            )
        )
    return f"{parts.scheme}://{parts.netloc}"


def folder(key: str, value: Path) -> Path:
    """The full path of a folder that is there."""
    path = value.expanduser().absolute()
    if not path.is_dir():
        raise ValueError(say("{name}: there's no folder {folder}.", name=key, folder=str(path)))
    return path


def host(key: str, value: str) -> str:
    """A host name or address alone."""
    text = value.strip()
    if not text or _HOST.fullmatch(text) or _is_ipv6(text):
        return text.strip("[]")
    if re.fullmatch(r"[^:/]+:\d+", text):
        raise ValueError(
            say(
                "{name} must be a host name or address, such as smtp.example.edu. The port has its "
                "own setting.",
                name=key,
            )
        )
    raise ValueError(
        say("{name} must be a host name or address, such as smtp.example.edu.", name=key)
    )


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
            raise ValueError(
                say(
                    '{name} must be a list of domain names, such as ["example.edu"], not “{typed}”.',
                    name=key,
                    typed=clean_line(typed)[:60],
                )
            )
    return cleaned


def address(key: str, value: str, *, named: bool = True) -> str:
    """An email address, with a name before it where ``named``; "" stays ""."""
    from email.utils import parseaddr

    from email_validator import EmailNotValidError, validate_email

    text = value.strip()
    if not text:
        return ""
    problem = ValueError(
        say(
            "{name} must be an email address, such as {example}, not “{typed}”.",
            name=key,
            example="Print lab <printlab@example.edu>" if named else "printlab@example.edu",
            typed=clean_line(text)[:80],
        )
    )
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


def language_tag(key: str, value: str) -> str:
    """The tag of a language, as BCP 47 writes it."""
    text = value.strip()
    if not _LANGUAGE.fullmatch(text):
        raise ValueError(
            say(
                "{name} must be the tag of a language, such as {example}, not “{typed}”.",
                name=key,
                example="pt-BR",
                typed=clean_line(text)[:60],
            )
        )
    return text


def https_address(key: str, value: str) -> str:
    """A web address that begins with https://; "" stays ""."""
    text = value.strip()
    parts = urlsplit(text) if text.isascii() and not re.search(r"\s", text) else None
    if text and (parts is None or parts.scheme != "https" or not parts.hostname):
        raise ValueError(
            say(
                "{name} must be a web address that begins with https://, not “{typed}”.",
                name=key,
                typed=clean_line(text)[:80],
            )
        )
    return text


def security_contact(key: str, value: str) -> str:
    """A contact as RFC 9116 wants it, with its scheme: https:, mailto: or tel:; "" stays ""."""
    text = value.strip()
    if text.startswith("https://"):
        return https_address(key, text)
    if re.fullmatch(r"tel:\+[0-9-]{5,30}", text):
        return text
    bare = text.removeprefix("mailto:")
    return f"mailto:{address(key, bare, named=False)}" if text else ""


def ca_file(value: Path, *, key: str = "mail.smtp_ca_file") -> Path:
    """A file of certificates that can be loaded."""
    import ssl

    path = value.expanduser().absolute()
    if not path.is_file():
        raise ValueError(say("{name}: there's no file {path}.", name=key, path=str(path)))
    try:
        ssl.create_default_context(cafile=str(path))
    except (ssl.SSLError, OSError) as error:
        reason: str = say("It has no certificate in PEM form (-----BEGIN CERTIFICATE-----).")
        if not isinstance(error, ssl.SSLError):
            reason = say("The system says: {why}.", why=error.strerror or str(error))
        raise ValueError(
            say(
                "{name}: {path} can't be used. {reason}",
                name=key,
                path=str(path),
                reason=reason,
            )
        ) from None
    return path


def is_loopback(name: str) -> bool:
    """Whether a host is this machine."""
    return name.lower() in {"localhost", "::1"} or name.startswith("127.")


def reminder_days(value: tuple[int, ...]) -> tuple[int, ...]:
    """The days after completion on which students are reminded, in rising order; none is never."""
    if any(not 1 <= days <= 365 for days in value) or len(value) > 10:
        raise ValueError(
            say(
                "{name} must be a list of up to 10 numbers of days from 1 to 365, such as [7, 21].",
                name="pickup_reminder_days",
            )
        )
    return tuple(sorted(set(value)))


def disposal(value: int, reminders: tuple[int, ...] | None) -> int:
    """Nobody's print goes without a warning: a reminder comes before the disposal."""
    if value and reminders is not None and not any(days < value for days in reminders):
        raise ValueError(
            say(
                "{name} needs a reminder before it. Add an earlier day to pickup_reminder_days.",
                name="dispose_after_days",
            )
        )
    return value
