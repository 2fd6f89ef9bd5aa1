"""Hashes and compares passwords (argon2), a few at once, because it uses memory and CPU time."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

from ..errors import SignInBusy
from ..said import say

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST, LONGEST = 8, 200
"""Characters of a password."""


def hashed(password: str) -> str:
    """What is stored of a password."""
    return _hasher().hash(password)


def is_password(stored: str | None, password: str) -> bool:
    """Whether this is the password whose hash is stored.

    Without one it takes as long to say no, so that the time does not tell what there is.
    """
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        _hasher().verify(stored or _nobody_s(), password[: LONGEST + 1])
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


@cache
def _hasher() -> PasswordHasher:
    """OWASP's first choice for Argon2id (46 MiB, one pass, one lane): passwords are guessed here by
    asking, which is limited; a comparison is to keep one processor busy, and not for long.
    """
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=1, memory_cost=46 * 1024, parallelism=1)


@cache
def _nobody_s() -> str:
    return hashed("the password of no station")


def _step_back() -> None:
    """Let this thread have what processor time others leave; only Linux knows that of a thread."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 15)


class Turns:
    """Lets some work be done ``at_once`` by so many, while ``waiting`` others wait for their turn.

    Each occupies a thread of the server, so there is an end to them.
    """

    def __init__(self, at_once: int, waiting: int) -> None:
        self.places = at_once + waiting
        """Threads that are occupied at most."""
        self._thread = ThreadPoolExecutor(at_once, "passwords", initializer=_step_back)
        self._places = threading.BoundedSemaphore(self.places)
        self._working = threading.BoundedSemaphore(at_once)

    def compare(self, stored: str | None, password: str) -> bool:
        """:func:`is_password`, in a thread that lets pages go first."""
        return self._thread.submit(is_password, stored, password).result()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a turn. Raises SignInBusy at once when too many wait already."""
        if not self._places.acquire(blocking=False):
            raise SignInBusy(
                say("Many people are signing in right now. Nothing was done."),
                next_step=say("Try again in a few seconds."),
            )
        try:
            with self._working:
                yield
        finally:
            self._places.release()
