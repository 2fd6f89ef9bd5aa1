"""The lab's figures: charts with their tables, and files of them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, abort, current_app, render_template, request
from flask_babel import gettext as _

from printflow import (
    EXPORT_FORMATS,
    REPORT_FILTERS,
    REPORT_PRESETS,
    REPORTS,
    Figures,
    Period,
    ReportQuery,
    Unit,
    cell_text,
    cell_value,
    change_text,
    parse_date,
    spoken_language,
)

from .acting import acting, rights_of_reader
from .catalog_shown import catalog_in_force
from .errors import ParameterRefused
from .live_page import asked_live, live_answer, live_page, tag_of
from .live_parts import LiveParts
from .report_tables import shown_tables
from .request import lab_of
from .spoken import spoken

pages = Blueprint("reports", __name__, url_prefix="/reports")

_LONGEST = 100
_EVERY, _SOON = 4.0, 1.5
"""Usual pauses between an open page's questions; and seconds, while it waits for the first count."""
_OWN = "own"
"""The period whose days someone chose."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """What an address asks for: typed days win over a ready-made period."""

    query: ReportQuery
    preset: str
    period: Period


def _asked(usual: str = "365") -> _Asked:
    typed = request.args
    preset = typed.get("period", usual)
    if typed.get("since") or typed.get("until"):
        preset = _OWN
    if preset not in (*REPORT_PRESETS, _OWN):
        known = ", ".join((*REPORT_PRESETS, _OWN))
        raise ParameterRefused(
            _("The address is wrong: “period” must be one of %(known)s.", known=known)
        )
    reports = lab_of(current_app).reports
    if preset == _OWN:
        since, until = (parse_date(typed.get(name, ""), name) for name in ("since", "until"))
        for day in (since, until):
            if day is not None and not 1970 <= day.year < 9000:
                raise ParameterRefused(_("That date is out of range."))
        period = reports.chosen_period(since, until)
    else:
        period = reports.period(preset)
    try:
        unit = Unit(typed.get("unit") or period.unit)
    except ValueError:
        raise ParameterRefused(
            _("The address is wrong: “unit” must be day, week, or month.")
        ) from None
    filters: dict[str, Any] = {
        name: typed.get(name, "").replace("\x00", "")[:_LONGEST] for name in REPORT_FILTERS
    }
    query = ReportQuery(since=period.since, until=period.until, unit=unit, **filters)
    return _Asked(query, preset, period)


@pages.get("")
def index() -> Response:
    """All reports of a period, or all rows of one. Where counting takes long, what was counted last
    is shown.
    """
    asked, alone = _asked(), request.args.get("table", "")
    alone = alone if alone in REPORTS else ""
    typed = request.args.get("after", "")
    after = int(typed) if alone and typed.isascii() and typed.isdigit() and len(typed) < 9 else 0

    def parts(figures: Figures | None) -> dict[str, Any]:
        tables = list(shown_tables(figures, alone, after)) if figures else []
        return {"figures": figures, "tables": tables, "alone": alone}

    return _live(
        "reports",
        lambda: lab_of(current_app).reports.latest_figures(asked.query),
        lambda figures: {**parts(figures), **_shown(asked)},
        lambda figures: (figures.at, asked.query),
    )


@pages.get("/summary")
def summary() -> Response:
    """The totals of a period with their trends, on two sheets of paper."""
    asked = _asked("last_week")
    return _live(
        "report_summary",
        lambda: lab_of(current_app).reports.latest_summary(asked.query, asked.period.before),
        lambda found: {"summary": found, "changed": _changed, **_shown(asked)},
    )


def _live(
    name: str,
    count: Callable[[], Any],
    shown: Callable[[Any], dict[str, Any]],
    counted: Callable[[Any], Hashable] | None = None,
) -> Response:
    """A page of figures. While nothing has happened that lists would show, its script is answered
    without a count; some minutes later at most there's one. Where ``counted`` says which count is
    shown, its text is made once for each address.
    """
    tally = lab_of(current_app).worklist.recent_tally(current_app.config["TALLY_SECONDS"])
    etag = tag_of(repr((tally.pulse, request.full_path, spoken_language())))
    if asked_live() and request.if_none_match.contains(etag):
        return live_answer("", etag)
    found = count()
    at = getattr(found, "figures", found).at if found else None
    settled = at is not None and at >= tally.since
    values = shown(found)

    def made(part: str) -> str:
        return render_template(part, **values)

    def kept(part: str) -> str:
        texts: LiveParts[str] = current_app.extensions["printflow_reports"]
        rights = rights_of_reader()
        address = request.root_path, request.full_path
        zone = catalog_in_force().time_zone
        key = (part, counted and counted(found), *address, rights, spoken_language(), zone)
        return texts.get(key, lambda: made(part))

    return live_page(
        f"{name}.html",
        [f"_{name}_live.html"],
        values,
        every=_EVERY,
        soon=None if found else _SOON,
        etag=etag if settled else "",
        render=kept if found and counted else made,
    )


def _changed(percent: float | None) -> str:
    return spoken(change_text(percent))


def _shown(asked: _Asked) -> dict[str, Any]:
    """What both pages show of a period, with the ones that can be chosen instead."""
    lab = lab_of(current_app)
    words = _preset_words()
    presets = [(name, words[name]) for name in lab.reports.presets()]
    return {
        "query": asked.query,
        "preset": asked.preset,
        "period": asked.period,
        "presets": presets,
        "sheets": [one for one in presets if "_" in one[0]],
        "units": {name: lab.reports.period(name).unit for name, _words in presets},
        "time_zone": lab.catalog.current.time_zone,
        "filters": REPORT_FILTERS,
        "cell_text": cell_text,
        "cell_value": cell_value,
        "here": {
            name: value
            for name, value in request.args.to_dict().items()
            if name not in ("table", "after")
        },
    }


def _preset_words() -> dict[str, str]:
    return {
        "this_week": _("This week"),
        "last_week": _("Last week"),
        "this_month": _("This month"),
        "last_month": _("Last month"),
        "this_term": _("This term"),
        "last_term": _("Last term"),
        "30": _("Last 30 days"),
        "90": _("Last 90 days"),
        "365": _("Last 12 months"),
        "all": _("All time"),
    }


@pages.get("/all.xlsx")
def workbook() -> Response:
    """All tables of a period in one file."""
    asked = _asked()
    found = lab_of(current_app).reports.workbook(asked.query, asked.period.before, **acting())
    return sent_file(found, "xlsx", "reports")


@pages.get("/<name>.<ending>")
def download(name: str, ending: str) -> Response:
    """A report, or the list of jobs, as a file; written while it is sent."""
    if ending not in EXPORT_FORMATS or name not in (*REPORTS, "jobs"):
        abort(404)
    chunks = lab_of(current_app).reports.file(name, ending, _asked().query, **acting())
    return sent_file(chunks, ending, name)


def sent_file(chunks: Iterator[bytes], ending: str, name: str) -> Response:
    """A table as a file that the browser keeps."""
    response = Response(chunks, content_type=EXPORT_FORMATS[ending])
    response.headers["Content-Disposition"] = f'attachment; filename="printflow-{name}.{ending}"'
    response.headers["Cache-Control"] = "no-store"
    return response
