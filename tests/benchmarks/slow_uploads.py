"""Many uploads over bad lines, and pages for everybody else beside them."""

from __future__ import annotations

import asyncio
import http.client
import statistics
import time
from pathlib import Path

from tests.benchmarks.figure import Figure, Size
from tests.benchmarks.program import page, serving
from tests.benchmarks.upload import FORM_TYPE, form_head
from tests.web.conftest import FORM

BYTES_A_SECOND = 16 * 1024
PING_EVERY = 0.2


def measure(size: Size, folder: Path) -> list[Figure]:
    """How pings of a page fare beside the uploads, against a server that is left alone."""
    with serving(folder / "store", "--no-worker") as program:
        connection = http.client.HTTPConnection("127.0.0.1", program.port, timeout=30)
        _, token, cookie = page(connection, "/submit")
        connection.close()
        idle = asyncio.run(pings(program.port, size.seconds))
        head = form_head({**FORM, "csrf_token": token})
        beside = asyncio.run(_beside(program.port, head, cookie, size))
    answered = [took for took in beside if took is not None]
    quiet = [took for took in idle if took is not None]
    one, other = statistics.median(answered), statistics.median(quiet)
    name = f"{size.slow_uploads} slow uploads"
    note = f"{one * 1000:.1f} ms to {other * 1000:.1f} ms"
    return [
        Figure(
            f"{name}, pings answered", len(answered) / len(beside) * 100, 100, "%", at_least=True
        ),
        Figure(f"{name}, median ping / alone", one / other, 2.0, "x", note),
    ]


async def _beside(port: int, head: bytes, cookie: str, size: Size) -> list[float | None]:
    stop = asyncio.Event()
    uploads = [
        asyncio.create_task(_upload(port, head, cookie, stop)) for _ in range(size.slow_uploads)
    ]
    await asyncio.sleep(1)
    found = await pings(port, size.seconds)
    stop.set()
    broken = [fault for fault in await asyncio.gather(*uploads, return_exceptions=True) if fault]
    if broken:
        raise RuntimeError(f"{len(broken)} uploads were cut off: {broken[0]!r}")
    return found


async def _upload(port: int, head: bytes, cookie: str, stop: asyncio.Event) -> None:
    """A form with a model that comes slowly, until told to stop."""
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(
        f"POST /submit HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookie}\r\n"
        f"Content-Type: {FORM_TYPE['Content-Type']}\r\nContent-Length: {64 << 20}\r\n\r\n".encode()
        + head
    )
    while not stop.is_set():
        writer.write(bytes(BYTES_A_SECOND // 4))
        await writer.drain()
        await asyncio.sleep(0.25)
    writer.close()


async def pings(port: int, seconds: float) -> list[float | None]:
    """Seconds of each look at the form's page; None where no answer came."""
    found: list[float | None] = []
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found.append(await _ping(port))
        await asyncio.sleep(PING_EVERY)
    return found


async def _ping(port: int) -> float | None:
    began = time.perf_counter()
    try:
        async with asyncio.timeout(5):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(
                f"GET /submit HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n".encode()
            )
            answer = await reader.read()
            writer.close()
    except (OSError, TimeoutError):
        return None
    return time.perf_counter() - began if answer.startswith(b"HTTP/1.1 200") else None
