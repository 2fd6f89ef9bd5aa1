"""Who acts, and what they may do, as a plain record."""

from __future__ import annotations

from dataclasses import dataclass

from .rights import EVERY_RIGHT, Right


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """Who acts, at which station, and what their role allows.

    ``student`` is the address of a student who has signed in. ``confirmed`` says that nothing
    more is wanted for a sensitive act: the password was typed a short time ago, or the lab
    doesn't ask for it again.
    """

    name: str = ""
    station: str = ""
    role: str = ""
    rights: frozenset[Right] = frozenset()
    student: str | None = None
    confirmed: bool = True

    def may(self, right: Right) -> bool:
        """Whether it allows that."""
        return right in self.rights


OPERATOR = Permit(rights=EVERY_RIGHT)
"""Who runs the lab's server, its scripts and its command line: they could change the database."""

STRANGER = Permit()
"""Who isn't signed in: may do only what needs no right."""
