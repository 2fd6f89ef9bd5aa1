"""Machines of the print room as HTML, kept as the rows of its queues are (:mod:`.row_texts`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask import current_app

from printflow import InRequest, Job, Machine, ModelRoom, Note, Plate

from .live_parts import Part, part_of
from .queue_row_texts import QueueFrame, when
from .row_texts import RowTexts, given_by


@dataclass(frozen=True, slots=True)
class PartView:
    """Copies of a job on a plate."""

    job: Job
    copies: int
    request: InRequest | None
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class RunningView:
    """A plate that is printed. Times are in words, "" where they aren't known: nothing else in it is
    changed by a clock.
    """

    plate: Plate
    parts: tuple[PartView, ...]
    percent: int | None
    late: bool
    started: str
    ends: str
    left: str


@dataclass(frozen=True, slots=True)
class PlannedView:
    """What the machine prints next."""

    plate: Plate
    parts: tuple[PartView, ...]
    hours: Decimal | None
    ends: str


@dataclass(frozen=True, slots=True)
class MachineView:
    """A machine as the print room shows it."""

    machine: Machine
    place: str
    """The numbers of its model and of the machine among the model's, with a hyphen between."""
    single: bool
    """Whether it stands for its model, whose heading then is its own."""
    usable: bool
    waiting: bool
    """Whether anything waits for its model."""
    running: tuple[RunningView, ...]
    planned: tuple[PlannedView, ...]
    idle_since: str
    out_since: str

    @property
    def key(self) -> str:
        """Its place on the page; the machine there is compared."""
        return self.place


class MachineTexts(RowTexts[MachineView, QueueFrame, Part]):
    """The machines that were shown last."""

    def __init__(self) -> None:
        super().__init__(machine_rendered)


def machine_rendered(row: MachineView, frame: QueueFrame) -> Part:
    """The machine as a part of the page. Its template is given the machine and the frame, and nothing else."""
    template = current_app.jinja_env.get_template("_machine.html")
    return part_of(template.render(row=row, **given_by(frame)))


def machines_of(
    number: int,
    model: ModelRoom,
    frame: QueueFrame,
    requests: Mapping[str, InRequest],
    notes: Mapping[str, Sequence[Note]],
) -> list[Part]:
    """The machines of a model, which is the page's ``number``-th."""
    texts: MachineTexts = current_app.extensions["printflow_machines"]
    filters: dict[str, Callable[..., Any]] = current_app.jinja_env.filters

    def part(job: Job, copies: int) -> PartView:
        return PartView(job, copies, requests.get(job.id), tuple(notes.get(job.id, ())))

    found = []
    for index, column in enumerate(model.machines, 1):
        running = tuple(
            RunningView(
                one.plate,
                tuple(part(each.job, each.part.open) for each in one.parts),
                one.percent,
                one.late,
                when(one.plate.started_at),
                when(one.ends_at),
                "" if one.left is None else str(filters["span"](one.left)),
            )
            for one in column.running
        )
        planned = tuple(
            PlannedView(
                one.plate,
                tuple(part(each.job, each.part.copies) for each in one.parts),
                one.hours,
                when(one.ends_at),
            )
            for one in column.planned
        )
        view = MachineView(
            column.machine,
            f"{number}-{index}",
            model.single,
            column.usable,
            bool(model.waiting),
            running,
            planned,
            when(column.idle_since),
            when(column.machine.out_since),
        )
        found.append(texts.text(view, frame))
    return found
