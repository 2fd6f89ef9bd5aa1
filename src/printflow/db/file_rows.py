"""Queries on the places of files. A lease is a compare-and-swap on ``lease_until``."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    Row,
    and_,
    bindparam,
    case,
    func,
    insert,
    null,
    or_,
    select,
    update,
)

from ..domain.clock_slip import FARTHEST_FILE, FARTHEST_LOOK, SLIP
from ..domain.job import FileRole, FileState, JobFile
from ..domain.model_facts import InspectionState
from ..domain.naming import ALL_MODEL_ENDINGS, PICTURED_ENDINGS, ending_of
from ..domain.status import ORIGINALS, Status
from ..ports import FileLine, Placement
from .job_rows import FILE_COLUMNS, job_file
from .schema import job_files, jobs
from .types import UTCDateTime
from .worklist import with_staff

_MOST_NAMES = 20
"""So many earlier names a file is found under."""
_GOING = (FileState.REMOVING.value, FileState.REMOVED.value)
_THERE = and_(
    *(job_files.c.state != going for going in _GOING)
)  # IN is put together again each time
_NEVER = job_files.c.state == FileState.ABSENT.value
_EXPECTED = and_(_THERE, job_files.c.state != FileState.ABSENT.value)
"""Files that must be in the store; of the others none is looked for."""
_WAITING = (InspectionState.QUEUED.value, InspectionState.RUNNING.value)

_LOOKED = (InspectionState.DONE.value, InspectionState.FAILED.value)

_AHEAD = select(jobs.c.id).where(jobs.c.status.in_([one.value for one in Status if one.ahead]))
"""The jobs that are still to be printed, or being printed."""

_OF_STAFF = with_staff(job_files.c.job_id)
"""No one looks into a model before its student's address is confirmed."""


def _first_state(name: str, size: int) -> InspectionState:
    looked_into = ending_of(name) in (*ALL_MODEL_ENDINGS, *PICTURED_ENDINGS) and size > 0
    return InspectionState.QUEUED if looked_into else InspectionState.NONE


_HOME = case(
    (
        job_files.c.authoritative,
        case({one.value: one.folder for one in Status}, value=jobs.c.status),
    ),
    else_=ORIGINALS,
)
_LINES = (
    select(
        *(job_files.c[name] for name in ("id", "name", "folder", "size")),
        and_(job_files.c.state == FileState.SETTLED.value, job_files.c.folder == _HOME),
    )
    .join(jobs)
    .where(_EXPECTED)
)

# Put together once: every transition asks them.
_ADD = insert(job_files)
_OF_ID = update(job_files).where(job_files.c.id == bindparam("file"))
_FREE = and_(
    job_files.c.next_try_at.is_not(None),
    or_(
        job_files.c.lease_until.is_(None),
        job_files.c.lease_until <= bindparam("now"),
        job_files.c.lease_until > bindparam("far"),
    ),
)
_LEASED = (*FILE_COLUMNS, job_files.c.incoming, job_files.c.tries)
_CLAIM = _OF_ID.where(_FREE).returning(*_LEASED)
_CLAIM_OF_JOB = (
    update(job_files).where(job_files.c.job_id == bindparam("job"), _FREE).returning(*_LEASED)
)
_SETTLE = _OF_ID.where(
    job_files.c.folder == bindparam("wanted"), job_files.c.name == bindparam("called")
)
_OVERTAKEN = job_files.c.state == FileState.SETTLED.value
"""Someone else brought it where it belongs, and then it was taken from there, by a call that was late."""
_SEEN_ELSEWHERE = _OF_ID.values(
    last_seen=bindparam("place"),
    last_named=case((job_files.c.name == bindparam("called"), ""), else_=bindparam("called")),
    incoming="",
    state=case((_OVERTAKEN, FileState.PENDING.value), else_=job_files.c.state),
    next_try_at=case(
        (_OVERTAKEN, bindparam("due", type_=UTCDateTime())), else_=job_files.c.next_try_at
    ),
)
_BELONGS = _OF_ID.where(_THERE).values(
    folder=bindparam("home"),
    authoritative=bindparam("counts"),
    state=case((_NEVER, FileState.ABSENT.value), else_=FileState.PENDING.value),
    next_try_at=case((_NEVER, null()), else_=bindparam("due", type_=UTCDateTime())),
    tries=0,
    problem="",
)
_RENAME = _OF_ID.where(_THERE).values(
    name=bindparam("new"),
    was_named=bindparam("before", type_=JSON()),
    # The file is found by what it was last found as, however many names it was to have since.
    last_named=case(
        (or_(_NEVER, job_files.c.last_named == bindparam("new")), ""),
        (job_files.c.last_named != "", job_files.c.last_named),
        else_=job_files.c.name,
    ),
    state=case((_NEVER, FileState.ABSENT.value), else_=FileState.PENDING.value),
    next_try_at=case((_NEVER, null()), else_=bindparam("due", type_=UTCDateTime())),
    tries=0,
    problem="",
)


