"""Many open dashboards, each asking every few seconds whether anything has changed.

Run as a process of its own, so that its work is not counted as anybody else's:
``python -m tests.benchmarks.open_dashboards PORT COOKIE COUNT SECONDS EVERY``. Prints how many answers
there were of each status.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
from collections import Counter

TABS = ("UPLOADED", "PENDING", "READYTOPRINT", "PRINTING", "COMPLETED", "attention")


async def dashboard(
    port: int, cookie: str, number: int, until: float, every: float, said: Counter[int]
) -> None:
    """One open page: asks with the tag of what it shows, over a connection that it keeps."""
    loop = asyncio.get_running_loop()
    await asyncio.sleep(random.random() * every)
    tag, path = "", f"/dashboard?status={TABS[number % len(TABS)]}"
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while loop.time() < until:
        writer.write(
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookie}\r\n"
            f"X-Requested-With: live\r\nIf-None-Match: {tag}\r\n\r\n".encode()
        )
        await writer.drain()
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        status, headers = int(head.split(" ", 2)[1]), _headers(head)
        await reader.readexactly(int(headers.get("content-length", "0")))
        tag = headers.get("etag", tag)
        said[status] += 1
        if headers.get("connection") == "close":  # as browsers do
            writer.close()
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.sleep(max(min(every, until - loop.time()), 0.01))
    writer.close()


def _headers(head: str) -> dict[str, str]:
    lines = [line.partition(":") for line in head.split("\r\n")[1:] if line]
    return {name.lower(): value.strip() for name, _, value in lines}


async def main(port: int, cookie: str, count: int, seconds: float, every: float) -> None:
    """Keep so many pages open for so long."""
    said: Counter[int] = Counter()
    until = asyncio.get_running_loop().time() + seconds
    pages = (dashboard(port, cookie, number, until, every, said) for number in range(count))
    await asyncio.gather(*pages)
    print(json.dumps({str(status): number for status, number in said.items()}))


if __name__ == "__main__":
    given = sys.argv[1:]
    asyncio.run(main(int(given[0]), given[1], int(given[2]), float(given[3]), float(given[4])))
