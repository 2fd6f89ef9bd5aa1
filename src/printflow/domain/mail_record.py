"""The lab's emails, one record each: what it is called, who gets it, and when it still means
something."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .effects import MailTemplate
from .marking import complete, mark
from .status import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """When a mail still means something; what is not set does not matter to it."""

    statuses: frozenset[Status] | None = None
    """The job is in one of them."""
    open_link: bool = False
    """The link that it carries still waits for an answer."""
    newest: bool = True
    """No later email of its kind is about the same job."""
    same_reasons: bool = False
    """The job's reasons are those that it tells."""
    this_wait: bool = False
    """It was written since the job came into its status."""
    unanswered: bool = False
    """Nobody has answered the student yet."""
    held: bool | None = None
    """The job is on hold, or is not."""
    cancel_asked: bool = False
    """The student asks to cancel it."""
    unconfirmed: bool = False
    """The address of the job is still to be confirmed."""
    payment_counts: bool = False
    """The payment that it is about was not voided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailRecord:
    """Everything that is said of an email besides its own text. English; pages translate it.

    ``staff`` is what the outbox calls it, ``student`` the student's page ("" where students get
    none). ``of_step`` says that a step of the lifecycle sends it: it waits for the undo.
    ``sample_status`` is the status of the job in its sample, ``sample_note`` what someone says in
    it.
    """

    staff: str
    student: str
    of_step: bool
    optional: bool
    """Only labs that turn it on send it: the setting has the template's name."""
    meaning: Meaning
    sample_status: Status
    sample_note: str

    @property
    def to_staff(self) -> bool:
        """It goes to the lab's own address; the others go to the student."""
        return not self.student


def _in(*statuses: Status) -> Meaning:
    return Meaning(statuses=frozenset(statuses))


_ALWAYS = Meaning(newest=False)

