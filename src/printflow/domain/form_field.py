"""The fields that a trigger's form asks for: on pages, in scripts and on the command line alike.

A field's ``name`` is that of the library's argument. Pages know how to show each *kind*, so a trigger
of ordinary fields needs no template of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from .marking import mark
from .rights import Right


class FieldKind(StrEnum):
    """How a field is shown and read."""

    LINE = "line"
    AREA = "area"
    """Several lines of text."""
    GRAMS = "grams"
    DURATION = "duration"
    MONEY = "money"
    MATERIAL = "material"
    PRINTER = "printer"
    """One of the printers that do the job's method."""
    MACHINE = "machine"
    """One of the machines that do the job's method, or one of their models."""
    COPIES = "copies"
    """How many copies, of those that are left to start or to hand out; asked where there is more
    than one."""
    FAILURE = "failure"
    """What sort of failure it was."""
    FILE = "file"
    """One of the files beside the job's own."""
    REASONS = "reasons"
    """Any of the catalog's reasons for a rejection."""
    STATUS = "status"
    PAYMENT_METHOD = "payment_method"
    TICK = "tick"
    HIDDEN = "hidden"
    """What the form showed, so that nothing else is done; nobody types it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a form.

    ``missing`` is what is said where it must be filled in and is not; "" where it may stay empty.
    ``label_many`` is the label where one answer counts for many jobs; "" where it is not asked
    then. ``limit`` is in characters. ``flag``, ``metavar`` and ``help`` are the command line's.
    """

    name: str
    kind: FieldKind
    label: str
    label_many: str
    hint: str
    missing: str
    limit: int
    flag: str
    metavar: str
    help: str
    right: Right | None = None
    """What filling it in needs beside the trigger's own right."""

    @property
    def required(self) -> bool:
        """Whether it must be filled in."""
        return bool(self.missing)


