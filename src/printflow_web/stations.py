"""Stations, their passwords, and who is signed in where."""

from __future__ import annotations

from flask import (
    Blueprint,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as AnyResponse

from printflow import ADMINISTRATOR, USUAL_ROLE, InvalidInput, NotFound, Refusal

from .acting import acting, session_key
from .errors import ParameterRefused, form_again
from .request import lab_of
from .spoken import spoken_error

pages = Blueprint("stations", __name__, url_prefix="/admin/stations")


@pages.get("")
def index() -> str:
    """All stations, and who is signed in."""
    return _page({})


def _page(
    errors: dict[str, Refusal], *, shown: tuple[str, str] | None = None, renewing: str = ""
) -> str:
    """``shown`` is a station's new password, told this once."""
    lab = lab_of(current_app)
    return render_template(
        "stations.html",
        stations=lab.stations.all(),
        role_names=[(role.name, role.name) for role in lab.catalog.current.roles],
        usual_role=USUAL_ROLE,
        administrator=ADMINISTRATOR,
        sessions=lab.sessions.all(),
        errors=errors,
        form=request.form,
        shown=shown,
        renewing=renewing,
    )


def _name_of(station_id: int) -> str:
    """A station's name may hold anything, so that addresses have its number. Raises NotFound."""
    for one in lab_of(current_app).stations.all():
        if one.id == station_id:
            return one.name
    raise NotFound(_("This station doesn't exist."))


def _password() -> str | None:
    """What was typed; None stands for a generated one."""
    return request.form.get("password", "") or None


@pages.post("")
def add() -> AnyResponse | str:
    """Add a station; its password is shown once."""
    lab, form = lab_of(current_app), request.form
    name = form.get("name", "")
    try:
        secret = lab.stations.add(
            name, password=_password(), role=form.get("role", USUAL_ROLE), **acting()
        )
    except InvalidInput as error:
        return form_again(error, _page)
    return _page({}, shown=(name, secret))


@pages.post("/<int:station_id>/password")
def renew(station_id: int) -> AnyResponse | str:
    """A new password for a station; everyone there is signed out, except the person who does this."""
    lab, name = lab_of(current_app), _name_of(station_id)
    try:
        secret = lab.stations.renew(name, password=_password(), keep=session_key(), **acting())
    except InvalidInput as error:
        return form_again(error, lambda errors: _page(errors, renewing=name))
    return _page({}, shown=(name, secret))


@pages.post("/<int:station_id>/role")
def role(station_id: int) -> AnyResponse:
    """Give a station another role."""
    lab, name = lab_of(current_app), _name_of(station_id)
    try:
        lab.stations.set_role(name, role=request.form.get("role", ""), **acting())
    except InvalidInput as error:
        flash(spoken_error(error), "error")
    return redirect(url_for("stations.index"), 303)


@pages.post("/<int:station_id>/revoke")
def revoke(station_id: int) -> AnyResponse:
    """Its password opens nothing any more."""
    name = _name_of(station_id)
    try:
        lab_of(current_app).stations.revoke(name, **acting())
    except InvalidInput as error:
        flash(spoken_error(error), "error")
    else:
        flash(_("%(name)s revoked. Its password no longer works.", name=name), "success")
    return redirect(url_for("stations.index"), 303)


@pages.post("/sign-out")
def sign_out() -> AnyResponse:
    """Sign out one session, all of a station, or everyone."""
    form, lab = request.form, lab_of(current_app)
    typed, station = form.get("session", ""), form.get("at_station", "")
    if not typed and not station and form.get("everybody") != "yes":
        raise ParameterRefused(_("Choose who to sign out."))
    if typed and not (typed.isascii() and typed.isdigit() and len(typed) < 19):
        raise ParameterRefused(_("This page is out of date. Open it again."))
    count = lab.sessions.sign_out_others(
        session_id=int(typed) if typed else None, at_station=station, **acting()
    )
    words = ngettext("%(num)s session ended.", "%(num)s sessions ended.", count)
    flash(words, "success")
    return redirect(url_for("stations.index"), 303)
