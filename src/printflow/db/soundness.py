"""Whether a database is sound: what is damaged, where, and what of it can be made again.

Every look is on a connection of its own, in one transaction. A connection that has searched keeps
pages of the search index in memory, and SQLite's check compares those to the file: after another
connection's write it calls a sound index damaged.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, make_url, text
from sqlalchemy.exc import DBAPIError

from ..errors import DatabaseDamaged
from ..ports import Damage, DamagedPart
from ..said import say
from . import search
from .engine import (
    BUSY_SECONDS,
    LOOK_AT_IT,
    is_damage,
    open_engine,
    people_error,
    sqlite_module,
    sqlite_path,
    writing,
)
from .schema import metadata

_INDEX = re.compile(r"(?:missing from|in|entry in|entries in) index (\w+)")
_TREE = re.compile(r"[Tt]ree (\d+)")
_TABLE = re.compile(r"(?:value in|row \d+ of|constraint failed in) (\w+)")
_MANY = 20


def look(url: str, *, thorough: bool = True) -> tuple[Damage, ...]:
    """What is damaged in the database at ``url``.

    ``thorough`` compares indexes and foreign keys, too; without it an SQLite file's pages are read
    once. Of PostgreSQL every row is read. Raises DatabaseUnavailable, DatabaseBusy.
    """
    path = sqlite_path(url)
    return look_at_file(path, thorough=thorough) if path is not None else _look_at_server(url)


def mend(url: str, damage: Sequence[Damage]) -> bool:
    """Make the search index and other indexes again, from the rows; whether they are sound then.

    Damaged rows are not touched. Raises DatabaseUnavailable, DatabaseBusy.
    """
    engine = open_engine(url, pooled=False)
    try:
        with writing(engine) as connection:
            if any(one.part is DamagedPart.INDEX for one in damage):
                # Not `REINDEX` of all: it would read tables that may be damaged.
                for name in {one.place for one in damage if one.part is DamagedPart.INDEX}:
                    keyword = "INDEX " if connection.dialect.name == "postgresql" else ""
                    connection.exec_driver_sql(f'REINDEX {keyword}"{name}"')
        if any(one.part is DamagedPart.SEARCH for one in damage):
            _make_search_again(engine, url)
    except DBAPIError as error:
        raise people_error(error, url) from error
    finally:
        engine.dispose()
    places = {one.place for one in damage}
    return not any(one.place in places for one in look(url))


def _make_search_again(engine: Engine, url: str) -> None:
    try:
        with writing(engine) as connection:
            search.rebuild(connection)
        return
    except DBAPIError as error:
        path = sqlite_path(url)
        if path is None or not is_damage(error.orig):
            raise
    module = sqlite_module()
    try:
        with closing(module.connect(path, isolation_level=None, timeout=BUSY_SECONDS)) as raw:
            raw.execute("BEGIN IMMEDIATE")
            search.put_out(raw)
            raw.execute("COMMIT")
            with writing(engine) as connection:
                search.rebuild(connection)
            raw.execute("VACUUM")
    except module.Error as error:
        raise people_error(DBAPIError.instance("", None, error, module.Error), url) from error


def can_be_made_again(damage: Sequence[Damage]) -> bool:
    """Whether all of it is indexes, which hold nothing that the rows do not."""
    return all(one.part in (DamagedPart.SEARCH, DamagedPart.INDEX) for one in damage)


def damaged(url: str, damage: Sequence[Damage], *, next_step: str = LOOK_AT_IT) -> DatabaseDamaged:
    """The error that says what is damaged."""
    told = "; ".join(f"{one.where}: {one.words}" for one in damage[:3])
    place = make_url(url).render_as_string(hide_password=True)
    if len(damage) > 3:
        words = say(
            "The database {place} is damaged: {damage}; and {more} more.",
            place=place,
            damage=told,
            more=len(damage) - 3,
        )
    else:
        words = say("The database {place} is damaged: {damage}.", place=place, damage=told)
    return DatabaseDamaged(words, next_step=next_step)


# -- SQLite -----------------------------------------------------------------------------------


def look_at_file(path: Path, *, thorough: bool = True) -> tuple[Damage, ...]:
    """What is damaged in an SQLite file; see :func:`look`."""
    module = sqlite_module()
    uri = f"{path.resolve().as_uri()}?mode=rw"
    try:
        connection = module.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None)
    except module.Error as error:
        return (_from_error("", error),)
    with closing(connection):
        try:
            connection.execute("PRAGMA query_only=ON")
            connection.execute("BEGIN")
            found = _pages(connection, thorough=thorough)
            if thorough and not any(one.part is DamagedPart.FILE for one in found):
                found += _rows(connection) if not found else []
        except module.DatabaseError as error:
            if not is_damage(error):
                raise people_error(
                    DBAPIError.instance("", None, error, module.Error), f"sqlite:///{path}"
                ) from error
            found = [_from_error("", error)]
        if any(not one.place for one in found):
            found = [
                *_unreadable_tables(connection, module.Error),
                *(o for o in found if o.place),
            ] or found
    return tuple(dict.fromkeys(found))


def _pages(connection: Any, *, thorough: bool) -> list[Damage]:
    check = "integrity_check" if thorough else "quick_check"
    rows = [str(row[0]) for row in connection.execute(f"PRAGMA {check}({_MANY * 5})")]
    lines = [line for row in rows for line in row.splitlines()]
    told = [line for line in lines if line != "ok" and not line.startswith("***")]
    if not told:
        return []
    roots = {
        row[0]: (row[1], row[2])
        for row in connection.execute("SELECT rootpage, name, tbl_name FROM sqlite_master")
    }
    return [_of_line(line, roots) for line in told]


def _of_line(words: str, roots: dict[int, tuple[str, str]]) -> Damage:
    if search.TABLE in words or "fts5" in words.lower():
        return Damage(DamagedPart.SEARCH, search.TABLE, words)
    if found := _INDEX.search(words):
        return Damage(DamagedPart.INDEX, found[1], words)
    if (found := _TREE.search(words)) and int(found[1]) in roots:
        name, table = roots[int(found[1])]
        if search.is_index(name):
            return Damage(DamagedPart.SEARCH, search.TABLE, words)
        part = DamagedPart.TABLE if name == table else DamagedPart.INDEX
        return Damage(part, name, words)
    if found := _TABLE.search(words):
        return Damage(DamagedPart.TABLE, found[1].partition(".")[0], words)
    return Damage(DamagedPart.FILE, "", words)


def _rows(connection: Any) -> list[Damage]:
    """Rows that point nowhere, and a search index that does not know all jobs."""
    found = [
        Damage(DamagedPart.TABLE, row[0], f"row {row[1]} points to no {row[2]}")
        for row in connection.execute("PRAGMA foreign_key_check")
    ]
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
    if {"jobs", f"{search.TABLE}_docsize"} <= tables:
        count = "SELECT (SELECT count(*) FROM jobs), (SELECT count(*) FROM job_search_docsize)"
        found += _uncounted(*connection.execute(count).fetchone())
    return found


def _uncounted(jobs: int, known: int) -> list[Damage]:
    if jobs == known:
        return []
    words = f"it knows {known:,} of {jobs:,} jobs"
    return [Damage(DamagedPart.SEARCH, search.TABLE, words)]


def _unreadable_tables(connection: Any, errors: type[Exception]) -> Iterator[Damage]:
    """Which tables cannot be read to their end, for damage that SQLite gives no place."""
    try:
        names = [
            row[0]
            for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
    except errors:
        return
    for name in names:
        try:
            # Every column is asked for, so that pages that overflow are read, too.
            for _row in connection.execute(f'SELECT * FROM "{name}"'):  # noqa: S608 - its own names
                pass
        except errors as error:
            inside = search.is_index(name)
            part = DamagedPart.SEARCH if inside else DamagedPart.TABLE
            yield Damage(part, search.TABLE if inside else name, _words(error))


def _from_error(place: str, error: Exception) -> Damage:
    return Damage(DamagedPart.FILE, place, _words(error))


def _words(error: Exception) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__


# -- PostgreSQL -------------------------------------------------------------------------------


def _look_at_server(url: str) -> tuple[Damage, ...]:
    engine = open_engine(url, pooled=False)
    found: list[Damage] = []
    try:
        for table in (*(table.name for table in metadata.sorted_tables), search.TABLE):
            found += _read_through(engine, url, table)
        if not found:
            count = text("SELECT (SELECT count(*) FROM jobs), (SELECT count(*) FROM job_search)")
            with _told(url), engine.connect() as connection:
                found += _uncounted(*connection.execute(count).one())
    finally:
        engine.dispose()
    return tuple(found)


def _read_through(engine: Engine, url: str, table: str) -> Iterator[Damage]:
    """Read every value of a table: its checksums, where the server keeps any, are compared."""
    # As text, so that what is stored apart from its row is read as well.
    query = f'SELECT sum(length(t::text)) FROM "{table}" AS t'  # noqa: S608 - the schema's names
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("SET enable_indexscan = off")
            connection.exec_driver_sql(query).all()
    except DBAPIError as error:
        if not is_damage(error.orig):
            raise people_error(error, url) from error
        inside = search.is_index(table)
        part = DamagedPart.SEARCH if inside else DamagedPart.TABLE
        yield Damage(part, table, _words(error.orig) if error.orig else "cannot be read")


@contextmanager
def _told(url: str) -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        raise people_error(error, url) from error
