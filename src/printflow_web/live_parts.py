"""Parts of a page that many open pages ask for: rendered once, given to all."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable

_KEPT = 32


class LiveParts:
    """The newest texts by what they show. Who comes while one is made waits for it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, _Part] = OrderedDict()

    def get(self, key: Hashable, render: Callable[[], str]) -> str:
        """The text of ``key``, which names all that it depends on."""
        with self._lock:
            part = self._kept.setdefault(key, _Part())
            self._kept.move_to_end(key)
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        with part.lock:
            if part.text is None:
                part.text = render()
            return part.text


class _Part:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.text: str | None = None
