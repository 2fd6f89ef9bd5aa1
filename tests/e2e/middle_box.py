"""What stands between a browser and the lab: a slow line that breaks, a Wi-Fi's sign-in page, a proxy."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
import time
from types import TracebackType

PIECE = 16384
PORTAL = b"<!doctype html><title>Welcome</title><h1>Sign in to GuestNet</h1>"
TOO_LARGE = b"<html><head><title>413 Request Entity Too Large</title></head></html>"


class MiddleBox:
    """A real TCP proxy to a port of this machine, of one request to a connection.

    ``per_second`` bytes go up. ``portal`` answers everything itself; bodies over ``limit`` bytes get
    a proxy's 413. ``seen`` are the heads of what went through, ``refused`` how large a body was not.
    """

    def __init__(self, port: int) -> None:
        self.target = port
        self.per_second = float("inf")
        self.portal = False
        self.limit: float = float("inf")
        self.broken = False
        self.seen: list[str] = []
        self.refused: list[int] = []
        self._open: set[socket.socket] = set()
        self._listening = socket.create_server(("127.0.0.1", 0))
        # A small window: else the browser has "sent" megabytes that still wait here.
        self._listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * PIECE)
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"

    def __enter__(self) -> MiddleBox:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._listening.close()
        self.cut()

    def cut(self) -> None:
        """Break the line; nothing gets through until it is mended."""
        self.broken = True
        for one in list(self._open):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        """Let new connections through."""
        self.broken = False

    def count(self, pattern: str) -> int:
        """How many heads of requests went through that look like that."""
        return sum(bool(re.match(pattern, head)) for head in self.seen)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listening.accept()
                if self.broken:
                    near.close()
                    continue
                threading.Thread(target=self._serve, args=(near,), daemon=True).start()

    def _serve(self, near: socket.socket) -> None:
        self._open.add(near)
        with contextlib.suppress(OSError), near:
            head, body = self._head(near)
            if not head:
                return
            declared = re.search(rb"\r\nContent-Length: (\d+)", head, re.IGNORECASE)
            length = int(declared[1]) if declared else 0
            if self.portal or length > self.limit:
                if length > self.limit:
                    self.refused.append(length)
                while len(body) < length and (more := near.recv(PIECE)):
                    body += more
                status, page = ("200 OK", PORTAL) if self.portal else ("413 Too Large", TOO_LARGE)
                start = f"HTTP/1.1 {status}\r\nContent-Type: text/html\r\nConnection: close\r\n"
                near.sendall(f"{start}Content-Length: {len(page)}\r\n\r\n".encode() + page)
                return
            self._forward(near, head, body, length)
        self._open.discard(near)

    @staticmethod
    def _head(near: socket.socket) -> tuple[bytes, bytes]:
        data = b""
        while b"\r\n\r\n" not in data:
            more = near.recv(PIECE)
            if not more:
                return b"", b""
            data += more
        head, _, body = data.partition(b"\r\n\r\n")
        return head, body

    def _forward(self, near: socket.socket, head: bytes, body: bytes, length: int) -> None:
        with socket.create_connection(("127.0.0.1", self.target)) as far:
            self._open.add(far)
            self.seen.append(head.decode("latin-1"))
            without = re.sub(rb"\r\nConnection: [^\r]*", b"", head, flags=re.IGNORECASE)
            far.sendall(without + b"\r\nConnection: close\r\n\r\n" + body)
            while len(body) < length:
                more = near.recv(PIECE)
                if not more:
                    return
                far.sendall(more)
                length -= len(more)
                time.sleep(len(more) / self.per_second)
            while answer := far.recv(PIECE):
                near.sendall(answer)
            self._open.discard(far)
