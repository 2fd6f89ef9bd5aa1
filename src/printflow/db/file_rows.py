"""Queries on the places of files. A lease is a compare-and-swap on ``lease_until``."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, insert, or_, select, update

from ..domain.job import FileRole, FileState, JobFile
from ..domain.status import Status
from ..ports import Placement
from .job_rows import FILE_COLUMNS, job_file
from .schema import job_files, jobs

_GOING = (FileState.REMOVING.value, FileState.REMOVED.value)
_THERE = job_files.c.state.not_in(_GOING)


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
    ) -> None:
        self._connection.execute(
            insert(job_files).values(
                job_id=job_id,
                role=role.value,
                authoritative=authoritative,
                name=name,
                folder=folder,
                last_seen=last_seen,
                state=FileState.PENDING.value,
                size=size,
                sha256=sha256,
                incoming=incoming,
                next_try_at=now,
            )
        )

    def belongs(self, file_id: int, folder: str, *, authoritative: bool, now: datetime) -> None:
        self._connection.execute(
            update(job_files)
            .where(job_files.c.id == file_id, job_files.c.state.not_in(_GOING))
            .values(
                folder=folder,
                authoritative=authoritative,
                state=FileState.PENDING.value,
                tries=0,
                next_try_at=now,
                problem="",
            )
        )

    def due(self, now: datetime, *, limit: int) -> Sequence[int]:
        query = (
            select(job_files.c.id)
            .where(
                job_files.c.next_try_at <= now,
                or_(job_files.c.lease_until.is_(None), job_files.c.lease_until <= now),
            )
            .order_by(job_files.c.next_try_at)
            .limit(limit)
        )
        return list(self._connection.scalars(query))

    def of_job(self, job_id: str) -> Sequence[int]:
        query = select(job_files.c.id).where(
            job_files.c.job_id == job_id, job_files.c.next_try_at.is_not(None)
        )
        return list(self._connection.scalars(query))

    def claim(self, file_id: int, now: datetime, lease: timedelta) -> Placement | None:
        claimed = self._connection.execute(
            update(job_files)
            .where(
                job_files.c.id == file_id,
                job_files.c.next_try_at.is_not(None),
                or_(job_files.c.lease_until.is_(None), job_files.c.lease_until <= now),
            )
            .values(lease_until=now + lease)
        )
        if claimed.rowcount != 1:
            return None
        row = self._connection.execute(select(job_files).where(job_files.c.id == file_id)).one()
        return Placement(job_file(row), row.incoming, row.tries)

    def settle(
        self,
        placement: Placement,
        *,
        state: FileState,
        last_seen: str,
        problem: str,
        next_try_at: datetime | None,
    ) -> None:
        mine = job_files.c.id == placement.file.id
        self._connection.execute(update(job_files).where(mine).values(lease_until=None))
        self._connection.execute(
            update(job_files)
            .where(mine, job_files.c.folder == placement.file.folder)
            .values(
                state=state.value,
                problem=problem[:300],
                tries=0 if next_try_at is None else placement.tries + 1,
                next_try_at=next_try_at,
            )
        )
        if last_seen:
            self._connection.execute(
                update(job_files).where(mine).values(last_seen=last_seen, incoming="")
            )

    def waiting(self) -> int:
        query = select(func.count()).where(job_files.c.next_try_at.is_not(None))
        return int(self._connection.scalar(query) or 0)

    def overdue(self, before: datetime) -> int:
        query = select(func.count()).where(job_files.c.next_try_at < before)
        return int(self._connection.scalar(query) or 0)

    def count(self) -> int:
        return int(self._connection.scalar(select(func.count()).select_from(job_files)) or 0)

    def incoming(self) -> Collection[str]:
        query = select(job_files.c.incoming).where(job_files.c.incoming != "")
        return frozenset(self._connection.scalars(query))

    def every(self) -> Iterator[tuple[JobFile, Status]]:
        query = (
            select(*FILE_COLUMNS, jobs.c.status).join(jobs).where(_THERE).order_by(job_files.c.id)
        )
        for row in self._connection.execution_options(yield_per=1000).execute(query):
            yield job_file(row), Status(row.status)

    def every_with_incoming(self) -> Iterator[tuple[JobFile, str]]:
        """All files, with their names in ``.incoming`` while they are not placed yet."""
        query = select(*FILE_COLUMNS, job_files.c.incoming).where(_THERE).order_by(job_files.c.id)
        for row in self._connection.execution_options(yield_per=1000).execute(query):
            yield job_file(row), row.incoming
