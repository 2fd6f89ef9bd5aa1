"""Figures against the same figures counted the slow way, on histories that hypothesis makes."""

from __future__ import annotations

import csv
import io
import json
import math
import tempfile
import tracemalloc
import zipfile
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree

import pytest
from alembic import command
from hypothesis import HealthCheck, given
from hypothesis import settings as tries
from hypothesis import strategies as st

from printflow import (
    REPORTS,
    Event,
    Failure,
    Figures,
    InvalidInput,
    Job,
    JobDetails,
    JobQuery,
    Payment,
    Printflow,
    PrintflowError,
    ReportQuery,
    Settings,
    Status,
    Unit,
)
from printflow.db import migrate
from printflow.reports.export import csv_bytes, plain, xlsx_bytes
from printflow.reports.table import Column, Kind, cell_value
from printflow.settings.sections import MailSettings
from tests import sample_models
from tests.integration import slow_figures as slow
from tests.integration.conftest import Program
from tests.plugins.lab import Submit, TestClock
from tests.plugins.postgres import new_database

SPACE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
ACTIONS = (
    "approve", "approve", "confirm", "confirm", "start", "start", "complete", "complete",
    "pick_up", "reject", "decline", "fail", "undo", "override", "requote", "wait",
    "machine", "some", "together", "together", "move", "end", "end",
)  # fmt: skip
steps = st.lists(
    st.tuples(st.integers(0, 3), st.sampled_from(ACTIONS), st.integers(0, 5)), max_size=24
)

days = st.one_of(st.none(), st.dates(date(2026, 3, 1), date(2026, 4, 20)))
queries = st.builds(
    ReportQuery,
    since=days,
    until=days,
    unit=st.sampled_from(Unit),
    color=st.sampled_from(("", "True Red")),
    discipline=st.sampled_from(("", "Architecture")),
    printer=st.sampled_from(("", "Prusa XL")),
).filter(lambda query: query.since is None or query.until is None or query.since <= query.until)
ASKED = (
    ReportQuery(),
    ReportQuery(unit=Unit.DAY, since=date(2026, 3, 4), until=date(2026, 3, 12)),
    ReportQuery(unit=Unit.WEEK, since=date(2026, 3, 10), color="True Black"),
    ReportQuery(unit=Unit.DAY, until=date(2026, 3, 9), class_number="C1", method="Filament"),
    ReportQuery(material="PLA", printer="Prusa XL"),
)


