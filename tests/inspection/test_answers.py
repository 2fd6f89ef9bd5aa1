"""A file may take the guarded process over: what it then says is of the right kind, or nothing."""

from __future__ import annotations

import io
import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from printflow.inspection import scratch
from printflow.inspection.answers import MOST_PICTURE_BYTES, NotAnAnswer, looked
from printflow.inspection.guarded import Guarded
from printflow.inspection.inspector import Inspector, environment
from printflow.inspection.task_files import open_model
from printflow.said import Said, packed, say
from tests import sample_models
from tests.step_file import box_step

FACTS: dict[str, Any] = {
    "format": "stl", "triangles": 12, "bodies": 1, "dimensions_mm": [20, 15, 10], "volume_cm3": 3.0,
    "area_cm2": 13.0, "open_edges": 0, "wound": True, "notes": [],
}  # fmt: skip
PNG, WEBP = b"\x89PNG\r\n\x1a\n" + bytes(8), b"RIFF" + bytes(4) + b"WEBP" + bytes(4)


def line(**said: Any) -> bytes:
    return json.dumps({"facts": FACTS, **said}).encode() + b"\n"


def test_a_sound_answer() -> None:
    files = {"picture": io.BytesIO(PNG), "small": io.BytesIO(WEBP)}
    found = looked(line(picture=True), dict(files))
    assert found.facts is not None
    assert (found.facts.triangles, found.picture, found.error) == (12, True, "")


WRONG: dict[str, dict[str, Any]] = {
    "a text for a count": {"triangles": "12"},
    "a color that is none": {"colors": ["#d02030", "red"]},
    "a text for colors": {"colors": "#d02030"},
    "more colors than are told": {"colors": ["#d02030"] * 17},
    "a truth value for a count": {"triangles": True},
    "less than nothing": {"bodies": -1},
    "more than there can be": {"open_edges": 10**15},
    "no number": {"volume_cm3": float("nan")},
    "an endless measure": {"dimensions_mm": [float("inf"), 1, 1]},
    "two sides": {"dimensions_mm": [1, 1]},
    "a text for a side": {"dimensions_mm": ["<b>", 1, 1]},
    "a format that nobody knows": {"format": "<script>"},
    "a note that nobody knows": {"notes": ["<script>"]},
    "something more": {"password": "x"},
    "a word for whether it is wound": {"wound": "yes"},
}


@pytest.mark.parametrize("name", WRONG)
def test_facts_of_a_wrong_kind_are_none(name: str) -> None:
    with pytest.raises(NotAnAnswer):
        looked(line(facts={**FACTS, **WRONG[name]}), {})


@pytest.mark.parametrize("said", [b"", b"[]", b"{}", b"null", b"{", b"[" * 60_000, b'{"facts": 5}'])
def test_what_is_no_answer(said: bytes) -> None:
    with pytest.raises(NotAnAnswer):
        looked(said, {})


def test_sentences_are_short_and_plain() -> None:
    found = looked(json.dumps({"error": "a\x1b[2J\n" * 900, "code": "<script>"}).encode(), {})
    assert len(found.error) <= 300
    assert found.error.isprintable()
    assert found.code == "damaged"


def test_a_sentence_keeps_its_template() -> None:
    said = packed(say("The model has {count} triangles.", count=12_000))
    found = looked(json.dumps({"error": said, "code": "too_many"}).encode(), {})
    assert found.error == "The model has 12,000 triangles."
    assert isinstance(found.error, Said)
    assert found.error.template == "The model has {count} triangles."


@pytest.mark.parametrize(
    "said", [["{a}", {"a": "\x1b[2J"}], ["{a}" * 20, {"a": "x" * 90}], [5], ["a\nb"], {}, None]
)
def test_a_packed_sentence_is_believed_no_more(said: object) -> None:
    found = looked(json.dumps({"error": {"said": said}}).encode(), {})
    assert len(found.error) <= 300
    assert found.error.isprintable()
    assert not isinstance(found.error, Said)


