"""Links: the vectors that the web and the opener share, and arbitrary text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from printflow.domain.naming import PRINTABLE_ENDINGS
from printflow.domain.status import FOLDERS as STORE_FOLDERS
from printflow_opener import locate
from printflow_opener.link import ENDINGS, checked_name, ending_of, parse
from printflow_opener.refusal import Refused
from printflow_web.opener_links import open_link

VECTORS = json.loads((Path(__file__).parents[1] / "contract" / "links.json").read_text("utf-8"))


@pytest.mark.parametrize("vector", VECTORS["accepted"], ids=lambda vector: vector["link"])
def test_accepted(vector: dict[str, Any]) -> None:
    assert parse(vector["link"]).name == vector["name"]


@pytest.mark.parametrize("link", [*VECTORS["refused"], "printflow://open/" + "A" * 10_000])
def test_refused(link: str) -> None:
    with pytest.raises(Refused):
        parse(link)


@pytest.mark.parametrize("vector", VECTORS["accepted"], ids=lambda vector: vector["name"])
def test_what_the_web_writes_is_accepted(vector: dict[str, Any]) -> None:
    assert parse(open_link(vector["name"])).name == vector["name"]


@given(st.text(max_size=80), st.sampled_from(["", "printflow://open/", "print3d://open?path="]))
@example("%2e%2e/K7Q2MX9A.stl", "printflow://open/")
def test_arbitrary_text_names_no_place(text: str, before: str) -> None:
    try:
        wanted = parse(before + text)
    except Refused:
        return
    assert not set(wanted.name) & set("/\\:\0")
    assert checked_name(wanted.name) == wanted.name


@given(st.binary(max_size=60))
def test_arbitrary_bytes(data: bytes) -> None:
    try:
        parse("printflow://open/" + data.decode("latin-1"))
    except Refused:
        return


def test_endings_and_folders_are_those_of_the_library() -> None:
    assert {ending.lstrip(".") for ending in PRINTABLE_ENDINGS} <= set(ENDINGS)
    assert locate.FOLDERS == STORE_FOLDERS
    assert ending_of("a.GCODE.3MF") == ".gcode.3mf"
