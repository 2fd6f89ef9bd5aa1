"""The doors of the library to the world, as protocols: database, file store, mail, clock, ids.

The use cases know only these. The adapters in ``db``, ``mail`` and ``filestore`` implement them,
``app`` joins the two, and ``testing`` puts faults in between.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime, timedelta
    from email.message import EmailMessage
    from pathlib import Path

    from .domain.attempt import FileFact
    from .domain.catalog_history import CatalogVersion
    from .domain.correction import Correction
    from .domain.heartbeat import Heartbeat
    from .domain.history import Event, FileOpening, Mail, Note, PrintAttempt
    from .domain.job import Actor, FileRole, FileState, Job, JobFile, Quote
    from .domain.job_track import JobTrack, ReportQuery
    from .domain.ledger import Payment, Void
    from .domain.model_facts import InspectionState, Looked
    from .domain.people import Change, ChangeKind, StaffName, StaffSession, Station
    from .domain.retention import Part, Removal
    from .domain.status import Status, Trigger
    from .domain.worklist import Flag, JobQuery


class Clock(Protocol):
    """The time now, aware and in UTC."""

    def __call__(self) -> datetime: ...


class Ids(Protocol):
    """A random whole number of ``bits`` bits."""

    def __call__(self, bits: int, /) -> int: ...


class FailureKind(StrEnum):
    """What to do about a mail that did not go."""

    TRANSIENT = "transient"
    """Try again later."""
    PERMANENT = "permanent"
    """The recipient or the message was refused for good: a dead letter."""
    AUTHENTICATION = "authentication"
    """The login was refused: nothing will go until somebody mends it."""


class MailFailure(Exception):
    """A mail did not go. ``detail`` holds the server's words, shortened and without secrets."""

    def __init__(self, kind: FailureKind, detail: str) -> None:
        super().__init__(detail)
        self.kind = kind
        self.detail = detail


@dataclass(frozen=True, slots=True)
class RenderedMail:
    """A mail as people will read it."""

    subject: str
    text: str
    html: str
    to: str = ""
    reply_to: str = ""
    """Where an answer goes, if not to the lab."""
    picture: bytes = b""
    """A PNG of the model, which the HTML shows as ``cid:`` and ``picture_id``."""
    picture_id: str = ""

    @property
    def html_alone(self) -> str:
        """The HTML with its picture within, as browsers show it."""
        if not self.picture:
            return self.html
        data = b64encode(self.picture).decode("ascii")
        return self.html.replace(f"cid:{self.picture_id}", f"data:image/png;base64,{data}")


class Mailer(Protocol):
    """Hands one mail to the world, or raises :class:`MailFailure`."""

    def send(self, message: EmailMessage) -> None: ...


class KeptMails(Protocol):
    """The mails that were written as files while there was no mail server."""

    def forget(self, message_ids: Collection[str]) -> None:
        """Delete the files of these mails; nothing happens where there are none.

        Raises OSError.
        """


class Transliterate(Protocol):
    """Text of any script in readable ASCII."""

    def __call__(self, text: str, /) -> str: ...


class MailWriter(Protocol):
    """Turns a template and its facts into a mail."""

    def render(self, template: str, context: Mapping[str, object]) -> RenderedMail: ...

    def message(
        self, rendered: RenderedMail, *, to: str, message_id: str, date: datetime
    ) -> EmailMessage: ...


# -- the file store -------------------------------------------------------------------------------


