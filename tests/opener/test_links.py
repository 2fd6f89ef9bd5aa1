"""Links: the vectors that the web and the opener share, and arbitrary text."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from printflow.domain.naming import (
    PRINTABLE_ENDINGS,
    carries_job_id,
    is_plain_file_name,
    names_after,
)
from printflow.domain.naming import ending_of as library_ending_of
from printflow.domain.status import FOLDERS as STORE_FOLDERS
from printflow_opener import locate
from printflow_opener.link import ENDINGS, checked_name, ending_of, parse, told_apart_by
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


@pytest.mark.parametrize("vector", VECTORS["corrected"], ids=lambda vector: vector["before"])
def test_what_a_correction_leaves_of_a_name(vector: dict[str, Any]) -> None:
    """By it the opener finds the file that a page from before the correction names."""
    after = names_after({1: (vector["before"],)}, "JoRoe_Resin_Blue_K7Q2MX9A", "K7Q2MX9A")
    assert after == {1: vector["after"]}
    tail = told_apart_by(vector["before"])
    assert tail == told_apart_by(vector["after"])
    assert tail.startswith("K7Q2MX9A") or vector["before"] == vector["after"]


@given(st.text(max_size=80), st.sampled_from(["", "printflow://open/", "print3d://open?path="]))
@example("%2e%2e/K7Q2MX9A.stl", "printflow://open/")
def test_arbitrary_text_names_no_place(text: str, before: str) -> None:
    try:
        wanted = parse(before + text)
    except Refused:
        return
    assert not set(wanted.name) & set("/\\:\0")
    assert checked_name(wanted.name) == wanted.name


@given(st.binary(max_size=60), st.sampled_from(("latin-1", "utf-8")), st.booleans())
def test_arbitrary_bytes(data: bytes, code: str, whole: bool) -> None:
    """As a system hands them over: bytes that are no text come as lone surrogates."""
    text = data.decode(code, "surrogateescape")
    try:
        wanted = parse(text if whole else "printflow://open/" + text)
    except Refused:
        return
    assert checked_name(wanted.name) == wanted.name


NAMES = st.from_regex(
    rf"[A-Za-z0-9][A-Za-z0-9._ ()+-]{{0,60}}_K7Q2MX9A([._ ()+-][A-Za-z0-9._ ()+-]{{0,19}})?({'|'.join(map(re.escape, PRINTABLE_ENDINGS))})",
    fullmatch=True,
)


@given(NAMES)
def test_every_name_that_the_library_takes_can_be_opened(name: str) -> None:
    assume(is_plain_file_name(name) and library_ending_of(name) in PRINTABLE_ENDINGS)
    assume(carries_job_id(name, "K7Q2MX9A"))
    assert parse(open_link(name)).name == name


def test_endings_and_folders_are_those_of_the_library() -> None:
    assert {ending.lstrip(".") for ending in PRINTABLE_ENDINGS} <= set(ENDINGS)
    assert locate.FOLDERS == STORE_FOLDERS
    assert ending_of("a.GCODE.3MF") == ".gcode.3mf"