def _times(now: datetime, lease: timedelta) -> dict[str, datetime]:
    return {"now": now, "lease_until": now + lease, "far": now + lease + SLIP}


def _unleased(now: datetime) -> ColumnElement[bool]:
    """Whether nobody looks into the model just now."""
    lease = job_files.c.inspection_lease
    return or_(lease.is_(None), lease <= now, lease > now + FARTHEST_LOOK)


def _placement(row: Row[Any]) -> Placement:
    return Placement(job_file(row), row.incoming, row.tries)


class SqlFileRows:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

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
        absent: bool = False,
        called: str = "",
    ) -> None:
        before = called if called != name else ""
        state = FileState.ABSENT if absent else FileState.PENDING
        self._connection.execute(
            _ADD,
            {
                "job_id": job_id,
                "role": role.value,
                "authoritative": authoritative,
                "name": name,
                "folder": folder,
                "last_seen": last_seen,
                "last_named": before,
                "was_named": [before] if before else [],
                "state": state.value,
                "size": size,
                "sha256": sha256,
                "incoming": incoming,
                "next_try_at": None if absent else now,
                "inspection": _first_state(name, size).value,
            },
        )

    def belongs(self, file_id: int, folder: str, *, authoritative: bool, now: datetime) -> None:
        moved = {"home": folder, "counts": authoritative, "due": now}
        self._connection.execute(_BELONGS, {"file": file_id, **moved})

    def rename(self, file: JobFile, name: str, now: datetime) -> None:
        before = [one for one in (*file.was_named, file.name) if one != name][-_MOST_NAMES:]
        self._connection.execute(
            _RENAME, {"file": file.id, "new": name, "before": before, "due": now}
        )

    def becomes(self, file_id: int, role: FileRole) -> None:
        self._connection.execute(
            update(job_files).where(job_files.c.id == file_id).values(role=role.value)
        )

    def due(self, now: datetime, *, limit: int) -> Sequence[int]:
        query = (
            select(job_files.c.id)
            .where(
                or_(job_files.c.next_try_at <= now, job_files.c.next_try_at > now + FARTHEST_FILE),
                or_(
                    job_files.c.lease_until.is_(None),
                    job_files.c.lease_until <= now,
                    job_files.c.lease_until > now + FARTHEST_FILE,
                ),
            )
            .order_by(job_files.c.next_try_at)
            .limit(limit)
        )
        return list(self._connection.scalars(query))

    def claim(self, file_id: int, now: datetime, lease: timedelta) -> Placement | None:
        if self._connection.dialect.name == "postgresql":
            # Someone who is about to lease it is no reason to wait.
            free = select(job_files.c.id).where(job_files.c.id == file_id)
            if self._connection.scalar(free.with_for_update(skip_locked=True)) is None:
                return None
        row = self._connection.execute(_CLAIM, {"file": file_id, **_times(now, lease)}).first()
        return _placement(row) if row else None

    def claim_of_job(self, job_id: str, now: datetime, lease: timedelta) -> Sequence[Placement]:
        claim = {"job": job_id, **_times(now, lease)}
        return [_placement(row) for row in self._connection.execute(_CLAIM_OF_JOB, claim)]

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
        file = placement.file
        seen = {"last_seen": last_seen, "incoming": ""} if last_seen else {}
        if last_seen:
            seen["last_named"] = "" if last_named == file.name else last_named
        found = {"lease_until": None, **seen}
        settled = {
            "state": state.value,
            "problem": problem,
            "tries": 0 if next_try_at is None else placement.tries + 1,
            "next_try_at": next_try_at,
        }
        wanted = {"file": file.id, "wanted": file.folder, "called": file.name}
        if self._connection.execute(_SETTLE, {**found, **settled, **wanted}).rowcount:
            return
        # It belongs elsewhere by now, or is to be called otherwise; where it was seen, and as what,
        # is true all the same.
        self._connection.execute(_OF_ID, {"file": file.id, "lease_until": None})
        if last_seen:
            was = {"file": file.id, "place": last_seen, "called": last_named, "due": now}
            self._connection.execute(_SEEN_ELSEWHERE, was)

    # -- looking into models ----------------------------------------------------------------------

    def to_inspect(self, now: datetime) -> int | None:
        settled = job_files.c.state == FileState.SETTLED.value
        free = _unleased(now)
        query = (
            select(job_files.c.id)
            .where(job_files.c.inspection.in_(_WAITING), settled, free, _OF_STAFF)
            .order_by(job_files.c.id.desc())
            .limit(1)
        )
        found = self._connection.scalar(query)
        return None if found is None else int(found)

    def outdated(self, version: int) -> int | None:
        query = select(func.max(job_files.c.id)).where(
            job_files.c.job_id.in_(_AHEAD),
            job_files.c.inspection.in_(_LOOKED),
            job_files.c.facts_version < version,
            job_files.c.state == FileState.SETTLED.value,
        )
        found = self._connection.scalar(query)
        return None if found is None else int(found)

    def claim_inspection(
        self, file_id: int, now: datetime, lease: timedelta, *, again: bool = False
    ) -> tuple[JobFile, int] | None:
        claimed = self._connection.execute(
            update(job_files)
            .where(
                job_files.c.id == file_id,
                job_files.c.inspection.in_(_LOOKED if again else _WAITING),
                _unleased(now),
            )
            .values(
                inspection=InspectionState.RUNNING.value,
                inspection_lease=now + lease,
                inspection_tries=1 if again else job_files.c.inspection_tries + 1,
            )
        )
        if claimed.rowcount != 1:
            return None
        row = self._connection.execute(select(job_files).where(job_files.c.id == file_id)).one()
        return job_file(row), row.inspection_tries

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
        self._connection.execute(
            update(job_files)
            .where(job_files.c.id == file_id)
            .values(
                inspection=state.value,
                inspection_lease=None,
                inspected_at=now,
                facts=null() if facts is None else dict(facts),
                facts_version=version,
                picture=picture,
                inspection_note=note,
            )
        )

    def reckoned(self, file_id: int, said: Mapping[str, Any]) -> None:
        self._connection.execute(
            update(job_files).where(job_files.c.id == file_id).values(reckoned=dict(said))
        )

    def stand(self, file_id: int, up: str) -> None:
        values = {"up": up, "inspection": InspectionState.QUEUED.value, "inspection_tries": 0}
        self._connection.execute(
            update(job_files)
            .where(job_files.c.id == file_id, job_files.c.inspection != InspectionState.NONE.value)
            .values(**values, inspection_lease=None)
        )

    def inspect_again(
        self, job_ids: Collection[str] | None, *, older_than: int | None = None
    ) -> int:
        query = update(job_files).where(job_files.c.inspection.in_(_LOOKED))
        if job_ids is not None:
            query = query.where(job_files.c.job_id.in_(job_ids))
        if older_than is not None:
            query = query.where(job_files.c.facts_version < older_than)
        values = {"inspection": InspectionState.QUEUED.value, "inspection_tries": 0}
        return self._connection.execute(query.values(**values, inspection_lease=None)).rowcount

    def uninspected(self) -> int:
        query = select(func.count()).where(job_files.c.inspection.in_(_WAITING), _OF_STAFF)
        return int(self._connection.scalar(query) or 0)

    def waiting(self) -> int:
        query = select(func.count()).where(job_files.c.next_try_at.is_not(None))
        return int(self._connection.scalar(query) or 0)

    def overdue(self, before: datetime, now: datetime) -> int:
        late = job_files.c.next_try_at < before
        by_a_wrong_clock = job_files.c.next_try_at > now + FARTHEST_FILE
        query = select(func.count()).where(or_(late, by_a_wrong_clock))
        return int(self._connection.scalar(query) or 0)

    def count(self) -> int:
        return int(self._connection.scalar(select(func.count()).select_from(job_files)) or 0)

    def incoming(self) -> Collection[str]:
        query = select(job_files.c.incoming).where(job_files.c.incoming != "")
        return frozenset(self._connection.scalars(query))

    def every(self) -> Iterator[tuple[JobFile, Status]]:
        query = (
            select(*FILE_COLUMNS, jobs.c.status)
            .join(jobs)
            .where(_EXPECTED)
            .order_by(job_files.c.id)
        )
        for row in self._connection.execution_options(yield_per=1000).execute(query):
            yield job_file(row), Status(row.status)

    def lines(self) -> Iterator[Sequence[FileLine]]:
        rows = self._connection.execution_options(yield_per=5000).execute(_LINES)
        return cast(Iterator[Sequence[FileLine]], rows.partitions())

    def some(self, file_ids: Sequence[int]) -> list[tuple[JobFile, Status]]:
        found: list[tuple[JobFile, Status]] = []
        query = select(*FILE_COLUMNS, jobs.c.status).join(jobs).order_by(job_files.c.id)
        ordered = sorted(file_ids)
        for start in range(0, len(ordered), 500):
            some = query.where(job_files.c.id.in_(ordered[start : start + 500]))
            found += [(job_file(row), Status(row.status)) for row in self._connection.execute(some)]
        return found

    def every_with_incoming(self) -> Iterator[tuple[JobFile, str]]:
        """All files, with their names in ``.incoming`` while they are not placed yet."""
        query = (
            select(*FILE_COLUMNS, job_files.c.incoming).where(_EXPECTED).order_by(job_files.c.id)
        )
        for row in self._connection.execution_options(yield_per=1000).execute(query):
            yield job_file(row), row.incoming
