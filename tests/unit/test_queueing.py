"""The order of a printer's queue, its expected ends, what fits, and when a new job is ready."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from printflow.domain.catalog import catalog_from
from printflow.domain.job import Job
from printflow.domain.model_facts import ModelFacts
from printflow.domain.open_days import NO_HOURS
from printflow.domain.queueing import (
    Ahead,
    ReadyRange,
    batches,
    forecast,
    in_order,
    moved,
    new_places,
    printable_on,
    queue_of,
    queues,
    ready_range,
)
from printflow.domain.status import Status
from tests.queue_reference import before, still_to_print
from tests.unit.builders import DOCUMENT, NOW, job

CATALOG = catalog_from(DOCUMENT)
DAY = NOW.date()
READY, PRINTING = Status.READYTOPRINT, Status.PRINTING


def made(
    name: str,
    status: Status = READY,
    *,
    hours: str | None = "2",
    ago: float = 1,
    place: int | None = None,
    printer: str = "MK4S",
    color: str = "True Red",
    size: float | None = None,
) -> Job:
    found = replace(
        job(status),
        id=name,
        printer=printer,
        color=color,
        material="PLA",
        hours=None if hours is None else Decimal(hours),
        status_since=NOW - timedelta(hours=ago),
        queue_place=place,
    )
    if size is None:
        return found
    facts = ModelFacts(
        format="stl",
        triangles=12,
        bodies=1,
        dimensions_mm=(size, 10, 10),
        volume_cm3=1,
        area_cm2=1,
        open_edges=0,
        wound=True,
    )
    return replace(found, files=tuple(replace(file, facts=facts) for file in found.files))


def ids(jobs: list[Job]) -> list[str]:
    return [one.id for one in jobs]


def test_places_come_first_and_then_who_waits_longest() -> None:
    jobs = [made("new", ago=1), made("old", ago=9), made("two", place=2), made("one", place=1)]
    assert ids(in_order(jobs)) == ["one", "two", "old", "new"]


def test_prints_follow_each_other() -> None:
    found = queue_of("MK4S", [made("a", ago=2), made("b", ago=1), made("p", PRINTING)], NOW)
    assert [one.ends_at for one in found.running] == [NOW + timedelta(hours=1)]
    assert [one.ends_at for one in found.ready] == [
        NOW + timedelta(hours=3),
        NOW + timedelta(hours=5),
    ]
    assert found.hours == 4


def test_a_print_over_its_time_ends_now_and_is_late() -> None:
    found = queue_of("MK4S", [made("p", PRINTING, ago=5), made("a")], NOW)
    assert found.running[0].late
    assert found.ready[0].ends_at == NOW + timedelta(hours=2)


def test_after_an_unknown_print_time_no_end_is_known() -> None:
    found = queue_of("MK4S", [made("a", ago=3), made("b", hours=None, ago=2), made("c")], NOW)
    assert [one.ends_at is None for one in found.ready] == [False, True, True]
    running = queue_of("MK4S", [made("p", PRINTING, hours=None), made("a")], NOW)
    assert running.ready[0].ends_at is None
    assert not running.running[0].late


def test_every_printer_has_a_queue_and_one_that_left_the_catalog_too() -> None:
    found = queues(CATALOG, [made("a", printer="Old one")], NOW)
    assert [one.printer for one in found] == ["MK4S", "XL", "Form 3", "Old one"]
    assert [len(one.ready) for one in found] == [0, 0, 0, 1]


def test_batches_of_one_color() -> None:
    found = batches([made("a"), made("b", color="Black"), made("c")])
    assert [(one.color, one.count) for one in found] == [("True Red", 2), ("Black", 1)]


def test_what_fits_a_printer_whichever_it_is_planned_for() -> None:
    jobs = [
        made("fits", printer="XL", size=200, ago=4),
        made("large", printer="XL", size=300, ago=3),
        made("unmeasured", ago=2),
        made("elsewhere", printer="XL", ago=1),
        made("black", color="Black", size=20),
        made("running", PRINTING, size=20),
    ]
    small = CATALOG.printer("MK4S")
    resin = CATALOG.printer("Form 3")
    assert small is not None
    assert resin is not None
    assert ids(printable_on(small, jobs, material="PLA", color="True Red")) == [
        "fits",
        "unmeasured",
    ]
    assert printable_on(resin, jobs) == []


def test_moving() -> None:
    assert moved(["a", "b", "c"], "c", "a") == ["c", "a", "b"]
    assert moved(["a", "b", "c"], "a", "") == ["b", "c", "a"]
    assert moved(["a", "b", "c"], "b", "b") == ["a", "c", "b"]


@given(
    st.lists(st.none() | st.integers(0, 9), min_size=1, max_size=9),
    st.integers(0, 8),
    st.integers(0, 9),
)
def test_new_places_make_the_order_and_leave_what_comes_after(
    places: list[int | None], which: int, where: int
) -> None:
    jobs = in_order(made(str(number), place=place) for number, place in enumerate(places))
    own = jobs[which % len(jobs)]
    target = jobs[where].id if where < len(jobs) and jobs[where] != own else ""
    order = [(one.id, one.queue_place) for one in jobs]
    written = new_places(order, own.id, target)
    then = [replace(one, queue_place=written.get(one.id, one.queue_place)) for one in jobs]
    assert ids(in_order(then)) == moved(ids(jobs), own.id, target)
    behind = in_order(then)[moved(ids(jobs), own.id, target).index(own.id) + 1 :]
    had = dict(order)
    assert all(one.queue_place is None for one in behind if had[one.id] is None)


def test_the_range_of_an_empty_lab_and_of_a_full_one() -> None:
    assert ready_range(Ahead()) == ReadyRange(1, 3)
    full = [made(str(number), hours="12") for number in range(5)]
    unpriced = [made("u", Status.UPLOADED, hours=None)]
    # 5 x 12 h, and the unpriced and the new one like the mean: 84 h
    assert ready_range(still_to_print("MK4S", [*full, *unpriced])) == ReadyRange(1 + 3, 2 + 11)
    done = [made("d", Status.COMPLETED, hours="900"), made("x", hours="900", printer="XL")]
    assert ready_range(still_to_print("MK4S", done)) == ReadyRange(1, 3)
    # Three machines share the work; none of them can say when.
    ahead = still_to_print("MK4S", full)
    assert ready_range(ahead, 3) != ready_range(ahead)
    assert ready_range(ahead, 0) is None


def test_a_forecast_counts_what_is_ahead_and_promises_nothing() -> None:
    own = made("B", hours="6", ago=2)
    queue = [
        made("A", PRINTING, hours="10"),
        made("X", hours="30", ago=9),
        made("C", hours="99", ago=1),
        made("D", hours="99", ago=8, printer="XL"),
        replace(made("E", hours="99", ago=7), held_at=NOW),
        own,
    ]
    found = forecast(own, before(own, queue), 1, NO_HOURS, NOW)
    assert found is not None
    assert (found.ahead, found.first, found.last) == (2, DAY + timedelta(1), DAY + timedelta(7))
    two = forecast(own, before(own, queue), 2, NO_HOURS, NOW)
    assert two is not None
    assert (two.first, two.last) == (DAY + timedelta(1), DAY + timedelta(5))
    none = forecast(own, before(own, queue), 0, NO_HOURS, NOW)
    assert none is not None
    assert (none.ahead, none.first, none.last) == (2, None, None)


def test_a_forecast_is_made_only_of_what_is_not_ready_yet() -> None:
    for status in Status:
        one = job(status, printer="MK4S")
        found = forecast(one, Ahead(), 1, NO_HOURS, NOW)
        assert (found is not None) is status.ahead, status
        assert found is None or (found.ahead is not None) is (status is READY)
        assert forecast(replace(one, held_at=NOW), Ahead(), 1, NO_HOURS, NOW) is None


def test_a_new_job_is_expected_as_the_form_says() -> None:
    one, days = job(Status.UPLOADED, printer="MK4S", hours=None), NO_HOURS
    others = [made("A", hours="20"), made("X", hours="2")]
    ahead = still_to_print("MK4S", [one, *others], without=one.id)
    said, found = ready_range(ahead), forecast(one, ahead, 1, days, NOW)
    assert said is not None and found is not None
    assert found.first == DAY + timedelta(said.earliest)
    assert found.last == DAY + timedelta(said.latest)
