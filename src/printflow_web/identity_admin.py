"""The administrator's page of the sign-in provider: what's set, whether it answers, who signed in."""

from __future__ import annotations

from flask import Blueprint, current_app, render_template

from .request import lab_of

pages = Blueprint("identity", __name__, url_prefix="/admin/identity")

_SHOWN = 50


@pages.get("")
def show() -> str:
    """Nothing here waits for the provider: it's looked at in the background."""
    identity = lab_of(current_app).identity
    seen = identity.provider_state() if identity.on else None
    return render_template(
        "identity.html",
        identity=identity,
        in_force=identity.in_force(),
        state=seen.value if seen else None,
        age=seen.age if seen else 0.0,
        looking=seen is not None and seen.value is None,
        records=identity.records(limit=_SHOWN),
    )
