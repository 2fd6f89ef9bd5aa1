"""Payments at the desk: the job's page, the dialogs, the receipt, the day close."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from printflow import Job, Printflow, Trigger
from tests.plugins.lab import TestClock
from tests.web.conftest import said, send

JobIn = Callable[[str], Job]
PAGE = "/dashboard/payments"


def take(staff: FlaskClient, first: Job, /, **fields: object) -> str:
    """Take a payment as the form does; gives where it leads, or the page's words."""
    form = {"job": first.id, "amount": "4.25", "method": "cash", **fields}
    answer = send(staff, f"{PAGE}/take?job={first.id}", **form)
    return answer.location if answer.status_code == 303 else said(answer)


def test_the_form_suggests_what_is_due_and_takes_it(
    staff: FlaskClient, lab: Printflow, job_in: JobIn
) -> None:
    job = job_in("READYTOPRINT")
    page = staff.get(f"/dashboard/jobs/{job.id}")
    assert "Take payment" in said(page) and "Due $4.25" in said(page)
    form = staff.get(f"{PAGE}/take?job={job.id}")
    assert 'value="4.25"' in form.text
    assert '<option value="cash">Cash</option>' in form.text
    assert take(staff, job, receipt="A-1", payer="Dr. Who") == f"/dashboard/jobs/{job.id}"
    words = said(staff.get(f"/dashboard/jobs/{job.id}"))
    assert "Due $0.00" in words and "A-1 · Dr. Who" in words
    assert "Ana took a payment" in words and "$4.25 by cash" in words
    assert "Take payment" not in words
    assert lab.jobs.details(job.id).payments[0].by == "Ana"


def test_several_jobs_of_a_student_at_once(
    staff: FlaskClient, lab: Printflow, job_in: JobIn
) -> None:
    one, two, pending = job_in("COMPLETED"), job_in("READYTOPRINT"), job_in("PENDING")
    form = staff.get(f"{PAGE}/take?job={one.id}").text
    ticks = dict(re.findall(r'name="job" value="(\w+)" data-due="425"( checked)?', form))
    assert ticks == {one.id: " checked", two.id: ""}
    assert pending.id not in form
    take(staff, one, job=[one.id, two.id], amount="8.50")
    assert [lab.jobs.details(job.id).due_cents for job in (one, two)] == [0, 0]
    assert "one payment of $8.50 for" in said(staff.get(f"/dashboard/jobs/{two.id}"))


def test_what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost(
    staff: FlaskClient, lab: Printflow, job_in: JobIn
) -> None:
    job, other = job_in("COMPLETED"), job_in("COMPLETED")
    answer = send(
        staff, f"{PAGE}/take?job={job.id}", job=job.id, amount="9", method="cash", note="hers",
        receipt="9" * 41, key="kept",
    )  # fmt: skip
    assert answer.status_code == 422
    assert "Only $4.25 is due." in said(answer)
    assert "Use at most 40 characters" in said(answer)
    assert 'value="hers"' in answer.text and 'name="key" value="kept"' in answer.text
    assert "Choose up to" in take(staff, job, job=[])
    lab.payments.take(other.id, amount="1", method="cash", receipt="17", by="Ana")
    assert f"of job {other.id}" in take(staff, job, receipt="17")
    assert lab.jobs.details(job.id).ledger == ()
    assert staff.get(f"{PAGE}/take").status_code == 404
    assert staff.get(f"{PAGE}/take?job=ZZZZZZZZ").status_code == 404


def test_pressed_twice_it_is_paid_once(staff: FlaskClient, lab: Printflow, job_in: JobIn) -> None:
    job = job_in("COMPLETED")
    for _ in range(2):
        take(staff, job, amount="1", key="same")
    assert lab.jobs.details(job.id).paid_cents == 100


def test_pick_up_with_a_receipt_and_an_account(
    staff: FlaskClient, lab: Printflow, job_in: JobIn
) -> None:
    lab.catalog.change({"payments": {"receipt_methods": ["card"]}}, by="Ana")
    job = job_in("COMPLETED")
    page = f"/dashboard/jobs/{job.id}/pick_up"
    assert "Required for: card." in said(staff.get(page))
    form = {"version": job.version, "amount": "4.25", "method": "card"}
    assert "Enter the receipt number" in said(send(staff, page, **form))
    answer = send(staff, page, **form, receipt="A-2", account="ARCH 4000", payer="Jane")
    assert answer.status_code == 303
    (payment,) = lab.jobs.details(job.id).payments
    assert (payment.receipt, payment.account, payment.payer) == ("A-2", "ARCH 4000", "Jane")


