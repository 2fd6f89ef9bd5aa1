"""Calling something that may hang (a network share) without hanging oneself."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class TookTooLong(Exception):
    """The call did not come back in time; it may still be running."""


def within(seconds: float, call: Callable[[], T]) -> T:
    """The result of ``call``, or its exception; :class:`TookTooLong` after ``seconds``.

    The call runs in a daemon thread: one that never returns keeps nobody from leaving.
    """
    results: list[T] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(call())
        except BaseException as error:  # noqa: BLE001 - handed to the caller below
            errors.append(error)

    thread = threading.Thread(target=run, name="within", daemon=True)
    thread.start()
    thread.join(seconds)
    if results:
        return results[0]
    if errors:
        raise errors[0]
    raise TookTooLong(f"no answer within {seconds:g} s")
