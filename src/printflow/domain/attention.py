"""Why a job needs attention: one rule each, with what people read of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from .marking import complete, mark
from .status import Status

OVERDUE_AFTER = timedelta(hours=12)
"""So long after its expected end a print that still runs needs attention."""

HANDED_OUT = tuple(status for status in Status if status.record.owes and status.closed)
"""In these the student has the print: what is due then is a debt that nothing else recalls."""


class Flag(StrEnum):
    """Why a job needs attention."""

    LAPSED = "lapsed"
    """Its confirmation link has expired."""
    FILE = "file"
    """A file is missing, parked, or open on another PC."""
    MAIL = "mail"
    """A mail about it could not be delivered."""
    UNCLAIMED = "unclaimed"
    """It waits for its student for longer than the lab keeps prints."""
    OVERDUE = "overdue"
    """It still prints, ``OVERDUE_AFTER`` its expected end: nobody has recorded a result."""
    UNPAID = "unpaid"
    """It was handed out, and something is still due."""
    MESSAGE = "message"
    """Its student wrote, and nobody has answered."""
    CANCEL = "cancel"
    """Its student asks to cancel it."""
    AGE = "age"
    """It has been in its status for longer than the settings' ``attention_days``."""

    @property
    def label(self) -> str:
        """What people read (English; pages translate it)."""
        return FLAGS[self].label


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagRecord:
    """Everything that is said of a flag."""

    label: str


FLAGS: Mapping[Flag, FlagRecord] = complete(
    Flag,
    {
        Flag.LAPSED: FlagRecord(label=mark("Link expired")),
        Flag.FILE: FlagRecord(label=mark("File problem")),
        Flag.MAIL: FlagRecord(label=mark("Email not delivered")),
        Flag.UNCLAIMED: FlagRecord(label=mark("Not picked up")),
        Flag.OVERDUE: FlagRecord(label=mark("Print overdue")),
        Flag.UNPAID: FlagRecord(label=mark("Handed out, not paid")),
        Flag.MESSAGE: FlagRecord(label=mark("Message")),
        Flag.CANCEL: FlagRecord(label=mark("Asks to cancel")),
        Flag.AGE: FlagRecord(label=mark("Waiting too long")),
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attention:
    """The moments (UTC) that tell which jobs need attention ``now``."""

    now: datetime
    aged: datetime
    """A status that began before it is old."""
    unclaimed: datetime | None = None
    """A finished print that waits since before it may be discarded; None where none ever may."""

    @property
    def overdue(self) -> datetime:
        """A print that should have ended before it is overdue."""
        return self.now - OVERDUE_AFTER
