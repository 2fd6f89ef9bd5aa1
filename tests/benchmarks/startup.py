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
from tests.benchmarks.many_jobs import Plan, fill

MANY = 5000
"""Jobs of a lab in its second or third year."""

SLICER = '#!/bin/sh\ndate +%s%N > "$PRINTFLOW_BENCH_SEEN.part"\nmv "$PRINTFLOW_BENCH_SEEN.part" "$PRINTFLOW_BENCH_SEEN"\n'


def measure(size: Size, folder: Path) -> list[Figure]:
    """Milliseconds beyond ``python -c pass``: of the help, lists of jobs, and a slicer's start."""
    store = folder / "store"
    Printflow.open(Settings(store=store)).close()
    environment = {**os.environ, **kept_bytecode(folder), "PRINTFLOW_STORE": str(store)}
    full, jobs = folder / "full", min(MANY, size.jobs)
    with Printflow.open(Settings(store=full)) as lab:
        fill(lab, Plan(jobs))
    start = [sys.executable, "-m", "printflow"]
    commands = {
        "bare": [sys.executable, "-c", "pass"],
        "help": [*start, "--help"],
        "list": [*start, "list"],
        "worker": [*start, "dispatch"],
        "many": [*start, "list"],
    }
    places = {"many": {"PRINTFLOW_STORE": str(full)}}
    taken: dict[str, list[float]] = {name: [] for name in (*commands, "opener", "first", "all")}
    opener = _Opener(folder)
    for name, command in commands.items():  # the first start writes the bytecode down
        there = {**environment, **places.get(name, {})}
        subprocess.run(command, env=there, check=True, stdout=subprocess.DEVNULL)
    opener.once()
    for _ in range(size.starts):
        for name, command in commands.items():
            there = {**environment, **places.get(name, {})}
            began = time.perf_counter()
            subprocess.run(command, env=there, check=True, stdout=subprocess.DEVNULL)
            taken[name].append(time.perf_counter() - began)
        taken["opener"].append(opener.once())
        first, whole = _json(start, {**environment, **places["many"]})
        taken["first"].append(first)
        taken["all"].append(whole)
    middle = {name: statistics.median(times) * 1000 for name, times in taken.items()}
    bare = middle["bare"]
    note = f"python -c pass: {bare:.0f} ms"
    return [
        Figure("start of printflow --help, beyond python", middle["help"] - bare, 150, "ms", note),
        Figure("start of printflow list, beyond python", middle["list"] - bare, 180, "ms"),
        Figure(
            f"start of printflow list with {jobs:,} jobs, beyond python",
            middle["many"] - bare,
            300,
            "ms",
        ),
        Figure(
            f"first line of printflow list --json with {jobs:,} jobs / the last",
            middle["first"] / middle["all"],
            0.3,
            "x",
            f"{middle['all']:.0f} ms to the last",
        ),
        Figure(
            "printflow dispatch with nothing to do, beyond python",
            middle["worker"] - bare,
            350,
            "ms",
        ),
        Figure("opener to the slicer's start, beyond python", middle["opener"] - bare, 100, "ms"),
    ]


def _json(start: list[str], environment: dict[str, str]) -> tuple[float, float]:
    """Seconds to the first line of a list as JSON, and to the last."""
    began = time.perf_counter()
    with subprocess.Popen(
        [*start, "list", "--json"], env=environment, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        first = time.perf_counter() - began
        process.stdout.read()
    if process.returncode:
        raise RuntimeError(f"printflow list --json ended with {process.returncode}")
    return first, time.perf_counter() - began


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
