"""Every figure once more, the slow way: from each job's own page, one question at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

from printflow import (
    Event,
    Job,
    JobDetails,
    Payment,
    Plate,
    PlatePart,
    Printflow,
    ReportQuery,
    Status,
)

ORDER = ["UPLOADED", "PENDING", "READYTOPRINT", "PRINTING", "COMPLETED", "PAIDPICKEDUP"]
GOALS = {"approved": "PENDING", "confirmed": "READYTOPRINT", "completed": "COMPLETED",
         "picked_up": "PAIDPICKEDUP"}  # fmt: skip
FIELDS = ("discipline", "class_number", "method", "printer", "material", "color")


@dataclass(frozen=True)
class Asked:
    """What a report was asked: a lab, days of its own time zone, and what a job's fields must be."""

    lab: Printflow
    now: datetime
    query: ReportQuery = field(default_factory=ReportQuery)

    def local(self, at: datetime) -> datetime:
        """The moment on the lab's clock on the wall."""
        return at.astimezone(ZoneInfo(self.lab.catalog.current.time_zone))

    def holds(self, at: datetime | None) -> bool:
        """Whether a moment is one of the period's."""
        if at is None:
            return False
        day, query = self.local(at).date(), self.query
        return (query.since is None or query.since <= day) and (
            query.until is None or day <= query.until
        )

    def bucket(self, at: datetime) -> str:
        """The first day of the moment's day, week or month."""
        day = self.local(at).date()
        match self.query.unit.value:
            case "month":
                day = date(day.year, day.month, 1)
            case "week":
                while day.strftime("%A") != "Monday":
                    day -= timedelta(days=1)
        return day.isoformat()

    def jobs(self) -> list[JobDetails]:
        """All jobs that pass the filters, with all that is known of them."""
        found = [self.lab.jobs.details(job.id) for job in self.lab.jobs.find()]
        return [
            one
            for one in found
            if all(getattr(self.query, f) in ("", getattr(one.job, f)) for f in FIELDS)
        ]


def that_counts(details: JobDetails) -> list[Event]:
    """The events without undone ones: each undo takes the newest step before it away."""
    kept: list[Event] = []
    for event in details.events:
        if event.trigger.value == "undo":
            gone = next(e for e in reversed(kept) if e.trigger.value == event.details["undone"])
            kept.remove(gone)
        else:
            kept.append(event)
    return kept


def passes(event: Event, goal: str) -> bool:
    """Whether the event brings the job from before the goal to it, or beyond."""
    if event.source is None or event.dest not in ORDER:
        return False
    start = ORDER.index(event.source) if event.source in ORDER else 0
    return start < ORDER.index(goal) <= ORDER.index(event.dest)


def counts(asked: Asked, name: str) -> list[tuple[datetime, JobDetails, Event]]:
    """Every time that happened in the period, to whom and when."""
    found = []
    for details in asked.jobs():
        for event in that_counts(details):
            if not asked.holds(event.at):
                continue
            if name == "submitted":
                happened = event.source is None
            elif name == "rejected":
                happened = event.dest == "REJECTED" and event.source != "REJECTED"
            elif name == "failed":
                happened = event.trigger.value == "fail"
            else:
                happened = passes(event, GOALS[name])
            if happened:
                found.append((event.at, details, event))
    return found


def reasons(asked: Asked) -> Counter[str]:
    """How often each reason was given for a rejection."""
    found: Counter[str] = Counter()
    for _, _, event in counts(asked, "rejected"):
        given = event.details.get("reasons") or [event.details.get("reason", "")]
        found.update(given)
    return found


def waits(asked: Asked, start: Status, end: Status) -> list[float]:
    """Hours from the first arrival in one status to the next arrival in the other, per job."""
    found = []
    for details in asked.jobs():
        begun: datetime | None = None
        for event in that_counts(details):
            if begun is not None and event.dest is end:
                if asked.holds(event.at):
                    found.append((event.at - begun).total_seconds() / 3600)
                break
            if begun is None and event.dest is start:
                begun = event.at
    return found


def completed(asked: Asked) -> list[JobDetails]:
    """The jobs that were completed in the period, each once."""
    by_id = {details.job.id: details for _, details, _ in counts(asked, "completed")}
    return list(by_id.values())


def grams(asked: Asked) -> Mapping[str, tuple[int, Decimal]]:
    """By material: jobs with a weight that were completed, and their grams."""
    found: dict[str, tuple[int, Decimal]] = {}
    for details in completed(asked):
        material, grams = details.job.material, weighed(details)
        if grams is None:
            grams = details.job.grams
        if grams is not None:
            number, so_far = found.get(material, (0, Decimal(0)))
            found[material] = (number + 1, so_far + grams)
    return found


def weighed(details: JobDetails) -> Decimal | None:
    """What staff said that the print weighs, when it was completed for the last time."""
    said: Decimal | None = None
    for event in that_counts(details):
        if event.trigger.value == "complete":
            text = event.details.get("final_grams")
            said = Decimal(text) if text else None
    return said


def started(asked: Asked) -> list[tuple[Plate, PlatePart, Job]]:
    """Every part of every plate that was started, of jobs that pass the filters; the printer is
    the one that was printed on.
    """
    jobs = {job.id: job for job in asked.lab.jobs.find()}
    others = [name for name in FIELDS if name != "printer"]
    return [
        (plate, part, job)
        for plate in asked.lab.plates.find()
        if plate.started_at is not None
        for part in plate.parts
        for job in (jobs[part.job_id],)
        if all(getattr(asked.query, f) in ("", getattr(job, f)) for f in others)
    ]


