"""Telling other processes that there is something new, where the database can (PostgreSQL).

A notification is part of the transaction that it announces: a process that hears it finds the change. It
may be lost, with the connection that listens; therefore every process that listens also looks by
himself now and then (https://www.postgresql.org/docs/current/sql-notify.html).
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from sqlalchemy import Connection, make_url, text

from .engine import APPLICATION

_log = logging.getLogger(__name__)

_CHANNEL = "printflow"
_LOOK_SECONDS = 1.0
"""How long a listener that is told to stop may take to notice."""

_RETRY_SECONDS = (1, 2, 5, 15, 30)


def stir(connection: Connection) -> None:
    """With this transaction something comes that others wait for: a change, work, a mail."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"NOTIFY {_CHANNEL}"))


class Listener:
    """Hears of changes on a connection of its own, in a thread, until :meth:`stop`."""

    def __init__(self, url: str, heard: Callable[[], None]) -> None:
        bare = make_url(url).set(drivername="postgresql")
        self._conninfo = bare.render_as_string(hide_password=False)
        self._heard = heard
        self._stop = threading.Event()
        self.connected = False
        """Whether it would hear of a change just now."""
        self._thread = threading.Thread(target=self._run, name="listen", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Listen no more."""
        self._stop.set()
        self._thread.join(5 * _LOOK_SECONDS)

    def _run(self) -> None:
        failed = 0
        while not self._stop.is_set():
            try:
                self._listen()
                failed = 0
            except Exception as error:  # noqa: BLE001 - polling goes on; this is tried again
                _log.warning("the database doesn't notify of changes: %s", error)
                failed += 1
            finally:
                was, self.connected = self.connected, False
            if was:
                failed = 0
                self._heard()  # what came meanwhile was not heard
            self._stop.wait(_RETRY_SECONDS[min(failed, len(_RETRY_SECONDS) - 1)])

    def _listen(self) -> None:
        import psycopg

        with psycopg.connect(
            self._conninfo, autocommit=True, application_name=APPLICATION
        ) as connection:
            connection.execute(f"LISTEN {_CHANNEL}".encode())
            self.connected = True
            self._heard()
            while not self._stop.is_set():
                # Many at once are one: a process that hears looks for everything.
                if list(connection.notifies(timeout=_LOOK_SECONDS, stop_after=1)):
                    self._heard()
