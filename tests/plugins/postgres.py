"""A real PostgreSQL for the tests: its own cluster in a temporary folder, on a socket only."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

import pytest
from sqlalchemy import make_url

from printflow.db import migrate

_USER = "postgres"


def _run(program: Path, *arguments: str) -> None:
    """Run one of PostgreSQL's programs, which refuse to be root."""
    command = [str(program), *arguments]
    if sys.platform != "win32" and os.geteuid() == 0:
        command = ["runuser", "-u", _USER, "--", *command]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    if done.returncode:
        raise RuntimeError(f"{program.name} failed: {done.stderr or done.stdout}")


class Cluster:
    """A PostgreSQL in a folder of its own, that a test may kill and start again."""

    def __init__(self, programs: Path) -> None:
        self._programs = programs
        self.folder = Path(tempfile.mkdtemp(prefix="printflow-pg-"))

    @property
    def _data(self) -> str:
        return str(self.folder / "data")

    def __enter__(self) -> Cluster:
        try:
            if sys.platform != "win32" and os.geteuid() == 0:
                shutil.chown(self.folder, _USER, _USER)
            _run(
                self._programs / "initdb",
                *("-D", self._data, "-U", _USER, "-A", "trust", "-E", "UTF8", "--locale=C", "-N"),
            )
            self.start()
        except BaseException:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise
        return self

    def start(self) -> None:
        """Start it; the socket is in the folder."""
        _run(
            self._programs / "pg_ctl",
            *("-D", self._data, "-w", "-l", str(self.folder / "log")),
            *("-o", f"-c listen_addresses='' -k {self.folder} -c fsync=off", "start"),
        )

    def kill(self) -> None:
        """End it at once, as a power cut does."""
        _run(self._programs / "pg_ctl", "-D", self._data, "-m", "immediate", "-w", "stop")

    def __exit__(self, *_error: object) -> None:
        try:
            if (self.folder / "data" / "postmaster.pid").exists():
                self.kill()
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgresql_cluster(postgresql_programs: Path) -> Iterator[Path]:
    """The folder of a running cluster; it also holds the socket."""
    with Cluster(postgresql_programs) as cluster:
        yield cluster.folder


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("printflow")
    group.addoption(
        "--postgresql", action="store_true", help="give labs of tests a database of PostgreSQL"
    )


_ON_POSTGRESQL = {"settings", "postgresql_cluster", "postgresql_programs"}
"""What a test asks for, directly or through others, to have a database of PostgreSQL."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is about SQLite, and what is the same as in a run without PostgreSQL."""
    if not config.getoption("--postgresql"):
        return
    kept: list[pytest.Item] = []
    out: list[pytest.Item] = []
    for item in items:
        asked = _ON_POSTGRESQL.intersection(getattr(item, "fixturenames", ()))
        (kept if asked and not item.get_closest_marker("embedded") else out).append(item)
    config.hook.pytest_deselected(items=out)
    items[:] = kept


def new_database(cluster: Path, template: str = "template1") -> str:
    """The URL of a new database in the running cluster, empty or as its template is."""
    name = f"lab_{uuid4().hex}"
    _ask(cluster, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return f"postgresql://{_USER}@/{name}?host={quote(str(cluster), safe='')}"


def _ask(cluster: Path, statement: str) -> None:
    import psycopg

    with psycopg.connect(
        host=str(cluster), user=_USER, dbname="postgres", autocommit=True
    ) as connection:
        connection.execute(statement.encode())


def _dropped_after(cluster: Path, url: str) -> Iterator[str]:
    """A database until its test ends: thousands of them would be 12 MB each on the disk."""
    yield url
    # A test may have killed the cluster.
    if (cluster / "data" / "postmaster.pid").exists():
        _ask(cluster, f'DROP DATABASE IF EXISTS "{make_url(url).database}" WITH (FORCE)')


@pytest.fixture
def postgresql_url(postgresql_cluster: Path) -> Iterator[str]:
    """The URL of a new empty database."""
    yield from _dropped_after(postgresql_cluster, new_database(postgresql_cluster))


@pytest.fixture(scope="session")
def _upgraded(postgresql_cluster: Path) -> str:
    """The name of a database with the schema of this program, made once."""
    url = new_database(postgresql_cluster).replace("postgresql:", "postgresql+psycopg:")
    migrate.upgrade(url)
    return str(make_url(url).database)


@pytest.fixture
def upgraded_url(postgresql_cluster: Path, _upgraded: str) -> Iterator[str]:
    """The URL of a new database with the schema of this program, and no rows."""
    yield from _dropped_after(postgresql_cluster, new_database(postgresql_cluster, _upgraded))
