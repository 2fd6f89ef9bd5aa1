"""The dashboard: the jobs of a list, with the actions that the table allows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from printflow import (
    ENTRY_STATUS,
    EXPORT_FORMATS,
    ActorKind,
    InvalidInput,
    JobQuery,
    Sort,
    Status,
    Tally,
    WorkPage,
    age_text,
    allowed,
    bulk_triggers,
    parse_date,
    place_of,
    spoken_language,
)

from .acting import acting, rights_of_reader, staff_name
from .auth import local_path
from .errors import ParameterRefused
from .filters import age_level
from .list_names import OTHER_LISTS, list_name
from .live_page import asked_live, tag_of, tagged
from .live_parts import LiveParts, Part, news, part_of
from .reports import sent_file
from .request import lab_of
from .request_number import request_number
from .row_texts import RowFrame, RowTexts, RowView, frame_of
from .spoken import spoken, spoken_error
from .this_pc import path_here, system_of

pages = Blueprint("dashboard", __name__)

PAGE_SIZE = 36
MOST_AT_ONCE = 200
"""So many jobs can be acted on with one form."""
CHOICES = ("printer", "method", "color", "material", "discipline")
"""The filters that choose one of the catalog's names."""
FILTERS = (*CHOICES, "since", "until", "request")
_LONGEST = 100
_LAST_PAGE = 10_000
_VIEWS = ("cards", "dense")


def _list(typed: str) -> Status | None:
    """The status of a tab; None for the others."""
    if typed in OTHER_LISTS:
        return None
    try:
        return Status(typed)
    except ValueError:
        raise ParameterRefused(
            _(
                "The address is wrong: “status” must be one of %(known)s.",
                known=", ".join((*Status, *OTHER_LISTS)),
            )
        ) from None


def _page(typed: str) -> int:
    """A page by its number: for addresses made by hand. The links name a place in the order."""
    if not typed.isascii() or not typed.isdigit() or not 1 <= int(typed[:8]) <= _LAST_PAGE:
        raise ParameterRefused(
            _(
                "The address is wrong: “page” must be a whole number from 1 to %(last)s.",
                last=_LAST_PAGE,
            )
        )
    return int(typed)


def _request(typed: str) -> int | None:
    """The number of a request, as rows link to it."""
    return request_number(typed) if typed else None


def _sort(typed: str) -> Sort:
    try:
        return Sort(typed)
    except ValueError:
        raise ParameterRefused(
            _("The address is wrong: “sort” must be one of %(known)s.", known=", ".join(Sort))
        ) from None


def _day(typed: str, field: str, *, end: bool = False) -> datetime | None:
    """The beginning of a day in the lab's time zone, or its end."""
    day = parse_date(typed, field)
    if day is None:
        return None
    zone = ZoneInfo(lab_of(current_app).catalog.current.time_zone)
    try:
        return datetime.combine(day + timedelta(days=1 if end else 0), time(), zone)
    except OverflowError:
        raise ParameterRefused(
            _("The address is wrong: the date in “%(field)s” is out of range.", field=field)
        ) from None


def query_of(typed: Mapping[str, str]) -> JobQuery:
    """The list that an address describes. Raises ParameterRefused."""
    listed = typed.get("status", ENTRY_STATUS)
    status = _list(listed)
    sort = _sort(typed.get("sort", Sort.NEWEST))
    choices: dict[str, Any] = {name: typed.get(name, "")[:_LONGEST] for name in CHOICES}
    try:
        return JobQuery(
            status=status,
            attention=listed == "attention",
            held=listed == "held",
            unconfirmed=listed == "unconfirmed",
            request=_request(typed.get("request", "")),
            search=typed.get("search", "")[:_LONGEST],
            since=_day(typed.get("since", ""), "since"),
            until=_day(typed.get("until", ""), "until", end=True),
            sort=sort,
            after=place_of(typed.get("after", "")[:1000], sort),
            limit=PAGE_SIZE,
            offset=(_page(typed.get("page", "1")) - 1) * PAGE_SIZE,
            **choices,
        )
    except InvalidInput as error:
        words = _(
            "The address is wrong: “%(field)s”. %(message)s",
            field=error.refusals[0].field,
            message=spoken_error(error),
        )
        raise ParameterRefused(words) from error


def _view() -> str:
    """Cards or a dense table; what was chosen is remembered with the session."""
    wanted = request.args.get("view", "")
    if wanted in _VIEWS:
        session["view"] = wanted
    return str(session.get("view", _VIEWS[0]))


def _etag(pulse: str) -> str:
    """Changes when the page would: cheap to know, so that a poll costs next to nothing."""
    parts = (
        pulse,
        lab_of(current_app).system.store_problem(),
        request.full_path,
        staff_name(),
        session.get("view", ""),
        spoken_language(),
    )
    return tag_of(repr(parts))


