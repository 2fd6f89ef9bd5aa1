"""Faults at will: a plan counts every call that a lab makes of its ports, and strikes where told."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

T = TypeVar("T")


class Crash(BaseException):
    """The process died here. No ``except Exception`` may take it for an error."""


class When(StrEnum):
    """On which side of a call a fault strikes."""

    BEFORE = "before"
    """The call has not happened."""
    AFTER = "after"
    """The call has happened, but its caller never hears of it."""


@dataclass(frozen=True, slots=True)
class _Strike:
    when: When
    error: BaseException


@dataclass(frozen=True, slots=True)
class _Standing:
    names: tuple[str, ...]
    error: Callable[[str], BaseException]
    when: When

    def concerns(self, name: str) -> bool:
        return any(name == wanted or name.startswith(f"{wanted}.") for wanted in self.names)


def os_error(number: int) -> Callable[[str], OSError]:
    """Makes the operating system's error of that ``errno``, for :meth:`FaultPlan.fail`."""
    return lambda name: OSError(number, f"{os.strerror(number)} ({name})")


class FaultPlan:
    """Counts the calls of the ports of *one* lab, and crashes or fails where it is told to.

    Calls are numbered from 0 and named ``store.move``, ``files.claim``, ``write.begin``,
    ``write.commit``, ``mailer.send``; see :mod:`printflow.testing.wrapped`. A crash is a latch:
    from then on every call raises :class:`Crash`, as in a process that is dead, so that what is
    tried is recovery and not an ``except`` block that ran although the power was gone.
    """

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.dead = False
        self._lock = threading.Lock()
        self._strikes: dict[int, _Strike] = {}
        self._meanwhile: dict[int, Callable[[], object]] = {}
        self._standing: list[_Standing] = []
        self._resting = 0

    # -- what is to go wrong ----------------------------------------------------------------------

    @property
    def count(self) -> int:
        """How many calls there were; also the number of the next one."""
        return len(self.calls)

    def crash(self, number: int, when: When = When.BEFORE) -> None:
        """Die at call ``number``."""
        self._strikes[number] = _Strike(when, Crash(f"{when} call {number}"))

    def strike(self, number: int, error: BaseException, when: When = When.BEFORE) -> None:
        """Raise ``error`` at call ``number``, once."""
        self._strikes[number] = _Strike(when, error)

    def fail(
        self, *names: str, error: Callable[[str], BaseException], when: When = When.BEFORE
    ) -> None:
        """Raise ``error(name)`` at every call of that name ("store" stands for all of the store's)
        until :meth:`heal`.
        """
        self._standing.append(_Standing(names, error, when))

    def meanwhile(self, number: int, act: Callable[[], object]) -> None:
        """Do something from outside just before call ``number``: another process, or a hand."""
        self._meanwhile[number] = act

    def heal(self) -> None:
        """Nothing goes wrong any more; the dead stay dead."""
        self._strikes.clear()
        self._meanwhile.clear()
        self._standing.clear()

    @contextmanager
    def resting(self) -> Iterator[None]:
        """Neither count nor strike: for a look at the lab from a test."""
        self._resting += 1
        try:
            yield
        finally:
            self._resting -= 1

    # -- what the wrapped ports call --------------------------------------------------------------

    def around(self, name: str, call: Callable[[], T]) -> T:
        """Make a call of a port, with what is planned for it."""
        number = self.before(name)
        try:
            result = call()
        except Exception:
            self.after(number, name, crash_only=True)
            raise
        self.after(number, name)
        return result

    def before(self, name: str) -> int:
        """A call is about to happen; gives its number."""
        self.alive()
        if self._resting:
            return -1
        with self._lock:
            number = len(self.calls)
            self.calls.append(name)
        if (act := self._meanwhile.pop(number, None)) is not None:
            act()
        self._hit(number, name, When.BEFORE)
        return number

    def after(self, number: int, name: str, *, crash_only: bool = False) -> None:
        """The call ``number`` has happened."""
        self.alive()
        if number >= 0:
            self._hit(number, name, When.AFTER, crash_only=crash_only)

    def alive(self) -> None:
        """Raise Crash in a lab that is dead."""
        if self.dead:
            raise Crash("this process is dead")

    def _hit(self, number: int, name: str, when: When, *, crash_only: bool = False) -> None:
        strike = self._strikes.get(number)
        if strike is not None and strike.when is when:
            if isinstance(strike.error, Crash):
                self.dead = True
                raise strike.error
            if not crash_only:
                raise strike.error
        if crash_only:
            return
        for standing in self._standing:
            if standing.when is when and standing.concerns(name):
                raise standing.error(name)


Wrapper = Callable[[str, Any], Any]
