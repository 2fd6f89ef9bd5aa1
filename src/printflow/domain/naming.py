"""Job ids and standard file names: ``JaneDoe_Filament_TrueRed_K7Q2MX9A.stl``."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain

from ..said import listed, say

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32 (https://www.crockford.com/base32.html): no I, L, O, U."""

MODEL_ENDINGS = (".stl", ".obj", ".3mf")
"""What students may always send."""

MORE_FORMATS: Mapping[str, tuple[str, ...]] = {
    "ply": (".ply",),
    "glb": (".glb",),
    "step": (".step", ".stp"),
}
"""What they may send besides where a lab switches it on: each format's endings."""

ALL_MODEL_ENDINGS = (*MODEL_ENDINGS, *chain.from_iterable(MORE_FORMATS.values()))

PICTURED_ENDINGS = (".gcode.3mf", ".gcode", ".bgcode")
"""What slicers save for the printer: it has no shape to be measured, but a picture may be in it."""

PRINTABLE_ENDINGS = (
    *ALL_MODEL_ENDINGS,
    *PICTURED_ENDINGS,
    ".form",
    ".idea",
    ".ctb",
    ".chitubox",
    ".lys",
    ".sl1",
    ".ufp",
)
"""What staff may choose to print: models, and what slicers save."""

ID_LENGTH = 8
_LOOKALIKE = str.maketrans("ILO", "110")
_NAME_LIMIT = 32
_PART_LIMIT = 24
_FILE_NAME = re.compile(
    r"(?P<stem>[A-Za-z0-9][A-Za-z0-9._ ()+-]{0,120}?)"
    r"\.(?P<ending>[A-Za-z0-9]{1,8}(?:\.3mf)?)"
)
_TITLES_AFTER_NAMES = frozenset(
    ("jr", "sr", "ii", "iii", "iv", "md", "phd", "ma", "ms", "aia", "pe")
)
_VARIATION_SELECTORS = frozenset(map(chr, range(0xFE00, 0xFE10)))
"""Marks that belong to an emoji."""
_ID_IN_NAME = re.compile(rf"(?<![A-Za-z0-9])(?P<id>[{ALPHABET}]{{{ID_LENGTH}}})(?![A-Za-z0-9])")


def model_endings(more_formats: Iterable[str]) -> tuple[str, ...]:
    """The endings that students may send, with those of the formats switched on besides."""
    return (*MODEL_ENDINGS, *chain.from_iterable(MORE_FORMATS[name] for name in more_formats))


def endings_text(endings: Sequence[str]) -> str:
    """Endings in words: ".stl, .obj, or .3mf"."""
    if len(endings) < 2:
        return "".join(endings)
    return say("{several}, or {last}", several=listed(endings[:-1]), last=endings[-1])


def job_id_from(number: int) -> str:
    """The 8-character id that encodes the low 40 bits of ``number`` (the caller's randomness)."""
    characters = []
    for _ in range(ID_LENGTH):
        number, digit = divmod(number, 32)
        characters.append(ALPHABET[digit])
    return "".join(reversed(characters))


def normal_job_id(typed: str) -> str | None:
    """An id as people write it (any case, with spaces or dashes, O for 0, I or L for 1); or None."""
    text = typed.strip().upper().replace("-", "").replace(" ", "").translate(_LOOKALIKE)
    return text if len(text) == ID_LENGTH and all(c in ALPHABET for c in text) else None


def _joined(text: str, limit: int) -> str:
    """ASCII letters and digits only, each word begun with a capital."""
    words = re.findall(r"[A-Za-z0-9]+", text.replace("'", "").replace("`", ""))
    return "".join(word[0].upper() + word[1:] for word in words)[:limit]