class FileStore(Protocol):
    """The folders of model files. Every name is one plain path segment; nothing is overwritten."""

    @property
    def root(self) -> Path: ...

    def check_identity(self) -> None:
        """Raise StoreUnavailable unless this is the store that the database knows."""

    def free_bytes(self) -> int: ...

    def open_incoming(self, name: str) -> BinaryIO:
        """A new ``.incoming/<name>`` to write to; it must not exist."""

    def read_incoming(self, name: str) -> BinaryIO:
        """The bytes that were written so far."""

    def seal_incoming(self, handle: BinaryIO) -> None:
        """Bytes and directory entry are on the disk, the file is read-only and closed."""

    def discard_incoming(self, name: str) -> None: ...

    def incoming_path(self, name: str) -> Path: ...

    def stale_incoming(self, older_than: datetime) -> Sequence[str]: ...

    def where(self, name: str, *, hint: str = "") -> Sequence[str]:
        """The folders that hold ``name``; ``hint`` is looked at first, and alone if it has it."""

    def everywhere(self, name: str) -> Sequence[str]:
        """All folders that hold ``name``, ``.incoming`` not among them."""

    def move(self, name: str, source: str, dest: str) -> None:
        """Rename within the store, never overwriting (FileExistsError), durable on return."""

    def adopt_incoming(self, incoming: str, name: str, dest: str) -> None:
        """Rename ``.incoming/<incoming>`` to ``dest/name`` likewise."""

    def quarantine(self, name: str, folder: str, stamp: str) -> None: ...

    def put_aside(self, name: str, folder: str, stamp: str) -> None:
        """As quarantine, for an entry of a folder whose name no row vouches for."""

    def same_file_twice(self, name: str, one: str, other: str) -> bool:
        """Whether both places are one file (two names of one inode)."""

    def protect(self, name: str, folder: str) -> None:
        """Make it read-only."""

    def remove(self, name: str, folder: str) -> None:
        """Delete it, durably on return; nothing happens when it is not there."""

    def remove_leftovers(self, job_ids: Collection[str], known: Collection[str]) -> Collection[str]:
        """Delete what carries one of the ids in its name, in all folders and in quarantine, but
        the ``known`` names. Gives the ids of which something is left, as it is open somewhere.
        """

    def path(self, name: str, folder: str) -> Path: ...

    def sha256(self, name: str, folder: str) -> str: ...

    def size(self, name: str, folder: str) -> int: ...

    def keep_picture(self, name: str, data: bytes) -> None:
        """Write a picture, in the place of an older one of that name."""

    def remove_picture(self, name: str) -> None:
        """Delete it; nothing happens when it is not there."""

    def picture(self, name: str) -> Path:
        """Where the picture of that name is, if there is one."""

    def siblings(self, job_id: str, folder: str, *, settle_seconds: int) -> Sequence[FileFact]:
        """The files of ``folder`` that carry ``job_id`` in their name, newest first."""


# -- models ---------------------------------------------------------------------------------------


class ModelReader(Protocol):
    """Looks into strangers' model files without coming to harm."""

    def look(
        self,
        path: Path,
        ending: str,
        *,
        color: str = ...,
        picture: Path | None = None,
        small: Path | None = None,
        up: str = ...,
        sliced: bool = ...,
    ) -> Looked:
        """Facts of the model at ``path``, and its pictures (PNG and small WebP) where asked for.

        ``up`` is the axis that points up in it, "y" or "z". Of a ``sliced`` file the slicer's own
        picture is shown, where it is large enough.
        """

    def close(self) -> None: ...


# -- the database ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Placement:
    """A file whose place is to be made true, with what placement needs to know of it."""

    file: JobFile
    incoming: str
    tries: int


FileLine = tuple[int, str, str, int, bool]
"""A file's id, name, folder and size, and whether its row says that all is well: it is settled, in
the folder of its job's status (or, if it is not authoritative, among the originals).
"""


class DuplicateKey(Exception):
    """A row with this unique key was written by somebody else; the transaction is over."""


