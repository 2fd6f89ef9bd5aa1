"""``slicer plates`` and ``slicer suggest``: each plate of a sliced file on its own."""

from __future__ import annotations

from printflow import Job, Printflow, Settings
from tests.integration.conftest import Program
from tests.sliced_files import Plate, bundle

LEFT = Plate(number=1, seconds=3600, grams="10.50", objects=("left.stl", "left.stl"), name="Left")
RIGHT = Plate(number=2, seconds=5400, grams="4.25", materials=("PETG",))


def submitted(program: Program) -> Job:
    """A job in the program's lab."""
    with Printflow.open(Settings(store=program.store)) as lab:
        current = lab.catalog.current
        method = current.methods[0]
        return lab.intake.submit(
            program.folder / "bracket.stl", student="Jane Doe", email="jane@example.edu",
            method=method.name, color=method.colors[0].name,
            printer=current.printers_for(method.name)[0].name,
            discipline=current.disciplines[0], class_number="ARCH 4000", acknowledge_minimum=True,
        )  # fmt: skip


def test_the_plates_of_a_file(program: Program) -> None:
    (program.folder / "two.gcode.3mf").write_bytes(bundle(LEFT, RIGHT))
    said = program.call("slicer", "plates", "two.gcode.3mf")
    assert said.code == 0, said.err
    assert [line.split("\t")[:5] for line in said.out.splitlines()[1:]] == [
        ["1", "10.5 g", "1 h", "PLA", "Left: left.stl × 2"],
        ["2", "4.25 g", "1 h 30 min", "PETG", "–"],
        ["all", "14.75 g", "2 h 30 min", "", ""],
    ]
    found = program.call("slicer", "plates", "two.gcode.3mf", "--json").json
    assert (found["grams"], found["hours"]) == ("14.75", "2.50")
    assert found["plates"][1] == {
        "number": 2, "state": "sliced", "name": "", "grams": "4.25", "hours": "1.50",
        "materials": ["PETG"], "objects": [], "has_gcode": True,
        "source": "Metadata/slice_info.config",
    }  # fmt: skip


def test_a_plate_that_is_not_sliced_has_no_figures_and_the_file_no_total(program: Program) -> None:
    (program.folder / "two.gcode.3mf").write_bytes(bundle(LEFT, Plate(number=2)))
    said = program.call("slicer", "plates", "two.gcode.3mf")
    assert said.out.splitlines()[2].split("\t")[:3] == ["2", "not sliced", "–"]
    assert said.out.splitlines()[3].split("\t")[:3] == ["all", "–", "–"]
    found = program.call("slicer", "plates", "two.gcode.3mf", "--json").json
    assert (found["grams"], found["plates"][1]["state"]) == (None, "not_sliced")


def test_files_without_plates(program: Program) -> None:
    assert "isn't from a slicer" in program.call("slicer", "plates", "bracket.stl").out
    assert program.call("slicer", "plates", "bracket.stl", "--json").json["plates"] == []
    (program.folder / "bad.3mf").write_bytes(bundle(LEFT, RIGHT)[:-300])
    said = program.call("slicer", "plates", "bad.3mf", "--json")
    assert (said.code, said.json["error"]["code"]) == (1, "sliced_file_unreadable")
    assert program.call("slicer", "plates", "missing.3mf").code == 2


def test_what_a_job_s_files_suggest(program: Program) -> None:
    job = submitted(program)
    assert program.call("slicer", "suggest", job.id).out == "No suggestions.\n"
    name = f"{job.standard_name}.gcode.3mf"
    (program.store / "Uploaded" / name).write_bytes(bundle(LEFT, RIGHT))
    said = program.call("slicer", "suggest", job.id)
    assert [line.split("\t")[:4] for line in said.out.splitlines()[1:]] == [
        ["All 2 plates", "14.75 g", "2 h 30 min", "–"],
        ["Plate 1 of 2", "10.5 g", "1 h", "PLA"],
        ["Plate 2 of 2", "4.25 g", "1 h 30 min", "PETG"],
    ]
    found = program.call("slicer", "suggest", job.id, "--json").json
    assert [(one["plate"], one["plates"], one["label"], one["state"]) for one in found] == [
        (0, 2, "All 2 plates", "sliced"),
        (1, 2, "Plate 1 of 2", "sliced"),
        (2, 2, "Plate 2 of 2", "sliced"),
    ]
    assert {one["source"] for one in found} == {name}
    # One plate of two is never offered as all of them.
    (program.store / "Uploaded" / name).write_bytes(bundle(LEFT, Plate(number=2)))
    found = program.call("slicer", "suggest", job.id, "--json").json
    assert [one["label"] for one in found][:2] == ["Plate 1 of 2", "Plate 2 of 2"]
    assert program.call("slicer", "suggest", "00000000", "--json").code == 1
