"""“Set up this PC”: three steps, and the opener's config for the visitor's system."""

from __future__ import annotations

import json

from flask import Blueprint, Response, current_app, render_template, request
from flask_babel import gettext as _

from .auth import require_staff
from .errors import ParameterRefused
from .request import lab_of

pages = Blueprint("this_pc", __name__, url_prefix="/dashboard/this-pc")
pages.before_request(require_staff)

SYSTEMS = {"windows": "Windows", "linux": "Linux", "macos": "macOS"}
FILE = "printflow-opener.toml"
PLACES = {
    "windows": r"%APPDATA%\Printflow",
    "linux": "~/.config/printflow",
    "macos": "~/Library/Application Support/Printflow",
}
"""Where the opener looks for its config on each system."""


def system_of(agent: str) -> str:
    """The visitor's system by what the browser says of itself."""
    if "Windows" in agent:
        return "windows"
    return "macos" if "Mac OS X" in agent or "Macintosh" in agent else "linux"


def _system() -> str:
    wanted = request.args.get("system", "") or system_of(request.headers.get("User-Agent", ""))
    if wanted not in SYSTEMS:
        raise ParameterRefused(_("system: choose from %(known)s.", known=", ".join(SYSTEMS)))
    return wanted


def config_text(system: str, share: str) -> str:
    """The opener's config: the share, and how to name a slicer of one's own."""
    path = share or {"windows": r"Z:\3DPrint", "macos": "/Volumes/3dprint"}.get(
        system, "/mnt/3dprint"
    )
    note = "" if share else "# The lab's settings do not say it yet: put in this PC's own path.\n"
    # A literal string of TOML takes backslashes as they are, but no apostrophe; a basic string is
    # written as JSON is.
    quoted = json.dumps(path, ensure_ascii=False) if "'" in path else f"'{path}'"
    return (
        "# The share as this PC sees it.\n"
        f"{note}share = {quoted}\n\n"
        "# Slicers in their usual places are found by themselves. To name others:\n"
        "# [[slicer]]\n"
        '# name = "PrusaSlicer"\n'
        "# path = '/opt/PrusaSlicer/prusa-slicer'\n"
        '# extensions = [".stl", ".3mf"]\n'
    )


@pages.get("")
def steps() -> str:
    """The three steps."""
    system = _system()
    share = str(getattr(lab_of(current_app).settings.share, system))
    return render_template(
        "this_pc.html",
        system=system,
        systems=SYSTEMS,
        share=share,
        config=config_text(system, share),
        place=PLACES[system],
        file=FILE,
    )


@pages.get(f"/{FILE}")
def config() -> Response:
    """The config as a download."""
    system = _system()
    text = config_text(system, str(getattr(lab_of(current_app).settings.share, system)))
    if system == "windows":
        text = text.replace("\n", "\r\n")
    headers = {"Content-Disposition": f'attachment; filename="{FILE}"'}
    return Response(text, mimetype="application/toml", headers=headers)
