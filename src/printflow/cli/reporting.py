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
    from printflow import Figures, Period, Printflow, ReportQuery

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
@click.option(
    "--period",
    default="",
    metavar="PERIOD",
    help="this-week, last-week, this-month, last-month, this-term, last-term, 30, 90, 365, "
    "or all. Without NAME, print its summary.",
)
@click.option("--mail", is_flag=True, help="Email the summary to those who get it every week.")
@click.option("--to", multiple=True, metavar="ADDRESS", help="With --mail: email it to ADDRESS.")
@click.option("--csv", "ending", flag_value="csv", default="", help="Print CSV.")
@json_option
def report(
    name: str,
    since: str,
    until: str,
    unit: str,
    period: str,
    mail: bool,
    to: tuple[str, ...],
    ending: str,
    **filters: str,
) -> None:
    """Print the report NAME, or list all reports if you give none. "jobs" is the list of jobs.

    With --period and without NAME, print the summary of that period, or email it.
    """
    from printflow import REPORTS, ReportQuery, Unit, parse_date

    if (mail or to) and (name or not period):
        raise click.UsageError(say("--mail and --to go with --period, without a report's name."))
    if period and (since or until):
        raise click.UsageError(say("Use either --period or --since and --until."))
    if not name and period:
        if any(filters.values()) or ending:
            raise click.UsageError(say("A summary has no filters and no CSV. Name a report."))
        with session().lab() as lab:
            _summarize(lab, period, mail=mail or bool(to), to=to)
        return
    if not name:
        for known in (*REPORTS, "jobs"):
            tell(known)
        return
    with session().lab() as lab:
        lab.reports.expect(name)
        days = lab.reports.period(_preset(period)) if period else None
        query = ReportQuery(
            since=days.since if days else parse_date(since, "since"),
            until=days.until if days else parse_date(until, "until"),
            unit=Unit(unit),
            **filters,
        )
        if ending or (name == "jobs" and not session().json):
            pour(lab.reports.file(name, ending or "csv", query))
        elif name == "jobs":
            raise click.UsageError(say("For the list of jobs as JSON, run: printflow list --json"))
        else:
            _tell(lab.reports.figures(query), name)


report = _filtered(report)


def _preset(typed: str) -> str:
    return typed.strip().casefold().replace("-", "_")


def _summarize(lab: Printflow, typed: str, *, mail: bool, to: tuple[str, ...]) -> None:
    from printflow import cell_text, change_text

    period = lab.reports.period(_preset(typed))
    if mail:
        addresses = lab.summary_mails.send(period, to=to, by="printflow report")
        if session().json:
            print_json({"mailed_to": addresses, "period": _days(period)})
        else:
            tell(say("Emailed to {addresses}.", addresses=", ".join(addresses)))
        return
    found = lab.reports.summary(period)
    trends = [(group, trend) for group in found.groups for trend in group.trends]
    if session().json:
        print_json(
            {
                "at": found.figures.at,
                "currency": found.figures.currency,
                "time_zone": found.figures.time_zone,
                "period": _days(period),
                "totals": {
                    trend.key: {
                        "now": trend.now,
                        "before": trend.before,
                        "change_percent": trend.change,
                    }
                    for _group, trend in trends
                },
            }
        )
        return
    currency = found.figures.currency
    rows = [
        [
            group.title,
            trend.label,
            cell_text(trend.now, trend.column, currency),
            cell_text(trend.before, trend.column, currency),
            change_text(trend.change),
        ]
        for group, trend in trends
    ]
    first, last = period.since or "", period.until or ""
    title = say(
        "{first} to {last}, time zone {zone}",
        first=first,
        last=last,
        zone=found.figures.time_zone,
    )
    print_table(("", "Total", "Period", "Before", "Change"), rows, title=title)


def _days(period: Period) -> dict[str, str | list[str] | None]:
    before = period.before
    return {
        "since": period.since.isoformat() if period.since else None,
        "until": period.until.isoformat() if period.until else None,
        "before": [day.isoformat() for day in before] if before else None,
    }


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
