"""Tags of a slicer's configuration, one after the other, in time that grows with the text's length.

Not read as XML: some slicers write quotation marks into attributes as they are, and what is well
formed costs a reader of XML more. No pattern here looks twice at the same sign.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

from printflow.said import say
from printflow.slicer_files.damaged import Damaged

MOST_TAGS = 200_000

MOST_PLATES = 100
"""Bambu Studio and OrcaSlicer make up to 36."""

LONGEST_VALUE = 400

_TAG = re.compile(r"<(/?)(plate|metadata|filament|object|model_instance)(?![\w:.-])([^<>]*+)>")
_ATTRIBUTE = re.compile(r'(?<![\w-])([\w-]{1,40}+)\s{0,4}+=\s{0,4}+"([^"]*+)"')


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag: ``<plate>``, ``</plate>`` or ``<plate/>``."""

    name: str
    values: dict[str, str]
    begins: bool
    ends: bool


def tags(text: str) -> Iterator[Tag]:
    """The tags that tell of plates; others are passed over. Raises Damaged for too many."""
    plates = 0
    for count, found in enumerate(_TAG.finditer(text)):
        if count == MOST_TAGS:
            raise Damaged(say("its list of plates has more than {most} entries", most=MOST_TAGS))
        slash, name, rest = found.groups()
        plates += name == "plate" and not slash
        if plates > MOST_PLATES:
            raise Damaged(say("it lists more than {most} plates", most=MOST_PLATES))
        values = {
            key: html.unescape(value[:LONGEST_VALUE]) for key, value in _ATTRIBUTE.findall(rest)
        }
        yield Tag(name, values, begins=not slash, ends=bool(slash) or rest.endswith("/"))


def as_name(text: str, longest: int = 60) -> str:
    """A name for people: one line, no signs that cannot be seen."""
    return "".join(filter(str.isprintable, " ".join(text.split())))[:longest]
