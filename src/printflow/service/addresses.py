"""Email addresses: checks whether one can receive email, and stores all of them in one form.

The form is checked by the library ``email-validator`` (RFC 5322 and 6531), never against the
network. Everything that keeps, compares, looks up or counts an address takes it from here.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from typing import TYPE_CHECKING

from ..domain.mailbox import mailbox
from ..said import say

if TYPE_CHECKING:
    from email_validator import ValidatedEmail

_LIMIT = 254  # RFC 5321, 4.5.3.1.3 (path of 256 octets with its brackets)


def email_problem(typed: str, allowed_domains: Collection[str]) -> str:
    """Why ``typed`` cannot be mailed to, in people's words; "" when it can.

    ``allowed_domains`` limits the part after the @, sub-domains included; empty = any.
    """
    text = typed.strip()
    if not text:
        return say("Enter your email address.")
    if len(text) > _LIMIT:
        return say("An email address has at most {most} characters.", most=_LIMIT)
    if any(character in text for character in ",;\r\n\x00 "):
        return say("Enter one email address, without spaces or commas.")
    local = text.rpartition("@")[0]
    if local and not local.isascii():
        return say(
            "Many email servers can't deliver to an address with letters like ä or é before the @. "
            "Enter one without them."
        )
    found = _found(text)
    if found is None:
        return say("Enter a valid email, like name@school.edu.")
    domains = {found.domain.lower(), str(found.ascii_domain).lower()}
    allowed = [name.lower().lstrip("@.") for name in allowed_domains]
    if allowed and not any(
        domain == name or domain.endswith(f".{name}") for name in allowed for domain in domains
    ):
        if len(allowed) > 1:
            return say("Use your address at one of these: {domains}.", domains=", ".join(allowed))
        return say("Use your address at {domain}.", domain=allowed[0])
    return ""


def normal_email(typed: str) -> str:
    """The address as it is kept: without spaces around it, its domain in lower case and ASCII
    (RFC 5891). What is no address is given back stripped.
    """
    text = typed.strip()
    return _normal(text) if len(text) <= _LIMIT else text


@lru_cache(maxsize=500)
def _normal(text: str) -> str:
    """Kept for the addresses that were asked for last: to take one apart costs as much as to ask
    the database, and a step asks for its student's several times.
    """
    found = _found(text)
    return str(found.ascii_email) if found is not None else text


def mailbox_of(address: str) -> str:
    """The mailbox that an address as typed leads to: what limits count it by."""
    return mailbox(normal_email(address))


def _found(text: str) -> ValidatedEmail | None:
    """The address taken apart; None for what cannot be mailed to without SMTPUTF8 (RFC 6531)."""
    from email_validator import EmailNotValidError, validate_email

    try:
        return validate_email(text, check_deliverability=False, allow_smtputf8=False, strict=True)
    except EmailNotValidError:
        return None
