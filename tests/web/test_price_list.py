"""The price list: edited on its page, read by quotes, forms, emails and commands alike."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from printflow import Charge, InvalidInput, Model, Printflow
from tests.plugins.lab import Submit
from tests.web.conftest import said, token
from tests.web.test_confirm import link

PAGE = "/admin/catalog/edit/prices"
FIGURES: dict[str, Any] = {"grams": "42.5", "hours": "3.25", "by": "Ana"}


def set_prices(lab: Printflow, *rows: dict[str, Any], **more: Any) -> None:
    lab.catalog.load({**lab.catalog.export(), "prices": list(rows), **more}, by="Sam")


def typed(staff: FlaskClient, *rows: dict[str, str], **more: str) -> dict[str, str]:
    """The form of the page as a browser sends it, with these rows."""
    form = {"csrf_token": token(staff, PAGE), "minimum_per": "job", "rounding_cents": "1", **more}
    form["version"] = str(more.get("version", "1"))
    for number, row in enumerate(rows):
        form.update({f"prices[{number}].{name}": value for name, value in row.items()})
    return form


def test_rows_are_typed_moved_and_removed(lab: Printflow, staff: FlaskClient) -> None:
    petg = {"charge": "per_gram", "amount": "0.15", "materials": "PETG, ABS", "place": "0"}
    rush = {"charge": "percent", "amount": "-10", "label": "Class discount", "courses": "ARCH 4000"}
    answer = staff.post(PAGE, data=typed(staff, petg, rush, rounding_cents="25", round_up="yes"))
    assert answer.status_code == 303
    catalog = lab.catalog.current
    assert [one.charge for one in catalog.prices] == [Charge.GRAM, Charge.PERCENT]
    assert catalog.prices[0].materials == ("PETG", "ABS") and catalog.rounding_cents == 25
    assert catalog.round_up
    page = staff.get(PAGE)
    assert 'value="Class discount"' in page.text and 'value="PETG, ABS"' in page.text
    moved = typed(staff, {**petg, "place": "1"}, {**rush, "place": "0"}, version="2")
    assert staff.post(PAGE, data=moved).status_code == 303
    assert [one.charge for one in lab.catalog.current.prices] == [Charge.PERCENT, Charge.GRAM]
    gone = typed(staff, {**rush, "remove": "yes"}, petg, version="3")
    assert staff.post(PAGE, data=gone).status_code == 303
    assert [one.charge for one in lab.catalog.current.prices] == [Charge.GRAM]


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("amount", "-1", "an amount from 0 to 10,000"),
        ("amount", "", "an amount from 0 to 10,000"),
        ("materials", "Cheese", "The catalog has no “Cheese”"),
        ("label", "x" * 61, "Use at most 60 characters"),
    ],
)
def test_a_wrong_row_is_told_at_its_field_and_kept(
    lab: Printflow, staff: FlaskClient, field: str, value: str, words: str
) -> None:
    row = {"charge": "per_gram", "amount": "0.15", field: value}
    answer = staff.post(PAGE, data=typed(staff, row))
    assert answer.status_code == 422 and words in said(answer)
    assert f'value="{value}"' in answer.text
    assert lab.catalog.version() == 1


def test_one_list_for_dialog_quote_and_student(
    lab: Printflow, staff: FlaskClient, student: FlaskClient, submit: Submit
) -> None:
    set_prices(
        lab,
        {"charge": "per_gram", "amount": "0.20", "materials": ["PETG"]},
        {"charge": "setup", "amount": "2", "label": "Nozzle change", "materials": ["PETG"]},
        {"charge": "tax", "amount": "8"},
    )
    job = submit()
    ask = f"/dashboard/jobs/{job.id}/price?weight=42.5&hours=3.25&printer={job.printer}"
    plain: Any = staff.get(f"{ask}&material=PLA").json
    assert plain["cents"] == "459"  # 4.25 and 8 %
    shown: Any = staff.get(f"{ask}&material=PETG").json
    assert shown["cents"] == "1134"  # 8.50 + 2 and 8 %
    assert "Nozzle change: $2.00" in shown["how"] and "8% of $10.50 = $0.84" in shown["how"]
    job = lab.jobs.approve(job.id, material="PETG", expected_cents=1134, **FIGURES)
    page = said(student.get(link(lab, job)))
    assert "Nozzle change: $2.00" in page and "Tax: 8% of $10.50 = $0.84" in page
    lab.dispatch()
    (mail,) = [one for one in lab.mail.find() if one.template == "approved"]
    assert "Nozzle change: $2.00" in lab.mail.preview(mail.id).text


def test_five_small_parts_cost_one_minimum_charge(
    lab: Printflow, student: FlaskClient, model: Path, submit: Submit
) -> None:
    set_prices(lab, minimum_per="request")
    assert "Minimum charge: $3.00 per request." in said(student.get("/"))
    parts = [model.with_name(f"part{number}.stl") for number in range(5)]
    for part in parts:
        part.write_bytes(model.read_bytes())
    first = submit()
    jobs = lab.intake.submit_several(
        [Model(file=part, color=first.color) for part in parts],
        student="Ada Byron",
        email="ada@example.edu",
        method=first.method,
        printer=first.printer,
        discipline=first.discipline,
        class_number="ARCH 4000",
        acknowledge_minimum=True,
    )
    costs = [
        lab.jobs.approve(job.id, by="Ana", grams="8", hours="1", material="PLA").cost_cents
        for job in jobs
    ]
    assert costs == [300, 0, 0, 20, 80]
    alone = lab.jobs.approve(first.id, by="Ana", grams="8", hours="1", material="PLA")
    assert alone.cost_cents == 300, "another request has a minimum of its own"
    lab.jobs.reject(jobs[0].id, by="Ana", text="Too thin.")
    again = lab.jobs.requote(jobs[1].id, by="Ana", grams="8", hours="1", material="PLA")
    assert again.cost_cents == 220, "without the first, the others make up for it: 4 × $0.80"


def test_what_would_it_cost(lab: Printflow) -> None:
    set_prices(lab, {"charge": "per_ml", "amount": "0.25", "methods": ["Resin"]})
    asked: dict[str, Any] = {
        "method": "Resin",
        "material": lab.catalog.current.methods[1].materials[0],
        "printer": lab.catalog.current.printers_for("Resin")[0].name,
        "hours": "2h",
    }
    assert lab.prices.of(**asked, ml="40").cents == 1000
    density = lab.catalog.current.methods[1].density
    assert lab.prices.of(**asked, grams=str(40 * density)).cents == 1000
    with pytest.raises(InvalidInput) as refused:
        lab.prices.of(method="Resin", material="PLA", printer="Nobody's", hours="soon", ml="x")
    fields = [one.field for one in refused.value.refusals]
    assert fields == ["material", "printer", "grams", "ml", "hours"]


def test_a_new_quote_says_what_changed_and_why(
    lab: Printflow, student: FlaskClient, submit: Submit
) -> None:
    job = lab.jobs.approve(submit().id, material="PLA", **FIGURES)
    assert "New price" not in said(student.get(link(lab, job)))
    changed = {**FIGURES, "grams": "90", "printer": "Prusa XL", "material": "PLA"}
    job = lab.jobs.requote(job.id, **changed)
    words = (
        "New price: $9.00. It was $4.25. What changed: printer Prusa XL (was Prusa MK4S), "
        "weight 90 g (was 42.5 g)."
    )
    assert words in said(student.get(link(lab, job)))
    lab.dispatch()
    (mail,) = [one for one in lab.mail.find() if one.template == "approved" and one.state == "sent"]
    assert words in " ".join(lab.mail.preview(mail.id).text.split())
    set_prices(lab, {"charge": "setup", "amount": "1"})
    job = lab.jobs.requote(job.id, **changed)
    page = said(student.get(link(lab, job)))
    assert "New price: $10.00. It was $9.00. The lab's prices have changed." in page
    job = lab.jobs.resend(job.id, by="Ana")
    assert "New price" not in said(student.get(link(lab, job))), "a new link, the same price"
