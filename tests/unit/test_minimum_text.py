"""The minimum charge in the lab's words: which amounts are it, and what is said of others."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from printflow.catalogs.file import default_catalog
from printflow.domain.catalog import catalog_from
from printflow.domain.minimum_text import (
    filled,
    kept_up_to_date,
    minimum_offered,
    other_amount,
)
from printflow.domain.placeholders import unfilled

THREE = Decimal("3.00")


@pytest.mark.parametrize(
    ("text", "kept", "other"),
    [
        ("at least $3.00, no matter", "at least {minimum}, no matter", ""),
        ("at least $3, always", "at least {minimum}, always", ""),
        ("mindestens 3,00 €.", "mindestens {minimum}.", ""),
        ("at least 3.00 USD.", "at least {minimum}.", ""),
        ("at least $4.50.", "at least $4.50.", "$4.50"),
        ("3 prints cost $3.00", "3 prints cost {minimum}", ""),
        ("at least {minimum}", "at least {minimum}", ""),
        ("within 3 days, at 100% infill, in room 3.14.2", None, ""),
        ("nothing of money", None, ""),
    ],
)
def test_an_amount_is_the_minimum_or_another(text: str, kept: str | None, other: str) -> None:
    assert kept_up_to_date(text, THREE) == (text if kept is None else kept)
    assert other_amount(text, THREE) == other


def test_it_is_filled_in_and_offered_only_where_it_is_not_yet() -> None:
    assert filled("at least {minimum}", "$3.00") == "at least $3.00"
    plain = default_catalog()
    assert minimum_offered(plain) == ""
    plain["texts"]["minimum_charge"] = "At least $3.00."
    assert minimum_offered(plain) == "At least {minimum}."
    plain["minimum_charge"] = "what?"
    assert minimum_offered(plain) == ""


def test_the_placeholder_stands_in_the_texts_that_fill_it_alone() -> None:
    plain: dict[str, Any] = default_catalog()
    assert not list(unfilled(plain))
    plain["texts"]["consent"] = "I'll pay {minimum} or {price}."
    assert [(one.field, "{price}" in one.message) for one in unfilled(plain)] == [
        ("texts.consent", True)
    ]
    plain["texts"]["consent"] = "I agree."
    plain["pick_up"]["hours"] = "{minimum}"
    assert [one.field for one in unfilled(plain)] == ["pick_up.hours"]


def test_another_minimum_is_another_consent() -> None:
    plain = default_catalog()
    before = catalog_from(plain)
    after = catalog_from({**plain, "minimum_charge": "4.00"})
    assert before.shown_texts.consent_version != after.shown_texts.consent_version
    assert "$4.00" in after.shown_texts.minimum_charge
    fixed = {**plain["texts"], "minimum_charge": "At least $3.00."}
    stale = catalog_from({**plain, "minimum_charge": "4.00", "texts": fixed})
    assert (stale.other_minimum, stale.shown_texts.consent_version) == ("$3.00", "2026-1")
