"""An older Flask system as a lab would find it: its database and its folders of files."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from tests import sample_models

COLUMNS = (
    "id", "student_name", "student_email", "discipline", "class_number", "original_filename",
    "display_name", "file_path", "status", "printer", "color", "material", "weight_g",
    "time_hours", "cost_usd", "student_confirmed", "student_confirmed_at", "reject_reasons",
    "created_at", "updated_at", "last_updated_by", "notes",
)  # fmt: skip
FOLDERS = ("Uploaded", "Pending", "ReadyToPrint", "Printing", "Completed", "PaidPickedUp")
STATUSES = ("UPLOADED", "PENDING", "READYTOPRINT", "PRINTING", "COMPLETED", "PAIDPICKEDUP")


def old_job(number: int, folder: str, status: str, **replaced: object) -> dict[str, object]:
    """A row of its table."""
    name = f"AdaByron_Filament_TrueRed_{number}.stl"
    row: dict[str, object] = {
        "id": f"{number:032x}",
        "student_name": "Ada Byron",
        "student_email": "ada@example.edu",
        "discipline": "engineering",
        "class_number": "ARCH 4000",
        "original_filename": f"bracket {number}.stl",
        "display_name": name,
        "file_path": f"/srv/old/storage/{folder}/{name}",
        "status": status,
        "printer": "prusa mk4s",
        "color": "true red",
        "material": "PLA",
        "weight_g": 30.1 + 12.4,
        "time_hours": 3.25,
        "cost_usd": 4.25,
        "student_confirmed": 1,
        "student_confirmed_at": "2024-03-02 09:00:00",
        "reject_reasons": None,
        "created_at": "2024-03-01 14:30:00.123456",
        "updated_at": "2024-03-05 08:15:00",
        "last_updated_by": "sam",
        "notes": "",
    }
    if status in ("UPLOADED",):
        row.update(weight_g=None, time_hours=None, cost_usd=None, student_confirmed_at=None)
    return {**row, **replaced}


def make(root: Path, jobs: list[dict[str, object]] | None = None) -> Path:
    """The database in ``root`` with ``storage/`` beside it; each job's file holds its own model."""
    if jobs is None:
        jobs = [
            old_job(n, folder, status)
            for n, (folder, status) in enumerate(zip(FOLDERS, STATUSES, strict=True))
        ]
        jobs.append(
            old_job(
                6,
                "Rejected",
                "REJECTED",
                reject_reasons='["Too thin", "Not closed"]',
                notes="Asked for a thicker wall",
            )
        )
    root.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(root / "old.db")) as database, database:
        database.execute(f"CREATE TABLE jobs ({', '.join(COLUMNS)})")
        for number, job in enumerate(jobs):
            database.execute(
                f"INSERT INTO jobs VALUES ({', '.join('?' * len(COLUMNS))})",
                [job[column] for column in COLUMNS],
            )
            path = Path(str(job["file_path"]))
            there = root / "storage" / path.parent.name / path.name
            there.parent.mkdir(parents=True, exist_ok=True)
            there.write_bytes(sample_models.stl(header=f"box {number}".encode()))
    return root / "old.db"