class JobRows(Protocol):
    """Jobs and the requests that hold them."""

    def request_of_key(self, idempotency_key: str) -> str | None:
        """The first job of the request that was made with this key."""

    def add_request(
        self,
        *,
        now: datetime,
        idempotency_key: str,
        student_name: str,
        student_email: str,
        consent_version: str,
    ) -> int: ...

    def add(
        self,
        job_id: str,
        *,
        request_id: int,
        now: datetime,
        actor: str,
        status: Status,
        standard_name: str,
        token_hash: str,
        values: Mapping[str, Any],
    ) -> None: ...

    def exists(self, job_id: str) -> bool: ...

    def get(self, job_id: str) -> Job | None: ...

    def of_token(self, token_hash: str) -> Job | None: ...

    def of_request(self, request_id: int) -> Sequence[Job]:
        """The jobs of one request, in the order of its models."""

    def of_email(self, email: str, *, limit: int | None = 50) -> Sequence[Job]:
        """The jobs of an address in any case, newest first."""

    def find(
        self, query: JobQuery, now: datetime, aged: datetime, unclaimed: datetime | None = None
    ) -> Sequence[Job]:
        """The jobs asked for; ``now``, ``aged`` and ``unclaimed`` tell which need attention."""

    def counts(self) -> dict[Status, int]: ...

    def attention(self, now: datetime, aged: datetime, unclaimed: datetime | None = None) -> int:
        """How many jobs have a flag; ``aged`` is the moment before which a status is old, and
        ``unclaimed`` the one before which a print waits for too long.
        """

    def unreviewed(self) -> int: ...

    def flags(
        self,
        job_ids: Collection[str],
        now: datetime,
        aged: datetime,
        unclaimed: datetime | None = None,
    ) -> Mapping[str, frozenset[Flag]]: ...

    def review(self, job_id: str, *, by: str, at: datetime | None) -> None:
        """Mark as reviewed, or with ``at`` None as new again."""

    def asked(self, job_id: str, at: datetime | None) -> None:
        """The student wrote, or with ``at`` None has their answer; no change of the job itself."""

    def set_queue_place(self, job_id: str, place: int) -> None:
        """Where it stands in its printer's queue; no change of the job itself."""

    def waiting(self, before: datetime) -> Iterator[tuple[str, datetime, datetime | None]]:
        """Completed jobs that wait since ``before`` or longer, the oldest first: id, since when,
        and when the student was last reminded.
        """

    def remind(self, job: Job, now: datetime) -> bool:
        """Note that the student is reminded; False when the job has changed or somebody else has."""

    def newest_event(self) -> int:
        """The id of the newest event of all; it grows with every change of any job."""

    def update(
        self, job: Job, *, now: datetime, actor: str, status: Status, values: Mapping[str, Any]
    ) -> bool:
        """Compare-and-swap on ``job.version``; False when somebody was faster."""


class FileRows(Protocol):
    """Where files belong."""

    def add(
        self,
        job_id: str,
        *,
        role: FileRole,
        authoritative: bool,
        name: str,
        folder: str,
        last_seen: str,
        incoming: str,
        size: int,
        sha256: str,
        now: datetime,
    ) -> None: ...

    def belongs(self, file_id: int, folder: str, *, authoritative: bool, now: datetime) -> None: ...

    def due(self, now: datetime, *, limit: int) -> Sequence[int]: ...

    def of_job(self, job_id: str) -> Sequence[int]:
        """The files of a job that are not settled."""

    def claim(self, file_id: int, now: datetime, lease: timedelta) -> Placement | None:
        """Lease the file for placing it; None when somebody else has it or nothing is to do."""

    def settle(
        self,
        placement: Placement,
        *,
        state: FileState,
        last_seen: str,
        problem: str,
        next_try_at: datetime | None,
    ) -> None:
        """Record what placement found; ignored when the file belongs elsewhere by now."""

    def waiting(self) -> int: ...

    def overdue(self, before: datetime) -> int:
        """How many placements were due before then."""

    def count(self) -> int: ...

    def incoming(self) -> Collection[str]:
        """The names in ``.incoming`` of files that were accepted but not placed yet."""

    def every(self) -> Iterator[tuple[JobFile, Status]]:
        """All files with the status of their jobs."""

    def to_inspect(self, now: datetime) -> int | None:
        """The newest settled model that nobody has looked into or is looking into."""

    def claim_inspection(
        self, file_id: int, now: datetime, lease: timedelta
    ) -> tuple[JobFile, int] | None:
        """Lease a file for a look into it; gives which try it is. None when somebody else has it."""

    def inspected(
        self,
        file_id: int,
        *,
        state: InspectionState,
        now: datetime,
        facts: Mapping[str, Any] | None = None,
        picture: bool = False,
        note: str = "",
    ) -> None:
        """Write down what the look found, or that it is to be tried again."""

    def reckoned(self, file_id: int, said: Mapping[str, Any]) -> None:
        """Write down what the lab's slicer said of one copy (Reckoning.plain)."""

    def stand(self, file_id: int, up: str) -> None:
        """Which axis of a model is up, "y" or "z"; it is queued for another look."""

    def inspect_again(self, job_ids: Collection[str] | None) -> int:
        """Queue the files of these jobs (None: of all) for another look; gives how many."""

    def uninspected(self) -> int:
        """How many files wait for a look."""

    def newest_inspection(self) -> datetime | None:
        """When the last look ended."""

    def lines(self) -> Iterator[Sequence[FileLine]]:
        """The same for a quick look at very many, some thousands at a time."""

    def some(self, file_ids: Sequence[int]) -> Sequence[tuple[JobFile, Status]]:
        """Those files with the status of their jobs, in the order of their ids."""


