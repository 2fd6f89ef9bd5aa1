"""What a stranger's ZIP may hold: judged by its table of contents, before anything is unpacked.

Unpacking never goes beyond the sizes that the table announces, so these are what is judged. The browser
goes by the same figures and words (``printflow.uploads.early_check``).
"""

from __future__ import annotations

import re
import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO, Final

from ..said import Said, say
from .zip_directory import Wrong, wrong_with

MAX_MEMBERS: Final = 1_000
MAX_TOTAL: Final = 1 << 30
MAX_RATIO: Final = 200
RATIO_FROM: Final = 1 << 20
"""Smaller members may be as repetitive as they like."""

_AGAIN = say("Export it again.")

TOO_MANY: Final = say("it has more than {most} entries")
TOO_LARGE: Final = say("it has {size} MB when unpacked, and the limit is {most} MB")
LEADS_OUT: Final = say("its entry “{name}” leads out of the archive")
IS_LINK: Final = say("its entry “{name}” is a link")
TOO_DENSE: Final = say("a part is compressed {ratio} times, and the limit is {most}")


class PackageRefused(Exception):
    """Why the package is not opened, in a sentence; ``code`` is for programs."""

    def __init__(
        self, message: str, *, code: str = "file_damaged", next_step: str = _AGAIN
    ) -> None:
        super().__init__(message)
        self.code = code
        self.next_step = next_step


@dataclass(frozen=True, slots=True)
class ArchiveWords:
    """What is said of one kind of archive. ``over`` has a place for {why}, ``lacks`` for {part}."""

    over: Said
    unreadable: Said
    ends_early: Said
    password: Said
    password_next: Said
    lacks: Said
    again: Said = _AGAIN

    def refused_for(self, why: Said) -> PackageRefused:
        """The refusal of what goes beyond a limit."""
        return PackageRefused(
            self.over.having(why=why), code="archive_limits", next_step=self.again
        )

    @contextmanager
    def faults(self) -> Iterator[None]:
        """What Python's zipfile raises of a damaged archive becomes PackageRefused."""
        try:
            yield
        except PackageRefused:
            raise
        except (
            zipfile.BadZipFile,
            zipfile.LargeZipFile,
            NotImplementedError,
            RuntimeError,
        ) as error:
            raise PackageRefused(self.unreadable, next_step=self.again) from error
        except (EOFError, OSError, ValueError) as error:
            raise PackageRefused(self.ends_early, next_step=self.again) from error


def open_within_limits(file: BinaryIO, words: ArchiveWords) -> zipfile.ZipFile:
    """The archive, its table of contents judged. Raises PackageRefused."""
    with words.faults():
        wrong = wrong_with(file, MAX_MEMBERS)
        if wrong is Wrong.TOO_MANY:
            raise words.refused_for(TOO_MANY.having(most=MAX_MEMBERS))
        if wrong is not None:
            raise zipfile.BadZipFile(wrong.value)
        archive = zipfile.ZipFile(file)
        _check(archive.infolist(), words)
    return archive


def _check(members: list[zipfile.ZipInfo], words: ArchiveWords) -> None:
    if len(members) > MAX_MEMBERS:  # whatever it said of their number
        raise words.refused_for(TOO_MANY.having(most=MAX_MEMBERS))
    total = sum(member.file_size for member in members)
    if total > MAX_TOTAL:
        raise words.refused_for(TOO_LARGE.having(size=total >> 20, most=MAX_TOTAL >> 20))
    for member in members:
        name = member.filename
        if name.startswith(("/", "\\")) or re.match("[A-Za-z]:", name) or ".." in _steps(name):
            raise words.refused_for(LEADS_OUT.having(name=name[:60]))
        if stat.S_ISLNK(member.external_attr >> 16):
            raise words.refused_for(IS_LINK.having(name=name[:60]))
        if member.flag_bits & 1:
            raise PackageRefused(
                words.password, code="file_password", next_step=words.password_next
            )
        ratio = member.file_size / max(1, member.compress_size)
        if member.file_size > RATIO_FROM and ratio > MAX_RATIO:
            raise words.refused_for(TOO_DENSE.having(ratio=round(ratio), most=MAX_RATIO))


def _steps(name: str) -> list[str]:
    return name.replace("\\", "/").split("/")
