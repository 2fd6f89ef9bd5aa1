"""What the world's names say about the domain of an email address."""

from __future__ import annotations

from typing import Protocol


class MailDomains(Protocol):
    """Whether mail can reach a domain."""

    def takes_mail(self, domain: str) -> bool | None:
        """Whether the domain (in ASCII) has a mail server or an address of its own; None when
        that can't be said soon. Comes back within about a second, and never raises.
        """
        ...
