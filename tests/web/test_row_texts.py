"""A row of the list that was kept is never another one than would be made now."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import StrictUndefined
from jinja2.runtime import Context

from printflow import Catalog, Flag, InRequest, Job, Note, Printflow, Right, Trigger
from printflow_web.live_parts import Part
from printflow_web.row_texts import RowFrame, RowTexts, RowView, given_by, row_rendered
from tests.benchmarks.many_jobs import Plan, fill
from tests.plugins.lab import Submit


class Other:
    """A value that no other value equals."""


def row_of(job: Job) -> RowView:
    note = Note(at=job.created_at, author="Ana", text="Thin wall", for_student=False)
    return RowView(
        job,
        allowed=(Trigger.APPROVE,),
        flags=frozenset({Flag.AGE}),
        age="2 days",
        age_level="aging",
        path="/mnt/part.stl",
        request=InRequest(number=7, place=1, count=2),
        warning="Very small",
        notes=(note,),
    )


def frame_of_tests(catalog: Catalog | None) -> RowFrame:
    return RowFrame("cards", True, False, "en", (Right.SEE,), "", catalog)


def with_each_value_changed(record: Any) -> list[tuple[str, Any]]:
    """A record again and again, each time with one of its values, at whatever depth, another one.
    A field that is added later is among them on its own.
    """
    changed = []
    for one in fields(record):
        value = getattr(record, one.name)
        if is_dataclass(value) and not isinstance(value, Catalog):
            inner = with_each_value_changed(value)
            changed += [
                (f"{one.name}.{name}", replace(record, **{one.name: other}))
                for name, other in inner
            ]
        elif isinstance(value, tuple) and value and is_dataclass(value[0]):
            changed += [
                (f"{one.name}.{name}", replace(record, **{one.name: (other, *value[1:])}))
                for name, other in with_each_value_changed(value[0])
            ]
        else:
            changed.append((one.name, replace(record, **{one.name: Other()})))
    return changed


def test_each_value_of_a_row_and_of_its_frame_makes_it_anew(lab: Printflow, submit: Submit) -> None:
    made: list[tuple[RowView, RowFrame]] = []

    def render(row: RowView, frame: RowFrame) -> str:
        made.append((row, frame))
        return f"row {len(made)}"

    texts = RowTexts(render)
    row, frame = row_of(submit()), frame_of_tests(lab.catalog.current)
    rows = with_each_value_changed(row)
    names = {name for name, _ in rows}
    assert {"age", "path", "job.shelf", "job.files.state", "request.place", "notes.text"} <= names
    first = texts.text(row, frame)
    assert texts.text(replace(row), replace(frame)) is first, "equal values are enough"
    for name, other in rows:
        before = len(made)
        assert texts.text(other, frame) == f"row {before + 1}", name
        assert made[-1] == (other, frame), name
    for name, another in with_each_value_changed(frame):
        before = len(made)
        assert texts.text(row, another) == f"row {before + 1}", name
        assert made[-1] == (row, another), name


def test_only_so_many_rows_are_kept(lab: Printflow, submit: Submit) -> None:
    made: list[str] = []

    def render(row: RowView, _frame: RowFrame) -> str:
        made.append(row.job.id)
        return row.job.id

    texts, frame = RowTexts(render, most=2), frame_of_tests(None)
    rows = [row_of(submit()) for _ in range(3)]
    for row in (rows[0], rows[1], rows[0], rows[2], rows[0], rows[1]):
        texts.text(row, frame)
    assert made == [rows[at].job.id for at in (0, 1, 2, 1)], "the one shown last stays"


FILTERS = {
    "day", "escape", "filter", "first", "grams", "hours", "join", "length", "list", "local_time",
    "map", "money", "open_link", "picture_url", "reject", "rejectattr", "select", "selectattr",
    "short", "size_mm", "striptags", "upper", "spoken",
}  # fmt: skip
"""They show what they are given; the lab's clock and currency are the frame's catalog's."""
NAMES = {
    "_", "gettext", "ngettext", "pgettext", "url_for", "beside", "may", "may_use", "may_pull_any",
    "icon", "dict", "usual",
}  # fmt: skip
"""What templates find beside what they are given: texts, addresses, rules (what is usual for a job
is the lifecycle's), and the rights of the reader, which are the frame's.
"""


def test_a_rows_template_reads_nothing_but_what_it_was_made_of(
    app: Flask, staff: FlaskClient, lab: Printflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(lab, Plan(400))
    read: set[str] = set()
    used: set[str] = set()
    rendering = [False]

    class Watched(Context):
        def resolve_or_missing(self, key: str) -> Any:
            if rendering[0] and key not in self.vars:
                read.add(key)
            return super().resolve_or_missing(key)

    def watched(name: str, show: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(show)
        def shown(*args: Any, **named: Any) -> Any:
            if rendering[0]:
                used.add(name)
            return show(*args, **named)

        return shown

    def render(row: RowView, frame: RowFrame) -> Part:
        rendering[0] = True
        try:
            return row_rendered(row, frame)
        finally:
            rendering[0] = False

    environment = app.jinja_env
    environment.context_class = Watched
    environment.undefined = StrictUndefined
    for name, show in list(environment.filters.items()):
        environment.filters[name] = watched(name, show)
    app.extensions["printflow_rows"] = RowTexts(render)
    # The page around the rows may look at what isn't there, so it's left out.
    monkeypatch.setattr("printflow_web.dashboard._parts", lambda shown: tuple(shown["rows"]))
    monkeypatch.setattr(
        "printflow_web.dashboard.render_template",
        lambda _name, **shown: "".join(row.text for row in shown["rows"]),
    )
    for view in ("cards", "dense"):
        for status in ("all", "attention", "UPLOADED"):
            page = staff.get(f"/dashboard?status={status}&view={view}")
            assert page.status_code == 200
            assert page.text.count("<li ") > 10
    given = {"row", "flag_words", *given_by(frame_of_tests(None))}
    assert {"row", "may"} <= read, "the check sees what is read"
    assert {"short", "money"} <= used
    assert read - given - NAMES == set()
    assert used - FILTERS == set()
