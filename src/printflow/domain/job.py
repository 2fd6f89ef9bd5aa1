"""A job and its parts, as plain frozen records."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from ..said import say
from .job_line import is_open
from .limit_codes import LimitCode
from .model_facts import InspectionState, ModelFacts
from .naming import ALL_MODEL_ENDINGS, ending_of
from .plate import Copies
from .pricing import PriceLine
from .reckoning import Reckoning
from .status import ActorKind, Stage, Status


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: the kind, the name that history shows, and the station they sat at ("" = none)."""

    kind: ActorKind
    name: str
    station: str = ""


class FileRole(StrEnum):
    """What a file is to its job."""

    ORIGINAL = "original"
    """What the student sent; never changed, and replaced only by its student."""
    SLICED = "sliced"
    """What staff chose in its place: a slicer's project or a repaired model."""
    SCALED = "scaled"
    """The model in another size, because its numbers weren't meant as millimeters."""
    REPLACED = "replaced"
    """What the student sent first, and replaced before anyone had looked at it."""


class FileState(StrEnum):
    """What is known of the way from a file's present place to where it belongs."""

    SETTLED = "settled"
    """It stands where it belongs."""
    PENDING = "pending"
    """It is to be moved; the dispatcher will."""
    BUSY = "busy"
    """It is held open on another PC; the move is tried again."""
    MISSING = "missing"
    """It is in none of the store's folders."""
    ABSENT = "absent"
    """There never was one: the job was imported without its file. Nothing is looked for."""
    PARKED = "parked"
    """Two different files bear its name; a person must look. Nothing was touched."""
    REMOVING = "removing"
    """It was kept long enough and is being removed."""
    REMOVED = "removed"
    """It was removed; only what it was is remembered."""