def play(
    lab: Printflow, clock: TestClock, history: list[tuple[int, str, int]], model: Path
) -> None:
    """Four jobs, and whatever can be done of the history."""
    jobs = []
    for number in range(4):
        clock.advance(hours=7)
        jobs.append(
            lab.intake.submit(
                model, student=f"Student {number}", email=f"s{number}@example.edu",
                method="Filament", color=("True Red", "True Black")[number % 2], printer="Prusa MK4S",
                discipline=("Engineering", "Architecture")[number // 2],
                class_number=f"C{number}", acknowledge_minimum=True,
                quantity=(1, 3, 2, 5)[number],
            ).id
        )  # fmt: skip
    for which, action, amount in history:
        job_id = jobs[which]
        clock.advance(hours=amount * 13 + 1)
        with suppress(PrintflowError):  # not from where the job stands: the history goes on
            act(lab, clock, job_id, action, amount)
        with suppress(PrintflowError):
            print_together(lab, jobs, job_id, action, amount)


MACHINES = ("MK4S-1", "MK4S-2", "Prusa XL", "MK4S-1")


def print_together(lab: Printflow, jobs: list[str], job_id: str, action: str, amount: int) -> None:
    """What is done with machines and plates."""
    machine, running = MACHINES[amount % 4], lab.plates.find(running=True)
    match action:
        case "machine":
            for name in MACHINES[:2]:
                lab.machines.add(name, model="Prusa MK4S", by="Ana")
        case "some":
            lab.plates.start(machine, [(job_id, amount % 3 + 1)], by="Sam")
        case "together":
            here = [
                one for one in jobs if lab.jobs.get(one).copies.left and one != jobs[amount % 4]
            ]
            ready = [one for one in here if lab.jobs.get(one).status.record.to_print]
            lab.plates.start(machine, ready, by="Sam")
        case "move":
            lab.plates.move(running[amount % len(running)].id, machine, by="Sam", whole=amount > 3)
        case "end" if running:
            plate = running[amount % len(running)]
            lab.plates.end(
                plate.id,
                by="Sam",
                failed=[(plate.parts[0].job_id, 1)] if amount % 2 else [],
                not_printed=[(plate.parts[-1].job_id, 1)] if amount % 3 == 1 else [],
                reason="came loose",
                category=("", "adhesion", "shift")[amount % 3],
                wasted=("", "7.5", "", "0.25")[amount % 4],
                running=amount == 5,
            )


def act(lab: Printflow, clock: TestClock, job_id: str, action: str, amount: int) -> None:
    weight = str(10 + amount * 7)
    match action:
        case "approve" | "requote":
            getattr(lab.jobs, action)(
                job_id, by="Ana", grams=weight, hours="2.5", material=("PLA", "PETG")[amount % 2]
            )
        case "confirm":
            lab.jobs.confirm(job_id, by="Ana", note="by phone")
        case "start":
            lab.jobs.start_printing(
                job_id, by="Sam", printer=("Prusa MK4S", "Prusa XL")[amount % 2]
            )
        case "complete":
            lab.jobs.complete(job_id, by="Sam", grams=str(12 + amount) if amount % 3 else "")
        case "pick_up":
            lab.jobs.pick_up(job_id, by="Ana", waive="a gift") if amount == 0 else lab.jobs.pick_up(
                job_id, by="Ana", amount="20.00", method="cash"
            )
        case "reject":
            lab.jobs.reject(
                job_id, by="Ana", reasons=["Too thin"] if amount % 2 else ["Too big", "Odd"]
            )
        case "decline":
            lab.jobs.decline(job_id, by="Ana", note="by phone")
        case "fail":
            lab.jobs.fail(job_id, by="Sam", reason=("came loose", "ran out")[amount % 2])
        case "undo":
            clock.now -= clock.now - lab.jobs.details(job_id).events[-1].at
            clock.advance(seconds=3)
            lab.corrections.undo(job_id, by="Ana")
        case "override":
            lab.jobs.override(job_id, by="Ana", to=list(Status)[amount + 1], reason="made by hand")


def column(figures: Figures, name: str, key: str) -> list[object]:
    table = figures.table(name)
    place = [one.key for one in table.columns].index(key)
    return [row[place] for row in table.rows]


def nth(values: list[float], share: float) -> float | None:
    """The smallest value that at least the share of all do not exceed."""
    for value in sorted(values):
        if sum(other <= value for other in values) >= share * len(values) - 1e-9:
            return round(value, 2)
    return None


def told(figures: Figures, name: str, key: str) -> dict[object, object]:
    """A column by the first one of its table, where there is anything."""
    table = figures.table(name)
    return {
        head: value
        for head, value in zip(
            column(figures, name, table.columns[0].key), column(figures, name, key), strict=True
        )
        if value
    }


def agree(asked: slow.Asked) -> None:
    """Every column of every report says what the slow way finds."""
    figures = asked.lab.reports.figures(asked.query)
    done = {name: slow.counts(asked, name) for name in (
        "submitted", "approved", "rejected", "confirmed", "failed", "completed", "picked_up")}  # fmt: skip
    for name, found in done.items():
        by_time = Counter(asked.bucket(at) for at, _, _ in found)
        assert told(figures, "course", name) == by_time, name
        for field in slow.FIELDS:
            real = Counter(getattr(details.job, field) for _, details, _ in found)
            assert told(figures, field, name) == real, (name, field)
    standing = Counter(details.events[-1].dest.label for _, details, _ in done["submitted"])
    assert told(figures, "status", "jobs") == standing
    agree_on_decisions(asked, figures, done)
    agree_on_prints(asked, figures)
    agree_on_money(asked, figures)
    spans = ((Status.UPLOADED, Status.PENDING), (Status.PENDING, Status.READYTOPRINT),
             (Status.READYTOPRINT, Status.PRINTING), (Status.PRINTING, Status.COMPLETED),
             (Status.COMPLETED, Status.PAIDPICKEDUP), (Status.UPLOADED, Status.READYTOPRINT),
             (Status.UPLOADED, Status.COMPLETED), (Status.UPLOADED, Status.PAIDPICKEDUP))  # fmt: skip
    for row, (start, end) in zip(figures.table("times").rows, spans, strict=True):
        hours = slow.waits(asked, start, end)
        assert row[1:] == (len(hours), nth(hours, 0.5), nth(hours, 0.9)), row[0]
    for row, what in zip(figures.table("estimates").rows, ("grams", "hours", "cost"), strict=True):
        off = slow.errors(asked, what)
        assert row[1:] == (
            len(off),
            nth(off, 0.5),
            nth([abs(e) for e in off], 0.5),
            nth([abs(e) for e in off], 0.9),
        )
    hours_of = [asked.local(at) for at, _, _ in done["submitted"]]
    assert told(figures, "peak_hours", "all") == Counter(f"{at:%H}:00" for at in hours_of)
    for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"):
        real = Counter(f"{at:%H}:00" for at in hours_of if f"{at:%A}" == day)
        assert told(figures, "peak_hours", day.lower()) == real, day


def agree_on_decisions(
    asked: slow.Asked,
    figures: Figures,
    done: dict[str, list[tuple[datetime, JobDetails, Event]]],
) -> None:
    approved, rejected = len(done["approved"]), len(done["rejected"])
    declined = sum(
        event.trigger.value in ("decline", "withdraw") for _, _, event in done["rejected"]
    )
    counts = [approved, rejected - declined, declined]
    assert column(figures, "decisions", "count") == counts
    shares = [round(n / sum(counts) * 100, 1) if sum(counts) else None for n in counts]
    assert column(figures, "decisions", "share") == shares
    chosen, own = told(figures, "reasons", "count"), told(figures, "own_reasons", "count")
    assert {**chosen, **own} == slow.reasons(asked)
    assert not {"Too thin", "Too big", "Odd"} & chosen.keys()
    assert "Declined by the student" not in own


def agree_on_prints(asked: slow.Asked, figures: Figures) -> None:
    printed, hours = slow.printed(asked), slow.hours(asked)
    assert {row[0]: row[4:] for row in figures.table("printers").rows if any(row[4:])} == printed
    of_models: dict[str, float] = {}
    for (model, _), real in hours.items():
        of_models[model] = of_models.get(model, 0.0) + real
    for table, key, real_hours in (
        ("printers", "printer", of_models),
        ("machines", "machine", {name: real for (_, name), real in hours.items()}),
    ):
        for name, value in zip(
            column(figures, table, key), column(figures, table, "hours"), strict=True
        ):
            assert math.isclose(float(str(value)), real_hours.get(str(name), 0.0), abs_tol=0.006), (
                name
            )
    for name, use in zip(
        column(figures, "machines", "machine"), column(figures, "machines", "use"), strict=True
    ):
        if asked.query.since is not None and asked.query.until is not None:
            days = (asked.query.until - asked.query.since).days + 1
            implied = asked.lab.machines.get(str(name)).implied
            if asked.local(asked.now).date() > asked.query.until and use is not None and implied:
                real = sum(one for (_, known), one in hours.items() if known == name)
                share = real / days / 24 * 100  # a day may have 23 or 25 hours
                assert math.isclose(float(str(use)), share, rel_tol=0.05, abs_tol=0.06)
    for what in ("good", "failed", "not_printed"):
        found = slow.copies(asked, what)
        for table, place in (("machines", 0), ("copies", 1)):
            by_place: Counter[object] = Counter()
            for keys, count in found.items():
                by_place[keys[place]] += count
            assert told(figures, table, f"copies_{what}") == by_place, (table, what)
    failed = {
        (row[0] and str(row[0]), *row[1:3]): row[3] for row in figures.table("failed_copies").rows
    }
    real_failed: Counter[tuple[object, ...]] = Counter()
    for (machine, _, category, material), count in slow.copies(asked, "failed").items():
        label = Failure(category).label if category else ""
        real_failed[label, machine, material] += count
    assert failed == real_failed
    for table in ("machines", "copies", "failed_copies"):
        total = sum(Decimal(str(one)) for one in column(figures, table, "grams_wasted"))
        assert total == slow.wasted(asked), table
    assert {row[0]: row[1:] for row in figures.table("materials").rows} == slow.grams(asked)
    assert {(row[0], row[1]): row[2] for row in figures.table("failures").rows} == slow.failures(
        asked
    )


def agree_on_money(asked: slow.Asked, figures: Figures) -> None:
    paid = slow.paid(asked)
    keys: dict[str, Callable[[Payment], str]] = {
        "revenue": lambda p: asked.bucket(p.at),
        "payment_methods": lambda p: p.method,
        "revenue_by_payer": lambda p: "Students",
        "revenue_by_group": lambda p: "",
    }
    worths: dict[str, Callable[[Payment], int]] = {
        "cents": lambda p: p.amount_cents,
        "payments": lambda p: int(not p.waived),
        "waived": lambda p: int(bool(p.waived)),
    }
    for report, key in keys.items():
        for name, worth in worths.items():
            real: Counter[str] = Counter()
            for payment in paid:
                real[key(payment)] += worth(payment)
            assert told(figures, report, name) == {k: n for k, n in real.items() if n}, name
        assert sum(map(int, map(str, column(figures, report, "cents")))) == sum(
            payment.amount_cents for payment in paid
        )


def fresh(url: str | None = None) -> Settings:
    """Settings of a new lab, with its tables where they are not made by themselves."""
    folder = Path(tempfile.mkdtemp(prefix="printflow-figures-"))
    mail = MailSettings(directory=folder / "mail")
    found = Settings(store=folder / "store", database_url=url, settle_seconds=0, mail=mail)
    if url:
        migrate.upgrade(found.database)
    return found


@tries(max_examples=12, deadline=None, derandomize=True, database=None,
       suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])  # fmt: skip
