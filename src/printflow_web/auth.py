"""Signing in with the lab's password, and saying who is acting."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict
from urllib.parse import urlsplit

from flask import (
    Blueprint,
    current_app,
    g,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from printflow import InvalidInput, Refusal, SignInRefused, TooManyRequests, clean_line

from .errors import (
    error_page,
    form_again,
    from_script,
    kept_to_send_again,
    signed_out,
    wants_json,
)
from .request import lab_of

pages = Blueprint("auth", __name__)

SOMEBODY_ELSE = "*"
"""The choice, among the names of staff, that stands for the name typed below it."""


def local_path(address: str) -> str:
    """The address if it is a path of this site, else "" (`//evil`, `javascript:`, `/\\evil`)."""
    if not address.startswith("/") or address.startswith(("//", "/\\")):
        return ""
    return "" if any(ord(sign) < 32 for sign in address) else address


def came_from() -> str:
    """Where to go back to after a form: what the address says, or the page of staff that led here.

    So that the links of long lists need not repeat it.
    """
    if asked := local_path(request.args.get("next", "")):
        return asked
    seen = urlsplit(request.referrer or "")
    if seen.netloc != request.host or not seen.path.startswith("/dashboard"):
        return ""
    return local_path(f"{seen.path}?{seen.query}" if seen.query else seen.path)


_UNSIGNED = frozenset({"static", "health.live", "health.ready"})
"""Endpoints that nobody signs in for; they cost no look at the session."""


def recognize() -> None:
    """Know who acts, before each request: a session ends here, whatever the cookie says."""
    if request.endpoint is None or request.endpoint in _UNSIGNED or "key" not in session:
        return
    found = lab_of(current_app).staff_session(session["key"])
    if found is None:
        name = session.get("staff", "")
        session.clear()
        session.update(last_staff=name, ended=True)
        return
    g.staff_session = found
    for field, value in (("staff", found.name), ("station", found.station)):
        if session.get(field) != value:
            session[field] = value


def is_admin() -> bool:
    """Whether who acts may change the lab itself."""
    return "staff_session" in g and g.staff_session.admin


class Acting(TypedDict):
    """Who makes a change, and at which station, as the library wants to know it."""

    by: str
    station: str


def acting() -> Acting:
    """Who acts in this request."""
    return {"by": session["staff"], "station": session.get("station", "")}


def require_staff() -> AnyResponse | None:
    """Send who has not signed in to the sign-in page, and back afterwards; keep what was typed."""
    if session.get("staff"):
        return None
    if request.method in ("GET", "HEAD"):
        back = request.full_path.rstrip("?")
        return redirect(url_for("auth.login", next=back), 303)
    if from_script() or wants_json():
        return signed_out()
    return make_response(
        kept_to_send_again(_("You are signed out. Nothing was done."), sign_in=True), 401
    )


def require_admin() -> AnyResponse | None:
    """Let only those in who signed in at a station that may administer the lab."""
    if (answer := require_staff()) is not None or is_admin():
        return answer
    return error_page(
        403,
        _("This page is for administrators of the lab."),
        next_step=_("Sign in with the password of a station that may administer the lab."),
        code="admins_only",
    )


@pages.route("/login", methods=["GET", "POST"])
def login() -> AnyResponse | str:
    """Sign in."""
    if request.method == "POST":
        return _sign_in()
    back = local_path(request.args.get("next", ""))
    return _page(
        {}, back, {"name": session.get("last_staff", "")}, ended=session.pop("ended", False)
    )


def _page(
    errors: dict[str, Refusal], back: str, form: Mapping[str, str], *, ended: bool = False
) -> str:
    return render_template(
        "login.html",
        names=lab_of(current_app).staff_names(),
        errors=errors,
        next=back,
        form=form,
        somebody_else=SOMEBODY_ELSE,
        ended=ended,
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
        signed_in = lab.sign_in(password, name=name, address=request.remote_addr or "")
    except (InvalidInput, SignInRefused, TooManyRequests) as error:
        return form_again(error, lambda errors: _sign_in_form(errors, back))
    if "key" in session:
        lab.sign_out(session["key"])
    session.clear()
    session.permanent = True
    session.update(key=signed_in.key, staff=signed_in.name, station=signed_in.station)
    return redirect(back or url_for("dashboard.index"), 303)


@pages.post("/acting", endpoint="acting")
def act_as() -> AnyResponse:
    """Somebody else sits down at this browser."""
    if (answer := require_staff()) is not None:
        return answer
    lab_of(current_app).act_as(session["key"], request.form.get("name", ""))
    return redirect(local_path(request.form.get("next", "")) or url_for("dashboard.index"), 303)


@pages.post("/logout")
def logout() -> AnyResponse:
    """Sign out on this browser; with everywhere=yes, wherever somebody acts under this name."""
    lab, name = lab_of(current_app), session.get("staff", "")
    if "staff_session" in g:
        if request.form.get("everywhere") == "yes":
            lab.sign_out_others(name=name, by=name, station=session.get("station", ""))
        lab.sign_out(session["key"])
    session.clear()
    session["last_staff"] = name
    return redirect(url_for("auth.login"), 303)
