"""One thread that starts all processes in sandboxes.

Linux kills such a process when the *thread* that started it ends; this thread ends with the server.
"""

from __future__ import annotations

import queue
import subprocess
import sys
import threading
from concurrent.futures import Future
from typing import Any

_Order = tuple[list[str], dict[str, Any], "Future[subprocess.Popen[Any]]"]


class _Starter:
    def __init__(self) -> None:
        self._orders: queue.Queue[_Order] = queue.Queue()
        self._thread = threading.Thread(target=self._work, name="sandbox-starter", daemon=True)
        self._thread.start()

    @property
    def alive(self) -> bool:
        """False in a fork of the process, which has none of its threads."""
        return self._thread.is_alive()

    def start(self, arguments: list[str], options: dict[str, Any]) -> subprocess.Popen[bytes]:
        future: Future[subprocess.Popen[Any]] = Future()
        self._orders.put((arguments, options, future))
        return future.result()

    def _work(self) -> None:
        while True:
            arguments, options, future = self._orders.get()
            try:
                process: subprocess.Popen[Any] = subprocess.Popen(arguments, **options)
                future.set_result(process)
            except BaseException as error:  # noqa: BLE001 - it is the caller's
                future.set_exception(error)


_lock = threading.Lock()
_starter: _Starter | None = None


def run(arguments: list[str], **options: Any) -> subprocess.Popen[bytes]:
    """As subprocess.Popen. Raises OSError."""
    global _starter
    if sys.platform != "linux":
        return subprocess.Popen(arguments, **options)
    with _lock:
        if _starter is None or not _starter.alive:
            _starter = _Starter()
        starter = _starter
    return starter.start(arguments, options)