@given(history=steps, narrow=st.lists(queries, min_size=2, max_size=2))
@pytest.mark.long
def test_every_figure_is_what_the_slow_way_finds(
    history: list[tuple[int, str, int]], narrow: list[ReportQuery]
) -> None:
    clock = TestClock()
    with Printflow.open(fresh(), clock=clock) as lab:
        model = lab.settings.store.parent / "part.stl"
        model.write_bytes(sample_models.stl())
        play(lab, clock, history, model)
        for query in (ReportQuery(), *narrow):
            agree(slow.Asked(lab, clock(), query))


LONG = [
    (job, action, amount)
    for job, told in enumerate(
        (
            "approve1 confirm1 start1 fail1 start2 undo0 start3 complete2 pick_up1",
            "approve2 requote3 confirm1 start1 complete3 override0 approve1 confirm1 start2",
            "reject1 undo0 reject2 override1 decline1",
            "override4 undo0 approve5 confirm0 start0 fail0 start0 complete1 pick_up0 undo0",
            # the print room: jobs share plates of two machines, fail in part and move
            "undo0 override2 machine0 some0",
        )
    )
    for action, amount in ((step[:-1], int(step[-1])) for step in told.split())
]
LONG = [(min(job, 3), action, amount) for job, action, amount in LONG]
LONG += [
    (number, action, 1) for number in range(4) for action in ("approve", "confirm", "wait")
] + [
    (job, action, amount)
    for job, action, amount in (
        (1, "some", 0), (2, "together", 3), (3, "together", 0), (0, "move", 2), (1, "end", 1),
        (1, "undo", 0), (1, "end", 5), (2, "some", 1), (2, "end", 3), (3, "together", 1),
        (3, "move", 4), (3, "end", 1), (3, "some", 2), (0, "end", 0), (0, "end", 2), (1, "fail", 0),
    )
]  # fmt: skip


