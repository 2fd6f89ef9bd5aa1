"""The lab's figures: charts with their tables, and files of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, abort, current_app, make_response, render_template, request
from flask_babel import gettext as _

from printflow import (
    EXPORT_FORMATS,
    REPORT_FILTERS,
    REPORTS,
    ReportQuery,
    Unit,
    cell_text,
    cell_value,
    parse_date,
)

from .acting import acting
from .errors import ParameterRefused
from .request import lab_of

pages = Blueprint("reports", __name__, url_prefix="/reports")

_LONGEST = 100
_PRESETS = ("30", "90", "365", "all", "own")
_UNITS = {"30": Unit.DAY, "90": Unit.WEEK}


def _query() -> tuple[ReportQuery, str]:
    """What the address asks for, and which of the ready-made periods that is: typed days win."""
    typed = request.args
    preset = typed.get("period", "365")
    if typed.get("since") or typed.get("until"):
        preset = "own"
    if preset not in _PRESETS:
        raise ParameterRefused(
            _("The address is wrong: “period” must be one of %(known)s.", known=", ".join(_PRESETS))
        )
    since: date | None = None
    until: date | None = None
    if preset == "own":
        since, until = (parse_date(typed.get(name, ""), name) for name in ("since", "until"))
    elif preset != "all":
        zone = ZoneInfo(lab_of(current_app).catalog.current.time_zone)
        since = datetime.now(zone).date() - timedelta(days=int(preset))
    for day in (since, until):
        if day is not None and not 1970 <= day.year < 9000:
            raise ParameterRefused(_("That date is out of range."))
    try:
        unit = Unit(typed.get("unit") or _UNITS.get(preset, Unit.MONTH))
    except ValueError:
        raise ParameterRefused(
            _("The address is wrong: “unit” must be day, week, or month.")
        ) from None
    filters: dict[str, Any] = {
        name: typed.get(name, "").replace("\x00", "")[:_LONGEST] for name in REPORT_FILTERS
    }
    return ReportQuery(since=since, until=until, unit=unit, **filters), preset


@pages.get("")
def index() -> Response:
    """All reports of a period. Where counting takes long, what was counted last is shown."""
    query, preset = _query()
    figures = lab_of(current_app).reports.latest_figures(query)
    return make_response(
        render_template(
            "reports.html",
            query=query,
            preset=preset,
            figures=figures,
            filters=REPORT_FILTERS,
            cell_text=cell_text,
            cell_value=cell_value,
            address=request.args.to_dict(),
        )
    )


@pages.get("/<name>.<ending>")
def download(name: str, ending: str) -> Response:
    """A report, or the list of jobs, as a file; written while it is sent."""
    if ending not in EXPORT_FORMATS or name not in (*REPORTS, "jobs"):
        abort(404)
    query, _preset = _query()
    chunks = lab_of(current_app).reports.file(name, ending, query, **acting())
    return sent_file(chunks, ending, name)


def sent_file(chunks: Iterator[bytes], ending: str, name: str) -> Response:
    """A table as a file that the browser keeps."""
    response = Response(chunks, content_type=EXPORT_FORMATS[ending])
    response.headers["Content-Disposition"] = f'attachment; filename="printflow-{name}.{ending}"'
    response.headers["Cache-Control"] = "no-store"
    return response
