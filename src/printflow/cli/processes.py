"""Several processes that answer pages at one address, and one that works in the background.

The process that starts them does nothing else: it holds the address, starts again whatever ends by
itself, and ends all of them when it's told to. It opens no lab and has no threads, so that it can
fork; a process that is started later has the same settings as the first.
"""

from __future__ import annotations

import gc
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .streams import warn

BACKGROUND = 0
"""The process that works in the background; those that answer pages count from 1."""

_HEEDED = (signal.SIGTERM, signal.SIGINT) + ((signal.SIGCHLD,) if sys.platform != "win32" else ())
_STARTED_SECONDS = 10.0
"""One that ends sooner has failed to start, and is tried again later and later."""

_PAUSES = (0.0, 1.0, 2.0, 5.0, 15.0, 30.0)
_END_SECONDS = 20.0
"""How long requests under way may take when all is to end; then nobody waits for them."""

_LOOK_SECONDS = 0.05
_BACKLOG = 1024


@dataclass(frozen=True, slots=True)
class Part:
    """Which of the processes this one is; ``again`` after one that ended. ``ready`` is called once
    it works.
    """

    number: int
    again: bool
    ready: Callable[[], None]


@dataclass(slots=True)
class _Place:
    """What one of the processes is to the first: ``pid`` is 0 while it isn't there."""

    number: int
    pid: int = 0
    began: float = 0.0
    failed: int = 0
    due: float = 0.0


def listening(host: str, port: int) -> list[socket.socket]:
    """Sockets that all processes answer from; raises OSError when there's no such address."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    made: list[socket.socket] = []
    try:
        for family, address in dict.fromkeys((one[0], one[4]) for one in found):
            made.append(socket.socket(family, socket.SOCK_STREAM))
            made[-1].setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                made[-1].setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            made[-1].bind(address)
            made[-1].listen(_BACKLOG)
    except OSError:
        for one in made:
            one.close()
        raise
    return made


def divide(pages: int) -> Part | int:
    """Become the background process and ``pages`` that answer; each returns with its part.

    In the first process it returns once all have ended: 0 when it was told to, otherwise the exit
    code of one that couldn't start.
    """
    if sys.platform != "linux":
        raise NotImplementedError("only Linux tells one process of another's end in time")
    return _First(pages).run()


class _First:
    """Looks after the others."""

    def __init__(self, pages: int) -> None:
        self._places = [_Place(number) for number in range(pages + 1)]
        self._mask = signal.pthread_sigmask(signal.SIG_BLOCK, _HEEDED)
        # Nobody writes to the one pipe: it ends with this process, however that ends.
        self._alive, self._held = os.pipe()
        self._ready, self._say_ready = os.pipe()
        os.set_blocking(self._ready, False)

    def run(self) -> Part | int:
        """Start all, and look after them."""
        gc.freeze()  # what is loaded so far stays in memory once, for all
        background, *pages = self._places
        for group in ([background], pages):
            for place in group:
                if part := self._start(place):
                    return part
            code = self._wait_until_ready(group)
            if code is not None:
                self._end()
                return code
        while True:
            told = signal.sigtimedwait(_HEEDED, self._until_due())
            if told is not None and told.si_signo != signal.SIGCHLD:
                self._end()
                return 0
            self._see_who_ended()
            for place in self._places:
                due = not place.pid and place.due <= time.monotonic()
                if due and (part := self._start(place)):
                    return part

    def _start(self, place: _Place) -> Part | None:
        """Start one; gives its part in the new process, and None in this one."""
        sys.stdout.flush()
        sys.stderr.flush()
        again = place.began > 0
        place.pid, place.began = os.fork(), time.monotonic()
        if place.pid:
            return None
        signal.pthread_sigmask(signal.SIG_SETMASK, self._mask)
        os.close(self._held)
        os.close(self._ready)
        threading.Thread(target=_end_with, args=(self._alive,), daemon=True).start()
        return Part(place.number, again, lambda: _say(self._say_ready))

    def _wait_until_ready(self, group: Sequence[_Place]) -> int | None:
        """None once all of them work; otherwise the exit code to end with."""
        ready = 0
        while ready < len(group):
            told = signal.sigtimedwait(_HEEDED, _LOOK_SECONDS)
            if told is not None and told.si_signo != signal.SIGCHLD:
                return 0
            for place in self._places:
                if (code := _ended(place)) is not None:
                    return code or 1
            try:
                ready += len(os.read(self._ready, len(group)))
            except BlockingIOError:
                continue
        return None

    def _see_who_ended(self) -> None:
        for place in self._places:
            code = _ended(place)
            if code is None:
                continue
            now = time.monotonic()
            place.failed = 0 if now - place.began >= _STARTED_SECONDS else place.failed + 1
            pause = _PAUSES[min(place.failed, len(_PAUSES) - 1)]
            place.due = now + pause
            warn(f"{_name(place.number)} ended ({_how(code)}). It's started again.")

    def _until_due(self) -> float:
        """Seconds until one has to be started again; a long time if all of them are there."""
        due = [place.due for place in self._places if not place.pid]
        return max(0.0, min(due, default=time.monotonic() + 60.0) - time.monotonic())

    def _end(self) -> None:
        for place in self._places:
            if place.pid:
                os.kill(place.pid, signal.SIGTERM)
        until = time.monotonic() + _END_SECONDS
        while any(place.pid for place in self._places):
            for place in self._places:
                if place.pid and _ended(place) is None and time.monotonic() > until:
                    os.kill(place.pid, signal.SIGKILL)
            signal.sigtimedwait((signal.SIGCHLD,), _LOOK_SECONDS)


def _ended(place: _Place) -> int | None:
    """The exit code of one that has ended since, below 0 for a signal; None while it runs."""
    if not place.pid:
        return None
    pid, status = os.waitpid(place.pid, os.WNOHANG)
    if not pid:
        return None
    place.pid = 0
    return os.waitstatus_to_exitcode(status)


def _end_with(alive: int) -> None:
    """End at once when the first process is gone.

    That one was killed, as nothing else ends it before the others. What is under way is lost like
    when one process does all: address and lock have to be free for the server that comes next.
    """
    while os.read(alive, 1):
        pass
    os._exit(1)


def _say(pipe: int) -> None:
    os.write(pipe, b".")


def _name(number: int) -> str:
    return f"Process {number} for pages" if number else "The process for background work"


def _how(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