@pytest.mark.long
@pytest.mark.postgresql
def test_postgresql_counts_the_same(postgresql_cluster: Path) -> None:
    clock = TestClock()
    with Printflow.open(fresh(new_database(postgresql_cluster)), clock=clock) as lab:
        model = lab.settings.store.parent / "part.stl"
        model.write_bytes(sample_models.stl())
        play(lab, clock, LONG, model)
        for query in ASKED:
            agree(slow.Asked(lab, clock(), query))


def test_a_long_history_is_counted_right_and_reaches_every_report(
    lab: Printflow, clock: TestClock, model: Path
) -> None:
    play(lab, clock, LONG, model)
    figures = lab.reports.figures()
    for query in ASKED:
        agree(slow.Asked(lab, clock(), query))
    assert [table.name for table in figures.tables] == list(REPORTS)
    for name in (
        "failures",
        "failed_copies",
        "copies",
        "machines",
        "own_reasons",
        "materials",
        "revenue",
    ):
        assert figures.table(name).rows, name


def test_an_override_counts_as_what_it_did(lab: Printflow, job_in: Callable[[str], Job]) -> None:
    job = job_in("UPLOADED")
    lab.jobs.override(job.id, by="Ana", to="COMPLETED", reason="printed by hand")
    row = lab.reports.figures().table("course").rows[-1]
    assert row[1:] == (1, 1, 0, 1, 0, 1, 0)


