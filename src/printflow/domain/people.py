"""Who works in a lab and from where, as plain frozen records. Times are UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from ..errors import InvalidInput
from ..said import say
from .marking import mark
from .rights import Right

SESSION_LIFETIME = timedelta(hours=12)
"""How long one is signed in, whatever one does: a working day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffName:
    """A name to act under. It is never deleted, because history speaks of it."""

    name: str
    added_at: datetime
    deactivated_at: datetime | None


@dataclass(frozen=True, slots=True)
class Door:
    """A station that lets people in: its row, and what is stored of its password."""

    id: int
    name: str
    password_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """A place where staff sign in, with a password of its own.

    Who signs in there may do what its ``role`` allows. ``sessions`` counts who is signed in there
    now. A station that was revoked has ``revoked_at``; nobody gets in by it.
    """

    id: int
    name: str
    role: str
    changed_at: datetime
    revoked_at: datetime | None
    sessions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffSession:
    """One browser that is signed in: who acts there, at which station, from which address.

    ``role`` is the station's, or that of the session itself where a provider says who signs in;
    then ``source`` names the provider and ``station``, too. ``rights`` are what the role allows in
    version ``catalog_version`` of the catalog. ``confirmed_at`` is when the password was last
    typed.
    """

    id: int
    name: str
    station: str
    role: str
    address: str
    started_at: datetime
    expires_at: datetime
    confirmed_at: datetime
    source: str = ""
    catalog_version: int = 0
    language: str = ""
    """The tag of the language that the person chose; "" = none so far."""
    rights: frozenset[Right] = frozenset()


class ChangeKind(StrEnum):
    """What can change about the lab itself."""

    STAFF_ADDED = "staff_added"
    STAFF_DEACTIVATED = "staff_deactivated"
    STAFF_REACTIVATED = "staff_reactivated"
    STATION_ADDED = "station_added"
    STATION_RENEWED = "station_renewed"
    STATION_ROLE = "station_role"
    STATION_REVOKED = "station_revoked"
    PERSON_ROLE = "person_role"
    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    LEFT = "left"
    SIGNED_OUT = "signed_out"
    REFUSED = "refused"
    PERSON_EXPORTED = "person_exported"
    PERSON_ERASED = "person_erased"
    LIST_EXPORTED = "list_exported"
    SETTINGS = "settings"
    CATALOG = "catalog"
    MAIL_RETRIED = "mail_retried"
    OUTBOX_RESUMED = "outbox_resumed"
    EMAIL_ASSIGNED = "email_assigned"
    EMAIL_DISMISSED = "email_dismissed"
    EMAIL_PUT_BACK = "email_put_back"
    MENDED = "mended"
    MACHINE_ADDED = "machine_added"
    MACHINE_CHANGED = "machine_changed"
    MACHINE_OUT = "machine_out"
    MACHINE_BACK = "machine_back"
    MACHINE_RETIRED = "machine_retired"
    PAYER_ADDED = "payer_added"
    PAYER_CHANGED = "payer_changed"
    PAYER_RETIRED = "payer_retired"
    PAYERS_IMPORTED = "payers_imported"
    PERSON_BLOCKED = "person_blocked"
    PERSON_UNBLOCKED = "person_unblocked"
    PERSON_EXCEPTED = "person_excepted"
    EXCEPTION_ENDED = "exception_ended"

    @property
    def words(self) -> str:
        """What was done, as a sentence about the change's ``subject``."""
        return _WORDS[self]


