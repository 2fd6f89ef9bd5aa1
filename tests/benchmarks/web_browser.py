"""A browser's connections, without the browser: kept alive, several at once, with what a page names.

Pages are asked for as browsers do it: cookies, gzip, the headers that say where a request comes
from; then the style sheet, scripts and pictures that the page names, unless they are still kept from
an earlier page, for as long as the server said.
"""

from __future__ import annotations

import asyncio
import gzip
import re
import socket
import ssl
import time
from base64 import b64encode
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import urlencode, urlsplit

AT_ONCE = 3
"""Connections of one browser beside that of the page; browsers of today open up to six in all."""
_NAMED = re.compile(r'(?:<link rel="(?:icon|stylesheet)"[^>]*href|<script src|<img src)="(/[^"]+)"')
_PART = re.compile(r' id="([^"]+)" data-tag="([^"]+)"')
_ORDER = re.compile(r' id="job-list"[^>]* data-order="([^"]*)"')
_AGE = re.compile(r"max-age=(\d+)")
_PIECE = 4096
_BOUNDARY = "----formofastudent"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, so many seconds ``after`` it was asked for, with making the connection."""

    status: int
    headers: dict[str, str]
    body: bytes
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
        began = time.perf_counter()
        if self._open is None:
            self._open = await asyncio.open_connection(
                "127.0.0.1",
                self.port,
                ssl=self.secure,
                server_hostname="localhost",
                local_addr=(self.source, 0),
            )
        reader, writer = self._open
        writer.write(head.encode() + body)
        await writer.drain()
        first = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        status, headers = _parsed(first)
        content = b"" if status in (204, 304) else await _body(reader, headers)
        after = time.perf_counter() - began
        if headers.get("connection", "").lower() == "close":
            self.close()
        if headers.get("content-encoding") == "gzip":
            content = gzip.decompress(content)
        return Answer(status, headers, content, after)

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
    """A browser with one window. ``heard`` is told of each answer, by kind.

    Where an hour passes in less, time is ``faster``: what is kept for five minutes, too.
    """

    port: int
    secure: ssl.SSLContext
    source: str
    heard: Heard
    faster: float = 1.0
    name: str = "localhost"
    cookies: dict[str, str] = field(default_factory=dict)
    kept: dict[str, float] = field(default_factory=dict)
    """Until when (of ``time.monotonic``) what an address gave is good."""

    def __post_init__(self) -> None:
        """Its connections, none of which is open yet."""
        self._line = Line(self.port, self.secure, self.source)
        self._more = [Line(self.port, self.secure, self.source) for _ in range(AT_ONCE)]
        self._etag, self._parts, self._rows = "", dict[str, str](), list[str]()

    def beside(self) -> Tab:
        """Another window of the same browser: same cookies and kept files, lines of its own."""
        return Tab(
            *(self.port, self.secure, self.source, self.heard, self.faster, self.name),
            *(self.cookies, self.kept),
        )

    async def page(self, kind: str, path: str) -> Answer:
        """A page and what it names."""
        answer = await self.ask(kind, "GET", path)
        self._parts, self._rows = {}, []
        await self._shows(answer)
        return answer

    async def _shows(self, answer: Answer) -> None:
        """Keep what a page's script keeps of the answer, and load what it names."""
        self._etag = answer.headers.get("etag", "")
        if order := _ORDER.search(answer.text):
            rows = order[1].split()
            for name in set(self._rows) - set(rows):
                self._parts.pop(name, None)
            self._rows = rows
        self._parts |= dict(_PART.findall(answer.text))
        named = dict.fromkeys(one.replace("&amp;", "&") for one in _NAMED.findall(answer.text))
        wanted = [one for one in named if self.kept.get(one, 0.0) < time.monotonic()]
        await asyncio.gather(*(self._fetch(wanted, line) for line in self._more[: len(wanted)]))

    async def _fetch(self, wanted: list[str], line: Line) -> None:
        while wanted:
            path = wanted.pop(0)
            answer = await line.ask(self._head("GET", path, {}))
            if age := _AGE.search(answer.headers.get("cache-control", "")):
                self.kept[path] = time.monotonic() + int(age[1]) / self.faster
            self.heard("file of a page" if path.startswith("/static/") else "picture", answer)

    async def news(self, kind: str, path: str) -> Answer:
        """What an open page's own script asks, and keeps: see live.js and live_list.js."""
        headers = {"X-Requested-With": "live", "If-None-Match": self._etag}
        if self._parts:
            headers["X-Holds"] = " ".join(self._parts.values())
        answer = await self.ask(kind, "GET", path, headers)
        if answer.status == HTTPStatus.OK:
            await self._shows(answer)
        return answer

    async def fetch(self, kind: str, path: str, **fields: str) -> Answer:
        """What a script asks or sends for a form in a dialog."""
        headers = {"X-Requested-With": "fetch"}
        if not fields:
            return await self.ask(kind, "GET", path, headers)
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        return await self.ask(kind, "POST", path, headers, urlencode(fields).encode())

    async def send(self, kind: str, path: str, **fields: str) -> Answer:
        """A plain form."""
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        return await self.ask(kind, "POST", path, form, urlencode(fields).encode())

    async def send_model(self, path: str, model: bytes, **fields: str) -> Answer:
        """The students' form as its script sends it: the model in one piece of an upload, before the
        form, which names it; the answer is that to the form, which leads to a page.
        """
        tus = {"Tus-Resumable": "1.0.0", "Accept": "application/json"}
        tus["X-CSRFToken"] = fields["csrf_token"]
        begun = await self.ask(
            "upload's room",
            "POST",
            "/uploads",
            {
                **tus,
                "Upload-Length": str(len(model)),
                "Upload-Metadata": f"filename {b64encode(b'part.stl').decode()}",
            },
        )
        piece = {
            **tus,
            "Upload-Offset": "0",
            "X-HTTP-Method-Override": "PATCH",
            "Content-Type": "application/offset+octet-stream",
        }
        await self.ask("upload", "POST", _path(begun.where), piece, model)
        fields["upload"] = begun.where.rpartition("/")[2]
        body = "".join(
            f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in fields.items()
        )
        form = {
            "X-Requested-With": "XMLHttpRequest",
            "Content-Type": f"multipart/form-data; boundary={_BOUNDARY}",
        }
        return await self.ask(
            "submission", "POST", path, form, f"{body}--{_BOUNDARY}--\r\n".encode()
        )

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
        if method == "POST":
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


def _path(address: str) -> str:
    return urlsplit(address).path


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
