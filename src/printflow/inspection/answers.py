"""What the guarded process answers, believed as little as the file that it has read.

A file that took it over can say anything. What it says of that file harms nobody else; here it is
made sure that it is of the right kind and size.
"""

from __future__ import annotations

import json
import logging
import math
import re
from typing import Any, BinaryIO, Final

from ..domain.model_facts import Looked, ModelFacts
from ..domain.printability import FindingCode
from ..domain.text import clean_line
from ..said import unpacked_text

_log = logging.getLogger(__name__)

LONGEST_ANSWER: Final = 1 << 16
MOST_PICTURE_BYTES: Final = 4 << 20
_LONGEST_SENTENCE = 300
_FORMATS: Final = ("stl", "obj", "3mf", "ply", "glb", "step")
_NOTES: Final = (
    "uncounted",
    "more_bytes",
    "not_finite",
    "ascii",
    "turned",
    "not_printed",
    "negative",
    "negative_left",
    "tessellated",
    "patched",
    "beams",
)
_COUNTS: Final = ("triangles", "bodies", "open_edges")
_MOST = 10**12
_MOST_PLATES, _LONGEST_NAME = 100, 60
_MOST_COLORS, _COLOR = 16, re.compile(r"#[0-9a-f]{6}")
_MOST_FINDINGS = len(FindingCode)
_STL_HEADER, _STL_RECORD = 84, 50


class NotAnAnswer(Exception):
    """The process is not what it was, or never was."""


def looked(line: bytes, files: dict[str, BinaryIO]) -> Looked:
    """The answer in a line, with the files that it filled. Raises NotAnAnswer."""
    try:
        said: Any = json.loads(line)
        if detail := clean_line(str(said.get("detail", "")))[:_LONGEST_SENTENCE]:
            _log.info("a model could not be read: %s", detail)
        if "error" in said:
            return Looked(error=_sentence(said["error"]), code=_code(said.get("code")))
        found = said["facts"]
        return Looked(
            facts=None if found is None else _facts(found),
            picture=said.get("picture") is True and _pictures(files),
            error=_sentence(said.get("picture_problem", "")),
            triangles=said.get("triangles") is True and _stl(files),
            no_triangles=_sentence(said.get("no_triangles", "")),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise NotAnAnswer from error


def _facts(found: Any) -> ModelFacts:
    if found["format"] not in _FORMATS or not set(found["notes"]) <= set(_NOTES):
        raise ValueError("a format or note that nobody knows")
    plates = found.get("plates", ())
    if len(plates) > _MOST_PLATES or any(type(one["name"]) is not str for one in plates):
        raise ValueError("plates are not what they should be")
    for plate in plates:
        plate["name"] = clean_line(plate["name"])[:_LONGEST_NAME]
    for name, whose in [(name, found) for name in _COUNTS] + [
        (name, plate) for plate in plates for name in ("number", "triangles")
    ]:
        if type(whose[name]) is not int or not 0 <= whose[name] <= _MOST:
            raise ValueError(f"{name} is no count")
    for one in (found, *plates):
        for number in (*one["dimensions_mm"], one["volume_cm3"], one["area_cm2"]):
            if type(number) not in (int, float) or not math.isfinite(number) or abs(number) > _MOST:
                raise ValueError("a measure is no number")
        if len(one["dimensions_mm"]) != 3:
            raise ValueError("a size without three sides")
    colors = found.get("colors", ())
    if len(colors) > _MOST_COLORS or not all(_COLOR.fullmatch(str(color)) for color in colors):
        raise ValueError("colors are not what they should be")
    _check_findings(found.get("findings", ()))
    if type(found["wound"]) is not bool:
        raise ValueError("wound is no truth value")
    return ModelFacts.from_plain(found)


def _check_findings(findings: Any) -> None:
    """Numbers that are numbers; codes are checked as they are read."""
    if len(findings) > _MOST_FINDINGS:
        raise ValueError("more findings than there are kinds")
    for one in findings:
        numbers = [one[name] for name in ("value", "limit", "area_mm2", "volume_cm3")]
        if one["at_mm"] is not None:
            if len(one["at_mm"]) != 3:
                raise ValueError("a place without three coordinates")
            numbers += one["at_mm"]
        for number in numbers:
            if type(number) not in (int, float) or not math.isfinite(number) or abs(number) > _MOST:
                raise ValueError("a measure is no number")
        if type(one["count"]) is not int or not 0 <= one["count"] <= _MOST:
            raise ValueError("a count is no count")


def _sentence(said: Any) -> str:
    """A sentence with its template, if it is a decent one; else whatever of it can be shown."""
    text = unpacked_text(json.dumps(said)) if isinstance(said, dict) else str(said)
    line = clean_line(text)[:_LONGEST_SENTENCE]
    return text if text == line else line


def _code(said: Any) -> str:
    code = str(said)
    return (
        code if code.isascii() and code.replace("_", "").isalpha() and len(code) < 40 else "damaged"
    )


def _pictures(files: dict[str, BinaryIO]) -> bool:
    png, webp = _start(files["picture"]), _start(files["small"])
    return png.startswith(b"\x89PNG\r\n\x1a\n") and webp[:4] + webp[8:12] == b"RIFFWEBP"


def _start(file: BinaryIO) -> bytes:
    size = file.seek(0, 2)
    file.seek(0)
    return file.read(16) if size <= MOST_PICTURE_BYTES else b""


def _stl(files: dict[str, BinaryIO]) -> bool:
    """Whether it is a binary STL by its size: no other kind of file that a slicer would take."""
    file = files["triangles"]
    size = file.seek(0, 2)
    file.seek(0)
    head = file.read(_STL_HEADER)
    count = int.from_bytes(head[80:84], "little")
    return len(head) == _STL_HEADER and size == _STL_HEADER + _STL_RECORD * count > _STL_HEADER
