"""Queries on payers, and on what they pay of which job."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, case, exists, func, or_, select, true, update

from ..domain.budgets import Claim, ClaimState, Spent, StatementLine
from ..domain.payers import Payer, PayerKind, Window
from ..domain.price_rows import course_key
from .alone import take_turns
from .schema import jobs, payer_claims, payers
from .upsert import insert_of, upsert

_FIELDS = (
    "id", "code", "title", "kind", "starts", "ends", "budget_cents", "each_cents", "window",
    "who", "approver", "retired_at",
)  # fmt: skip
_COUNTED = tuple(state.value for state in ClaimState if state.counts)
_CLAIMS = (
    select(
        payer_claims, *(payers.c[name].label(f"payer_{name}") for name in _FIELDS if name != "id")
    )
    .join(payers, payers.c.id == payer_claims.c.payer_id)
    .order_by(payer_claims.c.id)
)
# Put together once: every transition, or every form, asks them.
_ANY = select(exists().where(payers.c.retired_at.is_(None)))
_CLAIMS_OF_JOB = _CLAIMS.where(payer_claims.c.job_id == bindparam("job"))


class SqlPayerRows:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    # -- payers -----------------------------------------------------------------------------------

    def any(self) -> bool:
        return bool(self._connection.scalar(_ANY))

    def of_code(self, code: str) -> Payer | None:
        key = course_key(code)
        return self.known([key]).get(key) if key else None

    def known(self, keys: Collection[str]) -> Mapping[str, Payer]:
        found: dict[str, Payer] = {}
        wanted = sorted(keys)
        for start in range(0, len(wanted), 500):
            query = select(payers).where(payers.c.code_key.in_(wanted[start : start + 500]))
            for row in self._connection.execute(query):
                found[row.code_key] = _payer(row._mapping)
        return found

    def find(self, text: str, *, after: str, limit: int) -> Sequence[Payer]:
        query = select(payers).order_by(payers.c.code_key).limit(limit)
        if after:
            query = query.where(payers.c.code_key > after)
        if words := text.strip():
            query = query.where(
                or_(
                    payers.c.code_key.contains(course_key(words), autoescape=True)
                    if course_key(words)
                    else ~true(),
                    func.lower(payers.c.title).contains(words.lower(), autoescape=True),
                )
            )
        return [_payer(row._mapping) for row in self._connection.execute(query)]

    def write(self, written: Sequence[Payer]) -> None:
        if not written:
            return
        row = insert_of(self._connection)(payers)
        kept = {name: row.excluded[name] for name in _FIELDS if name != "id"}
        self._connection.execute(
            row.on_conflict_do_update(index_elements=["code_key"], set_=kept),
            [
                {name: getattr(one, name) for name in kept}
                | {
                    "code_key": one.key,
                    "kind": one.kind.value,
                    "window": one.window.value,
                    "who": "\n".join(one.who),
                }
                for one in written
            ],
        )

    # -- budgets ----------------------------------------------------------------------------------

    def take_turns(self, payer_ids: Collection[int]) -> None:
        for payer_id in sorted(
            set(payer_ids)
        ):  # in one order, so that two approvals can't deadlock
            take_turns(self._connection, f"payer {payer_id}")

    def spent(self, payer: Payer, term: str, mailbox: str, but: str = "") -> Spent:
        mine = jobs.c.mailbox == mailbox
        query = (
            select(
                func.coalesce(func.sum(payer_claims.c.cents), 0),
                func.coalesce(func.sum(case((mine, payer_claims.c.cents), else_=0)), 0),
            )
            .join(jobs, jobs.c.id == payer_claims.c.job_id)
            .where(
                payer_claims.c.payer_id == payer.id,
                payer_claims.c.state.in_(_COUNTED),
                payer_claims.c.job_id != but,
            )
        )
        if payer.window is Window.TERM:
            query = query.where(payer_claims.c.term == term)
        in_all, by_student = self._connection.execute(query).one()
        return Spent(int(in_all), int(by_student))

    def totals(self, payers: Collection[Payer], term: str) -> Mapping[int, tuple[int, int]]:
        table = payer_claims.c
        by_term = [one.id for one in payers if one.window is Window.TERM]
        query = (
            select(
                table.payer_id,
                func.sum(case((table.state == ClaimState.RESERVED.value, table.cents), else_=0)),
                func.sum(case((table.state == ClaimState.USED.value, table.cents), else_=0)),
            )
            .where(
                table.payer_id.in_([one.id for one in payers]),
                or_(table.term == term, table.payer_id.not_in(by_term)),
            )
            .group_by(table.payer_id)
        )
        rows = self._connection.execute(query)
        return {payer_id: (int(reserved), int(used)) for payer_id, reserved, used in rows}

    # -- claims -----------------------------------------------------------------------------------

    def ask(self, payer_id: int, job_id: str, now: datetime) -> None:
        upsert(
            self._connection,
            payer_claims,
            {"payer_id": payer_id, "job_id": job_id},
            {"state": ClaimState.ASKED.value, "cents": 0, "at": now},
        )

    def of_job(self, job_id: str) -> Sequence[Claim]:
        rows = self._connection.execute(_CLAIMS_OF_JOB, {"job": job_id})
        return [_claim(row._mapping) for row in rows]

    def of_jobs(self, job_ids: Collection[str]) -> Mapping[str, Sequence[Claim]]:
        found: dict[str, list[Claim]] = defaultdict(list)
        query = _CLAIMS.where(payer_claims.c.job_id.in_(job_ids))
        for row in self._connection.execute(query):
            found[row.job_id].append(_claim(row._mapping))
        return found

    def of_token(self, token_hash: str) -> Claim | None:
        return self._first(payer_claims.c.token_hash == token_hash)

    def get(self, claim_id: int) -> Claim | None:
        return self._first(payer_claims.c.id == claim_id)

    def _first(self, condition: Any) -> Claim | None:
        row = self._connection.execute(_CLAIMS.where(condition)).first()
        return _claim(row._mapping) if row else None

    def becomes(
        self, claim: Claim, state: ClaimState, cents: int, now: datetime, *, term: str = ""
    ) -> None:
        self._connection.execute(
            update(payer_claims)
            .where(payer_claims.c.id == claim.id)
            .values(
                state=state.value,
                cents=cents,
                term=term or claim.term,
                at=now,
                state_before=claim.state.value,
                cents_before=claim.cents,
            )
        )

    def approval_asked(self, claim_id: int, token_hash: str, now: datetime) -> None:
        self._connection.execute(
            update(payer_claims)
            .where(payer_claims.c.id == claim_id)
            .values(token_hash=token_hash, asked_at=now, approved_at=None, answered_by="")
        )

    def approve(self, claim_id: int, by: str, now: datetime) -> None:
        self._connection.execute(
            update(payer_claims)
            .where(payer_claims.c.id == claim_id)
            .values(approved_at=now, answered_by=by)
        )

    def take_back(self, job_id: str, at: datetime, now: datetime) -> None:
        self._connection.execute(
            update(payer_claims)
            .where(
                payer_claims.c.job_id == job_id,
                payer_claims.c.at == at,
                payer_claims.c.state_before.is_not(None),
            )
            .values(
                state=payer_claims.c.state_before,
                cents=payer_claims.c.cents_before,
                at=now,
                state_before=None,
                cents_before=None,
            )
        )

    def lines(self, payer_id: int, term: str | None) -> Sequence[StatementLine]:
        query = (
            select(
                payer_claims.c.job_id,
                payer_claims.c.state,
                payer_claims.c.cents,
                payer_claims.c.term,
                payer_claims.c.at,
                jobs.c.student_name,
                jobs.c.original_name,
                jobs.c.currency,
            )
            .join(jobs, jobs.c.id == payer_claims.c.job_id)
            .where(payer_claims.c.payer_id == payer_id, payer_claims.c.state.in_(_COUNTED))
            .order_by(payer_claims.c.at, payer_claims.c.id)
        )
        if term is not None:
            query = query.where(payer_claims.c.term == term)
        return [
            StatementLine(
                job_id=row.job_id,
                by=row.student_name,
                file=row.original_name,
                at=row.at,
                state=ClaimState(row.state),
                cents=row.cents,
                currency=row.currency,
                term=row.term,
            )
            for row in self._connection.execute(query)
        ]


def _payer(row: Mapping[Any, Any], prefix: str = "", payer_id: int = 0) -> Payer:
    values = {name: row[f"{prefix}{name}"] for name in _FIELDS if name != "id"}
    values |= {
        "kind": PayerKind(values["kind"]),
        "window": Window(values["window"]),
        "who": tuple(values["who"].split()),
    }
    return Payer(id=payer_id or row["id"], **values)


def _claim(row: Mapping[Any, Any]) -> Claim:
    return Claim(
        id=row["id"],
        payer=_payer(row, "payer_", row["payer_id"]),
        job_id=row["job_id"],
        state=ClaimState(row["state"]),
        cents=row["cents"],
        term=row["term"],
        at=row["at"],
        asked_at=row["asked_at"],
        approved_at=row["approved_at"],
        answered_by=row["answered_by"],
    )
