"""Signing in at the institution's provider: the way there, the way back, and out again."""

from __future__ import annotations

import secrets
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
    ComeBack,
    IdentityRefused,
    InvalidInput,
    PrintflowError,
    Purpose,
    Refusal,
    Students,
    Unavailable,
    clean_line,
)

from .acting import asked_session_key, forget_staff, session_key, student, student_key
from .auth import leave, local_path
from .errors import error_page, form_again, status_of
from .proxy_headers import named_by_proxy
from .request import lab_of

pages = Blueprint("sign_in", __name__)

_COOKIE = "printflow_sign_in"
_COOKIE_SECONDS = 3600
_FROM_PROVIDER = ("state", "code", "error", "iss")


def _back(otherwise: str) -> str:
    return local_path(request.args.get("next", "")) or otherwise


def _start(purpose: Purpose, back: str, key: str = "") -> AnyResponse:
    """Send the browser to the provider, with a secret of its own that it has to come back with."""
    lab = lab_of(current_app)
    if not lab.identity.on:
        return redirect(url_for("auth.login"), 303)
    own = urlsplit(lab.settings.effective_base_url)
    if request.host != own.netloc:
        # The provider knows one address to come back to: the cookie must be of that one.
        there = request.full_path.rstrip("?")
        return redirect(f"{own.scheme}://{own.netloc}{there}", 303)
    browser = request.cookies.get(_COOKIE) or secrets.token_urlsafe(24)
    try:
        url = lab.identity.start(
            purpose,
            browser=browser,
            back=back,
            address=request.remote_addr or "",
            session_key=key,
        )
    except (Unavailable, IdentityRefused) as error:
        return _failed(error, purpose)
    answer = redirect(url, 303)
    answer.set_cookie(
        _COOKIE,
        browser,
        max_age=_COOKIE_SECONDS,
        path="/",
        httponly=True,
        samesite="Lax",
        secure=bool(current_app.config["SESSION_COOKIE_SECURE"]),
    )
    return answer


def _failed(error: PrintflowError, purpose: Purpose) -> AnyResponse:
    """Why the sign-in came to nothing, and the other ways there are."""
    lab = lab_of(current_app)
    page = render_template(
        "sign_in_failed.html",
        error=error,
        students=purpose is Purpose.STUDENT,
        stations=lab.settings.identity.stations,
        again=url_for("sign_in.student_start" if purpose is Purpose.STUDENT else "sign_in.start"),
        required=lab.identity.students is Students.REQUIRED,
    )
    return make_response(page, status_of(error))


@pages.get("/login/provider")
def start() -> AnyResponse:
    """Staff go to the provider."""
    return _start(Purpose.STAFF, _back(url_for("dashboard.index")))


@pages.get("/login/check")
def check() -> AnyResponse:
    """The provider says whether someone is still signed in there; it asks them nothing."""
    back = _back(url_for("dashboard.index"))
    key = asked_session_key() or session_key()
    return (
        _start(Purpose.CHECK, back, key) if key else redirect(url_for("auth.login", next=back), 303)
    )


@pages.get("/login/confirm")
def confirm() -> AnyResponse:
    """Sign in afresh before a sensitive act."""
    back = _back(url_for("dashboard.index"))
    key = session_key()
    return (
        _start(Purpose.CONFIRM, back, key)
        if key
        else redirect(url_for("auth.login", next=back), 303)
    )


@pages.get("/login/callback")
def callback() -> AnyResponse:
    """Back from the provider."""
    lab = lab_of(current_app)
    said = {name: request.args[name] for name in _FROM_PROVIDER if name in request.args}
    if any(len(request.args.getlist(name)) > 1 for name in _FROM_PROVIDER):
        said = {}
    key = asked_session_key() or session_key()
    try:
        came = lab.identity.finish(
            said,
            browser=request.cookies.get(_COOKIE, ""),
            address=request.remote_addr or "",
            session_key=key,
        )
    except (Unavailable, IdentityRefused) as error:
        if key:
            lab.provider_sessions.asked_again(key)
        return _failed(error, Purpose.STAFF)
    return _arrived(came, key)


def _arrived(came: ComeBack, key: str) -> AnyResponse:
    lab = lab_of(current_app)
    back = local_path(came.back) or url_for("student.home")
    if came.over:
        session.pop("key", None)
        session["ended"] = True
        return redirect(url_for("auth.login", next=back), 303)
    if came.purpose is Purpose.STUDENT:
        if student_key():
            lab.student_sessions.sign_out(student_key())
        session["student"] = came.key
    elif came.key:
        if key:
            lab.provider_sessions.sign_out(key)
        _begin(came.key)
    else:
        lab.provider_sessions.asked_again(key)
    return redirect(back, 303)


def _begin(key: str) -> None:
    """A staff session begins; what this browser has as a student's stays."""
    forget_staff()
    session.permanent = True
    session["key"] = key


@pages.get("/login/proxy")
def by_proxy() -> AnyResponse:
    """The proxy in front names who is there."""
    lab, named = lab_of(current_app), named_by_proxy()
    back = _back(url_for("dashboard.index"))
    if named is None:
        return redirect(url_for("auth.login", next=back), 303)
    try:
        signed_in = lab.identity.sign_in_by_proxy(named, address=request.remote_addr or "")
    except IdentityRefused as error:
        return _failed(error, Purpose.STAFF)
    if key := asked_session_key() or session_key():
        lab.provider_sessions.sign_out(key)
    _begin(signed_in.key)
    return redirect(back, 303)


# -- the operator's way back in -------------------------------------------------------------------


@pages.route("/login/way-in/<token>", methods=["GET", "POST"])
def way_in(token: str) -> AnyResponse | str:
    """A link that the operator made on the command line; opening it alone changes nothing."""

    def page(errors: dict[str, Refusal]) -> str:
        return render_template("way_in.html", errors=errors, form=request.form)

    if request.method != "POST":
        return page({})
    lab, name = lab_of(current_app), clean_line(request.form.get("name", ""))
    try:
        if not name:
            raise InvalidInput.of("name", "name_missing", _("Enter your name."))
        signed_in = lab.identity.take_way_in(token, name=name, address=request.remote_addr or "")
    except InvalidInput as error:
        return form_again(error, page)
    except IdentityRefused as error:
        return error_page(403, error.message, next_step=error.next_step, code=error.code)
    _begin(signed_in.key)
    return redirect(url_for("dashboard.index"), 303)


# -- students -------------------------------------------------------------------------------------


@pages.get("/sign-in")
def student_start() -> AnyResponse:
    """A student goes to the provider."""
    if lab_of(current_app).identity.students is Students.OFF:
        return redirect(url_for("student.home"), 303)
    return _start(Purpose.STUDENT, _back(url_for("sign_in.my_jobs")))


@pages.get("/my-jobs")
def my_jobs() -> AnyResponse | str:
    """The jobs of the student who is signed in."""
    lab, acts = lab_of(current_app), student()
    if acts is None:
        if lab.identity.students is Students.OFF:
            return redirect(url_for("student.find"), 303)
        return redirect(url_for("sign_in.student_start", next=url_for("sign_in.my_jobs")), 303)
    return render_template("my_jobs.html", jobs=lab.student_sessions.jobs(acts))


@pages.post("/sign-out")
def student_sign_out() -> AnyResponse | str:
    """A student leaves, here and at the provider."""
    key = student_key()
    session.pop("student", None)
    return leave(lab_of(current_app).student_sessions.sign_out(key) if key else "")


@pages.get("/signed-out")
def signed_out() -> str:
    """Back from the provider's sign-out."""
    return render_template("signed_out.html")
