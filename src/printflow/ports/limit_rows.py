"""The tables of the lab's limits: people who are blocked or excepted, and what limits have done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

    from ..domain.limit_counts import LimitCount, LimitOutcome
    from ..domain.person_rules import PersonRule


class LimitRows(Protocol):
    """Decisions about people, and counts."""

    def take_turns(self, mailbox: str) -> None:
        """Hold back who else decides about this person's jobs until this transaction ends."""

    def rules_of(self, mailbox: str, *, ended: bool = False) -> Sequence[PersonRule]:
        """What was decided about the person, newest first; with ``ended`` what is over, too."""

    def rules(self) -> Sequence[PersonRule]:
        """All that staff haven't ended, newest first."""

    def rule(self, rule_id: int) -> PersonRule | None: ...

    def add_rule(self, rule: PersonRule, mailbox: str) -> int:
        """Write it down; gives its id."""

    def end_rule(self, rule_id: int, by: str, now: datetime) -> bool:
        """It counts no more; False where someone was faster."""

    def forget(self, mailbox: str) -> None:
        """Remove what was decided about the person."""

    def count(self, day: date, counts: Iterable[tuple[LimitOutcome, str, str]]) -> None:
        """Count once each outcome, code and rule."""

    def counted(self, first: date, last: date) -> Sequence[LimitCount]:
        """What was counted from one day to another, both included."""
