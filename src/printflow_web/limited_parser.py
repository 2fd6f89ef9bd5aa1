"""Waitress' side of the limits: what is too large, or has no room, is refused before it is read."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from copy import copy
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, cast

from waitress.adjustments import Adjustments
from waitress.buffers import FileBasedBuffer, OverflowableBuffer
from waitress.parser import HTTPRequestParser
from waitress.utilities import RequestEntityTooLarge

from printflow import CHUNK_BYTES

from .gate import MEMORY_BYTES, NO_FORM, NO_ROOM, REFUSED_HEADER, TOO_MANY, Gate
from .proxy_headers import ProxyHeaders
from .request import LIST_BODY, PIECE_TYPE, SIGN_IN_BODY, SMALL_BODY, TEXTS_BODY

UPLOAD_PATH = re.compile(r"/submit|/jobs/[^/]+/change|/dashboard/jobs/[^/]+/versions")
PIECE_PATH = re.compile(r"/uploads/[^/]+")
SIGN_IN_PATH = "/login"
TEXTS_PATH = re.compile(r"/admin/catalog/(?:edit|texts)/[^/]+")
LIST_PATHS = ("/admin/payers/import", "/dashboard/payments/report")


def client_of(address: str) -> str:
    """Who an address stands for: itself, and in IPv6 the whole /64 that one household has."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if found.version == 4:
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((int(found), 64), strict=False))


def is_proxy(gate: Gate, peer: str) -> bool:
    """Whether a connection comes from the proxy that is believed."""
    return gate.trusted_proxy == "*" or (bool(gate.trusted_proxy) and gate.trusted_proxy == peer)


class LimitedParser(HTTPRequestParser):
    """Lets only the upload have a large body; what is refused reaches the pages without one.

    The pages say why, so that people see the page and programs the JSON that they see everywhere
    else. Bodies that are not small go to the gate's spool.
    """

    too_large = False
    refused = False
    doubled = False
    """The proxy's headers name two people; see ``proxy_headers.py``."""

    def __init__(
        self,
        adj: Adjustments,
        gate: Gate,
        peer: str,
        upload_limit: int,
        proxy_headers: ProxyHeaders | None = None,
    ) -> None:
        super().__init__(adj)
        self._proxy_headers = proxy_headers
        self._gate = gate
        self._peer = peer
        self._upload_limit = upload_limit
        self._asked = False
        self._entered = ""

    def parse_header(self, header_plus: bytes) -> None:
        """Choose limit and place of the body by what the head of the request says."""
        super().parse_header(header_plus)
        if self._proxy_headers is not None:
            self.doubled = self._proxy_headers.doubled(header_plus)
        self.headers = {k: v for k, v in self.headers.items() if k != REFUSED_HEADER}
        self.adj: Adjustments = copy(self.adj)
        # waitress refuses what reaches its figure; the pages what exceeds theirs.
        self.adj.max_request_body_size = self._most() + 1
        if self.body_rcv is not None:
            self.body_rcv.buf = _SpooledBuffer(self._gate.spool)

    def _most(self) -> int:
        if self._is_piece():
            return CHUNK_BYTES
        if getattr(self, "command", "") != "POST":
            return SMALL_BODY
        if self._is_upload():
            return self._upload_limit
        if self._path in LIST_PATHS:
            return LIST_BODY
        if TEXTS_PATH.fullmatch(self._path):
            return TEXTS_BODY
        return SIGN_IN_BODY if self._path == SIGN_IN_PATH else SMALL_BODY

    @property
    def _path(self) -> str:
        return str(getattr(self, "path", ""))

    def _is_upload(self) -> bool:
        kind = str(self.headers.get("CONTENT_TYPE", "")).strip().lower()
        is_form = kind.startswith("multipart/form-data")
        return is_form and UPLOAD_PATH.fullmatch(self._path) is not None

    def _is_piece(self) -> bool:
        kind = str(self.headers.get("CONTENT_TYPE", "")).strip().lower()
        return kind == PIECE_TYPE and PIECE_PATH.fullmatch(self._path) is not None

    def received(self, data: bytes) -> int:
        """Take the next bytes of the request."""
        consumed: int = super().received(data)
        if isinstance(self.error, RequestEntityTooLarge):
            self.error, self.too_large = None, True
            declared = max(self.content_length, self.adj.max_request_body_size)
            self._without_body(str(declared))
            return len(data)
        if self.headers_finished and not self._asked and not self.completed:
            self._asked = True
            if why := self._why_not():
                self.refused = self.completed = True
                self._without_body("0", {REFUSED_HEADER: why})
                return len(data)
        return consumed

    def _without_body(self, length: str, more: Mapping[str, str] | None = None) -> None:
        self.expect_continue = False
        if self.body_rcv is not None:
            self.body_rcv.getbuf().close()
            self.body_rcv = None
        said = {"CONTENT_LENGTH": length, "CONNECTION": "close", **(more or {})}
        self.headers = {**self.headers, **said}

    def _why_not(self) -> str:
        client = self._sender()
        if is_proxy(self._gate, self._peer):
            if not self._gate.enter(client):
                return TOO_MANY
            self._entered = client
        size = self._most() if self.chunked else self.content_length
        if size <= SMALL_BODY:
            return ""
        if (self._is_upload() or self._is_piece()) and not self._gate.knows_form(
            self.headers, self._path
        ):
            return NO_FORM
        return "" if self._gate.reserve(self, client, size) else NO_ROOM

    def _sender(self) -> str:
        """The client that is counted: the one that the trusted proxy names, or the peer."""
        if not is_proxy(self._gate, self._peer):
            return client_of(self._peer)
        named = str(self.headers.get("X_FORWARDED_FOR", "")).rpartition(",")[2].strip()
        return client_of(named or self._peer)

    def close(self) -> None:
        """The request was answered, or given up: nothing of it is kept."""
        super().close()
        self._gate.release(self)
        if self._entered:
            self._gate.leave(self._entered)
            self._entered = ""


class _SpooledBuffer(OverflowableBuffer):
    """A body's bytes: in memory while they are few, then in a nameless file of the spool."""

    def __init__(self, folder: Path) -> None:
        super().__init__(MEMORY_BYTES)
        self._folder = folder

    def _set_large_buffer(self) -> None:
        before: Any = self.buf
        file: Any = TemporaryFile("w+b", dir=self._folder)  # noqa: SIM115
        self.buf = cast(Any, FileBasedBuffer(file, before))
        if hasattr(before, "close"):
            before.close()
        self.overflowed = True
