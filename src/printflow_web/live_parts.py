"""Parts of a page that many open pages ask for: made once, given to all, each only where it's new."""

from __future__ import annotations

import base64
import hashlib
import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from flask import request
from markupsafe import Markup

HOLDS: Final = "X-Holds"
"""The header in which an open page's script names the parts that it shows, by their tags."""
_KEPT = 32
Shown = TypeVar("Shown")
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


class LiveParts(Generic[Shown]):
    """The newest of what pages show, by what it's made of. Who comes while it's made waits for it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, _Made[Shown]] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], Shown]) -> Shown:
        """What is shown for ``key``, which names all that it depends on."""
        with self._lock:
            made = self._kept.setdefault(key, _Made())
            self._kept.move_to_end(key)
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        with made.lock:
            if made.shown is None:
                made.shown = make()
            return made.shown


class _Made(Generic[Shown]):
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.shown: Shown | None = None
