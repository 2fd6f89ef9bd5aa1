"""What staff may correct of a job, in which statuses, and how what was typed is checked. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from ..errors import Refusal, TransitionRefused
from ..said import say
from .attempt import Arguments, Attempt, Facts, Submission
from .catalog import Catalog
from .form_guards import complete_form
from .guards import choice, shelf_fits
from .job import Actor, Job
from .needed_by import day_typed
from .pricing import parse_quantity
from .printer_choice import ANY_PRINTER, planned_printer
from .question import QUESTIONS
from .status import Status, Trigger
from .text import clean_line, clean_text

DAYS = frozenset({"needed_by"})
_ALWAYS = tuple(Status)
_PRICED_LATER = (Status.UPLOADED, Status.PENDING)

EDITS: Mapping[str, tuple[Status, ...]] = {
    "student_name": _ALWAYS,
    "student_email": _ALWAYS,
    "class_number": _ALWAYS,
    "print_method": _PRICED_LATER,
    "color": _ALWAYS,
    "material": tuple(status for status in Status if status is not Status.READYTOPRINT),
    "printer": _ALWAYS,
    "quantity": _PRICED_LATER,
    "note": _ALWAYS,
    "shelf": _ALWAYS,
    "needed_by": _ALWAYS,
    "own_material": _ALWAYS,
    "group": _ALWAYS,
    **dict.fromkeys((question.name for question in QUESTIONS), _ALWAYS),
}
"""The fields of the form that staff may correct, and the shelf, each with the statuses in which they
may. Once a student has agreed to a price, changing what is printed takes a new price first. From the start of the print on, color, material and printer only say what was printed.
"""
EDITABLE = tuple(EDITS)
STUDENTS: Mapping[str, tuple[Status, ...]] = dict.fromkeys(
    ("color", "quantity", "note", "file"), (Status.UPLOADED,)
)
"""What its student may change of a job too, with the statuses in which they may as long as nobody
has looked at it; see ``own_changes``. The file is the model itself.
"""
_ATTRIBUTES = {"print_method": "method", "note": "student_note"}
"""Where a job calls a field of the form by another name."""
_OF_THE_METHOD = frozenset({"color", "printer"})
"""What has to be chosen again where another method doesn't have it."""


def editable(status: Status) -> tuple[str, ...]:
    """The fields that staff may correct in a status."""
    return tuple(name for name, statuses in EDITS.items() if status in statuses)


def edited(
    job: Job, typed: Mapping[str, str], actor: Actor, facts: Facts
) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """The changes of the job's row, and old and new of each field for history.

    Raises TransitionRefused with all that is wrong, by field.
    """
    known = {key: as_typed(job, key) for key in EDITABLE}
    wanted = {**known, **{key: typed[key] for key in EDITABLE if key in typed}}
    cleaned = {key: _cleaned(key, value) for key, value in wanted.items()}
    changed = {key: value for key, value in cleaned.items() if value != known[key]}
    if "print_method" in changed and not job.has_figures and "material" not in changed:
        method = facts.catalog.method(wanted["print_method"])
        if method is not None and job.material and job.material not in method.materials:
            changed["material"] = wanted["material"] = ""  # the approval asks for it
    refusals = [
        *_too_late(job, changed),
        *_wrong(
            job,
            wanted,
            changed,
            Attempt(Trigger.SUBMIT, actor, _given(job, wanted), facts, None, state=job.status),
        ),
    ]
    if refusals:
        raise TransitionRefused(refusals)
    told = {key: [known[key], value] for key, value in changed.items()}
    changes: dict[str, Any] = {
        _ATTRIBUTES.get(key, key): _as_kept(key, value) for key, value in changed.items()
    }
    if "printer" in changes or (wanted["printer"] == ANY_PRINTER and "method" in changes):
        changes.update(_planned(job, wanted, facts))
    if "group" in changes:
        changes["group_claimed"] = False  # staff say so now
    return changes, told


def _planned(job: Job, wanted: Mapping[str, str], facts: Facts) -> dict[str, Any]:
    """The printer that staff name; else the one to plan with, where any will do."""
    if wanted["printer"] != ANY_PRINTER:
        return {"printer": wanted["printer"], "any_printer": False}
    able = facts.catalog.printers_for(wanted["print_method"])
    planned = next((one.name for one in able if one.name == job.printer), None)
    return {
        "printer": planned or planned_printer(able, facts.free_in, job.facts),
        "any_printer": facts.catalog.has_choice(wanted["print_method"]),
    }


