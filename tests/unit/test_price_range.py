"""About what a model costs before it is sliced: the quote's own rule, at two infills."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pytest

from printflow.catalogs.file import default_catalog
from printflow.domain.catalog import Catalog, catalog_from
from printflow.domain.price_range import price_range


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
    asked = {"method": catalog.methods[0].name, "printer": "", "volume_mm3": "100", "quantity": "1"}
    assert price_range(catalog, **asked) is not None
    assert price_range(catalog, **{**asked, **wrong}) is None
