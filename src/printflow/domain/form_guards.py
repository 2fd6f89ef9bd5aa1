"""What must hold of a student's form. As in ``guards``, each guard yields its own refusals."""

from __future__ import annotations

from collections.abc import Iterator

from ..errors import Refusal
from .attempt import Attempt
from .guards import choice
from .text import clean_line

NAME_LIMIT = 100
CLASS_LIMIT = 50


def _line(typed: str, field: str, what: str, limit: int) -> Iterator[Refusal]:
    length = len(clean_line(typed))
    if not length:
        yield Refusal(f"{field}_missing", f"Enter {what}.", field)
    elif length > limit:
        yield Refusal(
            f"{field}_too_long", f"That is {length} characters; at most {limit} fit.", field
        )


def accepted_file(attempt: Attempt) -> Iterator[Refusal]:
    """A model file was accepted."""
    form = attempt.args.submission
    if form is None or not form.original_name:
        yield Refusal(
            "file_missing", "Choose a model file.", "file", "Accepted are .stl, .obj and .3mf."
        )


def complete_form(attempt: Attempt) -> Iterator[Refusal]:
    """Every field is filled in, and each choice is one that the lab offers."""
    form, catalog = attempt.args.submission, attempt.facts.catalog
    if form is None:
        return
    yield from _line(form.student_name, "student_name", "your first and last name", NAME_LIMIT)
    if attempt.facts.email_problem:
        yield Refusal("student_email_invalid", attempt.facts.email_problem, "student_email")
    yield from choice(form.discipline, catalog.disciplines, "discipline", "discipline")
    yield from _line(form.class_number, "class_number", "the class number or “N/A”", CLASS_LIMIT)
    method = catalog.method(form.print_method)
    if method is None:
        names = tuple(method.name for method in catalog.methods)
        yield from choice(form.print_method, names, "print_method", "print method")
        return
    for_method = f" for {method.name}"
    yield from choice(form.color, method.color_names, "color", "color", for_method)
    printers = tuple(printer.name for printer in catalog.printers_for(method.name))
    yield from choice(form.printer, printers, "printer", "printer", for_method)


def minimum_charge_acknowledged(attempt: Attempt) -> Iterator[Refusal]:
    """The student acknowledged the minimum charge."""
    form = attempt.args.submission
    if form is not None and not form.minimum_charge:
        yield Refusal(
            "minimum_charge_not_acknowledged",
            "Please confirm that you know about the minimum charge.",
            "minimum_charge",
            "Tick the box or choose “Yes”.",
        )
