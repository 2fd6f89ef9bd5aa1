"""Signing in with the lab's password, and saying who is acting."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import (
    Blueprint,
    abort,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from werkzeug.wrappers import Response as AnyResponse

from printflow import InvalidInput, SignInRefused, TooManyRequests, clean_line

from .errors import by_field, status_of
from .request import lab_of

pages = Blueprint("auth", __name__)

_LONGEST_PASSWORD = 1000


def local_path(address: str) -> str:
    """The address if it is a path of this site, else "" (`//evil`, `javascript:`, `/\\evil`)."""
    parts = urlsplit(address)
    if parts.scheme or parts.netloc or not address.startswith("/"):
        return ""
    if address.startswith(("//", "/\\")) or any(ord(sign) < 32 for sign in address):
        return ""
    return address


def require_staff() -> AnyResponse | None:
    """Send who has not signed in to the sign-in page, and back afterwards."""
    if session.get("staff"):
        return None
    back = request.full_path.rstrip("?") if request.method == "GET" else ""
    return redirect(url_for("auth.login", next=back or None), 303)


@pages.route("/login", methods=["GET", "POST"])
def login() -> AnyResponse | str:
    """Sign in."""
    if request.method == "POST":
        return _sign_in()
    back = local_path(request.args.get("next", ""))
    names = lab_of(current_app).staff_names()
    form = {"name": session.get("last_staff", "")}
    return render_template("login.html", names=names, errors={}, next=back, form=form)


def _sign_in() -> AnyResponse:
    lab, form = lab_of(current_app), request.form
    password, name = form.get("password", ""), clean_line(form.get("name", ""))
    if len(password) > _LONGEST_PASSWORD:
        abort(400)
    back = local_path(form.get("next", ""))
    try:
        if not name:
            raise InvalidInput.of("name", "name_missing", "Say who you are.")
        station = lab.check_staff_password(password, address=request.remote_addr or "")
        name = lab.add_staff(name)
    except (InvalidInput, SignInRefused, TooManyRequests) as error:
        errors = by_field(error.refusals)
        if "" in errors:
            errors["password"] = errors.pop("")
        page = render_template(
            "login.html", names=lab.staff_names(), errors=errors, next=back, form=form
        )
        response = make_response(page, status_of(error))
        if isinstance(error, TooManyRequests):
            response.headers["Retry-After"] = str(error.retry_after)
        return response
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
