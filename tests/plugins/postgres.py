"""A real PostgreSQL for the tests: its own cluster in a temporary folder, on a socket only."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote
from uuid import uuid4

import pytest
from sqlalchemy import make_url

from printflow.db import migrate

if TYPE_CHECKING:
    import psycopg

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


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is about SQLite, and what is the same as in a run without PostgreSQL: what has
    no lab of the fixtures, and what brings its own PostgreSQL wherever one is found.
    """
    if not config.getoption("--postgresql"):
        return
    kept: list[pytest.Item] = []
    out: list[pytest.Item] = []
    for item in items:
        asked = "settings" in getattr(item, "fixturenames", ())
        (kept if asked and not item.get_closest_marker("embedded") else out).append(item)
    config.hook.pytest_deselected(items=out)
    items[:] = kept


def new_database(cluster: Path, template: str = "template1") -> str:
    """The URL of a new database in the running cluster, empty or as its template is."""
    name = f"lab_{uuid4().hex}"
    _ask(cluster, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return _url(cluster, name)


def _url(cluster: Path, name: str) -> str:
    return f"postgresql://{_USER}@/{name}?host={quote(str(cluster), safe='')}"


def _ask(cluster: Path, statement: str) -> None:
    with _connected(cluster) as connection:
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


class _Spares:
    """Databases with the schema of this program and no rows, whose tests have ended.

    To empty one costs a fraction of what a new one does. Each goes by a new name, so that nobody
    who still knows the old one can write into it; its tables have no pages, its sequences start
    anew, and one whose schema a test has touched is dropped.
    """

    def __init__(self, cluster: Path, template: str) -> None:
        self._cluster = cluster
        self._template = template
        self._names: list[str] = []
        with _connected(cluster, template) as made:
            self._schema = _schema(made)
            assert not _filled(made), "a new database has rows: they would be lost here"

    def take(self) -> str:
        """The URL of one, emptied or new."""
        if self._names:
            return _url(self._cluster, self._names.pop())
        return new_database(self._cluster, self._template)

    def give_back(self, url: str) -> None:
        """Empty it, or drop it where it can't be as it was."""
        import psycopg

        name, old = f"lab_{uuid4().hex}", make_url(url).database
        try:
            with _connected(self._cluster) as server:
                server.execute(_LEAVE, [old])
                server.execute(f'ALTER DATABASE "{old}" RENAME TO "{name}"'.encode())
            with _connected(self._cluster, name) as emptied:
                if _schema(emptied) != self._schema:
                    raise psycopg.DataError("a test has changed the schema")
                emptied.execute(_EMPTY)
                if filled := _filled(emptied):
                    emptied.execute(f"VACUUM {', '.join(filled)}".encode())
                if _filled(emptied):
                    raise psycopg.DataError("rows are left")
            self._names.append(name)
        except psycopg.Error:
            for one in (old, name):
                _ask(self._cluster, f'DROP DATABASE IF EXISTS "{one}" WITH (FORCE)')


_LEAVE = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"

_EMPTY = """
DO $$
DECLARE one regclass;
BEGIN
  SET LOCAL session_replication_role = replica;  -- no foreign key and no trigger is in the way
  FOR one IN SELECT oid FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
    AND relname <> 'alembic_version' AND pg_relation_size(oid) > 0
  LOOP EXECUTE 'DELETE FROM ' || one; END LOOP;
  PERFORM setval(seqrelid::regclass, seqstart, false) FROM pg_sequence;
END $$
"""

_FILLED = """
SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r'
AND relnamespace = 'public'::regnamespace AND relname <> 'alembic_version'
AND pg_relation_size(oid) > 0
"""

_PARTS = ("attrdef", "constraint", "trigger", "proc", "type", "namespace", "rewrite", "extension")
"""The catalogs of what a schema is made of, but for tables, columns and indexes."""

_SCHEMA = f"""
SELECT md5(string_agg(part, ' ' ORDER BY part)) FROM (
  SELECT concat_ws(':', oid, relname, relkind, relnamespace, relowner, reloptions, relacl) AS part
  FROM pg_class WHERE oid >= 16384 AND relkind <> 't'
  UNION ALL SELECT concat_ws(':', attrelid, attnum, xmin) FROM pg_attribute WHERE attrelid >= 16384
  UNION ALL SELECT concat_ws(':', indexrelid, xmin) FROM pg_index WHERE indexrelid >= 16384
  UNION ALL SELECT concat_ws(':', setdatabase, setrole, setconfig) FROM pg_db_role_setting
  UNION ALL SELECT version_num FROM alembic_version
  {"".join(f"UNION ALL SELECT concat_ws(':', '{p}', oid, xmin) FROM pg_{p} " for p in _PARTS)}
) AS parts
"""
"""The digest of a schema. Whoever changes a row of a catalog leaves another xmin in it."""


def _connected(cluster: Path, name: str = "postgres") -> psycopg.Connection:
    import psycopg

    return psycopg.connect(host=str(cluster), user=_USER, dbname=name, autocommit=True)


def _schema(connection: psycopg.Connection) -> object:
    return connection.execute(_SCHEMA.encode()).fetchall()


def _filled(connection: psycopg.Connection) -> list[str]:
    """The tables that have pages, whether or not there are rows on them."""
    return [str(name) for (name,) in connection.execute(_FILLED)]


@pytest.fixture(scope="session")
def _spares(postgresql_cluster: Path, _upgraded: str) -> _Spares:
    return _Spares(postgresql_cluster, _upgraded)


@pytest.fixture
def upgraded_url(postgresql_cluster: Path, _spares: _Spares) -> Iterator[str]:
    """The URL of a database with the schema of this program, and no rows."""
    url = _spares.take()
    yield url
    # A test may have killed the cluster.
    if (postgresql_cluster / "data" / "postmaster.pid").exists():
        _spares.give_back(url)