def standard_name(
    student_name: str, method: str, color: str, job_id: str, *, transliterate: Callable[[str], str]
) -> str:
    """``FirstLast_Method_Color_ID`` without ending, in ASCII, safe on every file system.

    ``transliterate`` turns text of any script into ASCII (the caller's library). First and last
    word of the name are taken; a name without any letter becomes "Student".
    """
    words = student_name.split()
    ends = words if len(words) < 3 else [words[0], words[-1]]
    person = _joined(" ".join(transliterate(word) for word in ends), _NAME_LIMIT)
    parts = (
        person or "Student",
        _joined(transliterate(method), _PART_LIMIT) or "Method",
        _joined(transliterate(color), _PART_LIMIT) or "Color",
        job_id,
    )
    return "_".join(parts)


def names_after(
    names: Mapping[int, Sequence[str]], standard_name: str, job_id: str
) -> dict[int, str]:
    """What a job's files are called once its standard name is this one, by their ids. ``names`` has
    each file's name, and behind it those that it had before.

    The three words before the job's number change. What a slicer put around them stays, and so does
    a name that has no such words. No file gets what another of the job's is or was called, whatever
    the case of its letters: it gets a number, as a version does.
    """
    words = re.compile(rf"(?<![A-Za-z0-9])(?:[A-Za-z0-9]+_){{3}}{job_id}(?![A-Za-z0-9])")
    after: dict[int, str] = {}
    for file_id, (name, *_before) in names.items():
        new, number = words.sub(standard_name, name, count=1), 1
        of_others = {
            one.casefold()
            for other, known in names.items()
            if other != file_id
            for one in (*known, after.get(other, ""))
        }
        end = len(new) - len(ending_of(new))
        stem, ending = new[:end], new[end:]
        while new != name and new.casefold() in of_others:
            number += 1
            new = f"{stem}_v{number}{ending}"
        after[file_id] = new if is_plain_file_name(new) else name
    return after


def first_name(student_name: str) -> str:
    """What an email greets a person by: "Jane" for "Jane Doe", "Doe, Jane" and "Jane🙂 Doe".

    A name without a letter becomes "there", as in "Hello there,".
    """
    before, comma, after = student_name.partition(",")
    title = after.replace(".", "").strip().casefold() in _TITLES_AFTER_NAMES
    given = f"{after} {before}" if comma and not title else student_name
    words = (_plain_word(word) for word in given.split())
    return next((word for word in words if any(map(str.isalpha, word))), "there")


def _plain_word(word: str) -> str:
    """The word without the signs around it; those within it stay (O'Neil, Anne-Marie)."""
    while word and not _in_a_name(word[-1]):
        word = word[:-1]
    while word and not _in_a_name(word[0]):
        word = word[1:]
    return word


def _in_a_name(character: str) -> bool:
    if character in _VARIATION_SELECTORS:
        return False
    return unicodedata.category(character)[0] in "LMN"


def ending_of(file_name: str) -> str:
    """The file's ending in lower case with its dot (".stl", ".gcode.3mf"), "" where it has none."""
    name = re.split(r"[\\/]", file_name)[-1].lower()
    if name.endswith(".gcode.3mf") and len(name) > len(".gcode.3mf"):
        return ".gcode.3mf"
    dot = name.rfind(".")
    return name[dot:] if dot > 0 and dot < len(name) - 1 else ""


def is_plain_file_name(name: str) -> bool:
    """Whether ``name`` is one plain path segment of printable ASCII that every system takes."""
    return _FILE_NAME.fullmatch(name) is not None and ".." not in name and len(name) <= 150


def job_ids_in(file_name: str) -> tuple[str, ...]:
    """The words of a file's name that can be job ids: slicers add words before and after, and one
    of those (a date, 20260302) may look like an id, too.
    """
    return tuple(_ID_IN_NAME.findall(file_name.rsplit("/", 1)[-1]))


def carries_job_id(file_name: str, job_id: str) -> bool:
    """Whether the id stands in the name as a word of its own."""
    return job_id in job_ids_in(file_name)