_NOT_AT_HAND = frozenset(
    {FileState.MISSING, FileState.ABSENT, FileState.REMOVING, FileState.REMOVED}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFile:
    """One file of a job. ``name`` is unique in the store: it carries the job's id.

    ``folder`` is where it belongs, ``last_seen`` where it was last found ("" = nowhere yet). ``name``
    is what it is to be called; ``last_named`` is set while it is still to be renamed: what it was
    last found as. ``was_named`` are all names that it had before, the newest last.
    ``size`` is in bytes, ``sha256`` in lower-case hex.
    """

    id: int
    job_id: str
    role: FileRole
    authoritative: bool
    name: str
    folder: str
    last_seen: str
    last_named: str = ""
    was_named: tuple[str, ...] = ()
    state: FileState
    size: int
    sha256: str
    inspection: InspectionState = InspectionState.NONE
    facts: ModelFacts | None = None
    """What a look into it found."""
    picture: bool = False
    inspection_note: str = ""
    """Why there are no facts or no picture, in words."""
    reckoned: Reckoning | None = None
    """What the lab's slicer said of one copy."""
    up: str = "z"
    """Which axis of the model is up, "y" or "z"; the file itself is never turned."""

    @property
    def repaired(self) -> bool:
        """Whether it's a model that staff put in the original's place, and no slicer's file. A 3MF
        can be either.
        """
        model = ending_of(self.name) in ALL_MODEL_ENDINGS and not self.name.endswith(".3mf")
        return self.role is FileRole.SLICED and model

    @property
    def renaming(self) -> bool:
        """Whether its name was corrected, and the store's file is still to follow."""
        return bool(self.last_named)

    @property
    def on_disk(self) -> str:
        """What the store's file is called, as far as is known."""
        return self.last_named or self.name

    @property
    def names(self) -> tuple[str, ...]:
        """Its name, and those that it had before."""
        known = (self.name, self.last_named, *self.was_named)
        return tuple(dict.fromkeys(name for name in known if name))

    @property
    def may_be_called(self) -> tuple[str, ...]:
        """What the store's file can be called just now: one that has its name has no other."""
        return self.names if self.renaming else (self.name,)

    @property
    def at_hand(self) -> bool:
        """Whether it can be opened, as far as is known."""
        return self.state not in _NOT_AT_HAND


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A student's wish for one printed model, as it stands now.

    ``grams`` and ``hours`` are what staff quoted (None until then), ``cost_cents`` the price in
    integer cents of ``currency``. ``version`` counts changes and guards against lost updates.
    All times are UTC.
    """

    id: str
    request_id: int
    status: Status
    version: int
    created_at: datetime
    updated_at: datetime
    status_since: datetime
    student_name: str
    student_email: str
    discipline: str
    class_number: str
    method: str
    color: str
    printer: str
    original_name: str
    """The student's own name of the file: data, never a path."""
    standard_name: str
    """``FirstLast_Method_Color_ID``, without ending."""
    currency: str
    quantity: int = 1
    """How many copies; weight, time and price are those of all of them."""
    copies_good: int = 0
    """Copies that came out well."""
    copies_failed: int = 0
    """Copies that failed, those too that were printed again."""
    copies_printing: int = 0
    copies_out: int = 0
    """Copies that were handed out."""
    student_note: str = ""
    """What the student wrote to the model."""
    request_place: int = 1
    """Which of its request's models it is, from 1."""
    needed_by: date | None = None
    """The day by which the student needs it, in the lab's time zone."""
    any_printer: bool = False
    """Whether its student left the printer to the lab: ``printer`` is only planned, until staff
    price it.
    """
    own_material: bool = False
    """Whether the student brings the material."""
    group: str = ""
    """The group of people that the student belongs to; "" = none."""
    group_claimed: bool = False
    """Whether only the student says so."""
    material: str = ""
    grams: Decimal | None = None
    hours: Decimal | None = None
    cost_cents: int | None = None
    reasons: tuple[str, ...] = ()
    """Why it was rejected, declined or overridden, as the student may read it."""
    last_actor: str = ""
    reviewed_at: datetime | None = None
    """When staff first looked at it; until then the dashboard calls it new."""
    reviewed_by: str = ""
    student_changed_at: datetime | None = None
    """When its student last changed what was sent; staff had not looked at it by then."""
    queue_place: int | None = None
    """Its place in its printer's queue, where staff gave it one."""
    shelf: str = ""
    """Where the finished print lies, in the lab's words; for staff."""
    reminded_at: datetime | None = None
    """When the student was last reminded to pick it up."""
    asked_at: datetime | None = None
    """When the student last wrote, while nobody has answered."""
    held_at: datetime | None = None
    """Since when staff keep it on hold; None for a job that goes its way."""
    held_by: str = ""
    hold_reason: str = ""
    hold_shown: bool = False
    """Whether the student reads the reason."""
    released_at: datetime | None = None
    """When it was last released."""
    cancel_asked_at: datetime | None = None
    """When its student asked to cancel it, while staff have not decided."""
    cancel_reason: str = ""
    """Why, in the student's words."""
    unconfirmed_since: datetime | None = None
    """Since when it waits for its student to confirm the address; until then it's not with staff."""
    over_limit: str = ""
    """Which of the lab's limits it was over when it came in, by their codes, while staff have not
    decided.
    """
    language: str = ""
    """What its student's emails and pages speak: the tag of a language; "" = the lab's own."""
    files: tuple[JobFile, ...] = ()

    @property
    def limits_passed(self) -> tuple[LimitCode, ...]:
        """The limits of :attr:`over_limit`."""
        return tuple(LimitCode(code) for code in self.over_limit.split(",") if code)

    @property
    def on_hold(self) -> bool:
        """Whether staff keep it from going on."""
        return self.held_at is not None

    def clock(self, now: datetime) -> datetime:
        """The moment at which its deadlines stand: they stop while it is on hold. UTC."""
        return self.held_at or now

    @property
    def counted(self) -> bool:
        """Whether it counts for what its person may have, as limits and free allowances ask: it goes
        on, or copies of it were printed. Archiving a print changes nothing; none that was turned down
        counts.
        """
        record = self.status.record
        if self.unconfirmed or record.refused:
            return False
        return record.stage is not Stage.CLOSED or record.handed_out or self.copies_good > 0

    @property
    def unconfirmed(self) -> bool:
        """Whether it waits for its student to confirm the address."""
        return self.unconfirmed_since is not None

    @property
    def copies(self) -> Copies:
        """How many copies are wanted, and what has become of them."""
        return Copies(
            wanted=self.quantity,
            good=self.copies_good,
            printing=self.copies_printing,
            failed=self.copies_failed,
            out=self.copies_out,
        )

    @property
    def printer_open(self) -> bool:
        """Whether its printer is still anyone's guess: the lab chooses it with the price."""
        return is_open(self.any_printer, (self.grams, self.hours, self.cost_cents))

    @property
    def wished_printer(self) -> str:
        """The printer that its model should fit; "" where any will do."""
        return "" if self.printer_open else self.printer

    @property
    def shown_printer(self) -> str:
        """Its printer, for people."""
        return say("Any printer") if self.printer_open else self.printer

    @property
    def has_figures(self) -> bool:
        """Whether weight, time and price stand, as a quote needs them."""
        return None not in (self.grams, self.hours, self.cost_cents)

    @property
    def file(self) -> JobFile:
        """The authoritative file: the one that staff print."""
        for file in self.files:
            if file.authoritative:
                return file
        raise LookupError(f"job {self.id} has no authoritative file")

    def file_called(self, name: str) -> JobFile | None:
        """The file of that name; where there's none, the one that had it before."""
        now = (file for file in self.files if file.name == name)
        before = (file for file in self.files if name in file.names)
        return next(now, None) or next(before, None)

    def file_at(self, name: str) -> JobFile | None:
        """The file that is, or can be, what has that name in the store."""
        return next((file for file in self.files if name in file.may_be_called), None)

    @property
    def pictured(self) -> JobFile | None:
        """The file whose picture stands for the job: the one to print, else the original."""
        return next((file for file in (self.file, self.original) if file.picture), None)

    @property
    def facts(self) -> ModelFacts | None:
        """What is known of the model's shape: of the file to print, else of the original."""
        if self.file.role is FileRole.SCALED:
            return self.file.facts  # the original's figures are wrong
        return self.file.facts or self.original.facts

    @property
    def original(self) -> JobFile:
        """What the student sent."""
        for file in self.files:
            if file.role is FileRole.ORIGINAL:
                return file
        raise LookupError(f"job {self.id} has no original")


class LinkState(StrEnum):
    """How a confirmation link stands."""

    OPEN = "open"
    USED = "used"
    VOID = "void"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """What one confirmation link offers: a price for one file, until ``expires_at``."""

    id: int
    job_id: str
    cost_cents: int
    currency: str
    grams: Decimal
    hours: Decimal
    printer: str
    material: str
    color: str
    file_name: str
    file_sha256: str
    issued_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    used_by: str = ""
    voided_at: datetime | None = None
    reminded_at: datetime | None = None
    """When the student was reminded to answer."""
    price_lines: tuple[PriceLine, ...] = ()
    """How its price comes about; empty where that is not known."""

    def state(self, now: datetime) -> LinkState:
        """How the link stands at ``now`` (UTC)."""
        if self.used_at is not None:
            return LinkState.USED
        if self.voided_at is not None:
            return LinkState.VOID
        return LinkState.EXPIRED if now >= self.expires_at else LinkState.OPEN

    def lapsed(self, job: Job, now: datetime) -> bool:
        """Whether nobody answered it in time: what was reserved for it is there for others."""
        return job.status.record.quoted and self.state(job.clock(now)) is LinkState.EXPIRED
