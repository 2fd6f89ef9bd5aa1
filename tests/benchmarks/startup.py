"""How long the command and the opener take to begin, beside Python itself."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from printflow import Printflow, Settings
from tests import sample_models
from tests.benchmarks.bytecode import kept_bytecode
from tests.benchmarks.figure import Figure, Size

SLICER = '#!/bin/sh\ndate +%s%N > "$PRINTFLOW_BENCH_SEEN.part"\nmv "$PRINTFLOW_BENCH_SEEN.part" "$PRINTFLOW_BENCH_SEEN"\n'


def measure(size: Size, folder: Path) -> list[Figure]:
    """Milliseconds beyond ``python -c pass``: of the help, a list of jobs, and a slicer's start."""
    store = folder / "store"
    Printflow.open(Settings(store=store)).close()
    environment = {**os.environ, **kept_bytecode(folder), "PRINTFLOW_STORE": str(store)}
    commands = {
        "bare": [sys.executable, "-c", "pass"],
        "help": [sys.executable, "-m", "printflow", "--help"],
        "list": [sys.executable, "-m", "printflow", "list"],
    }
    taken: dict[str, list[float]] = {name: [] for name in (*commands, "opener")}
    opener = _Opener(folder)
    for command in commands.values():  # the first start writes the bytecode down
        subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
    opener.once()
    for _ in range(size.starts):
        for name, command in commands.items():
            began = time.perf_counter()
            subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
            taken[name].append(time.perf_counter() - began)
        taken["opener"].append(opener.once())
    middle = {name: statistics.median(times) * 1000 for name, times in taken.items()}
    bare = middle["bare"]
    note = f"python -c pass: {bare:.0f} ms"
    return [
        Figure("start of printflow --help, beyond python", middle["help"] - bare, 150, "ms", note),
        Figure("start of printflow list, beyond python", middle["list"] - bare, 350, "ms"),
        Figure("opener to the slicer's start, beyond python", middle["opener"] - bare, 100, "ms"),
    ]


class _Opener:
    """Opens a link with a slicer that only says when it was started."""

    def __init__(self, folder: Path) -> None:
        share = folder / "share"
        (share / "Uploaded").mkdir(parents=True)
        name = "JaneDoe_Filament_Red_K7Q2MX9A.stl"
        (share / "Uploaded" / name).write_bytes(sample_models.stl())
        slicer = folder / "slicer.sh"
        slicer.write_text(SLICER)
        slicer.chmod(0o755)
        config = folder / "opener.toml"
        config.write_text(
            f'share = "{share}"\nlog = "{folder / "opener.log"}"\n'
            f'[[slicer]]\nname = "Bench"\npath = "{slicer}"\nextensions = [".stl"]\n'
        )
        self._seen = folder / "seen"
        self._command = [
            *(sys.executable, "-m", "printflow_opener", "--config", str(config)),
            *("open", f"printflow://open/{name}"),
        ]
        self._environment = {
            **os.environ,
            **kept_bytecode(folder),
            "PRINTFLOW_BENCH_SEEN": str(self._seen),
            "HOME": str(folder),
            "XDG_CONFIG_HOME": str(folder),
        }

    def once(self) -> float:
        """Seconds from the opener's start to its slicer's."""
        self._seen.unlink(missing_ok=True)
        began = time.time_ns()
        subprocess.run(self._command, env=self._environment, check=True, stdout=subprocess.DEVNULL)
        until = time.monotonic() + 10
        while not self._seen.exists():
            if time.monotonic() > until:
                raise RuntimeError("the opener has started no slicer")
            time.sleep(0.005)
        return (int(self._seen.read_text()) - began) / 1e9
