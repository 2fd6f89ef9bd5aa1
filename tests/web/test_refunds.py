"""Refunds and write-offs on pages."""

from __future__ import annotations

from collections.abc import Callable

from flask.testing import FlaskClient

from printflow import Job, Printflow
from tests.web.conftest import said, send

Brought = Callable[[str], Job]


def test_money_is_given_back(lab: Printflow, staff: FlaskClient, job_in: Brought) -> None:
    job = job_in("PAIDPICKEDUP")
    form = f"/dashboard/payments/refund?job={job.id}"
    assert f"payments/refund?job={job.id}" in staff.get(f"/dashboard/jobs/{job.id}").text
    assert 'value="4.25"' in staff.get(form).text
    for typed, words in (
        ({"amount": "5.00", "reason": "x"}, "Only $4.25 was paid."),
        ({"amount": "1.00", "reason": ""}, "Enter a reason."),
    ):
        assert words in said(send(staff, form, shown_job=job.id, shown_due="425", **typed))
    late = send(staff, form, amount="1.00", reason="x", shown_job=job.id, shown_due="1")
    assert "$4.25 is paid now" in said(late)
    whole = {"amount": "1.00", "reason": "<b>Too rough", "shown_job": job.id, "shown_due": "425"}
    assert send(staff, form, key="k", **whole).status_code == 303
    assert send(staff, form, key="k", **whole).status_code == 303
    page = staff.get(f"/dashboard/jobs/{job.id}")
    assert "Refunded $1.00" in said(page) and "&lt;b&gt;Too rough" in page.text
    assert "Due $0.00" in said(page)
    [_paid, entry] = lab.jobs.details(job.id).ledger
    receipt = said(staff.get(f"/dashboard/payments/{entry.id}"))
    assert "REFUND" in receipt and "−$1.00" in receipt.replace("-", "−")
    assert "Refunded" in said(staff.get("/dashboard/payments"))
    lab.receipts.mail(entry.id, by="Ana")
    mail = lab.mail.preview(lab.mail.find()[0].id)
    assert "Refunded: $1.00" in mail.text and "Thank you" not in mail.text


def test_a_debt_is_written_off(lab: Printflow, staff: FlaskClient, job_in: Brought) -> None:
    job = job_in("COMPLETED")
    form = f"/dashboard/payments/write-off?job={job.id}"
    assert "write-off" in staff.get("/dashboard/payments/owes").text
    assert "Enter a reason." in said(send(staff, form, reason=""))
    shown = {"shown_job": job.id, "shown_due": "425"}
    assert send(staff, form, reason="Moved away", **shown).status_code == 303
    assert "Nobody owes anything" in said(staff.get("/dashboard/payments/owes"))
    assert "written off" in said(staff.get(f"/dashboard/jobs/{job.id}"))
    assert staff.get("/dashboard/payments/write-off").status_code == 404
