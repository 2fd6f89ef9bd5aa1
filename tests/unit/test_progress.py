"""What a student is told of copies, ends and failures."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from printflow.domain.plate import Machine, PartOutcome, Plate, PlatePart, PlateState
from printflow.domain.progress import Progress, done_about, printed_again, told_of
from printflow.domain.status import Status
from tests.unit.builders import job

NOW = datetime(2026, 3, 2, 14, 30, tzinfo=UTC)
JOB = job(Status.PRINTING, quantity=5, copies_printing=0)


def plate(
    copies: int, *outcomes: tuple[int, int, int], start: int = 0, hours: str | None = "2"
) -> Plate:
    """A plate that started at that hour; outcomes are hour, good and failed."""
    begun = NOW + timedelta(hours=start)
    told = tuple(
        PartOutcome(at=NOW + timedelta(hours=at), by="Ana", good=good, failed=failed)
        for at, good, failed in outcomes
    )
    part = PlatePart(id=1, plate_id=1, job_id=JOB.id, copies=copies, added_at=begun, outcomes=told)
    return Plate(
        id=1,
        machine=Machine(id=1, name="MK4S-1", model="Prusa MK4S"),
        state=PlateState.RUNNING if part.open else PlateState.ENDED,
        parts=(part,),
        created_at=begun,
        created_by="Ana",
        started_at=begun,
        hours=None if hours is None else Decimal(hours),
        ended_at=None if part.open else NOW + timedelta(hours=outcomes[-1][0]),
    )


@pytest.mark.parametrize(
    ("plates", "again"),
    [
        ([plate(2)], False),
        ([plate(2, (2, 2, 0))], False),
        ([plate(2, (2, 1, 1))], True),
        # one that ran at the same time is no reprint of what failed
        ([plate(2, (2, 1, 1)), plate(1, (3, 1, 0), start=1)], True),
        ([plate(2, (2, 1, 1)), plate(1, (4, 1, 0), start=2)], False),
        ([plate(2, (2, 0, 2)), plate(1, (4, 1, 0), start=2)], True),
        ([plate(2, (2, 0, 2)), plate(2, (4, 1, 1), start=2)], True),
        ([plate(2, (2, 0, 2)), plate(2, (4, 2, 0), start=2)], False),
        ([plate(1, (2, 0, 1)), plate(1, (4, 0, 1), start=2), plate(1, start=4)], True),
        ([plate(1, (2, 0, 1)), plate(1, (4, 0, 1), start=2), plate(2, (6, 2, 0), start=4)], False),
    ],
)  # fmt: skip
def test_a_failure_is_told_until_the_reprint_is_good(plates: list[Plate], again: bool) -> None:
    assert printed_again(JOB, plates) is again


def test_the_expected_end_is_the_last_one_s_and_nothing_where_it_is_unknown_or_late() -> None:
    at = NOW + timedelta(minutes=10)
    assert done_about(JOB, [plate(1), plate(1, hours="3.02")], at) == NOW + timedelta(
        hours=3, minutes=5
    )
    assert done_about(JOB, [plate(1), plate(1, hours=None)], at) is None
    assert done_about(JOB, [plate(1)], NOW + timedelta(hours=2)) is None
    assert done_about(JOB, [plate(1, (1, 1, 0))], at) is None
    assert done_about(replace(JOB, id="OTHERJOB"), [plate(1)], at) is None


@pytest.mark.parametrize(
    ("status", "counts", "said"),
    [
        (Status.PRINTING, (0, 5, 0), [Progress.DONE_ABOUT]),
        (Status.PRINTING, (2, 1, 0), [Progress.PRINTED, Progress.SOME_DONE_ABOUT, Progress.AT_HAND]),
        (Status.PRINTING, (3, 2, 3), [Progress.PRINTED, Progress.DONE_ABOUT, Progress.PICKED_UP]),
        (Status.COMPLETED, (5, 0, 3), [Progress.PICKED_UP]),
        (Status.PAIDPICKEDUP, (5, 0, 5), []),
        (Status.REJECTED, (2, 0, 1), []),
        (Status.UPLOADED, (0, 0, 0), []),
    ],
)  # fmt: skip
def test_what_is_told(status: Status, counts: tuple[int, int, int], said: list[Progress]) -> None:
    good, printing, out = counts
    made = replace(JOB, status=status, copies_good=good, copies_printing=printing, copies_out=out)
    assert list(told_of(made, [plate(1)], NOW).every) == said


def test_one_copy_is_not_counted() -> None:
    made = replace(JOB, quantity=1, copies_printing=1)
    assert told_of(made, [plate(1)], NOW).every == (Progress.DONE_ABOUT,)
