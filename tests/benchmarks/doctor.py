"""The doctor's look at a store of many files, beside ``find`` with the same facts of each."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

from printflow import Printflow, Settings
from printflow.doctor.files import FileCheck
from tests import sample_models
from tests.benchmarks.figure import Figure, Size
from tests.benchmarks.many_jobs import Plan, fill


def measure(size: Size, folder: Path) -> list[Figure]:
    """The ratio of the two, both with the tree in the system's cache."""
    store = folder / "store"
    with Printflow.open(Settings(store=store)) as lab:
        fill(lab, Plan(size.jobs))
        files(lab)
        found, examined = [], []
        for _ in range(size.rounds):
            began = time.perf_counter()
            subprocess.run(
                ["find", str(store), "-printf", "%i %s %m %T@ %p\n"],
                check=True,
                stdout=subprocess.DEVNULL,
            )
            found.append(time.perf_counter() - began)
            began = time.perf_counter()
            ports = lab._parts
            check = FileCheck(ports.database, ports.store, ports.placer, ports.clock, hashes=False)
            if not list(check()):
                raise RuntimeError("the doctor finds nothing, where files are missing")
            examined.append(time.perf_counter() - began)
        began = time.perf_counter()
        lab.doctor.examine(hashes=False)
        whole = time.perf_counter() - began
    ours, theirs = min(examined), min(found)
    note = f"{ours:.2f} s to {theirs:.2f} s; with the database's own check {whole:.1f} s"
    return [Figure(f"doctor, {size.jobs:,} files / find", ours / theirs, 3.0, "x", note)]


def files(lab: Printflow) -> None:
    """Put a small model where each row of the database says that there is one."""
    content = sample_models.stl()[:84].ljust(84, b"\0")  # as long as the rows say
    with lab._parts.database.read() as tx:
        for file, _ in tx.files.every():
            if file.state == "settled":
                path = lab.files.path(file)
                path.write_bytes(content)
                path.chmod(0o444)
