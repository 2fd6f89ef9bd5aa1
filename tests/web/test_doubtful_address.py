"""An address that looks mistyped is asked about once, and nothing that was typed is lost."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from html import unescape

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from printflow import Printflow, Settings
from printflow.mail.domain_lookup import DomainLookup
from printflow_web.factory import create_app
from tests import sample_models
from tests.plugins.lab import Submit, TestClock
from tests.plugins.small_dns import SmallDns
from tests.web.conftest import FORM, Upload, said, token
from tests.web.test_submit import nothing_left

ASKED = {"student_email": "ada@gmial.com", "class_number": "ARCH 9"}


def fields(page: TestResponse) -> dict[str, str]:
    """What the page's form would send: hidden and typed fields."""
    found = {}
    for tag in re.findall(r"<input [^>]*>", page.text):
        kept = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if kept.get("type") in ("hidden", "text", "email") and "name" in kept:
            found[kept["name"]] = unescape(kept.get("value", ""))
    return found


def again(browser: FlaskClient, page: TestResponse, **changed: str) -> TestResponse:
    """Send the form that came back, its file chosen again."""
    form: dict[str, object] = {**FORM, **fields(page), **changed}
    form["file"] = (io.BytesIO(sample_models.stl()), "bracket.stl")
    return browser.post("/submit", data=form, content_type="multipart/form-data")


def choices(page: TestResponse) -> list[str]:
    """The addresses to choose from."""
    return re.findall(r'name="address_choice" value="([^"]*)"', page.text)


def test_the_form_comes_back_with_two_choices(lab: Printflow, upload: Upload) -> None:
    page = upload(**ASKED)
    assert page.status_code == 422
    assert "Did you mean ada@gmail.com?" in said(page)
    assert choices(page) == ["ada@gmail.com", "ada@gmial.com"]
    assert "Use ada@gmail.com" in said(page) and "Keep ada@gmial.com" in said(page)
    assert fields(page)["class_number"] == "ARCH 9"
    assert fields(page)["student_email"] == "ada@gmial.com"
    assert nothing_left(lab)


@pytest.mark.parametrize("choice", ["ada@gmail.com", "ada@gmial.com"])
def test_either_choice_is_taken(
    lab: Printflow, upload: Upload, student: FlaskClient, choice: str
) -> None:
    assert again(student, upload(**ASKED), address_choice=choice).status_code == 303
    (job,) = lab.jobs.find()
    assert job.student_email == choice


def test_no_choice_is_asked_again(lab: Printflow, upload: Upload, student: FlaskClient) -> None:
    page = again(student, upload(**ASKED))
    assert (page.status_code, len(choices(page))) == (422, 2)
    assert nothing_left(lab)


def test_a_third_address_typed_over_it_counts(
    lab: Printflow, upload: Upload, student: FlaskClient
) -> None:
    page = upload(**ASKED)
    changed = {"address_choice": "ada@gmail.com", "student_email": "ada@example.edu"}
    assert again(student, page, **changed).status_code == 303
    assert lab.jobs.find()[0].student_email == "ada@example.edu"


def test_a_kept_address_is_not_asked_about_again_and_another_one_is(
    lab: Printflow, upload: Upload, student: FlaskClient
) -> None:
    page = upload(**ASKED)
    page = again(student, page, address_choice="ada@gmial.com", class_number="")
    assert page.status_code == 422
    assert "Did you mean" not in said(page) and not choices(page)
    assert fields(page)["address_kept"] == "ada@gmial.com"
    other = again(student, page, class_number="ARCH 9", student_email="ada@hotmial.com")
    assert "Did you mean ada@hotmail.com?" in said(other)
    assert again(student, page, class_number="ARCH 9").status_code == 303
    assert lab.jobs.find()[0].student_email == "ada@gmial.com"


def test_it_is_said_together_with_what_else_is_wrong(lab: Printflow, upload: Upload) -> None:
    page = upload(**ASKED, student_name="", name="part.exe")
    for words in ("Did you mean ada@gmail.com?", "Enter your first and last name.", ".exe"):
        assert words in said(page)
    assert nothing_left(lab)


