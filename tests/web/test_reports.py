"""The reports' pages and files."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import flask
import pytest
from flask.testing import FlaskClient

from printflow import REPORTS, Figures, Job, Printflow, ReportQuery
from tests.plugins.lab import TestClock
from tests.web.conftest import said


def test_every_report_is_on_the_page_with_its_table(
    lab: Printflow,
    staff: FlaskClient,
    job_in: Callable[[str], Job],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    job_in("PAIDPICKEDUP")
    job_in("REJECTED")
    counted = lab.reports.latest_figures
    monkeypatch.setattr(lab.reports, "latest_figures", lambda query: counted(query, patience=20))
    page = staff.get("/reports?period=all")
    assert page.status_code == 200
    for name in REPORTS:
        assert f'id="{name}"' in page.text, name
        assert f"/reports/{name}.csv?period=all" in page.text, name
    words = said(page)
    assert "Too thin 1" in words and "PLA 1 42.5 g" in words and "cash 1 0 $4.25" in words
    assert "<style" not in page.text and 'style="' not in page.text


def test_the_boss_has_the_weekly_summary_two_clicks_from_the_menu(
    lab: Printflow,
    staff: FlaskClient,
    job_in: Callable[[str], Job],
    clock: TestClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    job_in("PAIDPICKEDUP")
    clock.advance(days=7)
    counted = lab.reports.latest_figures
    monkeypatch.setattr(
        lab.reports, "latest_figures", lambda query, **_: counted(query, patience=20)
    )
    link = "/reports/summary?period=last_week"
    assert f'href="{link}"' in staff.get("/reports").text
    page = staff.get(link)
    words = said(page)
    assert "Summary: Last week" in words
    assert "Mon, Mar 2, 2026 to Sun, Mar 8, 2026" in words
    assert "Compared with Mon, Feb 23, 2026 to Sun, Mar 1, 2026." in words
    assert f"in the lab's time zone, {lab.catalog.current.time_zone}." in words
    assert "Revenue $4.25 $0.00 –" in words and "PLA 1 42.5 g" in words
    narrowed = said(staff.get(f"{link}&color=True+Red"))
    assert "Only Color: True Red." in narrowed
    assert "no earlier period" in said(staff.get("/reports/summary?period=all"))
    monkeypatch.setattr(lab.reports, "latest_summary", lambda *_: None)
    assert 'data-soon="1.5"' in staff.get(link).text


def test_the_page_does_not_wait_for_the_count(
    lab: Printflow, staff: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lab.reports, "latest_figures", lambda query: None)
    page = staff.get("/reports")
    assert "Calculating…" in said(page) and 'data-soon="1.5"' in page.text


def test_filters_and_period_are_in_the_address_and_in_the_files(
    lab: Printflow, staff: FlaskClient, job_in: Callable[[str], Job]
) -> None:
    job = job_in("UPLOADED")
    file = staff.get("/reports/color.csv?since=2026-03-01&until=2026-03-31")
    assert file.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "True Red,1,0" in file.data.decode("utf-8-sig")
    assert "True Red" not in staff.get("/reports/color.csv?until=2026-02-01").text
    assert job.id in staff.get("/reports/jobs.csv?period=all&color=True+Red").text
    assert job.id not in staff.get("/reports/jobs.csv?period=all&color=Blue").text
    book = staff.get("/reports/status.xlsx?period=all")
    assert book.data[:2] == b"PK" and "status.xlsx" in book.headers["Content-Disposition"]


def test_the_list_that_is_looked_at_is_saved_whole(
    staff: FlaskClient, job_in: Callable[[str], Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("printflow_web.dashboard.PAGE_SIZE", 1)
    monkeypatch.setattr("printflow.service.job_list._PAGE", 2)
    jobs = [job_in("UPLOADED").id for _ in range(3)]
    rejected = job_in("REJECTED").id
    page = staff.get("/dashboard?search=jane&sort=oldest")
    link = "/dashboard/list.csv?status=UPLOADED&amp;search=jane&amp;sort=oldest"
    assert link in page.text
    file = staff.get(link.replace("&amp;", "&"))
    assert "printflow-jobs.csv" in file.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(file.data.decode("utf-8-sig"))))
    assert [row["id"] for row in rows] == jobs
    everything = staff.get("/dashboard/list.csv?status=all").text
    assert all(job_id in everything for job_id in (*jobs, rejected))
    assert staff.get("/dashboard/list.csv?status=all&color=Blue").text.count("\n") == 1
    assert staff.get("/dashboard/list.xlsx?status=attention").data[:2] == b"PK"
    assert staff.get("/dashboard/list.exe").status_code == 404
    assert staff.get("/dashboard/list.csv?sort=odd").status_code == 400


def test_days_that_were_typed_win_over_a_ready_made_period(
    staff: FlaskClient, job_in: Callable[[str], Job]
) -> None:
    job_in("UPLOADED")  # on March 2
    march = staff.get("/reports/color.csv?period=30&since=2026-03-01&until=2026-03-31")
    assert "True Red,1" in march.text
    page = staff.get("/reports?period=30&since=2026-03-01&until=")
    assert '<option value="own" selected>' in page.text and 'value="2026-03-01"' in page.text


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/reports/nonsense.csv", 404),
        ("/reports/status.exe", 404),
        ("/reports?period=5", 400),
        ("/reports?period=this_term", 422),
        ("/reports/summary?period=last_term", 422),
        ("/reports?since=1970-01-01&until=8999-12-31", 200),
        ("/reports?unit=year", 400),
        ("/reports?since=yesterday", 422),
        ("/reports?since=9999-12-31", 400),
        ("/reports?since=2026-03-02&until=2026-03-01", 422),
        ("/reports?color=%00x&class_number=%27%3Bdrop", 200),
    ],
)
@pytest.mark.long
def test_bad_addresses_are_refused_in_words(staff: FlaskClient, address: str, status: int) -> None:
    assert staff.get(address).status_code == status


def test_the_retention_page_says_what_goes_before_it_goes(
    lab: Printflow, staff: FlaskClient, job_in: Callable[[str], Job], clock: TestClock
) -> None:
    assert "Nothing." in said(staff.get("/admin/retention"))
    job = job_in("REJECTED")
    clock.advance(days=10)
    page = staff.get("/admin/retention")
    assert job.id in page.text and "The job is archived" in said(page)
    assert "First page" in said(staff.get("/admin/retention?from=2099-01-01"))
    assert staff.get("/admin/retention?from=tomorrow").status_code == 422
    assert staff.get("/admin/retention?from=9999-12-31").status_code == 400
    clock.advance(days=100)
    lab.retention.purge()
    clock.advance(days=366)
    assert "Personal data" in said(staff.get("/admin/retention"))
    lab.retention.purge()
    page = staff.get(f"/dashboard/jobs/{job.id}")
    assert page.status_code == 200 and "Jane" not in page.text
    assert "removed stored data" in said(page)
    assert staff.get("/dashboard?status=ARCHIVED").status_code == 200
    assert staff.get(f"/dashboard/jobs/{job.id}/files/{job.file.id}").status_code == 404


def test_a_long_table_shows_some_rows_and_a_way_to_all(
    lab: Printflow,
    staff: FlaskClient,
    job_in: Callable[[str], Job],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    job_in("PAIDPICKEDUP")  # on March 2
    counted = lab.reports.latest_figures
    monkeypatch.setattr(lab.reports, "latest_figures", lambda query: counted(query, patience=20))
    monkeypatch.setattr("printflow_web.report_tables.ROWS_ALONE", 50)
    address = "/reports?since=2026-01-01&until=2026-03-02&unit=day"  # 61 days
    page = staff.get(address)
    (course,) = re.findall(r'<section [^>]*id="course".*?</section>', page.text, re.S)
    assert course.count("<tr>") == 1 + 30 and "Mar 2, 2026" in course
    assert "Jan 1, 2026</th>" not in course
    points = json.loads(unescape(re.findall(r'data-points="([^"]+)"', course)[0]))
    assert len(points["labels"]) == 61 and points["series"][0]["label"] == "Submitted"
    assert points["series"][0]["data"][-1] == 1 and points["series"][0]["shown"][0] == "0"
    (link,) = re.findall(r'href="([^"]+)">Show all 61 rows', course)
    assert link.startswith("/reports?table=course&amp;since=2026-01-01")
    first = staff.get(unescape(link))
    assert 'id="course"' in first.text and 'id="status"' not in first.text
    assert first.text.count("<tr>") == 1 + 50 and "All reports" in said(first)
    (link,) = re.findall(r'rel="next" href="([^"]+)"', first.text)
    second = staff.get(unescape(link))
    assert second.text.count("<tr>") == 1 + 11 and "Mar 2, 2026" in second.text
    assert "First page" in said(second) and 'rel="next"' not in second.text
    assert 'id="status"' in staff.get(f"{address}&table=nonsense&after=x").text


def test_the_text_of_a_count_is_kept_for_its_address_and_reader(
    lab: Printflow,
    staff: FlaskClient,
    job_in: Callable[[str], Job],
    clock: TestClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    job_in("UPLOADED")
    made: list[str] = []
    render = flask.render_template

    def rendered(name: str, **values: Any) -> str:
        made.append(name)
        return render(name, **values)

    monkeypatch.setattr("printflow_web.reports.render_template", rendered)
    count = ReportsCount(lab)
    monkeypatch.setattr(lab.reports, "latest_figures", count.latest)
    page = staff.get("/reports?period=all")
    assert staff.get("/reports?period=all").text == page.text
    assert made == ["_reports_live.html"]
    assert "Aufträge" in staff.get("/reports?period=all", headers={"Accept-Language": "de"}).text
    assert "period=365" in staff.get("/reports?period=365").text
    assert len(made) == 3
    clock.advance(minutes=2)
    job_in("UPLOADED")
    count.again()
    assert staff.get("/reports?period=all").text != page.text
    assert len(made) == 4


class ReportsCount:
    """Figures as the page gets them: counted once for each query, until they are counted again."""

    def __init__(self, lab: Printflow) -> None:
        self._lab = lab
        self._found: dict[ReportQuery, Figures] = {}

    def latest(self, query: ReportQuery) -> Figures:
        return self._found.setdefault(query, self._lab.reports.figures(query))

    def again(self) -> None:
        self._found.clear()
