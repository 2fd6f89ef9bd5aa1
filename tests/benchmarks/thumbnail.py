"""Pictures of models: Printflow's beside f3d's and trimesh's, whole processes, in one run.

Run: ``.venv/bin/python -m tests.benchmarks.thumbnail``. For each model it prints the median wall
time, processor time and peak memory of a process that reads a binary STL and writes a 512-pixel
PNG, and the time of a second picture in a warm process. f3d is measured where it is on the PATH.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from tests.inspection import shapes
from tests.inspection.shapes import Mesh

RUNS = 5

OURS = """
import sys, time
import numpy as np
from printflow.inspection.render import render, small
data = np.fromfile(sys.argv[1], np.uint8, offset=84).reshape(-1, 50)
points = np.ascontiguousarray(data[:, 12:48]).view("<f4").reshape(-1, 3)
faces = np.arange(len(points), dtype=np.int32).reshape(-1, 3)
del data
def draw():
    began = time.perf_counter()
    png = render(points, faces, "#2b6cb0")
    small(png)
    return png, time.perf_counter() - began
png, _ = draw()
open(sys.argv[2], "wb").write(png)
if len(sys.argv) > 3:
    print(min(draw()[1] for _ in range(3)))
"""
TRIMESH = """
import sys, trimesh
mesh = trimesh.load(sys.argv[1])
print(len(mesh.faces), mesh.is_watertight, mesh.volume)
"""


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
    with tempfile.TemporaryDirectory() as folder:
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
                [*programs["printflow"], "warm"], capture_output=True, text=True, check=True
            ).stdout
            for program, command in programs.items():
                wall, cpu, peak = measured(command)
                rest = f"  {float(warm) * 1000:.0f} ms" if program == "printflow" else ""
                print(
                    f"{name:12}{len(mesh[1]):>10}  {program:14}{wall * 1000:>5.0f} ms"
                    f"{cpu * 1000:>5.0f} ms{peak:>5.0f} MB{rest}",
                    flush=True,
                )


def f3d(file: Path, out: str) -> list[str]:
    """f3d with the same size and ambient occlusion; on a virtual screen where there is none."""
    command = ["f3d", str(file), "--output", out, "--resolution=512,512", "-q", "--no-background"]
    if "DISPLAY" not in os.environ and shutil.which("xvfb-run"):
        command = ["xvfb-run", "-a", *command]
    return command


def measured(command: list[str]) -> tuple[float, float, float]:
    """Median wall and processor seconds, and the greatest peak of memory in MB."""
    walls, cpus, peaks = [], [], []
    for _ in range(RUNS):
        began = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, used = os.wait4(process.pid, 0)
        walls.append(time.perf_counter() - began)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"{command[0]} ended with {process.returncode}")
        cpus.append(used.ru_utime + used.ru_stime)
        peaks.append(used.ru_maxrss / 1024)
    return statistics.median(walls), statistics.median(cpus), max(peaks)


def write_stl(file: Path, mesh: Mesh) -> None:
    """A binary STL."""
    points, faces = mesh
    records = np.zeros(len(faces), np.dtype([("n", "<f4", 3), ("v", "<f4", (3, 3)), ("a", "<u2")]))
    records["v"] = points[faces]
    file.write_bytes(bytes(80) + np.uint32(len(faces)).tobytes() + records.tobytes())


if __name__ == "__main__":
    main()
