"""Groups, dates, own material and free allowances: from the form to the quote, and on their page."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient

from printflow import InvalidInput, Printflow, TransitionRefused
from printflow.reports.job_list import cells, columns
from tests.plugins.lab import Submit
from tests.web.conftest import said, token

PAGE = "/admin/catalog/edit/groups"
FIGURES: dict[str, Any] = {"hours": "1", "material": "PLA", "by": "Ana"}
RULES: dict[str, Any] = {
    "groups": [
        {"name": "student", "domains": ["example.edu"]},
        {"name": "alumni", "ask": True},
    ],
    "allowances": [{"name": "First 50 g free", "amount": "50", "per": "ever"}],
    "needed_by": {"ask": "optional", "rush_days": 2},
    "own_material": True,
    "minimum_charge": "0",
    "prices": [
        {"charge": "per_gram", "amount": "0.20", "groups": ["alumni"]},
        {"charge": "percent", "amount": "100", "label": "Rush", "rush": True},
    ],
}


def set_rules(lab: Printflow, **more: Any) -> None:
    lab.catalog.load({**lab.catalog.export(), **RULES, **more}, by="Sam")


def test_the_first_grams_are_free_once(lab: Printflow, submit: Submit) -> None:
    set_rules(lab)
    first, second, third = submit(), submit(), submit()
    assert first.group == "student" and not first.group_claimed
    assert lab.jobs.approve(first.id, grams="40", **FIGURES).cost_cents == 0
    assert lab.jobs.approve(second.id, grams="40", **FIGURES).cost_cents == 300
    (line,) = [
        one
        for one in lab.jobs.details(second.id).quotes[-1].price_lines
        if one.kind == "free_weight"
    ]
    assert (line.label, line.quantity) == ("First 50 g free", Decimal(10))
    lab.jobs.reject(first.id, by="Ana", text="Too thin.")
    shown = lab.jobs.price(third.id, grams="40", hours="1", material="PLA")
    assert shown is not None and shown.cents == 0, "what a rejected job used is free again"
    assert lab.jobs.requote(second.id, grams="40", **FIGURES).cost_cents == 0


def test_prices_of_many_are_shown_as_they_will_be(
    lab: Printflow, staff: FlaskClient, submit: Submit
) -> None:
    set_rules(lab)
    jobs = [submit() for _ in range(3)]
    typed: dict[str, Any] = {"job": [job.id for job in jobs]}
    for job in jobs:
        typed |= {f"weight-{job.id}": "40", f"hours-{job.id}": "1"}
        typed |= {f"material-{job.id}": "PLA", f"printer-{job.id}": job.printer}
    shown: Any = staff.get("/dashboard/bulk/prices", query_string=typed).json
    assert [shown[job.id]["cents"] for job in jobs] == ["0", "300", "400"]
    form = {**typed, "csrf_token": token(staff, "/dashboard"), "trigger": "approve"}
    form["job"] = [f"{job.id}:{job.version}" for job in jobs]
    form |= {f"expected_cents-{job.id}": shown[job.id]["cents"] for job in jobs}
    form[f"expected_cents-{jobs[2].id}"] = "0"  # as it was shown before another was quoted
    answer = staff.post("/dashboard/bulk", data=form)
    assert "The price is now $4.00, not what this form showed" in said(answer)
    assert [lab.jobs.get(job.id).cost_cents for job in jobs] == [0, 300, None]


def test_rush_own_material_and_claimed_groups(
    lab: Printflow, staff: FlaskClient, submit: Submit
) -> None:
    set_rules(lab, allowances=[])
    job = submit(email="ada@example.com", group="alumni", needed_by="2099-03-02")
    assert job.group_claimed and job.needed_by is not None
    page = said(staff.get(f"/dashboard/jobs/{job.id}"))
    assert "Only the student says so." in page and "Mon, Mar 2, 2099" in page
    priced = lab.jobs.price(job.id, grams="10", hours="1", material="PLA")
    assert priced is not None and priced.cents == 200
    today = job.created_at.date().isoformat()
    changed = lab.corrections.edit(
        job.id, by="Ana", needed_by=today, group="student", own_material="yes"
    )
    assert changed.own_material and not changed.group_claimed
    assert "Rush" in said(staff.get(f"/dashboard/jobs/{job.id}"))
    priced = lab.jobs.price(job.id, grams="10", hours="1", material="PLA")
    assert priced is not None and priced.cents == 0, "own material, and no price per hour"
    back = lab.corrections.undo(job.id, by="Ana")
    assert (back.needed_by, back.group, back.own_material) == (job.needed_by, "alumni", False)
    assert said(staff.get("/dashboard?status=all&sort=needed")).count(job.student_name)
    with pytest.raises(TransitionRefused):
        lab.corrections.edit(job.id, by="Ana", group="nobody")
    lab.jobs.approve(job.id, grams="10", **FIGURES)
    edited = lab.corrections.edit(job.id, by="Ana", own_material="yes")
    assert edited.cost_cents == 0, "another price: the link is void, and the new one is shown"
    assert lab.jobs.details(job.id).quotes[-1].voided_at is not None


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"needed_by": "soon"}, "needed_by"),
        ({"needed_by": "2001-01-01"}, "needed_by"),
        ({"group": "nobody"}, "group"),
    ],
)
def test_wrong_wishes_are_refused(
    lab: Printflow, submit: Submit, typed: dict[str, str], field: str
) -> None:
    set_rules(lab)
    with pytest.raises(InvalidInput) as refused:
        submit(**typed)
    assert field in [one.field for one in refused.value.refusals]


def test_what_the_lab_does_not_offer_is_refused(lab: Printflow, submit: Submit) -> None:
    with pytest.raises(InvalidInput):
        submit(own_material=True)
    set_rules(lab, needed_by={"ask": "required"})
    with pytest.raises(InvalidInput):
        submit()


def test_the_page_of_groups_and_its_preview(
    lab: Printflow, staff: FlaskClient, student: FlaskClient, submit: Submit
) -> None:
    lab.jobs.approve(submit().id, grams="42.5", **FIGURES)
    form = {
        "csrf_token": token(staff, PAGE),
        "version": "1",
        "groups[0].name": "student",
        "groups[0].domains": "example.edu, school.edu",
        "groups[1].name": "alumni",
        "groups[1].ask": "yes",
        "default_group": "",
        "allowances[0].name": "First 50 g free",
        "allowances[0].amount": "50",
        "allowances[0].unit": "g",
        "allowances[0].per": "ever",
        "allowances[0].groups": "student",
        "needed_by.ask": "optional",
        "needed_by.rush_days": "2",
        "own_material": "yes",
        "example.method": "Filament",
        "example.material": "PLA",
        "example.printer": lab.catalog.current.printers[0].name,
        "example.grams": "60",
        "example.hours": "1",
        "example.group": "student",
    }
    page = staff.post(PAGE, data={**form, "preview": "yes"})
    words = said(page)
    assert page.status_code == 200 and lab.catalog.version() == 1
    assert "This job would cost $1.00." in words
    assert "Of the last 1 quote, 1 would have another price." in words
    wrong = said(staff.post(PAGE, data={**form, "preview": "yes", "example.grams": "x"}))
    assert "Enter the weight in grams." in wrong
    assert staff.post(PAGE, data=form).status_code == 303
    catalog = lab.catalog.current
    assert catalog.groups[0].domains == ("example.edu", "school.edu") and catalog.own_material
    assert 'value="example.edu, school.edu"' in staff.get(PAGE).text
    asked = student.get("/submit").text
    assert 'name="needed_by"' in asked and "I bring my own material" in asked
    assert '<option value="alumni"' in asked and '<option value="student"' not in asked


def test_a_lab_in_yen_and_one_in_dinars(lab: Printflow, staff: FlaskClient, submit: Submit) -> None:
    for currency, least, cost, shown, plain in (
        ("JPY", "300", 425, "¥425", "425"),
        ("KWD", "0.500", 4250, "4.250", "4.25"),
    ):
        printers = [
            {**one, "rate_per_gram": "10" if currency == "JPY" else "0.1", "rate_per_hour": "0"}
            for one in lab.catalog.export()["printers"]
        ]
        sections = {"currency": currency, "minimum_charge": least, "printers": printers}
        lab.catalog.load({**lab.catalog.export(), **sections}, by="Sam")
        job = lab.jobs.approve(submit().id, grams="42.5", **FIGURES)
        assert job.cost_cents == cost and shown in said(staff.get(f"/dashboard/jobs/{job.id}"))
        lab.dispatch()
        mails = [one for one in lab.mail.find() if one.template == "approved"]
        assert shown in lab.mail.preview(mails[0].id).text
        zone = ZoneInfo(lab.catalog.current.time_zone)
        found = cells(lab.jobs.get(job.id), zone)
        row = dict(zip((one.key for one in columns(zone)), found, strict=True))
        assert row["cost"] == Decimal(plain), "files hold units of the currency"
        lab.jobs.confirm(job.id, by="Ana", note="by phone")
        payment = lab.payments.take([job.id], by="Ana", amount=plain, method="cash")
        assert payment.amount_cents == cost
