"""``report``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from printflow.said import say

from .documents import print_json
from .session import json_option, session
from .streams import pour, tell
from .tables import print_table

if TYPE_CHECKING:
    from printflow import Figures, ReportQuery

_FILTERS = ("discipline", "class_number", "method", "printer", "material", "color")


def _filtered(command: click.Command) -> click.Command:
    for name in reversed(_FILTERS):
        option = "--class" if name == "class_number" else f"--{name}"
        words = name.replace("class_number", "class")
        click.option(
            option, name, default="", metavar="NAME", help=f"Only jobs with this {words}."
        )(command)
    return command


@click.command("report")
@click.argument("name", required=False, default="")
@click.option("--since", default="", metavar="DATE", help="First day, such as 2026-03-02.")
@click.option("--until", default="", metavar="DATE", help="Last day, included.")
@click.option("--by", "unit", type=click.Choice(["day", "week", "month"]), default="month",
              show_default=True, help="Unit of time in reports over time.")  # fmt: skip
@click.option("--csv", "ending", flag_value="csv", default="", help="Print CSV.")
@json_option
def report(name: str, since: str, until: str, unit: str, ending: str, **filters: str) -> None:
    """Print the report NAME, or list all reports if you give none. "jobs" is the list of jobs."""
    from printflow import REPORTS, ReportQuery, Unit, parse_date

    if not name:
        for known in (*REPORTS, "jobs"):
            tell(known)
        return
    query = ReportQuery(
        since=parse_date(since, "since"),
        until=parse_date(until, "until"),
        unit=Unit(unit),
        **filters,
    )
    with session().lab() as lab:
        lab.reports.expect(name)
        if ending or (name == "jobs" and not session().json):
            pour(lab.reports.file(name, ending or "csv", query))
        elif name == "jobs":
            raise click.UsageError(say("For the list of jobs as JSON, run: printflow list --json"))
        else:
            _tell(lab.reports.figures(query), name)


report = _filtered(report)


def _tell(figures: Figures, name: str) -> None:
    from printflow import cell_text

    table = figures.table(name)
    if session().json:
        keys = [column.key for column in table.columns]
        print_json(
            {
                "report": name,
                "at": figures.at,
                "currency": figures.currency,
                "period": _period(figures.query),
                "rows": [dict(zip(keys, row, strict=True)) for row in table.rows],
            }
        )
        return
    rows = [
        [
            cell_text(cell, column, figures.currency)
            for cell, column in zip(row, table.columns, strict=True)
        ]
        for row in table.rows
    ]
    print_table([column.label for column in table.columns], rows, title=table.title)
    if table.note:
        tell(table.note)


def _period(query: ReportQuery) -> dict[str, str | None]:
    return {
        "since": query.since.isoformat() if query.since else None,
        "until": query.until.isoformat() if query.until else None,
    }
