"""The statuses a job can have, the triggers that move it, and who may pull them."""

from __future__ import annotations

from enum import StrEnum


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
    def folder(self) -> str:
        """Name of the store's folder that holds the authoritative files of this status."""
        return _FOLDERS[self]

    @property
    def label(self) -> str:
        """The status in people's words (English; templates translate it)."""
        return _LABELS[self]


_FOLDERS = {
    Status.UPLOADED: "Uploaded",
    Status.PENDING: "Pending",
    Status.READYTOPRINT: "ReadyToPrint",
    Status.PRINTING: "Printing",
    Status.COMPLETED: "Completed",
    Status.PAIDPICKEDUP: "PaidPickedUp",
    Status.REJECTED: "Rejected",
    Status.ARCHIVED: "Archived",
}
_LABELS = {
    Status.UPLOADED: "Uploaded",
    Status.PENDING: "Waiting for student",
    Status.READYTOPRINT: "Ready to print",
    Status.PRINTING: "Printing",
    Status.COMPLETED: "Completed",
    Status.PAIDPICKEDUP: "Paid & picked up",
    Status.REJECTED: "Rejected",
    Status.ARCHIVED: "Archived",
}

ORIGINALS = "Originals"
"""Folder of originals that a sliced or replaced file has taken the place of."""

THUMBNAILS = "Thumbnails"
"""Folder of the pictures drawn of the models."""

FOLDERS: tuple[str, ...] = (*(status.folder for status in Status), ORIGINALS)
"""Every folder of the store in which a model file can belong, in the order of the lifecycle."""


class Trigger(StrEnum):
    """What moves a job. The value is what is stored in events and spoken on the command line."""

    SUBMIT = "submit"
    APPROVE = "approve"
    REJECT = "reject"
    CONFIRM = "confirm"
    DECLINE = "decline"
    WITHDRAW = "withdraw"
    REQUOTE = "requote"
    RESEND = "resend"
    START_PRINTING = "start_printing"
    FAIL = "fail"
    COMPLETE = "complete"
    PICK_UP = "pick_up"
    DISPOSE = "dispose"
    OVERRIDE = "override"
    ARCHIVE = "archive"

    @property
    def label(self) -> str:
        """What stands on the button (English; templates translate it)."""
        return _TRIGGER_WORDS[self][0]

    @property
    def past(self) -> str:
        """What it reads in a sentence: "Ana *approved* this at 10:42"."""
        return _TRIGGER_WORDS[self][1]


_TRIGGER_WORDS = {
    Trigger.SUBMIT: ("Submit", "submitted"),
    Trigger.APPROVE: ("Approve", "approved"),
    Trigger.REJECT: ("Reject", "rejected"),
    Trigger.CONFIRM: ("Confirm", "confirmed"),
    Trigger.DECLINE: ("Decline", "declined"),
    Trigger.WITHDRAW: ("Withdraw", "withdrew"),
    Trigger.REQUOTE: ("Change the quote", "changed the quote of"),
    Trigger.RESEND: ("Send the link again", "sent a new link for"),
    Trigger.START_PRINTING: ("Start printing", "started printing"),
    Trigger.FAIL: ("Print failed", "reported a failed print of"),
    Trigger.COMPLETE: ("Complete", "completed"),
    Trigger.PICK_UP: ("Paid & picked up", "handed out"),
    Trigger.DISPOSE: ("Dispose of it", "disposed of"),
    Trigger.OVERRIDE: ("Override the status", "overrode the status of"),
    Trigger.ARCHIVE: ("Archive", "archived"),
}


class ActorKind(StrEnum):
    """What sort of person, or thing, acts."""

    STUDENT = "student"
    STAFF = "staff"
    SYSTEM = "system"
