"""What a student reads of the print room: copies, when the print should be done, and failures.

Nothing of it names a machine or anyone of the lab.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from .job import Job
from .marking import complete, mark
from .plate import Plate, PlateState

_STEP = timedelta(minutes=5)
"""An expected end is told to that: it is an estimate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressRecord:
    """Everything that is said of it. ``text`` is English, pages translate it; its places are good,
    wanted, out and time. A ``headline`` is said in large letters instead of the status's own;
    what is ``with_place`` is said with where and when to pick up.
    """

    text: str
    headline: bool = False
    with_place: bool = False


class Progress(StrEnum):
    """What can be said of a print beside its status."""

    PRINTED = "printed"
    FAILED = "failed"
    DONE_ABOUT = "done_about"
    SOME_DONE_ABOUT = "some_done_about"
    AT_HAND = "at_hand"
    PICKED_UP = "picked_up"

    @property
    def record(self) -> ProgressRecord:
        """Everything that is said of it."""
        return PROGRESS[self]


PROGRESS: Mapping[Progress, ProgressRecord] = complete(
    Progress,
    {
        Progress.PRINTED: ProgressRecord(
            text=mark("%(good)s of %(wanted)s printed"), headline=True
        ),
        Progress.FAILED: ProgressRecord(
            text=mark("A print failed, we're printing it again. You won't be charged more.")
        ),
        Progress.DONE_ABOUT: ProgressRecord(text=mark("Printing, done %(time)s (estimate)")),
        Progress.SOME_DONE_ABOUT: ProgressRecord(
            text=mark("Printing some copies now, done %(time)s (estimate)")
        ),
        Progress.AT_HAND: ProgressRecord(
            text=mark("You can pick up the finished copies now:"), with_place=True
        ),
        Progress.PICKED_UP: ProgressRecord(text=mark("%(out)s of %(wanted)s picked up")),
    },
)


@dataclass(frozen=True, slots=True)
class Told:
    """What a student is told of a print; ``done_about`` is the time in it, None without one."""

    every: tuple[Progress, ...] = ()
    done_about: datetime | None = None

    @property
    def headline(self) -> Progress | None:
        """What is said in large letters instead of the status's own words."""
        return next((one for one in self.every if one.record.headline), None)

    @property
    def lines(self) -> tuple[Progress, ...]:
        """What is said below."""
        return tuple(
            one for one in self.every if not (one.record.headline or one.record.with_place)
        )

    @property
    def at_place(self) -> Progress | None:
        """What is said with where and when to pick up, before all is done; None without it."""
        return next((one for one in self.every if one.record.with_place), None)


def told_of(job: Job, plates: Sequence[Plate], now: datetime) -> Told:
    """What the student of a job is told; ``plates`` are those that it is or was on."""
    copies, to_print = job.copies, job.status.record.to_print
    done = done_about(job, plates, now) if to_print else None
    several = copies.wanted > 1
    said = {
        Progress.PRINTED: to_print and several and copies.good > 0,
        Progress.FAILED: to_print and printed_again(job, plates),
        Progress.DONE_ABOUT: done is not None and not copies.left,
        Progress.SOME_DONE_ABOUT: done is not None and copies.left > 0,
        Progress.PICKED_UP: several
        and copies.out > 0
        and not (job.status.record.handed_out or job.status.record.refused),
        Progress.AT_HAND: to_print and several and copies.at_hand > 0,
    }
    return Told(tuple(one for one in said if said[one]), done)


def done_about(job: Job, plates: Iterable[Plate], now: datetime) -> datetime | None:
    """When the last running plate of the job should end; None where that is not known, or should
    have been by now.
    """
    ends = [plate.expected_end for plate in _running(job, plates)]
    known = [end for end in ends if end is not None]
    if not known or len(known) < len(ends) or max(known) <= now:
        return None
    return _rounded(max(known))


def _running(job: Job, plates: Iterable[Plate]) -> list[Plate]:
    return [
        plate
        for plate in plates
        if plate.state is PlateState.RUNNING
        and (part := plate.part_of(job.id)) is not None
        and part.open
    ]


def _rounded(moment: datetime) -> datetime:
    """The same moment, up to the next five minutes."""
    over = timedelta(
        minutes=moment.minute % 5, seconds=moment.second, microseconds=moment.microsecond
    )
    return moment + (_STEP - over) if over else moment


def printed_again(job: Job, plates: Iterable[Plate]) -> bool:
    """Whether a copy failed for which no other has come out well yet: one that was started after
    it had failed.
    """
    results = sorted(
        (
            (outcome.at, plate.started_at or outcome.at, outcome)
            for plate in plates
            if (part := plate.part_of(job.id)) is not None
            for outcome in part.outcomes
        ),
        key=lambda result: result[:2],
    )
    failed: list[datetime] = []
    for at, started, outcome in results:
        for _ in range(min(outcome.good, len(failed))):
            owed = next((one for one in failed if one <= started), None)
            if owed is not None:
                failed.remove(owed)
        failed.extend([at] * outcome.failed)
    return bool(failed)
