"""Requests with several jobs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from printflow import Job, Model, Printflow

SubmitMany = Callable[[int], list[Job]]
_COLORS = ("True Red", "Blue", "Gray")


@pytest.fixture
def submit_many(lab: Printflow, model: Path) -> SubmitMany:
    """Submit one request with that many jobs, in the order of its models."""

    def submitted(count: int) -> list[Job]:
        return list(
            lab.intake.submit_several(
                [Model(file=model, color=_COLORS[place % 3]) for place in range(count)],
                student="Jane Doe",
                email="jane@example.edu",
                method="Filament",
                printer="Prusa MK4S",
                discipline="Engineering",
                class_number="ARCH 4000",
                acknowledge_minimum=True,
            )
        )

    return submitted


def approved(lab: Printflow, job: Job, *, grams: str = "42.5") -> Job:
    """The job with a price; its email leaves as soon as it may."""
    return lab.jobs.approve(job.id, by="Ana", grams=grams, hours="2", material="PLA")


def printed(lab: Printflow, job: Job) -> Job:
    """The job with a finished print."""
    approved(lab, job)
    lab.jobs.confirm(job.id, by="Ana", note="at the desk")
    lab.jobs.start_printing(job.id, by="Ana")
    return lab.jobs.complete(job.id, by="Ana")
