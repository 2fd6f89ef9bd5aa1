"""What one page asks for again and again is asked of the database once, and never kept for another."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from printflow import Printflow, Settings
from printflow.db import database


def renamed(lab: Printflow, name: str) -> None:
    plain = lab.catalog.export()
    lab.catalog.load({**plain, "lab_name": name}, by="Ana")


@contextmanager
def statements() -> Iterator[list[str]]:
    found: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        found.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def test_the_catalog_is_asked_for_once_a_moment(lab: Printflow) -> None:
    assert lab.catalog.current.lab_name  # read whole by the first who asks
    for _ in range(2):
        with lab.moment(), statements() as found:
            for _ in range(3):
                assert lab.catalog.current.lab_name
        assert len(found) <= 1


def test_own_changes_show_within_the_moment(lab: Printflow) -> None:
    with lab.moment():
        for name in ("First lab", "Second lab"):
            renamed(lab, name)
            assert lab.catalog.current.lab_name == name


def test_changes_of_other_processes_show_in_the_next_moment(
    lab: Printflow, settings: Settings
) -> None:
    with Printflow.open(settings) as other:
        for name in ("First lab", "Second lab"):
            with lab.moment():
                assert lab.catalog.current.lab_name != name
                renamed(other, name)
            with lab.moment():
                assert lab.catalog.current.lab_name == name


def test_a_long_moment_ends(
    lab: Printflow, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Printflow.open(settings) as other, lab.moment():
        assert lab.catalog.current.lab_name != "Another lab"
        renamed(other, "Another lab")
        monkeypatch.setattr(database, "_MOMENT_SECONDS", -1.0)
        assert lab.catalog.current.lab_name == "Another lab"


def test_outside_of_a_moment_everything_is_asked_for(lab: Printflow, settings: Settings) -> None:
    with Printflow.open(settings) as other:
        for name in ("First lab", "Second lab"):
            renamed(other, name)
            assert lab.catalog.current.lab_name == name