def _given(job: Job, wanted: Mapping[str, str]) -> Arguments:
    form = Submission(
        student_name=wanted["student_name"],
        student_email=wanted["student_email"],
        class_number=wanted["class_number"],
        print_method=wanted["print_method"],
        color=wanted["color"],
        printer=wanted["printer"],
        quantity=wanted["quantity"],
        note=wanted["note"],
        minimum_charge=True,
        original_name=job.original_name,
        needed_by=wanted["needed_by"],
        own_material=wanted["own_material"] == "yes",
        group=wanted["group"],
        answers={question.name: wanted[question.name] for question in QUESTIONS},
    )
    return Arguments(submission=form, shelf=wanted["shelf"])


def _wrong(
    job: Job, wanted: Mapping[str, str], changed: Mapping[str, str], attempt: Attempt
) -> Iterator[Refusal]:
    """What is wrong with what changed. What stays as it is needs no catalog that still knows it."""
    again = _OF_THE_METHOD if "print_method" in changed else frozenset()
    for refusal in (*complete_form(attempt), *shelf_fits(attempt)):
        if refusal.field in changed or refusal.field in again:
            yield refusal
    if "printer" in changed and wanted["printer"] == ANY_PRINTER and job.has_figures:
        able = attempt.facts.catalog.printers_for(wanted["print_method"])
        yield from choice(
            ANY_PRINTER,
            tuple(one.name for one in able),
            "printer",
            print_method=wanted["print_method"],
        )
    material = wanted["material"]
    if not {"material", "print_method"} & changed.keys() or not (material or job.has_figures):
        return
    known = _materials(attempt.facts.catalog, wanted["print_method"])
    yield from choice(material, known, "material", print_method=wanted["print_method"])


def _materials(catalog: Catalog, method: str) -> tuple[str, ...]:
    found = catalog.method(method)
    return found.materials if found else ()


def _too_late(job: Job, changed: Mapping[str, str]) -> Iterator[Refusal]:
    """Of each field that cannot be changed any more, why, and what to do instead."""
    status = job.status
    for key in changed:
        if status in EDITS[key]:
            continue
        if status is not Status.READYTOPRINT:
            next_step = say("Add a note that says what was different.")
        elif key == "material":
            next_step = say("Use “{action}” instead.", action=Trigger.REQUOTE.label)
        else:
            next_step = say(
                "Change the status back to “{status}” and approve the job again.",
                status=Status.UPLOADED.label,
            )
        yield Refusal(
            f"{key}_too_late",
            say("This can't be changed while the status is “{status}”.", status=status.label),
            key,
            next_step,
        )


def as_typed(job: Job, key: str) -> str:
    """A value of a job that staff may edit, as the form has it."""
    if key == "printer" and job.printer_open:
        return ANY_PRINTER
    value = getattr(job, _ATTRIBUTES.get(key, key))
    if isinstance(value, bool):
        return "yes" if value else ""
    return "" if value is None else str(value)


def _cleaned(key: str, typed: str) -> str:
    if key == "note":
        return clean_text(typed)
    count = parse_quantity(typed) if key == "quantity" else None
    return clean_line(typed) if count is None else str(count)


def _as_kept(key: str, typed: str) -> Any:
    if key in DAYS:
        return day_typed(typed)
    if key == "quantity":
        return int(typed)
    return typed == "yes" if key == "own_material" else typed


def scaled(job: Job, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Weight and print time of another number of copies: those of each copy stay. Empty where the
    number stays, or nothing is known of one.
    """
    copies = changes.get("quantity", job.quantity)
    if copies == job.quantity or job.grams is None or job.hours is None:
        return {}
    thousandth = job.grams.__class__("0.001")
    return {
        "grams": (job.grams * copies / job.quantity).quantize(thousandth),
        "hours": (job.hours * copies / job.quantity).quantize(thousandth),
    }


def as_changed(job: Job, changes: Mapping[str, Any]) -> Job:
    """The job with the changes."""
    return replace(job, **changes)
