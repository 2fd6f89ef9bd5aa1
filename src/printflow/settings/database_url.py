"""The address of the database: which forms are taken, and where an embedded one may lie."""

from __future__ import annotations

import sys
from pathlib import Path, PureWindowsPath
from urllib.parse import unquote

from .network_path import network_file_system

_ALLOWED = "it is sqlite:/// and the full path of a file, or postgresql://user@host/name"
_POSTGRESQL = ("postgresql://", "postgres://", "postgresql+psycopg://")


def sqlite_url(path: Path) -> str:
    """The address of an embedded database in the file ``path``."""
    return "sqlite:///" + path.as_posix().replace("%", "%25").replace("?", "%3F")


def checked_database_url(url: str, *, store: Path, mounts: str | None = None) -> str:
    """``url`` in the form that SQLAlchemy wants; "" stays "" and means the file in ``store``.

    Raises ValueError in words for people; a password in ``url`` is never part of them. For
    ``mounts`` see :func:`~printflow.settings.network_path.network_file_system`.
    """
    url = url.strip()
    if not url:
        _refuse_network(store / ".printflow" / "printflow.db", mounts)
        return ""
    for start in _POSTGRESQL:
        if url.startswith(start):
            if not url.removeprefix(start):
                raise ValueError(f"database_url is not complete; {_ALLOWED}")
            return "postgresql+psycopg://" + url.removeprefix(start)
    if not url.startswith("sqlite:"):
        kind = url.partition(":")[0].partition("+")[0]
        named = f"{kind!r} is not supported" if ":" in url and kind.isalnum() else "no address"
        raise ValueError(f"database_url: {named}; {_ALLOWED}")
    path = _sqlite_file(url)
    _refuse_network(path, mounts)
    return sqlite_url(path)


def sqlite_file(url: str) -> Path | None:
    """The file of an embedded database, None for another kind."""
    return _sqlite_file(url) if url.startswith("sqlite:") else None


def _sqlite_file(url: str) -> Path:
    name = unquote(url.removeprefix("sqlite:///"))
    if not url.startswith("sqlite:///") or name in {"", "/", ":memory:"}:
        raise ValueError(f"database_url names no file; {_ALLOWED}")
    if "?" in url:
        raise ValueError(f"database_url takes no options after a ?; {_ALLOWED}")
    if sys.platform == "win32" and PureWindowsPath(name.lstrip("/")).drive:
        name = name.lstrip("/")  # sqlite:////C:/… is a slip that means C:/…
    path = Path(name)
    if not path.is_absolute():
        raise ValueError(
            "database_url must have a full path, "
            f"for example {sqlite_url(Path.cwd() / path)} ({_slashes()})"
        )
    return path


def _slashes() -> str:
    return "three slashes and the drive" if sys.platform == "win32" else "four slashes"


def _refuse_network(path: Path, mounts: str | None) -> None:
    kind = network_file_system(path, mounts=mounts)
    if kind:
        raise ValueError(
            f"the database {path} is on a network file system ({kind}); SQLite needs a local "
            "disk: set database_url to a local path or to PostgreSQL"
        )
