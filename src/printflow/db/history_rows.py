"""Queries on events, notes and openings of files."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from ..domain.event_kind import EventKind, event_kind
from ..domain.history import Event, FileOpening, Note
from ..domain.job import Actor
from ..domain.status import ActorKind, Status
from ..said import Said
from .part import Part
from .schema import events, file_openings, notes
from .wakeup import stir

_MANY = 500


def _event(row: Row[Any]) -> Event:
    return Event(
        id=row.id,
        job_id=row.job_id,
        at=row.at,
        trigger=event_kind(row.trigger),
        source=Status(row.source) if row.source else None,
        dest=Status(row.dest),
        actor=Actor(ActorKind(row.actor_kind), row.actor, row.station),
        details=row.details,
    )


# Put together once: every transition, or every page of a student, has them.
_ADD_EVENT = insert(events).returning(events.c.id)
_STAFF_NOTES = (
    select(notes)
    .where(notes.c.job_id.in_(bindparam("ids", expanding=True)))
    .where(~notes.c.for_student, ~notes.c.from_student)
    .order_by(notes.c.id.desc())
)
_EVENTS = Part(select(events).where(events.c.job_id == bindparam("job")), events.c.id)
_NOTES = Part(select(notes).where(notes.c.job_id == bindparam("job")), notes.c.id)
_WRITTEN_TO = select(notes.c.job_id).where(
    notes.c.id.in_(
        select(func.max(notes.c.id))
        .where(notes.c.job_id.in_(bindparam("ids", expanding=True)), notes.c.for_student)
        .group_by(notes.c.job_id)
    ),
    ~notes.c.from_student,
)
_OPENINGS = (
    select(file_openings)
    .where(file_openings.c.job_id == bindparam("job"), file_openings.c.station != "")
    .order_by(file_openings.c.id)
)


def note_of(row: Row[Any]) -> Note:
    """The note that a row of ``notes`` holds."""
    return Note(
        at=row.at,
        author=row.author,
        text=row.text,
        for_student=row.for_student,
        from_student=row.from_student,
        id=row.id,
    )


def _opening(row: Row[Any]) -> FileOpening:
    return FileOpening(at=row.at, file_name=row.file_name, by=row.by, station=row.station)


class SqlHistoryRows:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add_event(
        self,
        job_id: str,
        *,
        at: datetime,
        trigger: EventKind,
        source: Status | None,
        dest: Status,
        actor: Actor,
        details: Mapping[str, Any],
    ) -> int:
        values = {
            "job_id": job_id,
            "at": at,
            "trigger": trigger.value,
            "source": source.value if source else None,
            "dest": dest.value,
            "actor_kind": actor.kind.value,
            "actor": actor.name,
            "station": actor.station,
            "details": dict(details),
        }
        stir(self._connection)
        return int(self._connection.scalar(_ADD_EVENT, values) or 0)

    def events(
        self, job_id: str, *, newest: int | None = None, before: int | None = None
    ) -> Sequence[Event]:
        rows = _EVENTS.rows(self._connection, {"job": job_id}, newest, before)
        return [_event(row) for row in rows]

    def last_event(self, job_id: str) -> Event | None:
        query = (
            select(events).where(events.c.job_id == job_id).order_by(events.c.id.desc()).limit(1)
        )
        row = self._connection.execute(query).first()
        return _event(row) if row else None

    def newest_time(self) -> datetime | None:
        query = select(events.c.at).order_by(events.c.id.desc()).limit(1)
        return self._connection.scalar(query)

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
        stir(self._connection)
        written = self._connection.execute(
            insert(notes)
            .values(
                job_id=job_id,
                at=at,
                author=author,
                text=text,
                for_student=for_student,
                from_student=from_student,
            )
            .returning(notes.c.id)
        )
        return int(written.scalar_one())

    def remove_note(self, note_id: int) -> None:
        self._connection.execute(delete(notes).where(notes.c.id == note_id))

    def notes(
        self, job_id: str, *, newest: int | None = None, before: int | None = None
    ) -> Sequence[Note]:
        rows = _NOTES.rows(self._connection, {"job": job_id}, newest, before)
        return [note_of(row) for row in rows]

    def staff_notes(self, job_ids: Collection[str], most: int) -> Mapping[str, Sequence[Note]]:
        found: dict[str, list[Note]] = {}
        ids = sorted(set(job_ids))
        for start in range(0, len(ids), _MANY):
            some = {"ids": ids[start : start + _MANY]}
            for row in self._connection.execute(_STAFF_NOTES, some).all():
                note = note_of(row)
                own = found.setdefault(row.job_id, [])
                # What the program wrote down itself is in the history.
                if not isinstance(note.text, Said) and len(own) < most:
                    own.append(note)
        return {job_id: own for job_id, own in found.items() if own}

    def written_to(self, job_ids: Collection[str]) -> Collection[str]:
        found: set[str] = set()
        ids = sorted(set(job_ids))
        for start in range(0, len(ids), _MANY):
            found.update(self._connection.scalars(_WRITTEN_TO, {"ids": ids[start : start + _MANY]}))
        return found

    def click_opening(self, job_id: str, *, file_name: str, at: datetime, by: str) -> None:
        table = file_openings
        self._connection.execute(
            delete(table).where(table.c.job_id == job_id, table.c.station == "")
        )
        row = insert(table).values(job_id=job_id, file_name=file_name, at=at, by=by, station="")
        self._connection.execute(row)

    def report_opening(
        self,
        job_id: str,
        *,
        file_name: str,
        also: Collection[str] = (),
        at: datetime,
        since: datetime,
        station: str,
    ) -> None:
        table = file_openings
        clicked = self._connection.execute(
            update(table)
            .where(table.c.job_id == job_id, table.c.file_name.in_({file_name, *also}))
            .where(table.c.station == "", table.c.at >= since)
            .values(station=station, at=at)
        )
        if clicked.rowcount == 0:
            row = insert(table).values(
                job_id=job_id, file_name=file_name, at=at, by="", station=station
            )
            self._connection.execute(row)

    def openings(self, job_id: str) -> Sequence[FileOpening]:
        rows = self._connection.execute(_OPENINGS, {"job": job_id})
        return [_opening(row) for row in rows]

    def last_openings(self, job_id: str) -> Sequence[FileOpening]:
        table = file_openings
        last = (
            select(func.max(table.c.id))
            .where(table.c.job_id == job_id, table.c.station != "")
            .group_by(table.c.file_name)
        )
        query = select(table).where(table.c.id.in_(last)).order_by(table.c.id)
        return [_opening(row) for row in self._connection.execute(query)]

    def take_back(self, job_id: str, at: datetime) -> None:
        self._connection.execute(delete(notes).where(notes.c.job_id == job_id, notes.c.at == at))
