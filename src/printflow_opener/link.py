"""Taking a link apart: one full match, and nothing that the link says is trusted.

Accepted are ``printflow://open/<file name>`` and ``printflow://open?path=<path in the share>``; the
schemes ``print3d`` and ``3dprint`` are aliases. The name must be one that Printflow gives: it
carries a job's id and ends as models and slicers' files do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .refusal import Refused

SCHEMES = ("printflow", "print3d", "3dprint")
MOST = 2048
"""Characters that a link can have."""

ENDINGS = (
    "stl",
    "obj",
    "3mf",
    "gcode.3mf",
    "gcode",
    "bgcode",
    "form",
    "idea",
    "ctb",
    "chitubox",
    "lys",
    "sl1",
    "ufp",
    "ply",
    "glb",
    "step",
    "stp",
)
_LINK = re.compile(
    rf"(?:{'|'.join(SCHEMES)})://open(?:/(?P<name>[^/?#\\]+)|/?\?path=(?P<path>[^?#&]+))",
    re.IGNORECASE,
)
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_NAME = re.compile(
    rf"(?P<stem>[A-Za-z0-9][A-Za-z0-9._ ()+-]{{0,120}}?)\.(?P<ending>{'|'.join(map(re.escape, ENDINGS))})",
    re.IGNORECASE,
)
_ID = re.compile(r"(?<![A-Za-z0-9])[0-9A-HJKMNP-TV-Z]{8}(?![A-Za-z0-9])")
_STANDARD = re.compile(
    r"(?<![A-Za-z0-9])(?:[A-Za-z0-9]+_){3}(?P<id>[0-9A-HJKMNP-TV-Z]{8})(?![A-Za-z0-9])"
)
_DEVICES = frozenset(
    {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}
)


@dataclass(frozen=True)
class Wanted:
    """What a link asks for: a file's name, and the path in the share if it gives one."""

    name: str
    path: str = ""


def parse(link: str) -> Wanted:
    """What a link asks for. Raises Refused for everything that is not exactly one of the forms."""
    if len(link) > MOST:
        raise Refused("The link is too long. Open the file from the dashboard.")
    if not link.isprintable():
        raise Refused("The link contains invalid characters. Open the file from the dashboard.")
    found = _LINK.fullmatch(link)
    if found is None:
        raise Refused("This isn't a Printflow link. Open the file from the dashboard.")
    if found["name"] is not None:
        return Wanted(checked_name(_decoded(found["name"])))
    path = _decoded(found["path"].replace("+", "%20") if "%" in found["path"] else found["path"])
    return Wanted(checked_name(re.split(r"[/\\]", path)[-1]), path)


def _decoded(text: str) -> str:
    """Percent-escapes taken out, once; what is left must be plain."""
    try:
        plain = bytes(
            piece
            for part in re.split(r"(%[0-9A-Fa-f]{2})", text)
            for piece in ([int(part[1:], 16)] if _ESCAPE.fullmatch(part) else part.encode())
        ).decode("utf-8")
    except UnicodeError:
        raise Refused("The link is damaged. Open the file from the dashboard.") from None
    if "%" in plain or not plain.isprintable():
        raise Refused("The link is damaged or encoded twice. Open the file from the dashboard.")
    return plain


def checked_name(name: str) -> str:
    """A file name that Printflow gives. Raises Refused for any other."""
    found = _NAME.fullmatch(name)
    if found is None:
        raise Refused(
            "The link doesn't name a file that can be opened. Open the file from the dashboard."
        )
    if name.split(".", 1)[0].strip().lower() in _DEVICES:
        raise Refused("The link names a device, not a file. Open the file from the dashboard.")
    if _ID.search(found["stem"]) is None:
        raise Refused("The link doesn't name a job's file. Open the file from the dashboard.")
    return name


def told_apart_by(name: str) -> str:
    """What stays of a file's name when its job is corrected: the job's number, and what follows it.

    A correction gives the file the three words before the number anew. "" for a name that has no
    number with three words before it.
    """
    found = _STANDARD.search(name)
    return name[found.start("id") :] if found else ""


def ending_of(name: str) -> str:
    """The ending in lower case, with its point: ``.stl``, ``.gcode.3mf``."""
    lowered = name.lower()
    return max(
        (f".{ending}" for ending in ENDINGS if lowered.endswith(f".{ending}")), key=len, default=""
    )
