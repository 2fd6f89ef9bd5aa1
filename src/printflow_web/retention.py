"""What will be archived and removed, by date, before it goes."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, current_app, render_template

from .request import lab_of

pages = Blueprint("retention", __name__, url_prefix="/admin")

_AHEAD = timedelta(days=90)
_SHOWN = 12
"""Jobs of one line that are named; the rest are counted."""


@pages.get("/retention")
def show() -> str:
    """The plan of the next 90 days."""
    lab = lab_of(current_app)
    return render_template(
        "retention.html",
        plan=lab.retention.days(ahead=_AHEAD),
        periods=lab.settings.retention,
        archive_days=lab.catalog.current.retention.archive_after_days,
        days=_AHEAD.days,
        shown=_SHOWN,
    )
