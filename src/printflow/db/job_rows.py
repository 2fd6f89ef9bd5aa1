"""Queries on jobs and requests."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    Select,
    bindparam,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from ..domain.agreement import Agreement
from ..domain.attention import Attention, Flag
from ..domain.job import FileRole, FileState, Job, JobFile
from ..domain.job_line import JobLine
from ..domain.mailbox import mailbox
from ..domain.model_facts import InspectionState, ModelFacts
from ..domain.pick_up import ON_SHELF
from ..domain.question import QUESTIONS
from ..domain.reckoning import Reckoning
from ..domain.status import Status
from ..domain.worklist import Aside, JobQuery
from ..ports import DuplicateKey
from . import search, worklist
from .schema import FACETS, events, job_files, jobs, requests
from .wakeup import stir

_FOR_QUERIES = ("token_hash", "search_text", "mailbox")
_JOB_COLUMNS = [
    *(column for column in jobs.c if column.name not in _FOR_QUERIES),
    select(requests.c.language)
    .where(requests.c.id == jobs.c.request_id)
    .correlate(jobs)
    .scalar_subquery()
    .label("language"),
]
FILE_COLUMNS = [
    job_files.c.id,
    job_files.c.job_id,
    job_files.c.role,
    job_files.c.authoritative,
    job_files.c.name,
    job_files.c.folder,
    job_files.c.last_seen,
    job_files.c.last_named,
    job_files.c.was_named,
    job_files.c.state,
    job_files.c.size,
    job_files.c.sha256,
    job_files.c.inspection,
    job_files.c.facts,
    job_files.c.picture,
    job_files.c.inspection_note,
    job_files.c.reckoned,
    job_files.c.up,
]
_LINE_COLUMNS = [jobs.c[name] for name in JobLine._fields]
_MANY = 500
"""So many ids are asked for at once."""

_SEARCHED = (
    "student_name",
    "student_email",
    "class_number",
    "original_name",
    "standard_name",
    *(question.name for question in QUESTIONS if question.searched),
)


# What every transition, or every page of a student, asks is put together once: that costs more than
# the asking.
_WITH_FILES = (
    select(*_JOB_COLUMNS, *FILE_COLUMNS).outerjoin(job_files, job_files.c.job_id == jobs.c.id)
).order_by(job_files.c.id)
_BY_ID = _WITH_FILES.where(jobs.c.id == bindparam("sought"))
_BY_TOKEN = _WITH_FILES.where(jobs.c.token_hash == bindparam("sought"))
_OF_REQUEST = (
    select(*_JOB_COLUMNS, *FILE_COLUMNS)
    .outerjoin(job_files, job_files.c.job_id == jobs.c.id)
    .where(jobs.c.request_id == bindparam("sought"))
    .order_by(jobs.c.request_place, jobs.c.id, job_files.c.id)
)
_WITH_REQUEST = (
    select(*_JOB_COLUMNS, *FILE_COLUMNS)
    .outerjoin(job_files, job_files.c.job_id == jobs.c.id)
    .where(
        jobs.c.request_id.in_(
            select(jobs.c.request_id).where(jobs.c.token_hash == bindparam("sought"))
        )
    )
    .order_by(
        (jobs.c.token_hash == bindparam("sought")).desc(),
        jobs.c.request_place,
        jobs.c.id,
        job_files.c.id,
    )
)
_BY_IDS = _WITH_FILES.where(jobs.c.id.in_(bindparam("ids", expanding=True)))
_EXISTS = select(jobs.c.id).where(jobs.c.id == bindparam("sought"))
_ADD = insert(jobs)
_ADD_REQUEST = insert(requests).returning(requests.c.id)
_FIRST = (
    select(requests.c.idempotency_key, jobs.c.id)
    .select_from(jobs.join(requests))
    .order_by(jobs.c.request_place, jobs.c.id)
)
_OF_KEY = (
    _FIRST.with_only_columns(jobs.c.id)
    .where(requests.c.idempotency_key == bindparam("sought"))
    .limit(1)
)
_OF_KEYS = _FIRST.where(requests.c.idempotency_key.in_(bindparam("sought", expanding=True)))
# What lists ask for again and again is made once, with the ids as a parameter.
_OF_IDS = select(*_JOB_COLUMNS).where(jobs.c.id.in_(bindparam("ids", expanding=True)))
_FILES_OF = (
    select(*FILE_COLUMNS)
    .where(job_files.c.job_id.in_(bindparam("ids", expanding=True)))
    .order_by(job_files.c.id)
)
_OF_REQUESTS = (
    select(jobs.c.request_id, jobs.c.id)
    .where(jobs.c.request_id.in_(bindparam("ids", expanding=True)))
    .order_by(jobs.c.request_id, jobs.c.request_place, jobs.c.id)
)
_CHANGE = update(jobs).where(
    jobs.c.id == bindparam("changed_id"), jobs.c.version == bindparam("seen_version")
)
_NEWEST_EVENT = select(func.max(events.c.id))
_JOB_NAMES = tuple(str(column.key) for column in _JOB_COLUMNS)
_FILE_NAMES = tuple(column.name for column in FILE_COLUMNS)


def job_file(row: Row[*tuple[Any, ...]]) -> JobFile:
    """The record of a row of ``job_files``."""
    return _file([row._mapping[column] for column in FILE_COLUMNS])


def _file(found: Sequence[Any]) -> JobFile:
    values = dict(zip(_FILE_NAMES, found, strict=True))
    facts = values["facts"]
    values.update(
        role=FileRole(values["role"]),
        was_named=tuple(values["was_named"]),
        state=FileState(values["state"]),
        inspection=InspectionState(values["inspection"]),
        facts=ModelFacts.from_plain(facts) if facts else None,
        reckoned=Reckoning.from_plain(values["reckoned"]) if values["reckoned"] else None,
    )
    return JobFile(**values)


def _job(row: Row[Any], files: Sequence[JobFile]) -> Job:
    return _made(tuple(row), tuple(files))


def _made(found: Sequence[Any], files: tuple[JobFile, ...]) -> Job:
    values = dict(zip(_JOB_NAMES, found, strict=True))
    values.update(status=Status(values["status"]), reasons=tuple(values["reasons"]), files=files)
    return Job(**values)


def _whole(rows: Sequence[Row[Any]]) -> Job:
    """The job of these rows, each with one of its files, or with none."""
    width = len(_JOB_COLUMNS)
    files = (_file(row[width:]) for row in rows if row[width] is not None)
    return _made(rows[0][:width], tuple(files))


def _said(attention: Attention | None) -> Attention:
    if attention is None:
        raise ValueError("a query of what needs attention must say since when")
    return attention


def _search_text(job_id: str, values: Mapping[str, Any]) -> str:
    return "\n".join((job_id, *(str(values.get(key, "")) for key in _SEARCHED))).casefold()


class SqlJobRows:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def request_of_key(self, idempotency_key: str) -> str | None:
        return self._connection.scalar(_OF_KEY, {"sought": idempotency_key})

    def ids_of_keys(self, idempotency_keys: Sequence[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for start in range(0, len(idempotency_keys), _MANY):
            some = idempotency_keys[start : start + _MANY]
            for key, job_id in self._connection.execute(_OF_KEYS, {"sought": some}):
                found.setdefault(key, job_id)
        return found

    def add_request(
        self,
        *,
        now: datetime,
        idempotency_key: str,
        student_name: str,
        student_email: str,
        agreement: Agreement,
        language: str,
    ) -> int:
        row = {
            "created_at": now,
            "idempotency_key": idempotency_key or None,
            "student_name": student_name,
            "student_email": student_email,
            "consent_version": agreement.version,
            "consent_language": agreement.language,
            "consent_text": agreement.text,
            "language": language,
        }
        try:
            return int(self._connection.scalar(_ADD_REQUEST, row) or 0)
        except IntegrityError as error:
            raise DuplicateKey("idempotency_key") from error

    def agreement(self, request_id: int) -> Agreement:
        found = self._connection.execute(
            select(
                requests.c.consent_version, requests.c.consent_language, requests.c.consent_text
            ).where(requests.c.id == request_id)
        ).one()
        return Agreement(*found)

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
        text = _search_text(job_id, {**values, "standard_name": standard_name})
        self._connection.execute(
            _ADD,
            {
                "id": job_id,
                "request_id": request_id,
                "status": status.value,
                "version": 1,
                "created_at": now,
                "updated_at": now,
                "status_since": now,
                "standard_name": standard_name,
                "material": "",
                "reasons": [],
                "last_actor": actor,
                "token_hash": token_hash,
                "search_text": text,
                "mailbox": mailbox(str(values["student_email"])),
                **values,
            },
        )
        search.record(self._connection, job_id, text)

    def exists(self, job_id: str) -> bool:
        return self._connection.scalar(_EXISTS, {"sought": job_id}) is not None

    def get(self, job_id: str) -> Job | None:
        return self._one(_BY_ID, job_id)

    def of_token(self, token_hash: str) -> Job | None:
        return self._one(_BY_TOKEN, token_hash)

    def _one(self, query: Select[Any], value: str) -> Job | None:
        rows = self._connection.execute(query, {"sought": value}).all()
        return _whole(rows) if rows else None

    def with_request(self, token_hash: str) -> Sequence[Job]:
        return self._several(_WITH_REQUEST, token_hash)

    def of_ids(self, job_ids: Sequence[str]) -> Sequence[Job]:
        rows: dict[str, list[Row[Any]]] = {}
        for start in range(0, len(job_ids), _MANY):
            some = {"ids": job_ids[start : start + _MANY]}
            for row in self._connection.execute(_BY_IDS, some):
                rows.setdefault(row[0], []).append(row)
        return [_whole(rows[job_id]) for job_id in job_ids if job_id in rows]

    def of_request(self, request_id: int) -> Sequence[Job]:
        return self._several(_OF_REQUEST, request_id)

    def _several(self, query: Select[Any], value: str | int) -> list[Job]:
        rows = self._connection.execute(query, {"sought": value}).all()
        return [_whole(list(own)) for _, own in groupby(rows, key=itemgetter(0))]

    def ids_of_requests(self, request_ids: Collection[int]) -> dict[int, list[str]]:
        found: dict[int, list[str]] = {}
        wanted = sorted(set(request_ids))
        for start in range(0, len(wanted), _MANY):
            some = {"ids": wanted[start : start + _MANY]}
            for request_id, job_id in self._connection.execute(_OF_REQUESTS, some).all():
                found.setdefault(request_id, []).append(job_id)
        return found

    def of_email(self, email: str, *, limit: int | None = 50) -> Sequence[Job]:
        query = (
            select(*_JOB_COLUMNS)
            # The mailbox has an index; the address says which of its spellings is meant.
            .where(
                jobs.c.mailbox == mailbox(email),
                func.lower(jobs.c.student_email) == email.lower(),
            )
            .order_by(jobs.c.created_at.desc())
            .limit(limit)
        )
        return self._with_files(self._connection.execute(query).all())

    def of_mailbox(self, mailbox: str) -> Sequence[Job]:
        if not mailbox:
            return ()
        query = (
            select(*_JOB_COLUMNS)
            .where(jobs.c.mailbox == mailbox)
            .order_by(jobs.c.created_at.desc(), jobs.c.id.desc())
        )
        return self._with_files(self._connection.execute(query).all())

    def find(self, query: JobQuery, attention: Attention | None = None) -> Sequence[Job]:
        # The order is found in an index alone; only the page's own rows are read from the table.
        ids = self._page_of(select(jobs.c.id), query, attention)
        return self.in_order(self._connection.scalars(ids).all())

    def lines(self, query: JobQuery, attention: Attention | None = None) -> list[JobLine]:
        rows = self._page_of(select(*_LINE_COLUMNS), query, attention)
        return [
            JobLine(job_id, created, Status(status), *others)
            for job_id, created, status, *others in self._connection.execute(rows)
        ]

    def _page_of(
        self, rows: Select[Any], query: JobQuery, attention: Attention | None
    ) -> Select[Any]:
        rows = worklist.narrowed(rows, query, self._candidates(query))
        if query.attention:
            rows = rows.where(jobs.c.id.in_(worklist.flagged(_said(attention))))
        if query.limit is not None:
            rows = rows.limit(query.limit)
        if query.offset:
            rows = rows.offset(query.offset)
        return rows

    def matching(self, query: JobQuery, attention: Attention | None = None) -> dict[Status, int]:
        rows = select(jobs.c.status, func.count())
        rows = worklist.matching(rows, query, self._candidates(query)).group_by(jobs.c.status)
        if query.attention:
            rows = rows.where(jobs.c.id.in_(worklist.flagged(_said(attention))))
        return {Status(status): int(count) for status, count in self._connection.execute(rows)}

    def _candidates(self, query: JobQuery) -> set[str] | None:
        """The only jobs that can be meant, where what is wanted is rare; else None.

        What many jobs have is found sooner by walking the list in its order.
        """
        words = worklist.words_of(query)
        few = []
        if query.request is not None:
            few.append(set(self.ids_of_requests([query.request]).get(query.request, ())))
        if words and (found := search.candidates(self._connection, words)) is not None:
            few.append(set(found))
        facets = worklist.facets(query, search.CANDIDATES + 1)
        if facets is not None:
            having: dict[str, set[str]] = {}
            for facet, job_id in self._connection.execute(facets):
                having.setdefault(facet, set()).add(job_id)
            wanted = [facet for facet in FACETS if getattr(query, facet)]
            held = [having.get(facet, set()) for facet in wanted]
            few += [ids for ids in held if len(ids) <= search.CANDIDATES]
        return set.intersection(*few) if few else None

    def in_order(self, ids: Sequence[str]) -> list[Job]:
        found: list[Job] = []
        for start in range(0, len(ids), _MANY):
            some = ids[start : start + _MANY]
            rows = self._connection.execute(_OF_IDS, {"ids": some})
            by_id = {job.id: job for job in self._with_files(rows.all())}
            found += [by_id[job_id] for job_id in some]
        return found

    def _with_files(self, rows: Sequence[Row[Any]]) -> list[Job]:
        ids = [row.id for row in rows]
        files: dict[str, list[JobFile]] = {job_id: [] for job_id in ids}
        for start in range(0, len(ids), _MANY):
            some = {"ids": ids[start : start + _MANY]}
            for row in self._connection.execute(_FILES_OF, some).all():
                files[row.job_id].append(_file(tuple(row)))
        return [_job(row, files[row.id]) for row in rows]

    def attention(
        self, attention: Attention, unpaid: frozenset[str] | None = None
    ) -> tuple[int, frozenset[str]]:
        moments = worklist.moments(attention)
        query = worklist.attention_counts(tuple(moments), unpaid=unpaid is None)
        number, both, found = 0, set[str](), set(unpaid or ())
        for part, one, count in self._connection.execute(query, moments).all():
            if part == "number":
                number = int(count)
            else:
                (both if part == "both" else found).add(one)
        return number + len(found - both), frozenset(found)

    def flags(self, job_ids: Collection[str], attention: Attention) -> dict[str, frozenset[Flag]]:
        ids, found = list(job_ids), dict[str, set[Flag]]()
        moments = worklist.moments(attention)
        query = worklist.flags_among(tuple(moments))
        for start in range(0, len(ids), _MANY):
            some = {**moments, "ids": ids[start : start + _MANY]}
            for job_id, flag in self._connection.execute(query, some).all():
                found.setdefault(job_id, set()).add(Flag(flag))
        return {job_id: frozenset(flags) for job_id, flags in found.items()}

    def aside(self) -> Aside:
        found = self._connection.execute(worklist.ASIDE).one()
        new, on_hold, unconfirmed, event, note = (int(number or 0) for number in found[:5])
        return Aside(new, on_hold, unconfirmed, event, note, found[5])

    def review(self, job_id: str, *, by: str, at: datetime | None) -> None:
        self._connection.execute(
            update(jobs)
            .where(jobs.c.id == job_id)
            .values(reviewed_at=at, reviewed_by=by if at else "")
        )
        stir(self._connection)

    def asked(self, job_id: str, at: datetime | None) -> None:
        self._connection.execute(update(jobs).where(jobs.c.id == job_id).values(asked_at=at))
        stir(self._connection)

    def plan_printer(self, job_id: str, printer: str) -> None:
        self._connection.execute(update(jobs).where(jobs.c.id == job_id).values(printer=printer))
        stir(self._connection)

    def waiting(self, before: datetime) -> Iterator[tuple[str, datetime, datetime | None]]:
        query = (
            select(jobs.c.id, jobs.c.status_since, jobs.c.reminded_at)
            .where(
                jobs.c.status.in_(ON_SHELF),
                jobs.c.status_since <= before,
                jobs.c.held_at.is_(None),
            )
            .order_by(jobs.c.status_since, jobs.c.id)
        )
        for row in self._connection.execute(query):
            yield row.id, row.status_since, row.reminded_at

    def remind(self, job: Job, now: datetime) -> bool:
        marked = self._connection.execute(
            update(jobs)
            .where(
                jobs.c.id == job.id,
                jobs.c.version == job.version,
                jobs.c.reminded_at.is_not_distinct_from(job.reminded_at),
            )
            .values(reminded_at=now)
        )
        stir(self._connection)
        return marked.rowcount == 1

    def newest_event(self) -> int:
        return int(self._connection.scalar(_NEWEST_EVENT) or 0)

    def counts(self) -> dict[Status, int]:
        counted = dict.fromkeys(Status, 0)
        for status, count in self._connection.execute(worklist.BY_STATUS).all():
            counted[Status(status)] += int(count)
        return counted

    def update(
        self, job: Job, *, now: datetime, actor: str, status: Status, values: Mapping[str, Any]
    ) -> bool:
        written = dict(values)
        since = written.pop("status_since", job.status_since if status is job.status else now)
        if written.keys() & set(_SEARCHED):
            was = {key: getattr(job, key) for key in _SEARCHED}
            written["search_text"] = _search_text(job.id, {**was, **written})
        if "student_email" in written:
            written["mailbox"] = mailbox(str(written["student_email"]))
        if "reasons" in written:
            written["reasons"] = list(written["reasons"])
        changed = self._connection.execute(
            _CHANGE,
            {
                **written,
                "changed_id": job.id,
                "seen_version": job.version,
                "status": status.value,
                "version": job.version + 1,
                "updated_at": now,
                "status_since": since,
                "last_actor": actor,
            },
        )
        if changed.rowcount == 1 and "search_text" in written:
            search.record(
                self._connection,
                job.id,
                written["search_text"],
                before=_search_text(job.id, was),
            )
        return changed.rowcount == 1
