"""What limits have done: how often a request was over one, and what came of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from .limit_codes import LimitCode
from .marking import complete, mark


class LimitOutcome(StrEnum):
    """What came of a request that was over a limit. The value is what is stored."""

    REFUSED = "refused"
    LET_IN = "let_in"
    WARNED = "warned"
    APPROVED = "approved"

    @property
    def label(self) -> str:
        """What people call it (English; pages translate it)."""
        return _LABELS[self]


_LABELS: Mapping[LimitOutcome, str] = complete(
    LimitOutcome,
    {
        LimitOutcome.REFUSED: mark("Refused at the form"),
        LimitOutcome.LET_IN: mark("Left to staff"),
        LimitOutcome.WARNED: mark("Told only"),
        LimitOutcome.APPROVED: mark("Approved with a reason"),
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitCount:
    """So many times within a period."""

    outcome: LimitOutcome
    code: LimitCode
    rule: str
    times: int
