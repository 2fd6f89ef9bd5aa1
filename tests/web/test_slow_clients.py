"""Slow clients and unfinished uploads, against the real server: bounded, and nobody else waits."""

from __future__ import annotations

import http.client
import json
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import waitress.server

from printflow import Printflow, Settings
from printflow_web import server as web_server
from printflow_web.gate import Gate, Pace
from printflow_web.limited_parser import client_of
from printflow_web.pace import Watch
from tests.ports import free_port

FORM = b"Content-Type: multipart/form-data; boundary=x\r\n"


class Site:
    """A running server."""

    def __init__(self, port: int, settings: Settings) -> None:
        self.port = port
        self.settings = settings

    def line(self, address: str = "127.0.0.1") -> socket.socket:
        """A connection from an address of this machine."""
        return socket.create_connection(
            ("127.0.0.1", self.port), timeout=10, source_address=(address, 0)
        )

    def head(self, length: int, *more: bytes, path: str = "/submit") -> bytes:
        """The head of a form with a model."""
        start = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n".encode()
        return start + FORM + b"".join(more) + f"Content-Length: {length}\r\n\r\n".encode()

    def get(self, path: str, address: str = "127.0.0.1") -> tuple[int, str, dict[str, str]]:
        """Ask for a page."""
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=10, source_address=(address, 0)
        )
        connection.request("GET", path)
        answer = connection.getresponse()
        found = answer.status, answer.read().decode(), dict(answer.getheaders())
        connection.close()
        return found

    def cookie(self) -> bytes:
        """The cookie of someone who has the form open."""
        _, _, headers = self.get("/submit")
        return f"Cookie: {headers['Set-Cookie'].partition(';')[0]}\r\n".encode()

    def uploads(self) -> dict[str, Any]:
        """What readiness says of them."""
        found: dict[str, Any] = json.loads(self.get("/health/ready")[1])["uploads"]
        return found


Serve = Callable[..., Site]


@pytest.fixture
def serve(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """Start the real server with settings of its section."""
    labs: list[Printflow] = []
    servers: list[Any] = []
    threads: list[threading.Thread] = []

    def started(**server: Any) -> Site:
        port = free_port()
        settings = Settings(
            store=tmp_path / "store",
            base_url=f"http://127.0.0.1:{port}",
            server={"port": port, **server},
            disk_reserve_mb=1,
            check_email_domain=False,
        )
        lab = Printflow.open(settings)
        labs.append(lab)
        ready = threading.Event()
        made = waitress.server.create_server

        def kept(*arguments: Any, **options: Any) -> Any:
            servers.append(made(*arguments, **options))
            return servers[-1]

        monkeypatch.setattr(web_server, "create_server", kept)
        thread = threading.Thread(
            target=web_server.serve,
            args=(lab, "127.0.0.1", port),
            kwargs={"announce": lambda _url: ready.set()},
            daemon=True,
        )
        thread.start()
        threads.append(thread)
        assert ready.wait(10)
        return Site(port, settings)

    yield started
    for one in servers:
        one.maintenance = _leave
        one.next_channel_cleanup = 0
    for thread in threads:
        thread.join(10)
    for one in servers:
        for channel in list(one.active_channels.values()):
            channel._end()
    for lab in labs:
        lab.close()


def _leave(_now: float) -> None:
    raise SystemExit


def _ended(line: socket.socket, within: float) -> bool:
    line.settimeout(within)
    try:
        while line.recv(65536):
            pass
    except TimeoutError:
        return False
    except OSError:
        return True
    return True


@pytest.mark.long
def test_dripping_heads_and_bodies_are_cut_off_and_steady_ones_are_not(serve: Serve) -> None:
    site = serve(header_seconds=1, body_grace_seconds=1, body_bytes_per_second=1000)
    head, body, steady = site.line(), site.line(), site.line()
    head.sendall(b"GET / HTTP/1.1\r\n")
    body.sendall(site.head(60_000) + b"x" * 100)
    steady.sendall(site.head(60_000))
    until = time.monotonic() + 4
    while time.monotonic() < until:
        steady.sendall(b"x" * 1000)
        time.sleep(0.25)
    assert _ended(head, 1)
    assert _ended(body, 1)
    assert not _ended(steady, 0.2)
    for line in (head, body, steady):
        line.close()


def test_one_client_holds_no_more_connections_than_allowed(serve: Serve) -> None:
    site = serve(connections_per_client=5)
    own = [site.line("127.0.0.7") for _ in range(5)]
    for line in own:
        line.sendall(b"GET / HT")
    further = site.line("127.0.0.7")
    assert _ended(further, 3)
    assert site.get("/health/live", "127.0.0.8")[0] == 200
    for line in own:
        line.close()
    until = time.monotonic() + 5
    while True:
        try:
            assert site.get("/health/live", "127.0.0.7")[0] == 200
            break
        except (OSError, http.client.HTTPException):
            assert time.monotonic() < until, "those that ended are not counted"
            time.sleep(0.1)
    further.close()


def test_behind_a_trusted_proxy_each_client_that_it_names_is_counted(serve: Serve) -> None:
    site = serve(trusted_proxy="127.0.0.1", connections_per_client=3)

    def unfinished(client: str) -> socket.socket:
        line = site.line()
        line.sendall(site.head(1000, f"X-Forwarded-For: {client}\r\n".encode()) + b"x")
        return line

    own = [unfinished("203.0.113.9") for _ in range(3)]
    time.sleep(0.3)
    further, other = unfinished("203.0.113.9"), unfinished("203.0.113.10")
    answer = further.recv(65536)
    assert answer.startswith(b"HTTP/1.1 429 ")
    assert b"Retry-After: 30" in answer
    assert not _ended(other, 0.3)
    for line in (*own, further, other):
        line.close()


@pytest.mark.long
def test_when_connections_run_out_the_least_useful_ends(serve: Serve) -> None:
    site = serve(connection_limit=40, connections_per_client=1000)
    slow = [site.line(f"127.0.0.{number}") for number in range(10, 80)]
    for line in slow:
        line.sendall(b"GET / HT")
    time.sleep(4.5)
    for _ in range(10):
        assert site.get("/health/live")[0] == 200
    for line in slow:
        line.close()


def test_what_a_stranger_sends_as_the_gate_s_word_is_not_believed(serve: Serve) -> None:
    site = serve()
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=10)
    connection.request("GET", "/submit", headers={"Printflow-Refused": "no room"})
    assert connection.getresponse().status == 200
    connection.close()


