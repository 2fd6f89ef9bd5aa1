"""The language of pages: the reader's choice, the request's, the browser's, or the lab's own."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from printflow import Job, Printflow, spoken_language
from tests import sample_models
from tests.small_catalogs import offer
from tests.web.conftest import FORM, PASSWORD, Upload, said, send, token

SUBMIT = {"en": "Submit a print", "es": "Enviar una impresión", "fr": "Envoyer une impression"}


@pytest.fixture(autouse=True)
def _catalogs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    offer(monkeypatch, tmp_path / "catalogs")


def spoken(answer: TestResponse) -> str:
    """The language that an answer says it is in, if its head and its page agree."""
    page = re.search(r'<html lang="([^"]+)" dir="ltr">', answer.text)
    assert page and answer.headers["Content-Language"] == page[1]
    assert {"accept-language", "cookie"} <= {one.lower() for one in answer.vary}
    assert answer.headers["Cache-Control"] == "no-store"
    return page[1]


def choose(browser: FlaskClient, tag: str, back: str = "/") -> TestResponse:
    return browser.post("/language", data={"language": tag, "next": back})


def own_path(lab: Printflow, job: Job) -> str:
    return lab.students.url(job).removeprefix(lab.settings.effective_base_url)


@pytest.mark.parametrize(
    ("asked", "tag"),
    [
        ("es-MX,es;q=0.9,en;q=0.8", "es"),
        ("it,fr-CH;q=0.9", "fr"),
        ("es;q=0,fr;q=0.5", "fr"),
        ("zh-TW,*;q=0.5", "en"),
        ("", "en"),
        (";;,q=1,\u00ff,es", "es"),
    ],
)
def test_a_browser_is_answered_in_what_it_asks_for(
    student: FlaskClient, asked: str, tag: str
) -> None:
    page = student.get("/", headers={"Accept-Language": asked})
    assert spoken(page) == tag
    assert SUBMIT[tag] in said(page)


def test_the_reader_s_choice_counts_before_that_and_is_kept(
    student: FlaskClient, app: Flask
) -> None:
    asks = {"Accept-Language": "fr"}
    page = student.get("/find?x=1", headers=asks)
    assert 'lang="fr" aria-current="true">Français</button>' in page.text
    assert [name for name in ("English", "Español", "Français") if name in page.text]
    assert 'name="next" value="/find?x=1"' in page.text
    answer = choose(student, "es", "/find?x=1")
    assert (answer.status_code, answer.location) == (303, "/find?x=1")
    cookie = next(one for one in answer.headers.getlist("Set-Cookie"))
    assert "Max-Age=31536000" in cookie and "HttpOnly" in cookie and "SameSite=Lax" in cookie
    assert spoken(student.get("/find", headers=asks)) == "es"
    assert spoken(app.test_client().get("/find", headers=asks)) == "fr", "another browser"
    assert spoken_language() == "en", "nothing is left of it outside of requests"


@pytest.mark.parametrize(
    "back", ["//evil.example", "https://evil.example", "/\\evil", "javascript:1"]
)
def test_a_choice_leads_to_no_other_site(student: FlaskClient, back: str) -> None:
    assert choose(student, "es", back).location == "/"


def test_what_isn_t_offered_is_not_kept(student: FlaskClient) -> None:
    for tag in ("de", "", "../es", "es\r\nx"):
        assert "Set-Cookie" not in choose(student, tag).headers
    student.set_cookie("printflow_language", "de")
    assert spoken(student.get("/")) == "en"
    answer = student.post(
        "/language", data={"language": "es"}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status_code == 403 and "Set-Cookie" not in answer.headers


def test_a_form_that_was_refused_leads_back_to_itself(student: FlaskClient) -> None:
    page = send(student, "/find", email="nobody")
    assert page.status_code == 422
    assert 'name="next" value="/find"' in page.text
    missing = student.post(
        "/find/forget", data={}, headers={"Referer": "http://localhost/find?a=b"}
    )
    assert spoken(missing) == "en"


def test_errors_and_the_sign_in_follow_it(student: FlaskClient, lab: Printflow) -> None:
    choose(student, "es")
    assert "Página no encontrada" in said(student.get("/no-such-page"))
    refused = send(student, "/login", name="Ana", password="wrong")
    assert spoken(refused) == "es" and "Contraseña incorrecta." in said(refused)
    told = student.get("/jobs/nobody", headers={"Accept": "application/json"})
    assert told.headers["Content-Language"] == "es"


def test_staff_have_theirs_in_every_browser_and_others_at_the_pc_keep_theirs(
    staff: FlaskClient, lab: Printflow, app: Flask
) -> None:
    lab.people.add("Ben", by="Ana")
    assert "Set-Cookie" not in choose(staff, "es", "/dashboard").headers
    assert spoken(staff.get("/dashboard")) == "es"
    second = app.test_client()
    second.set_cookie("printflow_language", "fr")
    assert spoken(second.get("/login")) == "fr"
    send(second, "/login", name="Ana", password=PASSWORD)
    assert spoken(second.get("/dashboard")) == "es", "Ana's choice follows her"
    second.post("/acting", data={"name": "Ben", "csrf_token": token(second, "/dashboard")})
    assert spoken(second.get("/dashboard")) == "fr", "Ben gets that of the browser"
    assert spoken(staff.get("/")) == "es"


def test_a_live_list_is_never_another_language_s(
    staff: FlaskClient, job_in: Callable[[str], Job]
) -> None:
    job_in("UPLOADED")
    live = {"X-Requested-With": "live"}
    english = staff.get("/dashboard", headers=live)
    known = {**live, "If-None-Match": english.headers["ETag"]}
    assert staff.get("/dashboard", headers=known).status_code == 304
    choose(staff, "es", "/dashboard")
    spanish = staff.get("/dashboard", headers=known)
    assert spanish.status_code == 200 and spanish.headers["ETag"] != english.headers["ETag"]
    choose(staff, "en", "/dashboard")
    assert staff.get("/dashboard", headers=live).text == english.text


def test_a_student_s_request_keeps_its_language(
    upload: Upload, student: FlaskClient, lab: Printflow, app: Flask
) -> None:
    choose(student, "es")
    assert upload().status_code == 303
    (job,) = lab.jobs.find()
    assert job.language == "es"
    phone = app.test_client()
    for page in (own_path(lab, job), f"{own_path(lab, job)}?done=sent"):
        assert spoken(phone.get(page, headers={"Accept-Language": "fr"})) == "es"
    refused = send(phone, own_path(lab, job))
    told = phone.post(
        f"{own_path(lab, job)}/messages",
        data={"csrf_token": token(phone, "/find"), "message": ""},
        headers={"Accept": "application/json", "Accept-Language": "fr"},
    )
    assert told.get_json()["error"]["refusals"][0]["message"] == "Escribe un mensaje.", refused
    lab.jobs.approve(job.id, by="Ana", grams="42.5", hours="3.25", material="PLA")
    quote = lab.quotes.url(lab.jobs.details(job.id).quotes[0])
    quote = quote.removeprefix(lab.settings.effective_base_url)
    assert spoken(phone.get(quote, headers={"Accept-Language": "fr"})) == "es"
    choose(phone, "fr")
    assert spoken(phone.get(quote)) == "fr", "unless who reads it has chosen"
    assert lab.jobs.get(job.id).language == "es"


def test_staff_who_submit_say_the_student_s_language(
    staff: FlaskClient, upload: Upload, student: FlaskClient, lab: Printflow
) -> None:
    choose(staff, "es")
    page = staff.get("/submit").text
    assert '<option value="en" selected>English</option>' in page, "the lab's own, not that of Ana"
    assert 'name="language"' not in student.get("/submit").text.partition("<footer")[0]
    assert upload(language="fr").status_code == 303
    assert lab.jobs.find()[0].language == "en", "a student's is that of the page"
    form = {**FORM, "csrf_token": token(staff, "/submit"), "language": "fr"}
    form["file"] = (io.BytesIO(sample_models.stl()), "clip.stl")  # type: ignore[assignment]
    assert staff.post("/submit", data=form, content_type="multipart/form-data").status_code == 303
    assert [job.language for job in lab.jobs.find()] == ["fr", "en"]


def test_a_receipt_is_in_the_language_of_whom_it_is_for(
    staff: FlaskClient, lab: Printflow, submit: Callable[..., Job]
) -> None:
    job = submit(language="fr")
    lab.jobs.approve(job.id, by="Ana", grams="42.5", hours="3.25", material="PLA")
    lab.jobs.confirm(job.id, by="Ana", note="by phone")
    lab.jobs.start_printing(job.id, by="Ana")
    lab.jobs.complete(job.id, by="Ana")
    lab.jobs.pick_up(job.id, by="Ana", amount="4.25", method="cash")
    (payment,) = lab.payments.find()
    choose(staff, "es")
    page = staff.get(f"/dashboard/payments/{payment.id}").text
    assert '<div lang="fr" dir="ltr">' in page
    assert '<th scope="col">Travail</th>' in page
    assert spoken(staff.get(f"/dashboard/jobs/{job.id}/label")) == "es"


def test_one_language_needs_no_choice(
    monkeypatch: pytest.MonkeyPatch, settings: object, student: FlaskClient
) -> None:
    monkeypatch.setitem(
        student.application.jinja_env.globals, "offered_languages", (("en", "English"),)
    )
    assert 'action="/language"' not in student.get("/").text
