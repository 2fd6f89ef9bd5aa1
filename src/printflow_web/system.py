"""The system page: how things stand, the doctor, the logs; and who changed the lab itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from importlib.metadata import version
from zoneinfo import ZoneInfo

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from printflow import ChangeKind, ChangeQuery, SystemView, clean_line, parse_date

from .acting import acting
from .errors import ParameterRefused
from .live_page import asked_live, live_page, unlogged
from .request import lab_of
from .route_rights import OF_THE_LAB, may_use

pages = Blueprint("system", __name__, url_prefix="/admin")

_FRESH, _OLD, _HANGS, _SOON = 5.0, 60.0, 3.0, 1.5
"""Seconds: how old a look may be on a page that's opened and on an open one, which asks for another
each time; how long one takes that hangs; and until the page asks again.
"""
_CHANGES = 50
_WEB = ("Flask", "waitress")


@pages.get("")
def index() -> AnyResponse:
    """The first of the lab's pages that one may open."""
    first = next(endpoint for _name, endpoint in OF_THE_LAB if may_use(endpoint))
    return redirect(url_for(first), 303)


@pages.get("/system")
def show() -> Response:
    """All that an administrator wants to know; nothing here waits for the share."""
    lab = lab_of(current_app)
    view, checkup = lab.system.view(), lab.checkups.latest()
    logs = view.vitals.logs if view.vitals else ()
    wanted = request.args.get("log", "")
    shown = next((log for log in logs if log.name == wanted), logs[0] if logs else None)
    values = {
        "view": view,
        "checkup": checkup,
        "log": shown,
        "logs": logs,
        "handling": lab.mail.handling(),
        "replies": lab.inbox.handling(),
        "versions": {**view.versions, **{name: version(name) for name in _WEB}},
    }
    looking = _stale(view) or (checkup is not None and checkup.ended_at is None)
    if asked_live():
        unlogged()
    return live_page("system.html", ["_system_live.html"], values, soon=_SOON if looking else None)


def _stale(view: SystemView) -> bool:
    """Whether the page is worth opening again soon: a look is under way, and it does not hang."""
    unknown = view.vitals is None or view.unguarded is None
    old = view.vitals_age > (_OLD if asked_live() else _FRESH)
    return unknown or (old and view.looking_for < _HANGS)


@pages.post("/system/checkup")
def checkup() -> AnyResponse:
    """Let the doctor look, in the background; with mend=yes, mend what loses nothing."""
    started = lab_of(current_app).checkups.start(
        mend=request.form.get("mend") == "yes",
        contents=request.form.get("contents") == "yes",
        **acting(),
    )
    if not started:
        flash(_("The doctor is already running."), "info")
    return redirect(url_for("system.show", _anchor="doctor"), 303)


@pages.get("/changes")
def changes() -> str:
    """Who changed the lab itself, signed in, was refused or exported what, newest first."""
    lab, typed = lab_of(current_app), request.args
    before = typed.get("before", "")
    if before and not (before.isascii() and before.isdigit() and len(before) < 19):
        raise ParameterRefused(_("The address is wrong: “before” must be a whole number."))
    query = _change_query(typed)
    found = lab.changes.find(query, limit=_CHANGES + 1, before=int(before) if before else None)
    return render_template(
        "changes.html",
        changes=found[:_CHANGES],
        more=len(found) > _CHANGES,
        first=not before,
        kinds=tuple(ChangeKind),
        typed={name: typed.get(name, "") for name in ("kind", "name", "since")},
        filtered=query != ChangeQuery(),
        names=lab.people.all(),
    )


def _change_query(typed: Mapping[str, str]) -> ChangeQuery:
    day = parse_date(typed.get("since", ""), "since")
    if day is not None and not 1970 <= day.year < 9000:
        raise ParameterRefused(_("That date is out of range."))
    zone = ZoneInfo(lab_of(current_app).catalog.current.time_zone)
    try:
        kind = ChangeKind(typed["kind"]) if typed.get("kind") else None
    except ValueError:
        raise ParameterRefused(_("The address is wrong: there's no such “kind”.")) from None
    return ChangeQuery(
        kind=kind,
        name=clean_line(typed.get("name", ""))[:100],
        since=datetime.combine(day, time(), zone) if day else None,
    )
