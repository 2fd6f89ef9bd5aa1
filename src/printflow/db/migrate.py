"""Bringing a database to the schema of this program, and saying where it stands."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from ..errors import DatabaseUnavailable, MigrationNeeded
from ..said import say
from .alone import alone
from .engine import open_engine, people_error, sqlite_path
from .search import is_index
from .single_file import copy_sqlite

if TYPE_CHECKING:
    from alembic.config import Config

_MIGRATIONS = Path(__file__).parent / "migrations"

REVISIONS = tuple(sorted(path.name[:4] for path in (_MIGRATIONS / "versions").glob("[0-9]*.py")))
"""All revisions in the order of their upgrades, which is that of their numbers: the names of the
migrations begin with them, so that a start needs no alembic."""

_BEFORE_THE_FIRST = "0029"
"""The last of the revisions that the first one folds together: its tables are the same."""

HEAD = REVISIONS[-1]
"""The newest revision."""

_COMMAND = "printflow db upgrade"


def in_schema(name: str | None, kind: str, _parents: object) -> bool:
    """Whether ``schema.py`` speaks of a table of the database; for Alembic's comparison.

    The index that searching uses is not of tables that SQLAlchemy knows; see ``search.py``.
    """
    return kind != "table" or not is_index(name)


def _config(url: str) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config


def current(url: str) -> str:
    """The revision of the database at ``url``; "" when it has none (it is empty or missing)."""
    path = sqlite_path(url)
    if path is not None and not path.exists():
        return ""
    engine = open_engine(url)
    try:
        return _revision(engine)
    except DBAPIError as error:
        raise people_error(error, url) from error
    finally:
        engine.dispose()


def _revision(engine: Engine) -> str:
    from sqlalchemy import inspect

    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return ""
        found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
        return str(found or "")


def check(url: str) -> None:
    """Raise MigrationNeeded unless the database has exactly this program's schema."""
    found = current(url)
    if found == HEAD:
        return
    if is_newer(found):
        raise newer_than_program(found)
    if found and found < _BEFORE_THE_FIRST:
        raise _too_old(found)
    if found:
        words = say(
            "The database is at revision {found}. This program needs revision {needed}.",
            found=found,
            needed=HEAD,
        )
    else:
        words = say(
            "The database has no tables yet. This program needs revision {needed}.", needed=HEAD
        )
    raise MigrationNeeded(words, next_step=say("Run: {command}", command=_COMMAND))


def is_newer(found: str) -> bool:
    """Whether a revision is one that only a newer program knows."""
    return found not in REVISIONS and found > REVISIONS[0]


def _too_old(found: str) -> MigrationNeeded:
    return MigrationNeeded(
        say("The database is at revision {found}, from before the first release.", found=found),
        next_step=say(
            "Upgrade it to revision {revision} with the Printflow version that created it, then with "
            "this one.",
            revision=_BEFORE_THE_FIRST,
        ),
    )


def newer_than_program(found: str) -> MigrationNeeded:
    """The refusal of a database that a newer program has upgraded."""
    return MigrationNeeded(
        say(
            "The database is at revision {found}, which is newer than this program's {needed}.",
            found=found,
            needed=HEAD,
        ),
        next_step=say(
            "Install the newer Printflow again, or restore the backup from before the upgrade."
        ),
    )


def upgrade(url: str) -> Path | None:
    """Upgrade the database at ``url`` to this program's schema.

    Of an SQLite database that holds data already a copy is written beside it first, whose path
    is returned.
    """
    found = current(url)
    if is_newer(found):
        raise newer_than_program(found)
    if found == HEAD:
        return None
    # Only now: a server that finds its tables in order would hold it for good, 12 MB with all it needs.
    from alembic import command

    if found and found < _BEFORE_THE_FIRST:
        raise _too_old(found)
    path = sqlite_path(url)
    copy = None
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        if found:
            copy = _copy_beside(path, found)
    try:
        with nullcontext() if path is not None else _one_at_a_time(url):
            if found == _BEFORE_THE_FIRST:
                command.stamp(_config(url), REVISIONS[0], purge=True)
            command.upgrade(_config(url), "head")
    except DBAPIError as error:
        raise people_error(error, url) from error
    return copy


@contextmanager
def _one_at_a_time(url: str) -> Iterator[None]:
    """A second one that upgrades waits, and then finds nothing left to do."""
    engine = open_engine(url)
    try:
        with alone(engine, "upgrade", wait=True):
            yield
    finally:
        engine.dispose()


def _copy_beside(path: Path, revision: str) -> Path:
    """A consistent copy of a live SQLite database, by its backup API."""
    copy = path.with_name(f"{path.stem}-{revision}-{datetime.now(UTC):%Y%m%dT%H%M%S}.db")
    if shutil.disk_usage(path.parent).free < 2 * path.stat().st_size:
        raise DatabaseUnavailable(
            say(
                "There isn't enough space for a copy of {path} before its upgrade.", path=str(path)
            ),
            next_step=say("Free some space on its disk."),
        )
    copy_sqlite(path, copy)
    return copy
