"""A live part in which others stand: it's sent again where they are others, or in another order."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

from markupsafe import Markup

from .live_parts import Part, part_of

_PLACE: Final = re.compile(r'<i data-part="([^"]+)"></i>')


class LiveFrame:
    """What a template puts into the part that it makes: each a part of its own, known by its ID."""

    def __init__(self) -> None:
        self._parts: list[Part] = []

    def put(self, part: Part) -> Markup:
        """Its place in the frame."""
        self._parts.append(part)
        return Markup('<i data-part="{}"></i>').format(part.id)

    def made(self, caller: Callable[[], str]) -> Markup:
        """The place of what stands in a template's ``call`` block."""
        return self.put(part_of(caller()))

    def around(self, text: str) -> tuple[Part, ...]:
        """The frame, which is this template's text, and then all that stands in it."""
        return (part_of(text), *self._parts)


def filled(parts: Sequence[Part]) -> Markup:
    """The frame, which is the first of the parts, with the others in their places."""
    frame, *others = parts
    by_id = {part.id: part.text for part in others}
    return Markup(_PLACE.sub(lambda place: by_id[place[1]], frame.text))  # noqa: S704 - of templates