class HistoryRows(Protocol):
    """Events, notes and attempts."""

    def add_event(
        self,
        job_id: str,
        *,
        at: datetime,
        trigger: Trigger | Correction,
        source: Status | None,
        dest: Status,
        actor: Actor,
        details: Mapping[str, Any],
    ) -> int: ...

    def events(self, job_id: str) -> Sequence[Event]: ...

    def last_event(self, job_id: str) -> Event | None: ...

    def newest_time(self) -> datetime | None:
        """When the newest event of all happened."""

    def add_note(
        self,
        job_id: str,
        *,
        at: datetime,
        author: str,
        text: str,
        for_student: bool,
        from_student: bool = False,
    ) -> int:
        """Write it down; gives its id."""

    def remove_note(self, note_id: int) -> None: ...

    def notes(self, job_id: str) -> Sequence[Note]: ...

    def open_attempt(self, job_id: str, *, printer: str, at: datetime, by: str) -> None: ...

    def close_attempt(self, job_id: str, *, at: datetime, result: str, reason: str) -> None: ...

    def attempts(self, job_id: str) -> Sequence[PrintAttempt]: ...

    def click_opening(self, job_id: str, *, file_name: str, at: datetime, by: str) -> None:
        """Note a click on "Open"; an older one of the job that nothing came of is forgotten."""

    def report_opening(
        self, job_id: str, *, file_name: str, at: datetime, since: datetime, station: str
    ) -> None:
        """A PC opened the file; by whom, says the click since then, if there was one."""

    def openings(self, job_id: str) -> Sequence[FileOpening]:
        """Those that were reported, oldest first."""

    def take_back(self, job_id: str, at: datetime) -> None:
        """Undo what an event of that moment wrote: prints begun or ended, and notes."""


class LedgerRows(Protocol):
    """Payments. Nothing is changed here, only added."""

    def add(self, payment: Payment, *, key: str = "") -> int:
        """Enter a payment (its ``id`` is ignored) and give its id.

        Raises DuplicateKey when one was entered with this key.
        """

    def void(self, payment_id: int, void: Void) -> None:
        """Enter that it does not count any more; raises DuplicateKey when that stands there."""

    def get(self, payment_id: int) -> Payment | None: ...

    def of_key(self, key: str) -> Payment | None: ...

    def of_job(self, job_id: str) -> Sequence[Payment]:
        """All that have a share for the job, the void ones too, oldest first."""

    def of_event(self, job_id: str, event_id: int) -> Sequence[Payment]:
        """Those that the event of the job tells of."""

    def of_receipt(self, receipt: str) -> Payment | None:
        """The payment that counts and has this receipt number; others wait until this
        transaction is over before they are told.
        """

    def taken(self, since: datetime, until: datetime) -> Sequence[Payment]:
        """Those taken from ``since`` to before ``until``, oldest first."""

    def voided(self, since: datetime, until: datetime) -> Sequence[Payment]:
        """Those voided in that time."""

    def settled(self, job_id: str) -> tuple[int, int]:
        """What was paid and what was waived of a job, in integer cents."""

    def settled_of(self, job_ids: Collection[str]) -> Mapping[str, tuple[int, int]]:
        """The same of several jobs; those of no payment are not in it."""


class QuoteRows(Protocol):
    """Confirmation links."""

    def issue(self, quote: Quote) -> int:
        """Store the quote (its ``id`` is ignored) and give its id; no link opens it yet."""

    def set_token(self, quote_id: int, token_hash: str) -> None: ...

    def get(self, quote_id: int) -> Quote | None: ...

    def of_token(self, token_hash: str) -> Quote | None: ...

    def newest(self, job_id: str) -> Quote | None: ...

    def of_job(self, job_id: str) -> Sequence[Quote]: ...

    def void_open(self, job_id: str, now: datetime) -> None: ...

    def to_remind(self, before: datetime, now: datetime) -> Sequence[Quote]:
        """Open quotes that end until ``before`` and whose student was not reminded yet."""

    def remind(self, quote_id: int, now: datetime) -> bool:
        """Note that the student is reminded; False when somebody else has."""

    def use(self, quote_id: int, now: datetime, by: str) -> None: ...

    def take_back(self, job_id: str, at: datetime, *, now: datetime) -> None:
        """Undo what an event of that moment did: its link is void, what it closed is open."""


