"""What may go wrong when a model is printed, from the file to the job: kept with its facts, in the
file's own coordinates, by the limits of the job's method; and in ``printflow inspect``."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from printflow import CatalogInvalid, Printflow, inspect_file
from printflow.domain.catalog import catalog_from, plain_form
from printflow.domain.model_facts import ModelFacts
from printflow.domain.printability import (
    LIMITS,
    FindingCode,
    PrintLimits,
    Process,
    Severity,
    limits_for,
)
from printflow.inspection import child
from tests import sample_models
from tests.inspection.printable import Soup, box, inside_out, put, soup, together
from tests.inspection.shapes import vase
from tests.integration.conftest import Program
from tests.plugins.lab import Submit


def written(path: Path, model: Soup) -> Path:
    path.write_bytes(sample_models.stl(model.tolist()))
    return path


def floating() -> Soup:
    return together(box(20, 20, 10), box(6, 6, 6, (30, 4, 14)))


def laid(model: Soup) -> Soup:
    """As a program writes it whose y is up."""
    x, y, z = (model[..., axis] for axis in range(3))
    return np.stack([x, z, -y], axis=-1)


def test_places_are_in_the_files_own_coordinates(tmp_path: Path) -> None:
    file = written(tmp_path / "floats.stl", floating())
    lying = written(tmp_path / "lies.stl", laid(floating()))
    for path, up, place in ((file, "z", (33, 7, 14)), (lying, "y", (33, 14, -7))):
        found = {one.code: one for one in inspect_file(path, up=up).findings}
        assert found[FindingCode.ISLAND].at_mm == pytest.approx(place, abs=0.3)
        assert found[FindingCode.ISLAND].severity is Severity.WARNING


def test_they_are_kept_with_the_file_by_the_limits_of_its_method(
    lab: Printflow, submit: Submit, model: Path
) -> None:
    written(model, together(box(30, 30, 30), inside_out(box(20, 20, 20, (5, 5, 5)))))
    plain, resin = submit(), submit(method="Resin", color="Black", printer="Formlabs Form 3")
    lab.models.inspect_due()
    for job, process, severity in (
        (plain, Process.FILAMENT, Severity.NOTE),
        (resin, Process.RESIN, Severity.WARNING),
    ):
        facts = lab.jobs.get(job.id).facts
        assert facts is not None and facts.checked_for == LIMITS[process]
        hollow = next(one for one in facts.findings if one.code is FindingCode.CLOSED_HOLLOW)
        assert (hollow.severity, hollow.at_mm) == (severity, (15, 15, 15))
        assert ModelFacts.from_plain(json.loads(json.dumps(facts.plain()))) == facts
    assert "trap liquid resin" in hollow.message


def test_facts_from_before_have_none(tmp_path: Path) -> None:
    plain = inspect_file(written(tmp_path / "box.stl", box(9, 9, 9))).plain()
    for name in ("findings", "checked_for"):
        del plain[name]
    old = ModelFacts.from_plain(plain)
    assert (old.findings, old.checked_for, old.print_warnings) == ((), None, ())


def test_inspect_says_them(tmp_path: Path, program: Program) -> None:
    path = written(tmp_path / "floats.stl", floating())
    said = json.loads(program.call("inspect", str(path), "--json").out)
    island = next(one for one in said["findings"] if one["code"] == "island")
    assert island["message"].startswith("A part starts in the air, 14 mm up")
    assert (island["value"], island["limit"]) == (14, 0.2)
    assert said["checked_for"]["process"] == "filament"
    assert said["verdict"].endswith("Check how well it prints.")
    powder = json.loads(program.call("inspect", str(path), "--method", "powder", "--json").out)
    assert [one["code"] for one in powder["findings"]] == ["separate_parts"]
    words = program.call("inspect", str(path))
    assert "Checked for filament with 0.4 mm lines and 0.2 mm layers." in words.out + words.err
    assert "choose one of these" in program.call("inspect", str(path), "--method", "clay").err


def test_a_check_that_fails_costs_no_facts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("printflow.inspection.printability.findings", broken)
    with written(tmp_path / "box.stl", box(9, 9, 9)).open("rb") as file:
        facts, _ = child.inspect(file, ".stl", limits=LIMITS[Process.FILAMENT])
    assert facts.dimensions_mm == (9, 9, 9)
    assert [one.message for one in facts.findings] == ["We couldn't check how well it prints."]


def test_what_is_full_of_holes_is_said_not_to_be_checked(tmp_path: Path) -> None:
    path = written(tmp_path / "vase.stl", put(soup(vase(60, 40, 30))))
    assert [one.code for one in inspect_file(path).findings] == [FindingCode.NOT_CHECKED]


def test_the_catalog_says_the_limits(lab: Printflow) -> None:
    plain = lab.catalog.export()
    assert "process" not in plain["methods"][0], "what is as usual goes without saying"
    plain["methods"][0] |= {"process": "powder"}
    plain["methods"][1] |= {"line_width_mm": "0.1", "layer_mm": 0.025, "overhang_degrees": "70"}
    with_limits = catalog_from(plain)
    assert catalog_from(plain_form(with_limits)) == with_limits
    first, second = with_limits.methods
    assert limits_for(first) == LIMITS[Process.POWDER]
    assert limits_for(second) == PrintLimits(
        process=Process.RESIN, line_width_mm=0.1, layer_mm=0.025, overhang_degrees=70
    )
    assert limits_for(None) == LIMITS[Process.FILAMENT]
    plain["methods"][0] |= {"process": "clay", "layer_mm": "thick", "overhang_degrees": 91}
    with pytest.raises(CatalogInvalid) as refused:
        catalog_from(plain)
    said = " ".join(one.message for one in refused.value.refusals)
    assert "process: Choose one of these: filament, resin, powder." in said
    assert "layer height: Enter a number from 0 to 2." in said
    assert "steepest overhang: Enter a number from 0 to 90." in said
