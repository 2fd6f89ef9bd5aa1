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
from datetime import date
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as tries
from hypothesis import strategies as st

from printflow import (
    REPORTS,
    Figures,
    InvalidInput,
    Job,
    JobQuery,
    Printflow,
    PrintflowError,
    ReportQuery,
    Settings,
    Status,
    Unit,
)
from printflow.db import migrate
from printflow.reports.export import csv_bytes, plain
from printflow.reports.table import Column, Kind
from printflow.settings_sections import MailSettings
from tests import models
from tests.integration import slow_figures as slow
from tests.integration.conftest import Program
from tests.plugins.lab import Submit, TestClock
from tests.plugins.postgres import new_database

ACTIONS = (
    "approve", "approve", "confirm", "confirm", "start", "start", "complete", "complete",
    "pick_up", "reject", "decline", "fail", "undo", "override", "requote", "wait",
)  # fmt: skip
steps = st.lists(
    st.tuples(st.integers(0, 3), st.sampled_from(ACTIONS), st.integers(0, 5)), max_size=24
)


def play(
    lab: Printflow, clock: TestClock, history: list[tuple[int, str, int]], model: Path
) -> None:
    """Four jobs, and whatever can be done of the history."""
    jobs = []
    for number in range(4):
        clock.advance(hours=7)
        jobs.append(
            lab.submit(
                model, student=f"Student {number}", email=f"s{number}@example.edu",
                method="Filament", color=("True Red", "True Black")[number % 2], printer="Prusa MK4S",
                discipline=("Engineering", "Architecture")[number // 2],
                class_number=f"C{number}", acknowledge_minimum=True,
            ).id
        )  # fmt: skip
    for which, action, amount in history:
        job_id = jobs[which]
        clock.advance(hours=amount * 13 + 1)
        with suppress(PrintflowError):  # not from where the job stands: the history goes on
            act(lab, clock, job_id, action, amount)


def act(lab: Printflow, clock: TestClock, job_id: str, action: str, amount: int) -> None:
    weight = str(10 + amount * 7)
    match action:
        case "approve" | "requote":
            getattr(lab, action)(
                job_id, by="Ana", grams=weight, hours="2.5", material=("PLA", "PETG")[amount % 2]
            )
        case "confirm":
            lab.confirm(job_id, by="Ana", note="by phone")
        case "start":
            lab.start_printing(job_id, by="Sam", printer=("Prusa MK4S", "Prusa XL")[amount % 2])
        case "complete":
            lab.complete(job_id, by="Sam", grams=str(12 + amount))
        case "pick_up":
            lab.pick_up(job_id, by="Ana", waive="a gift") if amount == 0 else lab.pick_up(
                job_id, by="Ana", amount="20.00", method="cash"
            )
        case "reject":
            lab.reject(job_id, by="Ana", reasons=["Too thin"] if amount % 2 else ["Too big", "Odd"])
        case "decline":
            lab.decline(job_id, by="Ana", note="by phone")
        case "fail":
            lab.fail(job_id, by="Sam", reason=("came loose", "ran out")[amount % 2])
        case "undo":
            clock.now -= clock.now - lab.details(job_id).events[-1].at
            clock.advance(seconds=3)
            lab.undo(job_id, by="Ana")
        case "override":
            lab.override(job_id, by="Ana", to=list(Status)[amount + 1], reason="made by hand")


def column(figures: Figures, name: str, key: str) -> list[object]:
    table = figures.table(name)
    place = [one.key for one in table.columns].index(key)
    return [row[place] for row in table.rows]


def rows(figures: Figures, name: str) -> dict[object, tuple[object, ...]]:
    return {row[0]: row[1:] for row in figures.table(name).rows}


def nth(values: list[float], share: float) -> float | None:
    """The smallest value that at least the share of all do not exceed."""
    for value in sorted(values):
        if sum(other <= value for other in values) >= share * len(values) - 1e-9:
            return round(value, 2)
    return None


def agree(lab: Printflow, figures: Figures) -> None:
    """Every report says what the slow way finds."""
    zone = lab.catalog.time_zone
    done = {name: slow.counts(lab, name) for name in (
        "submitted", "approved", "rejected", "confirmed", "failed", "completed", "picked_up")}  # fmt: skip
    for name, found in done.items():
        told = dict(
            zip(column(figures, "course", "begins"), column(figures, "course", name), strict=True)
        )
        assert {day: n for day, n in told.items() if n} == Counter(
            slow.month(at, zone) for at, _, _ in found
        ), name
        for field in ("discipline", "class_number", "method", "printer", "material", "color"):
            told = dict(
                zip(column(figures, field, field), column(figures, field, name), strict=True)
            )
            real = Counter(getattr(details.job, field) for _, details, _ in found)
            assert {value: n for value, n in told.items() if n} == real, (name, field)
    standing = Counter(details.events[-1].dest.label for details in slow.every_job(lab))
    assert {key: row[0] for key, row in rows(figures, "status").items() if row[0]} == standing
    approved, rejected = len(done["approved"]), len(done["rejected"])
    declined = sum(
        event.trigger.value in ("decline", "withdraw") for _, _, event in done["rejected"]
    )
    assert column(figures, "decisions", "count") == [approved, rejected - declined, declined]
    if approved + rejected:
        shares = [
            round(n / (approved + rejected) * 100, 1)
            for n in (approved, rejected - declined, declined)
        ]
        assert column(figures, "decisions", "share") == shares
    assert {key: row[0] for key, row in rows(figures, "reasons").items()} == slow.reasons(lab)
    spans = ((Status.UPLOADED, Status.PENDING), (Status.PENDING, Status.READYTOPRINT),
             (Status.READYTOPRINT, Status.PRINTING), (Status.PRINTING, Status.COMPLETED),
             (Status.COMPLETED, Status.PAIDPICKEDUP), (Status.UPLOADED, Status.PAIDPICKEDUP))  # fmt: skip
    for row, (start, end) in zip(figures.table("times").rows, spans, strict=True):
        hours = slow.waits(lab, start, end)
        assert row[1:] == (len(hours), nth(hours, 0.5), nth(hours, 0.9)), row[0]
    told_prints = {row[0]: (row[1], row[2]) for row in figures.table("printers").rows}
    printed = slow.printed(lab)
    assert told_prints == {name: row[:2] for name, row in printed.items()}
    for row in figures.table("printers").rows:
        assert math.isclose(float(str(row[4])), printed[str(row[0])][2], abs_tol=0.006)
    assert dict(
        zip(
            column(figures, "materials", "material"),
            column(figures, "materials", "grams"),
            strict=True,
        )
    ) == slow.grams(lab)
    assert {(row[0], row[1]): row[2] for row in figures.table("failures").rows} == slow.failures(
        lab
    )
    paid = [payment for details in slow.every_job(lab) for payment in details.payments]
    assert sum(map(int, map(str, column(figures, "revenue", "cents")))) == sum(
        p.amount_cents for p in paid
    )
    by_month: Counter[str] = Counter()
    for payment in paid:
        by_month[slow.month(payment.at, zone)] += payment.amount_cents
    assert {key: row[2] for key, row in rows(figures, "revenue").items() if row[2]} == {
        m: c for m, c in by_month.items() if c
    }
    assert sum(map(int, map(str, column(figures, "payment_methods", "waived")))) == sum(
        bool(p.waived) for p in paid
    )
    for row, what in zip(figures.table("estimates").rows, ("grams", "hours", "cost"), strict=True):
        off = slow.errors(lab, what)
        assert row[1:] == (
            len(off),
            nth(off, 0.5),
            nth([abs(e) for e in off], 0.5),
            nth([abs(e) for e in off], 0.9),
        )
    peaks = Counter(f"{at.astimezone(ZoneInfo(zone)).hour:02}:00" for at, _, _ in done["submitted"])
    assert {key: row[0] for key, row in rows(figures, "peak_hours").items() if row[0]} == peaks


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
@given(history=steps)
def test_every_figure_is_what_the_slow_way_finds(history: list[tuple[int, str, int]]) -> None:
    clock = TestClock()
    with Printflow.open(fresh(), clock=clock) as lab:
        model = lab.settings.store.parent / "part.stl"
        model.write_bytes(models.stl())
        play(lab, clock, history, model)
        agree(lab, lab.figures())


LONG = [
    (job, action, amount)
    for job, told in enumerate(
        (
            "approve1 confirm1 start1 fail1 start2 undo0 start3 complete2 pick_up1",
            "approve2 requote3 confirm1 start1 complete3 override0 approve1 confirm1 start2",
            "reject1 undo0 reject2 override1 decline1",
            "override4 undo0 approve5 confirm0 start0 fail0 start0 complete1 pick_up0 undo0",
        )
    )
    for action, amount in ((step[:-1], int(step[-1])) for step in told.split())
]


@pytest.mark.postgresql
def test_postgresql_counts_the_same(postgresql_cluster: Path) -> None:
    clock = TestClock()
    with Printflow.open(fresh(new_database(postgresql_cluster)), clock=clock) as lab:
        model = lab.settings.store.parent / "part.stl"
        model.write_bytes(models.stl())
        play(lab, clock, LONG, model)
        agree(lab, lab.figures())


def test_a_long_history_is_counted_right_and_reaches_every_report(
    lab: Printflow, clock: TestClock, model: Path
) -> None:
    play(lab, clock, LONG, model)
    figures = lab.figures()
    agree(lab, figures)
    assert [table.name for table in figures.tables] == list(REPORTS)
    for name in ("failures", "reasons", "materials", "revenue"):
        assert figures.table(name).rows, name


def test_an_override_counts_as_what_it_did(lab: Printflow, job_in: Callable[[str], Job]) -> None:
    job = job_in("UPLOADED")
    lab.override(job.id, by="Ana", to="COMPLETED", reason="printed by hand")
    row = lab.figures().table("course").rows[-1]
    assert row[1:] == (1, 1, 0, 1, 0, 1, 0)


def test_an_undone_rejection_never_happened(lab: Printflow, job_in: Callable[[str], Job]) -> None:
    job = job_in("UPLOADED")
    lab.reject(job.id, by="Ana", reasons=["Too thin"])
    lab.undo(job.id, by="Ana")
    figures = lab.figures()
    assert figures.table("reasons").rows == ()
    assert column(figures, "decisions", "count") == [0, 0, 0]


def test_a_period_takes_what_happened_in_it(
    lab: Printflow, clock: TestClock, job_in: Callable[[str], Job]
) -> None:
    job = job_in("UPLOADED")  # on March 2
    clock.advance(days=30)  # April 1
    lab.approve(job.id, by="Ana", grams="42.5", hours="3.25", material="PLA")
    april = lab.figures(ReportQuery(since=date(2026, 4, 1), until=date(2026, 4, 30), unit=Unit.DAY))
    assert april.table("course").rows == (("2026-04-01", 0, 1, 0, 0, 0, 0, 0),)
    march = lab.figures(ReportQuery(until=date(2026, 3, 31)))
    assert march.table("course").rows == (("2026-03-01", 1, 0, 0, 0, 0, 0, 0),)
    assert lab.figures(ReportQuery(color="True Black")).table("course").rows == ()
    with pytest.raises(InvalidInput, match="ends before it begins"):
        lab.figures(ReportQuery(since=date(2026, 4, 2), until=date(2026, 4, 1)))


def test_the_list_of_jobs_has_every_job_once_in_both_formats(
    lab: Printflow, submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("printflow.service.reporting._PAGE", 2)
    names = ["=cmd|'/C calc'!A0", "@SUM(1)", 'Jane, "J" Doe', "Ünal 3", "Plain"]
    made = {submit(class_number=name[:30]).id: name[:30] for name in names}
    text = b"".join(lab.report_file("jobs", "csv")).decode("utf-8-sig")
    found = {row["id"]: row for row in csv.DictReader(io.StringIO(text))}
    assert {key: row["class_number"] for key, row in found.items()} == {
        key: plain(name) for key, name in made.items()
    }
    assert sum(row["class_number"].startswith("'") for row in found.values()) == 2
    book = zipfile.ZipFile(io.BytesIO(b"".join(lab.report_file("jobs", "xlsx"))))
    sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    assert len(sheet.findall(f".//{space}row")) == 6
    assert not sheet.findall(f".//{space}f"), "no text became a formula"
    inline = [cell.text for cell in sheet.iter(f"{space}t")]
    assert names[0] in inline


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
    data = b"".join(csv_bytes((Column("cents", "Revenue", Kind.CENTS),), [(1234567890123,), (5,)]))
    assert data.decode("utf-8-sig").split() == ["cents", "12345678901.23", "0.05"]
    assert Decimal("12345678901.23") * 100 == 1234567890123


def test_the_command_line_tells_the_same(program: Program) -> None:
    assert set(REPORTS) <= set(program.call("report").out.split())
    told = json.loads(program.call("report", "decisions", "--json").out)
    assert told["rows"][0]["decision"] == "Approved"
    assert program.call("report", "status", "--csv").out.splitlines()[0].endswith("status,jobs")
    assert "Over time" in program.call("report", "course").out
    assert program.call("report", "jobs").out.lstrip("\ufeff").startswith("id,status")
    assert "There is no report" in program.call("report", "nonsense").err


def test_what_was_counted_a_moment_ago_is_shown_while_it_is_fresh(
    lab: Printflow, submit: Submit
) -> None:
    submit()
    first = lab.latest_figures(ReportQuery(), patience=20)
    submit()
    assert lab.latest_figures(ReportQuery(), patience=20) is first
    assert lab.work_page(JobQuery()).jobs, "and the lists do not wait for it"
