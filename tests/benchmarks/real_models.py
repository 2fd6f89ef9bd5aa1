"""What comes of real models and of hostile ones: (file, triangles, ms, MB, verdict), as Markdown.

Run: ``.venv/bin/python -m tests.benchmarks.real_models [--pictures FOLDER] [FILE …]``. The real ones are
the files that are given, PrusaSlicer's own where it is installed, and made ones of every kind; the
hostile ones are those of ``tests/inspection/hostile.py``. Of a real model the second look is
timed, in a process that is warm; a hostile one gets a fresh process.
"""

from __future__ import annotations

import argparse
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from printflow.catalogs.file import checked_catalog, default_catalog
from printflow.domain.model_facts import Looked, verdict
from printflow.domain.naming import ending_of
from printflow.inspection.inspector import Inspector
from tests.benchmarks.inspection import ball
from tests.benchmarks.thumbnail import write_stl
from tests.inspection import hostile, shapes

PRUSA = Path("/usr/share/PrusaSlicer")
OF_PRUSA = (
    "shapes/bunny.stl",
    "shapes/M3x10_screw.stl",
    "shapes/M3_hex_nut.stl",
    "shapes/PETG_recycling_symbol.stl",
    "shapes/torus.stl",
    "profiles/RatRig/rr-vc-500.stl",
    "profiles/Creality/ender3v2_bed.stl",
    "profiles/PrusaResearch/sl1_bed.stl",
)
COLORS = ("#2b6cb0", "#d03a3a", "#3f9d5a", "#f5d90a", "#8b5cf6", "#111111", "#f2f2f2")


@dataclass(frozen=True)
class Row:
    """What came of one file: ``triangles`` is 0 where it was refused, ``peak`` in MB."""

    name: str
    triangles: int
    milliseconds: float
    peak: float
    verdict: str


def main() -> None:
    """Look into all of them, and print the table."""
    parser = argparse.ArgumentParser(prog="models")
    parser.add_argument("--pictures", type=Path, help="a folder that keeps the pictures")
    parser.add_argument("files", nargs="*", type=Path)
    given = parser.parse_args()
    if given.pictures:
        given.pictures.mkdir(parents=True, exist_ok=True)
    print("| file | triangles | ms | MB | verdict |\n|---|--:|--:|--:|---|")
    with tempfile.TemporaryDirectory() as folder:
        for number, path in enumerate(real(Path(folder), given.files)):
            color = COLORS[number % len(COLORS)]
            show(looked_into(path, color, Path(folder), again=True))
            if given.pictures:
                shutil.copy(Path(folder, "picture.png"), given.pictures / f"{path.stem}.png")
        for case in hostile.CASES:
            row = looked_into(hostile.write(Path(folder), case), COLORS[0], Path(folder))
            show(Row(f"hostile: {case.name} ({case.ending})", *list(vars(row).values())[1:]))


def show(row: Row) -> None:
    """One line of the table."""
    count = f"{row.triangles:,}" if row.triangles else "–"
    cells = (row.name, count, f"{row.milliseconds:.0f}", f"{row.peak:.0f}", row.verdict)
    print(f"| {' | '.join(cells)} |", flush=True)


def real(folder: Path, given: list[Path]) -> Iterator[Path]:
    """Files of models that people could send."""
    yield from given
    yield from (path for path in (PRUSA / name for name in OF_PRUSA) if path.is_file())
    for name, make in shapes.MODELS.items():
        path = folder / f"{name.replace(' ', '_')}.stl"
        write_stl(path, make())
        yield path
        path.unlink()
    for name, triangles in (("ball_100k", 100_000), ("ball_1M", 1_000_000)):
        path = folder / f"{name}.stl"
        path.write_bytes(ball(triangles))
        yield path


def looked_into(path: Path, color: str, folder: Path, *, again: bool = False) -> Row:
    """What a process of its own says of a file."""
    inspector = Inspector(once=())
    small = folder / "first.stl"
    small.write_bytes(ball(100))
    inspector.look(small, ".stl")  # started, and warm
    try:
        for _ in range(1 + again):
            began = time.perf_counter()
            looked = inspector.look(
                path,
                ending_of(path.name),
                color=color,
                picture=folder / "picture.png",
                small=folder / "small.webp",
            )
            seconds = time.perf_counter() - began
        peak = _peak(inspector)
    finally:
        inspector.close()
    triangles = looked.facts.triangles if looked.facts else 0
    return Row(path.name, triangles, seconds * 1000, peak, _verdict(looked))


def _verdict(looked: Looked) -> str:
    if looked.facts is None:
        return f"{looked.code}: {looked.error}"
    printers = checked_catalog(default_catalog()).printers
    said = verdict(looked.facts, printers)
    return said if looked.picture else f"{said} No picture: {looked.error}"


def _peak(inspector: Inspector) -> float:
    """The most memory that the process had, in MB; 0 where it is gone or nobody tells."""
    child = inspector._child
    try:
        status = Path(f"/proc/{child.process.pid if child else 0}/status").read_text("utf-8")
    except OSError:
        return 0
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else 0


if __name__ == "__main__":
    main()
