"""An open print room is sent what it doesn't hold, by the tags of its parts, and nothing else."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from printflow import Printflow
from tests.benchmarks.many_jobs import Plan, fill
from tests.web.test_live_list import OpenList, tagged

QUEUE = "/dashboard/queue"


class OpenRoom(OpenList):
    """The room as a browser's script keeps it."""

    def __init__(self, browser: FlaskClient) -> None:
        page = browser.get(QUEUE).text
        (tag,) = re.findall(r'data-etag="(\w+)"', page)
        self._browser, self._address, self.tag = browser, QUEUE, f'"{tag}"'
        self.parts = dict(tagged(page))

    def held(self) -> dict[str, str]:
        """The parts that a new page has, with their tags."""
        return dict(tagged(self._browser.get(QUEUE).text))


@pytest.fixture
def room(staff: FlaskClient, lab: Printflow) -> OpenRoom:
    fill(lab, Plan(300))
    return OpenRoom(staff)


def test_a_note_changes_one_row(room: OpenRoom, lab: Printflow) -> None:
    row = [name for name in room.parts if name.startswith("queued-")][3]
    lab.notes.add(row.removeprefix("queued-"), by="Ana", text="Print me slowly")
    news = room.ask()
    assert [name for name, _tag in tagged(news)] == [row]
    assert "Print me slowly" in news
    assert len(news.encode()) < 3_000
    assert room.ask() == ""


def test_a_machine_that_is_taken_out_comes_alone(room: OpenRoom, lab: Printflow) -> None:
    lab.machines.take_out("Prusa XL", reason="fan", by="Ben")
    news = dict(tagged(room.ask()))
    assert "machine-2-1" in news
    assert not [name for name in news if name.startswith("machine-1-")], "another model's"
    assert "room-columns" not in news, "all stands where it stood"
    assert room.parts == room.held()


def test_another_order_comes_with_the_rows_that_changed(room: OpenRoom, lab: Printflow) -> None:
    rows = [name for name in room.parts if name.startswith("queued-")]
    moved, first = rows[4].removeprefix("queued-"), rows[0].removeprefix("queued-")
    assert lab.queue.move(moved, by="Ana", before=first)
    news = room.ask()
    frame = news[news.index('id="room-columns"') :]
    shown = re.findall(r'data-part="queued-(\w{8})"', frame)
    assert shown[:2] == [moved, first]
    assert not [name for name, _tag in tagged(news) if name.startswith("machine-")]
    assert room.parts == {**room.parts, **room.held()}


def test_without_tags_all_of_it_is_sent(staff: FlaskClient, room: OpenRoom) -> None:
    held = dict(room.parts)
    room.parts.clear()
    room.tag = '"behind"'
    news = room.ask()
    assert room.parts == held
    assert len(news) > 20_000
    assert "data-part" not in staff.get(QUEUE).text, "each place is filled"