@pytest.mark.parametrize(
    ("png", "webp"),
    [(b"<html>", WEBP), (PNG, b"GIF8"), (b"", b""), (PNG + bytes(MOST_PICTURE_BYTES), WEBP)],
)
def test_what_is_no_picture_is_not_kept(png: bytes, webp: bytes) -> None:
    files: dict[str, Any] = {"picture": io.BytesIO(png), "small": io.BytesIO(webp)}
    assert not looked(line(picture=True), files).picture


@pytest.mark.parametrize(
    "stl", [b"", sample_models.ascii_stl(), sample_models.three_mf(), sample_models.stl() + b"x"]
)
def test_what_is_no_binary_stl_never_reaches_the_slicer(stl: bytes) -> None:
    assert not looked(line(triangles=True), {"triangles": io.BytesIO(stl)}).triangles
    assert looked(line(triangles=True), {"triangles": io.BytesIO(sample_models.stl())}).triangles


@pytest.fixture
def inspector() -> Iterator[Inspector]:
    made = Inspector()
    yield made
    made.close()


@pytest.fixture
def box(tmp_path: Path) -> Path:
    path = tmp_path / "box.stl"
    path.write_bytes(sample_models.stl())
    return path


def test_an_answer_nobody_asked_for_ends_the_process(inspector: Inspector, box: Path) -> None:
    """Else a file could say what the next student's is like."""
    assert inspector.look(box, ".stl").facts
    child = inspector._child
    assert child is not None
    child._lines.put(line())
    assert inspector.look(box, ".stl").crashed
    assert inspector._child is None
    assert inspector.look(box, ".stl").facts


@pytest.mark.parametrize(
    ("ending", "make"), [(".step", box_step), (".3mf", sample_models.three_mf)]
)
def test_after_what_libraries_in_c_have_read_the_process_is_another(
    ending: str, make: Any, inspector: Inspector, box: Path
) -> None:
    assert inspector.look(box, ".stl").facts
    first = inspector._child
    assert inspector.look(box, ".stl").facts
    assert inspector._child is first, "our own readers keep it warm"
    path = box.with_name(f"model{ending}")
    path.write_bytes(make())
    assert inspector.look(path, ending).facts
    assert inspector._child is not None
    assert inspector._child is not first
    assert inspector.look(box, ".stl").facts


def test_only_step_has_a_folder_which_goes_with_its_process(tmp_path: Path) -> None:
    child = Guarded(environment(), writes=True)
    try:
        assert child._scratch is not None
        folder = child._scratch.path
        assert folder.is_dir()
    finally:
        child.end()
    assert not folder.exists()
    child = Guarded(environment())
    child.end()
    assert child._scratch is None


def test_a_folder_that_fills_up_ends_its_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scratch, "MOST_BYTES", 1000)
    made = scratch.Scratch()
    try:
        assert not made.full()
        (made.path / "a").write_bytes(bytes(1001))
        assert made.full()
    finally:
        made.close()


def test_cpu_seconds_of_a_file_are_limited(
    inspector: Inspector, box: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if sys.platform != "linux":
        pytest.skip("only Linux tells them")
    monkeypatch.setattr("printflow.inspection.inspector.CPU_SECONDS", 0.0)
    monkeypatch.setattr("printflow.inspection.inspector._LOOK_EVERY", 0.01)
    slow = box.with_name("slow.obj")
    slow.write_bytes(sample_models.obj() + b"f 1 2 3\n" * 400_000)
    began = time.monotonic()
    assert inspector.look(slow, ".obj").code == "crashed"
    assert time.monotonic() - began < 30


def test_a_link_or_a_pipe_is_no_model(inspector: Inspector, box: Path) -> None:
    link, pipe = box.with_name("link.stl"), box.with_name("pipe.stl")
    link.symlink_to(box)
    os.mkfifo(pipe)
    for path in (link, pipe, box.parent, box.with_name("nothing.stl")):
        assert inspector.look(path, ".stl").code == "file"
        with pytest.raises(OSError):
            open_model(path)
    assert inspector._child is None, "nothing was started for them"
