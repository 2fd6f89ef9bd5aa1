"""The student's own page: where it stands, messages both ways, taking the model back."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
import segno
from flask.testing import FlaskClient

from printflow import Job, Printflow
from tests.benchmarks.dashboard import asked
from tests.plugins.lab import Submit, TestClock
from tests.web.conftest import said, send

Brought = Callable[[str], Job]


def path(lab: Printflow, job: Job) -> str:
    """The page's path."""
    return lab.students.url(job).removeprefix(lab.settings.effective_base_url)


def templates(lab: Printflow) -> list[str]:
    """The mails so far, oldest first."""
    return [mail.template for mail in reversed(lab.mail.find())]


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("UPLOADED", "We're working on it. Staff will review your model"),
        ("PENDING", "Your turn: review the price, then confirm or decline."),
        ("READYTOPRINT", "We're working on it. We'll start as soon as"),
        ("PRINTING", "We're working on it. We'll email you"),
        ("COMPLETED", "Your turn: come pick it up."),
        ("PAIDPICKEDUP", "There's nothing more to do."),
        ("REJECTED", "Too thin"),
    ],
)
def test_every_status_says_who_must_act(
    lab: Printflow, student: FlaskClient, job_in: Brought, status: str, words: str
) -> None:
    job = job_in(status)
    page = student.get(path(lab, job))
    assert page.status_code == 200
    assert words in said(page)
    assert ("Cancel this request" in said(page)) == (status in ("UPLOADED", "PENDING"))
    assert ("$4.25" in said(page)) == (status not in ("UPLOADED", "REJECTED"))
    if status == "COMPLETED":
        assert "$4.25 due" in said(page)
    if status == "PAIDPICKEDUP":
        assert "$4.25 paid" in said(page) and "due" not in said(page)


@pytest.mark.parametrize(
    ("status", "most"),
    [("PENDING", 8), ("READYTOPRINT", 8), ("PRINTING", 12), ("COMPLETED", 5)],
)
def test_it_asks_few_statements(
    lab: Printflow, student: FlaskClient, job_in: Brought, status: str, most: int
) -> None:
    """Plates are looked for only while it's to be printed, and machines only of its model."""
    job = job_in(status)
    student.get(path(lab, job))
    with asked() as number:
        assert student.get(path(lab, job)).status_code == 200
    version = lab.settings.database.startswith("postgresql")  # asked once in each request
    assert number[0] <= most + version


def test_the_price_is_one_click_away(lab: Printflow, student: FlaskClient, job_in: Brought) -> None:
    page = student.get(path(lab, job_in("PENDING")))
    url = lab.students.page(page.request.path.rpartition("/")[2]).confirm_url
    assert f'href="{url}"' in page.text
    assert student.get(url).status_code == 200


def test_a_lapsed_offer_leads_to_a_new_link(
    lab: Printflow, student: FlaskClient, job_in: Brought, clock: TestClock
) -> None:
    job = job_in("PENDING")
    clock.advance(days=8)
    assert "Get a new link if you still want the print." in said(student.get(path(lab, job)))


def test_nothing_of_other_people_and_nothing_internal(
    lab: Printflow, student: FlaskClient, submit: Submit
) -> None:
    job, other = submit(), submit(student="Other Person", email="other@example.edu")
    lab.notes.add(job.id, by="Ana", text="Looks like homework for two", for_student=False)
    page = student.get(path(lab, job))
    for secret in ("homework", "Other Person", other.id, "other@example.edu", "Ana"):
        assert secret not in page.text
    assert "We have your model" in said(page)


def test_mails_and_models_of_the_request_are_listed(
    lab: Printflow, student: FlaskClient, job_in: Brought
) -> None:
    job = job_in("UPLOADED")
    page = said(student.get(path(lab, job)))
    assert "We have your model on its way" in page
    lab.dispatch()
    lab.jobs.approve(job.id, by="Ana", grams="42.5", hours="3", material="PLA")
    lab.dispatch()
    lab.jobs.confirm(job.id, by="Ana", note="at the desk")
    lab.dispatch()
    page = said(student.get(path(lab, job)))
    for words in (
        "We have your model sent Mon, Mar 2",
        "The price and the link to confirm",
        "Confirmation sent",
    ):
        assert words in page
    assert "staff_alert" not in page


def test_messages_go_both_ways(lab: Printflow, student: FlaskClient, submit: Submit) -> None:
    job = submit()
    page = path(lab, job)
    answer = student.post(
        f"{page}/messages",
        data={"csrf_token": csrf(student, page), "message": "May it be <b>blue</b>?\nThanks"},
    )
    assert answer.status_code == 303
    assert answer.location == f"{page}?done=sent#messages"
    shown = student.get(answer.location)
    assert "We got your message." in said(shown)
    assert "May it be &lt;b&gt;blue&lt;/b&gt;?\nThanks" in shown.text
    assert templates(lab)[-1] == "student_message"
    assert lab.mail.find()[0].to == "lab@example.edu"
    lab.notes.add(job.id, by="Ana", text="Yes, it may.", for_student=True)
    assert templates(lab)[-1] == "message"
    assert lab.mail.find()[0].to == "jane@example.edu"
    assert "Yes, it may." in lab.mail.preview(lab.mail.find()[0].id).text
    assert "Yes, it may. Ana, lab staff" in said(student.get(page))
    notes = lab.jobs.details(job.id).notes
    assert [(note.author, note.from_student) for note in notes] == [
        ("Jane Doe", True),
        ("Ana", False),
    ]


