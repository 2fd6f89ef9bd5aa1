"""Price lists that libraries publish, typed in as rows, and the prices that they name themselves."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from printflow.catalogs.file import default_catalog
from printflow.domain.catalog import Catalog, catalog_from
from printflow.domain.price_rows import Priced
from printflow.domain.quoted_price import priced

MARS_HILL = {
    # libguides.mhu.edu: so many grams for a dollar, rounded up to the next dollar, at least $1.
    "minimum_charge": "1.00",
    "rounding_cents": 100,
    "round_up": True,
    "prices": [
        {"charge": "per_gram", "amount": "0.037037", "materials": ["PETG"], "label": "27 g for $1"},
        {"charge": "per_gram", "amount": "0.028571", "label": "35 g for $1"},
    ],
}
CAMPBELL = {
    # lib.campbell.edu: prints of less than 100 g are free; of 100 g or more, every gram is $0.05.
    "minimum_charge": "0",
    "prices": [{"charge": "per_gram", "amount": "0.05"}],
    "allowances": [
        {
            "name": "Under 100 g: free",
            "amount": "99.999",
            "unit": "g",
            "per": "job",
            "only_whole": True,
        }
    ],
}
DALHOUSIE = {
    # blogs.dal.ca/libraries: 8 cents a gram.
    "minimum_charge": "0",
    "prices": [{"charge": "per_gram", "amount": "0.08"}],
}
JACKSON_GEORGE = {
    # new.jgrls.org: $0.15 a cubic centimeter, and $1 for each model.
    "minimum_charge": "0",
    "prices": [{"charge": "per_ml", "amount": "0.15"}, {"charge": "per_piece", "amount": "1"}],
}


def cents(rules: dict[str, Any], **what: Any) -> int:
    catalog: Catalog = catalog_from({**default_catalog(), **rules})
    named = {"method": "Filament", "printer": "Prusa MK4S", "material": "PLA", **what}
    free = tuple((one, one.amount) for one in catalog.allowances)
    return priced(catalog, Priced(**named, free=free)).cents


@pytest.mark.parametrize(
    ("rules", "what", "expected"),
    [
        # "68 divided by 27 is 2.518… and the project costs $3."
        (MARS_HILL, {"grams": Decimal(68), "material": "PETG"}, 300),
        (MARS_HILL, {"grams": Decimal(36)}, 200),
        (MARS_HILL, {"grams": Decimal(35)}, 100),
        (MARS_HILL, {"grams": Decimal(1)}, 100),
        (CAMPBELL, {"grams": Decimal("99.9")}, 0),
        (CAMPBELL, {"grams": Decimal(100)}, 500),
        (CAMPBELL, {"grams": Decimal(150)}, 750),
        # "A small model weighing 25 grams … will cost $2."
        (DALHOUSIE, {"grams": Decimal(25)}, 200),
        (JACKSON_GEORGE, {"ml": Decimal(20), "copies": 2}, 500),
    ],
)
def test_a_public_list_gives_its_own_prices(
    rules: dict[str, Any], what: dict[str, Any], expected: int
) -> None:
    assert cents(rules, **what) == expected