WEIGHT = Field(
    name="weight",
    kind=FieldKind.GRAMS,
    label=mark("Weight"),
    label_many="",
    hint="",
    missing=mark("Enter the weight in grams."),
    limit=12,
    flag="--weight",
    metavar="GRAMS",
    help="Weight of the print, such as 42.5.",
)
HOURS = Field(
    name="hours",
    kind=FieldKind.DURATION,
    label=mark("Print time"),
    label_many="",
    hint="",
    missing=mark("Enter the print time, for example 3.25 or 2h 30m."),
    limit=20,
    flag="--hours",
    metavar="TIME",
    help="Print time, such as 3.25 or “2h 30m”.",
)
MATERIAL = Field(
    name="material",
    kind=FieldKind.MATERIAL,
    label=mark("Material"),
    label_many="",
    hint="",
    missing=mark("Choose a material."),
    limit=60,
    flag="--material",
    metavar="NAME",
    help="Material, such as PLA.",
)
QUOTED_PRINTER = Field(
    name="printer",
    kind=FieldKind.PRINTER,
    label=mark("Printer"),
    label_many="",
    hint="",
    missing="",
    limit=60,
    flag="--printer",
    metavar="NAME",
    help="Printer, if not the requested one.",
)
FILE = Field(
    name="file",
    kind=FieldKind.FILE,
    label=mark("File to print"),
    label_many="",
    hint=mark("The newest file is selected. The original is always kept."),
    missing="",
    limit=160,
    flag="--file",
    metavar="NAME",
    help="File to print, if not the current one.",
)
NOTE_TO_STUDENT = Field(
    name="note",
    kind=FieldKind.AREA,
    label=mark("Note in the email"),
    label_many=mark("Note in the emails"),
    hint="",
    missing="",
    limit=2000,
    flag="--note",
    metavar="TEXT",
    help="A note for the student.",
)
STUDENT_PAYS_REST = Field(
    name="student_pays_rest",
    kind=FieldKind.TICK,
    label=mark("The student pays what the budget doesn't cover"),
    label_many="",
    hint="",
    missing="",
    limit=3,
    flag="--student-pays-rest",
    metavar="",
    help="Let the student pay what the payer's budget doesn't cover.",
)
OVER_LIMIT = Field(
    name="over_limit",
    kind=FieldKind.TICK,
    label=mark("Approve over the limit"),
    label_many=mark("Approve over the limit"),
    hint="",
    missing="",
    limit=3,
    flag="--over-limit",
    metavar="",
    help="Approve the job although it's over one of the lab's limits.",
)
LIMIT_REASON = Field(
    name="limit_reason",
    kind=FieldKind.LINE,
    label=mark("Reason for going over the limit"),
    label_many=mark("Reason for going over the limit"),
    hint="",
    missing="",
    limit=300,
    flag="--limit-reason",
    metavar="TEXT",
    help="Why it's approved over the limit.",
)
EXPECTED_CENTS = Field(
    name="expected_cents",
    kind=FieldKind.HIDDEN,
    label=mark("The price shown"),
    label_many="",
    hint="",
    missing="",
    limit=20,
    flag="",
    metavar="",
    help="",
)
CATALOG_VERSION = Field(
    name="catalog_version",
    kind=FieldKind.HIDDEN,
    label=mark("The catalog version shown"),
    label_many=mark("The catalog version shown"),
    hint="",
    missing="",
    limit=20,
    flag="",
    metavar="",
    help="",
)
REASONS = Field(
    name="reasons",
    kind=FieldKind.REASONS,
    label=mark("Reasons"),
    label_many=mark("Reasons"),
    hint="",
    missing="",
    limit=100,
    flag="--reason",
    metavar="REASON",
    help="Code of a reason in the catalog, or a text. Repeatable.",
)
TEXT_TO_STUDENT = Field(
    name="text",
    kind=FieldKind.AREA,
    label=mark("In your own words"),
    label_many=mark("In your own words"),
    hint=mark("The student sees this in the email, along with the reasons above."),
    missing="",
    limit=2000,
    flag="--text",
    metavar="TEXT",
    help="Additional text for the student.",
)
STUDENTS_REASON = Field(
    name="text",
    kind=FieldKind.AREA,
    label=mark("The student's reason"),
    label_many="",
    hint="",
    missing="",
    limit=2000,
    flag="--text",
    metavar="TEXT",
    help="Reason.",
)
HOW_ANSWERED = Field(
    name="note",
    kind=FieldKind.AREA,
    label=mark("How did the student respond?"),
    label_many=mark("How did the students respond?"),
    hint=mark("For example, “by phone, 2:30 PM”."),
    missing=mark("Enter how the student responded."),
    limit=2000,
    flag="--note",
    metavar="TEXT",
    help="How the student answered, and to whom.",
)
MACHINE = Field(
    name="printer",
    kind=FieldKind.MACHINE,
    label=mark("Printer"),
    label_many="",
    hint=mark("Planned: %(printer)s"),
    missing="",
    limit=60,
    flag="--printer",
    metavar="NAME",
    help="Printer or machine, if not the quoted printer.",
)
COPIES_TO_START = Field(
    name="copies",
    kind=FieldKind.COPIES,
    label=mark("Copies to start"),
    label_many="",
    hint=mark("The rest stays in the queue."),
    missing="",
    limit=5,
    flag="--copies",
    metavar="COUNT",
    help="How many copies, if not all that are left.",
)
COPIES_TO_HAND_OUT = Field(
    name="copies",
    kind=FieldKind.COPIES,
    label=mark("Copies to hand out"),
    label_many="",
    hint="",
    missing="",
    limit=5,
    flag="--copies",
    metavar="COUNT",
    help="How many copies, if not all that are finished.",
)
CATEGORY = Field(
    name="category",
    kind=FieldKind.FAILURE,
    label=mark("What went wrong?"),
    label_many=mark("What went wrong?"),
    hint="",
    missing="",
    limit=20,
    flag="--category",
    metavar="NAME",
    help="Sort of failure, such as adhesion.",
)
WASTED = Field(
    name="wasted",
    kind=FieldKind.GRAMS,
    label=mark("Wasted material"),
    label_many="",
    hint="",
    missing="",
    limit=12,
    flag="--wasted",
    metavar="GRAMS",
    help="Weight of the failed print.",
)
WHAT_HAPPENED = Field(
    name="reason",
    kind=FieldKind.AREA,
    label=mark("What happened?"),
    label_many=mark("What happened?"),
    hint=mark("For example, “came loose from the build plate after 2 hours”."),
    missing=mark("Enter what happened."),
    limit=2000,
    flag="--reason",
    metavar="TEXT",
    help="What went wrong.",
)
FINAL_COST = Field(
    name="cost",
    kind=FieldKind.MONEY,
    label=mark("Final cost"),
    label_many="",
    hint=mark("Only if it differs from %(price)s."),
    missing="",
    limit=12,
    flag="--cost",
    metavar="AMOUNT",
    help="Final price, if not the quoted one.",
    right=Right.QUOTE,
)
FINAL_WEIGHT = Field(
    name="weight",
    kind=FieldKind.GRAMS,
    label=mark("Final weight"),
    label_many="",
    hint=mark("Only if you weighed it."),
    missing="",
    limit=12,
    flag="--grams",
    metavar="GRAMS",
    help="Final weight, if not the quoted one.",
)
SHELF = Field(
    name="shelf",
    kind=FieldKind.LINE,
    label=mark("Shelf"),
    label_many=mark("Shelf for all of them"),
    hint=mark("Where the print is now. Only staff see this."),
    missing="",
    limit=40,
    flag="--shelf",
    metavar="NAME",
    help="Shelf where the print is kept.",
)
AMOUNT = Field(
    name="amount",
    kind=FieldKind.MONEY,
    label=mark("Amount paid"),
    label_many="",
    hint="",
    missing="",
    limit=12,
    flag="--amount",
    metavar="AMOUNT",
    help="Amount paid, such as 3.00.",
    right=Right.PAYMENTS,
)
PAID_BY = Field(
    name="method",
    kind=FieldKind.PAYMENT_METHOD,
    label=mark("Paid by"),
    label_many=mark("Paid by"),
    hint="",
    missing="",
    limit=60,
    flag="--method",
    metavar="METHOD",
    help="Payment method, such as cash.",
    right=Right.PAYMENTS,
)
WAIVE = Field(
    name="waive",
    kind=FieldKind.AREA,
    label=mark("Reason for waiving"),
    label_many=mark("Reason for waiving"),
    hint="",
    missing="",
    limit=2000,
    flag="--waive",
    metavar="REASON",
    help="Waive the payment, for this reason.",
    right=Right.WAIVE,
)
RECEIPT = Field(
    name="receipt",
    kind=FieldKind.LINE,
    label=mark("Receipt number"),
    label_many=mark("Receipt number"),
    hint="",
    missing="",
    limit=40,
    flag="--receipt",
    metavar="NUMBER",
    help="Receipt number.",
    right=Right.PAYMENTS,
)
PAYER = Field(
    name="payer",
    kind=FieldKind.LINE,
    label=mark("Payer"),
    label_many=mark("Payer"),
    hint="",
    missing="",
    limit=100,
    flag="--payer",
    metavar="NAME",
    help="Who pays, if not the student.",
    right=Right.PAYMENTS,
)
ACCOUNT = Field(
    name="account",
    kind=FieldKind.LINE,
    label=mark("Account, course, or grant"),
    label_many=mark("Account, course, or grant"),
    hint="",
    missing="",
    limit=60,
    flag="--account",
    metavar="CODE",
    help="Account, course or grant to charge.",
    right=Right.PAYMENTS,
)
WHY_WITHOUT_REMINDER = Field(
    name="reason",
    kind=FieldKind.AREA,
    label=mark("Why it's discarded without a reminder"),
    label_many=mark("Why they're discarded without a reminder"),
    hint=mark("Only needed if no reminder reached the student."),
    missing="",
    limit=2000,
    flag="--reason",
    metavar="TEXT",
    help="Reason, if no reminder could be sent.",
)
NEW_STATUS = Field(
    name="to",
    kind=FieldKind.STATUS,
    label=mark("New status"),
    label_many=mark("New status"),
    hint="",
    missing=mark("Choose the new status."),
    limit=20,
    flag="--to",
    metavar="STATUS",
    help="The new status.",
)
WHY_OVERRIDE = Field(
    name="reason",
    kind=FieldKind.AREA,
    label=mark("Reason"),
    label_many=mark("Reason"),
    hint=mark("It's kept in the history. If the job is rejected, the student can read it."),
    missing=mark("Enter a reason."),
    limit=2000,
    flag="--reason",
    metavar="TEXT",
    help="Reason.",
)
NOTIFY = Field(
    name="notify",
    kind=FieldKind.TICK,
    label=mark("Send the usual email for the new status"),
    label_many="",
    hint="",
    missing="",
    limit=3,
    flag="--notify",
    metavar="",
    help="Send the usual email for the new status.",
)
WHY_HELD = Field(
    name="reason",
    kind=FieldKind.AREA,
    label=mark("Reason"),
    label_many=mark("Reason"),
    hint=mark("For example, “waiting for the instructor's approval”."),
    missing=mark("Enter a reason."),
    limit=2000,
    flag="--reason",
    metavar="TEXT",
    help="Reason.",
)
SHOW_REASON = Field(
    name="shown",
    kind=FieldKind.TICK,
    label=mark("The student can see the reason"),
    label_many=mark("The students can see the reason"),
    hint="",
    missing="",
    limit=3,
    flag="--show-reason",
    metavar="",
    help="Let the student see the reason.",
)
TELL_STUDENT = Field(
    name="notify",
    kind=FieldKind.TICK,
    label=mark("Email the student"),
    label_many=mark("Email the students"),
    hint="",
    missing="",
    limit=3,
    flag="--notify",
    metavar="",
    help="Email the student.",
)
WHY_CANCELED = Field(
    name="reason",
    kind=FieldKind.AREA,
    label=mark("Reason"),
    label_many=mark("Reason"),
    hint=mark("The student gets it by email. You can leave it blank if the student asked."),
    missing="",
    limit=2000,
    flag="--reason",
    metavar="TEXT",
    help="Reason; the student gets it by email.",
)
WHY_KEPT = Field(
    name="text",
    kind=FieldKind.AREA,
    label=mark("In your own words"),
    label_many="",
    hint=mark("The student gets it by email."),
    missing="",
    limit=2000,
    flag="--text",
    metavar="TEXT",
    help="A text for the student.",
)
