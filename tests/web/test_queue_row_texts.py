"""A row of the queue that was kept is never another one than would be made now."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2.runtime import Context

from printflow import InRequest, Job, Note, Printflow, Right
from printflow_web import queue_row_texts
from printflow_web.live_parts import Part, part_of
from printflow_web.queue_row_texts import QueueFrame, QueueRow, QueueRowTexts
from printflow_web.row_texts import given_by
from tests.benchmarks.queue import fill_ready
from tests.plugins.lab import Submit
from tests.web.test_row_texts import NAMES, with_each_value_changed


def row_of(job: Job) -> QueueRow:
    note = Note(at=job.created_at, author="Ana", text="Thin wall", for_student=False)
    return QueueRow(
        job,
        copies=2,
        hours=Decimal("3.5"),
        again=False,
        late=False,
        age="2 days",
        ends="today, 4:00 PM",
        in_service=True,
        up="K1",
        down="",
        request=InRequest(number=7, place=1, count=2),
        notes=(note,),
    )


def frame_of_tests(lab: Printflow) -> QueueFrame:
    return QueueFrame("en", (Right.SEE,), "", lab.catalog.current)


def test_each_value_of_a_row_and_of_its_frame_makes_it_anew(
    lab: Printflow, submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[tuple[QueueRow, QueueFrame]] = []

    def render(row: QueueRow, frame: QueueFrame) -> Part:
        made.append((row, frame))
        return part_of(f'<p id="row {len(made)}">')

    monkeypatch.setattr(queue_row_texts, "queue_row_rendered", render)
    texts = QueueRowTexts()
    row, frame = row_of(submit()), frame_of_tests(lab)
    first = texts.text(row, frame)
    rows, frames = with_each_value_changed(row), with_each_value_changed(frame)
    assert {"ends", "up", "down", "job.shelf", "notes.text"} <= {name for name, _ in rows}
    for name, other in rows:
        assert texts.text(other, frame).id == f"row {len(made)}", name
        assert made[-1] == (other, frame), name
    for name, another in frames:
        assert texts.text(row, another).id == f"row {len(made)}", name
        assert made[-1] == (row, another), name
    assert texts.text(row_of(row.job), frame_of_tests(lab)) != first, "the last one made is kept"
    assert len(made) == 2 + len(rows) + len(frames)


def test_a_rows_template_reads_nothing_but_what_it_was_made_of(
    app: Flask, staff: FlaskClient, lab: Printflow
) -> None:
    fill_ready(lab, 60)
    read: set[str] = set()
    inside = [False]
    render = queue_row_texts.queue_row_rendered

    class Watched(Context):
        def resolve_or_missing(self, key: str) -> Any:
            if inside[0] and key not in self.vars:
                read.add(key)
            return super().resolve_or_missing(key)

    def watched(row: QueueRow, frame: QueueFrame) -> Part:
        inside[0] = True
        try:
            return render(row, frame)
        finally:
            inside[0] = False

    app.jinja_env.context_class = Watched
    texts = QueueRowTexts()
    texts._render = watched
    app.extensions["printflow_queue_rows"] = texts
    page = staff.get("/dashboard/queue")
    assert page.status_code == 200
    assert page.text.count('id="queued-') > 10
    assert {"row", "may_use"} <= read, "the check sees what is read"
    assert read - {"row", *given_by(frame_of_tests(lab))} - NAMES == set()


def test_a_row_is_made_once_for_two_readers_and_again_when_it_changes(
    app: Flask, staff: FlaskClient, lab: Printflow
) -> None:
    fill_ready(lab, 20)
    made: list[str] = []
    texts = QueueRowTexts()
    render = texts._render

    def counted(row: QueueRow, frame: QueueFrame) -> Part:
        made.append(row.job.id)
        return render(row, frame)

    texts._render = counted
    app.extensions["printflow_queue_rows"] = texts
    first = staff.get("/dashboard/queue").text
    rows = first.count('id="queued-')
    assert len(made) == rows > 5
    moved = made[1]
    staff.get("/dashboard/queue")
    assert len(made) == rows
    lab.notes.add(moved, by="Ana", text="Print me slowly")
    again = staff.get("/dashboard/queue").text
    assert made[rows:] == [moved]
    assert "Print me slowly" in again