def test_what_was_chosen_and_what_was_written_stay_apart(
    lab: Printflow, job_in: Callable[[str], Job]
) -> None:
    known = lab.catalog.current.rejection_reasons[0]
    lab.jobs.reject(job_in("UPLOADED").id, by="Ana", reasons=[known.code], text="Add a foot.")
    lab.jobs.reject(job_in("UPLOADED").id, by="Ana", reasons=[known.code])
    figures = lab.reports.figures()
    assert figures.table("reasons").rows == ((known.text, 2),)
    assert figures.table("own_reasons").rows == (("Add a foot.", 1),)


def test_an_undone_rejection_never_happened(lab: Printflow, job_in: Callable[[str], Job]) -> None:
    job = job_in("UPLOADED")
    lab.jobs.reject(job.id, by="Ana", reasons=["Too thin"])
    lab.corrections.undo(job.id, by="Ana")
    figures = lab.reports.figures()
    assert figures.table("own_reasons").rows == ()
    assert figures.table("reasons").rows == ()
    assert column(figures, "decisions", "count") == [0, 0, 0]


def test_a_period_takes_what_happened_in_it(
    lab: Printflow, clock: TestClock, job_in: Callable[[str], Job]
) -> None:
    job = job_in("UPLOADED")  # on March 2
    clock.advance(days=30)  # April 1
    lab.jobs.approve(job.id, by="Ana", grams="42.5", hours="3.25", material="PLA")
    april = lab.reports.figures(
        ReportQuery(since=date(2026, 4, 1), until=date(2026, 4, 30), unit=Unit.DAY)
    )
    assert april.table("course").rows == (("2026-04-01", 0, 1, 0, 0, 0, 0, 0),)
    march = lab.reports.figures(ReportQuery(until=date(2026, 3, 31)))
    assert march.table("course").rows == (("2026-03-01", 1, 0, 0, 0, 0, 0, 0),)
    assert lab.reports.figures(ReportQuery(color="True Black")).table("course").rows == ()
    with pytest.raises(InvalidInput, match="ends before it starts"):
        lab.reports.figures(ReportQuery(since=date(2026, 4, 2), until=date(2026, 4, 1)))


