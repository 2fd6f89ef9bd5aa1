"""The demo: models that could be printed, and a lab with something in every status."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import trimesh

from printflow import (
    FileState,
    Job,
    LinkState,
    Printflow,
    Settings,
    Status,
    Trigger,
)
from printflow.demo import fill
from printflow.demo.model_files import WRITERS
from printflow.demo.sample_models import MODELS
from printflow.demo.stories import STORIES
from printflow.uploads.file_type import check_model


def loaded(data: bytes, kind: str) -> Any:
    return trimesh.load_mesh(io.BytesIO(data), file_type=kind)


@pytest.mark.parametrize("name", MODELS)
def test_models_are_closed_and_of_a_size_that_prints(name: str) -> None:
    mesh = MODELS[name]()
    model = loaded(WRITERS[".stl"](mesh), "stl")
    assert model.is_watertight
    assert model.is_winding_consistent
    assert 1_000 < model.volume < 200_000  # mm³
    assert abs(float(mesh.vertices[:, 2].min())) < 1e-6
    sides = mesh.vertices.max(axis=0) - mesh.vertices.min(axis=0)
    assert all(3 <= side <= 145 for side in sides), sides


@pytest.mark.parametrize("ending", WRITERS)
def test_every_ending_passes_the_door_and_keeps_the_model(ending: str) -> None:
    mesh = MODELS["gear"]()
    data = WRITERS[ending](mesh)
    assert check_model(f"gear{ending}", data, len(data)) == ending
    if ending == ".3mf":
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            assert package.testzip() is None
            text = package.read("3D/3dmodel.model").decode()
        assert text.count("<triangle ") == len(mesh.faces)
        assert text.count("<vertex ") == len(mesh.vertices)
        return
    model = loaded(data, ending.removeprefix("."))
    assert len(model.faces) == len(mesh.faces)
    assert model.volume == pytest.approx(loaded(WRITERS[".stl"](mesh), "stl").volume, rel=1e-3)


def test_the_stories_use_every_ending_and_every_model() -> None:
    assert {Path(story.file).suffix for story in STORIES} == set(WRITERS)
    assert {story.model for story in STORIES} == set(MODELS)
    assert all(story.email.endswith("@example.edu") for story in STORIES)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A filled lab, its jobs, and the progress that was told."""
    root = tmp_path_factory.mktemp("demo")
    settings = Settings(
        store=root / "store",
        base_url="http://127.0.0.1:8080",
        # Nobody listens there: a mail that was sent and not written would show.
        mail={"directory": root / "mail", "smtp_host": "127.0.0.1", "smtp_port": 9,
              "smtp_security": "none"},
    )  # fmt: skip
    steps: list[tuple[int, int]] = []
    with Printflow.open(settings) as lab:
        jobs = fill(lab, progress=lambda done, total: steps.append((done, total)))
        yield lab, jobs, steps


@pytest.mark.long
def test_every_status_has_a_job(told: tuple[Printflow, list[Job], object]) -> None:
    lab, jobs, _ = told
    counts = lab.jobs.counts()
    assert all(counts[status] >= 1 for status in Status), counts
    assert counts[Status.UPLOADED] >= 3
    assert sum(counts.values()) == len(jobs) == len(STORIES) >= 12
    assert [lab.jobs.get(job.id) for job in jobs] == jobs


def test_every_model_was_looked_into(told: tuple[Printflow, list[Job], object]) -> None:
    lab, jobs, _ = told
    assert lab.models.uninspected() == 0
    assert all(job.facts and job.pictured for job in jobs)
    assert lab.models.picture(jobs[0].file).startswith(b"\x89PNG")


def test_the_files_are_where_they_belong(told: tuple[Printflow, list[Job], object]) -> None:
    lab, jobs, _ = told
    sliced = 0
    for job in jobs:
        assert job.file.folder == job.status.folder
        for file in job.files:
            assert file.state is FileState.SETTLED
            path = lab.files.path(file)
            assert path == lab.settings.store / file.folder / file.name
            assert sha256(path.read_bytes()).hexdigest() == file.sha256
        if job.file != job.original:
            sliced += 1
            assert job.original.folder == "Originals"
    assert sliced == 2


def test_the_ages_are_honest(told: tuple[Printflow, list[Job], object]) -> None:
    lab, jobs, _ = told
    now = datetime.now(UTC)
    for job in jobs:
        details = lab.jobs.details(job.id)
        times = [event.at for event in details.events]
        assert times == sorted(times)
        assert times[0] == job.created_at
        assert times[-1] <= now
        for before, after in pairwise(details.events):
            if after.trigger is Trigger.ARCHIVE:
                assert after.at - before.at >= timedelta(days=90)
    assert now - min(job.created_at for job in jobs) > timedelta(days=120)
    assert now - max(job.created_at for job in jobs) < timedelta(hours=3)


def test_the_history_has_something_to_show(told: tuple[Printflow, list[Job], object]) -> None:
    lab, jobs, _ = told
    details = [lab.jobs.details(job.id) for job in jobs]
    assert {event.trigger for entry in details for event in entry.events} >= set(Trigger) - {
        Trigger.RESEND,
        Trigger.WITHDRAW,
        Trigger.ASK_TO_CANCEL,
        Trigger.KEEP,
        Trigger.CANCEL,
    }
    assert {attempt.result for entry in details for attempt in entry.attempts} == {
        "", "completed", "failed",
    }  # fmt: skip
    assert any(payment.waived for entry in details for payment in entry.payments)
    assert any(note.for_student for entry in details for note in entry.notes)
    assert any(not note.for_student for entry in details for note in entry.notes)
    lapsed = [
        entry
        for entry in details
        if entry.job.status is Status.PENDING
        and entry.quotes[-1].state(datetime.now(UTC)) is LinkState.EXPIRED
    ]
    assert len(lapsed) == 1
    assert set(lab.people.names()) == {"Ana", "Sam", "Priya"}


def test_mails_are_files_and_nothing_waits(told: tuple[Printflow, list[Job], object]) -> None:
    lab, jobs, _ = told
    mails = lab.mail.find()
    assert {mail.state for mail in mails} == {"sent"}
    assert len(mails) >= 2 * len(jobs)
    report = lab.dispatch()
    assert (report.placed, report.sent, report.failed) == (0, 0, 0)
    assert (report.waiting_files, report.waiting_mails) == (0, 0)
    directory = lab.settings.mail.directory
    assert directory is not None
    assert len(list(directory.glob("*.eml"))) == len(mails)


def test_progress_is_told(told: tuple[object, object, list[tuple[int, int]]]) -> None:
    _, _, steps = told
    assert steps == [(number, len(steps)) for number in range(1, len(steps) + 1)]
    assert len(steps) == sum(1 + len(story.steps) for story in STORIES)
