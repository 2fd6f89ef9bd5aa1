"""Measures all that the tables of docs/scale.md are made of, and makes them: one command.

``python -m tests.benchmarks.measure_scale`` on Linux, with PostgreSQL, strace and a C compiler, on a
machine where nothing else is at work. It takes about five minutes, and ends after ten at the latest.
Commit ``tests/benchmarks/costs.json`` and ``docs/scale.md`` afterward.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path

from tests.benchmarks import scale
from tests.benchmarks.cost import COSTS, others_at_work
from tests.plugins.components import FINDERS
from tests.plugins.postgres import Cluster, new_database

MOST_SECONDS = 600
_PROGRAMS = ("strace", "cc")


def main(arguments: list[str]) -> int:
    """Measure, and write the page; what was measured before is gone."""
    programs = FINDERS["postgresql"]()
    lacking = [name for name in _PROGRAMS if shutil.which(name) is None]
    if programs is None or lacking:
        raise SystemExit(f"This needs {', '.join(lacking or ['PostgreSQL'])}.")
    others = others_at_work()
    if others > scale.QUIET and "--busy" not in arguments:
        raise SystemExit(
            f"Other programs keep {others:g} cores busy. Wait until they have ended, "
            "or add --busy; the page says so then."
        )
    until = time.monotonic() + MOST_SECONDS
    kept = COSTS.read_bytes() if COSTS.exists() else None
    COSTS.unlink(missing_ok=True)
    try:
        _run(until, "cost")
        with Cluster(programs) as cluster:
            url = new_database(cluster.folder)
            _run(until, "cost", url.replace("postgresql:", "postgresql+psycopg:"))
        _run(until, "slow_disk")
    except BaseException:
        if kept is not None:
            COSTS.write_bytes(kept)
        raise
    scale.main()
    print(f"Written: {COSTS.relative_to(Path.cwd())}, {scale.PAGE.relative_to(Path.cwd())}")
    return 0


def _run(until: float, name: str, *arguments: str) -> None:
    """One of the measurements, in a process of its own; raises TimeoutExpired."""
    print(f"measuring {name} ...", file=sys.stderr, flush=True)
    subprocess.run(
        [sys.executable, "-m", f"tests.benchmarks.{name}", *arguments],
        check=True,
        timeout=until - time.monotonic(),
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
