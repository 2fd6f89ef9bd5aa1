"""POST of a large STL to a running server, beside copying, hashing and syncing the same file."""

from __future__ import annotations

import http.client
import os
import statistics
import struct
import subprocess
import time
from pathlib import Path

from tests.benchmarks.figure import Figure, Size
from tests.benchmarks.program import page, serving
from tests.web.conftest import FORM

ROUNDS = 5
GROWTH_MB = 16


def measure(size: Size, folder: Path) -> list[Figure]:
    """The ratio of the medians, and how much the server's memory grows meanwhile."""
    model = folder / "big.stl"
    triangles = (size.upload_mb << 20) // 50
    model.write_bytes(bytes(80) + struct.pack("<I", triangles) + os.urandom(50 * triangles))
    rounds = min(ROUNDS, size.rounds)
    with serving(folder / "store", "--no-worker") as program:
        _post(model, program.port)  # what is loaded with the first upload is no growth of one
        before = program.memory_mb()
        program.forget_peak()
        times = [(_copy(model, folder), _post(model, program.port)) for _ in range(rounds)]
        growth = program.peak_mb() - before
    copied, posted = (statistics.median(column) for column in zip(*times, strict=True))
    note = f"{posted:.2f} s to {copied:.2f} s"
    name = f"POST of {size.upload_mb} MB / cp, sha256sum and sync"
    return [
        Figure(name, posted / copied, 1.5, "x", note),
        Figure(f"POST of {size.upload_mb} MB, server's memory", growth, GROWTH_MB, "MB more"),
    ]


def _copy(model: Path, folder: Path) -> float:
    copy = folder / "copy.stl"
    began = time.perf_counter()
    subprocess.run(["cp", model, copy], check=True)
    subprocess.run(["sha256sum", copy], check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["sync", copy], check=True)
    took = time.perf_counter() - began
    copy.unlink()
    return took


def _post(model: Path, port: int) -> float:
    """Seconds from the first byte of the form to the answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    _, token, cookie = page(connection, "/submit")
    data = form_head({**FORM, "csrf_token": token}) + model.read_bytes() + FORM_END
    headers = {**FORM_TYPE, "Cookie": cookie}
    began = time.perf_counter()
    connection.request("POST", "/submit", body=data, headers=headers)
    answer = connection.getresponse()
    text = answer.read().decode()
    took = time.perf_counter() - began
    connection.close()
    if answer.status != 303:
        raise RuntimeError(f"the server answered {answer.status}: {text[:2000]}")
    return took


FORM_TYPE = {"Content-Type": "multipart/form-data; boundary=b"}
FORM_END = b"\r\n--b--\r\n"


def form_head(fields: dict[str, str]) -> bytes:
    """The form up to the model's first byte."""
    parts = [
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    parts.append('--b\r\nContent-Disposition: form-data; name="file"; filename="big.stl"\r\n\r\n')
    return "".join(parts).encode()
