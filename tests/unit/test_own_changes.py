"""When a student may still change a job, and what the lab's limits say of more copies."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from printflow.domain.edits import EDITS, STUDENTS
from printflow.domain.event_kind import Correction, EventKind
from printflow.domain.history import Event, FileOpening, Note
from printflow.domain.job import Actor
from printflow.domain.limit_codes import LimitAction, LimitCode
from printflow.domain.limit_rows import LimitRow
from printflow.domain.own_changes import Way, limits_after, looked_at, way_to_change
from printflow.domain.status import Status
from printflow.domain.trigger import Trigger

from .builders import ANA, JOB_ID, NOW, STUDENT, catalog, facts, job


def event(trigger: EventKind, actor: Actor = ANA) -> Event:
    """Something that happened to the uploaded job."""
    return Event(
        id=1,
        job_id=JOB_ID,
        at=NOW,
        trigger=trigger,
        source=Status.UPLOADED,
        dest=Status.UPLOADED,
        actor=actor,
        details={},
    )


def note(**by: bool) -> Note:
    """A note, or a message."""
    return Note(at=NOW, author="Ana", text="Hm", for_student=True, **by)


OPENED = FileOpening(at=NOW, file_name="a.stl", by="", station="PC 1")


@pytest.mark.parametrize(
    ("known", "looked"),
    [
        ({}, False),
        ({"events": [event(Trigger.SUBMIT, STUDENT)]}, False),
        ({"events": [event(Trigger.SUBMIT), event(Correction.LET_IN)]}, False),
        ({"events": [event(Correction.EDIT, STUDENT)]}, False),
        ({"events": [event(Correction.EDIT)]}, True),
        ({"events": [event(Trigger.OVERRIDE)]}, True),
        ({"notes": [note(from_student=True)]}, False),
        ({"notes": [note()]}, True),
        ({"openings": [OPENED]}, True),
    ],
)
def test_what_counts_as_a_look(known: dict[str, Any], looked: bool) -> None:
    assert looked_at(job(), **known) is looked


@pytest.mark.parametrize("seen", [{"reviewed_at": NOW}, {"held_at": NOW}])
def test_marks_of_staff_count_as_a_look(seen: dict[str, Any]) -> None:
    assert looked_at(job(**seen))


@pytest.mark.parametrize(
    ("status", "looked", "way"),
    [
        (Status.UPLOADED, False, Way.CHANGE),
        (Status.UPLOADED, True, Way.ASK),
        (Status.PENDING, False, Way.ASK),
        (Status.PENDING, True, Way.ASK),
        (Status.READYTOPRINT, True, Way.ASK),
        *((status, True, Way.NONE) for status in Status if not status.record.takes_versions),
    ],
)
def test_the_way_to_a_change(status: Status, looked: bool, way: Way) -> None:
    assert way_to_change(job(status), looked) is way
    assert way_to_change(job(status, unconfirmed_since=NOW), looked) is Way.NONE


def test_staff_may_correct_whatever_students_may_change() -> None:
    for name, statuses in STUDENTS.items():
        allowed = EDITS.get(name) or [one for one in Status if one.record.takes_versions]
        assert set(statuses) <= set(allowed), name


def prints(action: LimitAction, cap: int = 5) -> dict[str, Any]:
    """A lab with one limit of prints, and a person who has had none."""
    row = LimitRow(what=LimitCode.PRINTS, cap=Decimal(cap), action=action)
    return {"catalog": replace(catalog(), limits=(row,)), "person_known": True}


@pytest.mark.parametrize(
    ("action", "known", "before", "after", "refused", "changes"),
    [
        (LimitAction.REFUSE, True, 1, 5, False, {}),
        (LimitAction.REFUSE, True, 1, 6, True, {}),
        (LimitAction.REFUSE, False, 1, 6, True, {}),
        (LimitAction.REFUSE, True, 9, 8, False, {}),
        (LimitAction.ASK, True, 1, 6, False, {"over_limit": "prints"}),
        (LimitAction.WARN, True, 1, 6, False, {}),
    ],
)
def test_limits_are_asked_again_for_more_copies(
    action: LimitAction,
    known: bool,
    before: int,
    after: int,
    refused: bool,
    changes: dict[str, Any],
) -> None:
    one = job(grams=None, hours=None, cost_cents=None, quantity=before)
    found = limits_after(
        one, replace(one, quantity=after), facts(**{**prints(action), "person_known": known})
    )
    assert bool(found.refusals) is refused
    assert found.changes == changes
    assert [one.field for one in found.refusals] == ["quantity"] * refused


def test_fewer_copies_take_the_mark_off_again() -> None:
    one = job(grams=None, hours=None, cost_cents=None, quantity=6, over_limit="prints")
    found = limits_after(one, replace(one, quantity=2), facts(**prints(LimitAction.ASK)))
    assert (found.changes, found.found) == ({"over_limit": ""}, ())
    assert limits_after(one, one, facts(**prints(LimitAction.ASK))).changes == {}
