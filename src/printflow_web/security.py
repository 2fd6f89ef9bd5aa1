"""What keeps strangers' pages and oversized bodies out, on every route."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

from flask import Flask, Response, abort, current_app, request
from flask.sessions import SecureCookieSessionInterface
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFProtect
from itsdangerous import BadSignature
from werkzeug.exceptions import RequestEntityTooLarge, SecurityError
from werkzeug.http import parse_cookie

from printflow import CHUNK_BYTES, TooManyRequests, Unavailable

from .acting import recognize
from .confirming import confirm_again
from .errors import ParameterRefused
from .gate import NO_ROOM, REFUSED_HEADER, TOO_MANY
from .request import (
    LIST_BODY,
    PIECE_TYPE,
    SIGN_IN_BODY,
    SMALL_BODY,
    TEXTS_BODY,
    LabRequest,
    lab_of,
)

if TYPE_CHECKING:
    from itsdangerous import URLSafeTimedSerializer

UPLOADS = frozenset({"student.submit", "versions.add", "own_job.change"})
"""Endpoints whose body may be large."""
PIECES = "uploads.one"
"""The endpoint whose body may be a piece of a model."""
TEXTS = frozenset({"catalog.save", "own_texts.save"})
LISTS = frozenset({"payers.take_in", "payment_report.take_in"})
"""Endpoints whose body may be a long list."""
SIGN_IN = "auth.login"
LONGEST_PASSWORD = 1000

_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
_UPLOADS_AGAIN = 30
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN_SITES = frozenset({"same-origin", "none"})
_NAMES_OF_THIS_MACHINE = ("localhost", "127.0.0.1", "[::1]")
csrf = CSRFProtect()


class _Sessions(SecureCookieSessionInterface):
    """Sessions in signed cookies; what signs them is made once, and not again for every request."""

    def __init__(self) -> None:
        self._signing: URLSafeTimedSerializer | None = None

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """Gives None as long as the application has no key."""
        if self._signing is None:
            self._signing = super().get_signing_serializer(app)
        return self._signing


def init_security(app: Flask) -> None:
    """Register the checks before, and the headers after, each request."""
    lab = lab_of(app)
    own = urlsplit(lab.settings.effective_base_url)
    app.config.update(
        SECRET_KEY=lab.sessions.signing_key(),
        SESSION_COOKIE_NAME="printflow",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=own.scheme == "https",
        PERMANENT_SESSION_LIFETIME=12 * 3600,  # the lab ends sessions itself; see acting.recognize
        SESSION_REFRESH_EACH_REQUEST=False,
        MAX_CONTENT_LENGTH=SMALL_BODY,
        # Werkzeug counts its read buffer of 64 kB, and what is left of the last one, against this.
        MAX_FORM_MEMORY_SIZE=4 * SMALL_BODY,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
    )
    app.session_interface = _Sessions()
    names = frozenset(_NAMES_OF_THIS_MACHINE) | {_host_name(own.netloc.rpartition("@")[2])}
    for name in map(_host_name, lab.settings.trusted_hosts):
        names |= {name, name.removeprefix(".")}  # ".example.edu" is the domain, and all below it
    app.before_request(partial(_refuse_foreign_names, names))
    app.before_request(_refuse_what_the_gate_refused)
    app.before_request(recognize)
    app.before_request(_limit_body)
    app.before_request(_refuse_other_sites)
    app.before_request(_refuse_long_password)
    csrf.init_app(app)
    app.before_request(confirm_again)
    app.after_request(_headers)
    app.teardown_request(_discard_uploads)


def _host_name(host: str) -> str:
    """A host without its port, as names are compared: "[::1]" for "[::1]:8080"."""
    if host.startswith("["):
        return host.partition("]")[0].lower() + "]"
    return host.partition(":")[0].lower()


def _refuse_foreign_names(names: frozenset[str]) -> None:
    """Answer only to the lab's own names (Werkzeug's check knows no IPv6 addresses)."""
    name = _host_name(request.host)
    above = {name[place:] for place, sign in enumerate(name) if sign == "."}
    if name not in names and names.isdisjoint(above):
        raise SecurityError(f"Host {name!r} is not trusted.")


def upload_limit(app: Flask) -> int:
    """Bytes that the body of an upload may have: the model, and a small form around it."""
    return (lab_of(app).settings.max_upload_mb << 20) + SMALL_BODY


def knows_form(app: Flask) -> Callable[[Mapping[str, str], str], bool]:
    """Whether a request's head alone shows that its large body may be a form of ours.

    A form's token is bound to the cookie of the page that it was on; who has none, or comes from
    another site, is refused by the pages anyway, and nothing large is taken first.
    """

    def known(headers: Mapping[str, str], path: str) -> bool:
        site = headers.get("SEC_FETCH_SITE")
        signing = _Sessions().get_signing_serializer(app)
        cookie = parse_cookie(headers.get("COOKIE", "")).get(app.config["SESSION_COOKIE_NAME"])
        if (site is not None and site not in _OWN_SITES) or not cookie or signing is None:
            return False
        try:
            opened = signing.loads(cookie)
        except BadSignature:
            return False
        return "csrf_token" in opened and (not path.startswith("/dashboard") or "key" in opened)

    return known


def _refuse_what_the_gate_refused() -> None:
    """Say why a body was not taken; see ``gate.py``."""
    why = request.environ.get(f"HTTP_{REFUSED_HEADER}")
    if why == NO_ROOM:
        full = Unavailable(
            _("Too many uploads are in progress right now. Nothing was saved."),
            next_step=_("Please try again in a minute."),
        )
        full.retry_after = _UPLOADS_AGAIN
        raise full
    if why == TOO_MANY:
        raise TooManyRequests(
            _("Too many requests from your address are still in progress."),
            retry_after=_UPLOADS_AGAIN,
        )


def _limit_body() -> None:
    """Refuse a body that is declared too large before a byte of it is read."""
    form = request.mimetype == "multipart/form-data"
    if form and request.endpoint in UPLOADS and request.method == "POST":
        cast(LabRequest, request).takes_upload = True
        request.max_content_length = upload_limit(current_app)
    elif request.endpoint == PIECES and request.mimetype == PIECE_TYPE:
        request.max_content_length = CHUNK_BYTES
    elif form and request.endpoint in LISTS and request.method == "POST":
        request.max_content_length = LIST_BODY
    elif request.endpoint in TEXTS and request.method == "POST":
        request.max_content_length = request.max_form_memory_size = TEXTS_BODY
    elif request.endpoint == SIGN_IN and request.method == "POST":
        request.max_content_length = request.max_form_memory_size = SIGN_IN_BODY
    limit = request.max_content_length
    if limit is not None and (request.content_length or 0) > limit:
        raise RequestEntityTooLarge


def _refuse_long_password() -> None:
    """A monstrous password is refused before anything is made of it."""
    if request.endpoint != SIGN_IN or request.method != "POST":
        return
    if len(request.form.get("password", "")) > LONGEST_PASSWORD:
        words = _("The password can have up to %(count)s characters.", count=LONGEST_PASSWORD)
        raise ParameterRefused(words)
    if (request.content_length or 0) > SMALL_BODY:
        raise RequestEntityTooLarge


def _refuse_other_sites() -> None:
    """A form of another site cannot act here, even with a cookie (Fetch metadata, else Origin)."""
    if request.method in _SAFE:
        return
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        if site not in _OWN_SITES:
            abort(403, "cross-site")
        return
    origin = request.headers.get("Origin")
    if origin is not None and origin.partition("://")[2] != request.host:
        abort(403, "cross-site")


_FOR_SEARCH_ENGINES = frozenset({"student.home", "student.submit", "static"})
"""All else is of one student, of staff, or an error."""


def _headers(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", _POLICY)
    headers.setdefault("X-Frame-Options", "DENY")
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "same-origin"
    headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    if request.endpoint not in _FOR_SEARCH_ENGINES:
        headers["X-Robots-Tag"] = "noindex"
    if request.endpoint == "static":
        headers["Cache-Control"] = "public, max-age=31536000, immutable"
    elif not response.cache_control.private:
        # Every page depends on who looks at it, or holds a token. Pictures in them, of which lists
        # have dozens, say themselves how long one's own browser keeps them.
        headers["Cache-Control"] = "no-store"
    return response


def _discard_uploads(_error: BaseException | None) -> None:
    """What did not become a job's file leaves nothing behind."""
    for upload in getattr(request, "uploads", ()):
        upload.close()