class OutboxRows(Protocol):
    """Mails to send."""

    def add(
        self,
        *,
        message_id: str,
        job_id: str | None,
        event_id: int | None,
        confirmation_id: int | None,
        template: str,
        recipient: str,
        context: Mapping[str, Any],
        now: datetime,
        not_before: datetime,
    ) -> None: ...

    def cancel(self, event_id: int) -> bool:
        """Cancel the event's mails that wait; whether one has left, or is leaving."""

    def withdraw(self, job_id: str, template: str) -> None:
        """Cancel the job's mails of a template that wait."""

    def cancel_mail(self, mail_id: int) -> bool:
        """Cancel one mail if nobody has tried to send it yet; whether it is canceled now."""

    def claim(self, now: datetime, lease: timedelta) -> Mail | None:
        """Lease the next mail that is due, or None."""

    def sent(self, mail: Mail, now: datetime) -> None: ...

    def failed(self, mail: Mail, *, error: str, next_try_at: datetime | None) -> None:
        """To be tried again at ``next_try_at``; a dead letter when that is None."""

    def give_back(self, mail: Mail) -> None:
        """End the lease without counting a try."""

    def retry(self, mail_id: int, *, to: str, now: datetime) -> None: ...

    def get(self, mail_id: int) -> Mail | None: ...

    def find(self, *, state: str | None, limit: int, before: int | None = None) -> Sequence[Mail]:
        """Newest first; with ``before``, those with a smaller id."""

    def counts(self) -> Mapping[str, int]:
        """How many mails are in each state."""

    def dead(self, *, limit: int) -> int:
        """How many are dead letters; no more than the limit are counted."""

    def of_job(self, job_id: str) -> Sequence[Mail]: ...

    def waiting(self) -> int: ...

    def next_due(self) -> datetime | None: ...

    def overdue(self, before: datetime) -> int:
        """How many mails were due before then."""


class LabRows(Protocol):
    """Facts of the lab: identity, catalog, rate limits."""

    def fact(self, key: str) -> str | None: ...

    def set_fact(self, key: str, value: str | None, now: datetime) -> None: ...

    def catalog(self) -> tuple[int, Mapping[str, Any]] | None: ...

    def catalog_version(self) -> int: ...

    def catalog_versions(self, *, limit: int, upto: int | None = None) -> Sequence[CatalogVersion]:
        """The newest versions, newest first; with ``upto``, from that one back."""

    def add_catalog(self, document: Mapping[str, Any], *, by: str, now: datetime) -> int: ...

    def count(self, key: str, since: datetime) -> tuple[int, datetime | None]:
        """How often ``key`` was counted since then, and when first."""

    def add_count(self, key: str, now: datetime) -> None: ...

    def clear_count(self, key: str) -> None: ...

    def beat(self, name: str, started_at: datetime, now: datetime) -> None:
        """Write down a sign of life of a loop in the background."""

    def beats(self) -> Sequence[Heartbeat]: ...

    def end_beat(self, name: str) -> None: ...

    def forget_beats(self, before: datetime) -> None: ...

    def forget_counts(self, before: datetime) -> None: ...


class PeopleRows(Protocol):
    """Staff names, stations, who is signed in, and who changed the lab itself."""

    def names(self) -> Sequence[StaffName]:
        """All names, the deactivated ones too, sorted."""

    def add(self, name: str, now: datetime) -> None:
        """Add a name, or bring a deactivated one back."""

    def deactivate(self, name: str, now: datetime) -> bool: ...

    def stations(self, now: datetime) -> Sequence[Station]:
        """All stations, the revoked ones too, oldest first."""

    def station_hashes(self) -> Mapping[str, str]:
        """The password hash of each station that is not revoked, oldest first."""

    def set_station(self, name: str, password_hash: str, *, admin: bool, now: datetime) -> None:
        """Add a station, or set its password; a revoked one is back in use."""

    def set_admin(self, name: str, admin: bool) -> None: ...

    def revoke_station(self, name: str, now: datetime) -> None: ...

    def begin_session(
        self,
        key_hash: str,
        *,
        station: str,
        name: str,
        address: str,
        now: datetime,
        expires_at: datetime,
    ) -> None: ...

    def session(self, key_hash: str, now: datetime) -> StaffSession | None:
        """The session of that key; None when it is over or its station is revoked."""

    def sessions(self, now: datetime) -> Sequence[StaffSession]:
        """Everybody who is signed in, newest first."""

    def act_as(self, key_hash: str, name: str) -> None: ...

    def end_session(self, key_hash: str) -> None: ...

    def end_sessions(
        self,
        *,
        session_id: int | None = None,
        name: str = "",
        station: str = "",
        but: str = "",
    ) -> int:
        """End all sessions, or those that fit what is given; says how many.

        ``but`` is the key hash of one that stays.
        """

    def forget_sessions(self, before: datetime) -> None:
        """Delete those that were over by then."""

    def add_change(
        self,
        kind: ChangeKind,
        *,
        at: datetime,
        by: str,
        station: str,
        subject: str,
        details: Mapping[str, Any],
    ) -> None: ...

    def changes(self, *, limit: int, before: int | None) -> Sequence[Change]:
        """Newest first; with ``before``, those with a smaller id."""


