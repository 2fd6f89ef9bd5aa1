"""Numbers as people type them, and prices, checked against an independent exact computation."""

from __future__ import annotations

import time
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from printflow.domain.price_rows import Charge, Priced, PriceRow, price_by
from printflow.domain.pricing import (
    MAX_CENTS,
    MAX_GRAMS,
    MAX_HOURS,
    LineKind,
    Price,
    parse_cents,
    parse_grams,
    parse_hours,
    shown_hours,
    typed_hours,
)

GRAMS = st.decimals(Decimal("0.001"), MAX_GRAMS, places=3)
HOURS = st.decimals(Decimal("0.001"), MAX_HOURS, places=3)
RATES = st.decimals(0, 10_000, places=6)
MINIMUM = st.integers(0, 1_000_000)


def whole_price(
    grams: Decimal, hours: Decimal, per_gram: Decimal, per_hour: Decimal, least: int
) -> Price:
    rows = (
        PriceRow(charge=Charge.GRAM, amount=per_gram),
        PriceRow(charge=Charge.HOUR, amount=per_hour),
        PriceRow(charge=Charge.MINIMUM, amount=Decimal(least) / 100),
    )
    return price_by(rows, Priced(grams=grams, hours=hours))


def price(grams: Decimal, hours: Decimal, per_gram: Decimal, per_hour: Decimal, least: int) -> int:
    return whole_price(grams, hours, per_gram, per_hour, least).cents


@given(GRAMS, HOURS, RATES, RATES, MINIMUM)
def test_the_lines_add_up_to_the_price(
    grams: Decimal, hours: Decimal, per_gram: Decimal, per_hour: Decimal, least: int
) -> None:
    found = whole_price(grams, hours, per_gram, per_hour, least)
    parts = [Fraction(line.quantity) * Fraction(line.rate) for line in found.lines]
    exact = sum(parts, Fraction())
    assert half_up(exact * 100) == found.cents >= least
    kinds = [line.kind for line in found.lines]
    assert kinds[0] is LineKind.WEIGHT
    assert (LineKind.TIME in kinds) == bool(per_hour)
    if LineKind.MINIMUM in kinds:
        assert kinds[-1] is LineKind.MINIMUM and found.cents == least


def half_up(exact: Fraction) -> int:
    """The nearest whole number, halves up, without Decimal."""
    return (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)


@given(GRAMS, HOURS, RATES, RATES, MINIMUM)
def test_the_price_is_exact(
    grams: Decimal, hours: Decimal, per_gram: Decimal, per_hour: Decimal, least: int
) -> None:
    exact = (Fraction(grams) * Fraction(per_gram) + Fraction(hours) * Fraction(per_hour)) * 100
    assert price(grams, hours, per_gram, per_hour, least) == max(least, half_up(exact))


@given(GRAMS, HOURS, RATES, RATES, MINIMUM)
def test_the_price_is_never_below_the_minimum(
    grams: Decimal, hours: Decimal, per_gram: Decimal, per_hour: Decimal, least: int
) -> None:
    cents = price(grams, hours, per_gram, per_hour, least)
    assert type(cents) is int
    assert cents >= least


@given(GRAMS, GRAMS, HOURS, HOURS, RATES, RATES, MINIMUM)
def test_more_never_costs_less(
    grams: Decimal,
    more_grams: Decimal,
    hours: Decimal,
    more_hours: Decimal,
    per_gram: Decimal,
    per_hour: Decimal,
    least: int,
) -> None:
    (grams, more_grams), (hours, more_hours) = (
        sorted((grams, more_grams)),
        sorted((hours, more_hours)),
    )
    cents = price(grams, hours, per_gram, per_hour, least)
    assert cents <= price(more_grams, hours, per_gram, per_hour, least)
    assert cents <= price(grams, more_hours, per_gram, per_hour, least)
    assert cents <= price(grams, hours, per_gram, per_hour, least + 1)


@pytest.mark.parametrize(
    ("grams", "hours", "per_gram", "per_hour", "cents"),
    [
        ("42.5", "3.25", "0.10", "0", 425),
        ("12", "8", "0.10", "0", 300),  # the minimum
        ("30", "0.5", "0.10", "0", 300),
        ("30.05", "1", "0.10", "0", 301),  # half a cent goes up
        ("30.049", "1", "0.10", "0", 300),
        ("30.15", "1", "0.10", "0", 302),  # up, not to the even number
        ("100", "10", "0.20", "0.50", 2500),
        ("33.333", "3.333", "0.10", "0.33", 443),  # rounded once, at the end
    ],
)
def test_prices_by_hand(grams: str, hours: str, per_gram: str, per_hour: str, cents: int) -> None:
    figures = (Decimal(grams), Decimal(hours), Decimal(per_gram), Decimal(per_hour))
    assert price(*figures, 300) == cents


@given(HOURS)
def test_shown_hours_are_the_next_half_hour(hours: Decimal) -> None:
    shown = shown_hours(hours)
    assert shown >= hours
    assert shown - hours < Decimal("0.5")
    assert (shown * 2) % 1 == 0


@pytest.mark.parametrize(
    ("hours", "shown"),
    [("0.001", "0.5"), ("0.5", "0.5"), ("3.25", "3.5"), ("3.501", "4"), ("4", "4")],
)
def test_shown_hours_by_hand(hours: str, shown: str) -> None:
    assert shown_hours(Decimal(hours)) == Decimal(shown)


