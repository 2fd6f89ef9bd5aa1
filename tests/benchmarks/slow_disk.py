"""What transitions cost on disks that take longer to sync than the one at hand.

Run: ``.venv/bin/python -m tests.benchmarks.slow_disk`` (Linux, with a C compiler). The disks of
virtual machines often answer a sync in a fraction of a millisecond; an SSD takes one or two, a hard
disk ten. Each row measures the same as ``make bench --only transitions`` in a process in which every
``fsync`` and ``fdatasync`` takes so much longer, for Printflow and the bare loop alike. The rows go
to ``costs.json``, from which ``scale.py`` makes the table of docs/scale.md.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.cost import COSTS
from tests.benchmarks.figure import Size

MORE_MS = (0.0, 0.5, 1.0, 2.0, 8.0)

_SHIM = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>

static void rest(void) {
    const char *more = getenv("PRINTFLOW_TEST_SYNC_US");
    usleep(more ? (useconds_t)atoi(more) : 0);
}

int fsync(int file) {
    int (*kernels)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    rest();
    return kernels(file);
}

int fdatasync(int file) {
    int (*kernels)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
    rest();
    return kernels(file);
}
"""


def main() -> None:
    """Measure on each disk, in a process of its own."""
    compiler = shutil.which("cc")
    if compiler is None or sys.platform != "linux":
        raise SystemExit("This needs Linux and a C compiler.")
    with tempfile.TemporaryDirectory() as folder:
        source, shim = Path(folder, "slow.c"), Path(folder, "slow.so")
        source.write_text(_SHIM)
        subprocess.run(
            [compiler, "-shared", "-fPIC", "-o", str(shim), str(source), "-ldl"], check=True
        )
        print("longer sync  one transition / bare   8 clients / one   transitions a second")
        for more in MORE_MS:
            environment = {
                **os.environ,
                "LD_PRELOAD": str(shim),
                "PRINTFLOW_TEST_SYNC_US": str(round(more * 1000)),
            }
            command = [sys.executable, "-m", "tests.benchmarks.slow_disk", f"+{more:g} ms"]
            subprocess.run(command, env=environment, check=True)


def measure(name: str) -> None:
    """One row."""
    from tests.benchmarks.transitions import measure as transitions

    with tempfile.TemporaryDirectory() as folder:
        one, many, *_ = transitions(Size(transitions=100), Path(folder))
    print(f"{name:>11}  {one.value:19.2f}  {many.value:16.2f}   {many.note}", flush=True)
    rates = re.search(r"(\d+) and (\d+) transitions", many.note)
    if rates is None:
        raise RuntimeError(f"no rates in: {many.note}")
    together, single = map(int, rates.groups())
    row = {"more_ms": float(name.strip("+ ms")), "times": round(one.value, 2)}
    costs = json.loads(COSTS.read_text("utf-8")) if COSTS.exists() else {}
    others = [kept for kept in costs.get("disks", []) if kept["more_ms"] != row["more_ms"]]
    rows = [*others, {**row, "one": single, "eight": together}]
    costs["disks"] = sorted(rows, key=lambda kept: float(kept["more_ms"]))
    COSTS.write_text(json.dumps(costs, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        measure(sys.argv[1])
    else:
        main()