def test_a_print_over_the_period_s_ends_counts_its_hours_within(
    lab: Printflow, clock: TestClock, job_in: Callable[[str], Job]
) -> None:
    job = job_in("PRINTING")
    begun = lab.jobs.details(job.id).attempts[0].started_at
    clock.advance(days=3)
    day = (begun + timedelta(days=1)).date()  # it printed all day
    query = ReportQuery(since=day, until=day)
    that_day = (("Prusa MK4S", 1, 24.0, 100.0, 0, 0, 0),)
    assert lab.reports.figures(query).table("printers").rows == that_day
    lab.jobs.complete(job.id, by="Sam")
    assert lab.reports.figures(query).table("printers").rows == that_day
    ((_, _, hours, _, completed, *_),) = lab.reports.figures().table("printers").rows
    assert (hours, completed) == (72.0, 1)


def test_five_jobs_on_one_plate_are_two_machine_hours(
    lab: Printflow, clock: TestClock, job_in: Callable[[str], Job]
) -> None:
    jobs = [job_in("READYTOPRINT").id for _ in range(5)]
    for name in ("MK4S-1", "MK4S-2"):
        lab.machines.add(name, model="Prusa MK4S", by="Ana")
    begun = lab.plates.start("MK4S-1", jobs, by="Ana").plate
    assert begun is not None
    clock.advance(hours=2)
    lab.plates.end(
        begun.id, by="Ana", failed=[jobs[0]], reason="fell", category="adhesion", wasted="3.5"
    )
    clock.advance(hours=6)
    figures = lab.reports.figures()
    assert figures.table("machines").rows == (
        ("MK4S-1", "Prusa MK4S", 2.0, 25.0, 4, 1, 0, Decimal("3.5")),
        ("MK4S-2", "Prusa MK4S", 0.0, 0.0, 0, 0, 0, Decimal(0)),
    )
    assert figures.table("printers").rows == (("Prusa MK4S", 2, 2.0, 12.5, 4, 1, 0),)
    assert figures.table("failed_copies").rows == (
        ("Came off the build plate", "MK4S-1", "PLA", 1, Decimal("3.5")),
    )
    ((_, *counted),) = figures.table("copies").rows
    assert counted == [4, 1, 0, Decimal("3.5")]
    assert figures.table("estimates").rows[1][1] == 0, "a shared plate tells no job's time"
    assert lab.reports.figures(ReportQuery(printer="Prusa XL")).table("machines").rows == ()


def test_figures_of_old_attempts_stay_right(tmp_path: Path) -> None:
    clock, settings = TestClock(), fresh()
    model = tmp_path / "part.stl"
    model.write_bytes(sample_models.stl())
    with Printflow.open(settings, clock=clock) as lab:
        for number in range(5):
            job = lab.intake.submit(
                model, student="Jane Doe", email=f"jane{number}@example.edu", method="Filament",
                color="True Red", printer="Prusa MK4S", discipline="Engineering",
                class_number="C1", acknowledge_minimum=True, quantity=1 + number % 2,
            )  # fmt: skip
            lab.jobs.approve(job.id, by="Ana", grams="42.5", hours="3.25", material="PLA")
            lab.jobs.confirm(job.id, by="Ana", note="by phone")
        jobs = [job.id for job in lab.jobs.find()]
        plate = lab.plates.start("Prusa MK4S", jobs, by="Ana").plate
        assert plate is not None
        clock.advance(hours=2)
        lab.plates.end(plate.id, by="Ana", failed=[jobs[0]], reason="fell")
        lab.jobs.start_printing(jobs[0], by="Ana", printer="Prusa XL")
        clock.advance(hours=3)
        before = lab.reports.figures()
    config = migrate._config(settings.database)
    command.downgrade(config, "0031")  # each part becomes an attempt of its own
    migrate.upgrade(settings.database)
    with Printflow.open(settings, clock=clock) as lab:
        after = lab.reports.figures()
        agree(slow.Asked(lab, clock()))
    for name in ("course", "printers", "copies", "failures", "failed_copies", "times"):
        assert after.table(name) == before.table(name), name
    assert [row[:3] for row in after.table("printers").rows] == [
        ("Prusa MK4S", 1, 2.0), ("Prusa XL", 1, 3.0),
    ]  # fmt: skip


