"""Paying online on pages: what is shown is what is paid, and only a signed message counts."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from printflow import Job, Printflow
from printflow.runtime.payment_signature import callback_signature
from printflow_web.online import CALLBACK_BODY
from tests.integration.test_online_payments import SECRET, settings  # noqa: F401 - a fixture
from tests.plugins.lab import TestClock
from tests.web.conftest import said, send, token

Brought = Callable[[str], Job]


def page_of(lab: Printflow, job: Job) -> str:
    return urlsplit(lab.students.url(job)).path


def post(browser: FlaskClient, clock: TestClock, body: bytes, **headers: str) -> TestResponse:
    """What the bridge sends: no cookie, no form's token."""
    stamp = str(int(clock.now.timestamp()))
    signed = {
        "Printflow-Timestamp": stamp,
        "Printflow-Signature": callback_signature(SECRET, stamp, body),
        **headers,
    }
    return browser.post("/payment/callback", data=body, headers=signed)


def told(reference: str, **replaced: str) -> bytes:
    said = {"reference": reference, "transaction": "TX-1", "amount": "4.25", "currency": "USD"}
    return json.dumps({**said, **replaced}).encode()


def test_a_student_pays_what_the_page_shows(
    lab: Printflow, student: FlaskClient, staff: FlaskClient, clock: TestClock, job_in: Brought
) -> None:
    job = job_in("COMPLETED")
    page = page_of(lab, job)
    assert "Pay $4.25 online" in said(student.get(page))
    away = student.get(f"{page}/pay?due=425")
    assert away.status_code == 303 and "no-store" in away.headers["Cache-Control"]
    assert away.location.startswith("https://pay.example.edu/start?ref=")
    assert page.rpartition("/")[2] not in away.location
    reference = parse_qs(urlsplit(away.location).query)["ref"][0]
    # Coming back proves nothing.
    back = student.get("/payment/back")
    assert back.location == f"{page}?done=paid"
    assert "once the payment service has told us" in said(student.get(back.location))
    assert "Pay $4.25 online" in said(student.get(page))
    assert "once the payment service has told us" in said(student.get("/payment/back"))
    answer = post(student, clock, told(reference))
    assert answer.status_code == 200 and answer.json == {
        "state": "recorded", "receipt": "000001", "finding": None, "repeated": False, "due_cents": 0,
    }  # fmt: skip
    assert post(student, clock, told(reference)).json == {**answer.json, "repeated": True}
    paid = said(student.get(page))
    assert "$4.25 paid" in paid and "Pay $4.25" not in paid
    assert student.get(f"{page}/pay?due=425").location == page
    assert "online" in said(staff.get("/dashboard/payments"))
    refund = said(staff.get(f"/dashboard/payments/refund?job={job.id}"))
    assert "Refund it at the payment service first" in refund


def test_a_link_never_leads_to_another_amount_than_it_showed(
    lab: Printflow, student: FlaskClient, job_in: Brought
) -> None:
    job = job_in("COMPLETED")
    page = page_of(lab, job)
    lab.payments.take(job.id, amount="1.25", method="cash", by="Ana")
    for query in ("?due=425", "", "?due=x"):
        shown = student.get(f"{page}/pay{query}")
        assert shown.status_code == 200 and "Pay $3.00" in said(shown)
        assert f'href="{page}/pay?due=300"' in shown.text
    assert "The amount has changed" in said(student.get(f"{page}/pay?due=425"))
    assert student.get(f"{page}/pay?due=300").location.startswith("https://pay.example.edu/")
    assert student.get(page_of(lab, job) + "x/pay?due=300").status_code == 404


