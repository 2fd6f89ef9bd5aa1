"""What the submission page costs a student, measured in Chromium.

Run: ``.venv/bin/python -m tests.benchmarks.submit_page``. Prints requests and bytes on the wire, when
the page is ready to be used on a processor four times slower, and how long the page's own thread was
ever busy while a binary STL of 50 MB is read, measured and drawn.
"""

from __future__ import annotations

import os
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

from tests.e2e.conftest import free_port, wait_until_it_answers
from tests.plugins.components import find_chromium

RUNS = 5
TRIANGLES = 1_000_000
_WATCH = """
window.tasks = [];
window.gaps = [];
new PerformanceObserver((list) => {
  for (const one of list.getEntries()) tasks.push([one.startTime, one.duration]);
}).observe({ type: "longtask", buffered: true });
let last = performance.now();
setInterval(() => {
  const now = performance.now();
  gaps.push(now - last);
  last = now;
}, 5);
"""


def write_sphere(path: Path) -> None:
    """A closed sphere of a million triangles, 100 mm wide: 50 MB."""
    rows, columns = 500, TRIANGLES // 1000
    down = np.linspace(0, np.pi, rows + 1)[:, None]
    around = np.append(np.linspace(0, 2 * np.pi, columns, endpoint=False), 0)[None, :]
    grid = 50 * np.stack(
        [np.sin(down) * np.cos(around), np.sin(down) * np.sin(around), np.cos(down) + 0 * around],
        axis=-1,
    ).astype("<f4")
    a, b, c, d = grid[:-1, :-1], grid[1:, :-1], grid[1:, 1:], grid[:-1, 1:]
    corners = np.concatenate([np.stack(one, 2).reshape(-1, 3, 3) for one in ((a, b, c), (a, c, d))])
    records = np.zeros(len(corners), dtype=[("n", "<f4", 3), ("v", "<f4", (3, 3)), ("a", "<u2")])
    records["v"] = corners
    path.write_bytes(bytes(80) + struct.pack("<I", len(corners)) + records.tobytes())


def measure_load(browser: Browser, url: str, *, slower: int) -> dict[str, float]:
    """One visit with an empty cache: requests, kB, first picture, ready (ms)."""
    page = browser.new_page()
    tools = page.context.new_cdp_session(page)
    tools.send("Network.enable")
    tools.send("Emulation.setCPUThrottlingRate", {"rate": slower})
    sizes: list[int] = []

    def loaded(event: dict[str, Any]) -> None:
        sizes.append(event["encodedDataLength"])

    tools.on("Network.loadingFinished", loaded)
    page.add_init_script(_WATCH)
    page.goto(f"{url}/submit")
    page.wait_for_timeout(1500)
    found = page.evaluate(
        """() => {
          const page = performance.getEntriesByType("navigation")[0];
          const paint = performance.getEntriesByName("first-contentful-paint")[0];
          const ends = tasks.map(([start, length]) => start + length);
          return {
            painted: paint ? paint.startTime : 0,
            ready: Math.max(page.domContentLoadedEventEnd, ...ends),
            blocked: tasks.reduce((sum, [, length]) => sum + Math.max(0, length - 50), 0),
          };
        }"""
    )
    page.close()
    return {"requests": len(sizes), "kB": sum(sizes) / 1000, **found}


def measure_large(page: Page, url: str, model: Path) -> dict[str, float]:
    """Choose the model: ms until told, ms until drawn, the longest task and gap of the page (ms)."""
    page.add_init_script(_WATCH)
    page.goto(f"{url}/submit")
    page.locator("input[name=print_method]").first.check(force=True)
    page.wait_for_timeout(1000)
    page.evaluate("tasks.length = gaps.length = 0")
    started = time.perf_counter()
    page.locator("input[name=file]").set_input_files(model)
    page.locator("[data-facts]:visible").wait_for(timeout=60_000)
    told = time.perf_counter() - started
    page.locator(".viewer-button:visible").wait_for(timeout=120_000)
    drawn = time.perf_counter() - started
    page.wait_for_timeout(1000)
    tasks = [length for _, length in page.evaluate("tasks")]
    return {
        "told": told * 1000,
        "drawn": drawn * 1000,
        "longest task": max(tasks, default=0),
        "longest gap": max(page.evaluate("gaps")),
    }


def main() -> None:
    """Measure, and say it."""
    chromium = find_chromium()
    if chromium is None:
        sys.exit("Chromium is not installed.")
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "store").mkdir()
        model = root / "sphere.stl"
        write_sphere(model)
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        process = subprocess.Popen(
            [sys.executable, "-m", "printflow", "serve", "--port", str(port)],
            env={**os.environ, "PRINTFLOW_STORE": str(root / "store")},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            wait_until_it_answers(f"{url}/health/live", process)
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(
                    executable_path=chromium, args=["--no-sandbox"]
                )
                for slower in (1, 4):
                    rounds = [measure_load(browser, url, slower=slower) for _ in range(RUNS)]
                    _say(f"/submit, processor {slower} × slower", rounds)
                _say("50 MB STL", [measure_large(browser.new_page(), url, model) for _ in range(3)])
                browser.close()
        finally:
            process.terminate()
            process.wait(20)


def _say(what: str, rounds: list[dict[str, float]]) -> None:
    medians = {name: float(np.median([one[name] for one in rounds])) for name in rounds[0]}
    print(f"{what}: " + ", ".join(f"{name} {value:,.0f}" for name, value in medians.items()))


if __name__ == "__main__":
    main()
