"""Choosing the language of all pages."""

from __future__ import annotations

from flask import Blueprint, current_app, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from .acting import session_key
from .auth import local_path
from .page_language import keep_language
from .request import lab_of
from .security import csrf

pages = Blueprint("languages", __name__)


@pages.post("/language")
def choose() -> AnyResponse:
    """Keep a choice, and go back to the page that it was made on.

    Without a form's token: a reader has no session yet, and other sites are refused anyway.
    """
    lab = lab_of(current_app)
    answer = redirect(local_path(request.form.get("next", "")) or url_for("student.home"), 303)
    tag = lab.languages.known(request.form.get("language", ""))
    if tag and session_key():
        lab.sessions.speak(session_key(), tag)
    elif tag:
        keep_language(answer, tag)
    return answer


csrf.exempt(choose)
