"""Which language a page speaks: decided here alone, for each request.

First comes the reader's own choice: that of the staff member who is signed in, which is kept with
the name, else the one that the browser keeps. Then, on a page that an email's link opens, the
language of its request; then what the browser asks for; then the lab's own.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, request, url_for
from markupsafe import Markup
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from printflow import StaffSession, speak, speaking, spoken_language, text_direction

from .request import lab_of

_COOKIE = "printflow_language"
KEPT_DAYS = 365
_FOR_READERS = frozenset({"text/html", "application/json"})


def choose_language() -> None:
    """Before each request: what the browser keeps, or asks for."""
    offered = lab_of(current_app).languages
    kept = offered.known(request.cookies.get(_COOKIE, ""))
    g.language_is_chosen = bool(kept)
    speak(kept or offered.best(_asked_for()) or offered.default)


def _asked_for() -> list[str]:
    return [tag for tag, quality in request.accept_languages if quality > 0]


def speak_to(session: StaffSession) -> None:
    """Staff who have chosen a language get it in every browser."""
    if chosen := lab_of(current_app).languages.known(session.language):
        g.language_is_chosen = True
        speak(chosen)


def speak_of(tag: str) -> None:
    """A page that an email's link opens is in the language ``tag`` of its request ("" = the lab's
    own), unless whoever reads it has chosen one.
    """
    if not g.get("language_is_chosen", False):
        speak(lab_of(current_app).languages.of(tag))


def keep_language(response: AnyResponse, tag: str) -> None:
    """Let the browser keep its reader's choice."""
    response.set_cookie(
        _COOKIE,
        tag,
        max_age=KEPT_DAYS * 24 * 3600,
        path="/",
        httponly=True,
        samesite="Lax",
        secure=bool(current_app.config["SESSION_COOKIE_SECURE"]),
    )


def this_page() -> str:
    """The address of the page at hand; of the one before where this only answers a form."""
    here = request.full_path.rstrip("?")
    if request.method in ("GET", "HEAD"):
        return here
    try:
        current_app.url_map.bind_to_environ(request.environ).match(method="GET")
    except HTTPException:
        seen = urlsplit(request.referrer or "")
        before = f"{seen.path}?{seen.query}" if seen.query else seen.path
        return before if seen.netloc == request.host else url_for("student.home")
    return here


def _in_language(tag: str, *, caller: Callable[[], Markup]) -> Markup:
    """A part of a page, such as a paper, for someone else than who looks at the page."""
    tag = lab_of(current_app).languages.of(tag)
    if tag == spoken_language():
        return caller()
    with speaking(tag):
        text = caller()
    return Markup('<div lang="{}" dir="{}">{}</div>').format(tag, text_direction(tag), text)


def _tell_caches(response: Response) -> Response:
    if request.endpoint != "static":
        response.vary.update(("Accept-Language", "Cookie"))
        if response.mimetype in _FOR_READERS:
            response.headers.setdefault("Content-Language", spoken_language())
    return response


def init_page_language(app: Flask) -> None:
    """Choose the language before each request, and say in each answer which one it is."""
    lab = lab_of(app)
    app.before_request(choose_language)
    app.after_request(_tell_caches)
    app.jinja_env.globals.update(
        offered_languages=lab.languages.names,
        default_language=lab.languages.default,
        page_language=spoken_language,
        text_direction=lambda: text_direction(spoken_language()),
        this_page=this_page,
        in_language=_in_language,
    )