def of_printer(asked: Asked, model: str) -> bool:
    """Whether a printer is asked about."""
    return asked.query.printer in ("", model)


def hours(asked: Asked) -> dict[tuple[str, str], float]:
    """By model and machine: the hours in which it ran, told piece by piece: between two moments
    at which anything began or ended, it ran or it did not.
    """
    plates = {plate.id: plate for plate, _, _ in started(asked)}
    runs: dict[tuple[str, str], list[tuple[datetime, datetime]]] = {}
    for plate in plates.values():
        for run in plate.runs:
            if of_printer(asked, run.machine.model):
                span = run.started_at, min(run.ended_at or asked.now, asked.now)
                runs.setdefault((run.machine.model, run.machine.name), []).append(span)
    found: dict[tuple[str, str], float] = {}
    for name, spans in runs.items():
        moments = sorted({moment for span in spans for moment in span})
        for begins, ends in pairwise(moments):
            if any(start <= begins and ends <= end for start, end in spans):
                found[name] = found.get(name, 0.0) + _hours(asked, begins, ends)
    return {name: total for name, total in found.items() if total}


def printed(asked: Asked) -> dict[str, tuple[int, int, int]]:
    """By printer: completed, failed and abandoned prints that were over in the period."""
    found: dict[str, tuple[int, int, int]] = {}
    for plate, part, _ in started(asked):
        if part.open or not of_printer(asked, plate.machine.model):
            continue
        if not asked.holds(part.outcomes[-1].at):
            continue
        what = "failed" if part.failed else "completed" if part.good else "abandoned"
        done, failed, other = found.get(plate.machine.model, (0, 0, 0))
        found[plate.machine.model] = (
            done + (what == "completed"), failed + (what == "failed"), other + (what == "abandoned"),
        )  # fmt: skip
    return found


def copies(asked: Asked, name: str) -> Counter[tuple[str, ...]]:
    """What became of copies in the period: by machine, time, problem and material."""
    found: Counter[tuple[str, ...]] = Counter()
    for plate, part, job in started(asked):
        for one in part.outcomes:
            if asked.holds(one.at) and of_printer(asked, plate.machine.model):
                key = (plate.machine.name, asked.bucket(one.at), one.category, job.material)
                found[key] += getattr(one, name)
    return +found


def wasted(asked: Asked) -> Decimal:
    """All wasted material that staff told of in the period."""
    return sum(
        (
            one.grams_wasted
            for plate, part, _ in started(asked)
            for one in part.outcomes
            if one.grams_wasted and asked.holds(one.at) and of_printer(asked, plate.machine.model)
        ),
        Decimal(0),
    )


def _hours(asked: Asked, start: datetime, end: datetime) -> float:
    """Day by day, how much of a print lies in the period."""
    zone, found = ZoneInfo(asked.lab.catalog.current.time_zone), 0.0
    day = asked.local(start).date()
    while day <= asked.local(end).date():
        begins, ends = (
            datetime.combine(day + timedelta(days=n), time(), zone).astimezone(UTC) for n in (0, 1)
        )
        if asked.holds(begins):
            found += max(0.0, (min(end, ends) - max(start, begins)).total_seconds() / 3600)
        day += timedelta(days=1)
    return found


def failures(asked: Asked) -> Counter[tuple[str, str]]:
    """Failures as staff recorded them, by reason and printer."""
    return Counter(
        (one.reason, plate.machine.model)
        for plate, part, _ in started(asked)
        for one in part.outcomes
        if one.failed and asked.holds(one.at) and of_printer(asked, plate.machine.model)
    )


def paid(asked: Asked) -> list[Payment]:
    """All payments of the period that are not void."""
    return [
        payment
        for details in asked.jobs()
        for payment in details.payments
        if asked.holds(payment.at)
    ]


def errors(asked: Asked, what: str) -> list[float]:
    """By how many percent finals exceed what was quoted, of jobs completed in the period."""
    found = []
    for details in completed(asked):
        used = [quote for quote in details.quotes if quote.used_at is not None]
        good = [plate for plate in details.plates if _good(plate, details.job.id)]
        done = [plate for plate in good[-1:] if plate.copies == _good(plate, details.job.id)]
        done = [plate for plate in done if plate.copies >= details.job.quantity]
        if not used:
            continue
        quote, real = used[-1], None
        weight = weighed(details)
        if what == "grams" and weight is not None:
            estimated, real = float(quote.grams), float(weight)
        elif what == "cost" and details.job.cost_cents is not None:
            estimated, real = float(quote.cost_cents), float(details.job.cost_cents)
        elif what == "hours" and done and done[-1].started_at is not None:
            span = done[-1].parts[0].outcomes[-1].at - done[-1].started_at
            estimated, real = float(quote.hours), span.total_seconds() / 3600
        if real is not None:
            found.append((real - estimated) / estimated * 100)
    return found


def _good(plate: Plate, job_id: str) -> int:
    """How many copies of a job came out well on a plate."""
    part = plate.part_of(job_id)
    return part.good if part else 0