def test_typed_markup_stays_text(upload: Upload) -> None:
    page = upload(student_email="o'neill&co@gmial.com")
    assert choices(page) == ["o&#39;neill&amp;co@gmail.com", "o&#39;neill&amp;co@gmial.com"]


def test_programs_get_the_code(upload: Upload, student: FlaskClient) -> None:
    form = {**FORM, **ASKED, "csrf_token": token(student, "/submit")}
    answer = student.post(
        "/submit",
        data={**form, "file": (io.BytesIO(sample_models.stl()), "a.stl")},
        headers={"Accept": "application/json"},
    )
    (refusal,) = answer.get_json()["error"]["refusals"]
    assert (refusal["code"], refusal["field"]) == ("student_email_doubtful", "student_email")


def test_scripts_are_not_asked(submit: Submit) -> None:
    assert submit(email="ada@gmial.com").student_email == "ada@gmial.com"


@pytest.fixture
def asking(settings: Settings, clock: TestClock, small_dns: SmallDns) -> Iterator[Printflow]:
    """A lab that asks the small DNS."""
    changed = settings.model_copy(update={"check_email_domain": True})
    lookup = DomainLookup(small_dns.resolver)

    def wrap(name: str, port: object) -> object:
        return lookup if name == "mail_domains" else port

    with Printflow.open(changed, clock=clock, wrap=wrap) as opened:
        yield opened


def test_a_domain_that_is_nowhere_is_asked_about(asking: Printflow, small_dns: SmallDns) -> None:
    browser = create_app(asking).test_client()
    form = {**FORM, "student_email": "ada@school.edo", "csrf_token": token(browser, "/submit")}
    page = browser.post(
        "/submit", data={**form, "file": (io.BytesIO(sample_models.stl()), "a.stl")}
    )
    assert page.status_code == 422
    assert "We can't find an email server for school.edo." in said(page)
    assert choices(page) == ["ada@school.edo"]
    assert again(browser, page, address_choice="ada@school.edo").status_code == 303
    assert asking.jobs.find()[0].student_email == "ada@school.edo"


def test_known_domains_and_those_that_answer_are_not(
    asking: Printflow, small_dns: SmallDns
) -> None:
    small_dns.zone["school.edo."] = {"MX": ["10 mx.school.test."]}
    for number, email in enumerate(("ada@school.edo", "ada@gmail.com", "ada@mail.com")):
        page = _sent(asking, email)
        assert page.status_code == 303, email
        assert len(asking.jobs.find()) == number + 1
    assert {name for name, _ in small_dns.asked} == {"school.edo."}


def test_a_dns_in_trouble_asks_nothing(asking: Printflow, small_dns: SmallDns) -> None:
    small_dns.broken.add("school.edo.")
    assert _sent(asking, "ada@school.edo").status_code == 303


def test_an_address_of_the_wrong_domain_gets_only_the_right_one(
    settings: Settings, clock: TestClock
) -> None:
    changed = settings.model_copy(update={"allowed_email_domains": ("example.edu",)})
    with Printflow.open(changed, clock=clock) as lab:
        page = _sent(lab, "ada@exmaple.edu")
        assert "Use your address at example.edu." in said(page)
        assert choices(page) == ["ada@example.edu"]
        page = _sent(lab, "ada@gmial.com")
        assert choices(page) == []
        # what was kept is no way around what the lab allows
        assert _sent(lab, "ada@gmail.com", address_kept="ada@gmail.com").status_code == 422
        assert lab.jobs.find() == []


def _sent(lab: Printflow, email: str, **more: str) -> TestResponse:
    browser = create_app(lab).test_client()
    form: dict[str, object] = {**FORM, "student_email": email, **more}
    form |= {"csrf_token": token(browser, "/submit")}
    form["file"] = (io.BytesIO(sample_models.stl()), "bracket.stl")
    return browser.post("/submit", data=form, content_type="multipart/form-data")
