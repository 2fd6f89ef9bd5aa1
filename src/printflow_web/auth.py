"""Signing in with the lab's password, and saying who is acting."""

from __future__ import annotations

from collections.abc import Mapping

from flask import (
    Blueprint,
    current_app,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from printflow import InvalidInput, Refusal, SignInRefused, TooManyRequests, clean_line

from .errors import form_again, from_script, signed_out
from .request import lab_of

pages = Blueprint("auth", __name__)

SOMEBODY_ELSE = "*"
"""The choice, among the names of staff, that stands for the name typed below it."""


def local_path(address: str) -> str:
    """The address if it is a path of this site, else "" (`//evil`, `javascript:`, `/\\evil`)."""
    if not address.startswith("/") or address.startswith(("//", "/\\")):
        return ""
    return "" if any(ord(sign) < 32 for sign in address) else address


def require_staff() -> AnyResponse | None:
    """Send who has not signed in to the sign-in page, and back afterwards."""
    if session.get("staff"):
        return None
    if request.method != "GET" and from_script():
        return signed_out()
    back = request.full_path.rstrip("?") if request.method == "GET" else ""
    return redirect(url_for("auth.login", next=back or None), 303)


@pages.route("/login", methods=["GET", "POST"])
def login() -> AnyResponse | str:
    """Sign in."""
    if request.method == "POST":
        return _sign_in()
    back = local_path(request.args.get("next", ""))
    return _page({}, back, {"name": session.get("last_staff", "")})


def _page(errors: dict[str, Refusal], back: str, form: Mapping[str, str]) -> str:
    return render_template(
        "login.html",
        names=lab_of(current_app).staff_names(),
        errors=errors,
        next=back,
        form=form,
        somebody_else=SOMEBODY_ELSE,
    )


def _sign_in_form(errors: dict[str, Refusal], back: str) -> str:
    if "" in errors:
        errors["password"] = errors.pop("")
    return _page(errors, back, request.form)


def _sign_in() -> AnyResponse:
    lab, form = lab_of(current_app), request.form
    password, chosen = form.get("password", ""), clean_line(form.get("name", ""))
    new = chosen == SOMEBODY_ELSE
    name = clean_line(form.get("new_name", "")) or ("" if new else chosen)
    back = local_path(form.get("next", ""))
    try:
        if not name:
            field = "new_name" if new else "name"
            raise InvalidInput.of(field, "name_missing", _("Say who you are."))
        station = lab.check_staff_password(password, address=request.remote_addr or "")
        name = lab.add_staff(name)
    except (InvalidInput, SignInRefused, TooManyRequests) as error:
        return form_again(error, lambda errors: _sign_in_form(errors, back))
    session.clear()
    session.permanent = True
    session.update(staff=name, station=station)
    return redirect(back or url_for("dashboard.index"), 303)


@pages.post("/acting")
def acting() -> AnyResponse:
    """Somebody else sits down at this browser."""
    if (answer := require_staff()) is not None:
        return answer
    name = clean_line(request.form.get("name", ""))
    if name in lab_of(current_app).staff_names():
        session["staff"] = name
    return redirect(local_path(request.form.get("next", "")) or url_for("dashboard.index"), 303)


@pages.post("/logout")
def logout() -> AnyResponse:
    """Sign out on this browser."""
    name = session.get("staff", "")
    session.clear()
    session["last_staff"] = name
    return redirect(url_for("auth.login"), 303)
