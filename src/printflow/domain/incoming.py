"""Emails that come in: what is read of one, and what became of it. Times are UTC."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from .marking import complete, mark


class Fate(StrEnum):
    """What became of an email; the value is stored."""

    MESSAGE = "message"
    """It's a message of its job."""
    TRAY = "tray"
    """Staff decide which job it belongs to."""
    ASSIGNED = "assigned"
    """Staff put it into a job."""
    DISMISSED = "dismissed"
    """Staff said that it belongs to no job."""
    BOUNCE = "bounce"
    """It says that an email of the lab's wasn't delivered."""
    IGNORED = "ignored"
    """No one wrote it: it's a message of no job."""

    @property
    def label(self) -> str:
        """The fate in people's words."""
        return FATES[self]


FATES: Mapping[Fate, str] = complete(
    Fate,
    {
        Fate.MESSAGE: mark("Message of a job"),
        Fate.TRAY: mark("Needs a job"),
        Fate.ASSIGNED: mark("Added to a job by staff"),
        Fate.DISMISSED: mark("Dismissed"),
        Fate.BOUNCE: mark("Returned email"),
        Fate.IGNORED: mark("Automatic"),
    },
)


class Why(StrEnum):
    """Why an email became what it is; the value is stored."""

    REPLY = "reply"
    TAG = "tag"
    NO_MATCH = "no_match"
    SEVERAL_JOBS = "several_jobs"
    OTHER_SENDER = "other_sender"
    NO_SENDER = "no_sender"
    JOB_REMOVED = "job_removed"
    UNCONFIRMED = "unconfirmed"
    TOO_MANY = "too_many"
    UNREADABLE = "unreadable"
    AUTOMATIC = "automatic"
    MAILING_LIST = "mailing_list"
    READ_RECEIPT = "read_receipt"
    OWN = "own"
    FLOOD = "flood"
    DELAYED = "delayed"
    RETURNED = "returned"
    RETURNED_UNKNOWN = "returned_unknown"

    @property
    def words(self) -> str:
        """The reason as a sentence for staff."""
        return _WHYS[self]


_WHYS: Mapping[Why, str] = complete(
    Why,
    {
        Why.REPLY: mark("It answers an email about this job."),
        Why.TAG: mark("It was sent to the address that this job's emails carry."),
        Why.NO_MATCH: mark("It doesn't answer an email about any job."),
        Why.SEVERAL_JOBS: mark("It answers an email about several jobs."),
        Why.OTHER_SENDER: mark("It answers an email about this job, but someone else sent it."),
        Why.NO_SENDER: mark("It doesn't say who sent it."),
        Why.JOB_REMOVED: mark("It answers an email about a job whose personal data was deleted."),
        Why.UNCONFIRMED: mark("The student hasn't confirmed the email address of this job yet."),
        Why.TOO_MANY: mark("There were too many emails about this job within an hour."),
        Why.UNREADABLE: mark("It can't be read here. Open it in the mailbox."),
        Why.AUTOMATIC: mark("It's an automatic answer."),
        Why.MAILING_LIST: mark("It's from an email list."),
        Why.READ_RECEIPT: mark("It's a read receipt."),
        Why.OWN: mark("It's one of the lab's own emails."),
        Why.FLOOD: mark("Its sender wrote too many emails within an hour."),
        Why.DELAYED: mark("It says that an email is late. The email server keeps trying."),
        Why.RETURNED: mark("It says that an email couldn't be delivered."),
        Why.RETURNED_UNKNOWN: mark(
            "It says that an email couldn't be delivered, but not which one."
        ),
    },
)


