"""Whose money it was, and what allowances gave away: the reports, from the ledger and the quotes."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from printflow import Figures, Job, Printflow, Status
from tests.plugins.lab import Submit

OUT = Status.PAIDPICKEDUP


def rows(figures: Figures, name: str) -> dict[object, tuple[object, ...]]:
    return {row[0]: row[1:] for row in figures.table(name).rows}


def done(lab: Printflow, job: Job, grams: str = "40", **more: Any) -> Job:
    lab.jobs.approve(job.id, by="Ana", grams=grams, hours="1", material="PLA", **more)
    lab.jobs.confirm(job.id, by="Ana", note="by phone")
    return lab.jobs.override(job.id, by="Ana", to=OUT, reason="Out already")


@pytest.fixture
def change(lab: Printflow) -> Callable[..., None]:
    def to(**fields: object) -> None:
        lab.catalog.load({**lab.catalog.export(), **fields}, by="Ana")

    return to


def test_revenue_by_payer_class_and_group_adds_up(
    lab: Printflow, submit: Submit, change: Callable[..., None]
) -> None:
    change(groups=[{"name": "Staff", "domains": ["lab.edu"]}])
    lab.payers.add(by="Ana", code="ARCH 4000", each="2.00")
    lab.payers.add(by="Ana", code="CLUB")
    split = done(
        lab,
        submit(payer_code="arch4000", class_number="ARCH 4000"),
        student_pays_rest=True,
    )
    lab.payments.take(split.id, amount="2.00", method="cash", by="Ana")
    done(lab, submit(payer_code="CLUB", class_number="arch-4000", email="s@lab.edu"))
    given_back = done(lab, submit(payer_code="CLUB", class_number="ART 1"))
    lab.payments.refund(given_back.id, amount="1.00", reason="Broken", by="Ana")
    figures = lab.reports.figures()
    assert rows(figures, "revenue_by_payer") == {
        "CLUB": (2, 0, 700),
        "ARCH 4000": (1, 0, 200),
        "Students": (1, 0, 200),
    }
    assert rows(figures, "revenue_by_course") == {"ARCH 4000": (3, 0, 800), "ART 1": (1, 0, 300)}
    assert rows(figures, "revenue_by_group") == {"Staff": (1, 0, 400), "": (3, 0, 700)}
    ledger = sum(
        one.amount_cents for job in lab.jobs.find() for one in lab.jobs.details(job.id).ledger
    )
    for name in ("payer", "course", "group"):
        found = rows(figures, f"revenue_by_{name}").values()
        assert sum(int(str(row[2])) for row in found) == ledger


def test_free_grams_are_those_of_confirmed_prices(
    lab: Printflow, submit: Submit, change: Callable[..., None]
) -> None:
    change(
        allowances=[
            {"name": "50 g free", "amount": "50", "per": "ever"},
            {"name": "$1 off", "amount": "1", "unit": "money", "per": "job"},
        ],
        minimum_charge="0",
    )
    done(lab, submit(), grams="40")  # all of it, so no money comes off
    last = done(lab, submit(), grams="40")  # 10 g, and a dollar of the rest
    waits = submit(email="other@example.edu")
    lab.jobs.approve(waits.id, by="Ana", grams="30", hours="1", material="PLA")
    dropped = submit(email="third@example.edu")
    lab.jobs.approve(dropped.id, by="Ana", grams="30", hours="1", material="PLA")
    lab.jobs.confirm(dropped.id, by="Ana", note="by phone")
    lab.jobs.cancel(dropped.id, by="Ana", reason="Changed their mind")
    found = rows(lab.reports.figures(), "allowances")
    assert found == {"50 g free": (2, Decimal(50), 500), "$1 off": (1, Decimal(0), 100)}
    lines = next(iter(lab.jobs.details(last.id).quotes)).price_lines
    assert -sum(line.amount for line in lines if line.label) == Decimal(2)


@pytest.mark.parametrize(("currency", "shown"), [("JPY", "400"), ("KWD", "0.400")])
def test_currencies_without_and_with_three_decimals(
    lab: Printflow, submit: Submit, change: Callable[..., None], currency: str, shown: str
) -> None:
    change(
        currency=currency,
        allowances=[{"name": "Free", "amount": "40", "per": "ever"}],
        minimum_charge="0",
        prices=[{"charge": "per_gram", "amount": "10" if currency == "JPY" else "0.01"}],
    )
    lab.payers.add(by="Ana", code="CLUB")
    done(lab, submit(payer_code="CLUB"), grams="80")
    for name, column in (("revenue_by_payer", "cents"), ("allowances", "cents")):
        text = b"".join(lab.reports.file(name, "csv")).decode("utf-8-sig")
        (row,) = csv.DictReader(io.StringIO(text))
        assert row[column] == shown
