"""Waitress' side of the limits: bodies that are too large are refused before they are read."""

from __future__ import annotations

import contextlib
import re
import socket
from copy import copy

from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.utilities import RequestEntityTooLarge

from .request import SIGN_IN_BODY, SMALL_BODY

UPLOAD_PATH = re.compile(r"/submit|/dashboard/jobs/[^/]+/versions")
SIGN_IN_PATH = "/login"


class LimitedParser(HTTPRequestParser):
    """Lets only the upload have a large body; what is too large reaches the pages without one.

    The pages refuse it by its declared length, so that people see the page and programs the JSON
    that they see everywhere else.
    """

    upload_limit = SMALL_BODY
    too_large = False

    def parse_header(self, header_plus: bytes) -> None:
        """Choose the limit by what the head of the request says."""
        super().parse_header(header_plus)
        self.adj: Adjustments = copy(self.adj)
        # waitress refuses what reaches its figure; the pages what exceeds theirs.
        self.adj.max_request_body_size = self._most() + 1

    def _most(self) -> int:
        if getattr(self, "command", "") != "POST":
            return SMALL_BODY
        kind = str(self.headers.get("CONTENT_TYPE", "")).strip().lower()
        path = getattr(self, "path", "")
        if UPLOAD_PATH.fullmatch(path) and kind.startswith("multipart/form-data"):
            return self.upload_limit
        return SIGN_IN_BODY if path == SIGN_IN_PATH else SMALL_BODY

    def received(self, data: bytes) -> int:
        """Take the next bytes of the request."""
        consumed: int = super().received(data)
        if not isinstance(self.error, RequestEntityTooLarge):
            return consumed
        self.error, self.too_large, self.expect_continue = None, True, False
        declared = max(self.content_length, self.adj.max_request_body_size)
        self.headers = {
            **self.headers,
            "CONTENT_LENGTH": str(declared),
            "CONNECTION": "close",
        }
        return len(data)


class LingeringChannel(HTTPChannel):
    """A connection that lets its client read a refusal while it still sends the refused body.

    Closing at once would reset the connection, and the browser would show that instead of the
    page. What still arrives is thrown away; waitress ends the connection when its time is over.
    """

    _refusing = False
    _lingering = False

    def service(self) -> None:
        """Answer one request."""
        self._refusing = getattr(self.requests[0], "too_large", False)
        super().service()

    def handle_close(self) -> None:
        """Say that no more is to come; close at the second call, or when the client has left."""
        if self._refusing and not self._lingering:
            self._lingering, self.will_close = True, False
            with contextlib.suppress(OSError):
                if self.socket is not None:
                    self.socket.shutdown(socket.SHUT_WR)
                    return  # else the client is gone
        super().handle_close()

    def handle_read(self) -> None:
        """Read; after a refusal only to empty the line."""
        if not self._lingering:
            super().handle_read()
            return
        try:
            self.recv(self.adj.recv_bytes)  # closes at the end of what is sent
        except OSError:
            self.handle_close()


def parser_for(upload_limit: int) -> type[LimitedParser]:
    """The parser of a server whose uploads may have that many bytes."""
    return type("UploadParser", (LimitedParser,), {"upload_limit": upload_limit})
