"""When G-code is called another model's, and when not: no turning, copy, plate or scale is an alarm."""

from __future__ import annotations

from typing import Any

import pytest

from printflow.domain.model_facts import ModelFacts, PlateFacts
from printflow.domain.printed_outline import OutlineVerdict, PrintedOutline, compare_outline

Size = tuple[float, float, float]


def model(size: Size, *, full: float = 1.0, **more: Any) -> ModelFacts:
    x, y, z = size
    plain = {
        "format": "stl", "triangles": 12, "bodies": 1, "dimensions_mm": size,
        "volume_cm3": full * x * y * z / 1000, "area_cm2": 1.0, "open_edges": 0, "wound": True,
    }  # fmt: skip
    return ModelFacts(**{**plain, **more})


def verdict(printed: Size, *models: ModelFacts, parts: int = 1, copies: int = 1) -> OutlineVerdict:
    found = compare_outline(PrintedOutline(size=printed, parts=parts), models, copies)
    assert found is not None
    return found


BOX = model((60, 40, 30))


def test_another_model_is_told() -> None:
    found = verdict((20, 20, 10), BOX)
    assert found.doubt
    assert str(found.text).startswith(
        "This G-code doesn't look like it was made from this model: it prints 20.0 × 20.0 × 10.0 mm, "
        "the model is 60.0 × 40.0 × 30.0 mm."
    )


@pytest.mark.parametrize("printed", [(20, 20, 10), (45, 40, 30), (60, 10, 60), (90, 90, 5)])
@pytest.mark.parametrize("parts", [0, 1, 4])
def test_too_little_is_a_doubt_however_many_are_printed(printed: Size, parts: int) -> None:
    assert verdict(printed, model((75, 50, 30)), parts=parts).doubt


@pytest.mark.parametrize(
    "printed",
    [
        (60, 40, 30.2),
        (60.4, 40.4, 29.8),
        (40, 60, 30),  # a quarter turn
        (30, 40, 60),  # on another side
        (70.7, 70.7, 30),  # half a quarter turn
        (40, 55, 57),  # freely
    ],
)
def test_turning_is_no_doubt(printed: Size) -> None:
    found = verdict(printed, BOX)
    assert not found.doubt
    assert "It prints" in found.text


def test_copies_and_other_parts_are_no_doubt() -> None:
    assert not verdict((200, 180, 30), BOX, parts=6, copies=6).doubt
    assert not verdict((200, 180, 90), BOX, parts=6).doubt, "others' parts stand beside it"
    assert not verdict((200, 180, 90), BOX, parts=0).doubt, "a skirt may be among them"


def test_what_is_too_large_is_a_doubt_where_it_stands_alone() -> None:
    assert verdict((120, 90, 30), BOX).doubt
    assert verdict((60, 40, 90), BOX, parts=3, copies=3).doubt, "too high for any of the copies"
    assert not verdict((60, 40, 75), BOX, parts=3, copies=3).doubt


@pytest.mark.parametrize(("factor", "percent"), [(0.5, 50), (2, 200), (3.05, 305), (1.1, 110)])
def test_a_scale_is_named(factor: float, percent: int) -> None:
    sides = (40 * factor, 60 * factor, 30 * factor)
    found = verdict(sides, BOX)
    assert not found.doubt
    assert f"at {percent}% of its size" in found.text


def test_hollow_and_open_models_need_no_room_for_their_volume() -> None:
    assert verdict((40, 30, 45), model((50, 50, 50))).doubt
    frame = model((50, 5, 50), full=0.2)
    assert not verdict((50, 50, 5), frame).doubt
    assert not verdict((52, 20, 20), model((50, 50, 50), open_edges=4)).doubt


def test_pieces_may_be_split_up() -> None:
    pair = model((150, 20, 20), full=0.1, bodies=2)
    assert not verdict((60, 60, 20), pair, parts=2).doubt
    assert not verdict((40, 20, 20), pair).doubt, "one of them"


def test_one_plate_of_several_is_enough() -> None:
    sizes: list[Size] = [(200, 100, 20), (30, 30, 30)]
    plates = tuple(
        PlateFacts(number=at, name="", triangles=12, dimensions_mm=size, area_cm2=1,
                   volume_cm3=size[0] * size[1] * size[2] / 1000)
        for at, size in enumerate(sizes, start=1)
    )  # fmt: skip
    project = model((200, 100, 20), plates=plates)
    assert not verdict((30, 30, 30), project).doubt
    assert verdict((20, 20, 20), project).doubt is False, "the small one at two thirds"
    assert verdict((20, 10, 20), project).doubt


def test_a_later_version_counts() -> None:
    assert not verdict((20, 15, 10), BOX, model((20, 15, 10))).doubt


def test_nothing_measured_nothing_said() -> None:
    assert compare_outline(PrintedOutline(size=(1, 1, 1)), [], 1) is None
