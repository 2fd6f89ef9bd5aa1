"""The summary of a period: every figure is that of the reports, against the period before."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest

from printflow import REPORTS, InvalidInput, Job, Printflow, ReportQuery, Summary
from printflow.reports.export import _SheetNames
from printflow.reports.summary import MOST_ROWS, summary_of
from tests.plugins.lab import Submit, TestClock

SPACE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def trends(found: Summary) -> dict[str, tuple[object, object, float | None]]:
    """Each total with what it was before, and its change."""
    every = (one for group in found.groups for one in group.trends)
    return {one.key: (one.now, one.before, one.change) for one in every}


def test_this_week_against_as_much_of_the_last(
    lab: Printflow, job_in: Callable[[str], Job], submit: Submit, clock: TestClock
) -> None:
    job_in("PAIDPICKEDUP")  # on Monday, March 2
    clock.advance(days=7)
    job_in("PAIDPICKEDUP")
    job_in("PAIDPICKEDUP")
    job_in("REJECTED")
    week = lab.reports.period("this_week")
    assert (week.since, week.until) == (date(2026, 3, 9), date(2026, 3, 9))
    assert week.before == (date(2026, 3, 2), date(2026, 3, 2))
    query = ReportQuery(since=week.since, until=week.until, unit=week.unit)
    found = lab.reports.latest_summary(query, week.before, patience=60)
    assert found is not None and found.before is not None
    told = trends(found)
    assert told["submitted"] == (3, 1, 200.0)
    assert told["picked_up"] == (2, 1, 100.0)
    assert told["revenue"] == (850, 425, 100.0)
    assert told["payments"] == (2, 1, 100.0)
    assert told["rejected"] == (1, 0, None)  # from nothing, no percentage
    assert told["copies_good"] == (2, 1, 100.0)
    grams, earlier, _change = told["grams"]
    assert (float(str(grams)), float(str(earlier))) == (85.0, 42.5)
    # One truth: a figure that changes in the reports changes here.
    alone = summary_of(found.figures, None)
    assert {now for now, before, change in trends(alone).values() if before or change} == set()
    assert [one.now for one in alone.groups[0].trends] == [
        one.now for one in found.groups[0].trends
    ]


def test_the_tops_are_the_largest_rows_and_say_what_is_left(lab: Printflow, submit: Submit) -> None:
    figures = lab.reports.figures()
    table = figures.table("reasons")
    rows = tuple((f"Reason {n:02}", n) for n in range(MOST_ROWS + 3))
    changed = tuple(replace(table, rows=rows) if t is table else t for t in figures.tables)
    found = summary_of(replace(figures, tables=changed), None)
    (top,) = (one for one in found.tops if one.table.name == "reasons")
    assert top.left == 3 and len(top.table.rows) == MOST_ROWS
    assert top.table.rows[0] == (f"Reason {MOST_ROWS + 2:02}", MOST_ROWS + 2)


def test_terms_are_offered_where_the_catalog_has_them(lab: Printflow) -> None:
    offered = lab.reports.presets()
    assert {"this_week", "last_week", "this_month", "last_month"} < set(offered)
    assert "this_term" not in offered
    for name in ("this_term", "nonsense"):
        with pytest.raises(InvalidInput) as refused:
            lab.reports.period(name)
        assert refused.value.refusals[0].field == "period"
    with pytest.raises(InvalidInput):
        lab.reports.chosen_period(date(2026, 3, 2), date(2026, 3, 1))


def test_one_workbook_has_every_table_and_no_formula(
    lab: Printflow, submit: Submit, job_in: Callable[[str], Job]
) -> None:
    typed = "=cmd|'/C calc'!A0"
    submit(class_number=typed[:30])
    job_in("PAIDPICKEDUP")
    query = ReportQuery(since=date(2026, 3, 1), until=date(2026, 3, 31), color="True Red")
    made = b"".join(lab.reports.workbook(query, (date(2026, 2, 1), date(2026, 2, 28)), by="Ana"))
    book = zipfile.ZipFile(io.BytesIO(made))
    names = [
        one.get("name", "")
        for one in ElementTree.fromstring(book.read("xl/workbook.xml")).iter(f"{SPACE}sheet")
    ]
    assert len(names) == len(REPORTS) + 1 and names[:2] == ["Summary", "Over time"]
    assert len({name.casefold() for name in names}) == len(names)
    assert max(map(len, names)) <= 31
    texts: list[str] = []
    for number in range(1, len(names) + 1):
        sheet = ElementTree.fromstring(book.read(f"xl/worksheets/sheet{number}.xml"))
        assert not sheet.findall(f".//{SPACE}f"), "no text became a formula"
        texts += [cell.text or "" for cell in sheet.iter(f"{SPACE}t")]
    assert typed in texts
    first = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    words = [cell.text for cell in first.iter(f"{SPACE}t")]
    for told in (
        "Sun, Mar 1, 2026 to Tue, Mar 31, 2026",
        "Sun, Feb 1, 2026 to Sat, Feb 28, 2026",
        lab.catalog.current.time_zone,
        "True Red",
        "Revenue",
    ):
        assert told in words
    assert "4.25" in [cell.text for cell in first.iter(f"{SPACE}v")]


def test_names_of_sheets_are_never_taken_twice() -> None:
    names = _SheetNames()
    assert [names.next(title) for title in ("A" * 40, "a" * 31, "b/c", "b c")] == [
        "A" * 31,
        "a" * 29 + " 2",
        "b c",
        "b c 2",
    ]


def test_a_list_of_jobs_has_the_lab_s_time_and_says_so(
    lab: Printflow, submit: Submit, clock: TestClock
) -> None:
    job = submit()
    zone = ZoneInfo(lab.catalog.current.time_zone)
    local = job.created_at.astimezone(zone)
    assert local.utcoffset(), "the lab of the tests is not in UTC"
    (row,) = csv.DictReader(
        io.StringIO(b"".join(lab.reports.file("jobs", "csv")).decode("utf-8-sig"))
    )
    assert row["submitted"] == local.isoformat(" ", "seconds")
    book = zipfile.ZipFile(io.BytesIO(b"".join(lab.reports.file("jobs", "xlsx"))))
    sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    assert f"Submitted ({zone.key})" in [cell.text for cell in sheet.iter(f"{SPACE}t")]
