"""Lists of jobs that someone named, to come back to: own ones, or for all staff."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

MOST_VIEWS = 12
"""So many views one may have, and so many of one's own may be for all staff."""
NAME_LIMIT = 40
SHORTEST_NAME = 3
"""Letters of a word that may name someone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedView:
    """A list of jobs by its name. ``listed`` is its tab, ``search`` what was searched for, and
    ``filters`` are the others, ``sort`` among them, as in an address.

    It's shown to its ``owner``, a name of staff, and if ``shared`` to everyone else of staff.
    """

    id: int
    name: str
    owner: str
    shared: bool
    listed: str
    search: str
    filters: Mapping[str, str]
    made_at: datetime

    @property
    def address(self) -> dict[str, str]:
        """What the list's address asks for."""
        search = {"search": self.search} if self.search else {}
        return {"status": self.listed, **search, **self.filters}


def names_person(text: str, name: str, email: str) -> bool:
    """Whether a word of the text is one of the person's name or address."""
    return not _words(text).isdisjoint(_words(name) | _words(email.partition("@")[0]))


def _words(text: str) -> set[str]:
    return {word for word in re.findall(r"\w+", text.casefold()) if len(word) >= SHORTEST_NAME}
