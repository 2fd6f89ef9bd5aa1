"""The price list: which rows count, in which order, and that the lines add up to the cent."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from printflow import CatalogInvalid
from printflow.catalogs.file import default_catalog
from printflow.domain.catalog import catalog_from, plain_form
from printflow.domain.price_rows import (
    CHARGES,
    Beside,
    Charge,
    Priced,
    PriceRow,
    course_key,
    price_by,
)
from printflow.domain.pricing import FREE, LineKind, Price, PriceLine
from printflow.domain.shown_rates import shown_rates


def row(charge: str, amount: str, **only: Any) -> PriceRow:
    return PriceRow(charge=Charge(charge), amount=Decimal(amount), **only)


def thing(**given: Any) -> Priced:
    figures: dict[str, Any] = {"method": "Filament", "printer": "XL", "material": "PLA", **given}
    for name in {"grams", "hours", "ml"} & set(given):
        figures[name] = Decimal(given[name])
    return Priced(**figures)


def cents(*rows: PriceRow, step: int = 1, **given: Any) -> int:
    return price_by(rows, thing(**given), step_cents=step).cents


def test_the_first_row_that_fits_counts() -> None:
    rows = (
        row("per_gram", "0.25", materials=("TPU",)),
        row("per_gram", "0.10", printers=("XL",)),
        row("per_gram", "9"),
    )
    assert cents(*rows, grams="100") == 1000
    assert cents(*rows, grams="100", material="TPU") == 2500
    assert cents(*rows, grams="100", printer="Mini") == 90_000


def test_milliliters_take_the_place_of_grams() -> None:
    rows = (row("per_ml", "0.20", methods=("Resin",)), row("per_gram", "0.10"))
    assert cents(*rows, method="Resin", grams="55", ml="50") == 1000
    assert cents(*rows, method="Filament", grams="55", ml="50") == 550


def test_all_surcharges_and_discounts_count_each_on_what_is_above_it() -> None:
    rows = (
        row("per_gram", "0.10"),
        row("per_hour", "1"),
        row("per_piece", "0.50"),
        row("setup", "2"),
        row("percent", "10", colors=("Copper",)),
        row("amount", "-1", courses=("ARCH 4000",)),
        row("percent", "-50", courses=("ARCH 4000",)),
    )
    # 10 + 3 + 2 × 0.50 + 2 = 16; copper 17.60; the course 16.60, half of it 8.30.
    known: dict[str, Any] = {"grams": "100", "hours": "3", "copies": 2}
    assert cents(*rows, **known) == 1600
    assert cents(*rows, **known, color="Copper") == 1760
    assert cents(*rows, **known, color="Copper", course="arch-4000") == 830


@pytest.mark.parametrize("typed", ["ARCH 4000", "arch4000", "Arch-4000", " arch_40 00 "])
def test_a_course_is_known_however_it_is_typed(typed: str) -> None:
    assert course_key(typed) == course_key("ARCH 4000")
    assert course_key(typed) != course_key("ARCH 4001")


def test_nobody_is_paid_for_a_print() -> None:
    rows = (row("per_gram", "0.10"), row("amount", "-5"), row("percent", "-100"))
    found = price_by(rows, thing(grams="10"))
    assert found.cents == 0
    assert [line.amount for line in found.lines] == [Decimal("1.0"), Decimal("-1.0")]


def test_the_minimum_stands_under_discounts_and_before_tax() -> None:
    rows = (
        row("per_gram", "0.10"),
        row("percent", "-50"),
        row("minimum", "0", courses=("ARCH 4000",)),
        row("minimum", "3"),
        row("tax", "10"),
    )
    found = price_by(rows, thing(grams="20"))
    assert found.cents == 330 and found.at_minimum
    assert [line.kind for line in found.lines][-2:] == [LineKind.MINIMUM, LineKind.TAX]
    assert cents(*rows, grams="20", course="ARCH4000") == 110


@pytest.mark.parametrize(("step", "price"), [(1, 333), (5, 335), (25, 325), (50, 350), (100, 300)])
def test_prices_are_rounded_to_a_step(step: int, price: int) -> None:
    found = price_by([row("per_gram", "0.0333")], thing(grams="100"), step_cents=step)
    assert found.cents == price
    assert (found.lines[-1].kind is LineKind.ROUNDING) == (price != 333)


def test_the_models_of_a_request_reach_one_minimum_together() -> None:
    rows = (row("per_gram", "0.10"), row("minimum", "3"))
    charged = counted = Decimal()
    each = []
    for _model in range(5):
        what = thing(grams="8", beside=Beside(counted=counted, charged=charged))
        found = price_by(rows, what)
        counted, charged = counted + found.counted, charged + found.charged
        each.append(found.cents)
    assert sum(each) == 400  # five times 80 cents, not five minimum charges
    assert each == [300, 0, 0, 20, 80]
    assert min(each) >= 0


ROWS = st.lists(
    st.builds(
        row,
        st.sampled_from([one.value for one in Charge if not one.record.signed]),
        st.decimals(0, 500, places=4).map(str),
    )
    | st.builds(
        row, st.sampled_from(["percent", "amount"]), st.decimals(-100, 500, places=2).map(str)
    ),
    max_size=8,
)
FIGURES = st.decimals(Decimal("0.001"), 5000, places=3).map(str)


@given(ROWS, FIGURES, FIGURES, st.integers(1, 100), st.sampled_from([1, 5, 25]))
def test_lines_add_up_whatever_the_rows(
    rows: list[PriceRow], grams: str, hours: str, copies: int, step: int
) -> None:
    found = price_by(
        rows, thing(grams=grams, ml=grams, hours=hours, copies=copies), step_cents=step
    )
    assert sum(found.each_in_cents()) == found.cents >= 0
    exact = sum((line.amount for line in found.lines), Decimal())
    assert int((exact * 100).quantize(Decimal(1), ROUND_HALF_UP)) == found.cents
    assert found.cents % step == 0
    assert Price(tuple(PriceLine.from_plain(line.plain()) for line in found.lines)) == found


def with_prices(*rows: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {**default_catalog(), "prices": list(rows), **more}


def test_a_catalog_keeps_its_rows() -> None:
    plain = with_prices(
        {"charge": "percent", "amount": "-10", "label": "Class discount", "courses": ["ARCH 4000"]},
        {"charge": "per_gram", "amount": "0.15", "materials": ["PETG"]},
        minimum_per="request",
        rounding_cents=25,
    )
    catalog = catalog_from(plain)
    assert catalog_from(plain_form(catalog)) == catalog
    assert [one.amount for one in catalog.prices] == [Decimal(-10), Decimal("0.15")]
    charges = [one.charge for one in catalog.price_list]
    assert charges[-1] is Charge.MINIMUM and len(charges) == 3 + 2 * len(catalog.printers)


def test_a_catalog_of_before_has_the_same_prices() -> None:
    catalog = catalog_from(default_catalog())
    assert catalog.prices == () and catalog.minimum_per == "job" and catalog.rounding_cents == 1


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ({"charge": "per_mile", "amount": "1"}, "prices[0].charge"),
        ({"charge": "per_gram", "amount": "-1"}, "prices[0].amount"),
        ({"charge": "per_gram", "amount": "lots"}, "prices[0].amount"),
        ({"charge": "percent", "amount": "-101"}, "prices[0].amount"),
        ({"charge": "percent", "amount": "1001"}, "prices[0].amount"),
        ({"charge": "setup", "amount": "1", "printers": ["Nobody's"]}, "prices[0].printers"),
        ({"charge": "setup", "amount": "1", "materials": ["Cheese"]}, "prices[0].materials"),
        ({"charge": "setup", "amount": "1", "colors": "Blue"}, "prices[0].colors"),
        ({"charge": "setup", "amount": "1", "cost": "1"}, "prices[0].cost"),
    ],
)
def test_wrong_rows_are_refused_at_their_place(wrong: dict[str, Any], place: str) -> None:
    with pytest.raises(CatalogInvalid) as refused:
        catalog_from(with_prices(wrong))
    assert place in [one.field for one in refused.value.refusals]


@pytest.mark.parametrize(
    "more", [{"minimum_per": "week"}, {"rounding_cents": 0}, {"rounding_cents": "5"}]
)
def test_wrong_rules_are_refused(more: dict[str, Any]) -> None:
    with pytest.raises(CatalogInvalid):
        catalog_from(with_prices(**more))


def test_a_printer_shows_its_rates_by_the_whole_list() -> None:
    catalog = catalog_from(
        with_prices({"charge": "per_gram", "amount": "0.05", "materials": ["PLA"]})
    )
    printer = catalog.printers_for("Filament")[0]
    (rate,) = [one for one in shown_rates(catalog, printer) if one.charge is Charge.GRAM]
    assert (rate.low, rate.high) == (Decimal("0.05"), printer.rate_per_gram)
    always = catalog_from(with_prices({"charge": "per_gram", "amount": "0.05"}))
    (rate,) = [one for one in shown_rates(always, printer) if one.charge is Charge.GRAM]
    assert (rate.low, rate.high) == (Decimal("0.05"), Decimal("0.05"))


def test_every_charge_has_its_line() -> None:
    assert {record.line for record in CHARGES.values()} == set(LineKind) - {
        *FREE,
        LineKind.COVERED,
        LineKind.ROUNDING,
    }
