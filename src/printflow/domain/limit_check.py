"""Whether a request or a job is over the lab's limits: one rule for form, dialog, list and preview.

Pure. Jobs count on the day on which they came in, in the lab's time zone; which ones do, the job
itself says.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from ..said import Day, Money, Said, say, sentences
from .catalog import Catalog
from .currency import in_cents, of_cents
from .job import Job
from .limit_codes import LimitAction, LimitCode, LimitWindow
from .limit_rows import LimitRow
from .limit_standing import Standing
from .person_rules import PersonRule, block_of, excepted
from .quoted_price import group_of
from .status import Stage
from .terms import Term, term_of

_ZERO = Decimal()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked for: by whom, how many copies and jobs, and the figures, where they are known.

    ``price`` is in currency units, ``size`` the model's longest side in mm. Of a request with several
    ``models``, ``copies`` are those of all of them.
    """

    email: str
    group: str = ""
    course: str = ""
    models: int = 1
    copies: int = 1
    grams: Decimal | None = None
    hours: Decimal | None = None
    price: Decimal | None = None
    size: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitFinding:
    """One limit that is passed, or (``action`` REFUSE) a block. ``alone`` says that it is so
    whoever asks: it tells nothing of what the person has had.
    """

    code: LimitCode
    action: LimitAction
    student: Said
    staff: Said
    alone: bool
    rule: str = ""
    """What reports call the limit: code, cap, and window."""


def asked_of(catalog: Catalog, job: Job) -> Asked:
    """What a job asks for, with the figures that it has."""
    price = None if job.cost_cents is None else of_cents(job.cost_cents, job.currency)
    return Asked(
        email=job.student_email,
        group=group_of(catalog, job),
        course=job.class_number,
        copies=job.quantity,
        grams=job.grams,
        hours=job.hours,
        price=price if job.currency == catalog.currency else None,
        size=size_of(job),
    )


def check(
    catalog: Catalog, asked: Asked, standing: Standing, moment: datetime
) -> tuple[LimitFinding, ...]:
    """The limits that are passed at a moment (UTC), the strictest first; of one kind and window
    only the strictest.
    """
    zone = ZoneInfo(catalog.time_zone)
    today = moment.astimezone(zone).date()
    found: dict[tuple[LimitCode, LimitWindow], LimitFinding] = {}
    for row in catalog.limits:
        if not row.fits(email=asked.email, group=asked.group, course=asked.course):
            continue
        if excepted(standing.rules, row.what, today):
            continue
        finding = _passed(row, catalog, asked, standing, today, zone)
        if finding is None:
            continue
        key = row.what, row.per
        if key not in found or found[key].action.rank < finding.action.rank:
            found[key] = finding
    block = block_of(standing.rules, today)
    blocked = (_blocked(block),) if block is not None else ()
    return (*blocked, *sorted(found.values(), key=lambda one: -one.action.rank))


def _blocked(block: PersonRule) -> LimitFinding:
    record = LimitCode.BLOCKED.record
    staff = record.staff.having(name=block.by, reason=block.reason)
    if block.until is not None:
        staff = say(
            "{name} blocked this person until {day}: {reason}",
            name=block.by,
            day=Day(block.until),
            reason=block.reason,
        )
    return LimitFinding(
        code=LimitCode.BLOCKED,
        action=LimitAction.REFUSE,
        student=record.student,
        staff=staff,
        alone=False,
        rule=LimitCode.BLOCKED.value,
    )


def _passed(
    row: LimitRow,
    catalog: Catalog,
    asked: Asked,
    standing: Standing,
    today: date,
    zone: ZoneInfo,
) -> LimitFinding | None:
    before, own = _numbers(row, catalog, asked, standing, today, zone)
    if before is None:
        return None
    # What isn't known yet is more than nothing: who has used all of it has none left.
    over = before >= row.cap if own is None else before + own > row.cap
    if not over:
        return None
    alone = not row.cap if own is None else own > row.cap
    record, currency = row.what.record, catalog.currency
    said = {
        "cap": _shown(row.cap, currency if record.money else ""),
        "found": _shown(before + (own or _ZERO), currency if record.money else ""),
        "per": row.per.words,
    }
    return LimitFinding(
        code=row.what,
        action=row.action,
        student=sentences((record.student.having(**said), row.text)),
        staff=record.staff.having(**said),
        alone=alone,
        rule=f"{row.what.value} > {row.cap.normalize():f} {row.per.value}",
    )


