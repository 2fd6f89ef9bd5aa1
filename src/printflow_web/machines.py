"""Machines: out of service and back, what staff note of them; adding and retiring them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from printflow import Conflict, InvalidInput, Machine, Refusal

from .acting import acting
from .auth import came_from
from .errors import form_again
from .plates import back_to_queue
from .request import lab_of
from .spoken import spoken_error

pages = Blueprint("machines", __name__, url_prefix="/dashboard/machines")

of_administrators = Blueprint("lab_machines", __name__, url_prefix="/admin/machines")

NOTED = ("place", "nozzle", "material", "color", "notes")


def _machine(values: Mapping[str, str]) -> Machine:
    """The machine that the form names; a name may hold anything, so it is no part of addresses."""
    return lab_of(current_app).machines.get(values.get("machine", ""))


def _noted() -> dict[str, str]:
    return {name: request.form.get(name, "") for name in NOTED}


@pages.get("/menu")
def menu() -> str:
    """What can be done with it; without a page around it for the script that opens a menu."""
    quiet = request.headers.get("X-Requested-With") == "fetch"
    template = "_machine_items.html" if quiet else "machine_menu.html"
    return render_template(template, machine=_machine(request.args))


@pages.route("/out", methods=["GET", "POST"])
def take_out() -> AnyResponse | str:
    """Out of service, with the reason."""
    lab, form = lab_of(current_app), request.form
    machine = _machine(request.values)
    if request.method == "GET":
        return _page("machine_out.html", machine, {"next": came_from()}, {})
    try:
        lab.machines.take_out(machine.name, reason=form.get("reason", ""), **acting())
    except InvalidInput as error:
        return form_again(error, lambda errors: _page("machine_out.html", machine, form, errors))
    flash(_("%(machine)s is out of service.", machine=machine.name), "success")
    return back_to_queue()


@pages.post("/back")
def put_back() -> AnyResponse:
    """Back in service."""
    machine = _machine(request.form)
    lab_of(current_app).machines.put_back(machine.name, **acting())
    flash(_("%(machine)s is back in service.", machine=machine.name), "success")
    return back_to_queue()


@pages.route("/edit", methods=["GET", "POST"])
def edit() -> AnyResponse | str:
    """Where it is, and what is loaded."""
    lab, form = lab_of(current_app), request.form
    machine = _machine(request.values)
    if request.method == "GET":
        now = {name: getattr(machine, name) for name in NOTED}
        return _page("machine_edit.html", machine, {**now, "next": came_from()}, {})
    try:
        lab.machines.edit(machine.name, **_noted(), **acting())
    except InvalidInput as error:
        return form_again(error, lambda errors: _page("machine_edit.html", machine, form, errors))
    flash(_("Saved the details of %(machine)s.", machine=machine.name), "success")
    return back_to_queue()


def _page(
    template: str, machine: Machine, form: Mapping[str, Any], errors: Mapping[str, Refusal]
) -> str:
    return render_template(template, machine=machine, form=form, errors=errors)


# -- administrators -------------------------------------------------------------------------------


@of_administrators.get("")
def index() -> str:
    """All machines, and the form for one more."""
    return _all({}, {})


def _all(form: Mapping[str, Any], errors: Mapping[str, Refusal]) -> str:
    lab = lab_of(current_app)
    return render_template(
        "machines.html",
        machines=lab.machines.all(),
        retired=lab.machines.retired(),
        form=form,
        errors=errors,
    )


@of_administrators.post("")
def add() -> AnyResponse | str:
    """One more machine."""
    lab, form = lab_of(current_app), request.form
    try:
        machine = lab.machines.add(
            form.get("name", ""), model=form.get("model", ""), **_noted(), **acting()
        )
    except InvalidInput as error:
        return form_again(error, lambda errors: _all(form, errors))
    flash(_("%(machine)s added.", machine=machine.name), "success")
    return redirect(url_for("lab_machines.index"), 303)


@of_administrators.post("/retire")
def retire() -> AnyResponse:
    """Nothing is started on it any more."""
    lab = lab_of(current_app)
    machine = lab.machines.get(request.form.get("machine", ""))
    try:
        lab.machines.retire(machine.name, **acting())
    except Conflict as error:
        flash(spoken_error(error), "error")
    else:
        words = _(
            "%(machine)s is retired. Its history is kept. To bring it back, add it again.",
            machine=machine.name,
        )
        flash(words, "success")
    return redirect(url_for("lab_machines.index"), 303)
