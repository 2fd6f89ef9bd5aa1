"""A real token endpoint on a free port: OAuth 2.0 client credentials and refresh tokens."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

CLIENT, SECRET = "11112222-client", "s3cr3t~value+with/signs=="


class TokenEndpoint:
    """Gives tokens as long as it is well. ``asked`` holds the forms that arrived.

    ``fault`` is None, or what it answers instead: ``(status, content type, text)``, or "hangs",
    "drips", "drops". With ``rotating``, each refresh token works once.
    """

    def __init__(self) -> None:
        self.url = ""
        self.seconds: object = 3600
        self.rotating = False
        self.fault: tuple[int, str, str] | str | None = None
        self.headers: dict[str, str] = {}
        self.asked: list[dict[str, str]] = []
        self.refresh_tokens = {"refresh-0"}
        self.good: set[str] = set()
        """The access tokens that a mail server should accept."""
        self.over = threading.Event()
        self._lock = threading.Lock()

    def revoke(self) -> None:
        """No access token that was given works any more."""
        self.good.clear()

    def answer(self, form: dict[str, str]) -> tuple[int, str, str]:
        """What a well endpoint says to this form."""
        with self._lock:
            self.asked.append(form)
            if isinstance(self.fault, tuple):
                return self.fault
            if form.get("client_id") != CLIENT or form.get("client_secret") != SECRET:
                return refusal(
                    401, "invalid_client", "AADSTS7000215: Invalid client secret provided."
                )
            given: dict[str, Any] = {"token_type": "Bearer", "expires_in": self.seconds}
            if form["grant_type"] == "refresh_token":
                used = form["refresh_token"]
                if used not in self.refresh_tokens:
                    return refusal(400, "invalid_grant", "Token has been expired or revoked.")
                if self.rotating:
                    self.refresh_tokens.remove(used)
                    given["refresh_token"] = f"refresh-{len(self.asked)}"
                    self.refresh_tokens.add(given["refresh_token"])
            given["access_token"] = f"access-{len(self.asked)}"
            self.good.add(given["access_token"])
            return 200, "application/json", json.dumps(given)


def refusal(status: int, error: str, description: str) -> tuple[int, str, str]:
    """A refusal as RFC 6749 has it."""
    plain = {"error": error, "error_description": description}
    return status, "application/json", json.dumps(plain)


@contextmanager
def token_endpoint(context: ssl.SSLContext | None = None) -> Iterator[TokenEndpoint]:
    """It runs, with TLS where there is a ``context``."""
    made = TokenEndpoint()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            text = self.rfile.read(length).decode("ascii")
            status, kind, body = made.answer({k: v[0] for k, v in parse_qs(text).items()})
            if made.fault == "hangs":
                made.over.wait(20)
                return
            if made.fault == "drops":
                self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{")
                return
            if made.fault == "drips":
                self._drip()
                return
            self.send_response(status)
            self.send_header("Content-Type", kind)
            for name, value in made.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body.encode())

        def _drip(self) -> None:
            self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
            while not made.over.wait(0.05):
                try:
                    self.wfile.write(b" ")
                except OSError:
                    return

        def log_message(self, *_given: object) -> None:
            return

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_given: object) -> None:
            return  # a client that does not trust it hangs up

    with Server(("127.0.0.1", 0), Handler) as server:
        if context is not None:
            server.socket = context.wrap_socket(
                server.socket, server_side=True, do_handshake_on_connect=False
            )
        scheme = "http" if context is None else "https"
        made.url = f"{scheme}://127.0.0.1:{server.server_address[1]}/token"
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield made
        finally:
            made.over.set()
            server.shutdown()
            thread.join(5)
