"""The outside of a 3MF file: a ZIP with limits, and the model part that its relationships name.

Looks at the table of contents and at two small parts only; unpacking never goes beyond the sizes that
the table announces, so these are what is judged. Source: 3MF Core Specification 1.3, section 2
(packages), and the Open Packaging Conventions (ECMA-376 part 2).
"""

from __future__ import annotations

import zipfile
from typing import BinaryIO
from xml.parsers import expat

from ..said import Said, say
from .member_names import MemberNames
from .zip_limits import ArchiveWords, PackageRefused, open_within_limits

MAX_PART = 400 << 20
_SMALL_PART = 1 << 20
_MODEL_TYPE = "http://schemas.microsoft.com/3dmanufacturing/2013/01/3dmodel"
_HEAD = 64 * 1024
THREE_MF = ArchiveWords(
    over=say("We don't open this 3MF file: {why}."),
    unreadable=say("This isn't a 3MF file, or it's damaged: its ZIP archive can't be read."),
    ends_early=say("The 3MF file is damaged: its ZIP archive ends early."),
    password=say("The 3MF file is protected by a password."),
    password_next=say("Export it without one."),
    lacks=say("The 3MF file is missing its part {part}."),
)


def open_package(file: BinaryIO) -> tuple[zipfile.ZipFile, str]:
    """The archive and the name of its model part. Raises PackageRefused."""
    archive = open_within_limits(file, THREE_MF)
    with THREE_MF.faults():
        part = _model_part(archive)
        _refuse_document_type(archive, part)
    return archive, part


def read_part(archive: zipfile.ZipFile, name: str) -> bytes:
    """All of a model part. Raises PackageRefused."""
    try:
        member = archive.getinfo(name)
    except KeyError:
        raise _lacks(name) from None
    if member.file_size > MAX_PART:
        raise _over(
            say(
                "its model has {size} MB, and the limit is {most} MB",
                size=member.file_size >> 20,
                most=MAX_PART >> 20,
            )
        )
    try:
        return archive.read(member)
    except (zipfile.BadZipFile, EOFError, OSError, RuntimeError, NotImplementedError) as error:
        raise PackageRefused(say("The 3MF file is damaged: a part can't be unpacked.")) from error


def _over(why: Said) -> PackageRefused:
    return THREE_MF.refused_for(why)


def _lacks(part: str) -> PackageRefused:
    return PackageRefused(THREE_MF.lacks.having(part=part[:80]))


def _model_part(archive: zipfile.ZipFile) -> str:
    found: list[str] = []

    def begin(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(" ")[2] == "Relationship" and attributes.get("Type") == _MODEL_TYPE:
            found.append(attributes.get("Target", ""))

    names = MemberNames(archive.namelist())
    relations = names.find("_rels/.rels")
    if relations is None:
        raise _lacks("_rels/.rels")
    if archive.getinfo(relations).file_size > _SMALL_PART:
        raise _over(say("its list of parts is larger than 1 MB"))
    parse_xml(archive.read(relations), begin)
    if not found:
        raise PackageRefused(say("The 3MF file names no model."))
    part = names.find(found[0])
    if part is None:
        raise _lacks(found[0].lstrip("/"))
    return part


def _refuse_document_type(archive: zipfile.ZipFile, part: str) -> None:
    with archive.open(part) as model:
        if b"<!DOCTYPE" in model.read(_HEAD):
            raise _no_document_type()


def _no_document_type() -> PackageRefused:
    return PackageRefused(say("3MF doesn't allow a DTD."), code="archive_limits")


def parse_xml(data: bytes, begin: object) -> None:
    """Call ``begin(name, attributes)`` for each element. Raises PackageRefused; no DTD, no entities."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = begin  # type: ignore[assignment]

    def refuse(*_: object) -> None:
        raise _no_document_type()

    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise PackageRefused(
            say("The 3MF file is damaged: its XML is broken in line {line}.", line=error.lineno)
        ) from error
    except (KeyError, ValueError, OverflowError) as error:
        raise PackageRefused(
            say(
                "The 3MF file is damaged: a value is missing or wrong in line {line}.",
                line=parser.CurrentLineNumber,
            )
        ) from error
