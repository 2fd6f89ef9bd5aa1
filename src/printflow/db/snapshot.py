"""A consistent copy of a live database, and putting one back."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import URL, Connection, func, make_url, select, update

from ..errors import DatabaseUnavailable
from .engine import open_engine, sqlite_module, sqlite_path
from .schema import job_files

_TOOL_SECONDS = 3600


def snapshot_name(url: str) -> str:
    """The file name of a snapshot of the database at ``url``: it says of which kind it is."""
    return "database.sqlite" if sqlite_path(url) is not None else "database.pgdump"


@contextmanager
def taken_snapshot(url: str, dest: Path) -> Iterator[Connection]:
    """Write the database, as it is at one moment, into the file ``dest``; writers go on.

    Gives a connection that sees it as it was at that moment.
    """
    path = sqlite_path(url)
    if path is not None:
        copy_sqlite(path, dest)
        with dest.open("rb+") as file:
            os.fsync(file.fileno())
        engine = open_engine(f"sqlite:///{dest}", journal=False)
    else:
        engine = open_engine(url).execution_options(isolation_level="REPEATABLE READ")
    try:
        with engine.connect() as connection:
            if path is None:
                # pg_dump takes part in this transaction's view of the database.
                moment = connection.scalar(select(func.pg_export_snapshot()))
                arguments = ("--format=custom", "--no-owner", f"--snapshot={moment}")
                _run("pg_dump", make_url(url), *arguments, f"--file={dest}")
            yield connection
    finally:
        engine.dispose()


def copy_sqlite(source: Path, dest: Path) -> None:
    """Copy a live SQLite database by its backup API."""
    module = sqlite_module()
    with closing(module.connect(source)) as here, closing(module.connect(dest)) as there:
        here.backup(there)
        there.execute("PRAGMA journal_mode=DELETE")  # one file, nothing beside it


def load_snapshot(url: str, source: Path) -> None:
    """Put a snapshot in the place of whatever the database at ``url`` holds."""
    path = sqlite_path(url)
    if path is None:
        _run(
            "pg_restore",
            make_url(url),
            *("--clean", "--if-exists", "--no-owner", "--single-transaction", "--exit-on-error"),
            str(source),
        )
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    for beside in (path, *(path.with_name(path.name + end) for end in ("-wal", "-shm"))):
        beside.unlink(missing_ok=True)
    copy_sqlite(source, path)


def end_leases(url: str) -> None:
    """Whoever was at work on something when the snapshot was taken is no longer."""
    engine = open_engine(url).execution_options(printflow_write=True)
    try:
        with engine.begin() as connection:
            connection.execute(update(job_files).values(lease_until=None))
    finally:
        engine.dispose()


def _run(program: str, url: URL, *arguments: str) -> None:
    """Run one of PostgreSQL's programs; the password goes by the environment, not the list."""
    found = shutil.which(program)
    if found is None:
        raise DatabaseUnavailable(
            f"The program {program} is not installed.",
            next_step="Install PostgreSQL's client programs.",
        )
    bare = url.set(drivername="postgresql", password=None).render_as_string()
    environment = dict(os.environ)
    if url.password:
        environment["PGPASSWORD"] = str(url.password)
    command = [found, f"--dbname={bare}", *arguments]
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=_TOOL_SECONDS, check=False
    )
    if done.returncode:
        words = (done.stderr.strip() or done.stdout.strip() or "no words").splitlines()[-1]
        raise DatabaseUnavailable(f"{program} failed: {words}")
