"""What the fields of forms are called where a message doesn't stand beside its field.

A summary of errors and the command line say "Class number: Use at most 50 characters.". Messages
that name what they are about don't need that; a *bare* one does.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..errors import Refusal
from ..said import say
from . import form_field
from .form_field import Field
from .marking import mark
from .question import QUESTIONS

FIELD_LABELS: Mapping[str, str] = {
    **{field.name: field.label for field in vars(form_field).values() if isinstance(field, Field)},
    "account": mark("Account, course, or grant"),
    "address": mark("Address"),
    "amount": mark("Amount paid"),
    "by": mark("Your name"),
    "class_number": mark("Class number"),
    "color": mark("Color"),
    "consent": mark("Price checkbox"),
    "cost": mark("Final cost"),
    "email": mark("Email address"),
    "file": mark("File"),
    "files": mark("Files"),
    "format": mark("Format"),
    "group": mark("Group"),
    "needed_by": mark("Needed by"),
    "own_material": mark("Material brought by the student"),
    "hours": mark("Print time"),
    "jobs": mark("Jobs"),
    "key": mark("Key"),
    "mapping": mark("Mapping"),
    "material": mark("Material"),
    "message": mark("Message to staff"),
    "method": mark("Paid by"),
    "minimum_charge": mark("Minimum charge"),
    "name": mark("Name"),
    "note": mark("Note"),
    "notify": mark("Email"),
    "older_than": mark("Time in status"),
    "password": mark("Password"),
    "payer": mark("Payer"),
    "price": mark("Price"),
    "print_method": mark("Print method"),
    "printer": mark("Printer"),
    "quantity": mark("Copies"),
    "reason": mark("Reason"),
    "reasons": mark("Reasons"),
    "receipt": mark("Receipt number"),
    "set": mark("Setting"),
    "shelf": mark("Shelf"),
    "station": mark("Station"),
    "status": mark("Status"),
    "student_email": mark("Email address"),
    "student_name": mark("First and last name"),
    "text": mark("Text"),
    "to": mark("To"),
    "until": mark("Until"),
    "waive": mark("Reason for waiving"),
    "weight": mark("Weight"),
    **{question.name: question.label for question in QUESTIONS},
}


def label_of(field: str) -> str:
    """The field's label; "" for one that no form has. ``color-2`` is that of the second model."""
    name, _, number = field.partition("-")
    label = FIELD_LABELS.get(name, "")
    if label and number.isdecimal():
        return say("{label} (model {number})", label=label, number=number)
    return label


def labeled(refusal: Refusal, words: str = "") -> str:
    """What is said of a field, or its message, with the field's label before it."""
    said, label = words or refusal.message, label_of(refusal.field)
    return say("{label}: {problem}", label=label, problem=said) if label else said


def in_a_summary(refusal: Refusal) -> str:
    """The refusal's message where its field isn't beside it."""
    return labeled(refusal) if refusal.bare else refusal.message