def test_voiding_needs_a_reason_and_stays_to_be_seen(
    staff: FlaskClient, lab: Printflow, job_in: JobIn
) -> None:
    job = job_in("PAIDPICKEDUP")
    (payment,) = lab.jobs.details(job.id).payments
    page = f"{PAGE}/{payment.id}/void"
    assert "becomes due again" in said(staff.get(page))
    refused = send(staff, page, reason="")
    assert (refused.status_code, "Enter a reason." in said(refused)) == (422, True)
    answer = send(staff, page, reason="<b>wrong</b>", next=f"/dashboard/jobs/{job.id}")
    assert answer.location == f"/dashboard/jobs/{job.id}"
    shown = staff.get(f"/dashboard/jobs/{job.id}")
    assert "Voided: <b>wrong</b> (Ana," in said(shown) and "<b>wrong" not in shown.text
    assert "It was picked up but isn't fully paid." in said(shown)
    assert f"Ana voided receipt {payment.number}" in said(shown)
    again = send(staff, page, reason="another")
    assert "Ana already voided this payment" in said(again)


def test_what_was_paid_too_much_is_said(staff: FlaskClient, lab: Printflow, job_in: JobIn) -> None:
    job = job_in("PRINTING")
    lab.payments.take(job.id, amount="4.25", method="cash", by="Ana")
    lab.jobs.complete(job.id, by="Ana", cost="3.00")
    assert "Overpaid by $1.25." in said(staff.get(f"/dashboard/jobs/{job.id}"))


def test_the_receipt_on_paper_and_by_mail(
    staff: FlaskClient, lab: Printflow, job_in: JobIn
) -> None:
    job = job_in("PAIDPICKEDUP")
    (payment,) = lab.jobs.details(job.id).payments
    page = f"{PAGE}/{payment.id}"
    words = said(staff.get(page))
    for part in (payment.number, job.id, "bracket.stl", "$4.25", "cash", "Jane Doe", "Ana"):
        assert part in words
    assert "VOID" not in words
    refused = staff.post(f"{page}/mail", data={"csrf_token": _token(staff, page), "to": "nobody"})
    assert refused.status_code == 422
    assert 'value="nobody"' in refused.text
    sent = staff.post(
        f"{page}/mail", data={"csrf_token": _token(staff, page), "to": "boss@example.edu"}
    )
    assert sent.location == page
    assert "email the receipt to boss@example.edu" in said(staff.get(page))
    assert lab.mail.find()[0].template == "receipt"
    lab.payments.void(payment.id, reason="wrong", by="Ben")
    assert "VOID" in said(staff.get(page))
    assert "Voided by Ben on" in said(staff.get(page))
    assert staff.get(f"{PAGE}/999").status_code == 404


def test_what_is_handed_over_together_has_one_receipt_and_one_sum(
    staff: FlaskClient, lab: Printflow, job_in: JobIn
) -> None:
    lab.catalog.change(
        {"payments": {"receipt_methods": ["card"], "unique_receipts": True}}, by="Ana"
    )
    jobs = [job_in("COMPLETED") for _ in range(3)]
    lab.corrections.edit(jobs[2].id, student_email="bo@example.org", by="Ana")
    answers = lab.bulk.perform(
        Trigger.PICK_UP,
        [(job.id, None) for job in jobs[:2]],
        by="Ana",
        method="card",
        receipt="A-1",
    )
    assert [answer.error for answer in answers] == [None, None], "one card payment for both"
    alone = [(jobs[2].id, None)]
    [taken] = lab.bulk.perform(Trigger.PICK_UP, alone, by="Ana", method="card", receipt="A-1")
    assert taken.error is not None, "of another hand-over"
    lab.bulk.perform(Trigger.PICK_UP, alone, by="Ana", method="cash")
    first, second, other = lab.payments.find()
    assert first.hand_over == second.hand_over != "" == other.hand_over
    for one in (first, second):
        shown = said(staff.get(f"{PAGE}/{one.id}"))
        assert jobs[0].id in shown and jobs[1].id in shown and "Total $8.50" in shown
    assert "Total $4.25" in said(staff.get(f"{PAGE}/{other.id}"))
    assert f"{PAGE}/{first.id}" in staff.get(f"/dashboard/jobs/{jobs[0].id}").text
    lab.receipts.mail(first.id, by="Ana")
    lab.dispatch()
    mail = next(one for one in lab.mail.find() if one.template == "receipt")
    body = lab.mail.preview(mail.id).text
    assert "Paid: $8.50" in body and jobs[1].id in body
    day = said(staff.get(PAGE))
    assert "Handed over together $8.50" in day and "Total in USD $12.75" in day
    rows = b"".join(lab.cash_up.file(lab.cash_up.today, "csv")).decode("utf-8-sig").splitlines()
    assert [first.hand_over in row for row in rows[1:]] == [True, True, False]
    lab.payments.void(second.id, reason="wrong", by="Ben")
    shown = said(staff.get(f"{PAGE}/{first.id}"))
    assert "VOID" in shown and "Total $4.25" in shown


