"""Measure everything, side by side: ``make bench``, or ``python -m tests.benchmarks --small``.

Prints one table, and writes ``bench.json``: a list of ``{name, value, limit, unit}``.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
import tempfile
from importlib import import_module
from pathlib import Path

from tests.benchmarks.figure import SMALL, Figure, Measure, Size

ALL = (
    "startup",
    "transitions",
    "backups",
    "importing",
    "upload",
    "slow_uploads",
    "slow_attack",
    "sign_in",
    "live",
    "doctor",
    "dashboard",
    "queue",
    "pages",
    "student_pages",
    "submit_page",
    "inspection",
    "more_formats",
    "reports",
    "deadline",
    "memory",
)


def main(arguments: list[str] | None = None) -> int:
    """Measure what is asked for; 1 when a figure falls short."""
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--small", action="store_true", help="only see that everything works")
    parser.add_argument("--only", action="append", choices=ALL, help="may be given again")
    parser.add_argument("--out", type=Path, default=Path("bench.json"))
    given = parser.parse_args(arguments)
    figures: list[Figure] = []
    for name in given.only or ALL:
        print(f"measuring {name} ...", file=sys.stderr, flush=True)
        figures += measured(name, SMALL if given.small else Size())
    print(table(figures))
    rows = [{"name": f.name, "value": f.value, "limit": f.limit, "unit": f.unit} for f in figures]
    given.out.write_text(json.dumps(rows, indent=1) + "\n", "utf-8")
    return 0 if given.small or all(figure.reached for figure in figures) else 1


def measured(name: str, size: Size) -> list[Figure]:
    """The figures of one benchmark, from an empty folder on the disk that this one is on."""
    measure: Measure = import_module(f"tests.benchmarks.{name}").measure
    with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".bench-") as folder:
        return measure(size, Path(folder))


def table(figures: list[Figure]) -> str:
    """The figures in lines, each with its limit and whether it is kept."""
    width = max(len(figure.name) for figure in figures)
    lines = [f"{platform.platform(terse=True)}, Python {platform.python_version()}"]
    for figure in figures:
        bound = "at least" if figure.at_least else "at most"
        verdict = "ok" if figure.reached else "SHORT"
        lines.append(
            f"{figure.name:<{width}}  {figure.value:8.2f} {figure.unit:<11} "
            f"{bound} {figure.limit:<6g} {verdict:<5}  {figure.note}".rstrip()
        )
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
