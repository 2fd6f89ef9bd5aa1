"""Queries on addresses that are to be confirmed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, bindparam, delete, exists, or_, select, update

from ..domain.retention import REMOVED_NAME
from ..domain.unconfirmed import AddressToConfirm
from . import search
from .incoming_rows import SqlIncomingRows
from .schema import (
    events,
    file_openings,
    job_files,
    jobs,
    known_browsers,
    notes,
    outbox,
    removals,
    requests,
)
from .upsert import upsert

_OF_A_JOB = (outbox, notes, file_openings, removals, job_files, events)
"""What can hang on a job that was never with staff, in the order in which it can go."""
_TO_CONFIRM = select(
    requests.c.id.label("request_id"),
    requests.c.confirm_until.label("until"),
    requests.c.confirmed_at,
    requests.c.confirmed_by,
    requests.c.confirm_browser_hash.label("browser_hash"),
).where(requests.c.confirm_until.is_not(None))
# Put together once: what every student sees after submitting.
_OF_LINK = _TO_CONFIRM.where(requests.c.confirm_hash == bindparam("sought"))
_OF_REQUEST = _TO_CONFIRM.where(requests.c.id == bindparam("sought"))


class SqlAddressRows:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def ask(self, request_id: int, *, until: datetime, link_hash: str, browser_hash: str) -> None:
        self._connection.execute(
            update(requests)
            .where(requests.c.id == request_id)
            .values(confirm_until=until, confirm_hash=link_hash, confirm_browser_hash=browser_hash)
        )

    def of_link(self, link_hash: str) -> AddressToConfirm | None:
        return self._one(_OF_LINK, link_hash)

    def of_request(self, request_id: int) -> AddressToConfirm | None:
        return self._one(_OF_REQUEST, request_id)

    def _one(self, query: Select[Any], value: str | int) -> AddressToConfirm | None:
        row = self._connection.execute(query, {"sought": value}).first()
        return AddressToConfirm(**row._mapping) if row else None

    def confirm(self, request_id: int, *, by: str, now: datetime) -> bool:
        done = self._connection.execute(
            update(requests)
            .where(
                requests.c.id == request_id,
                requests.c.confirm_until.is_not(None),
                requests.c.confirmed_at.is_(None),
            )
            .values(confirmed_at=now, confirmed_by=by)
        )
        return done.rowcount == 1

    def overdue(self, before: datetime, *, limit: int) -> Sequence[str]:
        begun = exists().where(removals.c.job_id == jobs.c.id)
        query = (
            select(jobs.c.id)
            .where(
                jobs.c.unconfirmed_since.is_not(None),
                or_(jobs.c.unconfirmed_since <= before, begun),
            )
            .order_by(jobs.c.unconfirmed_since, jobs.c.id)
            .limit(limit)
        )
        return list(self._connection.scalars(query))

    def forget_job(self, job_id: str) -> None:
        db = self._connection
        row = db.execute(
            select(jobs.c.request_id, jobs.c.search_text).where(
                jobs.c.id == job_id, jobs.c.unconfirmed_since.is_not(None)
            )
        ).one()
        SqlIncomingRows(db).forget_of_job(job_id)
        for table in _OF_A_JOB:
            db.execute(delete(table).where(table.c.job_id == job_id))
        search.forget(db, job_id, row.search_text)
        db.execute(delete(jobs).where(jobs.c.id == job_id))
        others = exists().where(jobs.c.request_id == requests.c.id)
        db.execute(
            update(requests)
            .where(requests.c.id == row.request_id, ~others)
            .values(
                student_name=REMOVED_NAME,
                student_email="",
                idempotency_key=None,
                person_id=None,
                confirm_browser_hash="",
            )
        )

    def known(self, browser_hash: str, address_hash: str, now: datetime) -> bool:
        query = select(known_browsers.c.until).where(
            known_browsers.c.browser_hash == browser_hash,
            known_browsers.c.address_hash == address_hash,
            known_browsers.c.until > now,
        )
        return self._connection.scalar(query) is not None

    def remember(self, browser_hash: str, address_hash: str, until: datetime) -> None:
        key = {"browser_hash": browser_hash, "address_hash": address_hash}
        upsert(self._connection, known_browsers, key, {"until": until})

    def some_browsers(self, *, until: datetime) -> bool:
        old = select(known_browsers.c.until).where(known_browsers.c.until <= until).limit(1)
        return self._connection.scalar(old) is not None

    def forget_browsers(self, *, address_hash: str = "", until: datetime | None = None) -> None:
        gone = delete(known_browsers)
        if address_hash:
            self._connection.execute(gone.where(known_browsers.c.address_hash == address_hash))
        if until is not None:
            self._connection.execute(gone.where(known_browsers.c.until <= until))
