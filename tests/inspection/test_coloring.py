"""The colors of a model's own: read as the table says by the server, told."""

from __future__ import annotations

import io
from collections import Counter

import numpy as np
import pytest

from printflow.inspection.child import inspect
from printflow.inspection.colors import NONE, color_of, told
from printflow.inspection.loading import read_model
from printflow.inspection.paint import main_slot, slots_of
from tests.inspection import coloring
from tests.inspection.coloring import CASES, Colored


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_triangle_has_its_color(case: Colored) -> None:
    data = case.make()
    model = read_model(io.BytesIO(data), ".3mf")
    colors = [NONE] * len(model.triangles) if model.colors is None else model.colors.tolist()
    assert len(colors) == len(model.triangles)
    assert Counter(colors) == case.triangles
    facts, _ = inspect(io.BytesIO(data), ".3mf")
    assert sorted(facts.colors) == case.colors


def test_more_colors_than_can_be_told() -> None:
    facts, _ = inspect(io.BytesIO(coloring.many(40)), ".3mf")
    assert list(facts.colors) == ["#333399", "#663399", "#003399"]


def test_the_largest_is_told_first() -> None:
    small = np.array([[[0, 0, 0], [1, 0, 0], [0, 1, 0]]], np.float32)
    triangles = np.concatenate([small, small * 9, small * 4])
    colors = np.array([1, 2, 3], np.int32)
    assert told(colors, triangles, (4, NONE)) == ("#000002", "#000003", "#000001", "#000004")
    assert told(None, triangles) == ()


def test_codes_of_painting() -> None:
    assert slots_of("4") == {1: 1.0}
    assert slots_of("DC") == {16: 1.0}
    assert slots_of("2FC") == {20: 1.0}
    assert slots_of("0" + "8" + "4" + "2") == {1: 0.5, 2: 0.25, 0: 0.25}
    assert slots_of("8883" + "1") == {}, "cut short"
    assert slots_of("4" + "8888" + "3" + "1") == {2: 0.5, 1: 0.5}
    assert [slots_of(code) for code in ("", "C", "x", "3", "1" * 30_000)] == [{}] * 5
    assert main_slot({}) == 0
    assert main_slot({2: 0.5, 1: 0.5}) == 1


def test_words_for_colors() -> None:
    assert color_of(" #0a0B0c ") == 0x0A0B0C
    assert color_of("#11223344") == 0x112233
    assert [color_of(word) for word in ("", "#123", "red", "#1122334")] == [NONE] * 4
