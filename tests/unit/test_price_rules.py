"""Who gets which price: groups, rush jobs, own material, free allowances, and other currencies."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from babel.core import get_global
from hypothesis import given
from hypothesis import strategies as st

from printflow import CatalogInvalid, money
from printflow.catalogs.file import default_catalog
from printflow.domain.allowances import Allowance, Unit, Window, is_due, same_window
from printflow.domain.catalog import catalog_from, completed, plain_form
from printflow.domain.currency import decimals, in_cents, of_cents
from printflow.domain.groups import Group, Membership, membership
from printflow.domain.needed_by import NeededBy, day_typed, is_rush
from printflow.domain.price_rows import Beside, Charge, Priced, PriceRow, price_by
from printflow.domain.pricing import FREE, LineKind, in_units, parse_cents
from printflow.domain.terms import Term
from printflow.language.formats import price_line_text, rate_text, short_money

STUDENT = Group(name="student", domains=("students.school.edu",), roles=("enrolled",))
FACULTY = Group(name="faculty", domains=("@school.edu",))
ALUMNI = Group(name="alumni", ask=True)
GROUPS = (STUDENT, FACULTY, ALUMNI)
FALL = Term("Fall 2026", date(2026, 8, 24), date(2026, 12, 18))


def row(charge: str, amount: str, **only: Any) -> PriceRow:
    return PriceRow(charge=Charge(charge), amount=Decimal(amount), **only)


def cents(*rows: PriceRow, step: int = 1, digits: int = 2, **what: Any) -> int:
    figures: dict[str, Any] = {
        name: Decimal(value)
        if isinstance(value, str) and name in ("grams", "ml", "hours")
        else value
        for name, value in what.items()
    }
    return price_by(rows, Priced(**figures), step_cents=step, digits=digits).cents


@pytest.mark.parametrize(
    ("email", "roles", "chosen", "group", "claimed"),
    [
        ("ada@students.school.edu", (), "", "student", False),
        ("ada@cs.school.edu", (), "", "faculty", False),
        ("ada@SCHOOL.edu", ("Enrolled",), "alumni", "student", False),
        ("ada@notschool.edu", (), "", "outside", False),
        ("ada@example.com", (), "alumni", "alumni", True),
        ("ada@example.com", (), "faculty", "outside", False),
        ("ada", (), "nonsense", "outside", False),
    ],
)
def test_the_group_of_a_person(
    email: str, roles: tuple[str, ...], chosen: str, group: str, claimed: bool
) -> None:
    found = membership(GROUPS, "outside", email=email, roles=roles, chosen=chosen)
    assert found == Membership(group, claimed)


def test_rows_by_group_rush_machine_and_own_material() -> None:
    rows = (
        row("per_gram", "0.05", groups=("student",)),
        row("per_gram", "0.20"),
        row("per_hour", "2", printers=("XL",)),
        row("percent", "50", rush=True),
        row("tax", "8", groups=("outside",)),
    )
    assert cents(*rows, grams="100", group="student") == 500
    assert cents(*rows, grams="100", group="student", rush=True) == 750
    assert cents(*rows, grams="100", group="outside", printer="XL", hours="5") == 3240
    assert cents(*rows, grams="100", own_material=True, printer="XL", hours="5") == 1000
    assert cents(*rows, grams="100", own_material=True) == 0


@pytest.mark.parametrize(
    ("needed", "rush"),
    [
        (None, False),
        ("2026-03-06", True),  # Friday: the same day
        ("2026-03-08", True),  # Sunday: no open day between
        ("2026-03-10", True),  # Tuesday: two open days
        ("2026-03-11", False),
        ("2026-03-01", True),
        ("2199-12-31", False),
    ],
)
def test_a_rush_job_is_needed_within_open_days(needed: str | None, rush: bool) -> None:
    friday = date(2026, 3, 6)
    day = None if needed is None else date.fromisoformat(needed)
    assert is_rush(NeededBy(rush_days=2), day, friday) is rush
    assert not is_rush(NeededBy(), day, friday)


def test_days_as_typed() -> None:
    assert day_typed(" 2026-03-02 ") == date(2026, 3, 2)
    for wrong in ("", "03/02/2026", "2026-02-30", "0001-01-01", "9999-12-31", "soon"):
        assert day_typed(wrong) is None


def test_windows_of_allowances() -> None:
    terms, day = (FALL,), date(2026, 10, 30)
    # The clocks go back on November 1; days are days all the same.
    assert same_window(Window.TERM, terms, day, date(2026, 11, 2))
    assert same_window(Window.TERM, terms, FALL.starts, FALL.ends)
    assert not same_window(Window.TERM, terms, day, date(2027, 1, 4))
    assert not same_window(Window.TERM, terms, date(2027, 1, 4), date(2027, 1, 4))
    assert not is_due(Window.TERM, terms, date(2027, 1, 4)) and is_due(Window.TERM, terms, day)
    assert same_window(Window.MONTH, (), day, date(2026, 10, 1))
    assert not same_window(Window.MONTH, (), day, date(2027, 10, 30))
    assert same_window(Window.EVER, (), day, date(1999, 1, 1))
    assert not same_window(Window.JOB, (), day, day)


def free(amount: str, left: str = "", unit: Unit = Unit.GRAMS, **only: Any) -> Any:
    one = Allowance(name=f"First {amount} free", amount=Decimal(amount), unit=unit, **only)
    return (one, Decimal(left or amount))


def test_free_grams_come_off_the_material() -> None:
    rows = (row("per_gram", "0.10"), row("per_hour", "1"), row("minimum", "3"))
    assert cents(*rows, grams="80", free=(free("50"),)) == 300
    assert cents(*rows, grams="40", free=(free("50"),)) == 0, "all free: no minimum charge"
    assert cents(*rows, grams="40", hours="2", free=(free("50"),)) == 200
    assert cents(*rows, grams="20", hours="0.5", free=(free("50", "10"),)) == 200
    what = Priced(grams=Decimal(80), free=(free("50", "30"),))
    found = price_by(rows, what)
    (line,) = [one for one in found.lines if one.kind in FREE]
    assert (line.label, line.quantity) == ("First 50 free", Decimal(30)) and found.cents == 500
    assert price_line_text(line, "USD") == "30 g × -$0.10 = -$3.00"
    other = free("50", groups=("faculty",))
    assert cents(*rows, grams="80", free=(other,)) == 800
    assert cents(*rows, grams="80", own_material=True, free=(free("50"),)) == 300


def test_free_grams_of_what_is_charged_by_volume_and_free_money() -> None:
    resin = (row("per_ml", "0.30"),)
    assert cents(*resin, grams="55", ml="50", free=(free("11"),)) == 1200
    assert cents(*resin, grams="55", ml="50", free=(free("55"),)) == 0
    assert cents(*resin, grams="1", ml="0.333", free=(free("1"),)) == 0
    five = free("5", unit=Unit.MONEY)
    assert cents(*resin, grams="55", ml="50", free=(five,)) == 1000
    assert cents(*resin, grams="5", ml="5", free=(five,)) == 0


CONDITIONS: Any = st.fixed_dictionaries(
    {}, optional={"groups": st.just(("student",)), "rush": st.just(True)}
)


@st.composite
def price_rows(draw: Any) -> PriceRow:
    charge = draw(st.sampled_from(list(Charge)))
    least = -100 if charge.record.signed else 0
    amount = draw(st.decimals(least, 300, places=4))
    return PriceRow(charge=charge, amount=amount, **draw(CONDITIONS))


ALLOWANCES = st.lists(
    st.builds(
        lambda amount, unit, number: free(str(amount), unit=unit, groups=()),
        st.decimals(0, 100, places=3),
        st.sampled_from(list(Unit)),
        st.integers(),
    ),
    max_size=3,
)


@given(
    st.lists(price_rows(), max_size=8),
    ALLOWANCES,
    st.decimals(Decimal("0.001"), 500, places=3),
    st.booleans(),
    st.booleans(),
    st.sampled_from([1, 5, 25]),
    st.sampled_from([0, 2, 3]),
    st.randoms(use_true_random=False),
)
def test_whatever_the_rules(
    rows: list[PriceRow],
    allowances: Any,
    grams: Decimal,
    rush: bool,
    own: bool,
    step: int,
    digits: int,
    chance: Any,
) -> None:
    what = Priced(
        grams=grams, ml=grams, hours=grams, group="student", rush=rush, own_material=own,
        free=tuple(allowances),
    )  # fmt: skip
    found = price_by(rows, what, step_cents=step, digits=digits)
    assert sum(found.each_in_cents()) == found.cents >= 0 and found.cents % step == 0
    used = -sum(line.amount for line in found.lines if line.kind in FREE)
    assert used >= 0 and not (
        own and any(line.kind is LineKind.FREE_WEIGHT for line in found.lines)
    )
    # The order matters only among rows that stand for each other, and among surcharges.
    slots: dict[Any, list[PriceRow]] = {}
    for one in rows:
        slots.setdefault(one.charge.record.slot, []).append(one)
    order = list(slots)
    chance.shuffle(order)
    mixed = [one for slot in order for one in slots[slot]]
    assert price_by(mixed, what, step_cents=step, digits=digits) == found


@given(
    st.lists(st.tuples(st.decimals(0, 60, places=2), st.decimals(0, 60, places=2)), max_size=5),
    st.decimals(0, 10, places=2),
)
def test_one_minimum_per_request_with_free_grams(
    models: list[tuple[Decimal, Decimal]], least: Decimal
) -> None:
    rows = (row("per_gram", "0.10"), row("minimum", str(least)))
    counted = charged = off = whole = Decimal()
    for grams, left in models:
        beside = Beside(counted=counted, charged=charged, free=off)
        found = price_by(rows, Priced(grams=grams, beside=beside, free=(free("50", str(left)),)))
        counted, charged, off = (
            counted + found.counted, charged + found.charged, off + found.free,
        )  # fmt: skip
        whole += grams / 10
        assert found.cents >= 0
    if models and counted > 0:
        assert charged >= max(least, whole) - off - Decimal("0.005") * len(models)


@pytest.mark.parametrize(
    ("currency", "typed", "amount", "shown", "plain", "short"),
    [
        ("USD", "3.50", 350, "$3.50", "3.50", "$3.50"),
        ("JPY", "350", 350, "¥350", "350", "¥350"),
        ("KWD", "3.505", 3505, "KWD", "3.505", "KWD"),
    ],
)
def test_currencies(
    currency: str, typed: str, amount: int, shown: str, plain: str, short: str
) -> None:
    assert parse_cents(typed, currency) == amount and in_units(amount, currency) == plain
    assert money(amount, currency).startswith(shown)
    assert plain in money(amount, currency) and short in short_money(amount, currency)
    assert of_cents(amount, currency) == Decimal(plain)
    assert in_cents(Decimal(plain), currency) == amount
    assert cents(row("per_gram", plain), grams="1", digits=decimals(currency)) == amount


def test_yen_have_no_fractions_and_dinars_have_thousandths() -> None:
    assert parse_cents("3.5", "JPY") is None and parse_cents("3.505") is None
    assert parse_cents("3.5005", "KWD") is None
    assert rate_text(Decimal("0.5"), "JPY") == "¥0.5"
    assert cents(row("per_gram", "0.5"), grams="7", digits=0) == 4


def test_decimals_are_those_of_the_world() -> None:
    known = get_global("currency_fractions")
    differ = {code for code, (digits, *_rest) in known.items() if digits != decimals(code)}
    for code in ("USD", "EUR", "JPY", "KRW", "KWD", "BHD", "TND", "CLP", "VND"):
        assert code not in differ


def catalog(**more: Any) -> Any:
    return catalog_from({**default_catalog(), **more})


def test_a_catalog_keeps_its_rules_and_old_ones_have_none() -> None:
    plain = {
        "groups": [{"name": "student", "domains": ["school.edu"], "roles": ["enrolled"]}],
        "default_group": "student",
        "allowances": [
            {"name": "First 50 g free", "amount": "50", "per": "term", "groups": ["student"]}
        ],
        "needed_by": {"ask": "optional", "rush_days": 2},
        "own_material": True,
        "prices": [{"charge": "percent", "amount": "50", "rush": True, "groups": ["student"]}],
    }
    found = catalog(**plain)
    assert catalog_from(plain_form(found)) == found
    assert found.allowances[0].per is Window.TERM and found.prices[0].rush
    before = catalog()
    assert not (before.groups or before.allowances or before.own_material)
    assert dict(completed(default_catalog()))["needed_by"] == {"ask": "off", "rush_days": 0}


def test_catalogs_of_other_currencies() -> None:
    yen = catalog(currency="JPY", minimum_charge="300")
    assert yen.minimum_charge_cents == 300 and plain_form(yen)["minimum_charge"] == "300"
    dinar = catalog(currency="KWD", minimum_charge="0.750")
    assert dinar.minimum_charge_cents == 750 and catalog_from(plain_form(dinar)) == dinar
    with pytest.raises(CatalogInvalid):
        catalog(currency="JPY", minimum_charge="3.50")


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ({"groups": [{"name": "a"}, {"name": "A"}]}, "groups"),
        ({"groups": [{"name": "a", "domains": ["nonsense"]}]}, "groups[0].domains"),
        (
            {"groups": [{"name": n, "domains": ["school.edu"]} for n in "ab"]},
            "groups[1].domains",
        ),
        ({"groups": [{"name": "a", "ask": "yes"}]}, "groups[0].ask"),
        ({"groups": [{"name": "a", "who": "me"}]}, "groups[0].who"),
        ({"default_group": "nobody"}, "default_group"),
        ({"allowances": [{"name": "x", "amount": "-1"}]}, "allowances[0].amount"),
        ({"allowances": [{"name": "x", "amount": "1", "per": "week"}]}, "allowances[0].per"),
        ({"allowances": [{"name": "x", "amount": "1", "unit": "kg"}]}, "allowances[0].unit"),
        (
            {"allowances": [{"name": "x", "amount": "1", "groups": ["a"]}]},
            "allowances[0].groups",
        ),
        ({"needed_by": {"ask": "maybe"}}, "needed_by.ask"),
        ({"needed_by": {"rush_days": -1}}, "needed_by.rush_days"),
        ({"own_material": "yes"}, "own_material"),
        ({"prices": [{"charge": "setup", "amount": "1", "groups": ["a"]}]}, "prices[0].groups"),
        ({"prices": [{"charge": "setup", "amount": "1", "rush": 1}]}, "prices[0].rush"),
    ],
)
def test_wrong_rules_are_refused_at_their_place(wrong: dict[str, Any], place: str) -> None:
    with pytest.raises(CatalogInvalid) as refused:
        catalog(**wrong)
    assert place in [one.field for one in refused.value.refusals]
