"""The print room with long queues: what it asks of the database is what all jobs say, and a page with
thousands of them costs what a page with a few costs.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as few
from hypothesis import strategies as st
from sqlalchemy import event, select, update
from sqlalchemy.engine import Engine

from printflow import Printflow, Settings, Status
from printflow.db.schema import jobs
from printflow.domain.print_room import left_to_plan
from printflow.domain.queueing import Ahead, cursor, in_order, place_in_queue, place_of
from printflow.domain.worklist import JobQuery
from printflow.ports import Transaction
from printflow_web.factory import create_app
from tests import queue_reference as plain
from tests.benchmarks.dashboard import asked
from tests.benchmarks.queue import fill_ready
from tests.benchmarks.staff_browser import signed_in

PRINTERS = ("Prusa MK4S", "Prusa XL", "Gone")
MANY = 12
ROW = st.fixed_dictionaries(
    {
        "printer": st.sampled_from(PRINTERS),
        "status": st.sampled_from([one.value for one in Status]),
        "queue_place": st.none() | st.integers(0, 3),
        "since": st.integers(0, 4),
        "held": st.booleans(),
        "hours": st.none() | st.decimals("0.001", 99, places=3),
        "copies": st.tuples(st.integers(1, 3), st.integers(0, 2), st.integers(0, 2)),
        "color": st.sampled_from(["Black", "Blue"]),
        "method": st.sampled_from(["Filament", "Resin"]),
        "planned": st.integers(0, 2),
    }
)


@pytest.fixture
def small(settings: Settings) -> Iterator[Printflow]:
    """A lab whose jobs a test makes anew."""
    with Printflow.open(settings) as lab:
        fill_ready(lab, MANY)
        yield lab


def connection_of(tx: Any) -> Any:
    """The connection under the transaction."""
    return tx._connection


def written(lab: Printflow, tx: Transaction, rows: list[dict[str, Any]]) -> dict[str, int]:
    """Make the lab's jobs such ones; gives how many copies are planned."""
    planned = {}
    ids = sorted(connection_of(tx).scalars(select(jobs.c.id)))
    for job_id, row in zip(ids, rows, strict=True):
        since = lab._parts.clock() - timedelta(hours=row["since"])
        wanted, good, printing = row["copies"]
        values = {
            **{name: row[name] for name in ("printer", "status", "queue_place", "hours")},
            **{name: row[name] for name in ("color", "method")},
            "status_since": since.replace(minute=0, second=0, microsecond=0),
            "held_at": since if row["held"] else None,
            "quantity": wanted,
            "copies_good": good,
            "copies_printing": printing,
        }
        connection_of(tx).execute(update(jobs).where(jobs.c.id == job_id).values(values))
        if row["planned"]:
            planned[job_id] = row["planned"]
    return planned


@given(st.lists(ROW, min_size=MANY, max_size=MANY), st.integers(1, 5))
@few(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_asked_of_the_database_is_what_all_jobs_say(
    small: Printflow, rows: list[dict[str, Any]], limit: int
) -> None:
    with small._parts.database.write() as tx:
        planned = written(small, tx, rows)
        every = list(tx.jobs.find(JobQuery()))
        assert tx.queue.waits(planned) == plain.waits(every, planned)
        gone = [one.id for one in every if not left_to_plan(one, planned.get(one.id, 0))]
        first = tx.queue.first(PRINTERS, limit=limit, without=gone)
        ahead = tx.queue.ahead()
        for printer in PRINTERS:
            own = in_order(one for one in first if one.printer == printer)
            assert own == plain.waiting(printer, every, planned)[:limit]
            mine = plain.still_to_print(printer, every, without="")
            assert ahead.get(printer, Ahead()) == mine
            order = plain.waiting(printer, every, {})
            assert tx.queue.order(printer) == [(one.id, one.queue_place) for one in order]
        here = [one for one in every if one.status.record.to_print and one.copies_printing]
        at_machines = tx.queue.at_machines((), loose=MANY)
        assert sorted(plain.ids(at_machines)) == sorted(plain.ids(here))
        here = sorted(here, key=lambda one: (str(one.created_at), one.id), reverse=True)
        for printer in PRINTERS:
            newest = [one.id for one in here if one.printer == printer]
            few = tx.queue.at_machines((), loose=limit)
            assert [one.id for one in few if one.printer == printer] == newest[:limit]
            others = tx.queue.at_machines(newest[:1], loose=limit)
            these = [one.id for one in others if one.printer == printer]
            assert sorted(these) == sorted(newest[: limit + 1])
        assert plain.ids(tx.queue.at_machines((), loose=0)) == []
        for one in every:
            mine = plain.still_to_print(one.printer, every, without=one.id)
            assert tx.queue.ahead_of(one) == mine
            if one.status is Status.READYTOPRINT and not one.on_hold:
                assert tx.queue.before(one) == plain.before(one, every)
        assert walked(tx, limit) == plain.ids(
            in_order(
                one
                for one in every
                if one.status is Status.READYTOPRINT
                and one.copies.left
                and not one.on_hold
                and (one.method, one.color) == ("Filament", "Blue")
            )
        )


def walked(tx: Transaction, limit: int) -> list[str]:
    """The ids of the blue jobs, page by page."""
    seen: list[str] = []
    after = None
    while True:
        some = tx.queue.ready(
            tx.queue.printers(),
            methods=["Filament"],
            material="",
            color="Blue",
            limit=limit,
            after=after,
        )
        page = in_order(some)[:limit]
        if not page:
            return seen
        seen += plain.ids(page)
        after = place_of(cursor(page[-1]))


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Printflow]:
    """A lab with two thousand ready jobs."""
    with Printflow.open(Settings(store=tmp_path_factory.mktemp("queues") / "store")) as lab:
        fill_ready(lab, 2000)
        yield lab


