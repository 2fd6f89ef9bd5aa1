"""PaperCut's XML-RPC interface: one call a connection, small answers, and a deadline that holds.

What matters of a call that failed is whether it was sent: one that wasn't has changed nothing.
"""

from __future__ import annotations

import math
import socket
import ssl
import threading
import xmlrpc.client
from contextlib import suppress
from decimal import Decimal
from functools import cached_property
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from ..domain.text import clean_line
from ..ports import PaperCutFault, PaperCutSilent, PaperCutUnreachable
from ..runtime.deadline import TookTooLong, within
from ..settings.papercut import PaperCutSettings
from .xml_answer import BadAnswer, answer_of

SECONDS = 20.0
"""A call may take so long as a whole."""
_LARGEST = 64 * 1024
_SAID = 160


class XmlRpcPaperCut:
    """The server of the settings; see :class:`~printflow.ports.papercut.PaperCutServer`."""

    def __init__(self, settings: PaperCutSettings, *, seconds: float = SECONDS) -> None:
        token = settings.auth_token
        self._token = token.get_secret_value() if token is not None else ""
        self._url = urlsplit(settings.server_url)
        self._ca_file = settings.ca_file
        self._account = (settings.account_name,) if settings.account_name else ()
        self._seconds = seconds

    def knows(self, username: str) -> bool:
        return self._truth("api.isUserExists", username)

    def adjust(self, username: str, amount: Decimal, comment: str) -> bool:
        # XML-RPC has no decimals, and PaperCut counts in doubles: the nearest one to an amount with
        # up to three decimals is read as that amount again.
        return self._truth(
            "api.adjustUserAccountBalanceIfAvailable",
            username,
            float(amount),
            comment,
            *self._account,
        )

    def balance(self, username: str) -> Decimal:
        found = self._call("api.getUserAccountBalance", username, *self._account)
        if (
            isinstance(found, bool)
            or not isinstance(found, int | float)
            or not math.isfinite(found)
        ):
            raise PaperCutSilent("the balance isn't a number")
        return Decimal(str(found))

    def _truth(self, method: str, *params: Any) -> bool:
        found = self._call(method, *params)
        if not isinstance(found, bool):
            raise PaperCutSilent(f"{method} answered neither true nor false")
        return found

    def _call(self, method: str, *params: Any) -> Any:
        body = xmlrpc.client.dumps((self._token, *params), method, encoding="utf-8").encode()
        post = _Post()
        try:
            content = within(self._seconds, lambda: self._answer(post, body))
            return answer_of(content)
        except xmlrpc.client.Fault as fault:
            code = _number(fault.faultCode)
            raise PaperCutFault(code, self._plain(fault.faultString)) from None
        except (TookTooLong, OSError, HTTPException, BadAnswer, ValueError) as error:
            kind = PaperCutSilent if post.give_up() else PaperCutUnreachable
            late = isinstance(error, TookTooLong | TimeoutError)
            why = f"no answer within {self._seconds:g} s" if late else str(error)
            raise kind(self._plain(f"{method}: {why or type(error).__name__}")) from None

    def _answer(self, post: _Post, body: bytes) -> bytes:
        connection = self._connection()
        try:
            connection.connect()
            post.begin(connection.sock)
            headers = {"Content-Type": "text/xml", "Connection": "close"}
            path = self._url.path or "/"
            connection.request("POST", path, body, headers)
            answer = connection.getresponse()
            content = answer.read(_LARGEST + 1)
        finally:
            connection.close()
        if answer.status != 200:
            raise BadAnswer(f"HTTP status {answer.status}")
        if len(content) > _LARGEST:
            raise BadAnswer("the answer is too large")
        return content

    def _connection(self) -> HTTPConnection:
        host, port = self._url.hostname or "", self._url.port
        if self._url.scheme == "https":
            return HTTPSConnection(host, port, timeout=self._seconds, context=self._context)
        return HTTPConnection(host, port, timeout=self._seconds)

    @cached_property
    def _context(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        if self._ca_file is not None:
            context.load_verify_locations(cafile=str(self._ca_file))
        return context

    def _plain(self, said: object) -> str:
        """What may be shown: a line, and never the token."""
        text = str(said)
        if self._token:
            text = text.replace(self._token, "…")
        return clean_line(text)[:_SAID]


def _number(code: object) -> int:
    return code if isinstance(code, int) else 0


class _Post:
    """Whether a call was sent. Once it was given up, it never is: a thread that hung at the
    connection must not charge someone after people were told that nothing was charged.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sock: socket.socket | None = None
        self._given_up = False

    def begin(self, sock: socket.socket) -> None:
        """From here on it counts as sent; raises TookTooLong where it was given up."""
        with self._lock:
            if self._given_up:
                raise TookTooLong("given up before it was sent")
            self._sock = sock

    def give_up(self) -> bool:
        """Wait no longer; gives whether it was sent."""
        with self._lock:
            self._given_up = True
            if self._sock is None:
                return False
            with suppress(OSError):
                self._sock.shutdown(socket.SHUT_RDWR)  # whoever still reads it stops
            return True