MAILS: Mapping[MailTemplate, MailRecord] = complete(
    MailTemplate,
    {
        MailTemplate.CONFIRM_ADDRESS: MailRecord(
            staff=mark("Link to confirm the address"),
            student=mark("Confirm your email address"),
            of_step=False,
            optional=False,
            meaning=Meaning(statuses=frozenset({Status.UPLOADED}), unconfirmed=True),
            sample_status=Status.UPLOADED,
            sample_note="",
        ),
        MailTemplate.RECEIVED: MailRecord(
            staff=mark("We have your model"),
            student=mark("We have your model"),
            of_step=True,
            optional=False,
            meaning=_in(Status.UPLOADED),
            sample_status=Status.UPLOADED,
            sample_note="",
        ),
        MailTemplate.APPROVED: MailRecord(
            staff=mark("Price quote"),
            student=mark("The price and the link to confirm"),
            of_step=True,
            optional=False,
            meaning=Meaning(statuses=frozenset({Status.PENDING}), open_link=True),
            sample_status=Status.PENDING,
            sample_note="We turned the model so that it needs no supports.",
        ),
        MailTemplate.CONFIRMED: MailRecord(
            staff=mark("Confirmation"),
            student=mark("Confirmation"),
            of_step=True,
            optional=False,
            meaning=_in(Status.READYTOPRINT, Status.PRINTING),
            sample_status=Status.READYTOPRINT,
            sample_note="",
        ),
        MailTemplate.REJECTED: MailRecord(
            staff=mark("Rejection"),
            student=mark("Why it wasn't printed"),
            of_step=True,
            optional=False,
            meaning=Meaning(statuses=frozenset({Status.REJECTED}), same_reasons=True),
            sample_status=Status.REJECTED,
            sample_note="",
        ),
        MailTemplate.COMPLETED: MailRecord(
            staff=mark("Ready for pickup"),
            student=mark("Ready for pickup"),
            of_step=True,
            optional=False,
            meaning=_in(Status.COMPLETED),
            sample_status=Status.COMPLETED,
            sample_note="",
        ),
        MailTemplate.PICK_UP_REMINDER: MailRecord(
            staff=mark("Reminder to pick up"),
            student=mark("Reminder: your print is ready for pickup"),
            of_step=False,
            optional=False,
            meaning=Meaning(statuses=frozenset({Status.COMPLETED}), this_wait=True, held=False),
            sample_status=Status.COMPLETED,
            sample_note="",
        ),
        MailTemplate.PRINT_STARTED: MailRecord(
            staff=mark("Print started"),
            student=mark("Your print has started"),
            of_step=True,
            optional=True,
            meaning=_in(Status.PRINTING),
            sample_status=Status.PRINTING,
            sample_note="",
        ),
        MailTemplate.COPIES_READY: MailRecord(
            staff=mark("Some copies are done"),
            student=mark("Some copies are done"),
            of_step=True,
            optional=True,
            meaning=_in(Status.PRINTING),
            sample_status=Status.PRINTING,
            sample_note="",
        ),
        MailTemplate.PRINT_FAILED: MailRecord(
            staff=mark("Print failed"),
            student=mark("A print failed, and we're printing it again"),
            of_step=True,
            optional=True,
            meaning=_in(Status.READYTOPRINT, Status.PRINTING),
            sample_status=Status.READYTOPRINT,
            sample_note="",
        ),
        MailTemplate.DISPOSED: MailRecord(
            staff=mark("Print discarded"),
            student=mark("Discarded because it wasn't picked up"),
            of_step=True,
            optional=False,
            meaning=_in(Status.ARCHIVED),
            sample_status=Status.ARCHIVED,
            sample_note="",
        ),
        MailTemplate.PAYER_ASKED: MailRecord(
            staff=mark("Question to a payer"),
            student="",
            of_step=True,
            optional=False,
            meaning=_in(Status.PENDING, Status.READYTOPRINT),
            sample_status=Status.PENDING,
            sample_note="",
        ),
        MailTemplate.PAYER_STATEMENT: MailRecord(
            staff=mark("Payer's statement"),
            student="",
            of_step=False,
            optional=False,
            meaning=_ALWAYS,
            sample_status=Status.PENDING,
            sample_note="",
        ),
        MailTemplate.SUMMARY: MailRecord(
            staff=mark("Summary"),
            student="",
            of_step=False,
            optional=False,
            meaning=_ALWAYS,
            sample_status=Status.PENDING,
            sample_note="",
        ),
        MailTemplate.STAFF_ALERT: MailRecord(
            staff=mark("Alert to staff"),
            student="",
            of_step=True,
            optional=False,
            meaning=_in(Status.REJECTED),
            sample_status=Status.READYTOPRINT,
            sample_note="",
        ),
        MailTemplate.FIND_JOBS: MailRecord(
            staff=mark("Links to jobs"),
            student=mark("Links to your jobs"),
            of_step=False,
            optional=False,
            meaning=_ALWAYS,
            sample_status=Status.READYTOPRINT,
            sample_note="",
        ),
        MailTemplate.REMINDER: MailRecord(
            staff=mark("Reminder to respond"),
            student=mark("Reminder: please respond to the price"),
            of_step=False,
            optional=False,
            meaning=Meaning(statuses=frozenset({Status.PENDING}), open_link=True, held=False),
            sample_status=Status.PENDING,
            sample_note="",
        ),
        MailTemplate.MESSAGE: MailRecord(
            staff=mark("Message to the student"),
            student=mark("A message from the lab"),
            of_step=False,
            optional=False,
            meaning=_ALWAYS,
            sample_status=Status.READYTOPRINT,
            sample_note="Should the logo point up or down?",
        ),
        MailTemplate.STUDENT_MESSAGE: MailRecord(
            staff=mark("Message from the student"),
            student="",
            of_step=False,
            optional=False,
            meaning=Meaning(newest=False, unanswered=True),
            sample_status=Status.READYTOPRINT,
            sample_note="Up, please. Thank you!",
        ),
        MailTemplate.RECEIPT: MailRecord(
            staff=mark("Receipt"),
            student=mark("Receipt for a payment"),
            of_step=False,
            optional=False,
            meaning=Meaning(newest=False, payment_counts=True),
            sample_status=Status.PAIDPICKEDUP,
            sample_note="",
        ),
        # What these tell, and whether it still means anything, is that of each of their lines.
        MailTemplate.PRICES: MailRecord(
            staff=mark("Price quotes for a request"),
            student=mark("The prices and the links to confirm"),
            of_step=False,
            optional=False,
            meaning=_ALWAYS,
            sample_status=Status.PENDING,
            sample_note="We turned the model so that it needs no supports.",
        ),
        MailTemplate.IN_QUEUE: MailRecord(
            staff=mark("Confirmation, several prints"),
            student=mark("Confirmation"),
            of_step=False,
            optional=False,
            meaning=_ALWAYS,
            sample_status=Status.READYTOPRINT,
            sample_note="",
        ),
        MailTemplate.READY: MailRecord(
            staff=mark("Ready for pickup, several prints"),
            student=mark("Ready for pickup"),
            of_step=False,
            optional=False,
            meaning=_ALWAYS,
            sample_status=Status.COMPLETED,
            sample_note="",
        ),
        MailTemplate.ON_HOLD: MailRecord(
            staff=mark("On hold"),
            student=mark("Your print is on hold"),
            of_step=True,
            optional=False,
            meaning=Meaning(held=True),
            sample_status=Status.READYTOPRINT,
            sample_note="We're waiting for a new nozzle.",
        ),
        MailTemplate.RELEASED: MailRecord(
            staff=mark("No longer on hold"),
            student=mark("Your print is no longer on hold"),
            of_step=True,
            optional=False,
            meaning=Meaning(held=False),
            sample_status=Status.READYTOPRINT,
            sample_note="",
        ),
        MailTemplate.CANCELED: MailRecord(
            staff=mark("Print canceled"),
            student=mark("Your print was canceled"),
            of_step=True,
            optional=False,
            meaning=Meaning(statuses=frozenset({Status.REJECTED}), same_reasons=True),
            sample_status=Status.REJECTED,
            sample_note="",
        ),
        MailTemplate.NOT_CANCELED: MailRecord(
            staff=mark("Cancellation declined"),
            student=mark("Your print wasn't canceled"),
            of_step=True,
            optional=False,
            meaning=_in(Status.READYTOPRINT, Status.PRINTING),
            sample_status=Status.READYTOPRINT,
            sample_note="The build plate for it is prepared already.",
        ),
    },
)

CONFIRMED_ALERT = _in(Status.READYTOPRINT)
"""When an alert to staff that a price was confirmed still means something."""

ASKED_ALERT = Meaning(cancel_asked=True)
"""The same of one that the student asks to cancel."""

_UNKNOWN = MailRecord(
    staff=mark("Email"),
    student=mark("Email"),
    of_step=False,
    optional=False,
    meaning=_ALWAYS,
    sample_status=Status.READYTOPRINT,
    sample_note="",
)


def mail_record(template: str) -> MailRecord:
    """The record of a row of the outbox; a template that is no longer known is just an email."""
    return MAILS[MailTemplate(template)] if template in MAILS else _UNKNOWN
