"""Surfaces that touch, nearly touch, are there twice or inside out; and real holes beside them."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from printflow.inspection.measuring import measure
from printflow.inspection.surface import surface
from printflow.inspection.turning import turned
from tests import sample_models
from tests.inspection.shapes import Mesh, gear, prism


def box(size: Any = (10, 10, 10), at: Any = (0, 0, 0)) -> Any:
    return np.array(sample_models.box(*size), np.float32) + np.array(at, np.float32)


def soup(mesh: Mesh) -> Any:
    points, faces = mesh
    return points[faces]


def found(*parts: Any) -> tuple[int, bool, int]:
    skin = surface(np.concatenate(parts))
    return skin.open_edges, skin.wound, skin.bodies


@pytest.mark.parametrize("axis", range(3))
@pytest.mark.parametrize("size", [(10, 10, 10), (3.7, 0.4, 12.5)])
def test_two_boxes_that_share_a_face(axis: int, size: Any) -> None:
    there = [size[axis] if one == axis else 0 for one in range(3)]
    one, other = box(size), box(size, there)
    assert found(one, other) == (0, True, 2)
    assert found(one, other[:-1]) == (3, True, 2)
    assert found(one[1:], other) == (3, True, 2)
    assert measure(np.concatenate([one, other])).volume == pytest.approx(2 * np.prod(size))


def test_boxes_that_share_an_edge_or_a_corner() -> None:
    assert found(box(), box(at=(10, 10, 0))) == (0, True, 2)
    assert found(box(), box(at=(10, 10, 10))) == (0, True, 2)
    around = [box(at=(10 * x, 10 * y, 0)) for x in (0, 1) for y in (0, 1)]
    assert found(*around) == (0, True, 4)


def test_wedges_around_an_axis_and_a_hole_in_one() -> None:
    at = np.linspace(0, 2 * np.pi, 7)
    wedges = [
        soup(prism(np.array([[0, 0], [np.cos(a), np.sin(a)], [np.cos(b), np.sin(b)]]) * 20, 7))
        for a, b in pairwise(at)
    ]
    assert found(*wedges) == (0, True, 6)
    assert found(*wedges[:3], wedges[3][:-1], *wedges[4:])[0] == 3


@settings(deadline=None, max_examples=40)
@given(
    st.sets(st.tuples(*[st.integers(0, 3)] * 3), min_size=1, max_size=20),
    st.integers(0, 1000),
    st.randoms(use_true_random=False),
)
def test_blocks_however_they_touch(cells: set[Any], missing: int, chance: Any) -> None:
    whole = np.concatenate([box((2, 2, 2), [2 * c for c in cell]) for cell in sorted(cells)])
    order = list(range(len(whole)))
    chance.shuffle(order)
    assert found(whole[order]) == (0, True, len(cells))
    without = np.delete(whole, missing % len(whole), axis=0)
    assert found(without)[0] == 3


def test_a_face_too_many_is_open_and_a_flipped_one_is_not() -> None:
    fin = np.array([[[0, 0, 10], [10, 0, 10], [5, -4, 15]]], np.float32)
    assert found(box(), fin)[0] == 3
    closed = box()
    closed[3] = closed[3][::-1]
    assert found(closed) == (0, False, 1)
    assert found(box(), closed + np.array([10, 0, 0], np.float32))[:2] == (0, False)


def test_a_surface_that_is_there_twice() -> None:
    assert found(box(), box()) == (0, True, 2)
    assert found(box()[:-1], box()[:-1])[0] == 3, "its hole is there twice, too"


@pytest.mark.parametrize("scale", [1.0, 0.003, 4000.0])
@pytest.mark.parametrize("shape", ["box", "gear", "touching"])
def test_specks_around_zero_are_welded(shape: str, scale: float) -> None:
    shapes: dict[str, Any] = {
        "box": box((20, 15, 10)),
        "gear": soup(gear(12)),
        "touching": np.concatenate([box(), box(at=(10, 0, 0))]),
    }
    model = shapes[shape] * np.float32(scale)
    expected = found(model)
    chance = np.random.default_rng(3)
    zeros = model == 0
    specks = np.where(zeros, chance.uniform(-1, 1, model.shape) * 1e-17, model)
    assert found(specks.astype(np.float32)) == expected
    rough = model + (chance.uniform(-2e-7, 2e-7, model.shape) * np.ptp(model)).astype(np.float32)
    assert found(rough) == expected
    assert found(rough[1:])[0] == 3
    far = model + (chance.uniform(-1e-3, 1e-3, model.shape) * np.ptp(model)).astype(np.float32)
    assert found(far)[0] > 10


def righted(*parts: Any) -> Any:
    whole = np.concatenate(parts)
    skin = surface(whole)
    right = turned(whole, skin, measure(whole))
    return right is not None, measure(whole if right is None else right).volume


def test_bodies_that_are_inside_out() -> None:
    beside = box((4, 4, 4), (30, 0, 0))
    inside = box((4, 4, 4), (3, 3, 3))
    assert righted(box()) == (False, pytest.approx(1000))
    assert righted(box()[:, ::-1]) == (True, pytest.approx(1000))
    assert righted(box(), beside[:, ::-1]) == (True, pytest.approx(1064))
    assert righted(box()[:, ::-1], beside) == (True, pytest.approx(1064))
    assert righted(box(), inside[:, ::-1]) == (False, pytest.approx(936)), "a hollow"
    assert righted(box()[:, ::-1], inside) == (True, pytest.approx(936)), "a hollow, inside out"
    assert righted(box()[1:, ::-1])[0] is False, "nobody can tell"
