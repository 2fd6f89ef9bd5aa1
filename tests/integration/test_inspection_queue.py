"""Models are looked into after they were taken: newest first, again after a crash, never forever."""

from __future__ import annotations

import base64
import io
import json
import time
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image

from printflow import FileUnusable, InspectionState, NotFound, Printflow, inspect_file
from printflow.dispatch.inspection_queue import TRIES
from printflow.domain.model_facts import Looked
from tests import sample_models
from tests.inspection import reading
from tests.integration.conftest import Program
from tests.plugins.lab import Submit, TestClock

_MINUTE = timedelta(minutes=1)


def test_facts_and_pictures_of_a_submission(lab: Printflow, submit: Submit) -> None:
    job = submit()
    assert job.file.inspection is InspectionState.QUEUED
    assert lab.models.inspect_due() == 1
    job = lab.jobs.get(job.id)
    assert job.facts is not None
    assert job.facts.dimensions_mm == (20, 15, 10)
    assert job.file.inspection is InspectionState.DONE
    assert lab.models.picture(job.file).startswith(b"\x89PNG")
    assert lab.models.picture(job.file, small=True)[8:12] == b"WEBP"
    assert lab.models.verdict(job, job.facts).startswith("Ready")
    assert lab.models.inspect_due() == 0
    assert lab.doctor.examine().findings == () or all(
        "Thumbnails" not in str(one) for one in lab.doctor.examine().findings
    )


def test_the_newest_comes_first(lab: Printflow, submit: Submit) -> None:
    first, second = submit(), submit()
    lab.models.inspect_due(limit=1)
    assert lab.jobs.get(second.id).facts
    assert not lab.jobs.get(first.id).facts


def test_a_model_that_cannot_be_read_has_a_reason(
    lab: Printflow, submit: Submit, model: Path
) -> None:
    model.write_bytes(sample_models.stl(sample_models.box(1e20, 1e20, 1e20)))
    job = submit()
    lab.models.inspect_due()
    job = lab.jobs.get(job.id)
    assert job.file.inspection is InspectionState.FAILED
    assert "Check the unit" in job.file.inspection_note
    with pytest.raises(NotFound):
        lab.models.picture(job.file)
    lab.jobs.reject(job.id, by="Sam", text="Too large.")


def test_facts_of_older_readers_are_found_anew(
    lab: Printflow, submit: Submit, clock: TestClock
) -> None:
    queue = lab._parts.inspections
    current, closed, taken_away = submit(), submit(), submit()
    lab.models.inspect_due()
    lab.jobs.reject(closed.id, by="Sam", text="no")
    lab.dispatch()
    lab.files.path(taken_away.file).unlink()
    queue.version += 1
    clock.advance(hours=2)
    assert lab.models.uninspected() == 0, "nobody waits for them"
    later = submit()

    def versions() -> dict[str, int]:
        with lab._parts.database.read() as tx:
            table = "SELECT job_id, facts_version FROM job_files"
            return {row[0]: row[1] for row in tx._connection.exec_driver_sql(table)}  # type: ignore[attr-defined]

    assert queue.turn(), "what is new comes first"
    assert versions()[later.id] == queue.version
    for count in (1, 2, 2):
        assert not queue.turn(), "one in between, and none of a job that is closed"
        assert sum(versions()[one.id] == queue.version for one in (current, taken_away)) == count
    assert versions()[closed.id] == queue.version - 1
    for job in (current, taken_away):
        assert lab.jobs.get(job.id).facts == later.facts or lab.jobs.get(job.id).facts
    assert lab.jobs.get(taken_away.id).file.inspection is InspectionState.DONE
    assert lab.models.picture(lab.jobs.get(taken_away.id).file)
    assert lab.models.inspect_again(outdated=True) == 1
    assert lab.models.inspect_due() == 1
    assert versions()[closed.id] == queue.version
    assert lab.models.inspect_again(outdated=True) == 0


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
    monkeypatch.setattr(lab._parts.inspections, "_inspector", crashing)
    assert lab.models.inspect_due() == TRIES == crashing.asked
    assert lab.jobs.get(job.id).file.inspection is InspectionState.FAILED
    monkeypatch.undo()
    assert lab.models.inspect_again([job.id]) == 1
    assert lab.models.inspect_due() == 1
    assert lab.jobs.get(job.id).facts


def test_a_worker_that_died_leaves_its_work_to_the_next(
    lab: Printflow, submit: Submit, clock: TestClock
) -> None:
    job = submit()
    with lab._parts.database.write() as tx:
        claimed = tx.files.claim_inspection(job.file.id, clock(), lease=_MINUTE)
    assert claimed is not None
    assert lab.models.inspect_due() == 0, "someone is at it"
    clock.advance(minutes=2)
    assert lab.models.inspect_due() == 1


def test_a_server_does_it_by_itself(lab: Printflow, submit: Submit) -> None:
    lab._dispatcher.start()
    job = submit()
    until = time.monotonic() + 30
    while lab.jobs.get(job.id).facts is None:
        assert time.monotonic() < until
        time.sleep(0.05)


