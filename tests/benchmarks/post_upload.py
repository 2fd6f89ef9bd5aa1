"""POST of a 50 MB STL to a running server, next to copying and hashing the same file.

Run: ``.venv/bin/python -m tests.benchmarks.post_upload``. Prints the medians and their ratio.
"""

from __future__ import annotations

import http.client
import os
import re
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.e2e.conftest import free_port, wait_until_it_answers
from tests.web.conftest import FORM

RUNS = 5
TRIANGLES = (50 << 20) // 50


def main() -> None:
    """Measure, and say it."""
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        root = Path(folder)
        model = root / "big.stl"
        model.write_bytes(bytes(80) + struct.pack("<I", TRIANGLES) + os.urandom(50 * TRIANGLES))
        port = free_port()
        (root / "store").mkdir()
        environment = {**os.environ, "PRINTFLOW_STORE": str(root / "store")}
        process = subprocess.Popen(
            [sys.executable, "-m", "printflow", "serve", "--port", str(port)],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            wait_until_it_answers(f"http://127.0.0.1:{port}/health/live", process)
            rounds = [(_copy(model, root), _post(model, port)) for _ in range(RUNS)]
        finally:
            process.terminate()
            process.wait(20)
    copied, posted = (statistics.median(column) for column in zip(*rounds, strict=True))
    print(f"cp + sha256sum + sync  {copied:.3f} s")
    print(f"POST to 303            {posted:.3f} s")
    print(f"ratio                  {posted / copied:.2f}")


def _copy(model: Path, root: Path) -> float:
    copy = root / "copy.stl"
    started = time.perf_counter()
    subprocess.run(["cp", model, copy], check=True)
    subprocess.run(["sha256sum", copy], check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["sync", copy], check=True)
    elapsed = time.perf_counter() - started
    copy.unlink()
    return elapsed


def _post(model: Path, port: int) -> float:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", "/submit")
    answer = connection.getresponse()
    page = answer.read().decode()
    cookie = answer.headers["Set-Cookie"].partition(";")[0]
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    if found is None:
        raise RuntimeError("the form has no token")
    fields = {**FORM, "csrf_token": found[1]}
    head = "".join(
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    )
    head += '--b\r\nContent-Disposition: form-data; name="file"; filename="big.stl"\r\n\r\n'
    data = head.encode() + model.read_bytes() + b"\r\n--b--\r\n"
    headers = {"Content-Type": "multipart/form-data; boundary=b", "Cookie": cookie}
    started = time.perf_counter()
    connection.request("POST", "/submit", body=data, headers=headers)
    answer = connection.getresponse()
    text = answer.read().decode()
    elapsed = time.perf_counter() - started
    connection.close()
    if answer.status != 303:
        raise RuntimeError(f"the server answered {answer.status}: {text[:2000]}")
    return elapsed


if __name__ == "__main__":
    main()