class ReportRows(Protocol):
    """What figures are made of."""

    def tracks(
        self, query: ReportQuery, since: datetime | None, until: datetime | None
    ) -> Iterator[JobTrack]:
        """The ways of the jobs that anything happened to in that time, in no order."""


class RetentionRows(Protocol):
    """What is kept too long, and taking it out. Each part's method removes that part's data."""

    def to_archive(self, since: datetime, *, limit: int | None) -> Sequence[tuple[str, datetime]]:
        """Jobs that ended at ``since`` or before, with the moment; the oldest first."""

    def to_remove(
        self, part: Part, before: datetime, period: timedelta, *, limit: int | None
    ) -> Sequence[Removal]:
        """Jobs archived before then that still have the part; due a ``period`` after that."""

    def removed(self, job_id: str) -> Collection[Part]: ...

    def files_left(self, job_id: str) -> bool:
        """Whether any file of the job is still in the store, as far as is known."""

    def note(self, job_id: str, part: Part, now: datetime) -> None:
        """Write down that the part is gone."""

    def files(self, job_id: str, now: datetime) -> None:
        """Mark the files for removal; placement removes them."""

    def message_ids(self, job_id: str) -> Sequence[str]:
        """By which the mails of a job are known."""

    def mails(self, job_id: str) -> None: ...

    def mails_of_no_job(
        self, before: datetime, *, to: str = "", limit: int | None
    ) -> Sequence[tuple[int, datetime, str]]:
        """Mails that tell of no one job (links to all of them), written at ``before`` or earlier:
        id, moment and Message-ID; with ``to`` only those of an address, in any case."""

    def remove_mails(self, mail_ids: Collection[int]) -> None: ...

    def personal(self, job_id: str, token_hash: str, known_reasons: Collection[str]) -> None:
        """``token_hash`` takes the place of the one that opens the student's page; reasons in
        somebody's own words, which may name the student, become one of their kind.
        """

    def events(self, job_id: str, known_reasons: Collection[str]) -> None: ...

    def payments(self, job_id: str) -> None: ...

    def job(self, job_id: str) -> None: ...


class Transaction(Protocol):
    """All tables, inside one database transaction."""

    @property
    def jobs(self) -> JobRows: ...
    @property
    def files(self) -> FileRows: ...
    @property
    def history(self) -> HistoryRows: ...
    @property
    def ledger(self) -> LedgerRows: ...
    @property
    def quotes(self) -> QuoteRows: ...
    @property
    def outbox(self) -> OutboxRows: ...
    @property
    def lab(self) -> LabRows: ...
    @property
    def people(self) -> PeopleRows: ...
    @property
    def reports(self) -> ReportRows: ...
    @property
    def retention(self) -> RetentionRows: ...


Stamp = tuple[int, ...]


class Database(Protocol):
    """The only commit point. Leaving ``write()`` commits durably; an exception rolls back."""

    def read(self) -> AbstractContextManager[Transaction]: ...

    def write(self) -> AbstractContextManager[Transaction]: ...

    def alone(self, name: str, *, wait: bool = False) -> AbstractContextManager[bool]:
        """Whether this process is the only one that does ``name`` now; with ``wait``, soon."""

    def stamp(self) -> Stamp | None:
        """Changes with every commit of any process, and costs no look at the tables; None where the
        database has none. Two commits of other processes within a few milliseconds may share one:
        what is remembered by it must not be kept for long.
        """

    def version(self) -> tuple[str, bool]:
        """Which database program this is, and whether it is free of known faults."""

    def problems(self) -> Sequence[str]:
        """What the database's own check of its integrity finds, in its words."""

    def close(self) -> None: ...
