"""Asks a student about an address that looks mistyped, once, before anything is sent to it."""

from __future__ import annotations

from ..domain.mistyped import is_well_known, suggested_address
from ..errors import Refusal
from ..ports import MailDomains
from ..said import say
from ..settings import Settings
from .addresses import email_problem, normal_email

ADDRESS_DOUBTFUL = "student_email_doubtful"
"""The code of a refusal that only asks: the same address is taken when it's confirmed."""


class AddressDoubts:
    """The question, where there is one."""

    def __init__(self, settings: Settings, domains: MailDomains) -> None:
        own = {*settings.allowed_email_domains, settings.mail.sender_domain}
        self._allowed = settings.allowed_email_domains
        self._own = tuple(sorted(name for one in own if "." in (name := one.lower().lstrip("@."))))
        self._domains = domains if settings.check_email_domain else None

    def suggested(self, typed: str) -> str:
        """The address that was perhaps meant; "" when nobody knows a better one."""
        found = suggested_address(normal_email(typed), self._own)
        return found if found and not email_problem(found, self._allowed) else ""

    def about(self, typed: str, kept: str) -> Refusal | None:
        """What to ask about an address that can be mailed to; None when it looks right, or is
        ``kept``: the one that the student confirmed.
        """
        address = normal_email(typed)
        if address == normal_email(kept):
            return None
        if suggestion := self.suggested(address):
            words = say("Did you mean {address}?", address=suggestion)
            next_step = say("Choose which one is right, or correct it.")
            return Refusal(ADDRESS_DOUBTFUL, words, "student_email", next_step)
        domain = address.rpartition("@")[2].lower()
        if self._domains is None or is_well_known(domain, self._own):
            return None
        if self._domains.takes_mail(domain) is not False:
            return None
        words = say("We can't find an email server for {domain}.", domain=domain)
        next_step = say("Correct the address, or confirm that it's right.")
        return Refusal(ADDRESS_DOUBTFUL, words, "student_email", next_step)
