"""Who a proxy names is believed from the proxy's own address alone: tried on the real server."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from printflow_web.proxy_headers import ProxyHeaders
from tests.e2e.conftest import wait_until_it_answers
from tests.ports import free_port


class Server:
    """The real program, and raw requests to it."""

    def __init__(self, port: int, store: Path) -> None:
        self.port = port
        self.store = store

    def get(self, path: str, *headers: str) -> tuple[int, str, str]:
        """Status, head and page. Headers go out exactly as they are given."""
        lines = [
            f"GET {path} HTTP/1.1",
            f"Host: 127.0.0.1:{self.port}",
            "Connection: close",
            *headers,
        ]
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as line:
            line.sendall(("\r\n".join(lines) + "\r\n\r\n").encode("utf-8"))
            answer = b""
            while data := line.recv(65536):
                answer += data
        head, _, page = answer.decode("utf-8", "replace").partition("\r\n\r\n")
        return int(head.split(" ")[1]), head, page

    def signed_in(self, *headers: str) -> str:
        """The cookie of who signs in by these headers; "" for nobody."""
        status, head, _ = self.get("/login/proxy", *headers)
        cookies = re.findall(r"Set-Cookie: (printflow=[^;]+)", head)
        if status != 303 or "Location: /dashboard" not in head:
            return ""
        return f"Cookie: {cookies[-1]}"


@contextmanager
def serving(folder: Path, addresses: str, **more: str) -> Iterator[Server]:
    port, store = free_port(), folder / "store"
    store.mkdir(exist_ok=True)
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("PRINTFLOW_")},
        "PRINTFLOW_STORE": str(store),
        "PRINTFLOW_BASE_URL": f"http://127.0.0.1:{port}",
        "PRINTFLOW_IDENTITY__PROXY_HEADER": "X-Remote-User",
        "PRINTFLOW_IDENTITY__PROXY_NAME_HEADER": "X-Remote-Name",
        "PRINTFLOW_IDENTITY__PROXY_ROLES_HEADER": "X-Remote-Groups",
        "PRINTFLOW_IDENTITY__PROXY_ADDRESSES": addresses,
        "PRINTFLOW_IDENTITY__ROLES": '{"lab-admins": "administrator", "lab-staff": "technician"}',
        **more,
    }
    command = [sys.executable, "-m", "printflow", "serve", "--port", str(port), "--no-worker"]
    log = folder / "serve.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=subprocess.STDOUT, env=environment, cwd=folder
        )
    try:
        wait_until_it_answers(f"http://127.0.0.1:{port}/health/live", process, log)
        yield Server(port, store)
    finally:
        process.terminate()
        process.wait(20)


ANA = ("X-Remote-User: ana", "X-Remote-Name: Ana Reyés", "X-Remote-Groups: students;lab-staff")


def test_from_the_proxys_address(tmp_path: Path) -> None:
    with serving(tmp_path, "127.0.0.1") as server:
        assert "Ana Reyés" in server.get("/login", *ANA)[2]
        cookie = server.signed_in(*ANA)
        assert cookie
        status, _, page = server.get("/dashboard", cookie, *ANA)
        assert status == 200
        assert "Ana Reyés" in page
        assert server.get("/admin/system", cookie, *ANA)[0] == 403
        # Between two looks at the header, the session goes on for a while.
        assert server.get("/dashboard", cookie)[0] == 200
        # The header's own word counts at once: another person, another role, or none.
        other = ("X-Remote-User: eve", *ANA[1:])
        assert server.get("/dashboard", server.signed_in(*ANA), *other)[0] == 303
        gone = (*ANA[:2], "X-Remote-Groups: students")
        cookie = server.signed_in(*ANA)
        assert server.get("/dashboard", cookie, *gone)[0] == 303
        assert server.get("/dashboard", cookie, *ANA)[0] == 303
        # Nobody without a role, and nobody without a name.
        assert not server.signed_in(*gone)
        assert not server.signed_in("X-Remote-User: ", *ANA[1:])
        assert not server.signed_in("X-Remote-User:\tana\x01", *ANA[1:])
        # Two names come from two places, and so do underscores.
        assert server.get("/login", *ANA, "X-Remote-User: eve")[0] == 400
        assert server.get("/login", *ANA, "X_Remote_User: eve")[0] == 400
        assert server.get("/login", *ANA, "x-remote_groups: lab-admins")[0] == 400
        assert server.get("/login", *ANA, "X-REMOTE-GROUPS: lab-admins")[0] == 400


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"PRINTFLOW_SERVER__TRUSTED_PROXY": "127.0.0.1"},
        {"PRINTFLOW_SERVER__TRUSTED_PROXY": "*"},
    ],
)
def test_from_any_other_address_nobody_is_named(tmp_path: Path, more: dict[str, str]) -> None:
    with serving(tmp_path, "10.9.8.7", **more) as server:
        for forged in (
            (),
            ("X-Forwarded-For: 10.9.8.7",),
            ("X-Forwarded-For: 10.9.8.7, 10.9.8.7", "X-Forwarded-Proto: http"),
            ("Forwarded: for=10.9.8.7",),
            ("X-Real-IP: 10.9.8.7",),
            ("Printflow-Peer: 10.9.8.7",),
            ("printflow.peer: 10.9.8.7",),
        ):
            assert not server.signed_in(*ANA, *forged)
            assert "Ana Reyés" not in server.get("/login", *ANA, *forged)[2]


def test_it_is_off_by_default(tmp_path: Path) -> None:
    with serving(tmp_path, "127.0.0.1", PRINTFLOW_IDENTITY__PROXY_HEADER="") as server:
        assert not server.signed_in(*ANA)
        assert server.get("/login", *ANA, "X-Remote-User: eve")[0] == 200


def test_another_web_server_names_nobody(tmp_path: Path) -> None:
    """Only ours knows the other end of a connection, so elsewhere the headers count for nothing."""
    from printflow import Settings

    settings = Settings(
        environ={},
        store=tmp_path,
        identity={"proxy_header": "X-Remote-User", "proxy_addresses": ["127.0.0.1"]},
    )
    headers = ProxyHeaders(settings)
    forged = {"HTTP_X_REMOTE_USER": "ana", "REMOTE_ADDR": "127.0.0.1",
              "HTTP_PRINTFLOW_PEER": "127.0.0.1"}  # fmt: skip
    assert headers.named(dict(forged)) is None
    headers.admit(forged, "192.0.2.1", doubled=False)
    assert "HTTP_X_REMOTE_USER" not in forged
    mapped = {"HTTP_X_REMOTE_USER": "ana"}
    headers.admit(mapped, "::ffff:127.0.0.1", doubled=False)
    named = headers.named(mapped)
    assert named is not None
    assert named.user == "ana"
