"""What staff decide about one person: blocking, and exceptions from the lab's limits."""

from __future__ import annotations

from datetime import date
from typing import Any

from ..catalogs.cache import CatalogCache
from ..domain.limit_codes import MEASURES, LimitCode
from ..domain.people import ChangeKind
from ..domain.person_rules import REASON_LIMIT, PersonRule, RuleKind
from ..domain.rights import Right
from ..domain.text import clean_line
from ..errors import InvalidInput, NotFound, Refusal
from ..ports import Clock, Database
from ..runtime.permits import needs
from ..said import say
from .acting import staff_actor
from .addresses import email_problem, mailbox_of, normal_email
from .changes import ChangedBy
from .lookup import job_of


class PersonDecisions:
    """Blocks and exceptions: rows of their own, each with a reason, who made it, and its end."""

    def __init__(self, database: Database, clock: Clock, catalogs: CatalogCache) -> None:
        self._database = database
        self._clock = clock
        self._catalogs = catalogs

    @needs(Right.SEE)
    def all(self) -> tuple[PersonRule, ...]:
        """Those that count today, newest first."""
        today = self._today
        with self._database.read() as tx:
            return tuple(one for one in tx.limits.rules() if one.holds(today))

    @needs(Right.SEE)
    def of_person(self, email: str) -> tuple[PersonRule, ...]:
        """Everything that was decided about the person with that address, newest first."""
        with self._database.read() as tx:
            return tuple(tx.limits.rules_of(mailbox_of(email), ended=True))

    @needs(Right.SEE)
    def email_of(self, job_id: str) -> str:
        """The address of the person who sent a job; raises NotFound."""
        with self._database.read() as tx:
            return job_of(tx, job_id).student_email

    @needs(Right.APPROVE)
    def block(
        self,
        email: str,
        *,
        reason: str,
        until: date | str | None = None,
        by: str,
        station: str = "",
    ) -> PersonRule:
        """Accept nothing from the person any more, to the end of the day ``until`` (None = until
        staff end it). Raises InvalidInput.
        """
        return self._add(RuleKind.BLOCK, email, None, reason, until, by, station)

    @needs(Right.APPROVE)
    def except_from(
        self,
        email: str,
        *,
        code: LimitCode | str = "",
        reason: str,
        until: date | str | None = None,
        by: str,
        station: str = "",
    ) -> PersonRule:
        """The limits of a code ("" = all of them) don't count for the person. As :meth:`block`."""
        if code and code not in MEASURES:
            raise InvalidInput.of(
                "code",
                "limit_unknown",
                say("There's no limit “{name}”.", name=str(code)[:40]),
                say("Choose from: {names}.", names=", ".join(MEASURES)),
            )
        wanted = LimitCode(code) if code else None
        return self._add(RuleKind.EXCEPTION, email, wanted, reason, until, by, station)

    @needs(Right.APPROVE)
    def end(self, rule_id: int, *, by: str, station: str = "") -> PersonRule:
        """It counts no more; gives what counted. Raises NotFound, and InvalidInput without a name."""
        actor, now = staff_actor(by, station), self._clock()
        with self._database.write() as tx:
            rule = tx.limits.rule(rule_id)
            if rule is None or not tx.limits.end_rule(rule_id, actor.name, now):
                raise NotFound(say("This no longer counts."))
            block = rule.kind is RuleKind.BLOCK
            kind = ChangeKind.PERSON_UNBLOCKED if block else ChangeKind.EXCEPTION_ENDED
            ChangedBy(actor.name, station).record(tx, kind, str(rule.id), now, person=rule.email)
        return rule

    @needs(Right.APPROVE)
    def unblock(self, email: str, *, by: str, station: str = "") -> int:
        """End every block of the person; gives how many. Raises NotFound where there is none."""
        return self._end_all(RuleKind.BLOCK, email, by, station)

    @needs(Right.APPROVE)
    def end_exceptions(self, email: str, *, by: str, station: str = "") -> int:
        """End every exception of the person. As :meth:`unblock`."""
        return self._end_all(RuleKind.EXCEPTION, email, by, station)

    def _end_all(self, kind: RuleKind, email: str, by: str, station: str) -> int:
        with self._database.read() as tx:
            found = [one for one in tx.limits.rules_of(mailbox_of(email)) if one.kind is kind]
        if not found:
            raise NotFound(say("Nothing was decided about {address}.", address=email[:100]))
        for one in found:
            self.end(one.id, by=by, station=station)
        return len(found)

    @property
    def _today(self) -> date:
        return self._catalogs.newest().open_days.day_of(self._clock())

    def _add(
        self,
        kind: RuleKind,
        email: str,
        code: LimitCode | None,
        reason: str,
        until: date | str | None,
        by: str,
        station: str,
    ) -> PersonRule:
        actor, now = staff_actor(by, station), self._clock()
        last, problems = self._last_day(until)
        words = clean_line(reason)
        if problem := email_problem(email, ()):
            problems.append(Refusal("email_invalid", problem, "email"))
        if not words:
            problems.append(Refusal("reason_missing", say("Enter a reason."), "reason"))
        elif len(words) > REASON_LIMIT:
            too_long = say("Use at most {most} characters.", most=REASON_LIMIT)
            problems.append(Refusal("reason_too_long", too_long, "reason"))
        if problems:
            raise InvalidInput(problems)
        values: dict[str, Any] = {"kind": kind, "code": code, "reason": words, "until": last}
        rule = PersonRule(email=normal_email(email), at=now, by=actor.name, **values)
        with self._database.write() as tx:
            rule_id = tx.limits.add_rule(rule, mailbox_of(email))
            block = kind is RuleKind.BLOCK
            change = ChangeKind.PERSON_BLOCKED if block else ChangeKind.PERSON_EXCEPTED
            ChangedBy(actor.name, station).record(tx, change, str(rule_id), now, person=rule.email)
            made = tx.limits.rule(rule_id)
        return made or rule

    def _last_day(self, until: date | str | None) -> tuple[date | None, list[Refusal]]:
        if until is None or (isinstance(until, str) and not until.strip()):
            return None, []
        try:
            day = until if isinstance(until, date) else date.fromisoformat(until.strip())
        except ValueError:
            wrong = say("Enter a day, like 2026-11-26.")
            return None, [Refusal("until_invalid", wrong, "until")]
        if day < self._today:
            return None, [Refusal("until_past", say("Choose today or a later date."), "until")]
        return day, []