def _token(browser: FlaskClient, page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(page).text)
    assert found
    return found[1]


def test_the_day_close_adds_up(
    staff: FlaskClient, lab: Printflow, job_in: JobIn, clock: TestClock
) -> None:
    one, two, three = job_in("COMPLETED"), job_in("COMPLETED"), job_in("COMPLETED")
    first = lab.payments.take(one.id, amount="4.25", method="cash", payer="@SUM(1)", by="Ana")
    lab.payments.take(two.id, amount="1.00", method="card", receipt="A-1", by="Ben")
    lab.jobs.pick_up(three.id, waive="a gift", by="Ben")
    assert 'href="/dashboard/payments"' in staff.get("/dashboard").text
    words = said(staff.get(PAGE))
    assert "Day close for Mon, Mar 2, 2026" in words
    for row in (
        "waived $0.00 1 $0.00 – – $4.25 –",
        "card $1.00 1 $1.00 – – – –",
        "cash $4.25 1 $4.25 – – – –",
    ):
        assert row in words
    assert "Total in USD $5.25" in words
    clock.advance(days=1)
    lab.payments.void(first.id, reason="wrong person", by="Ben")
    assert "Total in USD $5.25" in said(staff.get(f"{PAGE}?date=2026-03-02"))
    later = said(staff.get(f"{PAGE}?date=2026-03-03"))
    assert "Total in USD -$4.25" in later and "wrong person" in later
    assert "No payments on this day." in said(staff.get(f"{PAGE}?date=2026-03-01"))
    file = staff.get(f"{PAGE}/day-2026-03-02.csv")
    assert file.headers["Content-Disposition"].endswith('printflow-payments-2026-03-02.csv"')
    rows = list(csv.DictReader(io.StringIO(file.data.decode("utf-8-sig"))))
    assert [row["amount"] for row in rows] == ["4.25", "1.00", "0.00"]
    assert rows[0]["payer"] == "'@SUM(1)"
    assert staff.get(f"{PAGE}/day-2026-03-02.xlsx").data[:2] == b"PK"


@pytest.mark.parametrize(
    ("address", "status"),
    [("?date=soon", 422), ("?date=0001-01-01", 400), ("?date=", 200), ("/day-2026-03-02.pdf", 404),
     ("/day-soon.csv", 422), ("/x", 404)],
)  # fmt: skip
def test_days_that_are_none(staff: FlaskClient, address: str, status: int) -> None:
    assert staff.get(f"{PAGE}{address}").status_code == status


def test_a_payment_s_needs_are_edited_with_the_catalog(staff: FlaskClient, lab: Printflow) -> None:
    page = "/admin/catalog/edit/lab"
    form = staff.get(page).text
    assert form.count('name="payments.receipt_methods"') == 3
    fields = {
        "version": lab.catalog.version(),
        "lab_name": "Makerspace",
        "time_zone": "America/New_York",
        "minimum_charge": "3.00",
        "currency": "USD",
        "payment_methods": "cash\ncard\naccount",
        "disciplines": "Art\nOther",
        "retention.archive_after_days": "90",
        "payments.receipt_methods": ["card", "cash"],
        "payments.account_methods": "account",
    }
    assert send(staff, page, **fields).status_code == 303
    rules = lab.catalog.current.payments
    assert (rules.receipt_methods, rules.account_methods) == (("card", "cash"), ("account",))
    assert not rules.unique_receipts
    without = {**fields, "version": lab.catalog.version(), "payment_methods": "card"}
    assert send(staff, page, **without).status_code == 303
    after: tuple[str, ...] = lab.catalog.current.payments.receipt_methods
    assert after == ("card",), "what is gone needs nothing"


def test_who_owes_is_one_page_by_person(
    lab: Printflow, staff: FlaskClient, job_in: Callable[[str], Job]
) -> None:
    assert "Nobody owes anything." in said(staff.get("/dashboard/payments/owes"))
    job = job_in("COMPLETED")
    page = staff.get("/dashboard/payments/owes")
    assert job.student_name in said(page) and job.id in said(page)
    assert f"/dashboard/payments/take?job={job.id}" in page.text
    assert "/dashboard/payments/owes" in staff.get("/dashboard/payments").text
