"""A job with long histories: its page shows the newest part of each, and the rest by links."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import unescape
from itertools import chain
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.engine import Engine

from printflow import Job, Printflow, Status
from printflow_web.job_histories import AT_ONCE, FILES_AT_ONCE
from tests import sample_models
from tests.plugins.lab import Submit
from tests.web.conftest import said, token

MANY = 3 * AT_ONCE


def link(page: str, words: str) -> str:
    """The address behind the words."""
    found = re.search(rf'href="([^"]+)">{words}</a>', page)
    assert found, words
    return unescape(found[1]).partition("#")[0]


def parts(staff: FlaskClient, job: Job, older: str) -> list[str]:
    """The page, and each older part of one history, as a reader without scripts comes to them."""
    pages = [staff.get(f"/dashboard/jobs/{job.id}").text]
    while f">{older}</a>" in pages[-1]:
        pages.append(staff.get(link(pages[-1], older)).text)
        assert len(pages) < 20
    return pages


def of_notes(pages: list[str]) -> list[list[str]]:
    return [re.findall(r"Note number \d+\.", page) for page in pages]


@pytest.fixture
def long(lab: Printflow, submit: Submit) -> Job:
    """A job with many notes, each an email to the student."""
    job = submit()
    for number in range(MANY):
        lab.notes.add(job.id, by="Ana", text=f"Note number {number}.", for_student=True)
    return job


def test_every_note_stands_on_one_part_newest_first(staff: FlaskClient, long: Job) -> None:
    shown = of_notes(parts(staff, long, "Older notes"))
    assert [len(part) for part in shown] == [AT_ONCE] * 3
    assert list(chain.from_iterable(shown)) == [
        f"Note number {number}." for number in reversed(range(MANY))
    ]


def test_every_event_and_mail_stands_on_one_part(
    lab: Printflow, staff: FlaskClient, long: Job
) -> None:
    for number in range(MANY):
        lab.corrections.edit(long.id, by="Ana", class_number=f"ARCH {number}")
    details = lab.jobs.details(long.id)
    pages = parts(staff, long, "Older entries")
    times = [re.findall(r'<p class="timeline-time"><time', page) for page in pages]
    assert sum(map(len, times)) == len(details.events)
    for number in range(MANY - 1):
        assert sum(f"ARCH {number} → ARCH {number + 1}" in said_of(page) for page in pages) == 1
    pages = parts(staff, long, "Older emails")
    shown = [re.findall(r'href="/outbox/(\d+)"', page) for page in pages]
    assert list(chain.from_iterable(shown)) == [str(mail.id) for mail in reversed(details.mails)]


def said_of(page: str) -> str:
    """The words of a page's text."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def test_one_history_goes_on_while_the_others_stay(staff: FlaskClient, long: Job) -> None:
    first = staff.get(f"/dashboard/jobs/{long.id}").text
    older_notes = staff.get(link(first, "Older notes")).text
    both = staff.get(link(older_notes, "Older emails")).text
    assert of_notes([both]) == of_notes([older_notes]) != of_notes([first])
    assert of_notes([staff.get(link(both, "Newest notes")).text]) == of_notes([first])
    assert link(both, "Newest emails") != f"/dashboard/jobs/{long.id}"
    assert link(older_notes, "Newest notes") == f"/dashboard/jobs/{long.id}"


def test_nothing_is_missed_when_something_is_added_in_between(
    lab: Printflow, staff: FlaskClient, long: Job
) -> None:
    first = staff.get(f"/dashboard/jobs/{long.id}").text
    lab.notes.add(long.id, by="Sam", text="One more.")
    second = staff.get(link(first, "Older notes")).text
    last = of_notes([first])[0][-1]
    assert of_notes([second])[0][0] == f"Note number {int(last.split()[2][:-1]) - 1}."


def test_a_short_history_has_no_links(staff: FlaskClient, submit: Submit) -> None:
    page = said(staff.get(f"/dashboard/jobs/{submit().id}"))
    for words in ("Older", "Newest"):
        assert words not in page


def test_no_part_begins_at_a_word(staff: FlaskClient, submit: Submit) -> None:
    job = submit()
    for name in ("events", "notes", "mails", "files"):
        assert staff.get(f"/dashboard/jobs/{job.id}?{name}=1").status_code == 200
        for typed in ("x", "-1", "1e3", "٣", "9" * 30):
            assert staff.get(f"/dashboard/jobs/{job.id}?{name}={typed}").status_code == 404


def test_of_many_files_those_that_count_come_first(
    lab: Printflow, staff: FlaskClient, submit: Submit, model: Path
) -> None:
    job = submit()
    for number in range(2 * FILES_AT_ONCE):
        model.write_bytes(sample_models.stl(header=b"version %d" % number))
        lab.versions.add(job.id, model, by="Ana")
    job = lab.jobs.get(job.id)
    pages = parts(staff, job, "Older files")
    shown = [set(re.findall(r"/files/(\d+)\"", page)) for page in pages]
    assert {str(job.file.id), str(job.original.id)} <= shown[0]
    assert set().union(*shown) >= {str(file.id) for file in job.files if file.at_hand}


@contextmanager
def asked() -> Iterator[list[str]]:
    """The statements that are asked meanwhile, each with what it was given."""
    found: list[str] = []

    def note(_c: object, _cursor: object, statement: str, given: object, *_rest: object) -> None:
        found.append(f"{statement} {given}")

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def test_a_long_history_takes_no_more_statements_and_hardly_more_bytes(
    staff: FlaskClient, long: Job, submit: Submit
) -> None:
    short = submit()

    def opened(job: Job) -> tuple[int, int]:
        with asked() as statements:
            page = staff.get(f"/dashboard/jobs/{job.id}").data
        return len(statements), len(page)

    opened(short)
    few, many = opened(short), opened(long)
    assert many[0] == few[0] <= 18
    assert many[1] < few[1] + 1500 * AT_ONCE


@pytest.mark.parametrize("path", ["/jobs/{id}", "?status=all", "/queue"])
def test_no_page_asks_the_same_twice(staff: FlaskClient, submit: Submit, path: str) -> None:
    address = f"/dashboard{path.format(id=submit().id)}"
    with asked() as statements:
        assert staff.get(address, follow_redirects=True).status_code == 200
    assert not {one for one in statements if statements.count(one) > 1}


def test_an_action_in_an_older_part_leads_to_the_newest(
    lab: Printflow, staff: FlaskClient, job_in: Callable[[Status], Job]
) -> None:
    job = job_in(Status.UPLOADED)
    for number in range(MANY):
        lab.notes.add(job.id, by="Ana", text=f"Note number {number}.")
    older = link(staff.get(f"/dashboard/jobs/{job.id}").text, "Older notes")
    answer = staff.post(
        f"/dashboard/jobs/{job.id}/notes",
        data={"csrf_token": token(staff, older), "text": "Seen it."},
        follow_redirects=True,
    )
    assert "Seen it." in said(answer)
