"""Every status on every page that shows a job, with every form, mail and sentence of history.

A new status, trigger or mail that is incomplete fails here: on an error, an empty heading, button,
menu item or cell, a raw key, or a place that was left in a text.
"""

from __future__ import annotations

from collections.abc import Callable
from string import Formatter

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from printflow import ActorKind, Job, PlateState, Printflow, Settings, Status, Trigger, allowed
from printflow.cli.root import printflow as command_group
from printflow.domain.event_kind import CORRECTIONS
from printflow.domain.marking import complete
from printflow.domain.status import STATUSES
from printflow.domain.trigger import TRIGGERS, Form, Many
from tests.plugins.lab import TestClock
from tests.plugins.orders import SubmitMany, approved
from tests.web.page_faults import page_faults, text_faults

JobIn = Callable[[Status | str], Job]


@pytest.fixture
def any_job_in(lab: Printflow, job_in: JobIn, clock: TestClock) -> JobIn:
    """A job in any status: by the usual way, else by whatever row of the table leads there."""

    def brought(status: Status | str) -> Job:
        try:
            return job_in(status)
        except ValueError:
            pass
        if status == Status.ARCHIVED:
            job = job_in(Status.REJECTED)
            clock.advance(days=lab.catalog.current.retention.archive_after_days + 1)
            return lab.jobs.archive(job.id, by="Ana")
        job = job_in(Status.UPLOADED)
        return lab.jobs.override(job.id, to=status, reason="To see it.", by="Ana")

    return brought


@pytest.mark.parametrize("status", Status)
def test_every_page_of_staff_shows_a_job_in_every_status(
    status: Status, staff: FlaskClient, any_job_in: JobIn, lab: Printflow
) -> None:
    job = any_job_in(status)
    here = f"/dashboard/jobs/{job.id}"
    pages = [
        here,
        f"/dashboard?status={status.value}",
        f"/dashboard?status={status.value}&view=dense",
        "/dashboard?status=all&view=cards",
        "/dashboard?status=attention",
        f"/dashboard/bulk?job={job.id}:{job.version}",
        f"{here}/edit",
        f"{here}/ticket",
        f"{here}/label",
        f"{here}/notes",
        f"/pick-up/{job.id}",
        "/pick-up",
        f"/pick-up?search={job.id}",
        "/dashboard/queue",
        f"/dashboard/plates/start?job={job.id}",
        *(
            f"/dashboard/plates/{plate.id}/{what}"
            for plate in lab.jobs.details(job.id).plates
            if plate.state is PlateState.RUNNING
            for what in ("end", "end?running=yes", "move")
        ),
        "/reports",
        "/reports/summary",
        "/outbox",
        *(f"/outbox/{mail.id}" for mail in lab.jobs.details(job.id).mails),
    ]
    for address in pages:
        answer = staff.get(address, follow_redirects=True)
        assert answer.status_code == 200, address
        assert page_faults(answer.text) == [], address


def test_every_page_shows_the_jobs_of_a_request_and_the_emails_about_them(
    staff: FlaskClient, student: FlaskClient, lab: Printflow, submit_many: SubmitMany
) -> None:
    jobs = submit_many(4)
    approved(lab, jobs[0])
    lab.dispatch()
    waiting = staff.get(f"/dashboard/jobs/{jobs[0].id}")
    assert "It waits for the other jobs of this request, until" in waiting.text
    approved(lab, jobs[1])
    for job in jobs[2:]:
        lab.jobs.reject(job.id, by="Ana", text="Too thin.")
    lab.dispatch()
    for job in jobs[:2]:
        lab.jobs.confirm(job.id, by="Ana", note="by phone")
        lab.jobs.start_printing(job.id, by="Ana")
        lab.jobs.complete(job.id, by="Ana")
    lab.dispatch()
    number = jobs[0].request_id
    mails = lab.mail.find()
    assert {"prices", "ready"} <= {mail.template for mail in mails}
    pages = [
        f"/dashboard?status=all&request={number}",
        f"/dashboard?status=all&view=dense&request={number}",
        "/pick-up",
        "/outbox",
        f"/dashboard/bulk?request={number}",
        *(f"/dashboard/bulk?request={number}&trigger={trigger.value}" for trigger in Trigger),
        *(f"/outbox/{mail.id}" for mail in mails),
        *(f"/outbox/{mail.id}/html" for mail in mails),
        *(f"/dashboard/jobs/{job.id}" for job in jobs),
        *(f"/pick-up/{job.id}" for job in jobs),
    ]
    for address in pages:
        answer = staff.get(address, follow_redirects=True)
        assert answer.status_code == 200, address
        assert page_faults(answer.text) == [], address
    for job in jobs:
        page = student.get(lab.students.url(job).removeprefix(lab.settings.effective_base_url))
        assert page_faults(page.text) == []
    assert (
        "Ready for pickup"
        in student.get(lab.students.url(jobs[1]).removeprefix(lab.settings.effective_base_url)).text
    )


