"""Counting what the print room did: hours by machine, and what became of copies.

A machine's hours are the union of its runs: two plates that ran on it at the same time, and five
jobs on one plate, count once.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from ..domain.job_track import ReportQuery
from ..domain.plate import Machine, PartOutcome
from ..domain.plate_track import PartTrack, RunTrack
from .period import bounds, bucket

COPIES = ("good", "failed", "not_printed")
"""What can become of copies."""


@dataclass(slots=True)
class Counts:
    """Copies by what became of them, and g of wasted material as far as staff said."""

    copies: Counter[str] = field(default_factory=Counter)
    wasted: Decimal = Decimal(0)

    def add(self, one: PartOutcome) -> None:
        """Count an outcome."""
        for name in COPIES:
            self.copies[name] += getattr(one, name)
        self.wasted += one.grams_wasted or 0

    def row(self) -> tuple[int | Decimal, ...]:
        """Good, failed, not printed, wasted."""
        return *(self.copies[name] for name in COPIES), self.wasted


class PrintTally:
    """The sums of one query, as of ``now``. Runs come by machine, in the order of their starts."""

    def __init__(
        self, query: ReportQuery, zone: ZoneInfo, now: datetime, machines: Iterable[Machine]
    ) -> None:
        self.query = query
        self.zone = zone
        self.now = now
        self.since, self.until = bounds(query, zone)
        self.machines = {one.id: one for one in machines if query.printer in ("", one.model)}
        self.seconds: dict[int, float] = defaultdict(float)
        self.counts: dict[int, Counts] = defaultdict(Counts)
        self.prints: dict[int, Counter[str]] = defaultdict(Counter)
        self.failures: Counter[tuple[str, str]] = Counter()
        self.failed_copies: dict[tuple[str, str, str], Counts] = defaultdict(Counts)
        self.course: dict[date, Counts] = defaultdict(Counts)
        self.first: date | None = None
        self.last: date | None = None
        self.begun: datetime | None = None
        self._until: dict[int, datetime] = {}

    def add_run(self, run: RunTrack) -> None:
        """Count the hours of a run that no earlier one of its machine has had."""
        start, end = run.started_at, run.ended_at or self.now
        self.begun = start if self.begun is None else min(self.begun, start)
        covered = self._until.get(run.machine_id)
        if covered is not None:
            start = max(start, covered)
        self._until[run.machine_id] = end if covered is None else max(end, covered)
        seconds = self._seconds(start, end)
        if seconds > 0:
            self.seconds[run.machine_id] += seconds

    def add_part(self, part: PartTrack) -> None:
        """Count what became of copies in the period, and a print that was over in it."""
        machine = self.machines[part.machine_id]
        for one in part.outcomes:
            local = self._local(one.at)
            if local is None:
                continue
            self.counts[machine.id].add(one)
            self.course[self._bucket(local)].add(one)
            if one.failed:
                self.failures[one.reason, machine.model] += 1
                self.failed_copies[one.category, machine.name, part.material].add(one)
        good, failed, skipped = (
            sum(getattr(one, name) for one in part.outcomes) for name in COPIES
        )
        over = good + failed + skipped >= part.copies
        if over and part.outcomes and self._local(part.outcomes[-1].at) is not None:
            result = "failed" if failed else "completed" if good else "abandoned"
            self.prints[machine.id][result] += 1

    def shown(self) -> list[Machine]:
        """The machines that there were in the period, by model: those that nobody has named only
        where they did anything in it.
        """
        return sorted(
            (
                one
                for one in self.machines.values()
                if one.id in self.seconds
                or one.id in self.counts
                or (not one.implied and self._exists(one))
            ),
            key=lambda one: (one.model, not one.implied, one.name.casefold()),
        )

    def _exists(self, machine: Machine) -> bool:
        begins, ends = machine.added_at, machine.retired_at
        return (self.until is None or begins is None or begins < self.until) and (
            self.since is None or ends is None or ends > self.since
        )

    def hours_there(self, machine: Machine, begins: datetime | None) -> float:
        """How many hours of the period the machine was there; ``begins`` is when the lab began,
        for a period without a first day. A model's own machine is there until another gets a name.
        """
        start = self.since
        if start is None:
            known = [moment for moment in (begins, self.begun) if moment is not None]
            start = min(known, default=self.now)
        end = self.now
        if machine.implied:
            named = [
                one.added_at
                for one in self.machines.values()
                if one.model == machine.model and not one.implied and one.added_at is not None
            ]
            end = min([*named, end])
        else:
            start = max(start, machine.added_at or start)
            end = min(end, machine.retired_at or end)
        # Prints on a machine that is no more, or was not yet, happened all the same.
        return max(self._seconds(start, end), self.seconds.get(machine.id, 0.0), 0.0) / 3600

    def _seconds(self, start: datetime, end: datetime) -> float:
        """How much of a span of time lies in the period."""
        start = start if self.since is None else max(start, self.since)
        end = min(end, self.now) if self.until is None else min(end, self.now, self.until)
        return (end - start).total_seconds()

    def _local(self, at: datetime) -> datetime | None:
        """The moment in the lab's time zone; None when it is not in the period."""
        if (self.since is not None and at < self.since) or (
            self.until is not None and at >= self.until
        ):
            return None
        return at.astimezone(self.zone)

    def _bucket(self, local: datetime) -> date:
        day = local.date()
        self.first = day if self.first is None else min(self.first, day)
        self.last = day if self.last is None else max(self.last, day)
        return bucket(day, self.query.unit)
