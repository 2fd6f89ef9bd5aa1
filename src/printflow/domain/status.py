"""The statuses a job can have, what each is to the lab and to its student, and who acts on jobs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from .effects import MailTemplate
from .marking import complete, mark
from .trigger import Trigger

__all__ = [
    "FOLDERS",
    "ORIGINALS",
    "STATUSES",
    "THUMBNAILS",
    "ActorKind",
    "Stage",
    "Status",
    "StatusRecord",
    "Trigger",
]


class Stage(StrEnum):
    """What a status means for the work of the lab."""

    WAITING = "waiting"
    """Not agreed yet: staff look at it, or its student answers."""
    ACTIVE = "active"
    """To be printed, or being printed."""
    FINISHED = "finished"
    """Printed; it waits for its student."""
    CLOSED = "closed"
    """Nothing more is to be done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusRecord:
    """Everything that is said of a status. Texts are English; pages and mails translate them.

    ``tone`` colors its badge: "", "warn", "accent", "ok" or "danger"; ``notice_tone`` and ``icon``
    are those of the student's notice. ``rank`` counts how far along the way to its student a job
    is; None beside that way. ``step`` is what the student's line of steps calls it, "" where it is
    no step of its own; a job whose ``printing_ended`` will not be printed.
    """

    folder: str
    """The store's folder that holds the authoritative files."""
    label: str
    student_label: str
    tone: str
    notice_tone: str
    icon: str
    rank: int | None
    stage: Stage
    payable: bool
    """Money can be taken."""
    owes: bool
    """The student's page says what is still to pay."""
    reviewable: bool
    """Staff mark it as looked at."""
    quoted: bool
    """A price waits for the student's answer; its link is open."""
    takes_versions: bool
    """Another file can still take the place of the one to print."""
    on_shelf: bool
    """There is a print to hand out, on a shelf."""
    refused: bool
    """The job will not be printed; its reasons are shown."""
    to_print: bool
    """Copies of it are started, and can be planned."""
    all_printed: bool
    """Every copy is good."""
    handed_out: bool
    """The student has every copy."""
    step: str
    headline: str
    """What the student's page says in large letters."""
    next_step: str
    """What happens next, for the student."""
    at_counter: str
    """Why there is nothing to hand out; its place is printer."""
    counter_hint: str
    usual_mail: MailTemplate | None
    """The mail that belongs to coming here."""
    actions: tuple[Trigger, ...]
    """What stands beside a job, the usual next step first; all else is in its menu."""

    @property
    def confirmed(self) -> bool:
        """The price was agreed to, and the job goes on or is done."""
        return self.to_print or self.on_shelf or self.handed_out


class Status(StrEnum):
    """Where a job stands. The value is what is stored, spoken and put into addresses."""

    UPLOADED = "UPLOADED"
    PENDING = "PENDING"
    READYTOPRINT = "READYTOPRINT"
    PRINTING = "PRINTING"
    COMPLETED = "COMPLETED"
    PAIDPICKEDUP = "PAIDPICKEDUP"
    REJECTED = "REJECTED"
    ARCHIVED = "ARCHIVED"

    @property
    def record(self) -> StatusRecord:
        """Everything that is said of it."""
        return STATUSES[self]

    @property
    def folder(self) -> str:
        """Name of the store's folder that holds the authoritative files of this status."""
        return STATUSES[self].folder

    @property
    def label(self) -> str:
        """The status in people's words (English; templates translate it)."""
        return STATUSES[self].label

    @property
    def closed(self) -> bool:
        """Nothing more is to be done with the job."""
        return STATUSES[self].stage is Stage.CLOSED

    def rank_after(self, along: int) -> int:
        """How far along its way to the student a job is that comes here after ``along``: a status
        beside that way changes nothing, and one that is closed begins again.
        """
        record = STATUSES[self]
        if record.rank is not None:
            return record.rank
        return 0 if self.closed else along

    @property
    def ahead(self) -> bool:
        """The job is still to be printed, or being printed."""
        return STATUSES[self].stage in (Stage.WAITING, Stage.ACTIVE)


