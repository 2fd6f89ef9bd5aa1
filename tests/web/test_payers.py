"""Payers on the pages: the list, its file, the form's code, the approver's link, statements."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import replace
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from printflow import Job, Model, Printflow
from printflow.service import payers
from tests.web.conftest import Upload, said, send, token
from tests.web.test_every_route import payer_token

PAGE = "/admin/payers"


def test_a_payer_from_the_list_to_the_form(
    lab: Printflow, staff: FlaskClient, student: FlaskClient, upload: Upload
) -> None:
    assert "Code of who pays" not in said(student.get("/submit"))
    assert (
        send(
            staff,
            PAGE,
            code="ARCH 4000",
            title="<Studio>",
            budget="250",
            starts="2026-01-12",
            ends="2031-12-18",
            approver="chair@example.edu",
            who="example.edu",
        ).status_code
        == 303
    )
    page = staff.get(PAGE)
    assert "ARCH 4000 <Studio>" in said(page) and "$250.00 left" in said(page)
    assert "chair@example.edu" in said(page) and "2031" in said(page)
    again = send(staff, PAGE, code="arch-4000", title="Kept")
    assert again.status_code == 422 and 'value="Kept"' in again.text
    assert "Code of who pays" in said(student.get("/submit"))
    told = student.get("/submit/payer?code=arch4000&email=jane@example.edu").json
    assert told == {"text": "Paid by ARCH 4000 (<Studio>)."}
    for code, email in (("NO1", ""), ("arch4000", "jane@example.org")):
        words = student.get(f"/submit/payer?code={code}&email={email}").json
        assert words and "250" not in words["text"] and "Paid" not in words["text"]
    wrong = upload(payer_code="NO1")
    assert wrong.status_code == 422 and "The lab doesn't know this code." in said(wrong)
    assert 'value="NO1"' in wrong.text
    assert upload(payer_code="Arch_4000").status_code == 303
    (job,) = lab.jobs.find()
    assert "ARCH 4000 (<Studio>)" in said(staff.get(f"/dashboard/jobs/{job.id}"))
    assert "as far as its budget goes" in said(staff.get(f"/dashboard/jobs/{job.id}/approve"))


def test_a_file_is_tried_and_imported(lab: Printflow, staff: FlaskClient) -> None:
    def sent(content: bytes, **more: str) -> str:
        form = {"csrf_token": token(staff, PAGE), "file": (io.BytesIO(content), "p.csv"), **more}
        return said(
            staff.post(
                f"{PAGE}/import",
                data=form,
                content_type="multipart/form-data",
                follow_redirects=True,
            )
        )

    lines = "".join(f"C {number},{'x' * 100}\n" for number in range(2_000))
    content = f"code,title\n{lines}".encode()
    assert "would add 2000 and change 0" in sent(content, trial="yes")
    assert not lab.payers.any
    assert "2000 payers added" in sent(content)
    assert "Line 2, budget:" in sent(b"code,budget\nA1,much\n")
    assert b"C 1999" in staff.get(f"{PAGE}/payers.csv").data
    page = staff.get(f"{PAGE}?search=c+199")
    assert "C 199 " in said(page) and "C 200 " not in said(page)
    assert "Next page" in said(staff.get(PAGE))


def test_the_approver_s_page(
    lab: Printflow, student: FlaskClient, staff: FlaskClient, job_in: Callable[[str], Job]
) -> None:
    job = job_in("PENDING")
    address = f"/payer/{payer_token(lab, job)}"
    page = said(student.get(address))
    assert "Will A1 pay for this print?" in page and job.student_name in page
    assert job.student_email not in page
    assert send(student, address, action="approve").status_code == 303
    assert "Approved. Thank you." in said(student.get(address))
    lab.jobs.reject(job.id, by="Ana", reasons=["Too thin"])
    over = student.get(address)
    assert over.status_code == 409 and "Your answer isn't needed anymore" in said(over)
    assert student.get("/payer/" + "a" * 26).status_code == 404


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_statement(
    lab: Printflow, staff: FlaskClient, job_in: Callable[[str], Job], ending: str
) -> None:
    job = job_in("PENDING")
    payer_token(lab, job)
    page = said(staff.get(f"{PAGE}/statement?code=a-1"))
    assert job.id in page and "Reserved" in page
    assert staff.get(f"{PAGE}/statement.{ending}?code=A1").status_code == 200
    form = {"csrf_token": token(staff, f"{PAGE}/statement?code=A1"), "code": "A1", "to": "x"}
    assert staff.post(f"{PAGE}/statement/mail", data=form).status_code == 422
    form["to"] = "chair@example.org"
    assert staff.post(f"{PAGE}/statement/mail", data=form).status_code == 303


def test_who_pays_is_shown_of_each_model_and_nobody_agrees_to_pay_nothing(
    lab: Printflow, student: FlaskClient, model: Path
) -> None:
    lab.payers.add(by="Ana", code="ARCH 4000", budget="5.25")
    first, second = lab.intake.submit_several(
        [Model(file=model, color=color) for color in ("True Red", "Blue")],
        student="Jane Doe",
        email="jane@example.edu",
        method="Filament",
        printer="Prusa MK4S",
        discipline="Engineering",
        class_number="ARCH 4000",
        acknowledge_minimum=True,
        payer_code="ARCH 4000",
    )
    lab.jobs.approve(first.id, by="Ana", grams="42.5", hours="3", material="PLA")
    path = lab.quotes.url(lab.jobs.details(first.id).quotes[-1]).removeprefix(
        lab.settings.effective_base_url
    )
    alone = said(student.get(path))
    assert "You don't pay anything." in alone and "$0.00" not in alone
    assert "Paid by ARCH 4000. I agree to having the file printed as is." in alone
    assert "I'll pay" not in alone
    lab.jobs.approve(
        second.id, by="Ana", grams="60", hours="3", material="PLA", student_pays_rest=True
    )
    both = student.get(path)
    assert "Paid by ARCH 4000: $1.00. You pay $5.00." in said(both)
    assert "I'll pay" in said(both) and "You pay in total" in said(both)
    assert re.findall(r'data-cents="(\d+)"', both.text) == ["0", "500"]
    lab.dispatch()
    folder = lab.settings.mail.directory
    assert folder is not None
    (mail,) = [
        message
        for one in folder.glob("*.eml")
        if "Please confirm"
        in (message := message_from_bytes(one.read_bytes(), policy=default))["Subject"]
    ]
    text, html = (
        body.get_content().replace("\r\n", "\n")
        for kind in ("plain", "html")
        if (body := mail.get_body((kind,)))
    )
    assert "Paid by ARCH 4000: $4.25.\nYou don't pay anything." in text
    assert "Paid by ARCH 4000: $1.00.\nYou pay $5.00." in text
    assert "Total: $10.25\nYou pay $5.00." in text
    assert "2 models for <strong>$5.00</strong> in total" in html


def test_wrong_codes_from_one_address_are_limited_and_right_ones_are_not(
    lab: Printflow, student: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.payers.add(by="Ana", code="A1")
    monkeypatch.setattr(payers, "_WRONG_CODES", replace(payers._WRONG_CODES, most=3))
    here = {"REMOTE_ADDR": "192.0.2.7"}

    def asked(code: str, **environ: str) -> int:
        return student.get(
            f"/submit/payer?code={code}", environ_base={**here, **environ}
        ).status_code

    assert [asked("A1") for _ in range(5)] == [200] * 5
    assert [asked("NO") for _ in range(4)] == [200, 200, 200, 429]
    assert asked("A1") == 429
    assert asked("A1", REMOTE_ADDR="192.0.2.8") == 200
