"""Looking into models: from file to facts and pictures, beside trimesh and f3d in the same run."""

from __future__ import annotations

import os
import shutil
import statistics
import struct
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from printflow.inspection.inspector import Inspector, environment
from tests.benchmarks import thumbnail
from tests.benchmarks.bytecode import kept_bytecode
from tests.benchmarks.figure import Figure, Size

# Each in a fresh process whose clock starts after the imports: bounds, volume, area, closed, winding.
_TRIMESH = """
import sys, time, trimesh
began = time.perf_counter()
mesh = trimesh.load(sys.argv[1], process=False)
mesh.bounds, mesh.volume, mesh.area
mesh.merge_vertices()
mesh.is_watertight, mesh.is_winding_consistent
print(time.perf_counter() - began)
"""
_OURS = """
import sys, time
from printflow.inspection import loading, stl
from printflow.inspection.child import inspect
began = time.perf_counter()
inspect(open(sys.argv[1], "rb"), ".stl")
print(time.perf_counter() - began)
"""
# VmHWM, because ru_maxrss begins with what the process that started this one holds.
_PEAK = """
import sys
from pathlib import Path
from printflow.inspection.child import answer
written = {name: open(sys.argv[1] + "." + name, "wb") for name in ("picture", "small")}
said = answer({"ending": ".stl", "color": "#2f6fde", "up": "z", "sliced": False},
              {"model": open(sys.argv[1], "rb"), **written})
assert said["picture"], said
lines = Path("/proc/self/status").read_text().splitlines()
print(next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024)
"""


def measure(size: Size, folder: Path) -> list[Figure]:
    """Seconds and MB for a binary STL of 100 thousand and of a million triangles.

    The warm look is what a student's upload costs: asking the guarded process, facts, both pictures
    on disk. trimesh draws nothing here, and is compared with our facts alone.
    """
    figures = []
    inspector = Inspector()
    try:
        for name, triangles, limit in (("100k", 100_000, 0.35), ("1M", 1_000_000, 0.7)):
            path = folder / f"{name}.stl"
            path.write_bytes(ball(triangles if size.rounds > 1 else triangles // 100))
            _look(inspector, path)
            looks = statistics.median(_look(inspector, path) for _ in range(size.rounds))
            pairs = [(_told(_OURS, path), _told(_TRIMESH, path)) for _ in range(size.rounds)]
            ours, theirs = (statistics.median(times) for times in zip(*pairs, strict=True))
            note = f"{ours * 1000:.0f} ms beside {theirs * 1000:.0f} ms"
            figures += [
                Figure(f"facts and pictures of {name} triangles, warm", looks, limit, "s"),
                Figure(
                    f"facts of {name} triangles, of trimesh's time", ours / theirs, 0.25, "x", note
                ),
            ]
    finally:
        inspector.close()
    peak = _told(_PEAK, folder / "1M.stl")
    figures.append(Figure("most memory for 1M triangles", peak, 300, "MB"))
    return figures + (_pictures(size, folder) if shutil.which("f3d") else [])


def _pictures(size: Size, folder: Path) -> list[Figure]:
    """A picture alone, whole processes: Printflow's beside f3d's, one after the other."""
    figures = []
    ours_has = {**environment(), **kept_bytecode(folder)}
    with thumbnail.screen() as display:
        for name in ("100k", "1M"):
            path, out = folder / f"{name}.stl", str(folder / "picture.png")
            commands = (
                ([sys.executable, "-c", thumbnail.OURS, str(path), out], ours_has),
                (thumbnail.f3d(path, out), display),
            )
            thumbnail.measured(*commands[0], 1)
            runs = [
                [thumbnail.measured(command, more, 1).seconds for command, more in commands]
                for _ in range(size.rounds)
            ]
            ours, theirs = (statistics.median(times) for times in zip(*runs, strict=True))
            note = f"{ours * 1000:.0f} ms beside {theirs * 1000:.0f} ms"
            figures.append(
                Figure(f"picture of {name} triangles, of f3d's time", ours / theirs, 0.6, "x", note)
            )
    return figures


def ball(triangles: int) -> bytes:
    """A closed rippled ball of about so many triangles, as a binary STL."""
    around = int((triangles / 2) ** 0.5)
    turn = np.arange(around) * (2 * np.pi / around)
    tilt = np.linspace(0, np.pi, around + 1)
    radius = 40 + 2 * np.sin(9 * tilt)[:, None] * np.cos(12 * turn)
    flat = np.sin(tilt)[:, None]
    flat[[0, -1]] = 0.0
    points = np.stack(
        [
            radius * flat * np.cos(turn),
            radius * flat * np.sin(turn),
            radius * np.cos(tilt)[:, None],
        ],
        axis=-1,
    ).astype("<f4")
    points[[0, -1]] = points[[0, -1], :1]  # each pole is one place
    here, there = points, np.roll(points, -1, axis=1)
    a, b, c, d = here[:-1], here[1:], there[1:], there[:-1]
    corners = np.concatenate([np.stack([a, b, c], axis=2)[:-1], np.stack([a, c, d], axis=2)[1:]])
    corners = corners.reshape(-1, 3, 3)
    rows = np.zeros(len(corners), [("normal", "<f4", 3), ("at", "<f4", (3, 3)), ("more", "<u2")])
    rows["at"] = corners
    return bytes(80) + struct.pack("<I", len(rows)) + rows.tobytes()


def _look(inspector: Inspector, path: Path) -> float:
    began = time.perf_counter()
    looked = inspector.look(
        path, ".stl", picture=path.with_suffix(".png"), small=path.with_suffix(".webp")
    )
    if not looked.picture or looked.facts is None or not looked.facts.watertight:
        raise RuntimeError(f"{path.name} was not looked into as it should be: {looked}")
    return time.perf_counter() - began


def _told(script: str, path: Path) -> float:
    command = [sys.executable, "-c", script, str(path)]
    # numpy is used in both as in the guarded process.
    known = {**os.environ, **environment()}
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=known)
    return float(done.stdout)
