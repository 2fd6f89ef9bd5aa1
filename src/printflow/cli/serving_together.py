"""``serve --workers N``: what each of the processes does."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

import click

from printflow.errors import SettingsError
from printflow.said import say

from .processes import BACKGROUND, Part, divide, listening
from .serving import WebServer, sigterm
from .session import session

if TYPE_CHECKING:
    import socket

    from printflow import Printflow, Settings

_METRICS = "PROMETHEUS_MULTIPROC_DIR"
"""Where the processes count requests together, as the library for it wants it."""


def serve_together(
    run: WebServer,
    settings: Settings,
    *,
    work: bool,
    announce: Callable[[Printflow, str], None],
    refused: Callable[[OSError, Settings], Exception | None],
) -> None:
    """Serve with several processes until told to stop.

    Raises SettingsError where the system can't, and what ``refused`` makes of an address that
    can't be listened on.
    """
    if sys.platform != "linux":
        raise SettingsError(
            say("Only Linux can serve pages with several processes."),
            key="server.workers",
            next_step=say("Set server.workers to 1."),
        )
    address = settings.server
    try:
        sockets = listening(address.host, address.port)
    except OSError as error:
        raise refused(error, settings) or error from error
    os.environ[_METRICS] = counts = tempfile.mkdtemp(prefix="printflow-")
    part = divide(address.workers)
    if isinstance(part, int):
        shutil.rmtree(counts, ignore_errors=True)
        if part:
            raise click.exceptions.Exit(part)
        return
    with suppress(KeyboardInterrupt), sigterm():
        if part.number == BACKGROUND:
            for one in sockets:
                one.close()
            _in_the_background(part, settings, work=work, announce=announce)
        else:
            _pages(run, part, settings, sockets)


def _in_the_background(
    part: Part, settings: Settings, *, work: bool, announce: Callable[[Printflow, str], None]
) -> None:
    """Hold the server's lock, and do its work."""
    host = settings.server.host
    shown = f"[{host}]" if ":" in host else host
    with session().lab(settings, role="server") as lab:
        if work:
            lab.worker.start()
        if not part.again:
            announce(lab, f"http://{shown}:{settings.server.port}")
        part.ready()
        while True:
            signal.pause()


def _pages(run: WebServer, part: Part, settings: Settings, sockets: list[socket.socket]) -> None:
    """Answer pages. All processes together keep to the limits of one."""
    server = settings.server
    share = server.model_copy(
        update={
            "connection_limit": max(1, server.connection_limit // server.workers),
            "spool_mb": max(1, server.spool_mb // server.workers),
        }
    )
    own = settings.model_copy(update={"server": share})
    with session().lab(own, role="pages", log=f"pages-{part.number}") as lab:
        run(
            lab,
            server.host,
            server.port,
            announce=lambda _url: part.ready(),
            sockets=sockets,
        )
