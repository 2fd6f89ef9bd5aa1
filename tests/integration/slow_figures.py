"""Every figure once more, the slow way: from each job's own page, one question at a time."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from printflow import Event, JobDetails, Printflow, Status

ORDER = ["UPLOADED", "PENDING", "READYTOPRINT", "PRINTING", "COMPLETED", "PAIDPICKEDUP"]
GOALS = {"approved": "PENDING", "confirmed": "READYTOPRINT", "completed": "COMPLETED",
         "picked_up": "PAIDPICKEDUP"}  # fmt: skip


def every_job(lab: Printflow) -> list[JobDetails]:
    """All jobs with all that is known of them."""
    return [lab.details(job.id) for job in lab.jobs()]


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


def counts(lab: Printflow, name: str) -> list[tuple[datetime, JobDetails, Event]]:
    """Every time that happened, to whom and when."""
    found = []
    for details in every_job(lab):
        for event in that_counts(details):
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


def reasons(lab: Printflow) -> Counter[str]:
    """How often each reason was given for a rejection."""
    found: Counter[str] = Counter()
    for _, _, event in counts(lab, "rejected"):
        given = event.details.get("reasons") or [event.details.get("reason", "")]
        found.update(given)
    return found


def waits(lab: Printflow, start: Status, end: Status) -> list[float]:
    """Hours from the first arrival in one status to the next arrival in the other, per job."""
    found = []
    for details in every_job(lab):
        begun: datetime | None = None
        for event in that_counts(details):
            if begun is not None and event.dest is end:
                found.append((event.at - begun).total_seconds() / 3600)
                break
            if begun is None and event.dest is start:
                begun = event.at
    return found


def grams(lab: Printflow) -> dict[str, Decimal]:
    """Grams by material of all jobs that were ever completed."""
    found: dict[str, Decimal] = {}
    for job_id in {details.job.id for _, details, _ in counts(lab, "completed")}:
        job = lab.job(job_id)
        if job.grams is not None:
            found[job.material] = found.get(job.material, Decimal(0)) + job.grams
    return found


def printed(lab: Printflow) -> dict[str, tuple[int, int, float]]:
    """By printer: completed and failed prints, and hours."""
    found: dict[str, tuple[int, int, float]] = {}
    for details in every_job(lab):
        for one in details.attempts:
            if one.ended_at is not None:
                done, failed, hours = found.get(one.printer, (0, 0, 0.0))
                found[one.printer] = (
                    done + (one.result == "completed"),
                    failed + (one.result == "failed"),
                    hours + (one.ended_at - one.started_at).total_seconds() / 3600,
                )
    return found


def failures(lab: Printflow) -> Counter[tuple[str, str]]:
    """Failed prints by reason and printer."""
    return Counter(
        (one.reason, one.printer)
        for details in every_job(lab)
        for one in details.attempts
        if one.result == "failed"
    )


def errors(lab: Printflow, what: str) -> list[float]:
    """By how many percent finals exceed what was quoted, of jobs ever completed."""
    found = []
    for job_id in {details.job.id for _, details, _ in counts(lab, "completed")}:
        details = lab.details(job_id)
        used = [quote for quote in details.quotes if quote.used_at is not None]
        done = [one for one in details.attempts if one.result == "completed"]
        if not used:
            continue
        quote, real = used[-1], None
        if what == "grams" and details.job.grams is not None:
            estimated, real = float(quote.grams), float(details.job.grams)
        elif what == "cost" and details.job.cost_cents is not None:
            estimated, real = float(quote.cost_cents), float(details.job.cost_cents)
        elif what == "hours" and done and done[-1].ended_at is not None:
            span = done[-1].ended_at - done[-1].started_at
            estimated, real = float(quote.hours), span.total_seconds() / 3600
        if real is not None:
            found.append((real - estimated) / estimated * 100)
    return found


def month(at: datetime, zone: str) -> str:
    """The first day of the month, as the lab's clock on the wall has it."""
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m}-01"