class Kept(StrEnum):
    """What became of an attachment; the value is stored."""

    PICTURE = "picture"
    MODEL = "model"
    SIGNATURE = "signature"
    NAMED = "named"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file in an email: ``size`` in bytes, and what became of it."""

    name: str
    size: int
    kept: Kept


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPicture:
    """A picture of an email, drawn again: a JPEG or PNG that was made here."""

    name: str
    data: bytes
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What an email says of the delivery of another one: ``action`` is failed, delayed or another
    word of RFC 3464, ``reason`` the other server's words, ``about`` the Message-IDs that it names.
    """

    action: str
    reason: str
    about: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrivedMail:
    """An email as it was read. ``text`` is what its sender wrote, ``whole`` the text with what it
    quotes; ``references`` are the Message-IDs that it answers, the nearest first. ``size`` is in
    bytes. Of one that is ``too_large`` or ``unreadable`` only the headers are known.
    """

    identity: str
    """Tells it from every other one: a hash of its Message-ID, or of all of it."""
    size: int
    message_id: str = ""
    references: tuple[str, ...] = ()
    sender: str = ""
    sender_name: str = ""
    recipients: tuple[str, ...] = ()
    subject: str = ""
    sent_at: datetime | None = None
    text: str = ""
    whole: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Those that tell what wrote it, by their names in lower case."""
    report: Report | None = None
    receipt: bool = False
    """It says that an email was read."""
    pictures: tuple[NewPicture, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    original: bytes = b""
    original_whole: bool = True
    too_large: bool = False
    unreadable: bool = False


def automatic(mail: ArrivedMail) -> Why | None:
    """Whether no one wrote it (RFC 3834, and what programs did before and besides), and why."""
    said = mail.headers
    if mail.receipt:
        return Why.READ_RECEIPT
    if said.get("auto-submitted", "no").partition(";")[0].strip().lower() not in ("", "no"):
        return Why.AUTOMATIC
    if any(name.startswith("list-") for name in said):
        return Why.MAILING_LIST
    precedence = said.get("precedence", "").strip().lower()
    if precedence in ("list", "bulk"):
        return Why.MAILING_LIST
    if precedence in ("junk", "auto_reply"):
        return Why.AUTOMATIC
    if any(said.get(name, "no").strip().lower() not in ("", "no") for name in _ANSWERS):
        return Why.AUTOMATIC
    suppressed = said.get("x-auto-response-suppress", "").strip().lower()
    if suppressed not in ("", "none"):
        return Why.AUTOMATIC
    empty = said.get("return-path", "x").strip() in ("", "<>")
    daemon = mail.sender.partition("@")[0].lower() in ("mailer-daemon", "postmaster")
    return Why.AUTOMATIC if empty or daemon else None


_ANSWERS = ("x-autoreply", "x-autorespond", "x-autoresponder", "x-vacation", "x-loop")

TELLING = (
    "auto-submitted",
    "precedence",
    "x-auto-response-suppress",
    "return-path",
    "list-id",
    "list-post",
    "list-unsubscribe",
    "list-help",
    *_ANSWERS,
)
"""The headers that tell whether a person wrote an email."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingPicture:
    """A picture that is kept of an email; sizes in pixels."""

    id: int
    name: str
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingMail:
    """A row of what came in. ``note_id`` is the message that it became, ``outbox_id`` the email
    that it returned, ``has_original`` whether all or (not ``original_whole``) most of it is kept.
    """

    id: int
    at: datetime
    sent_at: datetime | None
    fate: Fate
    why: Why
    too_large: bool
    job_id: str | None
    note_id: int | None
    outbox_id: int | None
    sender: str
    sender_name: str
    subject: str
    text: str
    size: int
    attachments: tuple[Attachment, ...]
    settled_at: datetime | None
    settled_by: str
    pictures: tuple[IncomingPicture, ...] = ()
    has_original: bool = False
    original_whole: bool = True

    @property
    def models(self) -> tuple[str, ...]:
        """The names of model files in it; they are not taken in by mail."""
        return tuple(one.name for one in self.attachments if one.kept is Kept.MODEL)

    @property
    def only_named(self) -> tuple[Attachment, ...]:
        """Attachments that are not kept here."""
        shown = (Kept.PICTURE, Kept.SIGNATURE)
        return tuple(one for one in self.attachments if one.kept not in shown)


def of_note(mails: Sequence[IncomingMail], note_id: int) -> IncomingMail | None:
    """The email that became the message."""
    return next((mail for mail in mails if mail.note_id == note_id), None)