STATUSES: Mapping[Status, StatusRecord] = complete(
    Status,
    {
        Status.UPLOADED: StatusRecord(
            folder="Uploaded",
            label=mark("Uploaded"),
            student_label=mark("Being reviewed"),
            tone="",
            notice_tone="",
            icon="info",
            rank=0,
            stage=Stage.WAITING,
            payable=False,
            owes=False,
            reviewable=True,
            quoted=False,
            takes_versions=True,
            on_shelf=False,
            refused=False,
            to_print=False,
            all_printed=False,
            handed_out=False,
            step=mark("Submitted"),
            headline=mark("We're reviewing your model"),
            next_step=mark(
                "We're working on it. Staff will review your model and email you a price."
            ),
            at_counter=mark("Not reviewed yet"),
            counter_hint=mark("Staff need to review the model and set a price first."),
            usual_mail=MailTemplate.RECEIVED,
            actions=(Trigger.APPROVE, Trigger.REJECT),
        ),
        Status.PENDING: StatusRecord(
            folder="Pending",
            label=mark("Waiting for student"),
            student_label=mark("Waiting for your answer"),
            tone="warn",
            notice_tone="warn",
            icon="mail",
            rank=1,
            stage=Stage.WAITING,
            payable=False,
            owes=False,
            reviewable=False,
            quoted=True,
            takes_versions=True,
            on_shelf=False,
            refused=False,
            to_print=False,
            all_printed=False,
            handed_out=False,
            step=mark("Price"),
            headline=mark("Please confirm the price"),
            next_step=mark(
                "Your turn: review the price, then confirm or decline. We won't print until you do."
            ),
            at_counter=mark("The price isn't confirmed yet"),
            counter_hint=mark(
                "The student hasn't responded to the email yet. There's nothing to pick up."
            ),
            usual_mail=MailTemplate.APPROVED,
            actions=(Trigger.CONFIRM, Trigger.RESEND),
        ),
        Status.READYTOPRINT: StatusRecord(
            folder="ReadyToPrint",
            label=mark("Ready to print"),
            student_label=mark("In the queue"),
            tone="accent",
            notice_tone="",
            icon="info",
            rank=2,
            stage=Stage.ACTIVE,
            payable=True,
            owes=False,
            reviewable=False,
            quoted=False,
            takes_versions=True,
            on_shelf=False,
            refused=False,
            to_print=True,
            all_printed=False,
            handed_out=False,
            step=mark("Confirmed"),
            headline=mark("Confirmed and in the queue"),
            next_step=mark(
                "We're working on it. We'll start as soon as a printer is free and email you when "
                "it's ready."
            ),
            at_counter=mark("Not printed yet"),
            counter_hint=mark("It's waiting for a printer. There's nothing to pick up."),
            usual_mail=MailTemplate.CONFIRMED,
            actions=(Trigger.START_PRINTING,),
        ),
        Status.PRINTING: StatusRecord(
            folder="Printing",
            label=mark("Printing"),
            student_label=mark("Printing"),
            tone="accent",
            notice_tone="",
            icon="info",
            rank=3,
            stage=Stage.ACTIVE,
            payable=True,
            owes=False,
            reviewable=False,
            quoted=False,
            takes_versions=False,
            on_shelf=False,
            refused=False,
            to_print=True,
            all_printed=False,
            handed_out=False,
            step=mark("Printing"),
            headline=mark("We're printing your model"),
            next_step=mark("We're working on it. We'll email you when it's ready."),
            at_counter=mark("Being printed on %(printer)s"),
            counter_hint=mark("If the print is done, mark it as completed first."),
            usual_mail=None,
            actions=(Trigger.COMPLETE, Trigger.COPIES_DONE, Trigger.FAIL, Trigger.START_PRINTING),
        ),
        Status.COMPLETED: StatusRecord(
            folder="Completed",
            label=mark("Completed"),
            student_label=mark("Ready for pickup"),
            tone="ok",
            notice_tone="ok",
            icon="pin",
            rank=4,
            stage=Stage.FINISHED,
            payable=True,
            owes=True,
            reviewable=False,
            quoted=False,
            takes_versions=False,
            on_shelf=True,
            refused=False,
            to_print=False,
            all_printed=True,
            handed_out=False,
            step=mark("Ready"),
            headline=mark("Ready for pickup"),
            next_step=mark("Your turn: come pick it up."),
            at_counter=mark("Ready for pickup"),
            counter_hint="",
            usual_mail=MailTemplate.COMPLETED,
            actions=(Trigger.PICK_UP,),
        ),
        Status.PAIDPICKEDUP: StatusRecord(
            folder="PaidPickedUp",
            label=mark("Paid & picked up"),
            student_label=mark("Picked up"),
            tone="",
            notice_tone="ok",
            icon="check",
            rank=5,
            stage=Stage.CLOSED,
            payable=True,
            owes=True,
            reviewable=False,
            quoted=False,
            takes_versions=False,
            on_shelf=False,
            refused=False,
            to_print=False,
            all_printed=True,
            handed_out=True,
            step=mark("Picked up"),
            headline=mark("Picked up. Enjoy!"),
            next_step=mark("You're all set. There's nothing more to do."),
            at_counter=mark("Already picked up"),
            counter_hint="",
            usual_mail=None,
            actions=(),
        ),
        Status.REJECTED: StatusRecord(
            folder="Rejected",
            label=mark("Rejected"),
            student_label=mark("Not printed"),
            tone="danger",
            notice_tone="danger",
            icon="info",
            rank=None,
            stage=Stage.CLOSED,
            payable=False,
            owes=False,
            reviewable=False,
            quoted=False,
            takes_versions=False,
            on_shelf=False,
            refused=True,
            to_print=False,
            all_printed=False,
            handed_out=False,
            step="",
            headline=mark("This model won't be printed"),
            next_step=mark("You're welcome to change the model and submit it again."),
            at_counter=mark("This job was rejected"),
            counter_hint="",
            usual_mail=MailTemplate.REJECTED,
            actions=(),
        ),
        Status.ARCHIVED: StatusRecord(
            folder="Archived",
            label=mark("Archived"),
            student_label=mark("Closed"),
            tone="",
            notice_tone="",
            icon="info",
            rank=None,
            stage=Stage.CLOSED,
            payable=False,
            owes=False,
            reviewable=False,
            quoted=False,
            takes_versions=False,
            on_shelf=False,
            refused=False,
            to_print=False,
            all_printed=False,
            handed_out=False,
            step="",
            headline=mark("This job is closed"),
            next_step=mark("You're all set. There's nothing more to do."),
            at_counter=mark("This job is archived"),
            counter_hint="",
            usual_mail=None,
            actions=(),
        ),
    },
)

ORIGINALS = "Originals"
"""Folder of originals that a sliced or replaced file has taken the place of."""

THUMBNAILS = "Thumbnails"
"""Folder of the pictures drawn of the models."""

FOLDERS: tuple[str, ...] = (*(status.folder for status in Status), ORIGINALS)
"""Every folder of the store in which a model file can belong, in the order of the lifecycle."""


class ActorKind(StrEnum):
    """What sort of person, or thing, acts."""

    STUDENT = "student"
    STAFF = "staff"
    SYSTEM = "system"