def test_nothing_large_is_taken_without_the_form_s_cookie(serve: Serve) -> None:
    site = serve()
    line = site.line()
    line.sendall(site.head(50 << 20))
    answer = line.recv(65536)
    assert answer.startswith(b"HTTP/1.1 403 ")
    line.close()
    assert site.uploads()["reserved_mb"] == 0
    forged = site.line()
    forged.sendall(site.head(50 << 20, b"Cookie: printflow=forged\r\n"))
    assert forged.recv(65536).startswith(b"HTTP/1.1 403 ")
    forged.close()


def test_bodies_beyond_the_spool_are_refused_at_once_and_readiness_knows(serve: Serve) -> None:
    site = serve(spool_mb=100)
    cookie = site.cookie()
    first = site.line()
    first.sendall(site.head(95 << 20, cookie) + bytes(1 << 20))
    _until(lambda: site.uploads()["reserved_mb"] == 95)
    uploads = site.uploads()
    assert (uploads["under_way"], uploads["full"]) == (1, True)
    second = site.line("127.0.0.9")
    second.sendall(site.head(95 << 20, cookie))
    answer = second.recv(65536)
    assert answer.startswith(b"HTTP/1.1 503 ")
    assert b"Retry-After: 30" in answer
    assert b"Too many uploads are in progress" in _rest(second, answer)
    small = site.line("127.0.0.9")
    small.sendall(site.head(20_000, cookie) + bytes(20_000))
    assert not small.recv(65536).startswith(b"HTTP/1.1 503 "), "small forms need no room"
    first.close()
    _until(lambda: site.uploads()["reserved_mb"] == 0)
    for line in (second, small):
        line.close()


def test_bodies_are_spooled_beside_the_database_without_a_name(serve: Serve) -> None:
    site = serve()
    line = site.line()
    line.sendall(site.head(40 << 20, site.cookie()) + bytes(2 << 20))
    spool = site.settings.spool_dir
    _until(lambda: _nameless(spool) >= 1 << 20)
    assert spool == site.settings.state_dir / "spool"
    assert list(spool.iterdir()) == []
    line.close()
    _until(lambda: _nameless(spool) == 0)


def _nameless(folder: Path) -> int:
    held = 0
    for link in Path("/proc/self/fd").iterdir():
        try:
            if str(link.readlink()).startswith(str(folder)):
                held += link.stat().st_size
        except OSError:
            continue
    return held


def _rest(line: socket.socket, answer: bytes) -> bytes:
    found = re.search(rb"Content-Length: (\d+)", answer)
    assert found
    body = answer.partition(b"\r\n\r\n")[2]
    while len(body) < int(found[1]):
        body += line.recv(65536)
    return body


def _until(true: Callable[[], bool]) -> None:
    until = time.monotonic() + 10
    while not true():
        assert time.monotonic() < until
        time.sleep(0.05)


# -- the parts ------------------------------------------------------------------------------------


def test_a_client_in_ipv6_is_its_64() -> None:
    assert client_of("2001:db8:1:2:aaaa::1") == client_of("2001:db8:1:2::9")
    assert client_of("2001:db8:1:3::1") != client_of("2001:db8:1:2::1")
    assert client_of("::ffff:192.0.2.7") == client_of("192.0.2.7") == "192.0.2.7"


def test_a_full_disk_takes_no_body(tmp_path: Path) -> None:
    settings = Settings(store=tmp_path, disk_reserve_mb=100)
    gate = Gate(settings, tmp_path, free=lambda _folder: 150 << 20)
    assert gate.reserve("one", "a", 40 << 20)
    assert not gate.reserve("two", "b", 40 << 20)
    gate.release("one")
    assert gate.reserve("two", "b", 40 << 20)


def test_an_answer_that_is_not_read_is_late(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    watch = Watch(Pace(headers=10, grace=10, rate=100))
    assert not watch.is_late(None, 50_000, False)
    now[0] = 11
    assert not watch.is_late(None, 40_000, False)
    now[0] = 22
    assert watch.is_late(None, 39_900, False)
