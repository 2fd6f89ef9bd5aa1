"""Finding jobs by any part of a word, through an index.

A text is cut into all its runs of two and three characters ("grams"), and the index knows which
jobs hold which grams. What holds all grams of a word nearly always holds the word; the caller
compares the text itself. On SQLite the index is a contentless FTS5 table whose row numbers are the
jobs' ids as numbers (https://www.sqlite.org/fts5.html, 4.4.2 and 4.7); on PostgreSQL it is an array
with a GIN index. Neither needs an extension.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from ..domain.naming import ALPHABET, job_id_from
from .engine import is_damage

_log = logging.getLogger(__name__)

TABLE: Final = "job_search"
CANDIDATES: Final = 800
"""A word that more jobs hold is found sooner by walking the list in its order."""

_DIGITS: Final = {sign: value for value, sign in enumerate(ALPHABET)}


def is_index(name: str | None) -> bool:
    """Whether a table of the database belongs to the search."""
    return name is not None and (name == TABLE or name.startswith(f"{TABLE}_"))


def is_named_in(error: str) -> bool:
    """Whether the words of a database error are about the index."""
    return TABLE in error or "fts5" in error.lower()


def grams(folded: str) -> set[str]:
    """The runs of two and three characters of each line of a case-folded text."""
    return {
        line[start : start + size]
        for line in folded.split("\n")
        for size in (2, 3)
        for start in range(len(line) - size + 1)
    }


def _wanted(word: str) -> set[str]:
    """The longest grams of a word: they hold the shorter ones."""
    return {gram for gram in grams(word) if len(gram) == min(len(word), 3)}


def _tokens(found: Iterable[str]) -> list[str]:
    """Grams as words that every tokenizer leaves alone."""
    return sorted(gram.encode().hex() for gram in found)


def _number(job_id: str) -> int:
    number = 0
    for sign in job_id:
        number = number * len(ALPHABET) + _DIGITS[sign]
    return number


def record(connection: Connection, job_id: str, folded: str, *, before: str | None = None) -> None:
    """Make a job findable by its text; ``before`` is the text that it was findable by until now."""
    if before is not None:
        forget(connection, job_id, before)
    _add(connection, [(job_id, folded)])


def forget(connection: Connection, job_id: str, folded: str) -> None:
    """A job is to be found no more; ``folded`` is the text that it was findable by."""
    if connection.dialect.name == "sqlite":
        connection.execute(
            text(
                "INSERT INTO job_search (job_search, rowid, grams) VALUES ('delete', :job, :grams)"
            ),
            _entry(job_id, folded),
        )
    else:
        connection.execute(text("DELETE FROM job_search WHERE job_id = :job"), {"job": job_id})


def rebuild(connection: Connection) -> None:
    """Make the index again from all jobs."""
    clearing = {
        "sqlite": "INSERT INTO job_search (job_search) VALUES ('delete-all')",
        "postgresql": "DELETE FROM job_search",
    }
    connection.execute(text(clearing[connection.dialect.name]))
    some = text("SELECT id, search_text FROM jobs WHERE id > :last ORDER BY id LIMIT 1000")
    last = ""
    while found := connection.execute(some, {"last": last}).all():
        _add(connection, [(row.id, row.search_text) for row in found])
        last = found[-1].id


def put_out(connection: Any) -> None:
    """Take an index that is too damaged even to be emptied out of an SQLite database, and put an
    empty one in its place; ``connection`` is the driver's, in a transaction.

    Its pages are nobody's afterwards, until the database is vacuumed.
    """
    ours = f"WHERE name = '{TABLE}' OR tbl_name LIKE '{TABLE}\\_%' ESCAPE '\\'"
    query = f"SELECT sql FROM sqlite_master WHERE name = '{TABLE}'"  # noqa: S608 - our own name
    made = connection.execute(query).fetchone()[0]
    # As https://www.sqlite.org/pragma.html#pragma_writable_schema describes it.
    connection.execute("PRAGMA writable_schema=ON")
    connection.execute(f"DELETE FROM sqlite_master {ours}")  # noqa: S608
    connection.execute("PRAGMA writable_schema=RESET")
    connection.execute(made)


_ADD: Final = {
    "sqlite": text("INSERT INTO job_search (rowid, grams) VALUES (:job, :grams)"),
    "postgresql": text("INSERT INTO job_search (job_id, grams) VALUES (:job, :grams)"),
}


def _add(connection: Connection, found: Sequence[tuple[str, str]]) -> None:
    if connection.dialect.name == "sqlite":
        rows = [_entry(job_id, folded) for job_id, folded in found]
    else:
        rows = [{"job": job_id, "grams": sorted(grams(folded))} for job_id, folded in found]
    connection.execute(_ADD[connection.dialect.name], rows)


def _entry(job_id: str, folded: str) -> dict[str, Any]:
    return {"job": _number(job_id), "grams": " ".join(_tokens(grams(folded)))}


def candidates(connection: Connection, words: Sequence[str]) -> list[str] | None:
    """The ids of the jobs that may hold all the case-folded words.

    None when they are more than :data:`CANDIDATES`, when the words are too short to tell, or when
    the index is damaged.
    """
    wanted = set[str]().union(*(_wanted(word) for word in words if len(word) > 1))
    if not wanted:
        return None
    if connection.dialect.name == "sqlite":
        query = text("SELECT rowid FROM job_search WHERE job_search MATCH :wanted LIMIT :limit")
        sought: object = " AND ".join(f'"{token}"' for token in _tokens(wanted))
    else:
        query = text("SELECT job_id FROM job_search WHERE grams @> :wanted LIMIT :limit")
        sought = sorted(wanted)
    try:
        rows = (
            connection.execute(query, {"wanted": sought, "limit": CANDIDATES + 1}).scalars().all()
        )
    except DBAPIError as error:
        writes = connection.get_execution_options().get("printflow_write", False)
        if connection.dialect.name != "sqlite" or writes or not is_damage(error.orig):
            raise
        _begin_again(connection)
        _log.error(
            "the search index is damaged; `printflow doctor --fix` makes it again: %s", error
        )
        return None
    if len(rows) > CANDIDATES:
        return None
    return [row if isinstance(row, str) else job_id_from(row) for row in rows]


def _begin_again(connection: Connection) -> None:
    """After damage that the index met, SQLite ends the transaction with the same error."""
    raw: Any = connection.connection.dbapi_connection
    raw.execute("ROLLBACK")
    raw.execute("BEGIN")
