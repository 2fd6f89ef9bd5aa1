"""Lists of jobs under names of their own: saved, renamed, shared, deleted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from printflow import ENTRY_STATUS, InvalidInput, Refusal, SavedView

from .acting import staff_name
from .dashboard import CHOICES, query_of
from .errors import form_again
from .list_names import list_name
from .request import lab_of

pages = Blueprint("saved_views", __name__, url_prefix="/dashboard/views")

_KEPT = ("search", "sort", *CHOICES, "since", "until")
_LONGEST = 100


def _address() -> dict[str, str]:
    """The list that the address describes, without its page. Raises ParameterRefused."""
    typed = {name: request.args.get(name, "").strip()[:_LONGEST] for name in _KEPT}
    address = {name: text for name, text in typed.items() if text}
    address["status"] = request.args.get("status", ENTRY_STATUS.value)
    query_of(address)
    return address


def _form(view: SavedView | None, address: Mapping[str, str], errors: Mapping[str, Refusal]) -> str:
    kept: dict[str, Any] = {name: request.form.get(name, "") for name in ("name", "shared")}
    if request.method == "GET":
        kept = {"name": view.name, "shared": "yes" if view.shared else ""} if view else {}
    return render_template(
        "saved_view.html",
        view=view,
        address=address,
        list_words=list_name(address["status"]),
        form=kept,
        errors=errors,
    )


@pages.route("/new", methods=["GET", "POST"])
def add() -> AnyResponse | str:
    """Give the list that the address describes a name."""
    address = _address()
    if request.method == "GET":
        return _form(None, address, {})
    name, shared = request.form.get("name", ""), request.form.get("shared") == "yes"
    try:
        lab_of(current_app).views.add(name, address, by=staff_name(), shared=shared)
    except InvalidInput as error:
        return form_again(error, lambda errors: _form(None, address, errors))
    flash(_("The view is saved. It's among the tabs now."), "success")
    return _to(address)


@pages.route("/<int:view_id>", methods=["GET", "POST"])
def edit(view_id: int) -> AnyResponse | str:
    """Rename one's own view, share it, or delete it."""
    lab = lab_of(current_app)
    view = lab.views.own(view_id, by=staff_name())
    if request.method == "GET":
        return _form(view, view.address, {})
    if request.form.get("delete") == "yes":
        lab.views.delete(view_id, by=staff_name())
        flash(_("The view “%(name)s” is deleted. No job changed.", name=view.name), "success")
        return _to(view.address)
    name, shared = request.form.get("name", ""), request.form.get("shared") == "yes"
    try:
        lab.views.change(view_id, name, by=staff_name(), shared=shared)
    except InvalidInput as error:
        return form_again(error, lambda errors: _form(view, view.address, errors))
    flash(_("The view is saved."), "success")
    return _to(view.address)


def _to(address: Mapping[str, str]) -> AnyResponse:
    asked: dict[str, Any] = dict(address)
    return redirect(url_for("dashboard.index", **asked), 303)
