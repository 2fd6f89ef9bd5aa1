"""Calling something that may hang (a network share) without hanging oneself."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, Generic, TypeVar

T = TypeVar("T")

PATIENCE_SECONDS = 2.0
"""How long a person waits for the share before work in the background takes over."""

_KEPT = 16
"""So many threads wait for the next call; to start one costs as much as a small look at a disk."""


class TookTooLong(Exception):
    """The call did not come back in time; it may still be running."""


class _Call(Generic[T]):
    """A call under way, and what came of it."""

    def __init__(self, call: Callable[[], T]) -> None:
        self._call = call
        self._done = threading.Lock()
        self._done.acquire()
        self._result: list[T] = []
        self._error: BaseException | None = None

    def run(self) -> None:
        try:
            self._result.append(self._call())
        except BaseException as error:  # noqa: BLE001 - handed to the one who waits
            self._error = error
        self._done.release()

    def wait(self, seconds: float) -> T:
        if not self._done.acquire(timeout=seconds):
            raise TookTooLong(f"no answer within {seconds:g} s")
        if self._error is not None:
            raise self._error
        return self._result[0]


class _Hand:
    """A daemon thread that makes one call after the other."""

    def __init__(self) -> None:
        self._calls: SimpleQueue[_Call[Any]] = SimpleQueue()
        threading.Thread(target=self._work, name="within", daemon=True).start()

    def take(self, call: _Call[Any]) -> None:
        self._calls.put(call)

    def _work(self) -> None:
        while True:
            self._calls.get().run()
            if len(_idle) >= _KEPT:
                return
            _idle.append(self)


_idle: deque[_Hand] = deque()


def within(seconds: float, call: Callable[[], T]) -> T:
    """The result of ``call``, or its exception; :class:`TookTooLong` after ``seconds``.

    The call runs in a daemon thread: one that never returns keeps nobody from leaving, and
    nobody else waits for it.
    """
    try:
        hand = _idle.pop()
    except IndexError:
        hand = _Hand()
    made = _Call(call)
    hand.take(made)
    return made.wait(seconds)


def patiently(call: Callable[[], T], *, times: float = 1) -> T:
    """As :func:`within`, for as long as a person waits for the share (``times`` as long)."""
    return within(PATIENCE_SECONDS * times, call)