@pytest.mark.parametrize("wanted", ["", "?fits=Prusa+MK4S&material=PLA&color=Blue"])
def test_a_page_of_two_thousand_is_that_of_a_few(
    wanted: str, small: Printflow, long: Printflow
) -> None:
    found = []
    for lab in (small, long):
        with lab._parts.database.write() as tx:
            if lab is small:
                connection_of(tx).execute(
                    update(jobs).values(
                        status="READYTOPRINT", printer="Prusa MK4S", held_at=None, quantity=1,
                        copies_good=0, copies_printing=0, queue_place=None,
                    )
                )  # fmt: skip
        staff = signed_in(create_app(lab), lab)
        staff.get("/dashboard/queue")
        with asked() as number:
            answer = staff.get(f"/dashboard/queue{wanted}")
        assert answer.status_code == 200
        found.append((number[0], len(answer.data)))
    (few_asked, _), (many_asked, weighs) = found
    assert many_asked <= few_asked + 2, "portions of 500 ids"
    assert weighs <= 80_000 if not wanted else weighs <= 160_000


def test_what_waits_is_read_by_its_indexes(long: Printflow) -> None:
    statements: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, given: Any, _x: Any, _many: bool) -> None:
        statements.append((statement, given))

    with long._parts.database.read() as tx:
        [job, *_] = tx.queue.first(["Prusa MK4S"], limit=1)
        event.listen(Engine, "before_cursor_execute", note)
        try:
            tx.queue.first(["Prusa MK4S"], limit=9, after=place_in_queue(job))
            tx.queue.waits({})
            tx.queue.ahead()
        finally:
            event.remove(Engine, "before_cursor_execute", note)
        plans = [
            " ".join(
                str(row[3])
                for row in connection_of(tx).exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}", given)
            )
            for asked, given in statements
            if "FROM jobs" in asked and "job_files" not in asked and "WHERE jobs.id" not in asked
        ]
    assert plans
    for plan in plans:
        assert "ix_jobs_waiting" in plan or "COVERING INDEX ix_jobs_ahead" in plan, plan


def test_a_move_writes_what_it_must_and_the_page_shows_it(long: Printflow) -> None:
    with long._parts.database.read() as tx:
        order = [job_id for job_id, _place in tx.queue.order("Prusa XL")]
    assert long.queue.move(order[4], by="Ana", before=order[1])
    room = next(one for one in long.queue.room(rows=5) if one.model == "Prusa XL")
    assert [one.job.id for one in room.waiting] == [order[0], order[4], *order[1:4]]
    assert room.count == len(order)
    with long._parts.database.read() as tx:
        placed = [job_id for job_id, place in tx.queue.order("Prusa XL") if place is not None]
    assert placed == [order[0], order[4]]
    event_id = long.jobs.details(order[4]).events[-1].id
    long.corrections.undo(order[4], event_id=event_id, by="Ana")
    with long._parts.database.read() as tx:
        assert [job_id for job_id, _place in tx.queue.order("Prusa XL")] == order


def test_the_form_says_how_many_more_wait(long: Printflow) -> None:
    offer = long.queue.offer([], "Prusa MK4S")
    [mine] = [one for one in long.queue.room(rows=0) if one.model == "Prusa MK4S"]
    assert len(offer.fits) + offer.unseen == mine.count
    assert offer.fits and offer.unseen


def test_a_queue_alone_shows_more_of_it(long: Printflow) -> None:
    staff = signed_in(create_app(long), long)
    whole = staff.get("/dashboard/queue").text
    assert 'href="/dashboard/queue?printer=Prusa+MK4S"' in whole
    assert whole.count('id="queued-') < 60
    alone = staff.get("/dashboard/queue?printer=Prusa+MK4S").text
    assert alone.count('id="queued-') == 60 and alone.count('id="model-') == 1
    assert "Show all queues" in alone
    here = "/dashboard/queue?printer=Prusa+MK4S"
    form = staff.get("/dashboard/plates/start", headers={"Referer": f"http://localhost{here}"})
    assert f'name="next" value="{here}"' in form.text, "it leads back"
    assert staff.get("/dashboard/queue?printer=None").text.count('id="model-') > 1
