"""Parts of a page that many open pages ask for: made once, given to all, each only where it's new."""

from __future__ import annotations

import base64
import hashlib
import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from flask import request
from markupsafe import Markup

HOLDS: Final = "X-Holds"
"""The header in which an open page's script names the parts that it shows, by their tags."""
_KEPT = 32
_NAME: Final = re.compile(r' id="([^"]+)"')


@dataclass(frozen=True, slots=True)
class Part:
    """An element of a page, as its HTML, with a tag that no other content has."""

    id: str
    tag: str
    text: Markup

    def __html__(self) -> str:
        return self.text

    def holding(self, parts: Iterable[Part]) -> Markup:
        """The element with these in it, last."""
        start, close, end = self.text.rpartition("</")
        return Markup("").join((start, *(part.text for part in parts), close, end))


def part_of(text: str) -> Part:
    """The part whose HTML begins with an element that has an ID; the tag is put beside that."""
    text = text.strip()
    named = _NAME.search(text)
    assert named is not None, text[:80]
    digest = hashlib.blake2b(text.encode(), digest_size=6).digest()
    tag = base64.urlsafe_b64encode(digest).decode()
    tagged = f'{text[: named.end()]} data-tag="{tag}"{text[named.end() :]}'
    return Part(named[1], tag, Markup(tagged))  # noqa: S704 - a template's output


def news(parts: Iterable[Part]) -> Iterator[Markup]:
    """Those of the parts that the page which asks doesn't hold."""
    held = frozenset(request.headers.get(HOLDS, "").split())
    return (part.text for part in parts if part.tag not in held)


class LiveParts:
    """The newest parts by what they show. Who comes while some are made waits for them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, _Made] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], tuple[Part, ...]]) -> tuple[Part, ...]:
        """The parts of ``key``, which names all that they depend on."""
        with self._lock:
            made = self._kept.setdefault(key, _Made())
            self._kept.move_to_end(key)
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        with made.lock:
            if made.parts is None:
                made.parts = make()
            return made.parts


class _Made:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.parts: tuple[Part, ...] | None = None
