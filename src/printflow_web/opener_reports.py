"""What a staff PC's opener tells: that it has started a slicer with a file."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, current_app, request
from flask_babel import gettext as _

from printflow import SignInRefused

from .errors import ParameterRefused
from .request import lab_of
from .security import csrf
from .spoken import spoken_error

pages = Blueprint("opener_reports", __name__)


csrf.exempt(pages)


@pages.post("/opened")
def opened() -> Response:
    """A station's token stands in for a session: no browser sends this."""
    file, pc_name = _facts()
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    try:
        lab_of(current_app).openings.report(
            file, station=pc_name, token=token if scheme == "Bearer" else ""
        )
    except SignInRefused as error:
        return Response(f"{spoken_error(error)}\n", 403, mimetype="text/plain")
    return Response(status=204)


def _facts() -> tuple[str, str]:
    """The file's and the PC's name. Raises ParameterRefused."""
    try:
        said: Any = json.loads(request.get_data(cache=False))
    except (ValueError, RecursionError):
        raise ParameterRefused(_("The report isn't valid JSON.")) from None
    if not isinstance(said, dict):
        raise ParameterRefused(_("The report isn't a JSON object."))
    return _text(said, "file"), _text(said, "station")


def _text(said: dict[str, Any], name: str) -> str:
    value = said.get(name)
    if not isinstance(value, str) or not _is_sound(value):
        raise ParameterRefused(_("%(name)s: text is needed.", name=name))
    return value


def _is_sound(text: str) -> bool:
    """Whether it can be stored: JSON may hold half of a character."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