def test_a_print_that_moved_leaves_each_machine_its_hours(
    lab: Printflow, clock: TestClock, job_in: Callable[[str], Job]
) -> None:
    job, other = job_in("READYTOPRINT"), job_in("READYTOPRINT")
    plate = lab.plates.start("Prusa MK4S", [job.id], by="Ana").plate
    assert plate is not None
    clock.advance(hours=1)
    lab.plates.start("Prusa MK4S", [other.id], by="Ana")  # busy: the hours still count once
    clock.advance(hours=1)
    lab.plates.move(plate.id, "Prusa XL", by="Ana")
    clock.advance(hours=3)
    lab.plates.end(plate.id, by="Ana")
    clock.advance(hours=1)
    found = lab.reports.figures().table("machines").rows
    assert [row[:3] for row in found] == [
        ("Prusa MK4S", "Prusa MK4S", 6.0), ("Prusa XL", "Prusa XL", 3.0),
    ]  # fmt: skip
    only = lab.reports.figures(ReportQuery(printer="Prusa XL")).table("machines").rows
    assert [row[:3] for row in only] == [("Prusa XL", "Prusa XL", 3.0)]


def test_a_machine_counts_while_it_exists(
    lab: Printflow, clock: TestClock, job_in: Callable[[str], Job]
) -> None:
    job = job_in("READYTOPRINT")
    today = lab.jobs.details(job.id).events[-1].at.date()
    lab.plates.start("Prusa MK4S", [job.id], by="Ana")
    clock.advance(hours=24)
    lab.jobs.complete(job.id, by="Ana")
    lab.machines.add("MK4S-1", model="Prusa MK4S", by="Ana")
    clock.advance(hours=12)
    lab.machines.retire("MK4S-1", by="Ana")
    clock.advance(days=30)
    found = lab.reports.figures(ReportQuery(since=today, until=today + timedelta(days=9)))
    (own, named) = found.table("machines").rows
    assert (own[0], own[2], named[0], named[3]) == ("Prusa MK4S", 24.0, "MK4S-1", 0.0)
    later = ReportQuery(since=today + timedelta(days=15), until=today + timedelta(days=20))
    assert lab.reports.figures(later).table("machines").rows == ()


def test_a_final_weight_counts_and_one_that_nobody_said_is_no_error(
    lab: Printflow, job_in: Callable[[str], Job]
) -> None:
    job, silent = job_in("PRINTING"), job_in("PRINTING")
    lab.jobs.complete(job.id, by="Sam", grams="51")  # 42.5 were quoted
    lab.jobs.complete(silent.id, by="Sam")
    figures = lab.reports.figures()
    assert figures.table("materials").rows == (("PLA", 2, Decimal("93.5")),)
    assert figures.table("estimates").rows[0] == ("Weight", 1, 20.0, 20.0, 20.0)
    lab.jobs.override(job.id, by="Ana", to="PRINTING", reason="once more")
    lab.jobs.complete(job.id, by="Sam", grams="34")
    assert lab.reports.figures().table("materials").rows == (("PLA", 2, Decimal("76.5")),)
    assert lab.reports.figures().table("estimates").rows[0] == ("Weight", 1, -20.0, 20.0, 20.0)


def test_a_period_that_begins_long_before_the_lab_is_told_whole(
    lab: Printflow, job_in: Callable[[str], Job]
) -> None:
    job_in("UPLOADED")
    rows = (
        lab.reports.figures(ReportQuery(since=date(1970, 1, 1), unit=Unit.DAY)).table("course").rows
    )
    assert [row[:2] for row in rows] == [("2026-03-02", 1)]


