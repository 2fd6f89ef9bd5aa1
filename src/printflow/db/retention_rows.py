"""Queries for retention: what is due, and taking it out of the rows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    String,
    cast,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from ..domain.job import FileState
from ..domain.lifecycle import row as line_of
from ..domain.people import ABOUT_STUDENTS, ChangeKind
from ..domain.retention import OTHER_REASON, REMOVED_NAME, Part, Removal, known_or_other, unsigned
from ..domain.status import ActorKind, Status, Trigger
from .incoming_rows import SqlIncomingRows
from .schema import (
    changes,
    confirmations,
    events,
    file_openings,
    job_files,
    jobs,
    notes,
    online_payments,
    outbox,
    papercut_charges,
    part_outcomes,
    payment_shares,
    payment_voids,
    payments,
    plate_parts,
    plates,
    removals,
    requests,
)
from .view_rows import SqlViewRows
from .worklist import with_staff

_ARCHIVABLE = tuple(status.value for status in line_of(Trigger.ARCHIVE).sources)


def _between(
    column: ColumnElement[datetime], first: datetime | None, last: datetime
) -> list[ColumnElement[bool]]:
    """The column is ``last`` or before, and where there's a ``first``, not before that."""
    return [column <= last] if first is None else [column >= first, column <= last]


