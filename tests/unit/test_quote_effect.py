"""What staff may correct in which status, and what that does to a quote: one table."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from printflow.domain.edits import EDITABLE, as_typed, editable, scaled
from printflow.domain.quote_effect import quote_effect
from printflow.domain.status import Status

from .builders import job

_FIGURES = {"grams": Decimal(40), "hours": Decimal("3.5"), "cost_cents": 400, "material": "PLA"}

CASES: tuple[tuple[Status, dict[str, Any], int | None, str], ...] = (
    (Status.PENDING, {"color": "Blue"}, 400, ""),
    (Status.PENDING, {"color": "Gold"}, 500, "voided: the price is now $5.00"),
    (Status.PENDING, {"printer": "Prusa XL"}, 400, ""),
    (Status.PENDING, {"printer": "Prusa XL"}, None, ""),
    (Status.PENDING, {"student_note": "thicker walls"}, 400, ""),
    (Status.PENDING, {"class_number": "ME 101"}, 300, "voided: the price is now $3.00"),
    (Status.PENDING, {"material": "PETG"}, 400, "voided: another material"),
    (
        Status.PENDING,
        {"quantity": 3},
        1200,
        "voided: another number of copies, the price is now $12.00",
    ),
    (
        Status.PENDING,
        {"method": "Resin", "material": "Clear"},
        400,
        "voided: another print method, another material",
    ),
    (Status.UPLOADED, {"method": "Resin"}, 900, ""),
    (Status.READYTOPRINT, {"color": "Gold"}, 500, "agreed"),
    (Status.READYTOPRINT, {"color": "Blue"}, 400, ""),
    (Status.COMPLETED, {"material": "PETG"}, 500, "agreed"),
    (Status.ARCHIVED, {"color": "Gold"}, 500, ""),
)


@pytest.mark.parametrize(("status", "changes", "cents", "effect"), CASES)
def test_a_quote_is_void_only_where_the_price_or_the_print_differs(
    status: Status, changes: dict[str, Any], cents: int | None, effect: str
) -> None:
    before = job(status, **_FIGURES)
    found = quote_effect(before, replace(before, **changes), 400, cents)
    said = f"voided: {found.why}" if found.voided else "agreed" if found.agreed else ""
    assert said == effect


def test_a_price_from_another_catalog_is_no_difference() -> None:
    """Only what the correction changes counts: both prices are those of today."""
    before = job(Status.PENDING, **{**_FIGURES, "cost_cents": 350})
    assert not quote_effect(before, replace(before, color="Blue"), 400, 400).voided


def test_what_the_student_agreed_to_is_not_changed_behind_their_back() -> None:
    closed = {status: set(EDITABLE) - set(editable(status)) for status in Status}
    assert closed[Status.UPLOADED] == closed[Status.PENDING] == set()
    assert closed[Status.READYTOPRINT] == {"print_method", "quantity", "material"}
    later = [Status.PRINTING, Status.COMPLETED, Status.PAIDPICKEDUP, Status.REJECTED]
    assert all(closed[status] == {"print_method", "quantity"} for status in later)


def test_the_figures_of_each_copy_stay() -> None:
    before = job(Status.PENDING, **_FIGURES)
    assert scaled(before, {"quantity": 3}) == {"grams": Decimal(120), "hours": Decimal("10.5")}
    assert scaled(before, {"color": "Blue"}) == {}
    assert scaled(job(grams=None), {"quantity": 3}) == {}


def test_every_field_is_one_of_a_job() -> None:
    assert all(isinstance(as_typed(job(), name), str) for name in EDITABLE)
