"""In a language that nobody speaks, everything that is still English was not marked."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from printflow import ActorKind, Job, Printflow, Status, allowed, language_name
from printflow.language.choosing import own_name
from printflow.language.translation import offered_languages
from tests.e2e.test_administration import PAGES as OF_ADMINISTRATORS
from tests.plugins.pseudo import BEGIN, END, pseudo, speak
from tests.web.page_faults import texts_of

JobIn = Callable[[Status | str], Job]

_MARKED = re.compile(f"{BEGIN}[^{BEGIN}{END}]*{END}")
_WORD = re.compile(r"[A-Za-z][a-z]{2,}")
_OF_NO_LANGUAGE = {
    *("Printflow", "printflow", "PrusaSlicer", "PostgreSQL", "Python", "Linux", "Windows"),
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    *("January", "February", "March", "April", "June", "July", "August", "September", "October"),
    *("November", "December", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    *("Flask", "waitress", "macOS", "hour", "hours", "minute", "minutes", "day", "days", "week"),
    *("weeks", "month", "months", "year", "years"),
    *("windows", "mac", "linux"),
    *("whl", "pyz", "zip", "opener", "any", "none", "health", "live", "ready", "cash"),
    *("https", "http", "html", "toml", "json", "localhost", "example", "edu", "stl", "obj"),
}
_OF_NO_LANGUAGE |= {
    word
    for tag in offered_languages()
    for name in (own_name(tag), language_name(tag))
    for word in _WORD.findall(name)
}
"""Names, also of languages, and what the calendar of a language brings: that is Babel's."""


@pytest.fixture(autouse=True)
def _pseudo(monkeypatch: pytest.MonkeyPatch) -> None:
    speak(monkeypatch)


@pytest.fixture
def walked(lab: Printflow, job_in: JobIn) -> tuple[list[str], list[str]]:
    """The addresses of staff's pages, and those of students."""
    jobs = [job_in(status) for status in ("UPLOADED", "PENDING", "READYTOPRINT", "PRINTING")]
    jobs += [job_in(status) for status in ("COMPLETED", "PAIDPICKEDUP", "REJECTED")]
    job = jobs[0]
    lab.notes.add(job.id, by="Ana", text="Whichwayup", for_student=True)
    own = [lab.students.url(one).removeprefix(lab.settings.effective_base_url) for one in jobs]
    quote = lab.jobs.details(jobs[1].id).quotes[0]
    own.append(lab.quotes.url(quote).removeprefix(lab.settings.effective_base_url))
    here = f"/dashboard/jobs/{job.id}"
    staffs = [
        *OF_ADMINISTRATORS,
        *(f"/dashboard/jobs/{one.id}" for one in jobs),
        *(
            f"/dashboard/jobs/{one.id}/{trigger.value}"
            for one in jobs
            for trigger in allowed(one, ActorKind.STAFF)
        ),
        *(f"/pick-up/{one.id}" for one in jobs),
        *("/dashboard?status=all", "/dashboard?status=all&view=dense", "/dashboard?search=nobody"),
        *(f"{here}/edit", f"{here}/ticket", f"{here}/label", f"{here}/notes", "/pick-up"),
        *(
            "/dashboard/queue",
            "/dashboard/plates/start?machine=Prusa+MK4S",
            "/dashboard/machines/menu?machine=Prusa+MK4S",
            "/admin/machines",
            "/dashboard/payments",
            "/reports",
            "/reports/summary",
            "/dashboard/this-pc",
        ),
        *("/admin/retention", f"/dashboard/bulk?job={job.id}:{job.version}", "/no-such-page"),
        *(f"/outbox/{mail.id}" for mail in lab.mail.find()[:2]),
    ]
    return staffs, [
        "/",
        "/submit",
        "/find",
        "/contact",
        "/privacy",
        "/accessibility",
        "/login",
        "/no-such-page",
        *own,
    ]


def data_of(lab: Printflow) -> set[str]:
    """The words that someone of the lab typed, or a program gave as a name."""
    plain = json.dumps(lab.catalog.export(), ensure_ascii=False)
    for job in lab.jobs.find():
        details = lab.jobs.details(job.id)
        plain += repr(job) + repr(details.notes) + repr(details.events) + repr(details.payments)
        plain += " ".join(file.name for file in job.files)
    plain += repr(lab.people.all()) + repr(lab.stations.all()) + str(lab.settings.store)
    plain += repr(lab.system.view().versions)
    words = set(_WORD.findall(plain))
    return words | {word.capitalize() for word in words} | _OF_NO_LANGUAGE


def unmarked(html: str, data: set[str]) -> set[str]:
    """The English words of a page that are neither marked nor anybody's data."""
    said = "\n".join(texts_of(html))
    while (less := _MARKED.sub(" ", said)) != said:
        said = less
    return {word for word in _WORD.findall(said) if word not in data}


def test_every_word_of_a_page_is_marked(
    walked: tuple[list[str], list[str]], staff: FlaskClient, student: FlaskClient, lab: Printflow
) -> None:
    staffs, students = walked
    data = data_of(lab)
    left: dict[str, set[str]] = {}
    for browser, addresses in ((staff, staffs), (student, students)):
        for address in addresses:
            answer = browser.get(address, follow_redirects=True)
            assert answer.status_code in (200, 404), address
            if words := unmarked(answer.text, data):
                left[address] = words
    assert left == {}


def test_a_refusal_is_in_the_language(student: FlaskClient) -> None:
    answer = student.post("/find", data={"student_email": "nobody"})
    assert BEGIN in answer.text
    assert unmarked(answer.text, _OF_NO_LANGUAGE | {"nobody"}) - {"Makerspace"} == set()


def test_the_check_itself() -> None:
    assert unmarked(f"<p>{pseudo('Hello %(name)s')} Jane</p>", {"Jane"}) == set()
    assert unmarked("<p title='Close it'>x</p>", set()) == {"Close"}
    assert pseudo("{count} of <b>all</b>").count("{count}") == 1
    assert len(pseudo("Submit a print for the lab")) >= 1.4 * len("Submit a print for the lab")
