"""Pictures of models: Printflow's beside f3d's and trimesh's, whole processes, in one run.

Run: ``.venv/bin/python -m tests.benchmarks.thumbnail``. For each model it prints the median wall
time, processor time and peak memory of a process that reads a binary STL and writes a 512-pixel
PNG, and the time of a second picture in a warm process. f3d is measured where it is on the PATH.
Printflow's process gets the environment that the guarded one gets.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from printflow.inspection.inspector import environment
from tests.inspection import shapes
from tests.inspection.shapes import Mesh

RUNS = 5

OURS = """
import sys, time
from pathlib import Path
from printflow.rendering import Options, draw, png
from printflow.inspection.stl import read_stl
triangles = read_stl(open(sys.argv[1], 'rb')).triangles
Path(sys.argv[2]).write_bytes(png(draw(triangles, Options("#2b6cb0"))))
def again():
    began = time.perf_counter()
    png(draw(triangles, Options("#2b6cb0")))
    return time.perf_counter() - began
if len(sys.argv) > 3:
    print(min(again() for _ in range(3)))
"""
TRIMESH = """
import sys, trimesh
mesh = trimesh.load(sys.argv[1])
print(len(mesh.faces), mesh.is_watertight, mesh.volume)
"""


@dataclass(frozen=True)
class Used:
    """Seconds by the clock, seconds of the processor, and the most memory in MB."""

    seconds: float
    cpu: float
    peak: float


def main() -> None:
    """Measure, and say it."""
    models: dict[str, Mesh] = {
        "box": shapes.box(),
        "gear": shapes.gear(),
        "lattice": shapes.lattice(),
        "scan 100k": shapes.scan(320, 158),
        "terrain 1M": shapes.terrain(),
        "sphere 1M": shapes.sphere(20, 1000, 500),
    }
    with tempfile.TemporaryDirectory() as folder, screen() as display:
        root = Path(folder)
        print(
            f"{'model':12}{'triangles':>10}  {'program':14}{'wall':>8}{'cpu':>8}{'peak':>8}  warm"
        )
        for name, mesh in models.items():
            file = root / "model.stl"
            write_stl(file, mesh)
            out = str(root / "out.png")
            programs = {"printflow": [sys.executable, "-c", OURS, str(file), out]}
            if shutil.which("f3d"):
                programs["f3d"] = f3d(file, out)
            programs["trimesh load"] = [sys.executable, "-c", TRIMESH, str(file)]
            warm = subprocess.run(
                [*programs["printflow"], "warm"],
                capture_output=True,
                text=True,
                check=True,
                env={**os.environ, **environment()},
            ).stdout
            for program, command in programs.items():
                more = environment() if program == "printflow" else display
                used = measured(command, more)
                rest = f"  {float(warm) * 1000:.0f} ms" if program == "printflow" else ""
                print(
                    f"{name:12}{len(mesh[1]):>10}  {program:14}{used.seconds * 1000:>5.0f} ms"
                    f"{used.cpu * 1000:>5.0f} ms{used.peak:>5.0f} MB{rest}",
                    flush=True,
                )


def f3d(file: Path, out: str) -> list[str]:
    """f3d's command for a picture of the same size; it needs a screen."""
    return ["f3d", str(file), "--output", out, "--resolution=512,512", "-q", "--no-background"]


@contextlib.contextmanager
def screen() -> Iterator[dict[str, str]]:
    """The environment of a screen in memory, where there is none: its start is not f3d's time."""
    if "DISPLAY" in os.environ or not shutil.which("Xvfb"):
        yield {}
        return
    process = subprocess.Popen(
        ["Xvfb", "-displayfd", "1", "-screen", "0", "800x800x24"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdout is not None
    try:
        with process.stdout as said:
            yield {"DISPLAY": ":" + said.readline().decode().strip()}
    finally:
        process.terminate()
        process.wait()


def measured(command: list[str], more: Mapping[str, str], runs: int = RUNS) -> Used:
    """What the median run of a program takes, with `more` in its environment."""
    found = []
    for _ in range(runs):
        began = time.perf_counter()
        process = subprocess.Popen(
            command,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **more},
        )
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"{command[0]} ended with {process.returncode}")
        found.append((seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024))
    times, cpus, peaks = zip(*found, strict=True)
    return Used(statistics.median(times), statistics.median(cpus), max(peaks))


def write_stl(file: Path, mesh: Mesh) -> None:
    """A binary STL."""
    points, faces = mesh
    records = np.zeros(len(faces), np.dtype([("n", "<f4", 3), ("v", "<f4", (3, 3)), ("a", "<u2")]))
    records["v"] = points[faces]
    file.write_bytes(bytes(80) + np.uint32(len(faces)).tobytes() + records.tobytes())


if __name__ == "__main__":
    main()
