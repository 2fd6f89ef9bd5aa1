"""From what went wrong to a status and a page: the one map, and the pages themselves."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence

from flask import (
    Flask,
    Response,
    current_app,
    jsonify,
    make_response,
    render_template,
    request,
)
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import BadRequest, HTTPException, InternalServerError, SecurityError
from werkzeug.wrappers import Response as AnyResponse

from printflow import (
    ActorKind,
    CallbackRefused,
    CatalogInvalid,
    ConfirmationNeeded,
    Conflict,
    FileMissing,
    FileRefused,
    FileTooLarge,
    FileTypeRefused,
    Forbidden,
    IdentityRefused,
    InvalidInput,
    Job,
    LinkExpired,
    LinkOvertaken,
    NotFound,
    PrintflowError,
    Refusal,
    Right,
    SignInRefused,
    StoreFull,
    TooManyRequests,
    TransitionNotAllowed,
    TransitionRefused,
    Unavailable,
    UploadGone,
    UploadMismatch,
    allowed,
    is_exhausted,
    local_time,
    may,
    past_tense,
    roles_with,
    sentences,
    server_busy,
)

from .access import logged_path, request_id
from .acting import staff_session
from .fresh_sign_in import fresh_sign_in
from .remembered import from_memory_only
from .request import lab_of
from .spoken import spoken, spoken_refusals

_log = logging.getLogger(__name__)

STATUS: tuple[tuple[type[PrintflowError], int], ...] = (
    (UploadGone, 410),
    (UploadMismatch, 409),
    (FileMissing, 400),
    (FileTooLarge, 413),
    (FileTypeRefused, 415),
    (FileRefused, 422),
    (InvalidInput, 422),
    (TransitionRefused, 422),
    (LinkExpired, 410),
    (LinkOvertaken, 409),
    (TransitionNotAllowed, 409),
    (CatalogInvalid, 422),
    (Conflict, 409),
    (NotFound, 404),
    (Forbidden, 403),
    (ConfirmationNeeded, 403),
    (SignInRefused, 401),
    (CallbackRefused, 401),
    (IdentityRefused, 403),
    (TooManyRequests, 429),
    (StoreFull, 507),
    (Unavailable, 503),
)
"""The first class that fits counts."""

PASSWORD_AGAIN = "password_again"  # noqa: S105 - a field's name
"""The field of a password that is typed again before a sensitive action."""
_FOR_PROGRAMS = frozenset({"online.callback", "uploads.create", "uploads.one"})
"""Endpoints that no person opens."""
_FORM = "application/x-www-form-urlencoded"
_SECRET = frozenset({"csrf_token", "password", PASSWORD_AGAIN})
"""Fields that no page holds for another try."""

FORMS_KEPT: dict[str, Callable[[Refusal], str]] = {}
"""For endpoints that show their own form again when its token was refused: how."""


class ParameterRefused(BadRequest):
    """A parameter of the address or a hidden field is none; the description names it."""


def status_of(error: PrintflowError) -> int:
    """The HTTP status of an error; 500 for what should not happen."""
    return next((status for kind, status in STATUS if isinstance(error, kind)), 500)


def by_field(refusals: Sequence[Refusal]) -> dict[str, Refusal]:
    """The refusals by their field, the first one of each."""
    found: dict[str, Refusal] = {}
    for refusal in refusals:
        found.setdefault(refusal.field, refusal)
    return found


def title_of(status: int) -> str:
    """What stands above the message."""
    titles = {
        400: _("That request was incomplete"),
        401: _("Please sign in"),
        403: _("We couldn't accept that"),
        404: _("Page not found"),
        405: _("This action isn't supported here"),
        409: _("Someone else already changed this"),
        410: _("This link has expired"),
        413: _("That's too large"),
        415: _("We can't accept this file"),
        422: _("There is a problem"),
        429: _("Too many attempts"),
        503: _("Temporarily unavailable"),
        507: _("We can't accept files right now"),
    }
    return str(titles.get(status, _("Something went wrong")))


def wants_json() -> bool:
    """Whether a program asks, that reads JSON rather than pages."""
    if request.endpoint in _FOR_PROGRAMS:
        return True
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return best == "application/json"


def form_again(error: PrintflowError, page: Callable[[dict[str, Refusal]], str]) -> Response:
    """The form with what was typed and the refusals at their fields; the error for programs."""
    if wants_json():
        return refused(error)
    response = make_response(page(by_field(error.refusals)), status_of(error))
    if (seconds := _retry_after(error)) is not None:
        response.headers["Retry-After"] = str(seconds)
    return response


def _retry_after(error: PrintflowError) -> int | None:
    return error.retry_after if isinstance(error, TooManyRequests | Unavailable) else None


def error_page(
    status: int,
    message: str,
    *,
    next_step: str = "",
    refusals: Sequence[Refusal] = (),
    error_id: str = "",
    job: Job | None = None,
    retry_after: int | None = None,
    code: str = "",
    title: str = "",
    rights: Sequence[Right] = (),
) -> Response:
    """The answer that people read, or programs when they ask for JSON."""
    if wants_json():
        response = jsonify(
            error={
                "code": code,
                "message": spoken(message),
                "next_step": spoken(next_step),
                "error_id": error_id,
                "refusals": spoken_refusals(refusals),
                **({"rights": [right.value for right in rights]} if rights else {}),
            }
        )
    else:
        from_memory_only()
        page = render_template(
            "error.html",
            status_code=status,
            title=title or title_of(status),
            rights=rights,
            message=message,
            next_step=next_step,
            refusals=refusals,
            error_id=error_id,
            job=job,
            retry_after=retry_after,
            kept=_typed() if status == 503 else None,
        )
        response = make_response(page)
    response.status_code = status
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    return response


def _typed() -> list[tuple[str, str]] | None:
    """What a small form held, to send it again with one press; None for anything else."""
    if request.method != "POST" or request.mimetype != "application/x-www-form-urlencoded":
        return None
    return [pair for pair in request.form.items(multi=True) if pair[0] not in _SECRET]


def note_refusal(right: str) -> None:
    """Write down in the lab's record who was refused for want of that right, and what they tried.

    A database that is away doesn't hide the refusal.
    """
    acts = staff_session()
    by, station = (acts.name, acts.station) if acts else ("", "")
    what = f"{request.method} {request.endpoint or ''}"
    try:
        lab_of(current_app).changes.note_refusal(what, by=by, station=station, right=right)
    except PrintflowError:
        _log.exception("the refusal could not be taken down")


def who_may(rights: Iterable[str]) -> str:
    """What to do where one of these rights is needed: the roles that have one, to ask for."""
    catalog = lab_of(current_app).catalog
    roles = (catalog.remembered or catalog.current).roles
    found = dict.fromkeys(name for right in rights for name in roles_with(roles, Right(right)))
    return str(
        _("Ask someone with one of these roles to do it: %(roles)s.", roles=", ".join(found))
    )


def right_missing(rights: Sequence[Right]) -> Response:
    """The page for someone whose role has none of these rights, of which one is needed."""
    note_refusal(rights[0])
    acts = staff_session()
    message = _(
        "Your role, “%(role)s”, doesn't allow this. It needs the right “%(right)s”.",
        role=acts.role if acts else "",
        right=_(rights[0].label),
    )
    return error_page(
        403,
        message,
        title=_("Your role doesn't allow this"),
        next_step=who_may(rights),
        code=Forbidden.code,
        rights=rights,
    )


def refused(error: PrintflowError) -> Response:
    """The page of an error of the library."""
    if isinstance(error, Unavailable):
        _log.warning("%s %s: %s", request.method, logged_path(), error)
    if isinstance(error, TransitionNotAllowed):
        return conflict(error)
    if isinstance(error, Forbidden):
        if staff_session() is not None:
            return right_missing((Right(error.right),))
        note_refusal(error.right)
        return signed_out()
    if isinstance(error, ConfirmationNeeded):
        return (None if wants_json() else fresh_sign_in()) or confirm_first()
    return error_page(
        status_of(error),
        error.message,
        next_step=error.next_step,
        refusals=error.refusals,
        retry_after=_retry_after(error),
        code=error.code,
    )


def confirm_first(refusal: Refusal | None = None, status: int = 403) -> Response:
    """The page that asks for the password again, and keeps what was typed."""
    if wants_json():
        words = _("Enter your password again to do this.")
        return error_page(status, words, code=ConfirmationNeeded.code)
    typed = [] if request.mimetype != _FORM else list(request.form.items(multi=True))
    from_memory_only()
    page = render_template(
        "confirm_password.html",
        typed=[pair for pair in typed if pair[0] not in _SECRET],
        errors={PASSWORD_AGAIN: refusal} if refusal else {},
        files=request.mimetype != _FORM,
    )
    return make_response(page, status)


def from_script() -> bool:
    """Whether a script of ours sent this, and shows the answer in the page that is open."""
    return "X-Requested-With" in request.headers or request.headers.get("Sec-Fetch-Mode") == "cors"


def signed_out() -> Response:
    """What a dialog gets after the session ended; what was typed stays in it."""
    words = _("You're signed out. Nothing was changed.")
    return error_page(401, words, code="signed_out")


def who_did_what(error: TransitionNotAllowed) -> str:
    """Who brought the job where it is, and when, where that is known."""
    if error.last_at is None:
        return error.message
    words = _(
        past_tense(error.last_trigger),
        name=error.last_actor,
        time=local_time(error.last_at, lab_of(current_app).catalog.current.time_zone),
    )
    return str(words)


def conflict(error: TransitionNotAllowed) -> Response:
    """Who did what when, and what is possible now, as far as the database still answers."""
    try:
        return _conflict(error)
    except Unavailable:
        return error_page(409, error.message, next_step=error.next_step, code=error.code)


def _conflict(error: TransitionNotAllowed) -> Response:
    lab = lab_of(current_app)
    message = who_did_what(error)
    job_id = (request.view_args or {}).get("job_id")
    job = lab.jobs.get(job_id) if job_id and may(Right.SEE) else None
    next_step = error.next_step if message == error.message else error.message
    if job is not None:
        possible = ", ".join(_(one.label) for one in allowed(job, ActorKind.STAFF))
        before = "" if message == error.message else error.message
        next_step = sentences((before, _("Available actions: %(actions)s.", actions=possible)))
    return error_page(409, message, next_step=next_step, job=job, code=error.code)


def _without_token() -> AnyResponse:
    """The answer to a form whose token is missing or of another session."""
    kept = FORMS_KEPT.get(request.endpoint or "")
    for_people = request.endpoint not in _FOR_PROGRAMS
    if kept is None and for_people and from_script() and staff_session() is None:
        return signed_out()
    refusal = Refusal(
        "csrf",
        _("This page was open too long, or your browser blocks cookies. Nothing was changed."),
        next_step=_("What you typed is kept. Send it again, and allow cookies for this site."),
    )
    if wants_json():
        return error_page(
            403,
            refusal.message,
            next_step=refusal.next_step,
            code=refusal.code,
        )
    if kept is not None:
        return make_response(kept(refusal), 403)
    return make_response(kept_to_send_again(refusal.message, refusal.next_step), 403)


def kept_to_send_again(message: str, next_step: str = "", *, sign_in: bool = False) -> str:
    """A page that holds what was typed; one press sends it again, perhaps after signing in."""
    typed = [pair for pair in request.form.items(multi=True) if pair[0] not in _SECRET]
    from_memory_only()
    return render_template(
        "send_again.html", typed=typed, message=message, next_step=next_step, sign_in=sign_in
    )


def unknown(error: BaseException) -> Response:
    """The page of what nobody foresaw; its traceback is only in the log."""
    if is_exhausted(error):
        return refused(server_busy(error))
    error_id = request_id()
    _log.error("error %s at %s %s", error_id, request.method, logged_path(), exc_info=error)
    return error_page(
        500,
        _("This is our fault, not yours. We've logged it."),
        next_step=_("Please try again. If it keeps happening, let the lab know."),
        error_id=error_id,
        code="unknown",
    )


def init_errors(app: Flask) -> None:
    """Every error gets a page; unknown ones an id, their traceback only the log."""

    @app.errorhandler(PrintflowError)
    def of_the_library(error: PrintflowError) -> Response:
        if status_of(error) == 500:
            return unknown(error)
        return refused(error)

    @app.errorhandler(CSRFError)
    def of_csrf(_error: CSRFError) -> AnyResponse:
        return _without_token()

    @app.errorhandler(HTTPException)
    def of_http(error: HTTPException) -> Response:
        status = error.code or 500
        if isinstance(error, InternalServerError) and error.original_exception is not None:
            # raised where an error was being handled already, or by a hook
            original = error.original_exception
            if isinstance(original, PrintflowError) and status_of(original) != 500:
                return refused(original)
            return unknown(original)
        if isinstance(error, SecurityError):  # a foreign host name: not even links can be made
            return Response(
                "This server does not answer to that name. Lab staff can change that with the "
                "settings base_url and trusted_hosts.\n",
                400,
                mimetype="text/plain",
            )
        if status < 400:  # a redirect of the router's
            return make_response(error.get_response())
        words = _http_words(status, app)
        if isinstance(error, ParameterRefused) and error.description:
            words = error.description
        response = error_page(status, words, code=f"http_{status}")
        if status == 405:
            response.headers["Allow"] = error.get_response().headers.get("Allow", "")
        return response

    app.register_error_handler(Exception, unknown)


def _http_words(status: int, app: Flask) -> str:
    limit = lab_of(app).settings.max_upload_mb
    words = {
        403: _("This request came from another site, so we blocked it."),
        404: _("The address is wrong, or the page is gone."),
        405: _("This address can't be used that way."),
        413: _(
            "Model files can be up to %(limit)s MB. Anything else must be much smaller.",
            limit=limit,
        ),
    }
    return str(words.get(status, _("We couldn't understand the request. Nothing was changed.")))
