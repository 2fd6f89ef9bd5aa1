"""A machine of the print room that was kept is never another one than would be made now."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2.runtime import Context

from printflow import InRequest, Job, Machine, Note, Plate, PlateState, Printflow
from printflow.domain.plate import PlatePart
from printflow_web import machine_texts
from printflow_web.live_parts import Part, part_of
from printflow_web.machine_texts import (
    MachineTexts,
    MachineView,
    PartView,
    PlannedView,
    RunningView,
)
from printflow_web.queue_row_texts import QueueFrame
from printflow_web.row_texts import given_by
from tests.benchmarks.pages import Opened, browsers_of
from tests.plugins.lab import Submit
from tests.web.test_queue_row_texts import frame_of_tests
from tests.web.test_row_texts import NAMES, with_each_value_changed


def machine_of(job: Job) -> MachineView:
    machine = Machine(id=3, name="Bench 3", model="Prusa MK4S")
    note = Note(at=job.created_at, author="Ana", text="Thin wall", for_student=False)
    part = PartView(job, 2, InRequest(number=7, place=1, count=2), (note,))
    on_plate = PlatePart(
        id=1, plate_id=5, job_id=job.id, copies=2, added_at=job.created_at, outcomes=()
    )
    plate = Plate(
        id=5, machine=machine, state=PlateState.RUNNING, parts=(on_plate,), runs=(), file_name="",
        file_plate=None, grams=None, hours=Decimal(3), created_at=job.created_at,
        created_by="Ana", started_at=job.created_at, started_by="Ana", ended_at=None, ended_by="",
    )  # fmt: skip
    return MachineView(
        machine, "1-1", single=False, usable=True, waiting=True,
        running=(RunningView(plate, (part,), 40, False, "today, 9 AM", "today, 4 PM", "2 h"),),
        planned=(PlannedView(plate, (part,), Decimal("3.5"), "today, 8 PM"),),
        idle_since="", out_since="",
    )  # fmt: skip


def test_each_value_of_a_machine_and_of_its_frame_makes_it_anew(
    lab: Printflow, submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[tuple[MachineView, QueueFrame]] = []

    def render(row: MachineView, frame: QueueFrame) -> Part:
        made.append((row, frame))
        return part_of(f'<p id="machine {len(made)}">')

    monkeypatch.setattr(machine_texts, "machine_rendered", render)
    texts = MachineTexts()
    row, frame = machine_of(submit()), frame_of_tests(lab)
    texts.text(row, frame)
    rows, frames = with_each_value_changed(row), with_each_value_changed(frame)
    names = {name for name, _ in rows}
    assert {"waiting", "running.left", "running.plate.hours", "planned.parts.notes.text"} <= names
    for name, other in rows:
        assert texts.text(other, frame).id == f"machine {len(made)}", name
        assert made[-1] == (other, frame), name
    for name, another in frames:
        assert texts.text(row, another).id == f"machine {len(made)}", name
    assert texts.text(replace(row), frame_of_tests(lab)).id != "machine 1", (
        "the last one made is kept"
    )


def test_a_machines_template_reads_nothing_but_what_it_was_made_of(tmp_path: Path) -> None:
    read: set[str] = set()
    inside = [False]
    render = machine_texts.machine_rendered

    class Watched(Context):
        def resolve_or_missing(self, key: str) -> Any:
            if inside[0] and key not in self.vars:
                read.add(key)
            return super().resolve_or_missing(key)

    def watched(row: MachineView, frame: QueueFrame) -> Part:
        inside[0] = True
        try:
            return render(row, frame)
        finally:
            inside[0] = False

    with browsers_of(tmp_path, 1000) as browsers:
        browser, path = browsers(Opened("/dashboard/queue"), "")
        app: Any = browser.application
        assert isinstance(app, Flask)
        app.jinja_env.context_class = Watched
        texts = MachineTexts()
        texts._render = watched
        app.extensions["printflow_machines"] = texts
        page = browser.get(path)
        assert page.status_code == 200 and page.text.count("plate-running") > 3
        assert len(page.data) < 84_000, "with all machines printing"
    assert {"row", "may_use"} <= read, "the check sees what is read"
    known = {"row", "view", *given_by(QueueFrame("en", (), "", None))}  # the queue has no views
    assert read - known - NAMES == set()


def test_a_machine_is_made_again_when_something_on_it_changes(
    app: Flask, staff: FlaskClient, lab: Printflow, submit: Submit
) -> None:
    job = submit()
    lab.jobs.approve(job.id, by="Ana", grams="42.5", hours="3.25", material="PLA")
    lab.jobs.confirm(job.id, by="Ana", note="by phone")
    lab.jobs.start_printing(job.id, by="Sam")
    made: list[str] = []
    texts = MachineTexts()
    render = texts._render

    def counted(row: MachineView, frame: QueueFrame) -> Part:
        made.append(row.machine.name)
        return render(row, frame)

    texts._render = counted
    app.extensions["printflow_machines"] = texts
    assert job.id in staff.get("/dashboard/queue").text
    machines = len(made)
    staff.get("/dashboard/queue")
    assert len(made) == machines > 0
    lab.notes.add(job.id, by="Ana", text="Print me slowly")
    assert "Print me slowly" in staff.get("/dashboard/queue").text
    assert made[machines:] == [job.printer]
    lab.jobs.complete(job.id, by="Sam")
    page = staff.get("/dashboard/queue").text
    assert "Print me slowly" not in page and made[machines:] == [job.printer] * 2
