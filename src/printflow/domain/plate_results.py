"""What the results of a plate mean for the jobs on it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .effects import EndCopies
from .job import Job
from .plate import PlatePart
from .trigger import Trigger


@dataclass(frozen=True, slots=True, kw_only=True)
class PartResult:
    """What became of copies of a part."""

    good: int = 0
    failed: int = 0
    not_printed: int = 0

    @property
    def total(self) -> int:
        """Of how many copies something is said."""
        return self.good + self.failed + self.not_printed


def at_end(
    open_copies: int, good: int | None, failed: int | None, not_printed: int | None
) -> PartResult:
    """What became of the open copies of a part whose plate has ended.

    None is what nobody named. Copies that were not named are good; where the good ones were
    counted, the others were not printed.
    """
    bad = (failed or 0) + (not_printed or 0)
    if good is None:
        return PartResult(
            good=max(open_copies - bad, 0), failed=failed or 0, not_printed=not_printed or 0
        )
    rest = max(open_copies - good - bad, 0)
    return PartResult(good=good, failed=failed or 0, not_printed=(not_printed or 0) + rest)


def trigger_of(job: Job, result: PartResult) -> Trigger:
    """The step of the lifecycle that a result is for its job."""
    if result.failed:
        return Trigger.FAIL
    good = job.copies.good + result.good
    return Trigger.COMPLETE if good >= job.copies.wanted else Trigger.COPIES_DONE


def shares(
    parts: Sequence[PlatePart], result: EndCopies
) -> Iterator[tuple[PlatePart, int, int, int]]:
    """By part: how many copies are good, failed and not printed. The first parts take the good
    ones.
    """
    good, failed, not_printed = result.good, result.failed, result.not_printed
    for part in parts:
        free = part.open
        mine = []
        for number in (good, failed, not_printed):
            taken = min(number, free)
            free -= taken
            mine.append(taken)
        good, failed, not_printed = good - mine[0], failed - mine[1], not_printed - mine[2]
        if any(mine):
            yield part, mine[0], mine[1], mine[2]
