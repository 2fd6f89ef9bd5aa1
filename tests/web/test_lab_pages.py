"""Contact, privacy and accessibility: the drafts, the lab's own words, and what the settings say."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from printflow import CatalogInvalid, Printflow, Settings
from printflow.domain.lab_pages import Contact
from printflow_web.factory import create_app
from tests.plugins.lab import Submit, TestClock
from tests.web.conftest import said

CONTACT = {"email": "makers@example.edu", "phone": "+1 (555) 010-0134", "web": ""}


def change(lab: Printflow, **sections: Any) -> None:
    lab.catalog.change(sections, by="Ana")


def test_every_public_page_leads_to_them(student: FlaskClient) -> None:
    for page in ("/", "/submit", "/find", "/login", "/jobs/none"):
        text = student.get(page).text
        for address in ("/contact", "/privacy", "/accessibility"):
            assert f'href="{address}"' in text, page


def test_the_lab_s_contact_is_on_pages_and_in_emails(
    lab: Printflow, student: FlaskClient, submit: Submit
) -> None:
    assert "Questions?" not in said(student.get("/"))
    change(lab, contact=CONTACT)
    submit()
    for page in ("/", "/contact", "/find"):
        text = student.get(page).text
        assert 'href="mailto:makers@example.edu"' in text, page
        assert 'href="tel:+15550100134"' in text, page
    (mail,) = [mail for mail in lab.mail.find() if mail.template == "received"]
    shown = lab.mail.preview(mail.id)
    assert "Questions? makers@example.edu · +1 (555) 010-0134\n" in shown.text
    assert 'href="mailto:makers@example.edu"' in shown.html


def test_every_email_to_people_outside_says_how_to_ask(lab: Printflow) -> None:
    change(lab, contact=CONTACT)
    for name, mail in lab.mail_samples.all().items():
        inside = name in ("staff_alert", "student_message")
        assert ("makers@example.edu" in mail.text) is not inside, name
        assert ("makers@example.edu" in mail.html) is not inside, name


@pytest.mark.parametrize(
    ("key", "typed"),
    [
        ("email", "makers"),
        ("email", "a@b.edu, c@d.edu"),
        ("phone", "ask at the desk"),
        ("web", "javascript:alert(1)"),
        ("web", "example.edu"),
    ],
)
def test_what_is_no_way_to_reach_anyone_is_refused(lab: Printflow, key: str, typed: str) -> None:
    with pytest.raises(CatalogInvalid) as caught:
        change(lab, contact={key: typed})
    assert [refusal.field for refusal in caught.value.refusals] == [f"contact.{key}"]


def test_what_is_kept_for_how_long_follows_the_settings(
    lab: Printflow, settings: Settings, clock: TestClock, student: FlaskClient
) -> None:
    page = said(student.get("/privacy"))
    assert "Archived 90 days after it ended Model files 365 days after archiving" in page
    assert "Staff remove what's due by hand" in page
    assert "confirmed your email address" in page
    kept = {"files_days": 30, "payments_days": 0, "automatic": True}
    other = settings.model_copy(update={"retention": settings.retention.model_copy(update=kept)})
    with Printflow.open(other, clock=clock) as again:
        again.catalog.change({"retention": {"archive_after_days": 7}}, by="Ana")
        page = said(create_app(again).test_client().get("/privacy"))
    assert "Archived 7 days after it ended Model files 30 days after archiving" in page
    assert "Names on payments kept" in page
    assert "Due items are removed automatically." in page


def test_the_lab_s_own_words_replace_the_drafts_and_nothing_else(
    lab: Printflow, student: FlaskClient
) -> None:
    own = {"privacy": "We keep <little>.\nAsk Sam.", "accessibility": "There's a ramp."}
    change(lab, pages=own)
    privacy = student.get("/privacy")
    assert "We keep &lt;little&gt;.\nAsk Sam." in privacy.text
    assert "What we collect" not in privacy.text
    assert "Model files 365 days after archiving" in said(privacy), "the settings still speak"
    page = said(student.get("/accessibility"))
    assert "There's a ramp." in page
    assert "keyboard" not in page


def test_nothing_is_said_of_cookies_that_isn_t_so(student: FlaskClient) -> None:
    """Nobody who only looks at the pages is remembered."""
    for page in ("/", "/privacy", "/contact", "/accessibility"):
        assert "printflow_known" not in student.get(page).headers.get("Set-Cookie", "")


@pytest.mark.parametrize(
    ("phone", "link"),
    [
        ("555-0134", "tel:5550134"),
        ("+1 (555) 010-0134", "tel:+15550100134"),
        ("(+41) 44 632 11 11", "tel:+41446321111"),
        ("555.0134 ext. 12", "tel:5550134;ext=12"),
        ("555-0134 x7", "tel:5550134;ext=7"),
    ],
)
def test_a_phone_number_is_dialed_as_it_is_meant(phone: str, link: str) -> None:
    assert Contact(phone=phone).ways == ((phone, link),)
