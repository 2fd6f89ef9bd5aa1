"""What a dialog showed is what is done: a price that changed meanwhile is refused, and shown."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

import printflow_web
from printflow import Job, Printflow, Status, TransitionRefused
from tests.plugins.lab import Submit
from tests.web.conftest import said, send, token

QUOTE = {"weight": "42.5", "hours": "3.25", "material": "PLA", "printer": "Prusa MK4S"}


def hidden(answer: TestResponse, name: str) -> str:
    """What a hidden field of the page holds."""
    found = re.search(rf'name="{name}"[^>]* value="([^"]*)"', answer.text)
    assert found, f"the page has no {name}"
    return found[1]


def raise_prices(lab: Printflow) -> None:
    """All rates are twice what they were."""
    plain = lab.catalog.export()
    for printer in plain["printers"]:
        printer["rate_per_gram"] = str(float(printer["rate_per_gram"]) * 2)
    lab.catalog.load(plain, by="Sam")


def test_the_library_refuses_another_price_than_the_expected_one(
    lab: Printflow, submit: Submit
) -> None:
    job = submit()
    found = lab.jobs.price(job.id, grams="42.5", hours="3.25")
    assert found is not None and found.cents == 425
    raise_prices(lab)
    figures: dict[str, Any] = {"grams": "42.5", "hours": "3.25", "material": "PLA", "by": "Ana"}
    with pytest.raises(TransitionRefused) as caught:
        lab.jobs.approve(job.id, **figures, expected_cents=425)
    assert [reason.code for reason in caught.value.refusals] == ["price_changed"]
    assert "$8.50" in str(caught.value)
    assert lab.jobs.get(job.id).status is Status.UPLOADED
    assert lab.jobs.approve(job.id, **figures, expected_cents=850).cost_cents == 850
    with pytest.raises(TransitionRefused):
        lab.jobs.requote(job.id, **figures, expected_cents=425)


@pytest.mark.parametrize("shown", ["425", ""], ids=["with scripts", "without scripts"])
@pytest.mark.parametrize("trigger", ["approve", "requote"])
def test_a_price_raised_meanwhile_is_shown_and_taken_with_one_more_click(
    lab: Printflow, staff: FlaskClient, submit: Submit, trigger: str, shown: str
) -> None:
    job = submit()
    if trigger == "requote":
        lab.jobs.approve(job.id, by="Ana", grams="42.5", hours="3.25", material="PLA")
    before = lab.jobs.get(job.id)
    page = f"/dashboard/jobs/{job.id}/{trigger}"
    seen = {**QUOTE, "catalog_version": hidden(staff.get(page), "catalog_version")}
    raise_prices(lab)
    note = "Thin walls, printed slowly."
    refused = send(staff, page, **seen, expected_cents=shown, note=note)
    assert refused.status_code == 422
    assert "The price is now $8.50" in said(refused)
    assert "$8.50" in said(refused)
    assert note in said(refused), "nothing typed is lost"
    assert lab.jobs.get(job.id) == before
    again = {name: hidden(refused, name) for name in ("expected_cents", "catalog_version")}
    assert send(staff, page, **QUOTE, **again, note=note).status_code == 303
    assert lab.jobs.get(job.id).cost_cents == 850


def test_a_catalog_that_changed_without_the_price_is_no_reason_to_refuse(
    lab: Printflow, staff: FlaskClient, submit: Submit
) -> None:
    job = submit()
    page = f"/dashboard/jobs/{job.id}/approve"
    seen = hidden(staff.get(page), "catalog_version")
    lab.catalog.load({**lab.catalog.export(), "lab_name": "Another name"}, by="Sam")
    answer = send(staff, page, **QUOTE, catalog_version=seen, expected_cents="425")
    assert answer.status_code == 303


def test_in_bulk_each_price_is_the_one_that_its_row_showed(
    lab: Printflow, staff: FlaskClient, submit: Submit
) -> None:
    jobs = [submit(), submit()]
    pairs = [f"{job.id}:{job.version}" for job in jobs]
    address = "/dashboard/bulk?trigger=approve&" + "&".join(f"job={pair}" for pair in pairs)
    version = hidden(staff.get(address), "catalog_version")
    raise_prices(lab)
    fields: dict[str, Any] = {"job": pairs, "trigger": "approve", "catalog_version": version}
    for job, cents in zip(jobs, ("850", "425"), strict=True):
        fields.update({f"{name}-{job.id}": value for name, value in QUOTE.items()})
        fields[f"expected_cents-{job.id}"] = cents
    fields["csrf_token"] = token(staff, address)
    answer = staff.post("/dashboard/bulk", data=fields)
    assert [lab.jobs.get(job.id).cost_cents for job in jobs] == [850, None]
    assert "The price is now $8.50, not what this form showed." in said(answer)
    new = hidden(answer, f"expected_cents-{jobs[1].id}")
    assert new == "850"
    fields = {**fields, "job": pairs[1:], f"expected_cents-{jobs[1].id}": new}
    staff.post("/dashboard/bulk", data=fields)
    assert lab.jobs.get(jobs[1].id).cost_cents == 850


def test_a_payment_is_for_what_was_shown_as_due(
    lab: Printflow, staff: FlaskClient, job_in: Callable[[Status], Job]
) -> None:
    job = job_in(Status.PRINTING)
    page = f"/dashboard/payments/take?job={job.id}"
    opened = staff.get(page)
    typed = {name: hidden(opened, name) for name in ("key", "suggested", "shown_job", "shown_due")}
    due = lab.jobs.details(job.id).due_cents
    lab.jobs.complete(job.id, by="Sam", cost="8.50")
    fields = {**typed, "job": job.id, "method": "cash", "amount": typed["suggested"]}
    refused = send(staff, page, **fields)
    assert refused.status_code == 422
    assert f"$8.50 is due now, not ${due / 100:.2f} as shown before." in said(refused)
    assert lab.jobs.details(job.id).payments == ()
    again = {name: hidden(refused, name) for name in ("suggested", "shown_job", "shown_due")}
    assert again["suggested"] == "8.50"
    assert 'name="amount" type="text" value="8.50"' in refused.text
    assert send(staff, page, **{**fields, **again, "amount": "8.50"}).status_code == 303
    assert lab.jobs.details(job.id).due_cents == 0


def test_a_waiver_is_of_what_was_shown_as_due(
    lab: Printflow, staff: FlaskClient, job_in: Callable[[Status], Job]
) -> None:
    job = job_in(Status.PRINTING)
    page = f"/dashboard/payments/take?job={job.id}"
    opened = staff.get(page)
    typed = {name: hidden(opened, name) for name in ("key", "shown_job", "shown_due")}
    lab.jobs.complete(job.id, by="Sam", cost="85.00")
    assert send(staff, page, **typed, job=job.id, amount="", waive="Broken").status_code == 422
    assert lab.jobs.details(job.id).due_cents == 8500


def test_a_payment_meanwhile_brings_the_hand_out_back_with_what_is_due_now(
    lab: Printflow, staff: FlaskClient, job_in: Callable[[Status], Job]
) -> None:
    job = job_in(Status.COMPLETED)
    page = f"/dashboard/jobs/{job.id}/pick_up"
    opened = staff.get(page)
    typed = {name: hidden(opened, name) for name in ("version", "suggested")}
    lab.payments.take(job.id, by="Sam", amount="1.00", method="cash")
    fields = {**typed, "amount": typed["suggested"], "method": "card", "payer": "Department"}
    refused = send(staff, page, **fields)
    assert refused.status_code == 409
    assert "Sam took a payment" in said(refused)
    assert 'value="Department"' in refused.text, "nothing typed is lost"
    again = {name: hidden(refused, name) for name in ("version", "suggested")}
    assert f'name="amount" type="text" value="{again["suggested"]}"' in refused.text
    fields = {**fields, **again, "amount": again["suggested"]}
    assert send(staff, page, **fields).status_code == 303
    assert lab.jobs.details(job.id).due_cents == 0


def test_many_are_handed_out_for_the_amounts_that_the_dialog_shows(
    lab: Printflow, staff: FlaskClient, job_in: Callable[[Status], Job]
) -> None:
    jobs = [job_in(Status.COMPLETED), job_in(Status.COMPLETED)]
    pairs = [f"{job.id}:{job.version}" for job in jobs]
    address = "/dashboard/bulk?trigger=pick_up&" + "&".join(f"job={pair}" for pair in pairs)
    due = sum(lab.jobs.details(job.id).due_cents for job in jobs)
    assert f"Total due: ${due / 100:.2f}." in said(staff.get(address))
    csrf = token(staff, address)
    lab.payments.take(jobs[0].id, by="Sam", amount="1.00", method="cash")
    fields = {"job": pairs, "trigger": "pick_up", "method": "cash", "csrf_token": csrf}
    answer = said(staff.post("/dashboard/bulk", data=fields))
    assert [lab.jobs.get(job.id).status.value for job in jobs] == ["COMPLETED", "PAIDPICKEDUP"]
    assert f"changed job {jobs[0].id} in the meantime" in answer, "it is named, not left out"


@pytest.mark.parametrize(
    ("typed", "cost", "how"),
    [
        ({"weight": "42.5", "hours": "3.25"}, "$4.25", "42.5 g × $0.10 = $4.25"),
        (
            {"weight": "10", "hours": "0.5"},
            "$3.00",
            "10 g × $0.10 = $1.00, so the minimum charge applies.",
        ),
        ({"weight": "", "hours": "1"}, "–", "Enter the weight and print time to see the price."),
        ({"weight": "1e5", "hours": "1"}, "–", "Enter the weight and print time to see the price."),
        ({"weight": "5", "hours": "1", "printer": "?"}, "–", "Enter the weight and print time"),
    ],
)
def test_the_page_asks_the_server_for_the_price(
    staff: FlaskClient, submit: Submit, typed: dict[str, str], cost: str, how: str
) -> None:
    answer = staff.get(f"/dashboard/jobs/{submit().id}/price", query_string=typed).get_json()
    assert answer["cost"] == cost
    assert how in answer["how"]
    assert answer["cents"] == ("" if cost == "–" else str(round(float(cost[1:]) * 100)))


def test_no_script_knows_a_rule_about_prices() -> None:
    folder = Path(printflow_web.__file__).with_name("frontend") / "components"
    for name in ("cost_preview.js", "cost_table.js", "asked_price.js"):
        text = (folder / name).read_text("utf-8")
        assert "rate" not in text.lower().replace("separate", "") and "minimum" not in text
        assert "*" not in text
