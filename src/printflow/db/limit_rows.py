"""Queries on people who are blocked or excepted, and on what limits have done."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, select, update

from ..domain.limit_codes import LimitCode
from ..domain.limit_counts import LimitCount, LimitOutcome
from ..domain.person_rules import PersonRule, RuleKind
from .alone import take_turns
from .schema import limit_counts, person_rules
from .upsert import insert_of

_FIELDS = [column for column in person_rules.c if column.name != "mailbox"]
_RULES = select(*_FIELDS).order_by(person_rules.c.id.desc())
# Put together once: every approval asks it.
_IN_FORCE = _RULES.where(
    person_rules.c.mailbox == bindparam("of"), person_rules.c.ended_at.is_(None)
)


class SqlLimitRows:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def take_turns(self, mailbox: str) -> None:
        take_turns(self._connection, f"person {mailbox}")

    def rules_of(self, mailbox: str, *, ended: bool = False) -> Sequence[PersonRule]:
        query = _RULES.where(person_rules.c.mailbox == bindparam("of")) if ended else _IN_FORCE
        return [_rule(row) for row in self._connection.execute(query, {"of": mailbox})]

    def rules(self) -> Sequence[PersonRule]:
        query = _RULES.where(person_rules.c.ended_at.is_(None))
        return [_rule(row) for row in self._connection.execute(query)]

    def rule(self, rule_id: int) -> PersonRule | None:
        row = self._connection.execute(_RULES.where(person_rules.c.id == rule_id)).first()
        return _rule(row) if row else None

    def add_rule(self, rule: PersonRule, mailbox: str) -> int:
        row = insert(person_rules).values(
            email=rule.email,
            mailbox=mailbox,
            kind=rule.kind.value,
            code=rule.code.value if rule.code else "",
            reason=rule.reason,
            until=rule.until,
            at=rule.at,
            by=rule.by,
        )
        return int(self._connection.scalar(row.returning(person_rules.c.id)) or 0)

    def end_rule(self, rule_id: int, by: str, now: datetime) -> bool:
        done = self._connection.execute(
            update(person_rules)
            .where(person_rules.c.id == rule_id, person_rules.c.ended_at.is_(None))
            .values(ended_at=now, ended_by=by)
        )
        return done.rowcount == 1

    def forget(self, mailbox: str) -> None:
        self._connection.execute(delete(person_rules).where(person_rules.c.mailbox == mailbox))

    def count(self, day: date, counts: Iterable[tuple[LimitOutcome, str, str]]) -> None:
        # Sorted, so that two that count the same never wait for each other.
        for outcome, code, rule in sorted(set(counts)):
            key = {"day": day, "outcome": outcome.value, "code": code, "rule": rule}
            row = insert_of(self._connection)(limit_counts).values(**key, times=1)
            self._connection.execute(
                row.on_conflict_do_update(
                    index_elements=list(key), set_={"times": limit_counts.c.times + 1}
                )
            )

    def counted(self, first: date, last: date) -> Sequence[LimitCount]:
        table = limit_counts.c
        query = (
            select(table.outcome, table.code, table.rule, func.sum(table.times))
            .where(table.day.between(first, last))
            .group_by(table.outcome, table.code, table.rule)
            .order_by(table.code, table.rule, table.outcome)
        )
        return [
            LimitCount(
                outcome=LimitOutcome(outcome), code=LimitCode(code), rule=rule, times=int(times)
            )
            for outcome, code, rule, times in self._connection.execute(query)
        ]


def _rule(row: Row[Any]) -> PersonRule:
    values = dict(row._mapping)
    code = values["code"]
    values |= {"kind": RuleKind(values["kind"]), "code": LimitCode(code) if code else None}
    return PersonRule(**values)
