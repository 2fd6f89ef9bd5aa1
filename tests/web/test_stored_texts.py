"""Texts that a database keeps are shown in the reader's language, those of before as they are."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from printflow import Job, Printflow, Said, Status, say, say_n
from printflow.domain.event_kind import Correction
from printflow.domain.job import Actor
from printflow.domain.model_facts import InspectionState
from printflow.domain.reckoning import Reckoning
from printflow.domain.status import ActorKind
from printflow_web import spoken as spoken_module
from tests.plugins.pseudo import speak
from tests.web.conftest import said
from tests.web.test_spoken import Brackets

JobIn = Callable[[Status | str], Job]

NO_TRIANGLES = say("The model has {count} triangles.", count=12_000)
LATE = say_n("kept for {count} day", "kept for {count} days", 30)
ANSWERED = say("The job's status is “{status}” now.", status=say("Printing"))


def inspected(lab: Printflow, job: Job, note: str) -> None:
    with lab._parts.database.write() as tx:
        tx.files.inspected(
            job.original.id, state=InspectionState.FAILED, now=lab._parts.clock(), note=note
        )


def overtaken(lab: Printflow, job: Job, why: str) -> int:
    with lab._parts.database.write() as tx:
        mail = tx.outbox.of_job(job.id)[-1]
        tx.outbox.overtake(mail.id, why)
    return mail.id


def removed(lab: Printflow, job: Job, why: str) -> None:
    with lab._parts.database.write() as tx:
        tx.history.add_event(
            job.id,
            at=lab._parts.clock(),
            trigger=Correction.REMOVE,
            source=job.status,
            dest=job.status,
            actor=Actor(ActorKind.SYSTEM, "Retention"),
            details={"removed": "personal", "why": why},
        )


@pytest.mark.usefixtures("_brackets")
def test_they_are_shown_in_the_language(staff: FlaskClient, lab: Printflow, job_in: JobIn) -> None:
    job = job_in("UPLOADED")
    inspected(lab, job, NO_TRIANGLES)
    mail_id = overtaken(lab, job, ANSWERED)
    removed(lab, job, LATE)
    page = said(staff.get(f"/dashboard/jobs/{job.id}"))
    assert "[The model has 12,000 triangles.]" in page
    assert "[Retention] removed stored data: [Personal data] ([kept for 30 days])" in page
    assert "[The job's status is “[Printing]” now.]" in said(staff.get(f"/outbox/{mail_id}"))
    assert "[The job's status is “[Printing]” now.]" in said(staff.get("/outbox?state=overtaken"))


@pytest.fixture
def _brackets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spoken_module, "of_the_library", Brackets)


def test_those_of_before_are_shown_as_they_are(
    staff: FlaskClient, lab: Printflow, job_in: JobIn
) -> None:
    job = job_in("UPLOADED")
    inspected(lab, job, "new")
    mail_id = overtaken(lab, job, "new")
    removed(lab, job, "new")
    with lab._parts.database.write() as tx:
        for statement in (
            "update job_files set inspection_note = 'The old note.'",
            f"update outbox set error = 'Its link has expired.' where id = {mail_id}",
            """update events set details = '{"removed": "personal", "why": "kept for 9 days"}'
               where trigger = 'remove'""",
            """update jobs set reasons = '["Withdrawn by the student"]'""",
        ):
            tx.jobs._connection.execute(text(statement))  # type: ignore[attr-defined]
    page = said(staff.get(f"/dashboard/jobs/{job.id}"))
    assert "none: The old note." in page
    assert "Retention removed stored data: Personal data (kept for 9 days)" in page
    assert "Its link has expired" in said(staff.get(f"/outbox/{mail_id}"))
    assert lab.jobs.get(job.id).reasons == ("Withdrawn by the student",)


def test_the_columns_keep_templates(lab: Printflow, job_in: JobIn) -> None:
    job = job_in("PENDING")
    inspected(lab, job, NO_TRIANGLES)
    with lab._parts.database.write() as tx:
        tx.files.reckoned(job.original.id, Reckoning(problem=NO_TRIANGLES).plain())
        raw = tx.jobs._connection.execute(  # type: ignore[attr-defined]
            text("select inspection_note, reckoned from job_files where inspection_note != ''")
        ).one()
    assert raw[0].startswith('{"said":["The model has {count} triangles."')
    assert '"said"' in (raw[1] if isinstance(raw[1], str) else json.dumps(raw[1]))
    file = lab.jobs.get(job.id).original
    assert isinstance(file.inspection_note, Said)
    assert file.inspection_note.params == {"count": 12_000}
    assert file.reckoned is not None
    assert isinstance(file.reckoned.problem, Said)


def test_a_text_that_is_too_long_for_its_column_is_cut(lab: Printflow, job_in: JobIn) -> None:
    job = job_in("UPLOADED")
    inspected(lab, job, say("The file {name} is gone.", name="x" * 400))
    note = lab.jobs.get(job.id).original.inspection_note
    assert (len(note), note[:14]) == (300, "The file xxxxx")


def test_a_withdrawal_is_kept_by_its_template(
    staff: FlaskClient, lab: Printflow, job_in: JobIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = job_in("UPLOADED")
    lab.students.withdraw(lab.students.url(job).rpartition("/")[2])
    assert [type(one) for one in lab.jobs.get(job.id).reasons] == [Said]
    page = staff.get(f"/dashboard/jobs/{job.id}").text
    assert "Canceled by the student" in page
    speak(monkeypatch)
    assert "Canceled by the student" not in staff.get(f"/dashboard/jobs/{job.id}").text


def test_why_email_is_paused_is_kept_by_its_template(
    lab: Printflow, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = say("{server} answered {answer}", server="mail:25", answer="535 no")
    until = (clock() + timedelta(minutes=10)).isoformat()
    for why in ({"said": [words.template, dict(words.params)]}, "mail:25 answered 535 no"):
        with lab._parts.database.write() as tx:
            tx.lab.set_fact("outbox_paused", json.dumps({"why": why, "until": until}), clock())
        assert lab.mail.paused() == words


@pytest.mark.usefixtures("_brackets")
def test_changes_and_notes_of_the_program(
    staff: FlaskClient, lab: Printflow, job_in: JobIn
) -> None:
    job = job_in("UPLOADED")
    lab.mail.retry(lab.jobs.details(job.id).mails[0].id, to="jane@example.edu", by="Ana")
    assert "[Email “[" in said(staff.get(f"/dashboard/jobs/{job.id}"))
    plain = lab.catalog.export()
    lab.catalog.load({**plain, "minimum_charge": 500}, by="Ana")
    page = said(staff.get("/admin/changes"))
    assert "Changed the catalog: [minimum charge]" in page
