"""A ZIP of models: which of its members are taken, and under which names. Nested archives are not opened."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO, Final

from ..archives.zip_limits import ArchiveWords, PackageRefused, open_within_limits
from ..domain.naming import ending_of
from ..domain.text import clean_line
from ..errors import FileUnusable
from ..said import Said, say

ZIP_ENDING: Final = ".zip"

_AGAIN = say("Zip the models again, or choose them one by one.")
MODELS_ZIP: Final = ArchiveWords(
    over=say("We don't open this ZIP file: {why}."),
    unreadable=say("This isn't a ZIP file, or it's damaged: we can't read it."),
    ends_early=say("The ZIP file is damaged: it ends early."),
    password=say("The ZIP file is protected by a password."),
    password_next=say("Zip the models without one."),
    lacks=say("The ZIP file has no {part}."),
    again=_AGAIN,
)
NO_MODEL: Final = say("The ZIP file has no model in it.")
DAMAGED: Final = say("The ZIP file is damaged: “{name}” can't be unpacked.")
NO_MODEL_NEXT: Final = say("Put models ({endings}) in it, or choose them one by one.")

_NOT_NAMED: Final = ("thumbs.db", "desktop.ini", ".ds_store")
_UTF_8: Final = 0x800


@dataclass(frozen=True, slots=True)
class Contents:
    """``models`` are members with the names under which they are taken, ``left_out`` the names of the
    other files, but for what operating systems put into archives by themselves."""

    archive: zipfile.ZipFile
    models: tuple[tuple[zipfile.ZipInfo, str], ...]
    left_out: tuple[str, ...]


def contents(file: BinaryIO, endings: Sequence[str]) -> Contents:
    """What is in the ZIP. Raises FileUnusable: beyond the limits, damaged, or without a model."""
    try:
        archive = open_within_limits(file, MODELS_ZIP)
    except PackageRefused as error:
        raise FileUnusable(str(error), code=error.code, next_step=error.next_step) from error
    models, left_out = [], []
    taken: set[str] = set()
    for member in archive.infolist():
        steps = [step for step in _name(member).replace("\\", "/").split("/") if step]
        if member.is_dir() or not steps or _by_a_system(steps):
            continue
        if ending_of(steps[-1]) in endings:
            name = steps[-1] if steps[-1] not in taken else "_".join(steps)
            taken.add(name)
            models.append((member, clean_line(name)))
        else:
            left_out.append(clean_line(steps[-1]))
    if not models:
        raise FileUnusable(NO_MODEL, code="zip_without_model", next_step=_no_model_next(endings))
    return Contents(archive, tuple(models), tuple(left_out))


def damaged(name: str) -> FileUnusable:
    """The refusal of a ZIP whose member can't be unpacked."""
    return FileUnusable(
        DAMAGED.having(name=name[:60]), code="file_damaged", next_step=MODELS_ZIP.again
    )


def _no_model_next(endings: Sequence[str]) -> Said:
    return NO_MODEL_NEXT.having(endings=", ".join(endings))


def _name(member: zipfile.ZipInfo) -> str:
    """Its name. Many programs write UTF-8 without saying so; else it is in the code page of DOS."""
    if member.flag_bits & _UTF_8:
        return member.filename
    try:
        return member.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return member.filename


def _by_a_system(steps: Sequence[str]) -> bool:
    last = steps[-1].lower()
    return steps[0] == "__MACOSX" or last.startswith("._") or last in _NOT_NAMED
