"""Pages that every site needs: how to reach the lab, privacy, and accessibility."""

from __future__ import annotations

from flask import Blueprint, current_app, render_template

from . import known_browser
from .request import lab_of

pages = Blueprint("lab_pages", __name__)


@pages.get("/contact")
def contact() -> str:
    """How to reach the lab."""
    return render_template("contact.html")


@pages.get("/privacy")
def privacy() -> str:
    """What the lab keeps, for how long, and who sees it."""
    lab = lab_of(current_app)
    return render_template(
        "privacy.html",
        text=lab.catalog.spoken.pages.privacy,
        periods=lab.settings.retention,
        archive_days=lab.catalog.current.retention.archive_after_days,
        known_days=known_browser.KEPT_DAYS,
    )


@pages.get("/accessibility")
def accessibility() -> str:
    """What works for whom, and where to turn if something doesn't."""
    return render_template(
        "accessibility.html", text=lab_of(current_app).catalog.spoken.pages.accessibility
    )
