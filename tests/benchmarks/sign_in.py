"""Wrong passwords from everywhere, twelve at once each second, and the home page beside them.

Beside it, in turns, the same server left alone, and with twelve looks at the sign-in page instead.
"""

from __future__ import annotations

import asyncio
import http.client
import statistics
import time
from collections.abc import Awaitable, Callable
from itertools import count
from pathlib import Path
from urllib.parse import urlencode

from printflow import Printflow, Settings
from tests.benchmarks.figure import Figure, Size
from tests.benchmarks.program import Program, page, serving

AT_ONCE = 12
PING_EVERY = 0.05
STATIONS = (1, 20)
ROUNDS = 5
HEADERS = "HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n"

Send = Callable[[], Awaitable[None]]


def measure(size: Size, folder: Path) -> list[Figure]:
    """How the home page fares beside the sign-ins.

    The attacker has as many addresses as he likes, and never names the same station twice, so no
    limit stops him: what is measured is that passwords are compared one after the other.
    """
    return [figure for stations in STATIONS for figure in _with(stations, size, folder)]


def _with(stations: int, size: Size, folder: Path) -> list[Figure]:
    store = folder / f"store{stations}"
    store.mkdir()
    with serving(store, "--no-worker", PRINTFLOW_SERVER__TRUSTED_PROXY="127.0.0.1") as program:
        with Printflow.open(Settings(store=store)) as lab:
            lab.stations.set_password("correct horse battery")
            for number in range(stations - 1):
                lab.stations.add(f"Window {number}", by="Ana")
        took = asyncio.run(_in_turns(Attacker(program), size.seconds / ROUNDS))
    alone, looks, tries = (took[name] for name in ("alone", "looks", "tries"))
    shown = " | ".join(
        f"{name} {at(found, 50) * 1000:.0f}, p95 {at(found, 95) * 1000:.0f}"
        for name, found in took.items()
    )
    name = f"{AT_ONCE} wrong sign-ins a second, {stations} stations"
    return [
        Figure(f"{name}, median / alone", at(tries, 50) / at(alone, 50), 2.0, "x", f"ms: {shown}"),
        Figure(f"{name}, p95 / as many looks", at(tries, 95) / at(looks, 95), 2.0, "x"),
    ]


def at(found: list[float], share: int) -> float:
    """The time within which ``share`` of 100 looks were answered."""
    return statistics.quantiles(found, n=100, method="inclusive")[share - 1]


async def _in_turns(attacker: Attacker, seconds: float) -> dict[str, list[float]]:
    """Seconds of each look at the home page, by what went on beside it."""
    ways: dict[str, Send | None] = {
        "alone": None, "looks": attacker.look, "tries": attacker.guess,
    }  # fmt: skip
    found: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, send in ways.items():
            found[name] += await _beside(attacker, send, seconds)
    return found


async def _beside(attacker: Attacker, send: Send | None, seconds: float) -> list[float]:
    over = time.monotonic() + seconds

    async def every_second(one: Send) -> None:
        while time.monotonic() < over:
            began = time.monotonic()
            await one()
            await asyncio.sleep(max(0.0, began + 1 - time.monotonic()))

    busy = [asyncio.create_task(every_second(send)) for _ in range(AT_ONCE) if send]
    found: list[float] = []
    while time.monotonic() < over:
        began = time.perf_counter()
        if (status := await attacker.ask("GET /", "")) != "200":
            raise RuntimeError(f"the home page was answered {status}")
        found.append(time.perf_counter() - began)
        await asyncio.sleep(PING_EVERY)
    await asyncio.gather(*busy)
    return found


class Attacker:
    """Sends what a browser would, from as many addresses as are wanted."""

    def __init__(self, program: Program) -> None:
        self._port = program.port
        self._numbers = count(1)
        connection = http.client.HTTPConnection("127.0.0.1", program.port, timeout=60)
        _, self._token, self._cookie = page(connection, "/login")
        connection.close()

    async def look(self) -> None:
        """Open the page and do nothing."""
        await self.ask("GET /login", "")

    async def guess(self) -> None:
        """Try another password, elsewhere."""
        number = next(self._numbers)
        form = {"csrf_token": self._token, "name": "Eve", "password": f"guess {number}"}
        body = urlencode({**form, "station": f"Nowhere {number}"})
        headers = (
            f"Cookie: {self._cookie}\r\nX-Forwarded-For: 2001:db8:{number:x}::1\r\n"
            f"Content-Length: {len(body)}\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\n"
        )
        answer = await self.ask("POST /login", headers, body)
        if answer not in ("401", "429", "503"):
            raise RuntimeError(f"a wrong password was answered {answer}")

    async def ask(self, what: str, headers: str, body: str = "") -> str:
        """The status of the answer."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        head = HEADERS.format(port=self._port)
        writer.write(f"{what} {head}{headers}\r\n{body}".encode())
        answer = await reader.read()
        writer.close()
        return answer[9:12].decode()