def _shown(number: Decimal, currency: str) -> object:
    if currency:
        return Money(int(in_cents(number, currency)), currency)
    whole = number == number.to_integral_value()
    return int(number) if whole else number.quantize(Decimal("0.1")).normalize()


def _numbers(
    row: LimitRow,
    catalog: Catalog,
    asked: Asked,
    standing: Standing,
    today: date,
    zone: ZoneInfo,
) -> tuple[Decimal | None, Decimal | None]:
    """What there is without the job at hand, and what that one adds (None where nobody knows yet).
    The first is None where the limit can't be passed now.
    """
    jobs = [job for job in standing.jobs if job.counted]
    inside = [job for job in jobs if _same_window(row.per, catalog.terms, today, _day(job, zone))]
    none: tuple[None, None] = (None, None)
    match row.what:
        case LimitCode.OPEN_JOBS:
            still = sum(job.status.record.stage is not Stage.CLOSED for job in jobs)
            return Decimal(still), Decimal(asked.models)
        case LimitCode.PRINTS:
            had = sum(job.quantity for job in inside)
            return Decimal(had), Decimal(asked.copies)
        case LimitCode.GRAMS:
            return _sum(job.grams for job in inside), asked.grams
        case LimitCode.HOURS:
            return _sum(job.hours for job in inside), asked.hours
        case LimitCode.MONEY:
            cents = sum(job.cost_cents or 0 for job in inside if job.currency == catalog.currency)
            return of_cents(cents, catalog.currency), asked.price
        case LimitCode.JOB_GRAMS:
            return none if asked.grams is None else (_ZERO, asked.grams)
        case LimitCode.JOB_HOURS:
            return none if asked.hours is None else (_ZERO, asked.hours)
        case LimitCode.JOB_SIZE:
            return none if asked.size is None else (_ZERO, asked.size)
        case LimitCode.UNCOLLECTED:
            waits = [
                (today - job.status_since.astimezone(zone).date()).days
                for job in jobs
                if job.status.record.on_shelf and not job.on_hold
            ]
            # On the day of the limit itself it isn't passed yet.
            return (Decimal(max(waits)), _ZERO) if waits else none
        case LimitCode.OWED:
            return of_cents(standing.owed_cents, catalog.currency), _ZERO
    return none


def _sum(numbers: Iterable[Decimal | None]) -> Decimal:
    return sum((one for one in numbers if one is not None), _ZERO)


def _day(job: Job, zone: ZoneInfo) -> date:
    return job.created_at.astimezone(zone).date()


def _same_window(per: LimitWindow, terms: tuple[Term, ...], day: date, other: date) -> bool:
    """Whether two days of the lab lie in one window; the days between two terms are one, too."""
    match per:
        case LimitWindow.DAY:
            return day == other
        case LimitWindow.WEEK:
            return day.isocalendar()[:2] == other.isocalendar()[:2]
        case LimitWindow.MONTH:
            return (day.year, day.month) == (other.year, other.month)
        case LimitWindow.TERM:
            return _term_key(terms, day) == _term_key(terms, other)
        case LimitWindow.EVER:
            return True


def _term_key(terms: tuple[Term, ...], day: date) -> tuple[str, int]:
    term = term_of(terms, day)
    return term.name if term else "", sum(one.starts <= day for one in terms)


def size_of(job: Job) -> Decimal | None:
    """The longest side of a job's model in mm; None where nobody has measured it."""
    facts = job.facts
    return None if facts is None else Decimal(str(max(facts.dimensions_mm)))
