"""What the submission page costs a student, in Chromium: bytes, time until it is ready, and how long
the page's own thread is ever busy while a large model is read, measured and drawn."""

from __future__ import annotations

import struct
import time
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

from tests.benchmarks.figure import Figure, Size
from tests.benchmarks.program import serving
from tests.plugins.components import find_chromium

SLOWER = 4
"""How many times slower than this machine's a phone's processor is."""
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


def measure(size: Size, folder: Path) -> list[Figure]:
    """Visits with an empty cache on a slow processor; then a model is chosen."""
    chromium = find_chromium()
    if chromium is None:
        raise RuntimeError("Chromium is not installed")
    model = folder / "sphere.stl"
    write_sphere(model, megabytes=size.upload_mb)
    with serving(folder / "store") as program, sync_playwright() as playwright:
        url = f"http://127.0.0.1:{program.port}"
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        visits = [visit(browser, url) for _ in range(size.rounds)]
        chosen = [choose(browser.new_page(), url, model) for _ in range(min(3, size.rounds))]
        browser.close()

    def middle(rounds: list[dict[str, float]], name: str) -> float:
        return median(one[name] for one in rounds)

    slow = f"processor {SLOWER} times slower"
    return [
        Figure("submit: requests", middle(visits, "requests"), 5, ""),
        Figure("submit: transferred", middle(visits, "kB"), 120, "kB"),
        Figure("submit: first picture", middle(visits, "painted"), 1000, "ms", slow),
        Figure("submit: ready to be used", middle(visits, "ready"), 2000, "ms", slow),
        Figure("preview: told of the model", middle(chosen, "told"), 5000, "ms"),
        Figure("preview: drawn", middle(chosen, "drawn"), 10000, "ms", "may be without a GPU"),
        Figure("preview: longest task of the page", middle(chosen, "busy"), 50, "ms"),
    ]


def write_sphere(path: Path, *, megabytes: int) -> None:
    """A closed sphere of so many MB (of a million bytes), 100 mm wide; 50 bytes a triangle."""
    rows, columns = 500, megabytes * 20
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


def visit(browser: Browser, url: str) -> dict[str, float]:
    """One visit: requests, kB, first picture and ready (ms after the click)."""
    page = browser.new_page()
    tools = page.context.new_cdp_session(page)
    tools.send("Network.enable")
    tools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
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
          };
        }"""
    )
    page.close()
    return {"requests": len(sizes), "kB": sum(sizes) / 1000, **found}


def choose(page: Page, url: str, model: Path) -> dict[str, float]:
    """Choose the model: ms until told, until drawn, and of the longest time the page was busy."""
    page.add_init_script(_WATCH)
    page.goto(f"{url}/submit")
    page.locator("input[name=print_method]").first.evaluate("(one) => one.checked || one.click()")
    page.wait_for_timeout(1000)
    page.evaluate("tasks.length = gaps.length = 0")
    started = time.perf_counter()
    page.locator("input[name=file]").set_input_files(model)
    page.locator("[data-facts]:visible").wait_for(timeout=60_000)
    told = time.perf_counter() - started
    page.locator(".viewer-button:visible").wait_for(timeout=120_000)
    drawn = time.perf_counter() - started
    page.wait_for_timeout(1000)
    # A task below 50 ms is none to Chromium; the gap between two beats tells of it all the same.
    busy = max([length for _, length in page.evaluate("tasks")] + page.evaluate("gaps"))
    page.close()
    return {"told": told * 1000, "drawn": drawn * 1000, "busy": busy}