def test_only_a_signed_message_counts(
    lab: Printflow, student: FlaskClient, clock: TestClock, job_in: Brought
) -> None:
    job_in("COMPLETED")
    body = told("nothing")
    for headers, status in (
        ({"Printflow-Signature": "0" * 64}, 401),
        ({"Printflow-Signature": ""}, 401),
        ({"Origin": "https://evil.example"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
    ):
        answer = post(student, clock, body, **headers)
        assert answer.status_code == status and answer.json is not None
    assert post(student, clock, b"{}").status_code == 422
    assert post(student, clock, b" " * (CALLBACK_BODY + 1)).status_code == 413
    assert student.get("/payment/callback").status_code == 405
    held = post(student, clock, body)
    assert held.status_code == 202
    assert (held.json or {})["state"] == "held" and (held.json or {})["finding"] == "unknown"


def test_staff_see_what_needs_a_look_and_say_what_they_did(
    lab: Printflow, student: FlaskClient, staff: FlaskClient, clock: TestClock
) -> None:
    post(student, clock, told("<b>nothing", transaction="TX-<i>"))
    assert "1 online payment needs a look" in said(staff.get("/dashboard"))
    assert "1 needs a look" in said(staff.get("/dashboard/payments"))
    listed = staff.get("/dashboard/payments/online")
    assert "No job has this reference." in said(listed) and "&lt;b&gt;nothing" in listed.text
    assert "not in the ledger" in said(listed)
    (one,) = lab.online.find(waiting=True)
    form = {"csrf_token": token_of(listed)}
    where = f"/dashboard/payments/online/{one.id}/settle"
    missing = staff.post(where, data={**form, "note": " "})
    assert missing.status_code == 422 and "Say what you did" in said(missing)
    assert staff.post(where, data={**form, "note": "Refunded"}).status_code == 303
    assert "Refunded" in said(staff.get("/dashboard/payments/online"))
    assert "needs a look" not in said(staff.get("/dashboard"))


def token_of(page: TestResponse) -> str:
    return page.text.partition('name="csrf_token" value="')[2].partition('"')[0]


@pytest.mark.parametrize("status", ["PAIDPICKEDUP", "READYTOPRINT"])
def test_nobody_is_asked_for_what_is_not_due_yet(
    lab: Printflow, student: FlaskClient, job_in: Brought, status: str
) -> None:
    page = page_of(lab, job_in(status))
    assert "Pay online" not in said(student.get(page))
    assert student.get(f"{page}/pay?due=425").location == page


def test_a_report_shows_first_what_it_does_and_then_does_that(
    lab: Printflow, staff: FlaskClient, job_in: Brought
) -> None:
    job = job_in("COMPLETED")
    page = "/dashboard/payments/report"
    content = f"Ref,Txn,Paid\n{job.id},T-1,4.25\nother,<b>T-2,1.00\n".encode()
    names = {
        "reference": "Ref",
        "transaction": "Txn",
        "amount": "Paid",
        "date": "",
        "currency": "currency",
    }

    def upload(**more: str) -> TestResponse:
        form: dict[str, object] = {"csrf_token": token(staff, page), **names, **more}
        form["file"] = (io.BytesIO(content), "report.csv")
        return staff.post(page, data=form, content_type="multipart/form-data")

    assert "The file has no column Nothing" in said(upload(amount="Nothing"))
    shown = upload()
    assert "1 payment would be recorded : $4.25" in said(shown).replace("recorded:", "recorded :")
    assert "No job has this reference." in said(shown) and "&lt;b&gt;T-2" in shown.text
    assert lab.jobs.details(job.id).balance.paid_cents == 0
    mark = shown.text.partition('name="shown" value="')[2].partition('"')[0]
    late = upload(shown="0" * 64)
    assert "Nothing was recorded" in said(late)
    assert upload(shown=mark).status_code == 303
    assert lab.jobs.details(job.id).balance.paid_cents == 425
    assert 'value="Txn"' in staff.get(page).text
    assert "1 is already recorded" in said(upload())
    assert send(staff, page).status_code == 422


def test_an_old_pick_up_page_is_refused_with_the_new_sum(
    lab: Printflow, student: FlaskClient, staff: FlaskClient, clock: TestClock, job_in: Brought
) -> None:
    job = job_in("COMPLETED")
    form = {"amount": "4.25", "method": "cash", "version": str(job.version)}
    away = student.get(f"{page_of(lab, job)}/pay?due=425").location
    post(student, clock, told(parse_qs(urlsplit(away).query)["ref"][0]))
    refused = send(staff, f"/pick-up/{job.id}", **form)
    assert refused.status_code == 409
    assert "Nothing due – mark as picked up" in said(refused)
    assert lab.jobs.get(job.id).status == "COMPLETED"
