"""Jobs in words for people."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from printflow import (
        Catalog,
        Copies,
        Event,
        FileRole,
        FileState,
        Job,
        JobDetails,
        ModelFacts,
        PlatePart,
        Trigger,
    )

_STATES = {
    "settled": "in place",
    "pending": "being moved",
    "busy": "open on another PC",
    "missing": "missing",
    "absent": "no file",
    "parked": "two different files have its name",
    "removing": "being deleted",
    "removed": "deleted",
}
_ROLES = {
    "original": "original",
    "sliced": "sliced or repaired",
    "scaled": "scaled",
    "replaced": "replaced by the student",
}


def cost(job: Job) -> str:
    """The price, "–" until there is one."""
    return price_words(job.cost_cents, job.currency)


def price_words(cents: int | None, currency: str) -> str:
    """A price, "–" until there is one."""
    from printflow import money

    return "–" if cents is None else money(cents, currency)


def age(time: datetime) -> str:
    """How long ago."""
    from printflow import age_text

    return age_text(time, datetime.now(UTC))


def outcome_line(trigger: Trigger, details: JobDetails) -> str:
    """What a trigger did: "K7Q2MX9A: Uploaded → Waiting for student, $4.25"."""
    job = details.job
    event = next((e for e in reversed(details.events) if e.trigger == trigger), None)
    if event is None or event.source is None:
        arrow = job.status.label
    elif event.source == event.dest:
        arrow = f"{trigger.label.lower()}, still {event.dest.label}"
    else:
        arrow = f"{event.source.label} → {event.dest.label}"
    price = "" if job.cost_cents is None else f", {cost(job)}"
    return f"{job.id}: {arrow}{price}{_file_words(job)}"


def _file_words(job: Job) -> str:
    from printflow import FileState

    state = job.file.state
    return "" if state is FileState.SETTLED else f" (file: {state_words(state)})"


def state_words(state: FileState) -> str:
    """Where a file is on its way to its folder, in a few words."""
    return _STATES.get(state.value, state.value)


def role_words(role: FileRole) -> str:
    """What a file is to its job."""
    return _ROLES.get(role.value, role.value)


def event_words(event: Event) -> str:
    """What happened, from where to where."""
    from printflow.domain.history import event_places

    sentence = event.sentence % event_places(event)
    if event.source is None or event.source == event.dest:
        return sentence
    return f"{sentence}: {event.source.label} → {event.dest.label}"


def copies_words(copies: Copies) -> str:
    """How many copies are wanted, and what has become of them."""
    counts = (
        (copies.good, "good"),
        (copies.printing, "printing"),
        (copies.left, "left to print"),
        (copies.failed, "failed"),
        (copies.out, "picked up"),
    )
    told = ", ".join(f"{number} {words}" for number, words in counts if number)
    return f"{copies.wanted} ({told})"


def part_words(part: PlatePart) -> str:
    """What became of a job's copies on a plate."""
    counts = (
        (part.good, "good"),
        (part.failed, "failed"),
        (part.not_printed, "not printed"),
        (part.open, "no result yet"),
    )
    return ", ".join(f"{number} {words}" for number, words in counts if number)


def plates_row(facts: ModelFacts) -> list[tuple[str, str]]:
    """The plates of a project with several: "2 (1 “Lid” 40.0 × 30.0 × 10.0 mm; …)"."""
    from printflow import size_text

    if len(facts.plates) < 2:
        return []
    each = "; ".join(
        f"{plate.number} {f'“{plate.name}” ' if plate.name else ''}{size_text(plate.dimensions_mm)}"
        for plate in facts.plates
    )
    return [("Plates", f"{len(facts.plates)} ({each})")]


def facts_of(job: Job, details: JobDetails, catalog: Catalog) -> list[tuple[str, str]]:
    """The job in label and value."""
    from printflow import QUESTIONS, duration_text, grams_text, local_time, money, size_text

    facts = [
        ("Job", job.id),
        ("Status", f"{job.status.label} ({job.status.value}) for {age(job.status_since)}"),
        ("Student", f"{job.student_name} <{job.student_email}>"),
        ("Class", f"{job.discipline}, {job.class_number}"),
        ("Requested", f"{job.method}, {job.color}, {job.shown_printer}"),
        *(
            (question.label, answer)
            for question in QUESTIONS
            if question.about_print and (answer := getattr(job, question.name))
        ),
        *([("Copies", copies_words(job.copies))] if job.quantity > 1 else []),
        ("Submitted file", job.original_name),
        ("Submitted", local_time(job.created_at, catalog.time_zone)),
    ]
    if job.grams is not None and job.hours is not None:
        figures = f"{job.material}, {grams_text(job.grams)}, {duration_text(job.hours)}"
        facts.append(("Quote", f"{figures}, {cost(job)}"))
    if job.shelf:
        facts.append(("Shelf", job.shelf))
    if details.paid_cents:
        facts.append(("Paid", money(details.paid_cents, job.currency)))
    if details.payable:
        facts.append(("Due", money(details.due_cents, job.currency)))
    if job.reasons:
        facts.append(("Reasons", "; ".join(job.reasons)))
    if job.facts is not None:
        closed = "watertight" if job.facts.watertight else f"{job.facts.open_edges:,} open edges"
        said = f"{size_text(job.facts.dimensions_mm)}, {job.facts.volume_cm3:.2f} cm³, {closed}"
        facts.append(("Model", said))
        facts += plates_row(job.facts)
    facts.append(("Possible actions", ", ".join(details.allowed) or "none"))
    return facts
