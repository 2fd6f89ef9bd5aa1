"""A browser's connections, without the browser: kept alive, several at once, with what a page names.

Pages are asked for as browsers do it: cookies, gzip, the headers that say where a request comes
from; then the style sheet, scripts and pictures of the page, once, and with their tag when the page
is loaded again.
"""

from __future__ import annotations

import asyncio
import gzip
import re
import socket
import ssl
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode

AT_ONCE = 3
"""Connections of one browser beside that of the page; browsers of today open up to six in all."""
_NAMED = re.compile(
    r'(?:<link rel="(?:icon|stylesheet)"[^>]*href|<script src|<img src)="(/static/[^"]+)"'
)
_PIECE = 4096
_BOUNDARY = "----formofastudent"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; ``head_after`` and ``after`` are seconds since the request was sent."""

    status: int
    headers: dict[str, str]
    body: bytes
    head_after: float
    after: float

    @property
    def text(self) -> str:
        """The page."""
        return self.body.decode()

    @property
    def where(self) -> str:
        """Where it leads to."""
        return self.headers.get("location", "")


@dataclass
class Line:
    """One connection at a time from an address of this machine, opened again when it was closed."""

    port: int
    secure: ssl.SSLContext
    source: str
    _open: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, head: str, body: bytes = b"") -> Answer:
        """Send a request; one that meets a connection at its end is sent again, as browsers do."""
        fresh = self._open is None
        try:
            return await self._ask(head, body)
        except (ConnectionError, asyncio.IncompleteReadError):
            self.close()
            if fresh:
                raise
        return await self._ask(head, body)

    async def _ask(self, head: str, body: bytes) -> Answer:
        if self._open is None:
            self._open = await asyncio.open_connection(
                "127.0.0.1",
                self.port,
                ssl=self.secure,
                server_hostname="localhost",
                local_addr=(self.source, 0),
            )
        reader, writer = self._open
        began = time.perf_counter()
        writer.write(head.encode() + body)
        await writer.drain()
        first = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        head_after = time.perf_counter() - began
        status, headers = _parsed(first)
        content = b"" if status in (204, 304) else await _body(reader, headers)
        after = time.perf_counter() - began
        if headers.get("connection", "").lower() == "close":
            self.close()
        if headers.get("content-encoding") == "gzip":
            content = gzip.decompress(content)
        return Answer(status, headers, content, head_after, after)

    def close(self) -> None:
        """Hang up."""
        if self._open is not None:
            self._open[1].close()
            self._open = None


def _parsed(head: str) -> tuple[int, dict[str, str]]:
    first, *lines = head.split("\r\n")
    headers: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        if name.lower() == "set-cookie":
            value = f"{headers.get('set-cookie', '')}\n{value.strip()}"
        headers[name.lower()] = value.strip()
    return int(first.split(" ", 2)[1]), headers


async def _body(reader: asyncio.StreamReader, headers: dict[str, str]) -> bytes:
    if headers.get("transfer-encoding", "").lower() != "chunked":
        return await reader.readexactly(int(headers.get("content-length", "0")))
    parts = []
    while size := int((await reader.readline()).split(b";")[0], 16):
        parts.append(await reader.readexactly(size))
        await reader.readexactly(2)
    await reader.readexactly(2)
    return b"".join(parts)


Heard = Callable[[str, Answer], None]


@dataclass
class Tab:
    """A browser with one window. ``heard`` is told of each answer, by kind."""

    port: int
    secure: ssl.SSLContext
    source: str
    heard: Heard
    name: str = "localhost"
    cookies: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Its connections, none of which is open yet."""
        self._line = Line(self.port, self.secure, self.source)
        self._more = [Line(self.port, self.secure, self.source) for _ in range(AT_ONCE)]

    def beside(self) -> Tab:
        """Another window of the same browser: same cookies and kept files, lines of its own."""
        return Tab(
            self.port, self.secure, self.source, self.heard, self.name, self.cookies, self.tags
        )

    async def page(self, kind: str, path: str, *, again: bool = False) -> Answer:
        """A page and what it names; ``again`` asks for that with its tag, as a reload does."""
        answer = await self.ask(kind, "GET", path)
        named = dict.fromkeys(one.replace("&amp;", "&") for one in _NAMED.findall(answer.text))
        wanted = [one for one in named if again or one not in self.tags]
        await asyncio.gather(*(self._fetch(wanted, line) for line in self._more[: len(wanted)]))
        return answer

    async def _fetch(self, wanted: list[str], line: Line) -> None:
        while wanted:
            path = wanted.pop(0)
            tag = {"If-None-Match": self.tags[path]} if path in self.tags else {}
            answer = await line.ask(self._head("GET", path, tag))
            self.tags[path] = answer.headers.get("etag", self.tags.get(path, ""))
            self.heard("file of a page", answer)

    async def live(self, kind: str, path: str, tag: str) -> Answer:
        """What an open page's own script asks."""
        headers = {"X-Requested-With": "live", "If-None-Match": f'"{tag}"'}
        return await self.ask(kind, "GET", path, headers)

    async def send(self, kind: str, path: str, **fields: str) -> Answer:
        """A plain form."""
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        return await self.ask(kind, "POST", path, form, urlencode(fields).encode())

    async def send_file(self, kind: str, path: str, file: bytes, **fields: str) -> Answer:
        """The students' form, with a model."""
        head = "".join(
            f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in fields.items()
        )
        head += f"--{_BOUNDARY}\r\nContent-Disposition: form-data; "
        head += 'name="file"; filename="part.stl"\r\n\r\n'
        body = head.encode() + file + f"\r\n--{_BOUNDARY}--\r\n".encode()
        kinds = {"Content-Type": f"multipart/form-data; boundary={_BOUNDARY}"}
        return await self.ask(kind, "POST", path, kinds, body)

    async def ask(
        self,
        kind: str,
        method: str,
        path: str,
        headers: dict[str, str] | None = None,
        body: bytes = b"",
    ) -> Answer:
        """Any request on the page's own connection."""
        more = dict(headers or {})
        if body:
            more |= {"Content-Length": str(len(body)), "Origin": f"https://{self.name}"}
        answer = await self._line.ask(self._head(method, path, more), body)
        for cookie in answer.headers.get("set-cookie", "").split("\n"):
            name, _, value = cookie.partition(";")[0].partition("=")
            if name:
                self.cookies[name] = value
        self.heard(kind, answer)
        return answer

    def _head(self, method: str, path: str, headers: dict[str, str]) -> str:
        given = {
            "Host": self.name,
            "Accept-Encoding": "gzip",
            "Sec-Fetch-Site": "same-origin",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            **headers,
        }
        lines = "".join(f"{name}: {value}\r\n" for name, value in given.items() if value)
        return f"{method} {path} HTTP/1.1\r\n{lines}\r\n"

    def close(self) -> None:
        """Close the window."""
        for line in (self._line, *self._more):
            line.close()


async def slow_line(target: int, source: str, per_second: int) -> asyncio.Server:
    """A relay to a port of this machine that lets so many bytes a second through, each way."""

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while piece := await reader.read(_PIECE):
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(len(piece) / per_second)
        except ConnectionError:
            pass
        finally:
            writer.close()

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(
            sock=await _connected(target, source), limit=_PIECE
        )
        both: list[Awaitable[None]] = [carry(reader, back), carry(there, writer)]
        await asyncio.gather(*both)

    listening = socket.socket()
    # A small window: else the sender has "sent" what still waits here.
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2 * _PIECE)
    listening.bind(("127.0.0.1", 0))
    return await asyncio.start_server(relay, sock=listening, limit=_PIECE)


async def _connected(port: int, source: str) -> socket.socket:
    made = socket.socket()
    made.setblocking(False)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2 * _PIECE)
    made.bind((source, 0))
    await asyncio.get_running_loop().sock_connect(made, ("127.0.0.1", port))
    return made
