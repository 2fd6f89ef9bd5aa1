"""Corrections of a job's details: what follows from them for its quote, name and history."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from printflow import Job, LinkState, Printflow, TransitionRefused
from tests.plugins.lab import Submit

FIGURES: dict[str, Any] = {"by": "Ana", "grams": "42.5", "hours": "3", "material": "PLA"}


def open_link(lab: Printflow, job: Job) -> str:
    """The token of the job's newest quote."""
    return lab.quotes.url(lab.jobs.details(job.id).quotes[-1]).rpartition("/")[2]


def test_another_color_at_the_same_price_keeps_the_link(lab: Printflow, submit: Submit) -> None:
    job = lab.jobs.approve(submit().id, **FIGURES)
    token = open_link(lab, job)
    edited = lab.corrections.edit(job.id, by="Ana", color="Blue")
    assert edited.standard_name.split("_")[2] == "Blue", "new versions are called so"
    assert [one.id for one in lab.jobs.find(search="blue")] == [job.id]
    page = lab.quotes.page(token)
    assert (page.state, page.quote.color) == (LinkState.OPEN, "Blue")
    with pytest.raises(TransitionRefused, match="corrected the details"):
        lab.quotes.confirm(token, consent=True, seen={token: f"{job.color} / {job.printer}"})
    lab.corrections.undo(job.id, by="Ana")
    assert lab.quotes.page(token).quote.color == job.color
    assert lab.jobs.get(job.id).standard_name == job.standard_name
    shown = {token: f"{job.color} / {job.printer}"}
    assert lab.quotes.confirm(token, consent=True, seen=shown).confirmed


def test_the_picture_follows_the_color_and_comes_back_with_it(
    lab: Printflow, submit: Submit
) -> None:
    job = submit()
    lab.dispatch()

    def drawn() -> bytes:
        lab.models.inspect_due()
        return lab.models.picture(lab.jobs.get(job.id).file)

    before = drawn()
    lab.corrections.edit(job.id, by="Ana", note="No other color.")
    assert lab.models.uninspected() == 0
    lab.corrections.edit(job.id, by="Ana", color="Blue")
    assert drawn() != before
    lab.corrections.undo(job.id, by="Ana")
    assert drawn() == before


def test_more_copies_void_the_quote_and_bring_its_figures_along(
    lab: Printflow, submit: Submit
) -> None:
    job = lab.jobs.approve(submit().id, **FIGURES)
    token = open_link(lab, job)
    edited = lab.corrections.edit(job.id, by="Ana", quantity="2", note="two, please")
    assert (str(edited.grams), str(edited.hours), edited.cost_cents) == ("85", "6", 850)
    assert lab.quotes.page(token).state is LinkState.VOID
    event = lab.jobs.details(job.id).events[-1]
    assert event.details["changed"] == {"quantity": ["1", "2"], "note": ["", "two, please"]}
    assert event.details["voided"]
    assert str(event.details["why"]) == "another number of copies, the price is now $8.50"
    back = lab.corrections.undo(job.id, by="Ana")
    assert (back.quantity, back.grams, back.cost_cents) == (1, job.grams, job.cost_cents)
    assert lab.quotes.page(token).state is LinkState.OPEN


def test_another_method_brings_its_own_colors_and_printers(lab: Printflow, submit: Submit) -> None:
    job = submit()
    with pytest.raises(TransitionRefused) as refused:
        lab.corrections.edit(job.id, by="Ana", print_method="Resin")
    assert {one.field for one in refused.value.refusals} == {"color", "printer"}
    resin = lab.catalog.current.method("Resin")
    assert resin is not None
    edited = lab.corrections.edit(
        job.id,
        by="Ana",
        print_method="Resin",
        color=resin.color_names[0],
        printer=lab.catalog.current.printers_for("Resin")[0].name,
    )
    assert edited.method == "Resin" and "_Resin_" in edited.standard_name


def test_what_was_agreed_stays(lab: Printflow, job_in: Callable[[str], Job]) -> None:
    job = job_in("READYTOPRINT")
    with pytest.raises(TransitionRefused) as refused:
        lab.corrections.edit(job.id, by="Ana", quantity="3", material="PETG")
    steps = {one.field: str(one.next_step) for one in refused.value.refusals}
    assert steps == {
        "quantity": "Change the status back to “Uploaded” and approve the job again.",
        "material": "Use “Change the quote” instead.",
    }
    edited = lab.corrections.edit(job.id, by="Ana", color="Blue")
    assert (edited.color, edited.cost_cents) == ("Blue", job.cost_cents)
