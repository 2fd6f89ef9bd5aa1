"""The tables of docs/scale.md, computed from what ``cost.py`` and ``slow_disk.py`` measured.

``python -m tests.benchmarks.scale`` writes them into the page, between its marks; a test compares.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

from tests.benchmarks.cost import COSTS

PAGE = Path(__file__).parents[2] / "docs" / "scale.md"

LABS = 100
JOBS = 10_000
"""Of one lab in a year."""
BUSY = 500
"""In the busiest hour there are so many of a year's jobs as one in this."""
CHANGES_A_JOB, MAILS_A_JOB, PAGES_A_JOB = 6, 4, 200
DASHBOARDS_A_LAB, POLL_SECONDS = 10, 15
MODEL_MB = 5
HALF = 0.5
"""How busy a process may be on average, so that pages don't wait for each other."""
QUIET = 0.3
"""So many cores may others keep busy on a machine that's said to be quiet."""
LINK_MS = 0.5
"""What one call takes on a share in the same building."""
POSTGRESQL_CONNECTIONS = 100
"""PostgreSQL's own default of ``max_connections``, of which it keeps three for administrators."""


def tables(costs: dict[str, Any]) -> dict[str, str]:
    """Each table of the page, by the name of its mark."""
    return {
        "machine": _machine(costs),
        "job": _job(costs),
        "pages": _pages(costs),
        "disks": _disks(costs),
        "campuses": _campuses(costs),
        "bottlenecks": _bottlenecks(costs),
    }


def filled(page: str, costs: dict[str, Any]) -> str:
    """The page with its tables; raises ValueError where it has no place for one."""
    for name, table in tables(costs).items():
        begin, end = f"<!-- {name}: begin -->\n", f"\n<!-- {name}: end -->"
        place = re.compile(rf"(?<={re.escape(begin)}).*?{re.escape(end.strip())}", re.DOTALL)
        page, found = place.subn((table + end).replace("\\", r"\\"), page)
        if found != 1:
            raise ValueError(f"the page has {found} places for {name}")
    return page


