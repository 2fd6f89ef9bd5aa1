"""More slow connections than the server has room for, and uploads that never end."""

from __future__ import annotations

import asyncio
import contextlib
import resource
import socket
import statistics
from pathlib import Path

from tests.benchmarks.figure import Figure, Size
from tests.benchmarks.program import Program, serving
from tests.benchmarks.slow_uploads import pings

UNFINISHED, MEGABYTES = 3, 95
_BLOCK = bytes(1 << 20)
_AGAIN = 5.0
"""Seconds after which one that was cut off comes again."""
_SETTLES = 6.0
"""Seconds that the attack has before anybody looks."""


def measure(size: Size, folder: Path) -> list[Figure]:
    """What others get meanwhile, and what the server holds for nothing."""
    _many_descriptors()
    found = []
    for clients in (10, 1):
        with serving(folder / f"store-{clients}", "--no-worker") as program:
            answers = asyncio.run(_beside(program.port, clients, size))
        answered = [took for took in answers if took is not None]
        name = f"{size.slow_connections} slow connections of {clients}"
        share = len(answered) / len(answers) * 100
        median = statistics.median(answered) * 1000 if answered else 5000.0
        found += [
            Figure(f"{name}, pings answered", share, 99, "%", at_least=True),
            Figure(f"{name}, median ping", median, 100, "ms"),
        ]
    with serving(folder / "store-unfinished", "--no-worker") as program:
        memory, disk = _unfinished(program)
    name = f"{UNFINISHED} unfinished posts of {MEGABYTES} MB, held"
    return [
        *found,
        Figure(f"{name} in memory", memory, 16, "MB"),
        Figure(f"{name} on disk", disk, 16, "MB"),
    ]


def _many_descriptors() -> None:
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


async def _beside(port: int, clients: int, size: Size) -> list[float | None]:
    stop = asyncio.Event()
    slow = [
        asyncio.create_task(_slow(port, f"127.0.1.{1 + number % clients}", stop))
        for number in range(size.slow_connections)
    ]
    await asyncio.sleep(_SETTLES)
    found = await pings(port, size.seconds)
    stop.set()
    await asyncio.gather(*slow, return_exceptions=True)
    return found


async def _slow(port: int, address: str, stop: asyncio.Event) -> None:
    """Begin an upload, send a byte a second; when cut off, begin again."""
    head = f"POST /submit HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: 60000\r\n\r\n"
    while not stop.is_set():
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(10):
                reader, writer = await asyncio.open_connection(
                    "127.0.0.1", port, local_addr=(address, 0)
                )
            writer.write(head.encode())
            while not stop.is_set() and not reader.at_eof():
                writer.write(b"x")
                await writer.drain()
                await asyncio.sleep(1)
            writer.close()
        await asyncio.sleep(_AGAIN)


def _unfinished(program: Program) -> tuple[float, float]:
    """Megabytes of memory and disk that uploads without a form's cookie hold."""
    before, held = program.memory_mb(), []
    head = (
        f"POST /submit HTTP/1.1\r\nHost: 127.0.0.1:{program.port}\r\n"
        "Content-Type: multipart/form-data; boundary=x\r\n"
        f"Content-Length: {(MEGABYTES + 1) << 20}\r\n\r\n"
    )
    for _ in range(UNFINISHED):
        line = socket.create_connection(("127.0.0.1", program.port), timeout=30)
        held.append(line)
        with contextlib.suppress(OSError):
            line.sendall(head.encode())
            for _ in range(MEGABYTES):
                line.sendall(_BLOCK)
    memory, disk = program.memory_mb() - before, program.nameless_mb()
    for line in held:
        line.close()
    return max(memory, 0.0), disk
