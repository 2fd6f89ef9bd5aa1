"""Sizes that look like another unit, and what may be said of a model that no printer was asked about."""

from __future__ import annotations

from typing import Any

import pytest

from printflow.domain.catalog import Printer
from printflow.domain.model_facts import ModelFacts, PlateFacts, fitting, verdict, warnings


def facts_of(size: tuple[float, float, float], **more: Any) -> ModelFacts:
    plain = {
        "format": "stl", "triangles": 12, "bodies": 1, "dimensions_mm": size, "volume_cm3": 1.0,
        "area_cm2": 1.0, "open_edges": 0, "wound": True,
    }  # fmt: skip
    return ModelFacts(**{**plain, **more})


@pytest.fixture
def printers(lab: Any) -> tuple[Printer, ...]:
    return tuple(lab.catalog.current.printers)


@pytest.mark.parametrize("format_", ["3mf", "glb", "step"])
@pytest.mark.parametrize("size", [(0.02, 0.01, 0.02), (0.3, 0.1, 0.1)])
def test_formats_that_state_a_unit_are_checked_too(
    format_: str, size: tuple[float, float, float], printers: Any
) -> None:
    (said,) = warnings(facts_of(size, format=format_), printers)
    assert f"only {max(size):.2f} mm" in said
    assert "Check the unit" in said
    assert any("Check" in one or "another unit" in one
               for one in warnings(facts_of((2000, 9, 9), format=format_), printers))  # fmt: skip


def test_a_few_millimeters_are_said_softly(printers: Any) -> None:
    few = facts_of((5, 2.5, 1.374))
    assert warnings(few, printers) == ("In inches, this would be 127.0 × 63.5 × 34.9 mm.",)
    assert verdict(few, printers) == "Ready to print: watertight and fits."
    assert warnings(facts_of((5, 2.5, 1.374), format="3mf"), printers) == ()
    assert warnings(facts_of((13, 5, 5)), printers) == (), "a screw"


def test_no_printer_asked_no_fit_said(printers: Any) -> None:
    assert verdict(facts_of((20, 20, 20)), ()) == "Ready to print: watertight."
    assert "fits" in verdict(facts_of((20, 20, 20)), printers)


def test_each_plate_must_fit(printers: Any) -> None:
    plates = tuple(
        PlateFacts(number=at, name="", triangles=12, dimensions_mm=size, volume_cm3=1, area_cm2=1)
        for at, size in enumerate([(240.0, 200.0, 5.0), (355.0, 9.0, 355.0)], start=1)
    )
    facts = facts_of((355, 9, 355), plates=plates)
    assert fitting(facts, printers) == ("Prusa XL", "Raise3D Pro 2 Plus")[:1]
    assert ModelFacts.from_plain(facts.plain()) == facts
