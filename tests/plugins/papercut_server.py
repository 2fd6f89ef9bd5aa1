"""A PaperCut server on loopback, written after its documentation of the XML Web Services API.

https://www.papercut.com/help/manuals/ng-mf/common/tools-web-services/ and its list of error codes.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from socketserver import ThreadingMixIn
from typing import Any
from xmlrpc.client import Fault
from xmlrpc.server import SimpleXMLRPCRequestHandler, SimpleXMLRPCServer

TOKEN = "papercut-token-of-the-tests"
GENERAL, NO_USER = 257, 262


class _Handler(SimpleXMLRPCRequestHandler):
    rpc_paths = ("/rpc/api/xmlrpc",)
    server: _Server

    def do_POST(self) -> None:
        peer = self.server.peer
        self.cut = False
        peer.here.handler = self
        super().do_POST()

    def send_response(self, code: int, message: str | None = None) -> None:
        peer = self.server.peer
        if self.cut:
            # What was done is done; its answer never arrives.
            self.connection.shutdown(socket.SHUT_RDWR)
            raise ConnectionAbortedError
        if peer.raw is not None and code == 200:
            body, peer.raw = peer.raw, None
            super().send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_RDWR)
            raise ConnectionAbortedError
        super().send_response(code, message)


class _Server(ThreadingMixIn, SimpleXMLRPCServer):
    daemon_threads = True
    peer: PaperCutPeer

    def handle_error(self, *_request: object) -> None:
        """Cut connections are meant."""


class PaperCutPeer:
    """Balances by user, what was adjusted, and what goes wrong next."""

    def __init__(self) -> None:
        self.balances: dict[tuple[str, str], Decimal] = {}
        self.log: list[tuple[str, Decimal, str]] = []
        self.calls: list[str] = []
        self.url = ""
        self.faults: dict[str, Fault] = {}
        """By method, what it answers instead."""
        self.raw: bytes | None = None
        """What the next answer is instead."""
        self.cut_after_adjust = False
        self.hold: threading.Event | None = None
        """What an adjustment waits for before it answers."""
        self.held = threading.Event()
        self.lock = threading.Lock()
        self.here = threading.local()

    def _begun(self, token: str, method: str) -> None:
        self.calls.append(method)
        if token != TOKEN:
            raise Fault(GENERAL, f"Invalid authentication token supplied: {token}")
        if method in self.faults:
            raise self.faults[method]

    def _key(self, user: str, account: str) -> tuple[str, str]:
        key = (user.lower(), account)
        if key not in self.balances:
            raise Fault(NO_USER, f"User not found: {user}")
        return key

    def is_user_exists(self, token: str, user: str) -> bool:
        self._begun(token, "api.isUserExists")
        return any(known == user.lower() for known, _account in self.balances)

    def balance(self, token: str, user: str, account: str = "") -> float:
        self._begun(token, "api.getUserAccountBalance")
        return float(self.balances[self._key(user, account)])

    def adjust(
        self, token: str, user: str, adjustment: float, comment: str, account: str = ""
    ) -> bool:
        self._begun(token, "api.adjustUserAccountBalanceIfAvailable")
        key, by = self._key(user, account), Decimal(str(adjustment))
        with self.lock:
            if self.balances[key] + by < 0:
                return False
            self.balances[key] += by
            self.log.append((user, by, comment))
        if self.hold is not None:
            self.held.set()
            self.hold.wait(30)
        self.here.handler.cut = self.cut_after_adjust
        return True


@contextmanager
def papercut_server() -> Iterator[PaperCutPeer]:
    """It runs until the end of the ``with``."""
    peer = PaperCutPeer()
    server = _Server(("127.0.0.1", 0), _Handler, logRequests=False)
    server.peer = peer
    methods: dict[str, Any] = {
        "api.isUserExists": peer.is_user_exists,
        "api.getUserAccountBalance": peer.balance,
        "api.adjustUserAccountBalanceIfAvailable": peer.adjust,
    }
    for name, method in methods.items():
        server.register_function(method, name)
    peer.url = f"http://127.0.0.1:{server.server_address[1]}/rpc/api/xmlrpc"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield peer
    finally:
        if peer.hold is not None:
            peer.hold.set()
        server.shutdown()
        server.server_close()
        thread.join(5)