def _table(head: tuple[str, ...], rows: list[tuple[object, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def _machine(costs: dict[str, Any]) -> str:
    """What else the machine did, so that nobody takes a busy one's figures for a quiet one's."""
    machine = costs["sqlite"]["machine"]
    others = max(costs[name]["machine"]["others"] for name in ("sqlite", "postgresql"))
    said = f"The machine had {machine['cores']} cores"
    if others > QUIET:
        return f"{said}, and other programs kept {others:g} of them busy: a quiet one is faster."
    return f"{said}, and nothing else was running."


def _job(costs: dict[str, Any]) -> str:
    lite, post = costs["sqlite"], costs["postgresql"]
    names = ", ".join(
        name.replace("_", " ") + (f" ({rows:.0f})" if rows > 1 else "")
        for name, rows in sorted(lite["rows"].items())
    )
    return _table(
        ("", "SQLite", "PostgreSQL"),
        [
            ("rows", f"{sum(lite['rows'].values()):.0f}, in {names}", "the same"),
            ("database, including indexes and search", _kb(lite), _kb(post)),
            ("processor time, without pages", _ms(lite), _ms(post)),
            ("SQL statements", lite["statements"], post["statements"]),
            ("durable commits", lite["commits"], post["commits"]),
            ("in the store", "the model: 1 to 50 MB, once", "the same"),
        ],
    )


def _pages(costs: dict[str, Any]) -> str:
    lite, post = costs["sqlite"]["pages_ms"], costs["postgresql"]["pages_ms"]
    rows: list[tuple[object, ...]] = [
        (name, f"{lite[name]:.1f} ms", f"{post[name]:.1f} ms", f"{1000 / lite[name]:,.0f}")
        for name in lite
    ]
    return _table(("Page", "SQLite", "PostgreSQL", "Per second and core (SQLite)"), rows)


def _disks(costs: dict[str, Any]) -> str:
    rows: list[tuple[object, ...]] = [
        (f"{row['more_ms']:g} ms", f"{row['times']:.1f} times", row["one"], row["eight"])
        for row in costs["disks"]
    ]
    return _table(
        (
            "Added time per sync",
            "A change, compared to only its commits and renames",
            "Changes per second, one after another",
            "By eight people at once",
        ),
        rows,
    )


def _campuses(costs: dict[str, Any]) -> str:
    post = costs["postgresql"]
    year, hour = LABS * JOBS, LABS * JOBS // BUSY
    page, news = _page_ms(post), post["pages_ms"]["news"]
    polls = LABS * DASHBOARDS_A_LAB / POLL_SECONDS
    job_hours = year * post["processor_ms"] / 3.6e6
    return _table(
        ("", "Per year", f"In the busiest hour (1/{BUSY} of a year's jobs)"),
        [
            ("jobs", f"{year:,}", f"{hour:,}"),
            (
                f"changes ({CHANGES_A_JOB} per job)",
                f"{year * CHANGES_A_JOB:,}",
                _rate(hour * CHANGES_A_JOB),
            ),
            (
                f"durable commits ({post['commits']} per job)",
                f"{year * post['commits']:,}",
                _rate(hour * post["commits"]),
            ),
            (
                f"processor time for jobs ({post['processor_ms']:.0f} ms)",
                f"{job_hours:.0f} hours",
                (
                    f"{hour * post['processor_ms'] / 1000:.0f} s: "
                    f"{hour * post['processor_ms'] / 36_000:.0f}% of a core"
                ),
            ),
            (
                f"pages ({PAGES_A_JOB} per job, {page:.0f} ms)",
                f"{year * PAGES_A_JOB:,}",
                f"{_rate(hour * PAGES_A_JOB)}, {_cores(post):.1f} cores",
            ),
            (
                f"open dashboards ({LABS * DASHBOARDS_A_LAB:,}; {news:.1f} ms)",
                "",
                f"{polls:.0f} requests per second, {polls * news / 1000:.1f} cores",
            ),
            (
                f"emails ({MAILS_A_JOB} per job)",
                f"{year * MAILS_A_JOB:,}",
                _rate(hour * MAILS_A_JOB),
            ),
            ("database", f"{year * post['kilobytes'] / 1e6:.1f} GB", ""),
            (
                f"models ({MODEL_MB} MB each)",
                f"{year * MODEL_MB / 1e6:.0f} TB",
                f"{hour * MODEL_MB / 1000:.0f} GB: {hour * MODEL_MB / 3600:.1f} MB per second",
            ),
        ],
    )


def _bottlenecks(costs: dict[str, Any]) -> str:
    lite, post = costs["sqlite"], costs["postgresql"]
    calls = sum(lite["store_calls"].values())
    waiting = calls / CHANGES_A_JOB * LINK_MS
    each = post["connections_of_a_process"]
    processes = (POSTGRESQL_CONNECTIONS - 3) // max(each, 1)
    server = post["change_database_ms"]
    return _table(
        ("", "Its first bottleneck", "Measured", "Reached at"),
        [
            (
                "SQLite",
                "its single writer: changes wait for each other",
                (
                    f"{lite['changes_a_second_at_once']} changes per second by eight people at once, "
                    f"{lite['changes_a_second']} one after another"
                ),
                _labs(lite["changes_a_second_at_once"]),
            ),
            (
                "one core",
                "Python, which makes pages: one process uses one core",
                f"{_page_ms(lite):.1f} ms per page",
                f"{1000 / _page_ms(lite):.0f} pages per second",
            ),
            (
                "the share",
                "the time that each call takes, not the bytes",
                f"{calls} calls per job; at {LINK_MS:g} ms each, {waiting:.0f} ms more per change",
                (
                    f"{1000 / (waiting + 1000 / lite['changes_a_second']):.0f} changes per second, "
                    "one after another"
                ),
            ),
            (
                "PostgreSQL",
                "its connections, before its processor and disk",
                f"{each} connections per busy process; {server:.1f} ms of its processor per change",
                f"{processes} processes with its default of {POSTGRESQL_CONNECTIONS}"
                + (f"; {1000 / server:.0f} changes per second and core" if server else ""),
            ),
        ],
    )


def _labs(changes_a_second: float) -> str:
    """How many labs together change so much in their busiest hour."""
    one = JOBS / BUSY * CHANGES_A_JOB / 3600
    return f"the busiest hour of {changes_a_second / one:,.0f} labs"


def _cores(found: dict[str, Any]) -> float:
    return LABS * JOBS / BUSY * PAGES_A_JOB / 3600 * _page_ms(found) / 1000


def _page_ms(found: dict[str, Any]) -> float:
    """A page of the middle: the mean of those that are looked at."""
    pages = [spent for name, spent in found["pages_ms"].items() if name != "news"]
    return float(sum(pages) / len(pages))


def _rate(an_hour: float) -> str:
    return f"{an_hour:,.0f}: {an_hour / 3600:.1f} per second"


def _kb(found: dict[str, Any]) -> str:
    return f"{found['kilobytes']:.1f} kB"


def _ms(found: dict[str, Any]) -> str:
    return f"{found['processor_ms']:.0f} ms"


def main() -> int:
    """Write the tables; 1 where they were others."""
    before = PAGE.read_text("utf-8")
    page = filled(before, json.loads(COSTS.read_text("utf-8")))
    PAGE.write_text(page, "utf-8")
    return int(page != before)


if __name__ == "__main__":
    sys.exit(main())
