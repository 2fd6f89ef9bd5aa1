"""Closing the lab with one click, opening it again, and importing holidays."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as AnyResponse

from printflow import CatalogInvalid, ClosedDays, InvalidInput, Refusal, day_text

from .acting import acting
from .errors import form_again
from .request import lab_of

pages = Blueprint("lab_hours", __name__, url_prefix="/admin/hours")

MOST_FILE = 1024 * 1024 + 1
"""One byte more than the library takes: it says so."""


@pages.route("/close", methods=["GET", "POST"])
def close() -> AnyResponse | str:
    """Close the lab until a day."""
    lab, form = lab_of(current_app), request.form
    if request.method == "GET":
        return _close_page({"form": "yes"}, {})
    try:
        starts = _day(form, "starts") if form.get("starts") else lab.hours.today
        until = _day(form, "until")
        lab.hours.close(
            starts,
            until - timedelta(days=1),
            reason=form.get("reason", ""),
            form=form.get("form") == "yes",
            **acting(),
        )
    except (InvalidInput, CatalogInvalid) as error:
        return form_again(error, lambda errors: _close_page(form, _at_until(errors)))
    flash(_("The lab is closed until %(day)s.", day=day_text(until)), "success")
    return redirect(url_for("catalog.edit", section="opening"), 303)


def _close_page(form: Mapping[str, str], errors: dict[str, Refusal]) -> str:
    lab = lab_of(current_app)
    return render_template(
        "close_lab.html",
        form=form,
        errors=errors,
        today=lab.hours.today.isoformat(),
        closed=lab.hours.closed(),
    )


def _at_until(errors: dict[str, Refusal]) -> dict[str, Refusal]:
    """The page asks for the day on which the lab opens, not for the last closed one."""
    return {("until" if field == "to" else field): why for field, why in errors.items()}


@pages.post("/open")
def open_again() -> AnyResponse:
    """Take closed days out."""
    form = request.form
    starts, ends = _day(form, "starts"), _day(form, "ends")
    lab_of(current_app).hours.open_again(starts, ends, **acting())
    flash(_("Removed. The lab is no longer closed on these days."), "success")
    return redirect(url_for("lab_hours.close"), 303)


@pages.route("/holidays", methods=["GET", "POST"])
def holidays() -> AnyResponse | str:
    """What a calendar file would add."""
    if request.method == "GET":
        return render_template("holidays.html", read=None, errors={})
    file = request.files.get("file")
    try:
        if file is None or not file.filename:
            raise InvalidInput.of("file", "file_missing", _("Choose a calendar file (.ics)."))
        read = lab_of(current_app).hours.read_calendar(file.stream.read(MOST_FILE))
    except InvalidInput as error:
        return form_again(
            error, lambda errors: render_template("holidays.html", read=None, errors=errors)
        )
    return render_template("holidays.html", read=read, errors={})


@pages.post("/holidays/add")
def add_holidays() -> AnyResponse:
    """Add the checked ones."""
    form = request.form
    chosen = [
        ClosedDays(
            _day(form, f"{row}.starts"),
            _day(form, f"{row}.ends"),
            form.get(f"{row}.reason", ""),
            form.get(f"{row}.from_time", ""),
            form.get(f"{row}.to_time", ""),
        )
        for row in form.getlist("chosen")[:1000]
    ]
    try:
        added = lab_of(current_app).hours.add(chosen, **acting())
    except (InvalidInput, CatalogInvalid) as error:
        return form_again(
            error, lambda errors: render_template("holidays.html", read=None, errors=errors)
        )
    flash(
        ngettext("%(num)s closed time added.", "%(num)s closed times added.", len(added)),
        "success" if added else "info",
    )
    return redirect(url_for("catalog.edit", section="opening"), 303)


def _day(form: Mapping[str, str], field: str) -> date:
    try:
        return date.fromisoformat(form.get(field, "").strip())
    except ValueError:
        words = _("Enter a day, like 2026-11-26.")
        raise InvalidInput.of(field, "day_invalid", words) from None
