"""Checks who acts: a name and a station."""

from __future__ import annotations

from ..domain.job import Actor
from ..domain.status import ActorKind
from ..domain.text import clean_line
from ..errors import InvalidInput
from ..said import say

_NAME_LIMIT = 60


def staff_actor(by: str, station: str) -> Actor:
    """A member of staff; raises InvalidInput without a name."""
    name = clean_line(by)
    if not name or len(name) > _NAME_LIMIT:
        raise InvalidInput.of(
            "by",
            "by_missing",
            say("Enter your name. It can have up to {most} characters.", most=_NAME_LIMIT),
        )
    return Actor(ActorKind.STAFF, name, clean_line(station)[:_NAME_LIMIT])
