"""An open list is sent what it doesn't hold, by the tags of its parts, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2.runtime import Context
from jinja2.utils import missing
from markupsafe import Markup

from printflow import Job, Printflow, Status
from printflow_web.live_parts import part_of
from tests.benchmarks.many_jobs import Plan, fill

ALL = "/dashboard?status=all"
DENSE = "/dashboard?status=all&view=dense"


class OpenList:
    """A list as a browser's script keeps it: the newest of each part."""

    def __init__(self, browser: FlaskClient, address: str) -> None:
        self._browser = browser
        self._address = address
        page = browser.get(address)
        self.tag = page.headers["ETag"]
        self.parts = dict(tagged(page.text))

    def ask(self) -> str:
        """What the server sends."""
        headers = {
            "X-Requested-With": "live",
            "If-None-Match": self.tag,
            "X-Holds": " ".join(self.parts.values()),
        }
        answer = self._browser.get(self._address, headers=headers)
        self.tag = answer.headers["ETag"]
        self.parts.update(tagged(answer.text))
        return answer.text

    @property
    def order(self) -> list[str]:
        """The IDs of its rows, as a new page has them."""
        (found,) = re.findall(r'data-order="([^"]*)"', self._browser.get(self._address).text)
        return str(found).split()


def tagged(text: str) -> Iterator[tuple[str, str]]:
    """The parts of a text: ID and tag of each."""
    yield from re.findall(r'id="([^"]+)" data-tag="([^"]+)"', text)


@pytest.fixture(params=[ALL, DENSE])
def shown(request: pytest.FixtureRequest, staff: FlaskClient, lab: Printflow) -> OpenList:
    fill(lab, Plan(200))
    return OpenList(staff, request.param)


def test_a_row_that_changed_is_sent_alone(shown: OpenList, lab: Printflow) -> None:
    row = next(name for name in shown.order[5:] if name.startswith("job-"))
    lab.notes.add(row.removeprefix("job-"), by="Ana", text="Print me slowly")
    news = shown.ask()
    assert [name for name, _tag in tagged(news)] == [row]
    assert "Print me slowly" in news
    assert len(news.encode()) < 3_000
    assert shown.ask() == ""


def test_what_an_open_list_holds_then_is_what_a_new_page_shows(
    shown: OpenList, lab: Printflow, staff: FlaskClient, job_in: Callable[[Status], Job]
) -> None:
    lab.worklist.mark_reviewed(job_in(Status.UPLOADED).id, by="Ana", reviewed=True)
    news = shown.ask()
    assert {"list-tabs", "job-list"} <= dict(tagged(news)).keys()
    again = dict(tagged(staff.get(shown._address).text))
    assert {name: shown.parts[name] for name in again} == again
    rows = re.findall(r'id="(job-\w{8})"', news)
    assert len(rows) == 1, "all others were there"


def test_without_tags_all_of_it_is_sent(shown: OpenList) -> None:
    held = dict(shown.parts)
    shown.parts.clear()
    shown.tag = '"behind"'
    shown.ask()
    assert shown.parts == held


def test_a_part_is_found_by_its_own_name() -> None:
    part = part_of('\n<p class="a" id="one"><b id="two">x</b></p>\n')
    assert part.id == "one"
    assert part.text == f'<p class="a" id="one" data-tag="{part.tag}"><b id="two">x</b></p>'
    other = part_of('<p class="a" id="one"><b id="two">y</b></p>')
    assert other.tag != part.tag
    held = part.holding([other])
    assert held == part.text.removesuffix("</p>") + other.text + Markup("</p>")


def test_the_parts_read_nothing_but_what_they_are_given(
    app: Flask, staff: FlaskClient, lab: Printflow
) -> None:
    fill(lab, Plan(200))
    read: set[str] = set()

    class Watched(Context):
        def resolve_or_missing(self, key: str) -> Any:
            found = super().resolve_or_missing(key)
            if found is missing and key not in ("caller", "current_view"):
                read.add(key)
            return found

    app.jinja_env.context_class = Watched
    asked = {"X-Requested-With": "live"}
    for address in (ALL, DENSE, f"{ALL}&search=nothing%20like%20it", "/dashboard?status=held"):
        assert staff.get(address, headers=asked).status_code == 200
    assert read == set()
