"""What a file is, by its first bytes and its size: the check at the door, before any loader.

Sources: the STL formats (https://www.loc.gov/preservation/digital/formats/fdd/fdd000505.shtml),
magic numbers as in PNG (ISO 15948), JPEG (T.81), ZIP (APPNOTE 4.3.7) and PDF (ISO 32000); PLY (Turk,
1994), GLB (glTF 2.0, section 4.4) and STEP (ISO 10303-21).
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

from ..domain.naming import MODEL_ENDINGS, ending_of, endings_text
from ..domain.text import clean_line, shortened
from ..errors import FileTypeRefused, FileUnusable

HEAD_BYTES = 256 * 1024
"""How much of a file :func:`check_model` wants to see."""

_STL_HEADER, _STL_RECORD = 84, 50
_GLB_HEADER = 12
_UNCOUNTED = (0, 0xFFFFFFFF)
"""Counts that some writers leave in the header of a binary STL when they stream it."""

_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"%PDF-", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"PK\x05\x06", "a ZIP archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"MZ", "a Windows program"),
    (b"\x7fELF", "a Linux program"),
    (b"GCDE", "a binary G-code file"),
    (b"ISO-10303-21;", "a STEP model"),
    (b"ply\n", "a PLY model"),
    (b"ply\r", "a PLY model"),
    (b"glTF", "a GLB model"),
    (b"SolidWorks", "a SolidWorks part"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Office or CAD document"),
)
_OWN_KIND = {
    ".3mf": "a ZIP archive",
    ".ply": "a PLY model",
    ".glb": "a GLB model",
    ".step": "a STEP model",
    ".stp": "a STEP model",
}
"""What a file of this ending is by its first bytes."""

_STEP = ("a STEP", "it does not begin with “ISO-10303-21;”")
_WHAT_IT_IS = {
    ".3mf": ("a 3MF", "a 3MF is a ZIP archive, and this is none"),
    ".ply": ("a PLY", "it does not begin with “ply”"),
    ".glb": ("a GLB", "it does not begin with “glTF”"),
    ".step": _STEP,
    ".stp": _STEP,
}
_GCODE = (b"G0 ", b"G1 ", b"G28", b"G21", b"G90", b"M104", b"M140", b"M73 ", b";FLAVOR", b"; gen")


def checked_ending(file_name: str, endings: Sequence[str] = MODEL_ENDINGS) -> str:
    """The ending of ``file_name`` if it is one of ``endings``; raises FileTypeRefused if not."""
    ending = ending_of(clean_line(file_name))
    if ending in endings:
        return ending
    said = f"“{shortened(ending, 20)}” files are" if ending else "A file without an ending is"
    raise FileTypeRefused(
        f"{said} not accepted.",
        next_step=f"Export the model as {endings_text(endings)}.",
    )


def check_model(
    file_name: str, head: bytes, size: int, endings: Sequence[str] = MODEL_ENDINGS
) -> str:
    """The ending under which a file is kept, after a look at its first bytes (``head``).

    ``endings`` are those that the lab takes. Raises FileTypeRefused when it is something else than
    its name says, FileUnusable when it is empty, cut short or without geometry.
    """
    ending = checked_ending(file_name, endings)
    if size == 0:
        raise empty()
    found = _foreign_kind(head)
    if found and found != _OWN_KIND.get(ending):
        raise _not_the_model(found, ending, endings)
    if found:
        if ending in _CHECKS:
            _CHECKS[ending](head, size)
        return ending
    if ending in _OWN_KIND:
        name, because = _WHAT_IT_IS[ending]
        raise FileUnusable(
            f"This is not {name} file: {because}.",
            code="file_damaged",
            next_step="Export it again.",
        )
    if ending == ".stl":
        _check_stl(head, size, endings)
    elif not _looks_like_obj(head):
        raise FileUnusable(
            "This is not an OBJ model: no line begins with “v ”.",
            code="file_no_triangles",
            next_step="Export it again, with its geometry.",
        )
    return ending


def _not_the_model(found: str, ending: str, endings: Sequence[str]) -> FileTypeRefused:
    return FileTypeRefused(
        f"This is {found} named {ending}.",
        code="file_content",
        next_step=f"Export the model itself as {endings_text(endings)}.",
    )


def _foreign_kind(head: bytes) -> str:
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    start = head[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<script")):
        return "an HTML page"
    if start.startswith((b"<?xml", b"<svg")):
        return "an XML document"
    lines = head[:4096].splitlines()
    if _is_text(head[:1024]) and any(line.startswith(_GCODE) for line in lines):
        return "a G-code file"
    return ""


def _is_text(head: bytes) -> bool:
    return bool(head) and not any(byte < 9 or 13 < byte < 32 for byte in head)


def _looks_like_obj(head: bytes) -> bool:
    return any(line.lstrip().startswith((b"v ", b"v\t")) for line in head.splitlines())


def _check_stl(head: bytes, size: int, endings: Sequence[str]) -> None:
    start = head[:1024].lstrip().lower()
    if start.startswith(b"solid") and b"facet" in start:
        return
    if size < _STL_HEADER and not _is_text(head):
        raise _cut_short(_STL_HEADER, size)
    if _is_text(head[:1024]):
        if start.startswith(b"solid"):
            raise no_triangles()
        raise _not_the_model("a text file", ".stl", endings)
    (count,) = struct.unpack_from("<I", head, 80)
    records, rest = divmod(size - _STL_HEADER, _STL_RECORD)
    if count in _UNCOUNTED and records and not rest:
        return
    if count == 0:
        raise no_triangles()
    expected = _STL_HEADER + _STL_RECORD * count
    if size < expected:
        raise _cut_short(expected, size)


def _check_ply(head: bytes, _size: int) -> None:
    """Its header, which is text, says how many corners and faces there are."""
    counts = dict.fromkeys((b"vertex", b"face"), 0)
    for line in head.split(b"end_header", 1)[0].splitlines():
        words = line.split()
        if len(words) == 3 and words[0] == b"element" and words[1] in counts:
            counts[words[1]] = int(words[2]) if words[2].isdigit() and len(words[2]) < 12 else 0
    if not all(counts.values()):
        raise no_triangles()


def _check_glb(head: bytes, size: int) -> None:
    """Its header: a version, and how long the file is."""
    if size < _GLB_HEADER:
        raise _cut_short(_GLB_HEADER, size, "GLB")
    version, expected = struct.unpack_from("<II", head, 4)
    if version != 2:
        raise FileUnusable(
            f"This is a GLB file of version {version}; only version 2 is read.",
            code="file_damaged",
            next_step="Export it again, as glTF 2.0.",
        )
    if size < expected:
        raise _cut_short(expected, size, "GLB")


_CHECKS = {".ply": _check_ply, ".glb": _check_glb}


def empty() -> FileUnusable:
    """The refusal of a file without a single byte."""
    return FileUnusable("The file is empty.", code="file_empty", next_step="Export it again.")


def no_triangles() -> FileUnusable:
    """The refusal of a model without a single triangle."""
    return FileUnusable(
        "The model contains no usable triangles.",
        code="file_no_triangles",
        next_step="Export it again, with its geometry.",
    )


def _cut_short(expected: int, size: int, what: str = "STL") -> FileUnusable:
    return FileUnusable(
        f"The {what} is cut short: {expected:,} bytes expected, {size:,} received.",
        code="file_cut_short",
        next_step="Export it again and send the whole file.",
    )
