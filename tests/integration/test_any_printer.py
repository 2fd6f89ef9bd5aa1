"""A student may leave the printer to the lab: a plan until staff price it, then the one they chose."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from printflow import ANY_PRINTER, InvalidInput, Printflow, TransitionRefused
from tests import sample_models
from tests.plugins.lab import Submit

_FIGURES: dict[str, Any] = {"weight": "10", "hours": "1", "material": "PLA"}


def test_it_is_stored_and_shown_until_staff_price_it(lab: Printflow, submit: Submit) -> None:
    job = submit(printer=ANY_PRINTER)
    assert job.any_printer and job.shown_printer == "Any printer"
    assert job.printer == "Prusa MK4S", "the first of equals is planned"
    assert submit().shown_printer == "Prusa MK4S"
    job = lab.jobs.perform("approve", job.id, by="Ana", printer="Prusa XL", **_FIGURES)
    assert (job.printer, job.shown_printer) == ("Prusa XL", "Prusa XL")
    back = lab.corrections.undo(job.id, by="Ana")
    assert (back.printer, back.shown_printer) == ("Prusa MK4S", "Any printer")


def test_the_one_that_is_free_first_is_planned(lab: Printflow, submit: Submit) -> None:
    for _ in range(3):
        waits = submit()
        lab.jobs.perform("approve", waits.id, by="Ana", **{**_FIGURES, "hours": "60"})
        lab.jobs.perform("override", waits.id, by="Ana", to="READYTOPRINT", reason="Agreed.")
    lab.queue._by_printer = None  # it's read again after some seconds
    job = submit(printer=ANY_PRINTER)
    assert job.printer == "Prusa XL"
    assert lab.queue.planned(job) == "Prusa XL"


def test_a_paused_printer_is_not_planned(lab: Printflow, submit: Submit) -> None:
    lab.catalog.change({"paused": [{"printer": "Prusa MK4S"}]}, by="Ana")
    assert submit(printer=ANY_PRINTER).printer == "Prusa XL"
    every = [{"printer": one.name} for one in lab.catalog.current.printers_for("Filament")]
    lab.catalog.change({"paused": every}, by="Ana")
    with pytest.raises(InvalidInput, match="isn't available right now"):
        submit(printer=ANY_PRINTER)


def test_the_plan_follows_the_size_of_the_model(
    lab: Printflow, submit: Submit, model: Path
) -> None:
    model.write_bytes(sample_models.stl(sample_models.box(340, 30, 30)))
    job, chosen = submit(printer=ANY_PRINTER), submit()
    assert job.printer == chosen.printer == "Prusa MK4S"
    lab.models.inspect_due()
    after = lab.jobs.get(job.id)
    assert (after.printer, after.version) == ("Prusa XL", job.version)
    assert lab.jobs.get(chosen.id).printer == "Prusa MK4S", "what a student chose stays"
    facts = after.facts
    assert facts is not None
    assert not any("Too large" in one for one in lab.models.warnings(after, facts))


def test_staff_name_one_and_leave_it_open_again(lab: Printflow, submit: Submit) -> None:
    job = submit(printer=ANY_PRINTER)
    job = lab.corrections.edit(job.id, by="Ana", printer="Prusa XL")
    assert (job.printer, job.any_printer) == ("Prusa XL", False)
    event = lab.jobs.details(job.id).events[-1]
    assert event.details["changed"]["printer"] == [ANY_PRINTER, "Prusa XL"]
    job = lab.corrections.edit(job.id, by="Ana", printer=ANY_PRINTER)
    assert (job.printer, job.shown_printer) == ("Prusa XL", "Any printer")
    job = lab.corrections.undo(job.id, by="Ana")
    assert (job.printer, job.any_printer) == ("Prusa XL", False)
    job = lab.jobs.perform("approve", job.id, by="Ana", **_FIGURES)
    with pytest.raises(TransitionRefused, match="any"):
        lab.corrections.edit(job.id, by="Ana", printer=ANY_PRINTER)


def test_another_method_has_other_printers(lab: Printflow, submit: Submit) -> None:
    job = submit(printer=ANY_PRINTER)
    color = lab.catalog.current.methods[1].color_names[0]
    job = lab.corrections.edit(job.id, by="Ana", print_method="Resin", color=color)
    assert (job.printer, job.any_printer) == ("Formlabs Form 3", False), "it has but one"


def test_a_price_range_is_that_of_every_printer(lab: Printflow, submit: Submit) -> None:
    job = submit(printer=ANY_PRINTER)
    lab.models.inspect_due()
    job = lab.jobs.get(job.id)
    assert lab.prices.about_job(job) is not None
    assert job.wished_printer == ""
