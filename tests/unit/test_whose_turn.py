"""Whose turn it is, as students read it in lists."""

from __future__ import annotations

from typing import Any

import pytest

from printflow.domain.status import Status
from printflow.domain.whose_turn import Turn, turn_of

from .builders import NOW, job


@pytest.mark.parametrize(
    ("status", "turn"),
    [
        (Status.UPLOADED, Turn.LAB),
        (Status.PENDING, Turn.STUDENT),
        (Status.READYTOPRINT, Turn.LAB),
        (Status.PRINTING, Turn.LAB),
        (Status.COMPLETED, Turn.STUDENT),
        (Status.PAIDPICKEDUP, Turn.NOBODY),
        (Status.REJECTED, Turn.NOBODY),
        (Status.ARCHIVED, Turn.NOBODY),
    ],
)
def test_every_status_has_its_turn(status: Status, turn: Turn) -> None:
    assert turn_of(job(status)) is turn
    asked = turn_of(job(status), written_to=True)
    assert asked is (Turn.NOBODY if turn is Turn.NOBODY else Turn.STUDENT)


@pytest.mark.parametrize(
    ("what", "turn"),
    [
        ({"held_at": NOW}, Turn.LAB),
        ({"cancel_asked_at": NOW}, Turn.LAB),
        ({"unconfirmed_since": NOW}, Turn.STUDENT),
    ],
)
def test_what_stands_in_the_way_decides(what: dict[str, Any], turn: Turn) -> None:
    assert turn_of(job(Status.UPLOADED, **what)) is turn
