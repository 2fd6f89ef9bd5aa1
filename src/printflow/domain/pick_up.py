"""How long a finished print waits: when its student is reminded, and when it may be discarded.

Both are counted in open days from the moment it was completed, so that work that was late is due, never lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from .in_request import InRequest
from .job import Job
from .ledger import Balance
from .open_days import NO_HOURS, OpenDays
from .status import Status

SHELF_LIMIT = 40
"""Characters of a shelf's name."""

ON_SHELF = tuple(status for status in Status if status.record.on_shelf)
"""The statuses in which a print waits to be picked up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PickUpPolicy:
    """The lab's rules: reminders so many days after completion, in rising order, and disposal
    after so many days (0: never).
    """

    reminder_days: tuple[int, ...] = ()
    dispose_after_days: int = 0
    days: OpenDays = NO_HOURS
    """The lab's open days, in which both are counted."""

    def due(self, since: datetime, last: datetime | None, now: datetime) -> bool:
        """Whether the day of a reminder has come that was not written yet: completed ``since``,
        and reminded ``last``. UTC.
        """
        ends = [self.days.after(since, days) for days in self.reminder_days]
        passed = [end for end in ends if end <= now]
        return bool(passed) and (last is None or last < passed[-1])

    def reminder_due(self, job: Job, now: datetime) -> bool:
        """The same of a job; False for one that does not wait, or is on hold."""
        waits = job.status in ON_SHELF and not job.on_hold
        return waits and self.due(job.status_since, job.reminded_at, now)

    def end(self, since: datetime, last: datetime | None) -> datetime | None:
        """From when on a print may go that waits ``since`` then, and whose student was reminded
        ``last``; None where the lab keeps everything. UTC.

        A reminder that was late leaves as many days as one in time.
        """
        if not self.dispose_after_days:
            return None
        end = self.days.after(since, self.dispose_after_days)
        return (
            end if last is None or last < since else max(end, self.days.after(last, self._notice))
        )

    def disposal_at(self, job: Job) -> datetime | None:
        """The same of a job; one that was on hold meanwhile waits as long as after a reminder."""
        end, released = self.end(job.status_since, job.reminded_at), job.released_at
        if end is None or released is None or released < job.status_since:
            return end
        return max(end, self.days.after(released, self._notice))

    @property
    def _notice(self) -> int:
        """How many days lie between the last reminder and the disposal."""
        earlier = (days for days in self.reminder_days if days < self.dispose_after_days)
        return self.dispose_after_days - max(earlier, default=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingJob:
    """A print that waits: since when (``job.status_since``), what is due, and how it goes on."""

    job: Job
    due_cents: int
    """What is to pay yet, in integer cents of the job's currency."""
    days: int
    """For how many whole days it waits."""
    reminded_at: datetime | None
    """When the last reminder was written."""
    disposal_at: datetime | None
    """When it may be discarded; None where the lab keeps everything."""
    overdue: bool
    """That time has come."""
    request: InRequest | None = None
    """Its place, where it was submitted together with others."""


@dataclass(frozen=True, slots=True)
class WaitingPage:
    """One page of the prints that wait; ``next`` is the cursor of the page after it, or ""."""

    jobs: tuple[WaitingJob, ...]
    next: str = ""


def reminded_at(job: Job) -> datetime | None:
    """When the student was reminded of this wait; an earlier one, before an override, is over."""
    last = job.reminded_at
    return last if last is not None and last >= job.status_since else None


def waiting_job(
    job: Job,
    policy: PickUpPolicy,
    balance: Balance,
    now: datetime,
    request: InRequest | None = None,
) -> WaitingJob:
    """The job as a row of the list of those that wait."""
    end = policy.disposal_at(job)
    return WaitingJob(
        job=job,
        due_cents=balance.due_cents,
        days=max(0, (now - job.status_since).days),
        reminded_at=reminded_at(job),
        disposal_at=end,
        overdue=end is not None and end <= now and not job.on_hold,
        request=request,
    )