NO_NUMBERS = [
    "", " ", "-1", "+1", "-0", "NaN", "nan", "inf", "Infinity", "1e3", "1e999", "1E2", "1,500",
    "1.000,5", "1_000", "1 000", "٣", "１２", "²", "½", "0x10", "1.", ".", "1..5", "1.2.3", "five",
    "12 kg", "--1", "1/2", "1\x00", "9" * 10, "0." + "1" * 10, "9" * 1000, "None", "True", "\u202e1",
]  # fmt: skip


@pytest.mark.parametrize("typed", [*NO_NUMBERS, "0", "0.0", "0.0004", "50000.001", "1 h", "g"])
def test_no_weights(typed: str) -> None:
    assert parse_grams(typed) is None


@pytest.mark.parametrize(
    ("typed", "grams"),
    [
        ("42.5", "42.5"),
        (" 42.5 ", "42.5"),
        ("42.5 g", "42.5"),
        ("42g", "42"),
        (".5", "0.5"),
        ("007", "7"),
        ("0.0005", "0.001"),
        ("50000", "50000"),
        (42, "42"),
        (42.5, "42.5"),
        (0.1, "0.1"),
        (Decimal("42.50"), "42.5"),
        ("100", "100"),
    ],
)
def test_weights(typed: object, grams: str) -> None:
    found = parse_grams(typed)
    assert found == Decimal(grams)
    assert str(found) == grams


@pytest.mark.parametrize(
    "typed",
    [
        *NO_NUMBERS, "0", "0h", "0h 0m", "0:00", "1000.001", "1001h", "2h -30m", "2h 30", "30m 2h",
        "h", "2:60", "2:3", "-2:30", "1:02:03", "2 hrs ago", "1,500h", "٢h", "2h 1h", "1.5m", "1s",
    ],
)  # fmt: skip
def test_no_times(typed: str) -> None:
    assert parse_hours(typed) is None


@pytest.mark.parametrize(
    ("typed", "hours"),
    [
        ("3.25", "3.25"),
        ("2h 30m", "2.5"),
        ("2h30m", "2.5"),
        ("2H 30M", "2.5"),
        ("2 hours 30 minutes", "2.5"),
        ("1 hr 15 mins", "1.25"),
        ("1.5h", "1.5"),
        ("45 min", "0.75"),
        ("90m", "1.5"),
        ("2:30", "2.5"),
        ("2h30", "2.5"),
        ("2H05", "2.083"),
        ("1d", "24"),
        ("1d 2h 3m 4s", "26.051"),
        ("1 day 2 hours 3 minutes 4 seconds", "26.051"),
        ("40m", "0.667"),
        ("1000", "1000"),
        ("41d 16h", "1000"),
        (3, "3"),
        (0.25, "0.25"),
        (Decimal("3.250"), "3.25"),
    ],
)
def test_times(typed: object, hours: str) -> None:
    found = parse_hours(typed)
    assert found == Decimal(hours)
    assert str(found) == hours


@given(st.integers(0, 40), st.integers(0, 23), st.integers(0, 59), st.integers(0, 59))
def test_times_in_units_are_exact_to_the_thousandth(d: int, h: int, m: int, s: int) -> None:
    exact = Fraction(d * 86_400 + h * 3_600 + m * 60 + s, 3_600)
    thousandths = half_up(exact * 1_000)
    found = parse_hours(f"{d}d {h}h {m}m {s}s")
    assert found == (Decimal(thousandths) / 1_000 if thousandths else None)


@pytest.mark.parametrize("typed", [*NO_NUMBERS, "1.005", "100000.01", "3 dollars", "$", "3.00 $"])
def test_no_money(typed: str) -> None:
    assert parse_cents(typed) is None


@pytest.mark.parametrize(
    ("typed", "cents"),
    [
        ("3", 300),
        ("3.00", 300),
        ("3.5", 350),
        ("$3.50", 350),
        ("€ 3.50", 350),
        ("0", 0),
        ("0.01", 1),
        (".5", 50),
        ("3.500", 350),
        (4.25, 425),
        (Decimal("4.25"), 425),
        ("100000", MAX_CENTS),
    ],
)
def test_money(typed: object, cents: int) -> None:
    assert parse_cents(typed) == cents


@given(st.one_of(st.text(), st.text("0123456789.,:hmsd eE+-$gNa"), st.floats(), st.integers()))
def test_whatever_is_typed_is_a_number_in_range_or_none(typed: object) -> None:
    grams, hours, cents = parse_grams(typed), parse_hours(typed), parse_cents(typed)
    assert grams is None or 0 < grams <= MAX_GRAMS
    assert hours is None or 0 < hours <= MAX_HOURS
    assert cents is None or 0 <= cents <= MAX_CENTS


HUGE = {"spaces": "1d" + " " * 500_000 + "x", "digits": "1" * 500_000, "number": 10**5_000}


@pytest.mark.parametrize("kind", HUGE)
def test_huge_input_is_refused_at_once(kind: str) -> None:
    typed, began = HUGE[kind], time.perf_counter()
    assert (parse_grams(typed), parse_hours(typed), parse_cents(typed)) == (None, None, None)
    assert time.perf_counter() - began < 0.5


@pytest.mark.parametrize(
    ("hours", "typed"),
    [("7.667", "7h 40m"), ("2", "2h"), ("0.333", "20m"), ("3.251", "3.251"), ("0.001", "0.001")],
)
def test_hours_are_offered_as_people_type_them(hours: str, typed: str) -> None:
    assert typed_hours(Decimal(hours)) == typed
    assert parse_hours(typed) == Decimal(hours)
