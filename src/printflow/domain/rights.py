"""What people may do: the rights, each with its record, and the roles that are named sets of them.

The lab's roles are part of its catalog; these are the ones that it starts with.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from .marking import complete, mark


class RightGroup(StrEnum):
    """What a right is about; the value is the heading above its group."""

    JOBS = mark("Jobs")
    PRINTING = mark("Queue and machines")
    PICKUP = mark("Pickup and payments")
    PEOPLE = mark("Reports and people")
    LAB = mark("The lab")


class Right(StrEnum):
    """One thing that a role may allow. The value is what catalogs, scripts and programs say."""

    SEE = "see"
    NOTE = "note"
    WRITE = "write"
    APPROVE = "approve"
    QUOTE = "quote"
    REJECT = "reject"
    ANSWER = "answer"
    EDIT = "edit"
    EMAILS = "emails"
    ARCHIVE = "archive"
    OVERRIDE = "override"
    QUEUE = "queue"
    PRINT = "print"
    MACHINES = "machines"
    EQUIPMENT = "equipment"
    HAND_OUT = "hand_out"
    PAYMENTS = "payments"
    WAIVE = "waive"
    VOID = "void"
    DISCARD = "discard"
    REPORTS = "reports"
    EXPORT_PEOPLE = "export_people"
    ERASE_PEOPLE = "erase_people"
    RETENTION = "retention"
    STAFF = "staff"
    PRICES = "prices"
    TEXTS = "texts"
    IMPORT = "import"
    SETTINGS = "settings"
    AUDIT = "audit"
    STATIONS = "stations"
    ROLES = "roles"

    @property
    def record(self) -> RightRecord:
        """Everything that is said of it."""
        return RIGHTS[self]

    @property
    def label(self) -> str:
        """What it allows (English; pages translate it)."""
        return RIGHTS[self].label


@dataclass(frozen=True, slots=True, kw_only=True)
class RightRecord:
    """What is said of a right. ``label`` says what it allows, as an imperative.

    A ``sensitive`` one can want the password again; see ``server.confirm_sensitive_minutes``.
    """

    label: str
    group: RightGroup
    sensitive: bool = False


_JOBS, _PRINTING, _PICKUP, _PEOPLE, _LAB = RightGroup

RIGHTS: Mapping[Right, RightRecord] = complete(
    Right,
    {
        Right.SEE: RightRecord(label=mark("See jobs, the queue, and machines"), group=_JOBS),
        Right.NOTE: RightRecord(label=mark("Add notes, and mark jobs as reviewed"), group=_JOBS),
        Right.WRITE: RightRecord(label=mark("Write messages to students"), group=_JOBS),
        Right.APPROVE: RightRecord(label=mark("Approve jobs, and put jobs on hold"), group=_JOBS),
        Right.QUOTE: RightRecord(label=mark("Change quotes and final prices"), group=_JOBS),
        Right.REJECT: RightRecord(label=mark("Reject and cancel jobs"), group=_JOBS),
        Right.ANSWER: RightRecord(label=mark("Confirm or decline for students"), group=_JOBS),
        Right.EDIT: RightRecord(label=mark("Edit job details and replace files"), group=_JOBS),
        Right.EMAILS: RightRecord(label=mark("Read emails and send them again"), group=_JOBS),
        Right.ARCHIVE: RightRecord(label=mark("Archive finished jobs"), group=_JOBS),
        Right.OVERRIDE: RightRecord(
            label=mark("Override a job's status"), group=_JOBS, sensitive=True
        ),
        Right.QUEUE: RightRecord(
            label=mark("Change the order of the queue, and plan plates"), group=_PRINTING
        ),
        Right.PRINT: RightRecord(
            label=mark("Start, move, and end prints, and report failed ones"), group=_PRINTING
        ),
        Right.MACHINES: RightRecord(
            label=mark("Take machines out of service, and change what's loaded"), group=_PRINTING
        ),
        Right.EQUIPMENT: RightRecord(label=mark("Add and retire machines"), group=_PRINTING),
        Right.HAND_OUT: RightRecord(label=mark("Hand out prints"), group=_PICKUP),
        Right.PAYMENTS: RightRecord(
            label=mark("Take payments, send receipts, and close the day"), group=_PICKUP
        ),
        Right.WAIVE: RightRecord(label=mark("Waive payments"), group=_PICKUP, sensitive=True),
        Right.VOID: RightRecord(
            label=mark("Void and refund payments"), group=_PICKUP, sensitive=True
        ),
        Right.DISCARD: RightRecord(
            label=mark("Discard prints that weren't picked up"), group=_PICKUP, sensitive=True
        ),
        Right.REPORTS: RightRecord(
            label=mark("See reports, and save lists of jobs"), group=_PEOPLE
        ),
        Right.EXPORT_PEOPLE: RightRecord(
            label=mark("Export a person's data"), group=_PEOPLE, sensitive=True
        ),
        Right.ERASE_PEOPLE: RightRecord(
            label=mark("Erase a person's data"), group=_PEOPLE, sensitive=True
        ),
        Right.RETENTION: RightRecord(
            label=mark("Remove what was kept long enough"), group=_PEOPLE, sensitive=True
        ),
        Right.STAFF: RightRecord(label=mark("Change the list of staff names"), group=_PEOPLE),
        Right.PRICES: RightRecord(
            label=mark("Change print methods, printers, colors, and prices"), group=_LAB
        ),
        Right.TEXTS: RightRecord(
            label=mark("Change the lab's details, texts, and rejection reasons"), group=_LAB
        ),
        Right.IMPORT: RightRecord(label=mark("Import jobs from an older system"), group=_LAB),
        Right.SETTINGS: RightRecord(
            label=mark("See the system page and settings, and run checkups"), group=_LAB
        ),
        Right.AUDIT: RightRecord(label=mark("See who changed the lab"), group=_LAB),
        Right.STATIONS: RightRecord(
            label=mark("Manage stations, passwords, and sessions"), group=_LAB, sensitive=True
        ),
        Right.ROLES: RightRecord(label=mark("Change roles"), group=_LAB, sensitive=True),
    },
)

EVERY_RIGHT = frozenset(Right)
ADMINISTRATOR = "administrator"
"""The role that always has every right, and that no catalog can be without."""


@dataclass(frozen=True, slots=True)
class Role:
    """A named set of rights, in the order of :class:`Right`."""

    name: str
    rights: tuple[Right, ...]


def role_of(name: str, rights: Iterable[Right]) -> Role:
    """The role of these rights. Whoever may do anything also sees what it is done to."""
    wanted = EVERY_RIGHT if name == ADMINISTRATOR else frozenset(rights)
    if wanted:
        wanted |= {Right.SEE}
    return Role(name, tuple(right for right in Right if right in wanted))


_STUDENT_WORKER = (
    Right.SEE,
    Right.NOTE,
    Right.QUEUE,
    Right.PRINT,
    Right.MACHINES,
    Right.HAND_OUT,
)
_TECHNICIAN = (
    *_STUDENT_WORKER,
    Right.WRITE,
    Right.APPROVE,
    Right.QUOTE,
    Right.REJECT,
    Right.ANSWER,
    Right.EDIT,
    Right.EMAILS,
    Right.ARCHIVE,
    Right.PAYMENTS,
)
_MANAGER = (
    *_TECHNICIAN,
    Right.OVERRIDE,
    Right.EQUIPMENT,
    Right.WAIVE,
    Right.VOID,
    Right.DISCARD,
    Right.REPORTS,
    Right.EXPORT_PEOPLE,
    Right.ERASE_PEOPLE,
    Right.RETENTION,
    Right.STAFF,
    Right.PRICES,
    Right.TEXTS,
)

SHIPPED_ROLES: tuple[Role, ...] = (
    role_of("viewer", (Right.SEE,)),
    role_of("student worker", _STUDENT_WORKER),
    role_of("technician", _TECHNICIAN),
    role_of("manager", _MANAGER),
    role_of(ADMINISTRATOR, ()),
)
"""The roles of a lab whose catalog says nothing of them."""


def roles_with(roles: Iterable[Role], right: Right) -> tuple[str, ...]:
    """The names of the roles that have a right, in their order."""
    return tuple(role.name for role in roles if right in role.rights)


def rights_of(roles: Iterable[Role], name: str) -> frozenset[Right]:
    """What a role of that name allows: nothing where there is none."""
    return next((frozenset(role.rights) for role in roles if role.name == name), frozenset())
