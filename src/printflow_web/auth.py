"""Signing in with the lab's password, and saying who is acting."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from flask import (
    Blueprint,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from printflow import (
    PROXY_SOURCE,
    InvalidInput,
    Refusal,
    SignInBusy,
    SignInRefused,
    TooManyRequests,
    clean_line,
)

from .acting import asked_session, forget_staff, session_key, staff_session
from .errors import (
    form_again,
    from_script,
    kept_to_send_again,
    signed_out,
    wants_json,
)
from .known_pc import forget, known_pc, remember
from .proxy_headers import named_by_proxy
from .request import lab_of

pages = Blueprint("auth", __name__)

SOMEBODY_ELSE = "*"
"""The choice, among the names that were used here, that stands for the name typed below it."""


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


def way_back(back: str) -> str:
    """Where who isn't signed in goes from a page of staff: those whom the provider knows pass by it,
    and see nothing of that while they're still signed in there.
    """
    found = asked_session()
    if found is None:
        return url_for("auth.login", next=back)
    proxied = found.source == PROXY_SOURCE
    return url_for("sign_in.by_proxy" if proxied else "sign_in.check", next=back)


def leave(url: str) -> AnyResponse | str:
    """The page that leads on to the provider's own sign-out; where it has none, that it's done.

    A form may lead to no other site (Content-Security-Policy), so a page of ours is in between.
    """
    if not url:
        return redirect(url_for("sign_in.signed_out"), 303)
    return render_template("signing_out.html", url=url)


def require_staff() -> AnyResponse | None:
    """Send who has not signed in to the sign-in page, and back afterwards; keep what was typed."""
    if staff_session() is not None:
        return None
    if request.method in ("GET", "HEAD") and not (asked_session() and from_script()):
        back = request.full_path.rstrip("?")
        return redirect(way_back(back), 303)
    if from_script() or wants_json():
        return signed_out()
    return make_response(
        kept_to_send_again(_("You're signed out. Nothing was changed."), sign_in=True), 401
    )


@pages.route("/login", methods=["GET", "POST"])
def login() -> AnyResponse | str:
    """Sign in."""
    if request.method == "POST":
        return _sign_in()
    back = local_path(request.args.get("next", ""))
    if asked_session() is not None:
        return redirect(way_back(back or url_for("dashboard.index")), 303)
    pc = known_pc()
    form = {"name": pc.name, "station": pc.station}
    return _page({}, back, form, ended=session.pop("ended", False))


def _page(
    errors: dict[str, Refusal], back: str, form: Mapping[str, str], *, ended: bool = False
) -> str:
    lab = lab_of(current_app)
    pc = known_pc()
    known = bool(lab.sessions.known_at(pc.proof))
    return render_template(
        "login.html",
        known=known,
        names=sorted(pc.names, key=str.casefold) if known else (),
        asks_for_station=lab.sessions.asks_for_station(),
        errors=errors,
        next=back,
        form=form,
        somebody_else=SOMEBODY_ELSE,
        ended=ended,
        identity=lab.identity,
        named=named_by_proxy(),
        stations=lab.settings.identity.stations,
    )


def _sign_in_form(errors: dict[str, Refusal], back: str) -> str:
    if "" in errors:
        errors["password"] = errors.pop("")
    return _page(errors, back, request.form)


def _sign_in() -> AnyResponse:
    lab, form = lab_of(current_app), request.form
    chosen = clean_line(form.get("name", ""))
    new = chosen == SOMEBODY_ELSE
    name = clean_line(form.get("new_name", "")) or ("" if new else chosen)
    back = local_path(form.get("next", ""))
    try:
        if not name:
            field = "new_name" if new else "name"
            raise InvalidInput.of(field, "name_missing", _("Choose or enter your name."))
        signed_in = lab.sessions.sign_in(
            form.get("password", ""),
            name=name,
            address=request.remote_addr or "",
            station=form.get("station", ""),
            known_pc=known_pc().proof,
        )
    except (InvalidInput, SignInRefused, SignInBusy, TooManyRequests) as error:
        return form_again(error, lambda errors: _sign_in_form(errors, back))
    if staff_session() is not None:
        lab.provider_sessions.sign_out(session_key())
    forget_staff()
    session.permanent = True
    session["key"] = signed_in.key
    answer = redirect(back or url_for("dashboard.index"), 303)
    pc = known_pc()._replace(proof=signed_in.known_pc, station=signed_in.station)
    remember(answer, pc.used_by(signed_in.name))
    return answer


@pages.post("/login/forget")
def forget_pc() -> AnyResponse:
    """This is no PC of the lab's: remember neither its station nor a name."""
    answer = redirect(url_for("auth.login"), 303)
    forget(answer)
    return answer


@pages.post("/acting", endpoint="acting")
def act_as() -> AnyResponse:
    """Someone else sits down at this browser."""
    name = clean_line(request.form.get("name", ""))
    lab_of(current_app).sessions.act_as(session_key(), name)
    answer = redirect(local_path(request.form.get("next", "")) or url_for("dashboard.index"), 303)
    remember(answer, known_pc().used_by(name))
    return answer


@pages.post("/logout")
def logout() -> AnyResponse | str:
    """Sign out on this browser; with everywhere=yes, wherever someone acts under this name."""
    lab, acts = lab_of(current_app), staff_session()
    if acts is not None:
        if request.form.get("everywhere") == "yes":
            lab.sessions.sign_out_others(name=acts.name, by=acts.name, station=acts.station)
        url = lab.provider_sessions.sign_out(session_key())
        forget_staff()
        if acts.source:
            return leave(url)
    forget_staff()
    return redirect(url_for("auth.login"), 303)
