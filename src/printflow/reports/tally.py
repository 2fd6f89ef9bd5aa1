"""Counting: one job's way after the other goes in, all reports come out.

What is counted is counted by the moment it happened: an approval in March of a job of February is
March's. Steps that were taken back do not count; an override counts as what it did.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from ..domain.allowances import given
from ..domain.job_track import FILTERS, JobTrack, ReportQuery, Step
from ..domain.price_rows import course_key
from ..domain.status import Status, Trigger
from .period import bounds, bucket

DONE = ("submitted", "approved", "rejected", "confirmed", "failed", "completed", "picked_up")
"""What can happen to a job, as reports count it."""

_REACHED = {
    Status.PENDING: "approved",
    Status.READYTOPRINT: "confirmed",
    Status.COMPLETED: "completed",
    Status.PAIDPICKEDUP: "picked_up",
}
_BY_STUDENT = (Trigger.DECLINE, Trigger.WITHDRAW)
SPANS = (
    ("approve", Status.UPLOADED, Status.PENDING),
    ("confirm", Status.PENDING, Status.READYTOPRINT),
    ("wait_for_printer", Status.READYTOPRINT, Status.PRINTING),
    ("print", Status.PRINTING, Status.COMPLETED),
    ("pick_up", Status.COMPLETED, Status.PAIDPICKEDUP),
    ("to_confirm", Status.UPLOADED, Status.READYTOPRINT),
    ("to_completed", Status.UPLOADED, Status.COMPLETED),
    ("whole", Status.UPLOADED, Status.PAIDPICKEDUP),
)
"""Spans of time: from the first arrival in one status to the first arrival in another after it."""


REVENUE_BY = ("payer", "course", "group")
"""Whose money it is that reports tell: who paid it, and for whose jobs."""


@dataclass(slots=True)
class Free:
    """What an allowance gave away: in how many jobs, g, and its worth in integer cents."""

    jobs: int = 0
    grams: Decimal = Decimal()
    cents: int = 0


def done_by(step: Step, along: int = 0) -> frozenset[str]:
    """What a step did to the job, of :data:`DONE`. A step over several statuses did all of them.

    ``along`` is the rank of the last status on the way to the student that the job was in: where
    it comes back from beside that way, it goes on from there.
    """
    if step.source is None:
        return frozenset({"submitted"})
    if step.trigger == Trigger.FAIL:  # of some copies, while others go on, too
        return frozenset({"failed"})
    if step.source is step.dest:
        return frozenset()
    if step.dest.record.refused:
        return frozenset({"rejected"})
    before, after = step.source.rank_after(along), step.dest.record.rank
    if after is None:
        return frozenset()
    return frozenset(
        name for status, name in _REACHED.items() if before < (status.record.rank or 0) <= after
    )


def spans_of(steps: list[Step]) -> list[tuple[str, datetime, float]]:
    """The spans a job went through: name, end, and length in hours."""
    found = []
    for name, start, end in SPANS:
        begun = next((step for step in steps if step.dest is start), None)
        if begun is None:
            continue
        ended = next((s for s in steps if s.dest is end and s.id > begun.id), None)
        if ended is not None:
            hours = (ended.at - begun.at).total_seconds() / 3600
            found.append((name, ended.at, max(0.0, hours)))
    return found


class Tally:
    """The sums of one query, as of ``now``. Memory grows with the days and names, and by a few
    numbers per job; not with the jobs' history.
    """

    def __init__(self, query: ReportQuery, zone: ZoneInfo, now: datetime) -> None:
        self.query = query
        self.zone = zone
        self.now = now
        self.since, self.until = bounds(query, zone)
        self.first: date | None = None
        self.last: date | None = None
        self.course: dict[date, Counter[str]] = defaultdict(Counter)
        self.totals: Counter[str] = Counter()
        self.standing: Counter[Status] = Counter()
        self.by_field: dict[str, dict[str, Counter[str]]] = {
            f: defaultdict(Counter) for f in FILTERS
        }
        self.reasons: Counter[str] = Counter()
        self.spans: dict[str, list[float]] = defaultdict(list)
        self.grams: dict[str, tuple[int, Decimal]] = {}
        self.money: dict[date, Counter[str]] = defaultdict(Counter)
        self.methods: dict[str, Counter[str]] = defaultdict(Counter)
        self.revenue: dict[str, dict[str, Counter[str]]] = {
            name: defaultdict(Counter) for name in REVENUE_BY
        }
        self.spellings: dict[str, Counter[str]] = defaultdict(Counter)
        """Class numbers as they were typed, by what counts of them."""
        self.free: dict[str, Free] = defaultdict(Free)
        self.errors: dict[str, list[float]] = defaultdict(list)
        self.peaks: Counter[tuple[int, int]] = Counter()

    def _local(self, at: datetime) -> datetime | None:
        """The moment in the lab's time zone; None when it is not in the period."""
        if self.since is not None and at < self.since:
            return None
        if self.until is not None and at >= self.until:
            return None
        return at.astimezone(self.zone)

    def _bucket(self, local: datetime) -> date:
        day = local.date()
        self.first = day if self.first is None else min(self.first, day)
        self.last = day if self.last is None else max(self.last, day)
        return bucket(day, self.query.unit)

    def add(self, job: JobTrack) -> None:
        """Count one job."""
        steps = list(job.standing().steps)
        self._count_steps(job, steps)
        for name, ended, hours in spans_of(steps):
            if self._local(ended) is not None:
                self.spans[name].append(hours)
        for payment in job.money:
            local = self._local(payment.at)
            if local is None:
                continue
            what = "waived" if payment.waived else "payments"
            course = course_key(job.class_number)
            self.spellings[course][job.class_number] += 1
            for sums in (
                self.money[self._bucket(local)],
                self.methods[payment.method],
                self.revenue["payer"][payment.payer],
                self.revenue["course"][course],
                self.revenue["group"][job.group],
            ):
                sums[what] += payment.count
                sums["cents"] += payment.cents
        self._count_free(job, steps)

    def _count_free(self, job: JobTrack, steps: list[Step]) -> None:
        """What allowances gave of the price that was agreed to, where that counts still."""
        quote = job.estimate
        came_to = [one.dest for one in steps if one.dest is not Status.ARCHIVED]
        if not came_to or not came_to[-1].record.payable:
            return
        if quote is None or quote.price is None or quote.at is None:
            return
        if self._local(quote.at) is None:
            return
        for name, one in given(quote.price, quote.grams).items():
            sums = self.free[name]
            sums.jobs += 1
            sums.grams += one.grams
            sums.cents += one.cents

    def _count_steps(self, job: JobTrack, steps: list[Step]) -> None:
        completed, along = False, 0
        for step in steps:
            done, local = done_by(step, along), self._local(step.at)
            along = step.dest.rank_after(along)
            if not done or local is None:
                continue
            sums = self.course[self._bucket(local)]
            for name in done:
                sums[name] += 1
                self.totals[name] += 1
                for field in FILTERS:
                    self.by_field[field][getattr(job, field)][name] += 1
            if "submitted" in done:
                self.standing[job.status] += 1
                self.peaks[local.hour, local.weekday()] += 1
            if "rejected" in done:
                self.reasons.update(step.reasons or ("",))
                self.totals["declined"] += step.trigger in _BY_STUDENT
            completed = completed or "completed" in done
        if completed:
            self._count_completed(job)

    def _count_completed(self, job: JobTrack) -> None:
        weighed = job.weighed()
        weight = job.grams if weighed is None else weighed
        if weight is not None:
            count, grams = self.grams.get(job.material, (0, Decimal(0)))
            self.grams[job.material] = (count + 1, grams + weight)
        quoted = job.estimate
        if quoted is None:
            return
        final = job.prints[-1] if job.prints and job.prints[-1].whole else None
        pairs: list[tuple[str, float, float | None]] = [
            ("grams", float(quoted.grams), None if weighed is None else float(weighed)),
            ("cost", float(quoted.cents), None if job.cents is None else float(job.cents)),
            (
                "hours",
                float(quoted.hours),
                _hours(final.started_at, final.ended_at) if final else None,
            ),
        ]
        for name, estimated, real in pairs:
            if real is not None and estimated > 0:
                self.errors[name].append((real - estimated) / estimated * 100)

    def begins(self) -> datetime | None:
        """When the period begins; where it is open, the first day on which anything happened."""
        if self.since is not None or self.first is None:
            return self.since
        return datetime.combine(self.first, datetime.min.time(), self.zone).astimezone(UTC)


def _hours(start: datetime, end: datetime | None) -> float | None:
    return None if end is None else (end - start).total_seconds() / 3600
