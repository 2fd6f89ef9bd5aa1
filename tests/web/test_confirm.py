"""The page behind a confirmation link (`bad-inputs.md` B29–B31)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from printflow import Job, Printflow, Status
from tests.plugins.lab import TestClock
from tests.web.conftest import said, send, token


def link(lab: Printflow, job: Job) -> str:
    """The path in the newest mail, as the student opens it."""
    mail = next(m for m in lab.mail.find() if m.job_id == job.id and m.template == "approved")
    return "/confirm/" + lab.mail.preview(mail.id).text.partition("/confirm/")[2].split()[0]


@pytest.fixture
def quoted(job_in: Callable[[str], Job]) -> Job:
    return job_in("PENDING")


def test_it_shows_exactly_what_was_quoted(
    lab: Printflow, quoted: Job, student: FlaskClient
) -> None:
    page = said(student.get(link(lab, quoted)))
    for words in ("$4.25", "42.5 g", "3.5 h", "PLA", "True Red", "Prusa MK4S", "Please respond by"):
        assert words in page


def test_page_and_mail_say_how_the_price_comes_about(
    lab: Printflow, quoted: Job, student: FlaskClient
) -> None:
    lines = "Weight: 42.5 g × $0.10 = $4.25"
    lab.jobs.resend(quoted.id, by="Ana")
    for _ in range(2):
        mail = next(m for m in lab.mail.find() if m.template == "approved")
        rendered = lab.mail.preview(mail.id)
        for said_so in (said(student.get(link(lab, quoted))), rendered.text, rendered.html):
            assert lines in said_so
        lab.jobs.requote(quoted.id, by="Ana", grams="1", hours="1", material="PLA")
        lines = "Added to reach the minimum charge: $2.90"


def test_what_staff_wrote_with_the_price_stands_on_the_page(
    lab: Printflow, quoted: Job, student: FlaskClient
) -> None:
    assert "A note from the lab" not in said(student.get(link(lab, quoted)))
    lab.jobs.requote(
        quoted.id, by="Ana", grams="50", hours="4", material="PLA",
        note="We turned it\nto <save> supports.",
    )  # fmt: skip
    lab.notes.add(quoted.id, by="Ana", text="By the way: bring a box.", for_student=True)
    first = link(lab, quoted)
    assert "We turned it\nto &lt;save&gt; supports." in student.get(first).text
    assert "bring a box" not in said(student.get(first)), "a message is no note of the price"
    lab.jobs.resend(quoted.id, by="Ana")
    again = link(lab, quoted)
    assert again != first
    assert "We turned it" in student.get(again).text, "the same price was sent again"
    lab.jobs.requote(quoted.id, by="Ana", grams="60", hours="4", material="PLA")
    assert "We turned it" not in student.get(link(lab, quoted)).text, "it was about another price"


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_looking_changes_nothing(
    lab: Printflow, quoted: Job, student: FlaskClient, method: str
) -> None:
    for headers in ({}, {"Purpose": "prefetch", "Sec-Purpose": "prefetch"}):
        answer = student.open(link(lab, quoted), method=method, headers=headers)
        assert answer.status_code == 200
    assert lab.jobs.get(quoted.id) == quoted


def test_without_the_tick(lab: Printflow, quoted: Job, student: FlaskClient) -> None:
    answer = send(student, link(lab, quoted), action="confirm")
    assert answer.status_code == 422
    assert "Select the checkbox to agree to the price." in said(answer)
    assert lab.jobs.get(quoted.id).status is Status.PENDING


def test_confirming_twice_shows_the_same_answer(
    lab: Printflow, quoted: Job, student: FlaskClient
) -> None:
    page = link(lab, quoted)
    form = {"action": "confirm", "consent": "yes", "csrf_token": token(student, page)}
    for _ in range(2):
        answer = student.post(page, data=form)
        assert (answer.status_code, answer.location) == (303, page)
    answer = student.get(page)
    assert answer.status_code == 200
    assert "You confirmed on" in said(answer)
    assert lab.jobs.get(quoted.id).status is Status.READYTOPRINT
    assert sum(mail.template == "confirmed" for mail in lab.mail.find()) == 1


def test_another_answer_on_another_device_came_too_late(
    lab: Printflow, quoted: Job, submit: Callable[..., Job], student: FlaskClient
) -> None:
    page = link(lab, quoted)
    form = {"csrf_token": token(student, page), "action": "decline"}
    assert send(student, page, action="confirm", consent="yes").status_code == 303
    answer = student.post(page, data=form, follow_redirects=True)
    assert "Declining came too late: this price was already confirmed." in said(answer)
    assert "Confirmed. We'll print it." in said(answer)
    assert lab.jobs.get(quoted.id).status is Status.READYTOPRINT
    assert "too late" not in said(student.get(page)), "it is said once"
    other = submit()
    lab.jobs.approve(other.id, by="Ana", grams="42", hours="3", material="PLA")
    page = link(lab, other)
    form = {"csrf_token": token(student, page), "action": "confirm", "consent": "yes"}
    assert send(student, page, action="decline").status_code == 303
    answer = student.post(page, data=form, follow_redirects=True)
    assert "Confirming came too late: this price was already declined." in said(answer)
    assert lab.jobs.get(other.id).status is Status.REJECTED


def test_a_replaced_link_leads_to_the_job_s_page(
    lab: Printflow, quoted: Job, student: FlaskClient
) -> None:
    old = link(lab, quoted)
    lab.jobs.requote(quoted.id, by="Ana", grams="50", hours="4", material="PLA")
    answer = student.get(old)
    assert "This link has been replaced" in said(answer)
    assert f'href="{lab.students.url(quoted)}"' in answer.text


def test_nothing_to_do_is_never_said_beside_a_question(
    lab: Printflow, submit: Callable[..., Job], student: FlaskClient
) -> None:
    job = submit()
    page = lab.students.url(job).removeprefix(lab.settings.base_url)
    nothing, asked = "You don't need to do anything.", "The lab wrote to you: read the message"
    for held in (False, True):
        if held:
            lab.jobs.hold(job.id, by="Ana", reason="Out of red", shown=True)
        text = said(student.get(page))
        assert nothing in text and asked not in text
        lab.notes.add(job.id, by="Ana", text="Which side is up?", for_student=True)
        text = said(student.get(page))
        assert asked in text and nothing not in text
        lab.messages.send(page.rpartition("/")[2], "The flat one.")
        text = said(student.get(page))
        assert nothing in text and asked not in text


def test_declining_with_a_reason(lab: Printflow, quoted: Job, student: FlaskClient) -> None:
    page = link(lab, quoted)
    assert send(student, page, action="decline", text="Too expensive").status_code == 303
    job = lab.jobs.get(quoted.id)
    assert job.status is Status.REJECTED
    assert job.reasons == ("Declined by the student", "Too expensive")
    assert "You declined on" in said(student.get(page))


def test_expired(lab: Printflow, quoted: Job, student: FlaskClient, clock: TestClock) -> None:
    page = link(lab, quoted)
    clock.advance(days=8)
    shown = student.get(page)
    assert shown.status_code == 410
    assert "Email me a new link" in said(shown)
    assert send(student, page, action="confirm", consent="yes").status_code == 410
    assert send(student, page, action="resend").status_code == 200
    assert student.get(page).status_code == 409
    assert link(lab, quoted) != page
    assert student.get(link(lab, quoted)).status_code == 200


def test_a_new_link_once_an_hour(
    lab: Printflow, quoted: Job, student: FlaskClient, clock: TestClock
) -> None:
    page = link(lab, quoted)
    clock.advance(days=8)
    form = {"action": "resend", "csrf_token": token(student, page)}
    assert student.post(page, data=form).status_code == 200
    mails = len(lab.mail.find())
    assert student.post(page, data=form).status_code == 409
    assert len(lab.mail.find()) == mails


def test_altered_is_like_unknown(lab: Printflow, quoted: Job, student: FlaskClient) -> None:
    page = link(lab, quoted)
    other = page[:-1] + ("a" if page[-1] != "a" else "b")
    answers = [student.get(p) for p in (other, "/confirm/x", "/confirm/" + "a" * 26)]
    assert [answer.status_code for answer in answers] == [404] * 3
    assert len({said(answer) for answer in answers}) == 1


def test_overtaken_by_a_new_quote_or_a_rejection(
    lab: Printflow, quoted: Job, student: FlaskClient
) -> None:
    first = link(lab, quoted)
    lab.jobs.requote(quoted.id, by="Ana", grams=80, hours=2, material="PLA")
    second = link(lab, quoted)
    assert "Please open the link in your latest email." in said(student.get(first))
    lab.jobs.reject(quoted.id, by="Ana", text="Too thin")
    assert [student.get(page).status_code for page in (first, second)] == [409, 409]


@pytest.mark.parametrize("page", ["/jobs/x", "/jobs/" + "a" * 26])
def test_unknown_is_like_malformed(student: FlaskClient, page: str) -> None:
    answer = student.get(page)
    assert answer.status_code == 404
    assert "This link doesn't lead to a job." in said(answer)


def test_the_status_page_shows_where_the_job_stands(
    lab: Printflow, quoted: Job, student: FlaskClient
) -> None:
    path = lab.students.url(quoted).removeprefix(lab.settings.effective_base_url)
    page = said(student.get(path))
    assert "Please confirm the price" in page
    assert "$4.25" in page


def test_find_my_jobs_never_says_whether_it_knows_the_address(
    lab: Printflow, quoted: Job, student: FlaskClient
) -> None:
    before = len(lab.mail.find())
    known = send(student, "/find", email="JANE@example.edu")
    unknown = send(student, "/find", email="nobody@example.edu")
    assert (known.status_code, known.location) == (unknown.status_code, unknown.location)
    assert len(lab.mail.find()) == before + 1
    (mail,) = [mail for mail in lab.mail.find() if mail.template == "find_jobs"]
    assert lab.students.url(quoted) in lab.mail.preview(mail.id).text
    assert send(student, "/find", email="no address").status_code == 422
