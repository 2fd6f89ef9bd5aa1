"""Conditions for a student's form. As in ``guards``, each guard yields its own refusals."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from ..errors import Refusal
from ..said import Said, say
from .attempt import Attempt, Submission
from .catalog import Catalog
from .foreign_text import link_in, name_problem
from .form_times import closed_next, closed_words, pause_words
from .guards import choice, too_long
from .needed_by import Asks, day_typed
from .pricing import MAX_QUANTITY, parse_quantity
from .printer_choice import ANY_PRINTER
from .question import QUESTIONS
from .status import ActorKind
from .text import clean_line, clean_text

NAME_LIMIT = 100
CLASS_LIMIT = 50
NOTE_LIMIT = 1000
MODELS_LIMIT = 10
"""How many models one submission may hold."""

OF_EACH_MODEL = ("file", "color", "quantity", "note", "read_as")
"""Fields that every model of a submission has of its own; the others it shares."""


def field_of_model(field: str, number: int) -> str:
    """The field's name for the model of that number, from 1: ``color``, ``color-2`` …"""
    return field if number == 1 or field not in OF_EACH_MODEL else f"{field}-{number}"


def _line(typed: str, field: str, missing: Said, limit: int) -> Iterator[Refusal]:
    length = len(clean_line(typed))
    if not length:
        yield Refusal(f"{field}_missing", missing, field)
    elif length > limit:
        yield Refusal(f"{field}_too_long", too_long(length, limit), field)


def form_open(attempt: Attempt) -> Iterator[Refusal]:
    """The form is open, and so are the print method and the printer; or staff submit."""
    form, facts = attempt.args.submission, attempt.facts
    if form is None or attempt.actor.kind is ActorKind.STAFF:
        return
    catalog, now = facts.catalog, facts.catalog.form_at(facts.now)
    if now.state == "closed":
        yield Refusal("form_closed", closed_words(now), "", closed_next(now))
    printer = form.printer
    if printer == ANY_PRINTER and not catalog.open_printers(form.print_method, facts.now):
        printer = next((one.name for one in catalog.printers_for(form.print_method)), "")
    for field, named in (
        ("print_method", {"method": form.print_method, "printer": ""}),
        ("printer", {"method": "", "printer": printer}),
    ):
        if (pause := catalog.pause_at(facts.now, **named)) is not None:
            yield Refusal(
                f"{field}_paused",
                pause_words(pause, catalog.shown(pause.method or pause.printer)),
                field,
                say("Choose another one."),
            )


def accepted_file(attempt: Attempt) -> Iterator[Refusal]:
    """A model file was accepted."""
    form = attempt.args.submission
    if form is None or not form.original_name:
        yield Refusal("file_missing", say("Choose a model file."), "file")


def complete_form(attempt: Attempt) -> Iterator[Refusal]:
    """Every field is filled in, and each choice is one that the lab offers."""
    form, catalog = attempt.args.submission, attempt.facts.catalog
    if form is None:
        return
    yield from _line(
        form.student_name, "student_name", say("Enter your first and last name."), NAME_LIMIT
    )
    if problem := name_problem(form.student_name):
        yield Refusal("student_name_invalid", problem, "student_name")
    if attempt.facts.email_problem:
        yield Refusal("student_email_invalid", attempt.facts.email_problem, "student_email")
    method = catalog.method(form.print_method)
    for question in QUESTIONS:
        if known := question.choices(catalog, method):
            typed = form.answers.get(question.name, "")
            yield from choice(typed, known, question.name, (question.missing, question.unknown))
    yield from _line(
        form.class_number, "class_number", say("Enter the class number or “N/A”."), CLASS_LIMIT
    )
    if link_in(clean_line(form.class_number)):
        yield Refusal(
            "class_number_invalid",
            say("A class number can't contain a web or email address."),
            "class_number",
            say("Enter the course and section, like ARCH 4000, or “N/A”."),
        )
    yield from _wishes(form)
    yield from _needed_by(attempt, form)
    yield from _brings(form, catalog)
    if method is None:
        names = tuple(method.name for method in catalog.methods)
        yield from choice(form.print_method, names, "print_method")
        return
    yield from choice(form.color, method.color_names, "color", print_method=method.name)
    printers = tuple(printer.name for printer in catalog.printers_for(method.name))
    if form.printer != ANY_PRINTER or not printers:
        yield from choice(form.printer, printers, "printer", print_method=method.name)


def _wishes(form: Submission) -> Iterator[Refusal]:
    """How many copies, and what the student wrote to the model."""
    if parse_quantity(form.quantity) is None:
        yield Refusal(
            "quantity_invalid",
            say(
                "Enter how many copies you want: a whole number from 1 to {most}.",
                most=MAX_QUANTITY,
            ),
            "quantity",
        )
    length = len(clean_text(form.note))
    if length > NOTE_LIMIT:
        yield Refusal("note_too_long", too_long(length, NOTE_LIMIT), "note")


def _needed_by(attempt: Attempt, form: Submission) -> Iterator[Refusal]:
    """The day by which it's needed, where the lab asks for it. Staff may leave it out."""
    rules, zone = attempt.facts.catalog.needed_by, attempt.facts.catalog.time_zone
    if rules.ask is Asks.OFF and not form.needed_by.strip():
        return
    if not form.needed_by.strip():
        if rules.ask is Asks.REQUIRED and attempt.actor.kind is ActorKind.STUDENT:
            yield Refusal("needed_by_missing", say("Enter the date you need it by."), "needed_by")
        return
    day = day_typed(form.needed_by)
    today = attempt.facts.now.astimezone(ZoneInfo(zone)).date()
    if day is None:
        yield Refusal(
            "needed_by_invalid",
            say("Enter the date you need it by, like 2026-03-02."),
            "needed_by",
        )
    elif attempt.actor.kind is ActorKind.STUDENT and day < today:
        yield Refusal("needed_by_past", say("Choose today or a later date."), "needed_by")


def _brings(form: Submission, catalog: Catalog) -> Iterator[Refusal]:
    """Material and group are as the lab allows them."""
    if form.own_material and not catalog.own_material:
        yield Refusal(
            "own_material_off", say("The lab prints only its own material."), "own_material"
        )
    names = tuple(one.name for one in catalog.groups)
    if form.group and form.group not in names:
        yield from choice(
            form.group,
            names,
            "group",
            (say("Choose a group."), say("There's no group “{name}”.")),
        )


def minimum_charge_acknowledged(attempt: Attempt) -> Iterator[Refusal]:
    """The student acknowledged the minimum charge."""
    form = attempt.args.submission
    if form is not None and not form.minimum_charge:
        yield Refusal(
            "minimum_charge_not_acknowledged",
            say("Please confirm that you know about the minimum charge."),
            "minimum_charge",
            say("Select the checkbox or choose “Yes”."),
        )


def texts_as_shown(attempt: Attempt) -> Iterator[Refusal]:
    """The student agreed to the lab's current texts."""
    form, today = attempt.args.submission, attempt.facts.catalog.form_agreement
    if form is not None and not (
        form.consent_version in ("", today.version) and today.is_shown_by(form.texts_seen)
    ):
        yield texts_changed("minimum_charge")


def texts_changed(field: str) -> Refusal:
    """The refusal where the lab's texts aren't those of the page any more."""
    return Refusal(
        "texts_changed",
        say("The lab changed its rules while this form was open."),
        field,
        say("Read them again, then send the form once more."),
    )
