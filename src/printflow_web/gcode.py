"""Whether the G-code that a page previews can be of the job's model.

The preview reads the file in the browser, from the job's download; it asks here with the figures of what
is printed, and the library has the one rule for them.
"""

from __future__ import annotations

import math

from flask import Blueprint, current_app, request
from flask_babel import gettext as _

from printflow import PrintedOutline

from .errors import ParameterRefused
from .request import lab_of
from .spoken import spoken

pages = Blueprint("gcode", __name__, url_prefix="/dashboard/jobs")

_LONGEST_MM = 100_000
_MOST_PARTS = 10_000


@pages.get("/<job_id>/outline")
def outline(job_id: str) -> dict[str, object]:
    """A sentence that compares what G-code prints (x, y, z in mm; parts) with the job's model."""
    size = (_number("x", _LONGEST_MM), _number("y", _LONGEST_MM), _number("z", _LONGEST_MM))
    printed = PrintedOutline(size=size, parts=int(_number("parts", _MOST_PARTS)))
    found = lab_of(current_app).models.outline(job_id, printed)
    return {"text": spoken(found.text) if found else "", "doubt": bool(found and found.doubt)}


def _number(name: str, most: int) -> float:
    try:
        value = float(request.args.get(name, ""))
    except ValueError:
        value = math.nan
    if not 0 <= value <= most:
        raise ParameterRefused(_("This page is out of date. Open it again."))
    return value
