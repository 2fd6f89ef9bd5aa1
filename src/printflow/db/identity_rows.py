"""Queries on people who sign in at a provider, and on their sessions."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Select,
    bindparam,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from ..domain.identity import Person, ProviderSession, Purpose, SignInRecord, Student
from ..ports.identity_rows import Begun
from .schema import (
    jobs,
    people,
    provider_sessions,
    requests,
    sessions,
    sign_ins,
    sign_ins_begun,
    student_sessions,
)
from .upsert import upsert

_SESSIONS = (
    select(
        provider_sessions.c.key_hash,
        provider_sessions.c.person_id,
        people.c.issuer,
        sessions.c.role,
        provider_sessions.c.role_place,
        provider_sessions.c.believed_until,
        provider_sessions.c.id_token_sealed,
        provider_sessions.c.access_token_sealed,
        provider_sessions.c.refresh_token_sealed,
    )
    .join(sessions, sessions.c.key_hash == provider_sessions.c.key_hash)
    .join(people, people.c.id == provider_sessions.c.person_id)
)

# Put together once: every page asks it for a student who is signed in.
_STUDENT = (
    select(
        people.c.id.label("person_id"),
        people.c.name,
        people.c.email,
        student_sessions.c.expires_at,
        student_sessions.c.roles,
    )
    .join(student_sessions, student_sessions.c.person_id == people.c.id)
    .where(
        student_sessions.c.key_hash == bindparam("key"),
        student_sessions.c.expires_at > bindparam("now"),
    )
)

_RECORDS = select(*(column for column in sign_ins.c if column.name != "person_id")).order_by(
    sign_ins.c.id.desc()
)


class SqlIdentityRows:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    # -- under way --------------------------------------------------------------------------------

    def begin(self, state_hash: str, begun: Begun) -> None:
        self._connection.execute(
            insert(sign_ins_begun).values(
                state_hash=state_hash,
                browser_hash=begun.browser_hash,
                session_hash=begun.session_hash,
                purpose=begun.purpose.value,
                back=begun.back[:2000],
                at=begun.at,
            )
        )

    def take_begun(self, state_hash: str) -> Begun | None:
        table = sign_ins_begun
        row = self._connection.execute(
            delete(table)
            .where(table.c.state_hash == state_hash)
            .returning(
                table.c.browser_hash,
                table.c.session_hash,
                table.c.purpose,
                table.c.back,
                table.c.at,
            )
        ).first()
        if row is None:
            return None
        return Begun(**{**row._mapping, "purpose": Purpose(row.purpose)})

    # -- people -----------------------------------------------------------------------------------

    def person(self, issuer: str, subject: str) -> Person | None:
        return self._person(people.c.issuer == issuer, people.c.subject == subject)

    def person_by_id(self, person_id: int) -> Person | None:
        return self._person(people.c.id == person_id)

    def sender(self, job_id: str) -> Person | None:
        request_id = select(jobs.c.request_id).where(jobs.c.id == job_id).scalar_subquery()
        person_id = select(requests.c.person_id).where(requests.c.id == request_id)
        return self._person(people.c.id == person_id.scalar_subquery())

    def _person(self, *where: Any) -> Person | None:
        row = self._connection.execute(select(people).where(*where)).first()
        return _person_of(row) if row else None

    def put_person(
        self, issuer: str, subject: str, *, name: str, email: str, now: datetime
    ) -> Person:
        key = {"issuer": issuer, "subject": subject}
        values = {"name": name, "email": email, "last_at": now}
        upsert(self._connection, people, key, values, only_new={"first_at": now})
        found = self.person(issuer, subject)
        assert found is not None
        return found

    def name_staff(self, person_id: int, staff_name: str) -> None:
        self._connection.execute(
            update(people).where(people.c.id == person_id).values(staff_name=staff_name)
        )

    def staff_name_taken(self, staff_name: str, *, but: int) -> bool:
        # In Python, as in the list of names: SQLite's lower() knows ASCII only.
        query = select(people.c.staff_name).where(
            people.c.staff_name.is_not(None), people.c.id != but
        )
        wanted = staff_name.casefold()
        return any(name.casefold() == wanted for name in self._connection.scalars(query))

    def people_of(self, email: str) -> Sequence[Person]:
        query = (
            select(people).where(func.lower(people.c.email) == email.lower()).order_by(people.c.id)
        )
        return [_person_of(row) for row in self._connection.execute(query)]

    def forget_person(self, person_id: int) -> None:
        db = self._connection
        db.execute(delete(student_sessions).where(student_sessions.c.person_id == person_id))
        db.execute(delete(sign_ins).where(sign_ins.c.person_id == person_id))
        db.execute(update(requests).where(requests.c.person_id == person_id).values(person_id=None))
        staff = db.scalar(select(people.c.staff_name).where(people.c.id == person_id))
        if staff is None:
            db.execute(delete(people).where(people.c.id == person_id))
        else:
            db.execute(update(people).where(people.c.id == person_id).values(email="", name=staff))

    # -- records ----------------------------------------------------------------------------------

    def record(
        self,
        *,
        at: datetime,
        person_id: int | None,
        purpose: Purpose,
        issuer: str,
        name: str,
        role: str,
        accepted: bool,
        why: str,
        claims: Mapping[str, Any],
        address: str,
    ) -> None:
        self._connection.execute(
            insert(sign_ins).values(
                at=at,
                person_id=person_id,
                purpose=purpose.value,
                issuer=issuer,
                name=name[:100],
                role=role[:60],
                accepted=accepted,
                why=why,
                claims=dict(claims),
                address=address[:60],
            )
        )

    def records(self, *, limit: int) -> Sequence[SignInRecord]:
        return self._records(_RECORDS.limit(limit))

    def records_of(self, person_id: int) -> Sequence[SignInRecord]:
        return self._records(_RECORDS.where(sign_ins.c.person_id == person_id))

    def _records(self, query: Select[Any]) -> list[SignInRecord]:
        return [
            SignInRecord(**{**row._mapping, "purpose": Purpose(row.purpose)})
            for row in self._connection.execute(query)
        ]

    # -- staff ------------------------------------------------------------------------------------

    def add_session(self, session: ProviderSession, *, next_check_at: datetime | None) -> None:
        self._connection.execute(
            insert(provider_sessions).values(
                key_hash=session.key_hash,
                person_id=session.person_id,
                role_place=session.role_place,
                believed_until=session.believed_until,
                next_check_at=next_check_at,
                id_token_sealed=session.id_token_sealed,
                access_token_sealed=session.access_token_sealed,
                refresh_token_sealed=session.refresh_token_sealed,
            )
        )

    def session(self, key_hash: str) -> ProviderSession | None:
        return self.sessions([key_hash]).get(key_hash)

    def sessions(self, key_hashes: Collection[str]) -> Mapping[str, ProviderSession]:
        query = _SESSIONS.where(provider_sessions.c.key_hash.in_(key_hashes))
        found = (ProviderSession(**row._mapping) for row in self._connection.execute(query))
        return {one.key_hash: one for one in found}

    def any_due(self, now: datetime) -> bool:
        due = select(provider_sessions.c.key_hash).where(provider_sessions.c.next_check_at <= now)
        return self._connection.execute(due.limit(1)).first() is not None

    def lease_due(self, now: datetime, until: datetime, *, limit: int) -> Sequence[ProviderSession]:
        table = provider_sessions
        free = or_(table.c.lease_until.is_(None), table.c.lease_until <= now)
        due = (
            select(table.c.key_hash)
            .where(table.c.next_check_at <= now, free)
            .order_by(table.c.next_check_at)
            .limit(limit)
        )
        mine = []
        for key_hash in self._connection.scalars(due).all():
            taken = self._connection.execute(
                update(table).where(table.c.key_hash == key_hash, free).values(lease_until=until)
            )
            mine += [key_hash] * taken.rowcount
        return list(self.sessions(mine).values())

    def believe(
        self,
        key_hash: str,
        *,
        until: datetime,
        next_check_at: datetime | None,
        tokens: Mapping[str, str] | None = None,
        role_place: str = "",
    ) -> None:
        place = {"role_place": role_place} if role_place else {}
        self._connection.execute(
            update(provider_sessions)
            .where(provider_sessions.c.key_hash == key_hash)
            .values(
                believed_until=until,
                next_check_at=next_check_at,
                lease_until=None,
                **(tokens or {}),
                **place,
            )
        )

    def set_role(self, key_hash: str, role: str) -> bool:
        changed = self._connection.execute(
            update(sessions)
            .where(sessions.c.key_hash == key_hash, sessions.c.role != role)
            .values(role=role)
        )
        return changed.rowcount > 0

    # -- students ---------------------------------------------------------------------------------

    def add_student(
        self,
        key_hash: str,
        *,
        person_id: int,
        id_token_sealed: str,
        roles: Sequence[str],
        address: str,
        now: datetime,
        expires_at: datetime,
    ) -> None:
        self._connection.execute(
            insert(student_sessions).values(
                key_hash=key_hash,
                person_id=person_id,
                id_token_sealed=id_token_sealed,
                roles=list(roles),
                address=address[:60],
                started_at=now,
                expires_at=expires_at,
            )
        )

    def student(self, key_hash: str, now: datetime) -> Student | None:
        row = self._connection.execute(_STUDENT, {"key": key_hash, "now": now}).first()
        return Student(**{**row._mapping, "roles": tuple(row.roles or ())}) if row else None

    def end_student(self, key_hash: str) -> str:
        table = student_sessions
        gone = self._connection.execute(
            delete(table).where(table.c.key_hash == key_hash).returning(table.c.id_token_sealed)
        ).first()
        return str(gone.id_token_sealed) if gone else ""

    def sent_by(self, job_ids: Collection[str], person_id: int) -> None:
        mine = select(jobs.c.request_id).where(jobs.c.id.in_(job_ids))
        self._connection.execute(
            update(requests).where(requests.c.id.in_(mine)).values(person_id=person_id)
        )

    def jobs_of_person(self, person_id: int, email: str) -> Sequence[str]:
        mine = requests.c.person_id == person_id
        if email:
            nobodys = requests.c.person_id.is_(None) & (
                func.lower(jobs.c.student_email) == email.lower()
            )
            mine = or_(mine, nobodys)
        query = (
            select(jobs.c.id)
            .join(requests, requests.c.id == jobs.c.request_id)
            .where(mine)
            .order_by(jobs.c.created_at.desc(), jobs.c.id)
        )
        return list(self._connection.scalars(query))

    # -- sweeping ---------------------------------------------------------------------------------

    def sweep(
        self, now: datetime, *, begun: datetime, records: datetime, people_before: datetime | None
    ) -> None:
        db = self._connection
        db.execute(delete(sign_ins_begun).where(sign_ins_begun.c.at < begun))
        db.execute(delete(sign_ins).where(sign_ins.c.at < records))
        db.execute(delete(student_sessions).where(student_sessions.c.expires_at < now))
        if people_before is None:
            return
        needed = (
            exists().where(requests.c.person_id == people.c.id)
            | exists().where(student_sessions.c.person_id == people.c.id)
            | exists().where(provider_sessions.c.person_id == people.c.id)
        )
        gone = select(people.c.id).where(
            people.c.last_at < people_before, people.c.staff_name.is_(None), ~needed
        )
        for person_id in db.scalars(gone).all():
            self.forget_person(person_id)


def _person_of(row: Any) -> Person:
    return Person(**{**row._mapping, "staff_name": row.staff_name or ""})
