"""What will be archived and removed, by date, before it goes."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, current_app, render_template, request
from flask_babel import gettext as _

from printflow import parse_date

from .errors import ParameterRefused
from .request import lab_of

pages = Blueprint("retention", __name__, url_prefix="/admin")

_AHEAD = timedelta(days=90)
_SHOWN = 12
"""Jobs of one line that are named; the rest are counted."""


@pages.get("/retention")
def show() -> str:
    """The plan of the next 90 days, a page of days at a time."""
    lab = lab_of(current_app)
    since = parse_date(request.args.get("from", ""), "from")
    if since is not None and not 1970 <= since.year < 9000:
        raise ParameterRefused(_("That date is out of range."))
    return render_template(
        "retention.html",
        page=lab.retention.page(ahead=_AHEAD, since=since),
        first=since is None,
        periods=lab.settings.retention,
        archive_days=lab.catalog.current.retention.archive_after_days,
        days=_AHEAD.days,
        shown=_SHOWN,
    )
