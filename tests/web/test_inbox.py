"""The inbox's pages, over a lab whose emails were taken in without a mail server."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from PIL import Image
from werkzeug.test import TestResponse

from printflow import Fate, Job, Printflow, Status, Why
from printflow.domain.incoming import ArrivedMail, Attachment, Kept, NewPicture
from tests.web.conftest import said, token

Arrive = Callable[..., int]


def jpeg() -> bytes:
    out = BytesIO()
    Image.new("RGB", (64, 48), "red").save(out, "JPEG")
    return out.getvalue()


@pytest.fixture
def arrive(lab: Printflow) -> Arrive:
    """Take an email in; gives its id."""
    count = iter(range(100))

    def arrived(fate: Fate = Fate.TRAY, job: Job | None = None, **more: object) -> int:
        given: dict[str, object] = {
            "identity": f"{next(count):064}",
            "size": 1000,
            "sender": "eve@example.org",
            "sender_name": "<b>Eve</b>",
            "subject": "<script>alert(1)</script>",
            "text": "Hello <i>there</i>",
            "whole": "Hello <i>there</i>\n> <script>",
            "original": b"From: eve\r\n\r\n<script>alert(1)</script>",
            "pictures": (NewPicture(name="a.jpg", data=jpeg(), width=64, height=48),),
            "attachments": (Attachment(name="part.stl", size=9, kept=Kept.MODEL),),
            **more,
        }
        with lab._parts.database.write() as tx:
            now, note_id = lab._parts.clock(), None
            if fate is Fate.MESSAGE and job is not None:
                note_id = tx.history.add_note(
                    job.id, at=now, author="Jane", text="Up.", for_student=True, from_student=True
                )
            return tx.incoming.add(
                ArrivedMail(**given),  # type: ignore[arg-type]
                fate=fate, why=Why.NO_MATCH, now=now, job_id=job.id if job else None,
                note_id=note_id,
            )  # fmt: skip

    return arrived


def test_the_tray_names_each_and_the_menu_counts_them(staff: FlaskClient, arrive: Arrive) -> None:
    assert "No emails here" in said(staff.get("/inbox"))
    mail_id = arrive()
    page = staff.get("/inbox")
    assert f'href="/inbox/{mail_id}"' in page.text
    assert "<script>alert" not in page.text
    assert "Inbox need a job: 1" in said(staff.get("/dashboard"))


def test_an_email_is_shown_as_text_alone(staff: FlaskClient, arrive: Arrive) -> None:
    page = staff.get(f"/inbox/{arrive()}")
    assert "<i>there" not in page.text
    assert "Hello <i>there</i> > <script>" in said(page)
    assert "A model came by email." in said(page)


def test_its_original_is_a_download_and_its_picture_can_do_nothing(
    lab: Printflow, staff: FlaskClient, arrive: Arrive
) -> None:
    mail_id = arrive()
    answer = staff.get(f"/inbox/{mail_id}/original")
    assert answer.mimetype == "application/octet-stream"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="email-{mail_id}.eml"'
    (picture,) = lab.inbox.get(mail_id).pictures
    shown = staff.get(f"/inbox/{mail_id}/pictures/{picture.id}")
    assert (shown.mimetype, shown.data) == ("image/jpeg", jpeg())
    for one in (answer, shown):
        assert "sandbox" in one.headers["Content-Security-Policy"]
        assert one.headers["X-Content-Type-Options"] == "nosniff"
    other = arrive()
    assert staff.get(f"/inbox/{other}/pictures/{picture.id}").status_code == 404
    assert staff.get("/inbox/9999/original").status_code == 404


def test_it_goes_into_a_job_and_back(
    lab: Printflow, staff: FlaskClient, arrive: Arrive, job_in: Callable[[Status], Job]
) -> None:
    job, mail_id = job_in(Status.UPLOADED), arrive()
    refused = send_to(staff, mail_id, "assign", job_id="nowhere")
    assert refused.status_code == 422
    assert "There's no job with this number." in said(refused)
    assert 'value="nowhere"' in refused.text, "what was typed stays"
    assert send_to(staff, mail_id, "assign", job_id=job.id).status_code == 303
    page = staff.get(f"/dashboard/jobs/{job.id}")
    assert "Email from eve@example.org: Hello <i>there</i>" in said(page)
    assert "Original email" in page.text
    assert f'action="/inbox/{mail_id}/put-back"' in page.text, "it can be undone"
    late = send_to(staff, mail_id, "dismiss")
    assert "Ana has already decided about this email." in said(late)
    assert send_to(staff, mail_id, "put-back").status_code == 303
    assert "Email from" not in said(staff.get(f"/dashboard/jobs/{job.id}"))
    assert send_to(staff, mail_id, "dismiss").status_code == 303
    assert f"/inbox/{mail_id}" in staff.get("/inbox?show=dismissed").text


def send_to(browser: FlaskClient, mail_id: int, what: str, **fields: str) -> TestResponse:
    form = {"csrf_token": token(browser, "/dashboard"), **fields}
    return browser.post(f"/inbox/{mail_id}/{what}", data=form)


def test_a_student_never_sees_pictures_or_the_original(
    lab: Printflow,
    staff: FlaskClient,
    student: FlaskClient,
    arrive: Arrive,
    job_in: Callable[[Status], Job],
) -> None:
    job = job_in(Status.UPLOADED)
    mail_id = arrive(Fate.MESSAGE, job)
    (picture,) = lab.inbox.get(mail_id).pictures
    address = f"/inbox/{mail_id}/pictures/{picture.id}"
    assert address in staff.get(f"/dashboard/jobs/{job.id}").text
    own = student.get(lab.students.url(job).removeprefix("http://127.0.0.1:8080"))
    assert "Up." in said(own)
    assert "/inbox/" not in own.text
    assert student.get(address).status_code == 303
    assert student.get(f"/inbox/{mail_id}/original").status_code == 303


@pytest.mark.parametrize("typed", ["?show=x", "?before=-1", "?before=abc"])
def test_a_wrong_address_is_named(staff: FlaskClient, typed: str) -> None:
    assert staff.get(f"/inbox{typed}").status_code == 400


def test_an_older_page(lab: Printflow, staff: FlaskClient, arrive: Arrive) -> None:
    ids = [arrive() for _ in range(51)]
    first = staff.get("/inbox")
    assert f'/inbox/{ids[0]}"' not in first.text
    assert "Older emails" in said(first)
    assert f'/inbox/{ids[0]}"' in staff.get(f"/inbox?before={ids[1]}").text