def test_the_list_of_jobs_has_every_job_once_in_both_formats(
    lab: Printflow, submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("printflow.service.job_list._PAGE", 2)
    names = ["=cmd|'/C calc'!A0", "+SUM(1)", 'Jane, "J" Doe', "Ünal 3", "Plain"]
    made = {submit(class_number=name[:30]).id: name[:30] for name in names}
    text = b"".join(lab.reports.file("jobs", "csv")).decode("utf-8-sig")
    found = {row["id"]: row for row in csv.DictReader(io.StringIO(text))}
    assert {key: row["class_number"] for key, row in found.items()} == {
        key: plain(name) for key, name in made.items()
    }
    assert sum(row["class_number"].startswith("'") for row in found.values()) == 2
    book = zipfile.ZipFile(io.BytesIO(b"".join(lab.reports.file("jobs", "xlsx"))))
    sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    assert len(sheet.findall(f".//{SPACE}row")) == 6
    assert not sheet.findall(f".//{SPACE}f"), "no text became a formula"
    inline = [cell.text for cell in sheet.iter(f"{SPACE}t")]
    assert names[0] in inline


def test_what_one_sheet_cannot_hold_goes_on_in_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("printflow.reports.export._SHEET_ROWS", 2)
    for count in (0, 2, 5):
        chunks = xlsx_bytes((Column("n", "N"),), ((n,) for n in range(count)), title="Jobs")
        book = zipfile.ZipFile(io.BytesIO(b"".join(chunks)))
        sheets = sorted(name for name in book.namelist() if name.startswith("xl/worksheets/sheet"))
        told = []
        for name in sheets:
            heading, *cells = ElementTree.fromstring(book.read(name)).iter(f"{SPACE}c")
            assert heading.get("t") == "inlineStr"
            told += [int(cell.findtext(f"{SPACE}v", "")) for cell in cells]
        assert (len(sheets), told) == (max(1, -(-count // 2)), list(range(count)))


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@A1", "\t=1", "\r=1", " =1", "＝1"])
def test_no_text_becomes_a_formula(text: str) -> None:
    assert plain(text) == f"'{text}"
    assert plain("a" + text) == "a" + text


def test_a_file_of_any_length_needs_the_same_memory() -> None:
    def peak(count: int) -> int:
        tracemalloc.start()
        data = ((f"row {n}", n) for n in range(count))
        sum(
            len(chunk) for chunk in csv_bytes((Column("a", "A", Kind.TEXT), Column("b", "B")), data)
        )
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    assert peak(20_000) < peak(1_000) * 2


def test_money_is_exact_in_files() -> None:
    column = Column("cents", "Revenue", Kind.CENTS)

    def written(cents: int, currency: str) -> str:
        data = b"".join(csv_bytes((column,), [[cell_value(cents, column, currency)]]))
        return data.decode("utf-8-sig").split()[1]

    assert written(1234567890123, "USD") == "12345678901.23"
    assert written(5, "USD") == "0.05"
    assert written(300, "JPY") == "300", "a yen isn't divided"
    assert written(1235, "KWD") == "1.235", "a dinar has 1,000 fils"


def test_the_command_line_tells_the_same(program: Program) -> None:
    assert set(REPORTS) <= set(program.call("report").out.split())
    told = json.loads(program.call("report", "decisions", "--json").out)
    assert told["rows"][0]["decision"] == "Approved"
    assert program.call("report", "status", "--csv").out.splitlines()[0].endswith("status,jobs")
    assert "Over time" in program.call("report", "course").out
    assert program.call("report", "jobs").out.lstrip("\ufeff").startswith("id,status")
    assert "There's no report" in program.call("report", "nonsense").err


def test_what_was_counted_a_moment_ago_is_shown_while_it_is_fresh(
    lab: Printflow, submit: Submit
) -> None:
    submit()
    first = lab.reports.latest_figures(ReportQuery(), patience=20)
    submit()
    assert lab.reports.latest_figures(ReportQuery(), patience=20) is first
    assert lab.worklist.page(JobQuery()).jobs, "and the lists do not wait for it"
