"""A provider over real HTTP that answers whatever a test tells it to, however wrong that is."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey

CLIENT_ID, SECRET = "printflow", "a client's secret of some length"


@cache
def new_key(name: str) -> RSAKey:
    """A key of that id; one for all tests, since making it takes a while."""
    return RSAKey.generate_key(2048, {"kid": name})


@dataclass
class HostileProvider:
    """What it says. Tests change the fields; ``alter`` changes the claims of the next ID token."""

    url: str = ""
    key: RSAKey = field(default_factory=lambda: new_key("one"))
    published: list[RSAKey] = field(default_factory=list)
    claims: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] | None = None
    discovery: dict[str, Any] = field(default_factory=dict)
    alter: Callable[[dict[str, Any]], None] = lambda _claims: None
    sign: Callable[[HostileProvider, dict[str, Any]], str] | None = None
    token_error: tuple[int, str] | None = None
    refresh_error: str = ""
    down: bool = False
    drips: threading.Event | None = None
    asked: list[tuple[str, dict[str, str], dict[str, str]]] = field(default_factory=list)
    nonces: dict[str, str] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)

    def code_for(self, authorization_url: str) -> tuple[str, str]:
        """Sign in as the provider's own page would: gives the code and the state."""
        asked = {k: v[0] for k, v in parse_qs(urlsplit(authorization_url).query).items()}
        code = f"code-{len(self.nonces)}"
        self.nonces[code] = asked["nonce"]
        return code, asked["state"]

    def token(self, nonce: str) -> str:
        now = int(time.time())
        claims = {
            "iss": self.url, "aud": CLIENT_ID, "sub": "sub-1", "iat": now, "exp": now + 300,
            "auth_time": now, **({"nonce": nonce} if nonce else {}), **self.claims,
        }  # fmt: skip
        self.alter(claims)
        if self.sign is not None:
            return self.sign(self, claims)
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, self.key)

    def answer(self, path: str, form: dict[str, str]) -> tuple[int, Any]:
        if self.down:
            return 503, {"error": "temporarily_unavailable"}
        match path:
            case "/.well-known/openid-configuration":
                return 200, self._discovery()
            case "/keys":
                keys = KeySet(list(self.published or [self.key]))
                return 200, keys.as_dict(private=False)
            case "/token" if form.get("grant_type") == "refresh_token":
                if self.refresh_error:
                    return 400, {"error": self.refresh_error}
                return 200, self._tokens("")
            case "/token":
                code = form.get("code", "")
                if self.token_error:
                    return self.token_error[0], {"error": self.token_error[1]}
                if code in self.used or code not in self.nonces:
                    return 400, {"error": "invalid_grant"}
                self.used.add(code)
                return 200, self._tokens(self.nonces[code])
            case "/userinfo":
                return (401, {}) if self.userinfo is None else (200, self.userinfo)
        return 404, {}

    def _tokens(self, nonce: str) -> dict[str, Any]:
        return {
            "token_type": "Bearer", "expires_in": 3600, "access_token": "access",
            "refresh_token": "refresh", "id_token": self.token(nonce),
        }  # fmt: skip

    def _discovery(self) -> dict[str, Any]:
        url = self.url
        return {
            "issuer": url, "authorization_endpoint": f"{url}/authorize",
            "token_endpoint": f"{url}/token", "jwks_uri": f"{url}/keys",
            "userinfo_endpoint": f"{url}/userinfo", "end_session_endpoint": f"{url}/end",
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"], **self.discovery,
        }  # fmt: skip


@contextmanager
def hostile_provider() -> Iterator[HostileProvider]:
    """One that listens on a free port of this machine."""
    provider = HostileProvider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer({})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
            self._answer({name: values[0] for name, values in parse_qs(body).items()})

        def _answer(self, form: dict[str, str]) -> None:
            path = urlsplit(self.path).path
            provider.asked.append((path, form, dict(self.headers)))
            status, document = provider.answer(path, form)
            body = json.dumps(document).encode()
            try:
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                if status in (301, 302):
                    self.send_header("Location", str(document))
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if provider.drips is not None:  # one byte, then nothing until the test is over
                    self.wfile.write(body[:1])
                    self.wfile.flush()
                    provider.drips.wait(30)
                self.wfile.write(body[1:] if provider.drips is not None else body)
            except OSError:
                return

        def log_message(self, *_parts: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False

        def handle_error(self, *_parts: object) -> None:
            pass  # clients that gave up are what some tests are about

    server = Server(("127.0.0.1", 0), Handler)
    provider.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        if provider.drips is not None:
            provider.drips.set()
        server.shutdown()
        server.server_close()
        thread.join(5)


def with_public_key_as_secret(provider: HostileProvider, claims: dict[str, Any]) -> str:
    """The classic confusion: HS256, and the published key's own bytes as the secret."""
    from cryptography.hazmat.primitives import serialization

    pem = provider.key.public_key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    header = {"alg": "HS256", "kid": provider.key.kid}
    from base64 import urlsafe_b64encode
    from hashlib import sha256
    from hmac import digest

    def b64(raw: bytes) -> str:
        return urlsafe_b64encode(raw).rstrip(b"=").decode()

    signed = f"{b64(json.dumps(header).encode())}.{b64(json.dumps(claims).encode())}"
    return f"{signed}.{b64(digest(pem, signed.encode(), sha256))}"


def unsigned(_provider: HostileProvider, claims: dict[str, Any]) -> str:
    """alg none."""
    from base64 import urlsafe_b64encode

    def b64(value: Any) -> str:
        return urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    return f"{b64({'alg': 'none'})}.{b64(claims)}."


def with_own_secret(_provider: HostileProvider, claims: dict[str, Any]) -> str:
    """HS256 with the client's secret, which the provider could do, and which isn't taken."""
    key = OctKey.import_key(SECRET.encode().ljust(32, b"."))
    return jwt.encode({"alg": "HS256", "kid": "one"}, claims, key, algorithms=["HS256"])


def with_foreign_key(_provider: HostileProvider, claims: dict[str, Any]) -> str:
    """Signed by somebody else, under the name of a key that is published."""
    return jwt.encode({"alg": "RS256", "kid": "one"}, claims, new_key("foreign"))


def with_own_header_key(_provider: HostileProvider, claims: dict[str, Any]) -> str:
    """Signed by somebody else, who puts the public key into the token's header."""
    key = new_key("foreign")
    header = {"alg": "RS256", "jwk": key.as_dict(private=False)}
    return jwt.encode(header, claims, key)
