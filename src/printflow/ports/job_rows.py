"""The tables of jobs and their files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import datetime, timedelta

    from ..domain.agreement import Agreement
    from ..domain.attention import Attention, Flag
    from ..domain.job import FileRole, FileState, Job, JobFile
    from ..domain.job_line import JobLine
    from ..domain.model_facts import InspectionState
    from ..domain.status import Status
    from ..domain.worklist import Aside, JobQuery


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


class JobRows(Protocol):
    """Jobs and the requests that hold them."""

    def request_of_key(self, idempotency_key: str) -> str | None:
        """The first job of the request that was made with this key."""

    def ids_of_keys(self, idempotency_keys: Sequence[str]) -> Mapping[str, str]:
        """By key, the first job of the request that was made with it; unknown keys are left out."""

    def add_request(
        self,
        *,
        now: datetime,
        idempotency_key: str,
        student_name: str,
        student_email: str,
        agreement: Agreement,
        language: str,
    ) -> int: ...

    def agreement(self, request_id: int) -> Agreement:
        """What the student agreed to with the form; of old requests only the version is known."""

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
    ) -> None:
        """Write a job as it begins; ``values`` come before what a new one has, such as its times."""

    def exists(self, job_id: str) -> bool: ...

    def get(self, job_id: str) -> Job | None: ...

    def of_token(self, token_hash: str) -> Job | None: ...

    def with_request(self, token_hash: str) -> Sequence[Job]:
        """The job of a link, and behind it the others of its request, in the order of their models;
        none for a link that is no job's.
        """

    def of_ids(self, job_ids: Sequence[str]) -> Sequence[Job]:
        """The jobs of these ids in their order, without those that there are not."""

    def of_request(self, request_id: int) -> Sequence[Job]:
        """The jobs of one request, in the order of its models."""

    def ids_of_requests(self, request_ids: Collection[int]) -> Mapping[int, Sequence[str]]:
        """The ids of the jobs of each of these requests, in the order of its models."""

    def of_email(self, email: str, *, limit: int | None = 50) -> Sequence[Job]:
        """The jobs of an address in any case, newest first."""

    def of_mailbox(self, mailbox: str) -> Sequence[Job]:
        """The jobs of all addresses that lead to a mailbox, newest first; none of ""."""

    def find(self, query: JobQuery, attention: Attention | None = None) -> Sequence[Job]:
        """The jobs asked for; ``attention`` says which need it, where the query asks for those."""

    def lines(self, query: JobQuery, attention: Attention | None = None) -> Sequence[JobLine]:
        """The same as lines of a list: nothing else of them is read."""

    def matching(self, query: JobQuery, attention: Attention | None = None) -> Mapping[Status, int]:
        """How many jobs the query asks for, by status; places, orders and limits do not count."""

    def counts(self) -> dict[Status, int]:
        """How many jobs of staff's there are by status: none that waits for its address."""

    def attention(
        self, attention: Attention, unpaid: frozenset[str] | None = None
    ) -> tuple[int, frozenset[str]]:
        """How many jobs have a flag; and which were handed out and aren't paid.

        To look for those takes a while: give them as ``unpaid`` where they are known. They stay as
        they are as long as no event is newer.
        """

    def aside(self) -> Aside:
        """How many jobs are new, on hold, or unconfirmed, and the newest of what happens; one query."""

    def flags(
        self, job_ids: Collection[str], attention: Attention
    ) -> Mapping[str, frozenset[Flag]]: ...

    def review(self, job_id: str, *, by: str, at: datetime | None) -> None:
        """Mark as reviewed, or with ``at`` None as new again."""

    def asked(self, job_id: str, at: datetime | None) -> None:
        """The student wrote, or with ``at`` None has their answer; no change of the job itself."""

    def plan_printer(self, job_id: str, printer: str) -> None:
        """Which printer is planned where any will do; no change of the job itself."""

    def waiting(self, before: datetime) -> Iterator[tuple[str, datetime, datetime | None]]:
        """Completed jobs that wait since ``before`` or longer, the oldest first: id, since when,
        and when the student was last reminded.
        """

    def remind(self, job: Job, now: datetime) -> bool:
        """Note that the student is reminded; False when the job has changed or someone else has."""

    def newest_event(self) -> int:
        """The id of the newest event of all; it grows with every change of any job."""

    def update(
        self, job: Job, *, now: datetime, actor: str, status: Status, values: Mapping[str, Any]
    ) -> bool:
        """Compare-and-swap on ``job.version``; False when someone was faster."""


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
        absent: bool = ...,
        called: str = ...,
    ) -> None:
        """``absent`` is a file that an imported job never had: nobody looks for it. ``called`` is what
        it's called in the store until placement gives it its ``name``.
        """

    def belongs(self, file_id: int, folder: str, *, authoritative: bool, now: datetime) -> None: ...

    def rename(self, file: JobFile, name: str, now: datetime) -> None:
        """Say what a file is to be called; nothing happens to one that is being removed, or was."""

    def becomes(self, file_id: int, role: FileRole) -> None:
        """Say that the file is something else to its job."""

    def due(self, now: datetime, *, limit: int) -> Sequence[int]: ...

    def claim(self, file_id: int, now: datetime, lease: timedelta) -> Placement | None:
        """Lease the file for placing it; None when someone else has it or nothing is to do."""

    def claim_of_job(self, job_id: str, now: datetime, lease: timedelta) -> Sequence[Placement]:
        """Lease all files of a job that are not settled and that nobody else has."""

    def settle(
        self,
        placement: Placement,
        *,
        state: FileState,
        last_seen: str,
        last_named: str,
        problem: str,
        next_try_at: datetime | None,
        now: datetime,
    ) -> None:
        """Record what placement found: the folder, and what the file is called there ("" = it was
        not found). Where the file belongs elsewhere by now, or has another name, that counts alone.
        """

    def waiting(self) -> int: ...

    def overdue(self, before: datetime, now: datetime) -> int:
        """How many placements were due before then."""

    def count(self) -> int: ...

    def incoming(self) -> Collection[str]:
        """The names in ``.incoming`` of files that were accepted but not placed yet."""

    def every(self) -> Iterator[tuple[JobFile, Status]]:
        """All files with the status of their jobs."""

    def to_inspect(self, now: datetime) -> int | None:
        """The newest settled model that nobody has looked into or is looking into."""

    def outdated(self, version: int) -> int | None:
        """The newest model of a job that is still to be printed, or being printed, whose facts were
        found by readers older than ``version``."""

    def claim_inspection(
        self, file_id: int, now: datetime, lease: timedelta, *, again: bool = False
    ) -> tuple[JobFile, int] | None:
        """Lease a file for a look into it, one that was looked into before where ``again``; gives
        which try it is. None when someone else has it."""

    def inspected(
        self,
        file_id: int,
        *,
        state: InspectionState,
        now: datetime,
        facts: Mapping[str, Any] | None = None,
        version: int = 0,
        picture: bool = False,
        note: str = "",
    ) -> None:
        """Write down what the look found and the readers' version, or that it is to be tried again."""

    def reckoned(self, file_id: int, said: Mapping[str, Any]) -> None:
        """Write down what the lab's slicer said of one copy (Reckoning.plain)."""

    def stand(self, file_id: int, up: str) -> None:
        """Which axis of a model is up, "y" or "z"; it is queued for another look."""

    def inspect_again(
        self, job_ids: Collection[str] | None, *, older_than: int | None = None
    ) -> int:
        """Queue the files of these jobs (None: of all) for another look, where asked for only those
        whose facts are of an older version; gives how many."""

    def uninspected(self) -> int:
        """How many files wait for a look."""

    def lines(self) -> Iterator[Sequence[FileLine]]:
        """The same for a quick look at very many, some thousands at a time."""

    def some(self, file_ids: Sequence[int]) -> Sequence[tuple[JobFile, Status]]:
        """Those files with the status of their jobs, in the order of their ids."""
