"""Models are looked into after they were taken: newest first, again after a crash, never for ever."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from pathlib import Path

import pytest

from printflow import FileUnusable, InspectionState, NotFound, Printflow, inspect_file
from printflow.domain.model_facts import Looked
from printflow.looking import TRIES
from tests import models
from tests.integration.conftest import Program
from tests.plugins.lab import Submit, TestClock

_MINUTE = timedelta(minutes=1)


def test_facts_and_pictures_of_a_submission(lab: Printflow, submit: Submit) -> None:
    job = submit()
    assert job.file.inspection is InspectionState.QUEUED
    assert lab.inspect_due() == 1
    job = lab.job(job.id)
    assert job.facts is not None
    assert job.facts.dimensions_mm == (20, 15, 10)
    assert job.file.inspection is InspectionState.DONE
    assert lab.picture(job.file).startswith(b"\x89PNG")
    assert lab.picture(job.file, small=True)[8:12] == b"WEBP"
    assert lab.model_verdict(job, job.facts).startswith("Closed")
    assert lab.inspect_due() == 0
    assert lab.examine().findings == () or all(
        "Thumbnails" not in str(one) for one in lab.examine().findings
    )


def test_the_newest_comes_first(lab: Printflow, submit: Submit) -> None:
    first, second = submit(), submit()
    lab.inspect_due(limit=1)
    assert lab.job(second.id).facts
    assert not lab.job(first.id).facts


def test_a_model_that_cannot_be_read_has_a_reason(
    lab: Printflow, submit: Submit, model: Path
) -> None:
    model.write_bytes(models.stl(models.box(1e20, 1e20, 1e20)))
    job = submit()
    lab.inspect_due()
    job = lab.job(job.id)
    assert job.file.inspection is InspectionState.FAILED
    assert "Check the unit" in job.file.inspection_note
    with pytest.raises(NotFound):
        lab.picture(job.file)
    lab.reject(job.id, by="Sam", text="Too large.")


class Crashing:
    """A guarded process that dies over every file."""

    def __init__(self) -> None:
        self.asked = 0

    def look(self, *_: object, **__: object) -> Looked:
        self.asked += 1
        return Looked(error="Reading the model failed.", code="crashed", crashed=True)

    def close(self) -> None: ...


def test_a_crash_is_tried_twice_more(
    lab: Printflow, submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = submit()
    crashing = Crashing()
    monkeypatch.setattr(lab._ports.looker, "_inspector", crashing)
    assert lab.inspect_due() == TRIES == crashing.asked
    assert lab.job(job.id).file.inspection is InspectionState.FAILED
    monkeypatch.undo()
    assert lab.inspect_again([job.id]) == 1
    assert lab.inspect_due() == 1
    assert lab.job(job.id).facts


def test_a_worker_that_died_leaves_its_work_to_the_next(
    lab: Printflow, submit: Submit, clock: TestClock
) -> None:
    job = submit()
    with lab._ports.database.write() as tx:
        claimed = tx.files.claim_inspection(job.file.id, clock(), lease=_MINUTE)
    assert claimed is not None
    assert lab.inspect_due() == 0, "somebody is at it"
    clock.advance(minutes=2)
    assert lab.inspect_due() == 1


def test_a_server_does_it_by_itself(lab: Printflow, submit: Submit) -> None:
    lab._ports.dispatcher.start()
    job = submit()
    until = time.monotonic() + 30
    while lab.job(job.id).facts is None:
        assert time.monotonic() < until
        time.sleep(0.05)


def test_a_sliced_version_is_compared(lab: Printflow, submit: Submit) -> None:
    job = submit()
    name = f"{job.standard_name}_smaller.stl"
    beside = lab.settings.store / "Uploaded" / name
    beside.write_bytes(models.stl(models.box(18, 13.5, 9)))
    job = lab.approve(job.id, by="Sam", grams=10, hours=1, material="PLA", file=name)
    lab.inspect_due()
    job = lab.job(job.id)
    assert job.file.name == name
    assert lab.model_change(job, job.file) == "10 % smaller than the original"


def test_inspect_file(tmp_path: Path, model: Path) -> None:
    picture, tiny = tmp_path / "out.png", tmp_path / "out.webp"
    facts = inspect_file(model, picture=picture, small=tiny)
    assert facts.triangles == 12
    assert picture.read_bytes().startswith(b"\x89PNG")
    model.write_bytes(b"")
    with pytest.raises(FileUnusable):
        inspect_file(model)


def test_the_commands(program: Program, tmp_path: Path) -> None:
    box = tmp_path / "box.stl"
    box.write_bytes(models.stl())
    said = program.call("inspect", str(box), "--json", "--thumbnail", str(tmp_path / "box.png"))
    assert said.code == 0
    assert said.json["dimensions_mm"] == [20, 15, 10]
    assert said.json["watertight"] is True
    assert {"format", "triangles", "bodies", "volume_cm3", "area_cm2", "fits", "warnings"} <= set(
        said.json
    )
    assert (tmp_path / "box.png").is_file()
    assert not (tmp_path / "box.webp").exists()
    box.write_bytes(b"solid nothing")
    said = program.call("inspect", str(box), "--json")
    assert (said.code, "error" in json.loads(said.out)) == (1, True)
    assert program.call("inspect", str(box)).code == 1

    job_id = program.submit()
    said = program.call("reinspect", "--all", "--json")
    assert (said.code, said.json["waiting"]) == (0, 0)
    shown = program.call("show", job_id, "--json").json
    assert shown["files"][0]["facts"]["triangles"] == 12
    assert program.call("reinspect").code == 2
