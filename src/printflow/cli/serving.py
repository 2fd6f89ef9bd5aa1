"""``serve``: the web pages, and the work behind them in the same process."""

from __future__ import annotations

import errno
import ipaddress
import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Protocol, cast

import click

from printflow.errors import AlreadyRunning, SettingsError
from printflow.inspection.step_support import STEP_INSTALL, STEP_MISSING, can_read_step
from printflow.said import say

from ..runtime.one_heap import share_one_heap
from .documents import print_json
from .own_name import own_name
from .session import json_option, session
from .streams import tell, warn

if TYPE_CHECKING:
    from printflow import Printflow, Settings

_GROUP, _SERVER = "printflow.web_server", "waitress"
_TAKEN = (errno.EADDRINUSE, 10048)
_NOT_OURS = (errno.EADDRNOTAVAIL, errno.EACCES, 10013, 10049)


class WebServer(Protocol):
    """What the web package registers: binds, announces its address, serves until ended."""

    def __call__(
        self,
        lab: Printflow,
        host: str,
        port: int,
        *,
        announce: Callable[[str], None],
        sockets: Sequence[socket.socket] = (),
    ) -> None: ...


@click.command("serve")
@click.option("--host", metavar="HOST", help="Address to listen on (default: 127.0.0.1).")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    metavar="PORT",
    help="Port to listen on (default: 8080).",
)
@click.option("--no-worker", is_flag=True, help="Leave files and email to `printflow worker`.")
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    metavar="N",
    help="Processes that answer pages (default: 1; several only on Linux).",
)
@json_option
def serve(host: str | None, port: int | None, no_worker: bool, workers: int | None) -> None:
    """Serve the web pages, move files and send email until you press Ctrl-C."""
    share_one_heap()
    run = web_server()
    settings = _settings(host, port, workers)
    if settings.server.workers > 1:
        from .serving_together import serve_together

        serve_together(
            run, settings, work=not no_worker, announce=_announce, refused=_address_error
        )
        return
    with suppress(KeyboardInterrupt), sigterm(), session().lab(settings, role="server") as lab:
        if not no_worker:
            lab.worker.start()
        address = settings.server
        try:
            run(lab, address.host, address.port, announce=lambda url: _announce(lab, url))
        except OSError as error:
            raise _address_error(error, settings) or error from error


def _settings(host: str | None, port: int | None, workers: int | None) -> Settings:
    """The settings with the options applied; port 0 is a free one, so that links are right."""
    options = (("host", host), ("port", port), ("workers", workers))
    given = {name: value for name, value in options if value is not None}
    settings = session().load(server=given or None)
    if settings.server.port == 0:
        chosen = {**given, "port": _free_port(settings.server.host)}
        settings = session().load(server=chosen)
    return settings


def _free_port(host: str) -> int:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def web_server() -> WebServer:
    """The installed web server; raises SettingsError, saying how to install it."""
    found = [point for point in entry_points(group=_GROUP) if point.name == _SERVER]
    if not found:
        raise SettingsError(
            say("The web pages aren't installed."),
            next_step=say(
                "In the release's folder, run: pip install -c constraints.txt ./src/printflow_web"
            ),
        )
    return cast(WebServer, found[0].load())


def _announce(lab: Printflow, url: str) -> None:
    """Say where the pages are, once the server listens."""
    password, settings = lab.stations.ensure_password(), lab.settings
    if session().json:
        print_json(
            {
                "url": url,
                "links": settings.effective_base_url,
                "store": settings.store,
                "staff_password": password,
                "mail": lab.mail.handling(),
            }
        )
        return
    tell(f"Printflow is running at {url}  (press Ctrl-C to stop)")
    tell(f"  Staff:  {url}/dashboard")
    if password is not None:
        tell(f"  The staff password is {password} (it won't be shown again).")
        tell(f"  To change it, run: {own_name()} staff-password")
    tell(f"  Email:  {lab.mail.handling()}")
    tell(f"  Files:  {settings.store}")
    if not _is_loopback(settings.server.host) and not settings.base_url:
        warn(
            f"Links in emails begin with {settings.effective_base_url}, which only this machine "
            "can open. Set base_url to the address that students use."
        )

    if "step" in settings.more_formats and not can_read_step():
        warn(f"{STEP_MISSING}: {STEP_INSTALL}. Until then, they have no preview.")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _address_error(error: OSError, settings: Settings) -> Exception | None:
    """The error in words if it is about the address to listen on, else None."""
    from .port_holder import holder_of

    host, port = settings.server.host, settings.server.port
    if error.errno in _TAKEN:
        return AlreadyRunning(
            holder_of(host, port),
            next_step=say("Stop that program, or choose another port: printflow serve --port 8081"),
        )
    if error.errno in _NOT_OURS or isinstance(error, socket.gaierror):
        return SettingsError(
            say(
                "Printflow can't listen on {host}, port {port}: {why}.",
                host=host,
                port=str(port),
                why=error.strerror or str(error),
            ),
            key="server.host",
            next_step=say(
                "Set server.host to an address of this machine, and use a port above 1023."
            ),
        )
    return None


@contextmanager
def sigterm() -> Iterator[None]:
    """SIGTERM ends the server as Ctrl-C does: by KeyboardInterrupt."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
