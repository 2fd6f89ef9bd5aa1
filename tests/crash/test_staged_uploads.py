"""A model in pieces, with the server dying at every point: the sender goes on from what is there."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from printflow import Job, Model, NotFound, Printflow, UploadGone
from printflow.testing import Outside, settle, violations
from printflow.testing.faults import Crash, FaultPlan, When
from printflow.testing.wrapped import telling_points
from tests import sample_models
from tests.crash.scenario import FORM

pytestmark = [pytest.mark.crash, pytest.mark.long]
MODEL = sample_models.stl()
PIECE = len(MODEL) // 2 + 1


def carry_on(outside: Outside, lab: Printflow) -> list[Job]:
    """What the browser does, with what it remembers: ask where the file ends, go on, send the form."""
    memory = outside.memory
    for _ in range(2):
        try:
            upload = memory.setdefault("upload", "") or lab.staged.begin("bracket.stl", len(MODEL))
            memory["upload"] = upload
            offset = lab.staged.get(upload).offset if not memory.get("whole") else len(MODEL)
            memory["most"] = max(memory.get("most", 0), offset)
            assert offset >= memory.get("told", 0), "what was told to be here is here"
            while offset < len(MODEL):
                piece = io.BytesIO(MODEL[offset : offset + PIECE])
                offset = memory["told"] = lab.staged.append(upload, offset, piece).offset
            memory["whole"] = True
            shared: dict[str, Any] = {
                name: value for name, value in FORM.items() if name != "color"
            }
            models = [Model(file=file, color="Blue") for file in lab.staged.whole([upload])]
            return lab.intake.submit_several(models, idempotency_key="the-form", **shared)
        except (NotFound, UploadGone):
            memory.update(upload="", whole=False, told=0)
    raise AssertionError("the lab forgot the file twice")


def rehearsal(folder: Path) -> list[tuple[int, When]]:
    plan = FaultPlan()
    outside = Outside(folder)
    lab = outside.open(plan)
    before = plan.count
    carry_on(outside, lab)
    points = [point for point in telling_points(plan.calls) if point[0] >= before]
    assert {"store.append_incoming", "store.write", "store.settle_incoming", "store.keep_note"} <= {
        plan.calls[number] for number, _ in points
    }
    outside.kill(lab)
    return points


def test_whenever_the_server_dies_the_model_arrives_once(tmp_path: Path) -> None:
    points = rehearsal(tmp_path / "rehearsal")
    prepared = Outside(tmp_path / "prepared")
    prepared.kill(prepared.open())
    crashed = 0
    for number, when in points:
        outside = prepared.copy(tmp_path / f"{number}-{when}")
        plan = FaultPlan()
        lab = outside.open(plan)
        plan.crash(number, when)
        try:
            carry_on(outside, lab)
        except Crash:
            crashed += 1
        outside.kill(lab)
        outside.clock.advance(hours=2)  # past the leases of the dead
        lab = outside.open()
        (job,) = carry_on(outside, lab)
        outside.acknowledged.append((job.id, "submit"))
        settle(outside, lab)
        assert [one.id for one in lab.jobs.find()] == [job.id], (number, when)
        assert lab.files.path(lab.jobs.get(job.id)).read_bytes() == MODEL, (number, when)
        assert violations(outside, idle=True) == [], (number, when)
        outside.kill(lab)
    assert crashed > len(points) // 2
