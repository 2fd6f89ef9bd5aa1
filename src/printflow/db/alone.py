"""Work that only one process may do at a time.

PostgreSQL serves many processes, on several machines: an advisory lock tells them apart, and is
gone with the connection of one that dies
(https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS). An embedded
database has one server and one worker, which hold the locks of ``instance_lock.py``; a server of
several processes locks a byte of that file for each name.
"""

from __future__ import annotations

import errno
import hashlib
import os
import struct
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from sqlalchemy import Connection, Engine, text

from .engine import BUSY_SECONDS, sqlite_path

if sys.platform == "linux":
    import fcntl


def lock_number(name: str) -> int:
    """The number that stands for a name: 63 bits, the same on every machine."""
    return int.from_bytes(hashlib.sha256(f"printflow {name}".encode()).digest()[:8]) >> 1


def take_turns(connection: Connection, name: str) -> None:
    """Hold back who else does ``name`` until this transaction ends, as SQLite's one writer does."""
    if connection.dialect.name == "postgresql":
        number = {"number": lock_number(name)}
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), number)


@contextmanager
def _byte_of(path: Path | None, name: str) -> Iterator[bool]:
    """Whether the byte that stands for a name in the server's lock file is this one's.

    Where no server runs, or it can't be of several processes, there's nobody to hold back.
    """
    file = path.with_name("server.lock") if path is not None else None
    if sys.platform != "linux" or file is None or not file.exists():
        yield True
        return
    # struct flock of fcntl(2). Of the open file, not of the process: it ends with either.
    byte = struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, lock_number(name), 1, 0)
    with file.open("r+b") as opened:
        try:
            fcntl.fcntl(opened, fcntl.F_OFD_SETLK, byte)
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.EACCES):
                raise
            yield False
            return
        yield True


@contextmanager
def alone(engine: Engine, name: str, *, wait: bool) -> Iterator[bool]:
    """Whether this process is the one; with ``wait`` it is, as soon as the other has ended."""
    if engine.dialect.name != "postgresql":
        with (
            _byte_of(sqlite_path(str(engine.url)), name) if not wait else nullcontext(True) as mine
        ):
            yield mine
        return
    number = {"number": lock_number(name)}
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if wait:
            connection.execute(text("SET lock_timeout = 0"))  # an upgrade may take its time
            connection.execute(text("SELECT pg_advisory_lock(:number)"), number)
            connection.execute(text(f"SET lock_timeout = '{BUSY_SECONDS}s'"))
            mine = True
        else:
            mine = bool(connection.scalar(text("SELECT pg_try_advisory_lock(:number)"), number))
        try:
            yield mine
        finally:
            if mine:
                connection.execute(text("SELECT pg_advisory_unlock(:number)"), number)