def test_a_sliced_version_is_compared(lab: Printflow, submit: Submit) -> None:
    job = submit()
    name = f"{job.standard_name}_smaller.stl"
    beside = lab.settings.store / "Uploaded" / name
    beside.write_bytes(sample_models.stl(sample_models.box(18, 13.5, 9)))
    job = lab.jobs.approve(job.id, by="Sam", grams=10, hours=1, material="PLA", file=name)
    lab.models.inspect_due()
    job = lab.jobs.get(job.id)
    assert job.file.name == name
    assert lab.models.change(job, job.file) == "10% smaller than the original"


def gcode(side: int) -> bytes:
    """A G-code file with the slicer's picture in it; without one for a side of 0."""
    written = io.BytesIO()
    Image.new("RGB", (max(side, 1), max(side, 1)), (200, 30, 30)).save(written, "PNG")
    letters = base64.b64encode(written.getvalue()).decode()
    lines = "\n".join("; " + letters[at : at + 78] for at in range(0, len(letters), 78))
    picture = f"; thumbnail begin {side}x{side} {len(letters)}\n{lines}\n; thumbnail end\n"
    text = f"; generated by PrusaSlicer 2.5.0\n\n{picture if side else ''}\nG28\nG1 X1 Y1\n"
    return (text + "; total filament used [g] = 4.20\n").encode()


@pytest.mark.parametrize("side", [220, 0])
def test_gcode_shows_the_picture_that_its_slicer_put_into_it(
    lab: Printflow, submit: Submit, side: int
) -> None:
    job = submit()
    lab.models.inspect_due()
    drawn = lab.models.picture(lab.jobs.get(job.id).file)
    name = f"{job.standard_name}.gcode"
    (lab.settings.store / "Uploaded" / name).write_bytes(gcode(side))
    job = lab.jobs.approve(job.id, by="Sam", grams=4, hours=1, material="PLA", file=name)
    assert lab.models.inspect_due() == 1
    job = lab.jobs.get(job.id)
    assert job.file.name == name
    assert (job.file.inspection, job.file.inspection_note) == (InspectionState.DONE, "")
    assert job.file.facts is None
    assert job.facts == job.original.facts
    assert job.pictured is not None
    shown = lab.models.picture(job.pictured)
    if not side:
        assert shown == drawn, "the model's own stands in"
        return
    with Image.open(io.BytesIO(shown)) as picture:
        assert (picture.format, picture.size) == ("PNG", (220, 220))
        assert picture.convert("RGB").getpixel((9, 9)) == (200, 30, 30)
    assert lab.models.picture(job.pictured, small=True)[8:12] == b"WEBP"


def test_a_model_that_lies_on_its_back_is_stood_up(
    lab: Printflow, submit: Submit, model: Path
) -> None:
    model.write_bytes(sample_models.stl(sample_models.box(20, 30, 10)))
    job = submit()
    lab.models.inspect_due()
    before = lab.models.picture(lab.jobs.get(job.id).file)
    assert lab.models.stand_up(job.id).original.up == "y"
    assert lab.models.inspect_due() == 1
    job = lab.jobs.get(job.id)
    assert job.facts is not None
    assert job.facts.dimensions_mm == (20, 10, 30)
    assert job.facts.volume_cm3 == pytest.approx(6)
    assert lab.models.picture(job.file) != before
    assert model.read_bytes() == lab.files.path(job.file).read_bytes(), "the file stays as it is"
    lab.models.stand_up(job.id)
    lab.models.inspect_due()
    assert lab.models.picture(lab.jobs.get(job.id).file) == before


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
    box.write_bytes(sample_models.stl())
    said = program.call("inspect", str(box), "--json", "--thumbnail", str(tmp_path / "box.png"))
    assert said.code == 0
    assert said.json["dimensions_mm"] == [20, 15, 10]
    assert said.json["watertight"] is True
    assert {"format", "triangles", "bodies", "volume_cm3", "area_cm2", "fits", "warnings"} <= set(
        said.json
    )
    assert (tmp_path / "box.png").is_file()
    assert program.call("inspect", str(box), "--json", "--up", "y").json["dimensions_mm"] == [
        20, 10, 15,
    ]  # fmt: skip
    assert not (tmp_path / "box.webp").exists()
    box.write_bytes(b"solid nothing")
    said = program.call("inspect", str(box), "--json")
    assert (said.code, "error" in json.loads(said.out)) == (1, True)
    assert program.call("inspect", str(box)).code == 1

    project = tmp_path / "two.3mf"
    project.write_bytes(reading.plates(("", [(1, 0)]), ("long", [(2, 0)])))
    said = program.call("inspect", str(project))
    assert "2 (1 20.0 × 15.0 × 10.0 mm; 2 “long” 32.0 × 12.0 × 7.0 mm)" in " ".join(
        said.out.split()
    )

    job_id = program.submit()
    said = program.call("reinspect", "--all", "--json")
    assert (said.code, said.json["waiting"]) == (0, 0)
    shown = program.call("show", job_id, "--json").json
    assert shown["files"][0]["facts"]["triangles"] == 12
    assert program.call("reinspect").code == 2
    assert program.call("reinspect", "--outdated", "--json").json["queued"] == 0
