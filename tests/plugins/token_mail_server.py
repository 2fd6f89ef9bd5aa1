"""A real mail server that lets people in by AUTH XOAUTH2, with the tokens of a token endpoint."""

from __future__ import annotations

import base64
import json
import ssl
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from email import message_from_bytes
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

USER = "printlab@example.edu"


class Mailbox:
    """What arrived, and what the server says. ``good`` are the tokens that open it."""

    def __init__(self, good: Collection[str]) -> None:
        self.port = 0
        self.good = good
        self.refusal = "535 5.7.3 Authentication unsuccessful"
        self.scope = ""
        self.data = "250 OK"
        self.tried: list[str] = []
        self.ended: list[str] = []
        self.forms: list[int] = []
        """Words after AUTH: 2 where the token came with the command, 1 where it waited."""
        self.taken: Counter[str] = Counter()
        """How often each Message-ID arrived."""

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        if self.data.startswith("2") and isinstance(envelope.content, bytes):
            self.taken[str(message_from_bytes(envelope.content)["Message-ID"])] += 1
        return self.data


class _Server(SMTP):
    box: Mailbox
    line_length_limit = 12_288  # RFC 4954, section 4

    async def auth_XOAUTH2(self, _server: SMTP, args: list[str]) -> AuthResult:
        """As RFC-less as the real ones: a 334 with JSON, an empty line, then the refusal."""
        self.box.forms.append(len(args))
        given = base64.b64decode(args[1]) if len(args) > 1 else await self.challenge_auth("")
        said = given.decode() if isinstance(given, bytes) else ""
        user, how, *_ = said.split("\x01")
        token = how.removeprefix("auth=Bearer ")
        self.box.tried.append(token)
        if user == f"user={USER}" and token in self.box.good:
            return AuthResult(success=True)
        plain = {"status": "401", "schemes": "Bearer", "scope": self.box.scope}
        answer = await self.challenge_auth(json.dumps(plain))
        self.box.ended.append(repr(answer))
        await self.push(self.box.refusal)
        return AuthResult(success=False, handled=True)


@contextmanager
def token_mail_server(
    good: Collection[str],
    context: ssl.SSLContext | None = None,
    *,
    port: int,
    hide: tuple[str, ...] = ("LOGIN", "PLAIN"),
) -> Iterator[Mailbox]:
    """It runs on ``port``, with STARTTLS where there is a ``context``."""
    box = Mailbox(good)
    box.port = port

    class Tokens(Controller):
        def factory(self) -> SMTP:
            server = _Server(self.handler, **self.SMTP_kwargs)
            server.box = box
            return server

    given: dict[str, Any] = {
        "tls_context": context,
        "require_starttls": context is not None,
        "auth_required": True,
        "auth_require_tls": context is not None,
        "auth_exclude_mechanism": hide,
    }
    controller = Tokens(box, hostname="127.0.0.1", port=port, **given)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()