def csrf(browser: FlaskClient, page: str) -> str:
    """The token of the page's forms."""
    return browser.get(page).text.split('name="csrf_token" value="')[1].split('"')[0]


@pytest.mark.parametrize(("text", "status"), [("  ", 422), ("x" * 2001, 422)])
def test_messages_that_are_none_are_kept(
    lab: Printflow, student: FlaskClient, submit: Submit, text: str, status: int
) -> None:
    page = path(lab, submit())
    form = {"csrf_token": csrf(student, page), "message": text}
    answer = student.post(f"{page}/messages", data=form)
    assert answer.status_code == status
    assert 'href="#message"' in answer.text
    assert text.strip() in answer.text
    assert templates(lab) == ["received"]


def test_the_eleventh_message_within_an_hour_waits(
    lab: Printflow, student: FlaskClient, submit: Submit, clock: TestClock
) -> None:
    page = path(lab, submit())
    form = {"csrf_token": csrf(student, page), "message": "Hello?"}
    statuses = [student.post(f"{page}/messages", data=form).status_code for _ in range(11)]
    assert statuses == [303] * 10 + [429]
    clock.advance(hours=1)
    assert student.post(f"{page}/messages", data=form).status_code == 303


@pytest.mark.parametrize("status", ["UPLOADED", "PENDING"])
def test_a_model_is_taken_back(
    lab: Printflow, student: FlaskClient, job_in: Brought, status: str
) -> None:
    job = job_in(status)
    page = path(lab, job)
    link = lab.students.page(page.rpartition("/")[2]).confirm_url
    form = {"csrf_token": csrf(student, page), "text": "I found a better one"}
    answer = student.post(f"{page}/withdraw", data=form)
    assert answer.status_code == 303
    after = lab.jobs.get(job.id)
    assert (after.status, after.file.folder) == ("REJECTED", "Rejected")
    assert after.reasons == ("Canceled by the student", "I found a better one")
    assert "You canceled this request. We won't print or charge anything." in said(
        student.get(answer.location)
    )
    alert = lab.mail.preview(lab.mail.find()[0].id)
    assert alert.subject.startswith("Canceled: Jane Doe")
    assert "I found a better one" in alert.text
    if link:
        assert student.get(link).status_code == 409, "the open link is void"
    again = student.post(f"{page}/withdraw", data=form)
    assert again.status_code == 409
    assert len(lab.jobs.details(job.id).events) == (2 if status == "UPLOADED" else 3)


@pytest.mark.parametrize("status", ["READYTOPRINT", "PRINTING", "COMPLETED", "REJECTED"])
def test_what_is_confirmed_is_not_taken_back(
    lab: Printflow, student: FlaskClient, job_in: Brought, status: str
) -> None:
    job = job_in(status)
    page = path(lab, job)
    answer = student.post(f"{page}/withdraw", data={"csrf_token": csrf(student, page)})
    assert answer.status_code == 409
    assert lab.jobs.get(job.id).version == job.version


def test_unknown_links_are_404_alike(student: FlaskClient, submit: Submit) -> None:
    submit()
    answers = [student.get(f"/jobs/{token}") for token in ("x", "a" * 26, "A" * 26, "%00")]
    assert {answer.status_code for answer in answers} == {404}
    assert len({said(answer) for answer in answers}) == 1
    token = csrf(student, "/submit")
    for action in ("withdraw", "messages"):
        answer = student.post(f"/jobs/{'a' * 26}/{action}", data={"csrf_token": token})
        assert answer.status_code == 404


def test_without_a_token_the_message_is_kept(
    lab: Printflow, student: FlaskClient, submit: Submit
) -> None:
    page = path(lab, submit())
    answer = student.post(f"{page}/messages", data={"message": "Can I come at five?"})
    assert answer.status_code == 403
    assert "Can I come at five?" in answer.text
    assert lab.jobs.details(lab.jobs.find()[0].id).notes == ()


def test_find_says_the_same_of_every_address(
    lab: Printflow, student: FlaskClient, submit: Submit
) -> None:
    job = submit()
    pages = [
        student.get(send(student, "/find", email=address).location)
        for address in ("jane@example.edu", "nobody@example.edu") * 2
    ]
    assert [said(page) for page in pages[::2]] == [said(page) for page in pages[1::2]]
    assert templates(lab) == ["received", "find_jobs"], "once in ten minutes"
    assert lab.students.url(job) in lab.mail.preview(lab.mail.find()[0].id).text


@pytest.mark.parametrize("of", ["", "request"])
def test_the_code_leads_to_the_page(
    lab: Printflow, student: FlaskClient, submit: Submit, of: str
) -> None:
    job = submit()
    address = lab.students.url(job) + (f"/{of}" if of else "")
    page = student.get(path(lab, job))
    assert f'src="{path(lab, job)}/code"' in page.text
    picture = student.get(f"{path(lab, job)}/code", query_string={"of": of} if of else {})
    assert picture.mimetype == "image/svg+xml"
    squares = segno.make(address, error="m", micro=False).matrix
    dark = {(x, y) for y, row in enumerate(squares) for x, one in enumerate(row) if one}
    drawn = re.findall(r"M(\d+) (\d+)h1v1h-1z", picture.text)
    assert {(int(x), int(y)) for x, y in drawn} == dark
    assert student.get("/jobs/nobodys/code").status_code == 404
