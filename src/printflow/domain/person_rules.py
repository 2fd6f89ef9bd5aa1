"""What staff decided about one person: blocked, or excepted from the lab's limits. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from .limit_codes import LimitCode
from .marking import complete, mark

REASON_LIMIT = 300
"""Characters."""


class RuleKind(StrEnum):
    """What staff decided. The value is what is stored."""

    BLOCK = "block"
    EXCEPTION = "exception"

    @property
    def label(self) -> str:
        """What people call it (English; pages translate it)."""
        return _LABELS[self]


_LABELS = complete(
    RuleKind, {RuleKind.BLOCK: mark("Blocked"), RuleKind.EXCEPTION: mark("Exception")}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRule:
    """A decision about the person with that address; ``at`` is UTC, ``until`` a day of the lab that
    still belongs to it (None = until staff end it).

    An exception is from the limits of ``code``, or from all of them (None); never from a block.
    """

    id: int = 0
    email: str
    kind: RuleKind
    code: LimitCode | None = None
    reason: str
    until: date | None = None
    at: datetime
    by: str
    ended_at: datetime | None = None
    ended_by: str = ""

    def holds(self, day: date) -> bool:
        """Whether it counts on a day of the lab."""
        return self.ended_at is None and (self.until is None or day <= self.until)


def block_of(rules: Iterable[PersonRule], day: date) -> PersonRule | None:
    """The block that counts on a day: of several the one that lasts longest."""
    blocks = [one for one in rules if one.kind is RuleKind.BLOCK and one.holds(day)]
    return max(blocks, key=lambda one: one.until or date.max, default=None)


def excepted(rules: Iterable[PersonRule], code: LimitCode, day: date) -> bool:
    """Whether the limits of a code don't count for the person on a day."""
    return any(
        one.kind is RuleKind.EXCEPTION and one.code in (None, code) and one.holds(day)
        for one in rules
    )
