"""How long an import takes of a list without files, beside one bare commit for each row."""

from __future__ import annotations

import csv
import time
from pathlib import Path

from printflow import Printflow, Settings
from printflow.db.engine import sqlite_module
from printflow.importing.mapping import read_mapping
from printflow.importing.rows import csv_list
from tests.benchmarks.figure import Figure, Size

_MAPPING = """
source = "bench"
decimal = "."
[columns]
key = "No."
student_name = "Name"
student_email = "Mail"
file_name = "Model"
method = "Method"
color = "Color"
status = "State"
cost = "Price"
created_at = "Received"
[defaults]
discipline = "Other"
class_number = "unknown"
"""
_HEADINGS = ("No.", "Name", "Mail", "Model", "Method", "Color", "State", "Price", "Received")


def measure(size: Size, folder: Path) -> list[Figure]:
    """Seconds for 5,000 rows of handed-out jobs, each with its payment."""
    rows = size.jobs // 20
    mapping, path = folder / "mapping.toml", folder / "old.csv"
    mapping.write_text(_MAPPING, "utf-8")
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(_HEADINGS)
        for number in range(rows):
            who = f"Ada Byron {number % 500}", f"ada{number % 500}@example.edu"
            what = f"part {number}.stl", "Filament", "Blue", "PAIDPICKEDUP", "4.25"
            writer.writerow((number, *who, *what, "2024-03-01 14:00"))
    old = csv_list(path, read_mapping(mapping))
    with Printflow.open(Settings(store=folder / "store"), create=True) as lab:
        began = time.perf_counter()
        done = lab.imports.run(old, folder, without_file=True)
        ours = time.perf_counter() - began
    if done.imported != rows:
        raise RuntimeError(f"{done.imported} of {rows} rows were imported")
    bare = _bare_commits(folder / "bare.db", rows)
    note = f"{rows:,} rows in {ours:.1f} s; as many bare commits {bare:.1f} s"
    return [Figure("import without files, 5,000 rows", ours * 5000 / rows, 12, "s", note)]


def _bare_commits(path: Path, rows: int) -> float:
    """Seconds for a durable commit of one small row each."""
    connection = sqlite_module().connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE one (number INTEGER)")
    began = time.perf_counter()
    for number in range(rows):
        connection.execute("INSERT INTO one VALUES (?)", (number,))
    taken = time.perf_counter() - began
    connection.close()
    return taken