@pages.get("/dashboard")
def index() -> Response:
    """The list. A page that is asked for by its own script, with the tag of what it shows, is
    answered 304 while nothing has changed, and then with the parts that it doesn't hold.
    """
    lab = lab_of(current_app)
    if asked_live():
        tally = lab.worklist.recent_tally(current_app.config["TALLY_SECONDS"])
        etag = _etag(tally.pulse)
        if request.if_none_match.contains(etag):
            return tagged(make_response("", 304), etag)
        agent = request.headers.get("User-Agent", "")  # paths are those of its PC
        key = (
            tally.pulse,
            request.full_path,
            _view(),
            rights_of_reader(),
            spoken_language(),
            system_of(agent),
        )
        live: LiveParts[tuple[Part, ...]] = current_app.extensions["printflow_live"]
        parts = live.get(key, lambda: _parts(_shown(tally)))
        return tagged(make_response("\n".join(news(parts))), etag)
    tally = lab.worklist.tally()
    etag = _etag(tally.pulse)
    shown = _shown(tally)
    views = lab.views.shown_to(staff_name())
    here = {"status": shown["listed"], **shown["kept"]}
    more = {
        "views": views,
        "current_view": next((one for one in views if one.address == here), None),
        "bulk_actions": bulk_triggers((shown["status"],)) if shown["status"] else (),
        "parts": {part.id: part for part in _parts(shown)},
        "etag": etag,
        "poll_seconds": current_app.config["POLL_SECONDS"],
    }
    return tagged(make_response(render_template("dashboard.html", **shown, **more)), etag)


@pages.get("/dashboard/list.<ending>")
def download(ending: str) -> Response:
    """The whole list that the address describes, as a file; written while it is sent."""
    if ending not in EXPORT_FORMATS:
        abort(404)
    chunks = lab_of(current_app).job_lists.file(query_of(request.args), ending, **acting())
    return sent_file(chunks, ending, "jobs")


def _shown(tally: Tally) -> dict[str, Any]:
    """What the parts of the page show that change; the same for everyone who asks for them."""
    query, view = query_of(request.args), _view()
    lab = lab_of(current_app)
    page = lab.worklist.page(query)
    listed = request.args.get("status", ENTRY_STATUS.value)
    rows = _rows(page)
    texts: RowTexts[RowView, RowFrame, Part] = current_app.extensions["printflow_rows"]
    frame = frame_of(view, one_status=query.status is not None, attention=query.attention)
    given = {name: request.args.get(name, "") for name in ("search", "sort", *FILTERS)}
    kept = {key: value for key, value in given.items() if value}
    narrowed = bool({"search", *FILTERS} & kept.keys())
    counts = tally.by_status
    if narrowed:
        anyhow = replace(query, status=None, attention=False, held=False, unconfirmed=False)
        counts = lab.worklist.matching(anyhow)
    return {
        "status": query.status,
        "listed": listed,
        "tally": tally,
        "confirms_addresses": lab.settings.confirm_address,
        "rows": [texts.text(row, frame) for row in rows],
        "list_name": list_name,
        "kept": kept,
        "narrowed": narrowed,
        "counts": counts,
        "total": _total(query, tally, counts, narrowed=narrowed) if page.next else len(rows),
        "most_at_once": MOST_AT_ONCE,
        "chips": _chips(kept),
        "filtered": bool({*FILTERS} & kept.keys()),
        "first": query.after is None and not query.offset,
        "next_page": page.next,
        "view": view,
    }


def _parts(shown: Mapping[str, Any]) -> tuple[Part, ...]:
    """All that changes on the page: each row is a part, and so is what holds them in their order.
    Their templates are given nothing else, so what all pages share needn't be found for them.
    """
    names = ["tabs", "head", "ways", "chips", "foot", "rows"]
    if shown["rows"] and shown["view"] == "dense":
        names.append("row_heads")
    templates = current_app.jinja_env
    made = (templates.get_template(f"_list_{name}.html").render(shown) for name in names)
    return (*map(part_of, made), *shown["rows"])


def _rows(page: WorkPage) -> list[RowView]:
    """What the rows of a page are made of."""
    models, now = lab_of(current_app).models, datetime.now(UTC)
    return [
        RowView(
            job,
            allowed(job, ActorKind.STAFF),
            page.flags.get(job.id, frozenset()),
            spoken(age_text(job.status_since, now)),
            age_level(job.status_since, now),
            path_here(job.file),
            page.requests.get(job.id),
            next(iter(models.warnings(job, job.facts)), "") if job.facts else "",
            tuple(page.notes.get(job.id, ())),
        )
        for job in page.jobs
    ]


def _total(query: JobQuery, tally: Tally, counts: Mapping[Status, int], *, narrowed: bool) -> int:
    """How many jobs the whole list has; ``counts`` are those that match, by status."""
    if query.status:
        return counts.get(query.status, 0)
    if not (query.attention or query.held or query.unconfirmed):
        return sum(counts.values())
    if narrowed:
        return sum(lab_of(current_app).worklist.matching(query).values())
    return tally.attention if query.attention else tally.held if query.held else tally.unconfirmed


def _chips(kept: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """What narrows the list: name, value, and the address of the list without it."""
    listed = request.args.get("status", ENTRY_STATUS.value)
    chips = []
    for name in ("search", *FILTERS):
        if name in kept:
            others: dict[str, Any] = {key: one for key, one in kept.items() if key != name}
            address = url_for("dashboard.index", status=listed, **others)
            chips.append((name, kept[name], address))
    return chips


@pages.post("/dashboard/jobs/<job_id>/reviewed")
def reviewed(job_id: str) -> AnyResponse:
    """The job is no longer new, or is again."""
    seen: Any = request.form.get("reviewed", "yes")
    lab_of(current_app).worklist.mark_reviewed(job_id, by=staff_name(), reviewed=seen == "yes")
    return redirect(
        local_path(request.form.get("next", "")) or url_for("jobs.show", job_id=job_id), 303
    )
