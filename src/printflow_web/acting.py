"""Who acts in this request: what the database's session says, and never what a cookie says.

The cookie carries a key and nothing else that counts. So a cookie that was forged with the lab's
own signature, or outlived its session, its station or its name, is a stranger's.
"""

from __future__ import annotations

from typing import TypedDict

from flask import current_app, g, request, session
from flask_babel import gettext as _

from printflow import Acting, Right, SignInRefused, StaffSession, Standing, Student, may

from .page_language import speak_to
from .proxy_headers import named_by_proxy
from .request import lab_of

ACTING = "printflow.acting"
"""Where a request's environment holds whose permit is in force, a stranger's at first."""

_OF_STUDENTS = ("student", "jobs", "browser", "links")
_UNSIGNED = frozenset({"static", "health.live", "health.ready"})
"""Endpoints that nobody signs in for; they cost no look at the session."""


def recognize() -> None:
    """Know who acts, before each request: a session ends here, whatever the cookie says."""
    if request.endpoint in _UNSIGNED or "key" not in session:
        return
    lab, key = lab_of(current_app), str(session["key"])
    found = lab.sessions.get(key)
    standing = lab.provider_sessions.standing(key, found, named_by_proxy()) if found else None
    if found is None or standing is Standing.OVER:
        if found is not None:
            lab.provider_sessions.sign_out(key)
        forget_staff()
        session["ended"] = True
    elif standing is Standing.ASK:
        g.asked_session = found
    else:
        g.staff_session = found
        speak_to(found)
        whoever: Acting = request.environ[ACTING]
        whoever.turns_out_to_be(lab_of(current_app).sessions.permit(found))


def forget_staff() -> None:
    """What this browser has of staff is gone; a student who is signed in here stays."""
    kept = {name: session[name] for name in _OF_STUDENTS if name in session}
    session.clear()
    session.update(kept)


def asked_session() -> StaffSession | None:
    """The session of which the provider has to be asked before anything is done in it."""
    found: StaffSession | None = g.get("asked_session")
    return found


def asked_session_key() -> str:
    """Its secret; "" where there is none."""
    return str(session["key"]) if asked_session() else ""


def student() -> Student | None:
    """The student who is signed in here. It's no staff, and has no right of any."""
    if "student" not in g:
        g.student = (
            lab_of(current_app).student_sessions.get(student_key()) if student_key() else None
        )
    found: Student | None = g.student
    return found


def student_key() -> str:
    """The secret of the student's session in this browser, "" where there is none."""
    return str(session.get("student", ""))


def staff_session() -> StaffSession | None:
    """The session that this request belongs to; None for strangers."""
    found: StaffSession | None = g.get("staff_session")
    return found


def session_key() -> str:
    """The secret of the session that this request belongs to; "" for strangers."""
    return str(session["key"]) if staff_session() else ""


def staff_name() -> str:
    """The name of who acts. Raises SignInRefused for strangers."""
    return _signed_in().name


class ActsFor(TypedDict):
    """Who makes a change, and at which station, as the library wants to know it."""

    by: str
    station: str


def acting() -> ActsFor:
    """Who acts in this request. Raises SignInRefused for strangers."""
    found = _signed_in()
    return {"by": found.name, "station": found.station}


def _signed_in() -> StaffSession:
    found = staff_session()
    if found is None:
        raise SignInRefused(_("You're signed out. Nothing was changed."))
    return found


def rights_of_reader() -> tuple[Right, ...]:
    """All that who asks may do: what is kept for other readers is kept under theirs."""
    return tuple(right for right in Right if may(right))
