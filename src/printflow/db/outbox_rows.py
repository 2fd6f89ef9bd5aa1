"""Queries on the outbox. A lease is a compare-and-swap; PostgreSQL skips rows others hold."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    bindparam,
    func,
    insert,
    literal,
    or_,
    select,
    union_all,
    update,
)
from sqlalchemy.exc import IntegrityError

from ..domain.clock_slip import FARTHEST_MAIL, SLIP
from ..domain.history import MAIL_STATES, Mail
from ..domain.told_together import joined
from ..ports import DuplicateKey
from .part import Part
from .schema import outbox
from .wakeup import stir

_FIELDS = tuple(field.name for field in fields(Mail))
_COLUMNS = [outbox.c["recipient" if name == "to" else name] for name in _FIELDS]

_ADD = insert(outbox)
# Put together once: every page of a student asks it.
_OF_JOBS = Part(
    select(*_COLUMNS).where(outbox.c.job_id.in_(bindparam("jobs", expanding=True))), outbox.c.id
)


def _mail(row: Row[Any]) -> Mail:
    values = dict(row._mapping)
    values["to"] = values.pop("recipient")
    return Mail(**values)


def _left(mail: Mail) -> bool:
    """Whether it has left or may be leaving, by itself or with those of other jobs."""
    return mail.state not in ("canceled", "overtaken") or joined(mail)


def _late(before: datetime) -> ColumnElement[bool]:
    # A try moves next_try_at on; only a mail that was never tried may still be held by it.
    held = and_(outbox.c.tries == 0, outbox.c.next_try_at >= before)
    return and_(outbox.c.state.in_(("queued", "sending")), outbox.c.created_at < before, ~held)


class SqlOutboxRows:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

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
    ) -> None:
        values = {
            "message_id": message_id,
            "job_id": job_id,
            "event_id": event_id,
            "confirmation_id": confirmation_id,
            "template": template,
            "recipient": recipient,
            "context": dict(context),
            "created_at": now,
            "state": "queued",
            "next_try_at": not_before,
        }
        try:
            self._connection.execute(_ADD, values)
        except IntegrityError as error:
            if "message_id" in str(error.orig):
                raise DuplicateKey("message_id") from error
            raise

    def cancel(self, event_id: int) -> bool:
        of_event = outbox.c.event_id == event_id
        self._connection.execute(
            update(outbox)
            .where(of_event, outbox.c.state == "queued", outbox.c.tries == 0)
            .values(state="canceled", next_try_at=None)
        )
        mails = self._connection.execute(select(*_COLUMNS).where(of_event))
        return any(_left(_mail(row)) for row in mails)

    def cancel_mail(self, mail_id: int) -> bool:
        canceled = self._connection.execute(
            update(outbox)
            .where(outbox.c.id == mail_id, outbox.c.state == "queued", outbox.c.tries == 0)
            .values(state="canceled", next_try_at=None)
        )
        return canceled.rowcount == 1

    def claim(self, now: datetime, lease: timedelta) -> Mail | None:
        due = or_(
            and_(outbox.c.state == "queued", outbox.c.next_try_at <= now),
            and_(outbox.c.state == "queued", outbox.c.next_try_at > now + FARTHEST_MAIL),
            and_(outbox.c.state == "sending", outbox.c.lease_until <= now),
            and_(outbox.c.state == "sending", outbox.c.lease_until > now + lease + SLIP),
        )
        query = (
            select(outbox.c.id, outbox.c.lease_until)
            .where(due)
            .order_by(outbox.c.next_try_at, outbox.c.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        found = self._connection.execute(query).first()
        if found is None:
            return None
        claimed = self._connection.execute(
            update(outbox)
            .where(outbox.c.id == found.id, outbox.c.lease_until.is_not_distinct_from(found[1]))
            .values(state="sending", lease_until=now + lease, tries=outbox.c.tries + 1)
        )
        return self.get(found.id) if claimed.rowcount == 1 else None

    def _leased(self, mail: Mail) -> Any:
        # A lease that ran out and was taken by someone else has counted another try.
        return and_(
            outbox.c.id == mail.id, outbox.c.state == "sending", outbox.c.tries == mail.tries
        )

    def sent(self, mail: Mail, now: datetime) -> None:
        self._connection.execute(
            update(outbox)
            .where(outbox.c.id == mail.id, outbox.c.state == "sending")
            .values(state="sent", sent_at=now, lease_until=None, next_try_at=None, error="")
        )

    def failed(self, mail: Mail, *, error: str, next_try_at: datetime | None) -> None:
        self._connection.execute(
            update(outbox)
            .where(self._leased(mail))
            .values(
                state="dead" if next_try_at is None else "queued",
                error=error,
                next_try_at=next_try_at,
                lease_until=None,
            )
        )

    def hold(self, mail: Mail, *, why: str, until: datetime | None) -> None:
        values: dict[str, Any] = {"state": "queued", "next_try_at": until}
        if until is None:
            values = {"state": "overtaken", "next_try_at": None, "error": why}
        self._connection.execute(
            update(outbox)
            .where(self._leased(mail))
            .values(lease_until=None, tries=outbox.c.tries - 1, **values)
        )

    def overtake(self, mail_id: int, why: str) -> None:
        self._connection.execute(
            update(outbox)
            .where(outbox.c.id == mail_id, outbox.c.state.in_(("queued", "dead")))
            .values(state="overtaken", next_try_at=None, error=why)
        )

    def give_back(self, mail: Mail, *, error: str) -> None:
        self._connection.execute(
            update(outbox)
            .where(self._leased(mail))
            .values(state="queued", lease_until=None, tries=outbox.c.tries - 1, error=error)
        )

    def retry(self, mail_id: int, *, to: str, now: datetime, context: Mapping[str, Any]) -> None:
        stir(self._connection)
        self._connection.execute(
            update(outbox)
            .where(
                outbox.c.id == mail_id, outbox.c.state.in_(("dead", "queued", "sent", "overtaken"))
            )
            .values(
                state="queued",
                tries=0,
                created_at=now,
                next_try_at=now,
                lease_until=None,
                error="",
                bounced_at=None,
                recipient=to,
                context=dict(context),
            )
        )

    def of_message_ids(self, message_ids: Collection[str]) -> Sequence[Mail]:
        query = select(*_COLUMNS).where(outbox.c.message_id.in_(message_ids))
        return [_mail(row) for row in self._connection.execute(query)]

    def bounced(self, mail_id: int, *, error: str, now: datetime) -> bool:
        stir(self._connection)
        came_back = self._connection.execute(
            update(outbox)
            .where(outbox.c.id == mail_id, outbox.c.state == "sent")
            .values(state="dead", error=error, bounced_at=now, next_try_at=None)
        )
        return came_back.rowcount == 1

    def get(self, mail_id: int) -> Mail | None:
        row = self._connection.execute(select(*_COLUMNS).where(outbox.c.id == mail_id)).first()
        return _mail(row) if row else None

    def find(self, *, state: str | None, limit: int, before: int | None = None) -> Sequence[Mail]:
        query = select(*_COLUMNS).order_by(outbox.c.id.desc()).limit(limit)
        if state == "sent":
            # By what it isn't: nearly all are, and found sooner by walking back than in an index.
            query = query.where(outbox.c.state.not_in([one for one in MAIL_STATES if one != state]))
        elif state is not None:
            query = query.where(outbox.c.state == state)
        if before is not None:
            query = query.where(outbox.c.id < before)
        return [_mail(row) for row in self._connection.execute(query)]

    def counts_up_to(self, most: int) -> Mapping[str, int]:
        queries = [
            select(literal(state), func.count()).select_from(
                select(outbox.c.id).where(outbox.c.state == state).limit(most).subquery()
            )
            for state in MAIL_STATES
        ]
        return {row[0]: int(row[1]) for row in self._connection.execute(union_all(*queries))}

    def counts(self) -> Mapping[str, int]:
        query = select(outbox.c.state, func.count()).group_by(outbox.c.state)
        return {row[0]: int(row[1]) for row in self._connection.execute(query)}

    def of_job(self, job_id: str) -> Sequence[Mail]:
        return self.of_jobs((job_id,))

    def of_jobs(
        self, job_ids: Collection[str], *, newest: int | None = None, before: int | None = None
    ) -> Sequence[Mail]:
        rows = _OF_JOBS.rows(self._connection, {"jobs": list(job_ids)}, newest, before)
        return [_mail(row) for row in rows]

    def lock_untouched(self, mail_ids: Collection[int]) -> Sequence[Mail]:
        if not mail_ids:
            return []
        query = (
            select(*_COLUMNS)
            .where(outbox.c.id.in_(mail_ids), outbox.c.state == "queued", outbox.c.tries == 0)
            .order_by(outbox.c.id)
            .with_for_update(skip_locked=True)
        )
        return [_mail(row) for row in self._connection.execute(query)]

    def set_context(self, mail_id: int, context: Mapping[str, Any]) -> None:
        self._connection.execute(
            update(outbox).where(outbox.c.id == mail_id).values(context=dict(context))
        )

    def waiting(self) -> int:
        query = select(func.count()).where(outbox.c.state.in_(("queued", "sending")))
        return int(self._connection.scalar(query) or 0)

    def next_due(self) -> datetime | None:
        query = (
            select(outbox.c.next_try_at)
            .where(outbox.c.state == "queued")
            .order_by(outbox.c.next_try_at)
            .limit(1)
        )
        return self._connection.scalar(query)

    def stuck(self, before: datetime, *, limit: int) -> tuple[int, int]:
        dead = select(outbox.c.id).where(outbox.c.state == "dead").limit(limit).subquery()
        query = select(
            select(func.count()).select_from(outbox).where(_late(before)).scalar_subquery(),
            select(func.count()).select_from(dead).scalar_subquery(),
        )
        late, refused = self._connection.execute(query).one()
        return int(late), int(refused)

    def oldest_late(self, before: datetime) -> Mail | None:
        oldest = (
            select(*_COLUMNS)
            .where(_late(before))
            .order_by(outbox.c.created_at, outbox.c.id)
            .limit(1)
        )
        row = self._connection.execute(oldest).first()
        return _mail(row) if row else None

    def refused_since_sent(self, *, limit: int) -> Sequence[Mail]:
        # What came back later was sent: the server took it.
        query = (
            select(*_COLUMNS)
            .where(outbox.c.state == "dead", outbox.c.bounced_at.is_(None))
            .order_by(outbox.c.id.desc())
            .limit(limit)
        )
        dead = [_mail(row) for row in self._connection.execute(query)]
        if not dead:
            return []
        sent = select(func.max(outbox.c.id)).where(
            outbox.c.id > dead[-1].id,
            or_(outbox.c.state == "sent", outbox.c.bounced_at.is_not(None)),
        )
        last = self._connection.scalar(sent) or 0
        return [mail for mail in dead if mail.id > last]
