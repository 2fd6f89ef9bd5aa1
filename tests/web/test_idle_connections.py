"""Connections at rest: asked nothing while nothing arrives, and served and ended as ever."""

from __future__ import annotations

import http.client
import socket
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from waitress.channel import HTTPChannel
from waitress.server import create_server

from printflow_web.idle_connections import Connections, RestingLoop, connections

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="epoll is Linux' own")


class Channel(HTTPChannel):
    """Counts how often it is asked what it wishes."""

    asked = 0

    def readable(self) -> bool:
        Channel.asked += 1
        return bool(super().readable())


def echo(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    body = environ["wsgi.input"].read()
    said = environ["PATH_INFO"].encode() * 100 + body
    start_response("200 OK", [("Content-Length", str(len(said)))])
    return [said]


@pytest.fixture
def port() -> Iterator[int]:
    server: Any = create_server(
        echo,
        map=connections(),
        host="127.0.0.1",
        port=0,
        threads=4,
        asyncore_use_poll=True,
        channel_timeout=2,
        cleanup_interval=1,
    )
    server.asyncore, server.channel_class = RestingLoop(), Channel
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield server.effective_port
    server.task_dispatcher.shutdown()
    server.trigger.pull_trigger(lambda: [one.close() for one in list(server._map.values())])
    thread.join(5)
    assert not thread.is_alive(), "the loop ends with its last connection"


def ask(line: http.client.HTTPConnection, path: str, body: bytes | None = None) -> bytes:
    line.request("POST" if body is not None else "GET", path, body)
    return line.getresponse().read()


def test_many_requests_over_many_connections_that_stay(port: int) -> None:
    lines = [http.client.HTTPConnection("127.0.0.1", port, timeout=10) for _ in range(20)]
    for turn in range(3):
        for number, line in enumerate(lines):
            path = f"/{turn}-{number}"
            assert ask(line, path, b"x" * 70_000) == path.encode() * 100 + b"x" * 70_000
    for line in lines:
        line.close()


def test_who_rests_is_asked_nothing_but_once_a_second(port: int) -> None:
    resting = [socket.create_connection(("127.0.0.1", port)) for _ in range(50)]
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    ask(line, "/")
    time.sleep(0.2)
    Channel.asked, began = 0, time.monotonic()
    for _ in range(40):
        ask(line, "/")
    looks = time.monotonic() - began + 2
    assert Channel.asked <= 40 * 6 + 51 * looks, "waitress itself asks all 51 about 120 times"
    line.close()
    for one in resting:
        one.close()


def test_a_connection_that_says_nothing_is_ended(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=15) as silent:
        assert silent.recv(1) == b"", "after channel_timeout, by the server"


def test_a_body_that_comes_in_pieces(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as slow:
        slow.sendall(
            b"POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\nConnection: close\r\n\r\n"
        )
        for piece in (b"ab", b"cd", b"ef"):
            time.sleep(0.3)
            slow.sendall(piece)
        answer = b""
        while some := slow.recv(4096):
            answer += some
    assert answer.endswith(b"/a" * 100 + b"abcdef")


def test_a_number_that_comes_again_is_a_new_connection() -> None:
    class Quiet:
        accepting = False

        def __init__(self) -> None:
            self.read = 0

        def readable(self) -> bool:
            return True

        def writable(self) -> bool:
            return False

        def handle_read_event(self) -> None:
            self.read += 1

    one, other = socket.socketpair()
    kept, first, second = Connections(), Quiet(), Quiet()
    kept[one.fileno()] = first
    kept.turn(0)
    del kept[one.fileno()]
    kept[one.fileno()] = second
    other.send(b"x")
    kept.turn(1)
    assert (first.read, second.read) == (0, 1)
    del kept[one.fileno()]
    kept.turn(0)
    assert second.read == 1
    one.close()
    other.close()


def test_a_connection_that_was_closed_elsewhere_stops_no_other() -> None:
    class Closed:
        accepting = False

        def __init__(self) -> None:
            self.reads = True

        def readable(self) -> bool:
            return self.reads

        def writable(self) -> bool:
            return False

    one, other = socket.socketpair()
    kept, closed, fd = Connections(), Closed(), one.fileno()
    kept[fd] = closed
    kept.turn(0)
    one.close()
    closed.reads = False
    kept.awake.add(fd)
    kept.turn(0)
    del kept[fd]
    assert fd not in kept.awake
    other.close()