_WORDS = {
    ChangeKind.STAFF_ADDED: mark("Added %(subject)s to staff"),
    ChangeKind.STAFF_DEACTIVATED: mark("Deactivated %(subject)s"),
    ChangeKind.STAFF_REACTIVATED: mark("Reactivated %(subject)s"),
    ChangeKind.STATION_ADDED: mark("Added the station %(subject)s"),
    ChangeKind.STATION_RENEWED: mark("Set a new password for the station %(subject)s"),
    ChangeKind.STATION_ROLE: mark("Changed the role of the station %(subject)s"),
    ChangeKind.STATION_REVOKED: mark("Revoked the station %(subject)s"),
    ChangeKind.PERSON_ROLE: mark("Changed the role of %(subject)s, who is signed in"),
    ChangeKind.SIGNED_IN: mark("Signed in as %(subject)s"),
    ChangeKind.SIGN_IN_FAILED: mark("Failed to sign in as %(subject)s"),
    ChangeKind.LEFT: mark("Signed out"),
    ChangeKind.REFUSED: mark("Was refused: %(subject)s"),
    ChangeKind.PERSON_EXPORTED: mark("Exported a student's data: %(subject)s"),
    ChangeKind.PERSON_ERASED: mark("Erased a student's data: %(subject)s"),
    ChangeKind.LIST_EXPORTED: mark("Exported %(subject)s"),
    ChangeKind.SETTINGS: mark("Started with changed settings: %(subject)s"),
    ChangeKind.SIGNED_OUT: mark("Signed out %(subject)s"),
    ChangeKind.CATALOG: mark("Changed the catalog: %(subject)s"),
    ChangeKind.MAIL_RETRIED: mark("Sent the email %(subject)s again"),
    ChangeKind.OUTBOX_RESUMED: mark("Resumed email"),
    ChangeKind.EMAIL_ASSIGNED: mark("Added an incoming email to job %(subject)s"),
    ChangeKind.EMAIL_DISMISSED: mark("Dismissed an incoming email"),
    ChangeKind.EMAIL_PUT_BACK: mark("Put an incoming email back into the tray"),
    ChangeKind.MENDED: mark("Had the doctor fix %(subject)s"),
    ChangeKind.MACHINE_ADDED: mark("Added the machine %(subject)s"),
    ChangeKind.MACHINE_CHANGED: mark("Changed the machine %(subject)s"),
    ChangeKind.MACHINE_OUT: mark("Took %(subject)s out of service"),
    ChangeKind.MACHINE_BACK: mark("Put %(subject)s back in service"),
    ChangeKind.MACHINE_RETIRED: mark("Retired the machine %(subject)s"),
    ChangeKind.PAYER_ADDED: mark("Added the payer %(subject)s"),
    ChangeKind.PAYER_CHANGED: mark("Changed the payer %(subject)s"),
    ChangeKind.PAYER_RETIRED: mark("Retired the payer %(subject)s"),
    ChangeKind.PAYERS_IMPORTED: mark("Imported payers: %(subject)s"),
    ChangeKind.PERSON_BLOCKED: mark("Blocked a student (no. %(subject)s)"),
    ChangeKind.PERSON_UNBLOCKED: mark("Unblocked a student (no. %(subject)s)"),
    ChangeKind.PERSON_EXCEPTED: mark("Excepted a student from limits (no. %(subject)s)"),
    ChangeKind.EXCEPTION_ENDED: mark("Ended an exception from limits (no. %(subject)s)"),
}


def kind_of(typed: str, field: str) -> ChangeKind:
    """The kind of that name. Raises InvalidInput at ``field``."""
    try:
        return ChangeKind(typed)
    except ValueError:
        raise InvalidInput.of(
            field,
            "kind_unknown",
            say("There's no kind “{name}”.", name=typed[:40]),
            say("Choose from: {names}.", names=", ".join(ChangeKind)),
        ) from None


BY_STRANGERS = frozenset({ChangeKind.SIGN_IN_FAILED, ChangeKind.REFUSED})
"""What people do who have not signed in."""

ABOUT_STUDENTS = (
    ChangeKind.MAIL_RETRIED,
    ChangeKind.PERSON_EXPORTED,
    ChangeKind.PERSON_BLOCKED,
    ChangeKind.PERSON_UNBLOCKED,
    ChangeKind.PERSON_EXCEPTED,
    ChangeKind.EXCEPTION_ENDED,
    ChangeKind.SIGNED_IN,
    ChangeKind.SIGN_IN_FAILED,
    ChangeKind.LEFT,
)
"""Whose entries may name a student: what names one is taken out when the person is erased."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeQuery:
    """Which entries are wanted; empty texts and None ask nothing.

    ``name`` is who did it or whom it is about. ``since`` is the first moment.
    """

    kind: ChangeKind | None = None
    name: str = ""
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One entry of the lab's own record: who did what, when, from which station and address.

    ``by`` is "" for the command line, and for strangers (:attr:`of_a_stranger`). ``right`` is the
    right that allowed it, or that was missing, where that is known. ``times`` counts how often the
    same happened within the hour so far: repeats are written down at the 10th, 100th, … time only.
    """

    id: int
    at: datetime
    by: str
    station: str
    address: str = ""
    right: str = ""
    times: int = 1
    kind: ChangeKind
    subject: str
    details: Mapping[str, Any]

    @property
    def of_a_stranger(self) -> bool:
        """Whether nobody was signed in who could have done it."""
        return not self.by and self.kind in BY_STRANGERS
