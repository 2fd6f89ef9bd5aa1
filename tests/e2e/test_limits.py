"""The running program against bodies that are too large, cut off, or slow (`bad-inputs.md` A13–A15)."""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import socket
import struct
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import sample_models
from tests.e2e.conftest import Server
from tests.web.conftest import FORM

LIMIT_MB = 2
BOUNDARY = "frontier"


@pytest.fixture
def more_settings() -> dict[str, str]:
    return {"PRINTFLOW_MAX_UPLOAD_MB": str(LIMIT_MB)}


def body(fields: dict[str, str], data: bytes) -> bytes:
    """A multipart form with a model at its end."""
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    parts.append(
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.stl"\r\n'
        "Content-Type: model/stl\r\n\r\n"
    )
    return "".join(parts).encode() + data + f"\r\n--{BOUNDARY}--\r\n".encode()


class Browser:
    """A bare HTTP client with the cookie and token of the form."""

    def __init__(self, server: Server) -> None:
        self.server = server
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
        connection.request("GET", "/submit")
        answer = connection.getresponse()
        page = answer.read().decode()
        self.cookie = answer.headers["Set-Cookie"].partition(";")[0]
        found = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert found
        self.token = found[1]
        connection.close()

    def post(
        self, path: str, data: bytes | Iterator[bytes], **headers: str
    ) -> tuple[int, str, http.client.HTTPMessage]:
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=20)
        kind = f"multipart/form-data; boundary={BOUNDARY}"
        sent = {"Cookie": self.cookie, "Content-Type": kind, **headers}
        # The server may answer and close before it has read everything.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            connection.request(
                "POST", path, body=data, headers=sent, encode_chunked=not isinstance(data, bytes)
            )
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, text, answer.headers


def parts(server: Server) -> list[Path]:
    return list((server.store / ".incoming").iterdir())


def memory_mb(server: Server) -> float:
    """The resident memory of the server's process; 0 where the system does not tell."""
    status = Path(f"/proc/{server.pid}/status")
    if not status.exists():
        return 0
    found = re.search(r"VmRSS:\s+(\d+) kB", status.read_text())
    assert found
    return int(found[1]) / 1024


@pytest.mark.long
def test_limits_of_the_running_server(server: Server) -> None:
    browser = Browser(server)
    form = {**FORM, "csrf_token": browser.token}
    status, _, headers = browser.post("/submit", body(form, sample_models.stl()))
    assert (status, headers["Location"].partition("=")[0]) == (303, "/submit/success?job")
    big = sample_models.stl()[:80] + struct.pack("<I", 30_000) + os.urandom(50 * 30_000)
    status, _, _ = browser.post("/submit", body({**form, "idempotency_key": "big"}, big))
    assert status == 303, "a file of many read buffers"
    before = memory_mb(server)

    too_large = body(form, bytes((LIMIT_MB + 1) << 20))
    status, text, _ = browser.post("/submit", too_large)
    assert status == 413
    assert f"{LIMIT_MB} MB" in text

    pieces = (too_large[start : start + 65536] for start in range(0, len(too_large), 65536))
    status, text, _ = browser.post("/submit", pieces, **{"Transfer-Encoding": "chunked"})
    assert status == 413
    assert f"{LIMIT_MB} MB" in text

    kind = "application/x-www-form-urlencoded"
    for path in ("/", "/submit", "/find", "/login", "/dashboard", "/confirm/x", "/outbox"):
        for size in (600_000, 20 << 20):
            started = time.monotonic()
            status, _, _ = browser.post(path, b"a=" + b"x" * size, **{"Content-Type": kind})
            assert status == 413, path
            assert time.monotonic() - started < 10
    assert memory_mb(server) - before < 64
    assert parts(server) == []


@pytest.mark.long
def test_a_dropped_connection_leaves_no_job(server: Server) -> None:
    browser = Browser(server)
    data = body({**FORM, "csrf_token": browser.token}, sample_models.stl())
    head = (
        f"POST /submit HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nCookie: {browser.cookie}\r\n"
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n"
        f"Content-Length: {len(data)}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(head.encode() + data[: len(data) // 2])
    time.sleep(0.5)
    assert parts(server) == []
    assert list((server.store / "Uploaded").iterdir()) == []
    status, _, _ = browser.post("/submit", data)
    assert status == 303


@pytest.mark.long
def test_a_body_that_lies_about_its_form(server: Server) -> None:
    browser = Browser(server)
    for data in (b"", b"--wrong\r\n", body({}, b"")[:60]):
        status, _, _ = browser.post("/submit", data)
        assert status in (400, 403)
    assert parts(server) == []


def test_a_client_that_sends_everything_first_can_read_the_page(server: Server) -> None:
    head = (
        f"POST /find HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {64 << 20}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.sendall(head.encode())
        for _ in range(64):
            connection.sendall(bytes(1 << 20))
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert f"{LIMIT_MB} MB".encode() in answer
    assert b"Content-Security-Policy" in answer


def test_a_password_of_a_megabyte_is_refused_at_once(server: Server) -> None:
    kind = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    status, text, _ = Browser(server).post("/login", b"password=" + b"x" * 1_000_000, **kind)
    assert status == 400
    assert "up to 1000 characters" in text
