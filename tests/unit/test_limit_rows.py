"""The lab's limits: who is over which, what is said of it, and which rows never have an effect."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from printflow import CatalogInvalid
from printflow.domain.catalog import Catalog, catalog_from, plain_form
from printflow.domain.job import Job
from printflow.domain.limit_check import Asked, LimitFinding, check
from printflow.domain.limit_codes import LIMITS, MEASURES, LimitAction, LimitCode
from printflow.domain.limit_rows import idle
from printflow.domain.limit_standing import Standing
from printflow.domain.person_rules import PersonRule, RuleKind
from printflow.domain.status import Status
from tests.unit.builders import DOCUMENT, NOW, job

EMAIL = "jane@example.edu"
GROUPS = [{"name": "student", "domains": ["example.edu"]}, {"name": "faculty"}]
TERMS = [
    {"name": "Fall", "starts": "2026-08-24", "ends": "2026-12-18"},
    {"name": "Spring", "starts": "2027-01-12", "ends": "2027-05-07"},
]


def lab(*rows: dict[str, Any], **more: Any) -> Catalog:
    return catalog_from({**DOCUMENT, "groups": GROUPS, "limits": list(rows), **more})


def limit(what: str, cap: str, **more: Any) -> dict[str, Any]:
    return {"what": what, "cap": cap, **more}


def past(status: Status = Status.UPLOADED, **values: Any) -> Job:
    return job(status, **{"created_at": NOW - timedelta(days=1), **values})


def over(
    *rows: dict[str, Any],
    jobs: tuple[Job, ...] = (),
    owed: int = 0,
    rules: tuple[PersonRule, ...] = (),
    at: datetime = NOW,
    catalog: dict[str, Any] | None = None,
    **asked: Any,
) -> tuple[LimitFinding, ...]:
    return check(
        lab(*rows, **(catalog or {})),
        Asked(**{"email": EMAIL, "group": "student", "course": "ARCH 4000", **asked}),
        Standing(jobs=jobs, owed_cents=owed, rules=rules),
        at,
    )


THREE = (past(), past(Status.PRINTING), past(Status.COMPLETED))
CLOSED = (past(Status.REJECTED), past(Status.PAIDPICKEDUP), past(unconfirmed_since=NOW))


@pytest.mark.parametrize(
    ("row", "given", "passed"),
    [
        (limit("open_jobs", "3"), {"jobs": THREE}, True),
        (limit("open_jobs", "4"), {"jobs": THREE}, False),
        (limit("open_jobs", "1"), {"jobs": CLOSED}, False),
        (limit("prints", "5", per="ever"), {"jobs": (past(quantity=4),), "copies": 2}, True),
        (limit("prints", "6", per="ever"), {"jobs": (past(quantity=4),), "copies": 2}, False),
        (limit("prints", "3"), {"jobs": (past(Status.REJECTED, quantity=9),)}, False),
        (limit("prints", "1"), {"jobs": (past(Status.ARCHIVED, copies_good=1),)}, True),
        (limit("prints", "1"), {"jobs": (past(Status.ARCHIVED),)}, False),
        (limit("grams", "100"), {"jobs": (past(grams=Decimal(60)),), "grams": Decimal(41)}, True),
        (limit("grams", "100"), {"jobs": (past(grams=Decimal(60)),), "grams": Decimal(40)}, False),
        (limit("grams", "100"), {"jobs": (past(grams=Decimal(60)),)}, False),
        (limit("grams", "60"), {"jobs": (past(grams=Decimal(60)),)}, True),
        (limit("hours", "5"), {"jobs": (past(hours=Decimal(3)),), "hours": Decimal("2.5")}, True),
        (limit("money", "10"), {"jobs": (past(cost_cents=700),), "price": Decimal("3.01")}, True),
        (limit("money", "10"), {"jobs": (past(cost_cents=700),), "price": Decimal(3)}, False),
        (limit("job_grams", "500"), {"grams": Decimal(501)}, True),
        (limit("job_grams", "500"), {}, False),
        (limit("job_hours", "12"), {"hours": Decimal("12.1")}, True),
        (limit("job_size", "200"), {"size": Decimal("200.4")}, True),
        (limit("owed", "20"), {"owed": 2001}, True),
        (limit("owed", "20"), {"owed": 2000}, False),
        (limit("open_jobs", "0", groups=["faculty"]), {}, False),
        (limit("open_jobs", "0", groups=["student"]), {}, True),
        (limit("open_jobs", "0", courses=["arch-4000"]), {}, True),
        (limit("open_jobs", "0", courses=["ARCH 4001"]), {}, False),
        (limit("open_jobs", "0", domains=["example.edu"]), {"email": "j@cs.example.edu"}, True),
        (limit("open_jobs", "0", domains=["example.edu"]), {"email": "j@an-example.edu"}, False),
    ],
)
def test_who_is_over_a_limit(row: dict[str, Any], given: dict[str, Any], passed: bool) -> None:
    assert bool(over(row, **given)) is passed


@pytest.mark.parametrize(
    ("per", "now", "then", "counts"),
    [
        # Midnight in New York, not in London; the night on which clocks go back is one day.
        ("day", "2026-11-02T04:30+00:00", "2026-11-01T04:30+00:00", True),
        ("day", "2026-11-02T05:30+00:00", "2026-11-02T04:30+00:00", False),
        ("week", "2026-11-29T12:00+00:00", "2026-11-23T12:00+00:00", True),
        ("week", "2026-11-30T12:00+00:00", "2026-11-29T12:00+00:00", False),
        ("month", "2026-11-01T12:00+00:00", "2026-10-31T12:00+00:00", False),
        ("term", "2026-12-19T04:59+00:00", "2026-08-24T04:00+00:00", True),
        ("term", "2026-12-19T05:00+00:00", "2026-12-18T12:00+00:00", False),
        ("term", "2026-12-20T12:00+00:00", "2027-01-11T12:00+00:00", True),
        ("term", "2027-06-01T12:00+00:00", "2026-12-20T12:00+00:00", False),
        ("ever", "2036-11-01T12:00+00:00", "2026-10-31T12:00+00:00", True),
    ],
)
def test_windows_are_the_labs_days(per: str, now: str, then: str, counts: bool) -> None:
    before = past(created_at=datetime.fromisoformat(then))
    catalog = {"terms": TERMS, "time_zone": "America/New_York"}
    row = limit("prints", "1", per=per)
    found = over(row, jobs=(before,), at=datetime.fromisoformat(now), catalog=catalog)
    assert bool(found) is counts


def test_a_print_that_nobody_picks_up() -> None:
    row = limit("uncollected_days", "14", action="refuse")
    waits = past(Status.COMPLETED, status_since=NOW - timedelta(days=15))
    (found,) = over(row, jobs=(waits,))
    assert found.action is LimitAction.REFUSE and not found.alone
    assert found.student == "A finished print is waiting for you. Days so far: 15."
    assert not over(row, jobs=(past(Status.COMPLETED, status_since=NOW - timedelta(days=14)),))
    held = past(Status.COMPLETED, status_since=NOW - timedelta(days=15), held_at=NOW)
    assert not over(row, jobs=(held,))


def test_all_apply_and_the_strictest_comes_first() -> None:
    found = over(
        limit("prints", "1", per="week", action="warn"),
        limit("prints", "2", per="week", action="refuse", text="Two a week."),
        limit("prints", "2", per="month", action="ask"),
        limit("open_jobs", "9"),
        copies=3,
    )
    assert [(one.code, one.action) for one in found] == [
        (LimitCode.PRINTS, LimitAction.REFUSE),
        (LimitCode.PRINTS, LimitAction.ASK),
    ]
    assert found[0].student == (
        "Prints: you can have 2 a week. With this request, you'd have 3. Two a week."
    )
    assert found[0].staff == "Prints a week with this job: 3. The limit is 2."
    assert found[0].rule == "prints > 2 week"


def test_what_is_so_whoever_asks_tells_nothing_of_the_person() -> None:
    (alone,) = over(limit("prints", "2"), copies=3)
    assert alone.alone
    (not_alone,) = over(limit("prints", "2"), jobs=(past(),), copies=2)
    assert not not_alone.alone
    (none_left,) = over(limit("grams", "40"), jobs=(past(),))
    assert not none_left.alone
    (never,) = over(limit("grams", "0"))
    assert never.alone
    (models,) = over(limit("open_jobs", "2"), models=3)
    assert models.alone


def rule(kind: RuleKind, **values: Any) -> PersonRule:
    return PersonRule(
        **{"email": EMAIL, "kind": kind, "reason": "fire", "at": NOW, "by": "Ana", **values}
    )


def test_blocks_and_exceptions_end_with_their_day() -> None:
    today = NOW.date()
    block = rule(RuleKind.BLOCK, until=today)
    (found,) = over(rules=(block,))
    assert (found.code, found.action) == (LimitCode.BLOCKED, LimitAction.REFUSE)
    assert "Ana blocked this person until" in found.staff and "fire" not in found.student
    assert not over(rules=(rule(RuleKind.BLOCK, until=today - timedelta(days=1)),))
    assert not over(rules=(rule(RuleKind.BLOCK, ended_at=NOW),))
    row = limit("open_jobs", "0")
    assert not over(row, rules=(rule(RuleKind.EXCEPTION, until=today),))
    assert not over(row, rules=(rule(RuleKind.EXCEPTION, code=LimitCode.OPEN_JOBS),))
    assert over(row, rules=(rule(RuleKind.EXCEPTION, code=LimitCode.GRAMS),))
    assert over(row, rules=(rule(RuleKind.EXCEPTION, until=today - timedelta(days=1)),))
    assert over(rules=(block, rule(RuleKind.EXCEPTION))), "no exception is from a block"


def test_rows_without_an_effect_are_named() -> None:
    rows = (
        limit("prints", "2", per="week", action="refuse"),
        limit("prints", "3", per="week", action="ask", groups=["student"]),
        limit("prints", "2", per="week", action="refuse"),
        limit("prints", "3", per="month", action="refuse"),
        limit("open_jobs", "0", action="refuse"),
        limit("grams", "100", per="term"),
    )
    catalog = lab(*rows)
    said = idle(catalog.limits, catalog.terms)
    assert sorted(said) == [1, 2, 4, 5]
    assert said[1] == "This limit never has an effect: limit 1 comes first."
    assert "refuses every request, those of staff too" in said[4]
    assert 5 not in idle(lab(*rows, terms=TERMS).limits, lab(terms=TERMS).terms)


@pytest.mark.parametrize(
    ("row", "place"),
    [
        (limit("prayers", "2"), "limits[0].what"),
        (limit("blocked", "2"), "limits[0].what"),
        (limit("prints", "2.5"), "limits[0].cap"),
        (limit("prints", "-1"), "limits[0].cap"),
        (limit("money", "2.505"), "limits[0].cap"),
        (limit("grams", "1e9"), "limits[0].cap"),
        (limit("prints", "2", per="decade"), "limits[0].per"),
        (limit("prints", "2", action="shout"), "limits[0].action"),
        (limit("prints", "2", groups=["nobody"]), "limits[0].groups"),
        (limit("prints", "2", domains=["school"]), "limits[0].domains"),
        (limit("prints", "2", because="x"), "limits[0].because"),
    ],
)
def test_a_wrong_limit_is_refused_at_its_place(row: dict[str, Any], place: str) -> None:
    with pytest.raises(CatalogInvalid) as refused:
        lab(row)
    assert [one.field for one in refused.value.refusals] == [place]


def test_limits_survive_export_and_import_and_older_catalogs_have_none() -> None:
    row = limit("money", "12.50", per="term", action="refuse", domains=["example.edu"], text="Hi.")
    catalog = lab(row)
    assert catalog_from(plain_form(catalog)) == catalog
    assert catalog_from(DOCUMENT).limits == ()
    yen = lab(limit("money", "1200"), currency="JPY", minimum_charge="300")
    found = check(yen, Asked(email=EMAIL, price=Decimal(1201)), Standing(), NOW)
    assert "¥1,201" in found[0].staff


def test_every_code_has_its_words() -> None:
    assert set(MEASURES) == set(LIMITS) - {LimitCode.BLOCKED}
    for record in LIMITS.values():
        assert record.label and record.student and record.next_step and record.staff