class SqlRetentionRows:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def to_archive(
        self, since: datetime, *, limit: int | None, after: datetime | None = None
    ) -> Sequence[tuple[str, datetime]]:
        query = (
            select(jobs.c.id, jobs.c.status_since)
            .where(jobs.c.status.in_(_ARCHIVABLE), *_between(jobs.c.status_since, after, since))
            .where(with_staff(jobs.c.id))
            .order_by(jobs.c.status_since, jobs.c.id)
            .limit(limit)
        )
        return [(row.id, row.status_since) for row in self._connection.execute(query)]

    def to_remove(
        self,
        part: Part,
        before: datetime,
        period: timedelta,
        *,
        limit: int | None,
        after: datetime | None = None,
    ) -> Sequence[Removal]:
        gone = exists().where(removals.c.job_id == jobs.c.id, removals.c.part == part.value)
        query = (
            select(jobs.c.id, jobs.c.status_since)
            .where(jobs.c.status == Status.ARCHIVED.value, ~gone)
            .where(*_between(jobs.c.status_since, after, before))
            .order_by(jobs.c.status_since, jobs.c.id)
            .limit(limit)
        )
        rows = self._connection.execute(query)
        return [Removal(row.status_since + period, row.id, part) for row in rows]

    def removed(self, job_id: str) -> Collection[Part]:
        query = select(removals.c.part).where(removals.c.job_id == job_id)
        return frozenset(Part(part) for part in self._connection.scalars(query))

    def files_left(self, job_id: str) -> bool:
        query = select(job_files.c.id).where(
            job_files.c.job_id == job_id, job_files.c.state != FileState.REMOVED.value
        )
        return self._connection.execute(query.limit(1)).first() is not None

    def note(self, job_id: str, part: Part, now: datetime) -> None:
        self._connection.execute(insert(removals).values(job_id=job_id, part=part.value, at=now))

    # -- one part each --------------------------------------------------------------------------

    def files(self, job_id: str, now: datetime) -> None:
        self._connection.execute(
            update(job_files)
            .where(job_files.c.job_id == job_id, job_files.c.state != FileState.REMOVED.value)
            .values(
                state=FileState.REMOVING.value,
                tries=0,
                next_try_at=now,
                problem="",
                picture=False,
                inspection="none",
                inspection_note="",
            )
        )

    def message_ids(self, job_id: str) -> Sequence[str]:
        query = select(outbox.c.message_id).where(outbox.c.job_id == job_id)
        return list(self._connection.scalars(query))

    def mails(self, job_id: str) -> None:
        db = self._connection
        told = set(db.scalars(select(outbox.c.recipient).where(outbox.c.job_id == job_id)))
        db.execute(delete(outbox).where(outbox.c.job_id == job_id))
        SqlIncomingRows(db).forget_of_job(job_id)
        told.update(db.scalars(select(jobs.c.student_email).where(jobs.c.id == job_id)))

        def unaddressed(details: Mapping[str, Any]) -> Mapping[str, Any]:
            hers = told.intersection((details.get("to"), details.get("before")))
            return {"to": REMOVED_NAME, "before": REMOVED_NAME} if hers else details

        self._rewrite_changes(ChangeKind.MAIL_RETRIED, unaddressed)

    def _unname_changes(self, address: str) -> None:
        """What the lab's own record says of a student it says without the address."""
        if not address:
            return
        sought = address.lower()
        named = (changes.c.by, changes.c.subject, cast(changes.c.details, String))
        query = select(changes.c.id, changes.c.by, changes.c.subject, changes.c.details).where(
            changes.c.kind.in_([kind.value for kind in ABOUT_STUDENTS]),
            or_(
                *(func.lower(cast(one, String)).contains(sought, autoescape=True) for one in named)
            ),
        )
        for row in self._connection.execute(query).all():
            values = {name: _unnamed(getattr(row, name), sought) for name in ("by", "subject")}
            self._connection.execute(
                update(changes)
                .where(changes.c.id == row.id)
                .values(details=_unnamed(row.details, sought), **values)
            )

    def _rewrite_changes(
        self, kind: ChangeKind, rewritten: Callable[[Mapping[str, Any]], Mapping[str, Any]]
    ) -> None:
        """The record of who changed the lab keeps that, and loses what names the student."""
        query = select(changes.c.id, changes.c.details).where(changes.c.kind == kind.value)
        for row in self._connection.execute(query).all():
            new = rewritten(row.details)
            if new != row.details:
                self._connection.execute(
                    update(changes).where(changes.c.id == row.id).values(details=new)
                )

    def mails_of_no_job(
        self,
        before: datetime,
        *,
        to: str = "",
        of_jobs: Collection[str] = (),
        limit: int | None,
        after: datetime | None = None,
    ) -> Sequence[tuple[int, datetime, str]]:
        table, wanted = outbox.c, frozenset(of_jobs)
        query = (
            select(table.id, table.created_at, table.message_id, table.recipient, table.context)
            .where(outbox.c.job_id.is_(None), *_between(table.created_at, after, before))
            .order_by(table.created_at, table.id)
            .limit(limit)
        )
        return [
            (row.id, row.created_at, row.message_id)
            for row in self._connection.execute(query)
            if not (to or wanted)
            or row.recipient.lower() == to.lower()
            or not wanted.isdisjoint(row.context.get("job_ids", ()))
        ]

    def remove_mails(self, mail_ids: Collection[int]) -> None:
        self._connection.execute(delete(outbox).where(outbox.c.id.in_(mail_ids)))

    def personal(self, job_id: str, token_hash: str, known_reasons: Collection[str]) -> None:
        db = self._connection
        row = db.execute(
            select(
                jobs.c.request_id, jobs.c.reasons, jobs.c.student_name, jobs.c.student_email
            ).where(jobs.c.id == job_id)
        ).one()
        self._unname_changes(row.student_email)
        SqlViewRows(db).forget(row.student_name, row.student_email)
        db.execute(
            update(jobs)
            .where(jobs.c.id == job_id)
            .values(
                student_name=REMOVED_NAME,
                student_email="",
                mailbox="",
                original_name="",
                standard_name=job_id,
                student_note="",
                shelf="",
                asked_at=None,
                hold_reason="",
                cancel_reason="",
                token_hash=token_hash,
                search_text=job_id.casefold(),
                reasons=known_or_other(row.reasons, known_reasons),
            )
        )
        db.execute(
            update(part_outcomes)
            .where(part_outcomes.c.part_id.in_(_parts_of(job_id)), part_outcomes.c.reason != "")
            .where(part_outcomes.c.reason.not_in(known_reasons))
            .values(reason=OTHER_REASON)
        )
        db.execute(update(plates).where(plates.c.id.in_(_plates_of(job_id))).values(file_name=""))
        named = exists().where(jobs.c.request_id == requests.c.id, jobs.c.student_email != "")
        db.execute(
            update(requests)
            .where(requests.c.id == row.request_id, ~named)
            .values(
                student_name=REMOVED_NAME,
                student_email="",
                idempotency_key=None,
                person_id=None,
                confirm_hash=None,
                confirm_browser_hash="",
            )
        )
        db.execute(delete(notes).where(notes.c.job_id == job_id))
        db.execute(
            update(confirmations)
            .where(confirmations.c.job_id == job_id)
            .values(token_hash=None, file_name="")
        )
        db.execute(
            update(confirmations)
            .where(confirmations.c.job_id == job_id, confirmations.c.used_by != "")
            .values(used_by=REMOVED_NAME)
        )
        db.execute(delete(file_openings).where(file_openings.c.job_id == job_id))
        db.execute(
            update(payments)
            .where(payments.c.id.in_(_payments_of(job_id)))
            .values(payer="", account="", note="", idempotency_key=None, fingerprint="")
        )
        db.execute(
            update(papercut_charges)
            .where(papercut_charges.c.job_id == job_id)
            .values(username=REMOVED_NAME, answer="")
        )
        self._rename_files(job_id)

        def unnamed(details: Mapping[str, Any]) -> Mapping[str, Any]:
            places = details.get("places", [])
            return {**details, "places": [job_id if job_id in one else one for one in places]}

        self._rewrite_changes(ChangeKind.MENDED, unnamed)
        for event in db.execute(select(events).where(events.c.job_id == job_id)).all():
            student = event.actor_kind == ActorKind.STUDENT.value
            db.execute(
                update(events)
                .where(events.c.id == event.id)
                .values(
                    actor=REMOVED_NAME if student else event.actor,
                    details=unsigned(event.details, known_reasons),
                )
            )

    def _rename_files(self, job_id: str) -> None:
        query = select(job_files.c.id, job_files.c.name).where(job_files.c.job_id == job_id)
        for row in self._connection.execute(query).all():
            ending = row.name.rpartition(".")[2]
            self._connection.execute(
                update(job_files)
                .where(job_files.c.id == row.id)
                .values(
                    name=f"removed_{job_id}_{row.id}.{ending}"[:160], last_named="", was_named=[]
                )
            )

    def events(self, job_id: str, known_reasons: Collection[str]) -> None:
        for event in self._connection.execute(
            select(events.c.id, events.c.details).where(events.c.job_id == job_id)
        ).all():
            self._connection.execute(
                update(events)
                .where(events.c.id == event.id)
                .values(
                    actor=REMOVED_NAME, station="", details=unsigned(event.details, known_reasons)
                )
            )

        mine = plates.c.id.in_(_plates_of(job_id))
        for name in ("created_by", "started_by", "ended_by"):
            self._connection.execute(
                update(plates).where(mine, plates.c[name] != "").values({name: REMOVED_NAME})
            )
        self._connection.execute(
            update(part_outcomes)
            .where(part_outcomes.c.part_id.in_(_parts_of(job_id)))
            .values(by=REMOVED_NAME)
        )

    def payments(self, job_id: str) -> None:
        db = self._connection
        mine = payments.c.id.in_(_payments_of(job_id))
        db.execute(update(payments).where(mine).values(by=REMOVED_NAME, station=""))
        db.execute(
            update(payments).where(mine, payments.c.waived != "").values(waived=REMOVED_NAME)
        )
        db.execute(
            update(payment_voids)
            .where(payment_voids.c.payment_id.in_(_payments_of(job_id)))
            .values(by=REMOVED_NAME, station="", reason=REMOVED_NAME)
        )
        db.execute(
            update(online_payments)
            .where(online_payments.c.job_id == job_id, online_payments.c.settled_by != "")
            .values(settled_by=REMOVED_NAME, note="")
        )
        charged = papercut_charges.c.job_id == job_id
        db.execute(
            update(papercut_charges).where(charged).values(asked_by=REMOVED_NAME, station="")
        )
        db.execute(
            update(papercut_charges)
            .where(charged, papercut_charges.c.settled_by != "")
            .values(settled_by=REMOVED_NAME)
        )

    def job(self, job_id: str) -> None:
        db = self._connection
        db.execute(
            update(jobs)
            .where(jobs.c.id == job_id)
            .values(last_actor=REMOVED_NAME, reviewed_by="", queue_place=None, reasons=[])
        )
        db.execute(
            update(confirmations).where(confirmations.c.job_id == job_id).values(file_sha256="")
        )
        db.execute(delete(file_openings).where(file_openings.c.job_id == job_id))


def _unnamed(value: Any, sought: str) -> Any:
    """``value`` with whatever text in it holds the (lower-case) address taken out."""
    if isinstance(value, Mapping):
        return {key: _unnamed(item, sought) for key, item in value.items()}
    if isinstance(value, list):
        return [_unnamed(item, sought) for item in value]
    return REMOVED_NAME if isinstance(value, str) and sought in value.lower() else value


def _parts_of(job_id: str) -> Select[tuple[int]]:
    return select(plate_parts.c.id).where(plate_parts.c.job_id == job_id)


def _plates_of(job_id: str) -> Select[tuple[int]]:
    return select(plate_parts.c.plate_id).where(plate_parts.c.job_id == job_id)


def _payments_of(job_id: str) -> Select[int]:
    return select(payment_shares.c.payment_id).where(payment_shares.c.job_id == job_id)
