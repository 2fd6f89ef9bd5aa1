"""What a transition wants done, as data. The service writes it all in the one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum

from .limit_counts import LimitOutcome
from .plate import Machine
from .pricing import PriceLine


class MailTemplate(StrEnum):
    """The mails there are; the value is the folder of the template."""

    CONFIRM_ADDRESS = "confirm_address"
    RECEIVED = "received"
    APPROVED = "approved"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    COMPLETED = "completed"
    PICK_UP_REMINDER = "pick_up_reminder"
    PRINT_STARTED = "print_started"
    COPIES_READY = "copies_ready"
    PRINT_FAILED = "print_failed"
    DISPOSED = "disposed"
    STAFF_ALERT = "staff_alert"
    FIND_JOBS = "find_jobs"
    REMINDER = "reminder"
    MESSAGE = "message"
    STUDENT_MESSAGE = "student_message"
    RECEIPT = "receipt"
    PRICES = "prices"
    IN_QUEUE = "in_queue"
    READY = "ready"
    PAYER_ASKED = "payer_asked"
    PAYER_STATEMENT = "payer_statement"
    SUMMARY = "summary"
    ON_HOLD = "on_hold"
    RELEASED = "released"
    CANCELED = "canceled"
    NOT_CANCELED = "not_canceled"


@dataclass(frozen=True, slots=True)
class PlaceFile:
    """The authoritative file belongs into ``folder`` from now on."""

    folder: str


@dataclass(frozen=True, slots=True)
class AdoptFile:
    """The chosen file becomes authoritative; the one before it goes to ``Originals``."""

    name: str


@dataclass(frozen=True, slots=True)
class SendMail:
    """A mail goes into the outbox: to the student, or to the lab for staff alerts."""

    template: MailTemplate


@dataclass(frozen=True, slots=True)
class IssueConfirmation:
    """A new link with the job's present quote; every earlier open one is void. Without ``lines``
    the price is explained as before.
    """

    lines: tuple[PriceLine, ...] = ()


@dataclass(frozen=True, slots=True)
class VoidConfirmations:
    """Every open link of the job is void."""


@dataclass(frozen=True, slots=True)
class ExtendQuote:
    """The quote that was open when the job was put on hold is good for as much longer."""

    by: timedelta


@dataclass(frozen=True, slots=True)
class UseConfirmation:
    """The open link is used up by the student's answer."""


@dataclass(frozen=True, slots=True)
class StartCopies:
    """Copies of the job are printed on a machine: on a plate of their own, or on ``plate``."""

    machine: Machine
    copies: int
    plate: int | None = None


@dataclass(frozen=True, slots=True)
class EndCopies:
    """What became of copies on the plates that the attempt is about, in their order."""

    good: int = 0
    failed: int = 0
    not_printed: int = 0
    category: str = ""
    reason: str = ""
    grams_wasted: Decimal | None = None


@dataclass(frozen=True, slots=True)
class LeavePlates:
    """The job is on no running or planned plate any more; what was open is not printed."""

    reason: str = ""


@dataclass(frozen=True, slots=True)
class RecordPayment:
    """Money taken, in integer cents (0 with ``waived`` saying why), and how much is waived."""

    amount_cents: int
    method: str
    waived: str = ""
    waived_cents: int = 0
    receipt: str = ""
    payer: str = ""
    account: str = ""
    hand_over: str = ""


@dataclass(frozen=True, slots=True)
class AskPayer:
    """A payer is to pay for the job, as the student's form says."""

    payer_id: int


@dataclass(frozen=True, slots=True)
class ReserveBudget:
    """What payers pay of the job's price: by claim, integer cents; in the lab's term of that name."""

    parts: tuple[tuple[int, int], ...]
    term: str = ""


@dataclass(frozen=True, slots=True)
class CountLimits:
    """Count what came of limits: outcome, code, and rule of each."""

    counts: tuple[tuple[LimitOutcome, str, str], ...]


@dataclass(frozen=True, slots=True)
class AddNote:
    """A note for the history: internal, or for the student to read."""

    text: str
    for_student: bool = False


Effect = (
    PlaceFile
    | AdoptFile
    | SendMail
    | IssueConfirmation
    | VoidConfirmations
    | ExtendQuote
    | UseConfirmation
    | StartCopies
    | EndCopies
    | LeavePlates
    | RecordPayment
    | AskPayer
    | ReserveBudget
    | CountLimits
    | AddNote
)
