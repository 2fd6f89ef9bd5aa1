"""What a file is, by its first bytes and its size: the check at the door, before any loader.

Sources: the STL formats (https://www.loc.gov/preservation/digital/formats/fdd/fdd000505.shtml),
magic numbers as in PNG (ISO 15948), JPEG (T.81), ZIP (APPNOTE 4.3.7) and PDF (ISO 32000); PLY (Turk,
1994), GLB (glTF 2.0, section 4.4) and STEP (ISO 10303-21).
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

from ..archives.stl import HEADER, RECORD, UNCOUNTED, counted, is_text
from ..domain.naming import MODEL_ENDINGS, ending_of, endings_text
from ..domain.text import clean_line, shortened
from ..errors import FileTypeRefused, FileUnusable
from ..said import Said, say

HEAD_BYTES = 256 * 1024
"""How much of a file :func:`check_model` wants to see."""

GLB_HEADER = 12
_MARK = b"\xef\xbb\xbf"

MAGIC = (
    (b"\x89PNG\r\n\x1a\n", say("a PNG image")),
    (b"\xff\xd8\xff", say("a JPEG image")),
    (b"GIF8", say("a GIF image")),
    (b"%PDF-", say("a PDF")),
    (b"PK\x03\x04", say("a ZIP archive")),
    (b"PK\x05\x06", say("a ZIP archive")),
    (b"Rar!\x1a\x07", say("a RAR archive")),
    (b"7z\xbc\xaf\x27\x1c", say("a 7-Zip archive")),
    (b"\x1f\x8b", say("a gzip archive")),
    (b"MZ", say("a Windows program")),
    (b"\x7fELF", say("a Linux program")),
    (b"GCDE", say("a binary G-code file")),
    (b"ISO-10303-21;", say("a STEP model")),
    (b"ply\n", say("a PLY model")),
    (b"ply\r", say("a PLY model")),
    (b"glTF", say("a GLB model")),
    (b"SolidWorks", say("a SolidWorks part")),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", say("an Office or CAD document")),
)
OWN_KIND = {
    ".3mf": say("a ZIP archive"),
    ".ply": say("a PLY model"),
    ".glb": say("a GLB model"),
    ".step": say("a STEP model"),
    ".stp": say("a STEP model"),
}
"""What a file of this ending is by its first bytes."""

_NO_STEP = say("This isn't a STEP file: it doesn't start with “ISO-10303-21;”.")
IS_NONE = {
    ".3mf": say("This isn't a 3MF file: every 3MF file is a ZIP archive, and this one isn't."),
    ".ply": say("This isn't a PLY file: it doesn't start with “ply”."),
    ".glb": say("This isn't a GLB file: it doesn't start with “glTF”."),
    ".step": _NO_STEP,
    ".stp": _NO_STEP,
}
MODELS = {
    ".stl": say("an STL model"),
    ".obj": say("an OBJ model"),
    ".3mf": say("a 3MF model"),
    ".ply": say("a PLY model"),
    ".glb": say("a GLB model"),
    ".step": say("a STEP model"),
    ".stp": say("a STEP model"),
}
GCODE = (b"G0 ", b"G1 ", b"G28", b"G21", b"G90", b"M104", b"M140", b"M73 ", b";FLAVOR", b"; gen")


HTML = (b"<!doctype html", b"<html", b"<head", b"<script")
XML = (b"<?xml", b"<svg")
A_PAGE, A_DOCUMENT = say("an HTML page"), say("an XML document")
A_GCODE, A_TEXT = say("a G-code file"), say("a text file")

NOT_THE_MODEL = say("This is {found}, not {wanted}.")
THE_MODEL_ITSELF = say("Export the model itself as {endings}.")
AGAIN = say("Export it again.")
WITH_GEOMETRY = say("Export it again, with its geometry.")
WHOLE = say("Export it again, then send the complete file.")
NO_TRIANGLES = say("The model has no usable triangles.")
NO_OBJ = say("This isn't an OBJ model: no line starts with “v ”.")
OTHER_GLB = say("This is a GLB file of version {version}. We can only read version 2.")
AS_GLTF = say("Export it again, as glTF 2.0.")
CUT_SHORT = say(
    "The {format} file is incomplete: it should have {expected} bytes, but has {received}."
)


def checked_ending(file_name: str, endings: Sequence[str] = MODEL_ENDINGS) -> str:
    """The ending of ``file_name`` if it is one of ``endings``; raises FileTypeRefused if not."""
    ending = ending_of(clean_line(file_name))
    if ending in endings:
        return ending
    if ending:
        words = say("We can't accept {ending} files.", ending=shortened(ending, 20))
    else:
        words = say("We can't accept a file without an extension.")
    raise FileTypeRefused(
        words, next_step=say("Export the model as {endings}.", endings=endings_text(endings))
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
    if found and found != OWN_KIND.get(ending):
        raise _not_the_model(found, ending, endings)
    if found:
        if ending in _CHECKS:
            _CHECKS[ending](head, size)
        return ending
    if ending in OWN_KIND:
        raise FileUnusable(
            IS_NONE[ending],
            code="file_damaged",
            next_step=AGAIN,
        )
    if ending == ".stl":
        _check_stl(head, size, endings)
    elif not _looks_like_obj(head):
        raise FileUnusable(
            NO_OBJ,
            code="file_no_triangles",
            next_step=WITH_GEOMETRY,
        )
    return ending


def _not_the_model(found: Said, ending: str, endings: Sequence[str]) -> FileTypeRefused:
    return FileTypeRefused(
        NOT_THE_MODEL.having(found=found, wanted=MODELS[ending]),
        code="file_content",
        next_step=THE_MODEL_ITSELF.having(endings=endings_text(endings)),
    )


def _foreign_kind(head: bytes) -> Said | None:
    for magic, kind in MAGIC:
        if head.startswith(magic):
            return kind
    start = head[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(HTML):
        return A_PAGE
    if start.startswith(XML):
        return A_DOCUMENT
    lines = head[:4096].splitlines()
    if _is_text(head[:1024]) and any(line.startswith(GCODE) for line in lines):
        return A_GCODE
    return None


def _is_text(head: bytes) -> bool:
    return bool(head) and not any(byte < 9 or 13 < byte < 32 for byte in head)


def _looks_like_obj(head: bytes) -> bool:
    """A line with a corner or a face, which in some files come first."""
    lines = head.removeprefix(_MARK).splitlines()
    starts = (b"v ", b"v\t", b"f ", b"f\t")
    return any(line.lstrip().startswith(starts) for line in lines)


def _check_stl(head: bytes, size: int, endings: Sequence[str]) -> None:
    if is_text(head, size):
        return
    start = head[:1024].removeprefix(_MARK).lstrip().lower()
    if size < HEADER and not _is_text(head):
        raise _cut_short(HEADER, size)
    if _is_text(head[:1024]):
        if start.startswith(b"solid"):
            raise no_triangles()
        raise _not_the_model(A_TEXT, ".stl", endings)
    count, records, _ = counted(head, size)
    if count in UNCOUNTED and records:
        return
    if count == 0:
        raise no_triangles()
    expected = HEADER + RECORD * count
    if size < expected:
        raise _cut_short(expected, size)


def _check_ply(head: bytes, _size: int) -> None:
    """Its header, which is text, says how many corners and faces there are."""
    counts = dict.fromkeys((b"vertex", b"face", b"tristrips"), 0)
    for line in head.split(b"end_header", 1)[0].splitlines():
        words = line.split()
        if len(words) == 3 and words[0] == b"element" and words[1] in counts:
            counts[words[1]] = int(words[2]) if words[2].isdigit() and len(words[2]) < 12 else 0
    if not counts[b"vertex"] or not (counts[b"face"] or counts[b"tristrips"]):
        raise no_triangles()


def _check_glb(head: bytes, size: int) -> None:
    """Its header: a version, and how long the file is."""
    if size < GLB_HEADER:
        raise _cut_short(GLB_HEADER, size, "GLB")
    version, expected = struct.unpack_from("<II", head, 4)
    if version != 2:
        raise FileUnusable(
            OTHER_GLB.having(version=version),
            code="file_damaged",
            next_step=AS_GLTF,
        )
    if size < expected:
        raise _cut_short(expected, size, "GLB")


_CHECKS = {".ply": _check_ply, ".glb": _check_glb}


def empty() -> FileUnusable:
    """The refusal of a file without a single byte."""
    return FileUnusable(say("The file is empty."), code="file_empty", next_step=AGAIN)


def no_triangles() -> FileUnusable:
    """The refusal of a model without a single triangle."""
    return FileUnusable(
        NO_TRIANGLES,
        code="file_no_triangles",
        next_step=WITH_GEOMETRY,
    )


def _cut_short(expected: int, size: int, what: str = "STL") -> FileUnusable:
    return FileUnusable(
        CUT_SHORT.having(format=what, expected=expected, received=size),
        code="file_cut_short",
        next_step=WHOLE,
    )
