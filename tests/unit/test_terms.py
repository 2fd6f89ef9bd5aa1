"""Terms of the catalog: names, days, and what is refused."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from printflow import CatalogInvalid
from printflow.catalogs.file import checked_catalog, default_catalog
from printflow.domain.catalog import catalog_from, plain_form
from printflow.domain.terms import Term, term_of

FALL = {"name": "Fall 2026", "starts": "2026-08-24", "ends": "2026-12-11"}
SPRING = {"name": "Spring 2027", "starts": date(2027, 1, 11), "ends": date(2027, 5, 7)}


def terms(*rows: Any) -> tuple[Term, ...]:
    return checked_catalog({**default_catalog(), "terms": list(rows)}).terms


def test_both_days_belong_to_a_term_and_the_earliest_is_first() -> None:
    found = terms(SPRING, FALL)
    assert [term.name for term in found] == ["Fall 2026", "Spring 2027"]
    for day, name in (
        (date(2026, 8, 23), None),
        (date(2026, 8, 24), "Fall 2026"),
        (date(2026, 12, 11), "Fall 2026"),
        (date(2026, 12, 12), None),
        (date(2027, 5, 7), "Spring 2027"),
    ):
        term = term_of(found, day)
        assert (term.name if term else None) == name, day


def test_a_catalog_with_terms_goes_through_its_plain_form() -> None:
    catalog = checked_catalog({**default_catalog(), "terms": [FALL, SPRING]})
    assert plain_form(catalog)["terms"][0] == FALL
    assert catalog_from(plain_form(catalog)) == catalog


@pytest.mark.parametrize(
    ("rows", "place", "words"),
    [
        ([{**FALL, "ends": "2026-08-23"}], "terms[0].ends", "before the first day"),
        ([{**FALL, "starts": "2026-02-29"}], "terms[0].starts", "Enter a day"),
        ([{**FALL, "starts": 5}], "terms[0].starts", "Enter a day"),
        ([{**FALL, "starts": "20260824"}], "terms[0].starts", "Enter a day"),
        ([{**FALL, "name": " "}], "terms[0].name", "Enter a text"),
        ([FALL, {**SPRING, "name": "fall 2026"}], "terms", "twice"),
        ([FALL, {**SPRING, "starts": "2026-12-11"}], "terms", "begins before"),
        ([{**FALL, "weeks": 12}], "terms[0].weeks", "isn't known"),
    ],
)
def test_what_no_term_can_be_is_named(rows: list[Any], place: str, words: str) -> None:
    with pytest.raises(CatalogInvalid) as caught:
        terms(*rows)
    assert [(one.field, words in one.message) for one in caught.value.refusals] == [(place, True)]


@given(st.lists(st.dates(date(2020, 1, 1), date(2030, 1, 1)), unique=True, max_size=12))
def test_a_day_is_in_at_most_one_term(days: list[date]) -> None:
    ends = sorted(days)
    made = tuple(
        Term(str(at), first, last - timedelta(days=1))
        for at, (first, last) in enumerate(pairwise(ends))
    )
    for day in ends:
        assert sum(term.holds(day) for term in made) == (1 if day != ends[-1] else 0)
