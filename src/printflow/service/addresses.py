"""Whether an e-mail address can be used."""

from __future__ import annotations

from collections.abc import Collection

_LIMIT = 254  # RFC 5321, 4.5.3.1.3 (path of 256 octets with its brackets)


def email_problem(typed: str, allowed_domains: Collection[str]) -> str:
    """Why ``typed`` cannot be mailed to, in people's words; "" when it can.

    Checks the form of the address (RFC 5322 by the library ``email-validator``), never the
    network. ``allowed_domains`` limits the part after the @, sub-domains included; empty = any.
    """
    from email_validator import EmailNotValidError, validate_email

    text = typed.strip()
    if not text:
        return "Enter your e-mail address."
    if len(text) > _LIMIT:
        return f"That is longer than an e-mail address can be ({_LIMIT} characters)."
    if any(character in text for character in ",;\r\n\x00 "):
        return "Enter one e-mail address, without spaces or commas."
    try:
        found = validate_email(text, check_deliverability=False)
    except EmailNotValidError:
        return "This is not an e-mail address; it looks like name@school.edu."
    domain = found.domain.lower()
    allowed = [name.lower().lstrip("@.") for name in allowed_domains]
    if allowed and not any(domain == name or domain.endswith(f".{name}") for name in allowed):
        return f"Use your address at {' or '.join(allowed)}."
    return ""
