"""About what a model costs before it is sliced: the quote's own rule, at two infills."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest

from printflow.catalogs.file import default_catalog
from printflow.domain.catalog import Catalog, catalog_from
from printflow.domain.price_range import PriceRange, price_range


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return catalog_from(default_catalog())


def test_both_ends_are_prices_of_a_quote(catalog: Catalog) -> None:
    way = catalog.methods[0]
    printers = catalog.printers_for(way.name)
    found = price_range(catalog, method=way.name, printer="", volume_mm3="250000", quantity="2")
    assert found is not None
    full = Decimal(250) * way.density * 2
    ends = [
        max(
            catalog.minimum_charge_cents,
            int((full * fill * rate * 100).quantize(Decimal(1), ROUND_HALF_UP)),
        )
        for fill, rate in (
            (way.fill[0], min(one.rate_per_gram for one in printers)),
            (way.fill[1], max(one.rate_per_gram for one in printers)),
        )
    ]
    assert [found.low_cents, found.high_cents] == ends
    assert ends[0] < ends[1]
    assert not found.minimum


def test_a_small_model_is_the_minimum_charge(catalog: Catalog) -> None:
    way = catalog.methods[0].name
    found = price_range(catalog, method=way, printer="", volume_mm3="10", quantity="1")
    assert found is not None
    assert found.minimum
    assert found.low_cents == catalog.minimum_charge_cents


@pytest.mark.parametrize(
    "wrong",
    [
        {"method": "Weaving"},
        {"printer": "Nobody's"},
        {"volume_mm3": ""},
        {"volume_mm3": "0"},
        {"volume_mm3": "-1"},
        {"volume_mm3": "1e9"},
        {"volume_mm3": "99999999999"},
        {"quantity": "0"},
        {"quantity": "many"},
    ],
)
def test_what_is_no_model_has_no_price(catalog: Catalog, wrong: dict[str, str]) -> None:
    asked: dict[str, Any] = {
        "method": catalog.methods[0].name,
        "printer": "",
        "volume_mm3": "100",
        "quantity": "1",
    }
    assert price_range(catalog, **asked) is not None
    assert price_range(catalog, **{**asked, **wrong}) is None


def of(rules: dict[str, object], **more: object) -> PriceRange:
    catalog = catalog_from({**default_catalog(), **rules})
    asked = {"method": "Filament", "printer": "Prusa MK4S", "volume_mm3": "80000", "quantity": "1"}
    found = price_range(catalog, **{**asked, **more})  # type: ignore[arg-type]
    assert found is not None
    return found


RULES: dict[str, object] = {
    "minimum_charge": "0",
    "own_material": True,
    "groups": [{"name": "Staff", "domains": ["lab.edu"]}],
    "prices": [
        {"charge": "per_gram", "amount": "0.10"},
        {"charge": "setup", "amount": "2.00"},
        {"charge": "percent", "amount": "-50", "groups": ["Staff"]},
        {"charge": "percent", "amount": "-25", "courses": ["ARCH 4000"]},
        {"charge": "amount", "amount": "5.00", "rush": True},
    ],
    "allowances": [
        {"name": "50 g free", "amount": "50", "per": "ever", "groups": ["Staff"]},
    ],
}


def test_group_course_rush_and_own_material_count_as_in_a_quote() -> None:
    plain = of(RULES)
    assert of(RULES, group="Staff").low_cents * 2 == plain.low_cents
    assert of(RULES, course="arch-4000").low_cents == plain.low_cents * 3 // 4
    assert of(RULES, rush=True).low_cents == plain.low_cents + 500
    own = of(RULES, own_material=True)
    assert (own.low_cents, own.high_cents) == (200, 200)


def test_an_allowance_is_told_of_only_where_it_may_count() -> None:
    free = tuple(
        (one, one.amount) for one in catalog_from({**default_catalog(), **RULES}).allowances
    )
    assert not of(RULES, free=free).allowance  # not for this group
    found = of(RULES, group="Staff", free=free)
    assert found.allowance and found.low_cents == of(RULES, group="Staff").low_cents
    assert not of(RULES, group="Staff", free=free, own_material=True).allowance
