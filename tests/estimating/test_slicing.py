"""The lab's own slicer: profiles made flat, a real run, its limits, what an approval is offered."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path

import pytest

from printflow import Printflow, Settings
from printflow.cli.documents import job_document
from printflow.domain.reckoning import Reckoning, error_percent
from printflow.estimating.estimator import profile_file
from printflow.estimating.flatten import ProfileMissing, flatten, names, sections_of
from printflow.estimating.slicing import SlicingFailed, slice_stl
from printflow.slicer_files import read_sliced
from tests import sample_models

BUNDLE = """# A vendor's bundle
[vendor]
name = Example

[print:*common*]
layer_height = 0.3
perimeters = 2
fill_density = 15%
compatible_printers_condition = x

[print:*fine*]
layer_height = 0.1

[print:0.20 mm]
inherits = *common*; *fine*
perimeters = 3

[filament:PLA]
filament_density = 1.24
filament_type = PLA
start_filament_gcode = "M900 K0 ; a = b"

[printer:*base*]
bed_shape = 0x0,250x0,250x210,0x210

[printer:MK4S]
inherits = *base*
nozzle_diameter = 0.4

[printer:ring]
inherits = ring
"""
FLAT = flatten(BUNDLE, printer="MK4S", filament="PLA", print_="0.20 mm")


def test_a_later_parent_counts_more_and_own_values_most() -> None:
    lines = FLAT.splitlines()
    assert "layer_height = 0.1" in lines
    assert "perimeters = 3" in lines
    assert "fill_density = 15%" in lines
    assert "bed_shape = 0x0,250x0,250x210,0x210" in lines
    assert 'start_filament_gcode = "M900 K0 ; a = b"' in lines
    assert "printer_settings_id = MK4S" in lines
    assert not [line for line in lines if line.startswith(("inherits", "compatible", "name"))]
    assert names(sections_of(BUNDLE), "print") == ["0.20 mm"]


def test_a_wrong_name_is_told_with_those_near_it() -> None:
    with pytest.raises(ProfileMissing, match="no printer profile") as error:
        flatten(BUNDLE, printer="MK4", filament="PLA", print_="0.20 mm")
    assert "MK4S" in error.value.next_step
    with pytest.raises(ProfileMissing, match="inherit from each other"):
        flatten(BUNDLE, printer="ring", filament="PLA", print_="0.20 mm")


def test_names_of_the_catalog_become_safe_files() -> None:
    folder = Path("profiles")
    assert profile_file(folder, "Prusa MK4S", "PLA") == folder / "Prusa MK4S" / "PLA.ini"
    assert profile_file(folder, "../../etc", "a/b:c") == folder / "_.._etc" / "a_b_c.ini"
    assert profile_file(folder, "..", " ") == folder / "_" / "_.ini"


def test_a_reckoning_survives_the_database_form() -> None:
    said = Reckoning(source="P", grams=Decimal("6.56"), hours=None, material="PLA", printer="X")
    assert Reckoning.from_plain(said.plain()) == said
    assert error_percent(Decimal("11"), Decimal("10")) == Decimal("10.0")
    assert error_percent(Decimal("11"), Decimal("0")) is None


# -- runs -----------------------------------------------------------------------------------------


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    file = tmp_path / "flat.ini"
    file.write_text(FLAT)
    return file


@pytest.fixture
def model(tmp_path: Path) -> Path:
    file = tmp_path / "box.stl"
    file.write_bytes(sample_models.stl(sample_models.box(25, 25, 25)))
    return file


def program(tmp_path: Path, body: str) -> str:
    """A slicer that misbehaves as `body` says.

    A sandbox starts no interpreter for a script, but on Linux the system's loader, which then finds
    Python in the folders beside the slicer."""
    folder = tmp_path / "slicer"
    folder.mkdir(exist_ok=True)
    python = Path(sys.executable).resolve()
    interpreter = str(python)
    if sys.platform == "linux":
        loader = next(Path("/").glob("lib*/ld-linux-*.so.*"))
        interpreter = f"{loader} {python}"
        for name, beside in (("lib", Path(sys.base_prefix, "lib")), ("resources", python.parent)):
            if not (folder / name).is_symlink():
                (folder / name).symlink_to(beside)
    file = folder / "slicer"
    file.write_text(f"#!{interpreter}\nimport sys, time, os\n{body}\n")
    file.chmod(0o755)
    return str(file)


@pytest.mark.slicer
def test_the_real_slicer_reckons_a_box(profile: Path, model: Path) -> None:
    found = slice_stl("prusa-slicer", profile, model, seconds=120, memory_mb=4096)
    assert found.grams is not None and 4 < found.grams < 12
    assert found.hours is not None and Decimal("0.2") < found.hours < 4
    assert found.layer_height_mm == Decimal("0.1")
    assert found.slicer.startswith("PrusaSlicer")


@pytest.mark.slicer
def test_a_model_larger_than_the_bed_is_told(tmp_path: Path, profile: Path) -> None:
    large = tmp_path / "large.stl"
    large.write_bytes(sample_models.stl(sample_models.box(900, 900, 10)))
    with pytest.raises(SlicingFailed, match=r"bed|refused|print volume"):
        slice_stl("prusa-slicer", profile, large, seconds=120, memory_mb=4096)


@pytest.mark.skipif(sys.platform == "win32", reason="a script is no program there")
def test_limits_and_crashes(tmp_path: Path, profile: Path, model: Path) -> None:
    def run(body: str, seconds: int = 20) -> None:
        command = program(tmp_path, body)
        slice_stl(command, profile, model, seconds=seconds, memory_mb=512)

    began = time.monotonic()
    with pytest.raises(SlicingFailed, match="more than 1 s"):
        run(
            "import threading\n"
            "threading.Thread(target=time.sleep, args=(60,)).start(); time.sleep(60)",
            seconds=1,
        )
    assert time.monotonic() - began < 20
    with pytest.raises(SlicingFailed, match="may be larger than the build plate"):
        run("os.abort()")
    with pytest.raises(SlicingFailed, match="refused: no such key"):
        run("print('x'); print('no such key'); sys.exit(1)")
    with pytest.raises(SlicingFailed, match="wrote no G-code"):
        run("")
    with pytest.raises(SlicingFailed, match="can't be started"):
        slice_stl(str(tmp_path / "none"), profile, model, seconds=5, memory_mb=512)
    if sys.platform == "linux":
        with pytest.raises(SlicingFailed, match="MemoryError"):
            run("time.sleep(0.5); bytearray(2 << 30)")


# -- in the lab -----------------------------------------------------------------------------------


@pytest.mark.slicer
def test_an_approval_is_offered_what_the_slicer_reckoned(tmp_path: Path) -> None:
    settings = Settings(store=tmp_path / "store", slicer={"command": "prusa-slicer"})
    with Printflow.open(settings) as lab:
        printer = lab.catalog.current.printers_for("Filament")[0].name
        made = profile_file(settings.slicer_profiles, printer, "PLA")
        made.parent.mkdir(parents=True)
        made.write_text(FLAT)
        color = lab.catalog.current.methods[0].colors[0].name
        model = tmp_path / "box.stl"
        model.write_bytes(sample_models.stl(sample_models.box(25, 25, 25)))
        job = lab.intake.submit(
            model,
            student="Ada Byron",
            email="ada@example.edu",
            method="Filament",
            color=color,
            printer=printer,
            discipline=lab.catalog.current.disciplines[0],
            class_number="ARCH 4000",
            acknowledge_minimum=True,
        )
        lab.models.inspect_due()
        sliced, about = lab.suggestions.for_job(job.id)
        assert sliced.by_slicer and sliced.source.startswith("PrusaSlicer")
        assert sliced.material == "PLA" and sliced.printer == printer
        assert about.source == "" and not about.by_slicer
        assert sliced.grams and about.grams
        assert abs(sliced.grams - about.grams) < sliced.grams / 2
        kept = lab.jobs.get(job.id)
        assert kept.grams is None, "nothing is taken without a click"
        assert kept.original.reckoned is not None
        lab.jobs.approve(job.id, by="Sam", grams=str(sliced.grams / 2), hours="10", material="PLA")
        off = job_document(lab, lab.jobs.get(job.id))["estimate_error_percent"]
        assert off["grams"] == Decimal("100.0")
        assert off["hours"] < 0


@pytest.mark.slicer
def test_the_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model: Path) -> None:
    bundle = tmp_path / "bundle.ini"
    bundle.write_text(BUNDLE)
    monkeypatch.setenv("PRINTFLOW_STORE", str(tmp_path / "store"))
    monkeypatch.chdir(tmp_path)

    def run(*arguments: object) -> str:
        command = [sys.executable, "-m", "printflow", "slicer", *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        return done.stdout

    with Printflow.open(Settings(store=tmp_path / "store")) as lab:
        flat = profile_file(lab.settings.slicer_profiles, "Prusa MK4S", "PLA")
    three = ["--printer", "MK4S", "--filament", "PLA", "--print", "0.20 mm"]
    run("flatten", bundle, *three, "--for", "Prusa MK4S", "--material", "PLA")
    assert flat.read_text() == FLAT
    said = run("estimate", model, "--profile", flat)
    assert "PrusaSlicer" in said and " g" in said
    assert "MK4S" in run("profiles", bundle, "printer")


def as_staff_would(profile: Path, model: Path) -> Path:
    """The G-code of the slicer called with the whole profile."""
    out = profile.with_name("staff.gcode")
    arguments = [
        "prusa-slicer",
        "--datadir",
        str(profile.with_name("data")),
        "--load",
        str(profile),
    ]
    arguments += ["--export-gcode", "-o", str(out), str(model)]
    subprocess.run(arguments, capture_output=True, timeout=120, check=True)
    return out


@pytest.mark.slicer
def test_the_bundle_that_the_slicer_ships_can_be_made_flat(tmp_path: Path, model: Path) -> None:
    shipped = Path("/usr/share/PrusaSlicer/profiles/PrusaResearch.ini")
    if not shipped.is_file():
        assert not os.environ.get("CI"), "Debian's PrusaSlicer ships it"
        pytest.skip("no bundle beside this slicer")
    flat = tmp_path / "mk3s.ini"
    text = flatten(
        shipped.read_text("utf-8"),
        printer="Original Prusa i3 MK3S & MK3S+",
        filament="Prusament PLA",
        print_="0.20mm QUALITY @MK3",
    )
    flat.write_text(text, "utf-8")
    found = slice_stl("prusa-slicer", flat, model, seconds=120, memory_mb=4096)
    whole = read_sliced(as_staff_would(flat, model))
    assert found.grams == whole.grams, "what is left out of a profile weighs nothing"
    assert whole.hours is not None and found.hours is not None
    assert abs(found.hours - whole.hours) <= Decimal("0.01")
    assert found.grams is not None and 4 < found.grams < 9
    assert found.hours < Decimal("1.5")
