"""Numbers are read by one rule, and nothing is left out of a text to make it one."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from printflow.domain.numbers import Notation, typed
from printflow.domain.pricing import parse_cents, parse_grams, parse_hours
from printflow.importing.figures import Doubtful, cents, grams, hours
from printflow.importing.moments import moment

POINT, COMMA = Notation("."), Notation(",")
NOTATIONS = st.sampled_from([POINT, COMMA])
amounts = st.decimals(0, 99_999, places=2, allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize(
    ("text", "point", "comma"),
    [
        ("4.25", "4.25", None),
        ("4,25", None, "4.25"),
        ("1,234", "1234", "1.234"),
        ("1.234", "1.234", "1234"),
        ("1,234.50", "1234.50", None),
        ("1.234,50", None, "1234.50"),
        ("1'234.5", "1234.5", None),
        ("1 234 567", "1234567", "1234567"),
        ("1\u00a0234,5", None, "1234.5"),
        (".5", "0.5", None),
        ("0", "0", "0"),
        ("12,34,567", None, None),
        ("1,23", None, "1.23"),
        ("1,234,56", None, None),
        ("1,234 567", None, None),
        ("1234,567.0", None, None),
        ("1.2.3", None, None),
        ("", None, None),
        (".", None, None),
        (",", None, None),
        ("1.", None, None),
        ("1e3", None, None),
        ("1_000", None, None),
        ("-1", None, None),
        ("+1", None, None),
        ("NaN", None, None),
        ("\u0661\u0662", None, None),
        ("\uff11", None, None),
        ("9" * 41, None, None),
    ],
)
def test_a_list_has_one_rule(text: str, point: str | None, comma: str | None) -> None:
    for notation, expected in ((POINT, point), (COMMA, comma)):
        assert notation.number(text) == (None if expected is None else Decimal(expected))


@given(amounts, NOTATIONS, st.sampled_from(["", "'", " ", "\u202f", "other"]))
def test_what_a_list_writes_is_what_is_read(
    amount: Decimal, notation: Notation, parting: str
) -> None:
    whole, _, part = f"{amount:,.2f}".partition(".")
    sign = {".": ",", ",": "."}[notation.decimal] if parting == "other" else parting
    text = whole.replace(",", sign) + notation.decimal + part
    assert notation.number(text) == amount
    assert cents(text, notation, "USD") == (int(amount * 100), False)
    assert notation.number(notation.written(amount)) == amount


@given(amounts, NOTATIONS)
def test_no_amount_is_ever_read_a_hundredfold(amount: Decimal, notation: Notation) -> None:
    """Read by the wrong rule, an amount with cents is refused, or the same."""
    other = COMMA if notation == POINT else POINT
    text = other.written(amount)
    with suppress(Doubtful):
        assert Decimal(cents(text, notation, "USD")[0]) / 100 == amount


@given(st.text(max_size=12), NOTATIONS)
def test_every_character_of_a_number_counts(text: str, notation: Notation) -> None:
    read = notation.number(text)
    if read is not None:
        other = "," if notation.decimal == "." else "."
        digits = [c for c in text if c not in other + "'\u2019 \u00a0\u202f"]
        assert Decimal("".join(digits).replace(",", ".")) == read


@given(st.floats(0, 1e6, allow_nan=False), NOTATIONS)
def test_a_database_s_number_survives(value: float, notation: Notation) -> None:
    read = notation.number(notation.written(value))
    assert read is None or float(read) == value
    if value >= 0.001 or not value:
        assert read is not None


@pytest.mark.parametrize(
    ("text", "currency", "expected"),
    [
        ("$4.25", "USD", (425, False)),
        ("4.25 USD", "USD", (425, False)),
        ("USD 4.25", "USD", (425, False)),
        ("4.25 €", "EUR", (425, False)),
        ("£4", "GBP", (400, False)),
        ("4.255", "USD", (426, True)),
        ("4.24999999999", "USD", (425, False)),
    ],
)
def test_prices(text: str, currency: str, expected: tuple[int, bool]) -> None:
    assert cents(text, POINT, currency) == expected


@pytest.mark.parametrize(
    "text", ["€4.25", "4.25 EUR", "$$4.25", "$-4", "$", "4.25 4", "4.25.", "4.25?"]
)
def test_doubtful_prices(text: str) -> None:
    with pytest.raises(Doubtful):
        cents(text, POINT, "USD")


def test_weights_and_times() -> None:
    assert grams("42,5 g", COMMA) == Decimal("42.5")
    assert grams("0.30000000000000004", POINT) == Decimal("0.3")
    assert grams("0", POINT) is None
    assert hours("2,5 h", COMMA) == Decimal("2.5")
    assert hours("2h 30m", COMMA) == hours("2:30", POINT) == Decimal("2.5")
    assert hours("1.234 hours", POINT) == Decimal("1.234")
    for text in ("2.5 h", "2.5h 10m", "42 lb", "1.000.000"):
        with pytest.raises(Doubtful):
            hours(text, COMMA)
    with pytest.raises(Doubtful, match="a weight of at most 50,000 g"):
        grams("60000", POINT)


def test_what_is_typed_has_a_point_and_one_sign() -> None:
    assert typed("0.10") == Decimal("0.10")
    for text in ("1,500", "1_000", "1e3", "\uff11", "-1", "1 000", ""):
        assert typed(text) is None
    assert parse_cents("$3.50") == parse_cents("3.50") == 350
    assert parse_cents("$€3") is parse_cents("$$3") is parse_cents("3,500") is None


def test_a_decimal_comma_is_taken_where_it_can_be_nothing_else() -> None:
    decimals = {"3,50": "3.50", "42,5": "42.5", "0,125": "0.125", "1234,567": "1234.567"}
    assert {text: str(typed(text)) for text in decimals} == decimals
    for text in ("1,234", "12,500", "1,2,3", "1.234,5", ",5", "5,"):
        assert typed(text) is None, text
    assert parse_cents("3,50") == 350
    assert parse_grams("42,5 g") == Decimal("42.5")
    assert parse_hours("3,25") == parse_hours("3,25 h") == Decimal("3.25")
    assert parse_hours("3,250 h") is None


# -- days -----------------------------------------------------------------------------------------

NEW_YORK = ZoneInfo("America/New_York")
MONTH_FIRST, DAY_FIRST = "%m/%d/%Y", "%d/%m/%Y"


def test_a_day_is_read_by_the_order_that_the_mapping_tells() -> None:
    march, april = datetime(2024, 3, 4, 5, tzinfo=UTC), datetime(2024, 4, 3, 4, tzinfo=UTC)
    assert moment("03/04/2024", [MONTH_FIRST], NEW_YORK) == march
    assert moment("03/04/2024", [DAY_FIRST], NEW_YORK) == april
    assert moment("2024-03-04", [DAY_FIRST], NEW_YORK) == march
    assert moment("03/03/2024", [MONTH_FIRST, DAY_FIRST], NEW_YORK).day == 3


@given(st.dates(date(1971, 1, 1), date(2100, 1, 1)))
def test_a_day_that_could_be_two_is_never_taken(day: date) -> None:
    text = day.strftime(MONTH_FIRST)
    formats = [MONTH_FIRST, DAY_FIRST]
    if day.day > 12 or day.day == day.month:
        assert moment(text, formats, NEW_YORK).astimezone(NEW_YORK).date() == day
    else:
        with pytest.raises(Doubtful, match="could be"):
            moment(text, formats, NEW_YORK)


def test_what_is_no_day_is_told() -> None:
    for text in ("soon", "45355", "31/31/2024", "03/04/24"):
        with pytest.raises(Doubtful, match=r"isn't a date or time. Add its format"):
            moment(text, [MONTH_FIRST], NEW_YORK)
    with pytest.raises(Doubtful, match=r"March 04, 2024, 12:00 AM, or April 03, 2024"):
        moment("03/04/2024", [DAY_FIRST, MONTH_FIRST], NEW_YORK)
