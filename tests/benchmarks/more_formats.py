"""A GLB and a STEP of a few MB: facts of them, beside trimesh's own load of the same file.

trimesh only loads, and Printflow also measures: size, volume, area, whether it is closed. Each is a
fresh process whose clock, the processor's, starts after the imports.
"""

from __future__ import annotations

import json
import os
import re
import statistics
import subprocess
import sys
from pathlib import Path

import trimesh

from printflow.inspection.inspector import environment
from tests.benchmarks.figure import Figure, Size
from tests.benchmarks.inspection import ball
from tests.step_file import box_step

# VmHWM, because ru_maxrss begins with what the process that started this one holds.
_TOLD = """
lines = Path("/proc/self/status").read_text().splitlines()
peak = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024
print(json.dumps([took, peak]))
"""
_TRIMESH = f"""
import json, sys, time, trimesh
from pathlib import Path
from trimesh.exchange import gltf
if sys.argv[1].endswith(".step"):
    import cascadio
began = time.process_time()
trimesh.load(sys.argv[1])
took = time.process_time() - began
{_TOLD}"""
_OURS = f"""
import json, sys, time, trimesh
from pathlib import Path
from trimesh.exchange import gltf
from printflow.inspection import loading, trimesh_formats
from printflow.inspection.child import inspect
if sys.argv[1].endswith(".step"):
    import cascadio
began = time.process_time()
inspect(open(sys.argv[1], "rb"), Path(sys.argv[1]).suffix)
took = time.process_time() - began
{_TOLD}"""

_TRIANGLES = 200_000
_BOXES = 300


def measure(size: Size, folder: Path) -> list[Figure]:
    """Time and memory of both files, as shares of trimesh's."""
    whole = size.rounds > 1
    made = {
        "GLB": _glb(folder, _TRIANGLES if whole else 2000),
        "STEP": _step(folder, _BOXES if whole else 4),
    }
    figures = []
    for name, path in made.items():
        runs = [(_run(_OURS, path), _run(_TRIMESH, path)) for _ in range(min(size.rounds, 3))]
        ours, theirs = (statistics.median(run[at][0] for run in runs) for at in (0, 1))
        held, others = (max(run[at][1] for run in runs) for at in (0, 1))
        of = f"{name} of {path.stat().st_size / 1e6:.1f} MB"
        note = f"{ours * 1000:.0f} ms beside {theirs * 1000:.0f} ms"
        figures += [
            Figure(f"facts of a {of}, of trimesh's load", ours / theirs, 2, "x", note),
            Figure(
                f"memory for a {of}, of trimesh's",
                held / others,
                2,
                "x",
                f"{held:.0f} MB beside {others:.0f} MB",
            ),
        ]
    return figures


def _run(script: str, path: Path) -> tuple[float, float]:
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, **environment()},
    )
    took, peak = json.loads(done.stdout)
    return took, peak


def _glb(folder: Path, triangles: int) -> Path:
    """A closed ball."""
    stl, path = folder / "ball.stl", folder / "ball.glb"
    stl.write_bytes(ball(triangles))
    mesh = trimesh.load_mesh(stl)
    mesh.vertices = mesh.vertices / 1000  # a GLB is in meters
    mesh.export(path)
    return path


def _step(folder: Path, count: int) -> Path:
    """Boxes within boxes, in one file."""
    whole = box_step(10, 10, 10).decode()
    head, _, tail = whole.partition("DATA;\n")
    entities = tail[: tail.index("ENDSEC;")]
    after = max(int(number) for number in re.findall(r"#(\d+)", entities))
    parts = []
    for at in range(count):
        text = box_step(10 + at, 10 + at, 10 + at).decode().partition("DATA;\n")[2]
        shift = at * after
        own = text[: text.index("ENDSEC;")].split("#")
        parts.append("#".join([own[0], *(_moved(part, shift) for part in own[1:])]))
    path = folder / "boxes.step"
    path.write_text(f"{head}DATA;\n{''.join(parts)}{tail[tail.index('ENDSEC;') :]}")
    return path


def _moved(part: str, shift: int) -> str:
    """What follows a `#`, with its number so much higher."""
    number = re.match(r"\d+", part)
    return part if number is None else f"{int(number[0]) + shift}{part[number.end() :]}"
