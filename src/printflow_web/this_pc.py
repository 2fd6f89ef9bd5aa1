"""“Set up this PC”: three steps, the opener's config for the visitor's system, clicks on "Open"."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import PurePosixPath, PureWindowsPath
from typing import NamedTuple

from flask import Blueprint, Response, abort, current_app, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from printflow import InvalidInput, JobFile, Refusal

from .acting import acting, staff_name
from .errors import ParameterRefused, form_again
from .opener_files import PYZ, WINDOWS, opener_files
from .request import lab_of

pages = Blueprint("this_pc", __name__, url_prefix="/dashboard/this-pc")

SYSTEMS = {"windows": "Windows", "linux": "Linux", "macos": "macOS"}
FILE = "printflow-opener.toml"
PLACES = {
    "windows": r"%APPDATA%\Printflow",
    "linux": "~/.config/printflow",
    "macos": "~/Library/Application Support/Printflow",
}
"""Where the opener looks for its config on each system."""
_USUAL = {"windows": r"Z:\3DPrint", "linux": "/mnt/3dprint", "macos": "/Volumes/3dprint"}


class Station(NamedTuple):
    """A staff PC that reports what it opens: to which server, under which name and token."""

    server: str
    name: str
    token: str


def system_of(agent: str) -> str:
    """The visitor's system by what the browser says of itself."""
    if "Windows" in agent:
        return "windows"
    return "macos" if "Mac OS X" in agent or "Macintosh" in agent else "linux"


def _system() -> str:
    wanted = request.args.get("system", "") or system_of(request.headers.get("User-Agent", ""))
    if wanted not in SYSTEMS:
        raise ParameterRefused(
            _("The address is wrong: “system” must be one of %(known)s.", known=", ".join(SYSTEMS))
        )
    return wanted


def _share(system: str) -> str:
    return str(getattr(lab_of(current_app).settings.share, system))


def path_here(file: JobFile) -> str:
    """The file's path as the visitor's PC sees it; "" while the lab's settings do not say."""
    system = system_of(request.headers.get("User-Agent", ""))
    share = _share(system)
    if not share:
        return ""
    kind = PureWindowsPath if system == "windows" else PurePosixPath
    return str(kind(share, file.last_seen or file.folder, file.on_disk))


def config_text(system: str, share: str, station: Station | None = None) -> str:
    """The opener's config: the share, how to name a slicer, and where to report."""
    note = "" if share else "# The lab's settings don't say it yet. Enter this PC's own path.\n"
    reports = ""
    if station is not None:
        reports = (
            "\n# Where it reports what was opened. A job then shows by whom and on which PC.\n"
            f"server = {_quoted(station.server)}\n"
            f"station = {_quoted(station.name)}\n"
            f"station_token = {_quoted(station.token)}\n"
        )
    return (
        "# The share as this PC sees it.\n"
        f"{note}share = {_quoted(share or _USUAL[system])}\n{reports}\n"
        "# Slicers in their usual places are found automatically. To add others:\n"
        "# [[slicer]]\n"
        '# name = "PrusaSlicer"\n'
        "# path = '/opt/PrusaSlicer/prusa-slicer'\n"
        '# extensions = [".stl", ".3mf"]\n'
    )


def _quoted(text: str) -> str:
    """A literal string of TOML takes backslashes as they are, but no apostrophe; a basic string is
    written as JSON is.
    """
    return json.dumps(text, ensure_ascii=False) if "'" in text else f"'{text}'"


def _station() -> Station | None:
    typed = request.args.get("station", "")
    if not typed.strip():
        return None
    lab = lab_of(current_app)
    name, token = lab.openings.token(typed, station=acting()["station"])
    return Station(lab.settings.base_url or request.url_root.rstrip("/"), name, token)


@pages.get("")
def steps() -> AnyResponse | str:
    """The three steps."""
    try:
        station = _station()
    except InvalidInput as error:
        return form_again(error, lambda errors: _page(None, errors))
    return _page(station, {})


def _page(station: Station | None, errors: Mapping[str, Refusal]) -> str:
    system = _system()
    share = _share(system)
    return render_template(
        "this_pc.html",
        system=system,
        systems=SYSTEMS,
        share=share,
        config=config_text(system, share, station),
        place=PLACES[system],
        file=FILE,
        station_name=station.name if station else request.args.get("station", ""),
        reports=station is not None,
        opener=opener_files(),
        opener_name=WINDOWS if system == "windows" else PYZ,
        wheel_name=next((name for name in opener_files() if name.endswith(".whl")), ""),
        errors=errors,
    )


@pages.get(f"/{FILE}")
def config() -> Response:
    """The config as a download."""
    system = _system()
    text = config_text(system, _share(system), _station())
    if system == "windows":
        text = text.replace("\n", "\r\n")
    headers = {"Content-Disposition": f'attachment; filename="{FILE}"'}
    return Response(text, mimetype="application/toml", headers=headers)


@pages.get("/opener/<name>")
def opener(name: str) -> Response:
    """The opener as a file, made from the package that is installed here."""
    found = opener_files().get(name)
    if found is None:
        abort(404)
    headers = {"Content-Disposition": f'attachment; filename="{found.name}"'}
    return Response(found.content, mimetype=found.mimetype, headers=headers)


@pages.post("/clicks")
def clicked() -> tuple[str, int]:
    """Someone clicked on "Open": the PC's report, if one comes, then says who."""
    typed = request.form
    lab_of(current_app).openings.clicked(
        typed.get("job", ""), typed.get("file", ""), by=staff_name()
    )
    return "", 204