@pytest.mark.parametrize("status", Status)
def test_every_form_of_every_status_is_whole(
    status: Status, staff: FlaskClient, any_job_in: JobIn
) -> None:
    job = any_job_in(status)
    for trigger in allowed(job, ActorKind.STAFF):
        alone = staff.get(f"/dashboard/jobs/{job.id}/{trigger.value}")
        assert alone.status_code == 200, trigger
        assert page_faults(alone.text) == [], trigger
        if trigger.record.many is not Many.NO:
            many = staff.get(f"/dashboard/bulk?job={job.id}:{job.version}&trigger={trigger.value}")
            assert many.status_code == 200, trigger
            assert page_faults(many.text) == [], trigger


@pytest.mark.parametrize("status", Status)
def test_the_students_page_shows_every_status(
    status: Status, student: FlaskClient, any_job_in: JobIn, lab: Printflow
) -> None:
    job = any_job_in(status)
    answer = student.get(lab.students.url(job).removeprefix(lab.settings.effective_base_url))
    assert answer.status_code == 200
    assert page_faults(answer.text) == []
    assert f'<h1 class="mt-1">{status.record.headline}' in answer.text


@pytest.mark.parametrize("status", Status)
def test_the_command_line_tells_every_status(
    status: Status, any_job_in: JobIn, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = any_job_in(status)
    monkeypatch.setenv("PRINTFLOW_STORE", str(settings.store))
    if settings.database_url:
        monkeypatch.setenv("PRINTFLOW_DATABASE_URL", settings.database_url)
    for words in (["list"], ["show", job.id]):
        said = CliRunner().invoke(command_group, words)
        assert said.exit_code == 0, said.output
        assert job.id in said.output
        # The command line speaks the statuses' own names beside their labels.
        assert [f for f in text_faults(said.output) if "raw key" not in f] == []


def test_every_sentence_of_history_is_read_on_a_jobs_page(
    staff: FlaskClient, any_job_in: JobIn, lab: Printflow
) -> None:
    told: set[str] = set()
    for status in Status:
        job = any_job_in(status)
        told |= {event.trigger.value for event in lab.jobs.details(job.id).events}
        page = staff.get(f"/dashboard/jobs/{job.id}").text
        assert page.count('<p class="font-medium">') == len(lab.jobs.details(job.id).events)
    assert len(told) > 6


@pytest.mark.parametrize("record", [*TRIGGERS.values(), *CORRECTIONS.values()])
def test_texts_have_only_places_that_are_filled_in(record: object) -> None:
    known = {
        "sentence": {"name", "source", "dest", "part", "why", "number", "machine"},
        "about": {"price", "email", "since", "planned", "kept", "status"},
        "about_many": set(),
    }
    for text, places in known.items():
        said = getattr(record, text, "")
        filled = said % dict.fromkeys(places, "x")
        assert text_faults(filled) == []
        assert not [name for _, name, _, _ in Formatter().parse(filled) if name]
    assert "%(name)s" in getattr(record, "sentence")  # noqa: B009 - the two kinds share it


def test_a_kind_without_a_record_does_not_start() -> None:
    incomplete = {status: record for status, record in STATUSES.items() if status != "PENDING"}
    with pytest.raises(TypeError, match="PENDING"):
        complete(Status, incomplete)


def test_what_is_asked_for_each_needs_a_form_of_its_own() -> None:
    each = {trigger for trigger in Trigger if trigger.record.many is Many.EACH}
    assert {trigger.record.form for trigger in each} <= {Form.QUOTE}


@pytest.mark.parametrize(
    ("html", "fault"),
    [
        ("<h1></h1>", "empty <h1"),
        ("<button class='x'> </button>", "empty <button"),
        ("<table><tr><td></td></tr></table>", "empty <td"),
        ("<p>The job is READYTOPRINT.</p>", "raw key 'READYTOPRINT'"),
        ("<p>pick_up_reminder</p>", "raw key 'pick_up_reminder'"),
        ("<p>Hello {name}</p>", "'{name}' left"),
        ("<p>Hello %(name)s</p>", "'%(name)' left"),
        ("<a title='{url}'>go</a>", "'{url}' left"),
    ],
)
def test_the_check_itself_sees_faults(html: str, fault: str) -> None:
    assert any(fault in found for found in page_faults(html))


def test_the_check_itself_lets_sound_pages_through() -> None:
    sound = "<h1>Job</h1><button aria-label='Close'></button><td><input></td><p>Ready to print</p>"
    assert page_faults(sound) == []
