"""The address of the database: which forms are taken, and where an embedded one may lie."""

from __future__ import annotations

import sys
from pathlib import Path, PureWindowsPath
from urllib.parse import unquote

from ..domain.text import clean_line
from ..said import Said, say, sentences
from .network_path import network_file_system

_ALLOWED = say("Use sqlite:/// and the full path of a file, or postgresql://user@host/name.")
_KEY = "database_url"
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
                raise _wrong(say("{name} isn't complete.", name=_KEY))
            return "postgresql+psycopg://" + url.removeprefix(start)
    if not url.startswith("sqlite:"):
        kind = url.partition(":")[0].partition("+")[0]
        if kind in ("postgres", "postgresql") and "+" in url.partition(":")[0]:
            raise _wrong(say("{name} can't name a driver.", name=_KEY))
        if ":" in url and kind.isalnum():
            raise _wrong(say("{name}: {kind} isn't supported.", name=_KEY, kind=clean_line(kind)))
        raise _wrong(say("{name} isn't the address of a database.", name=_KEY))
    path = _sqlite_file(url)
    _refuse_network(path, mounts)
    return sqlite_url(path)


def sqlite_file(url: str) -> Path | None:
    """The file of an embedded database, None for another kind."""
    return _sqlite_file(url) if url.startswith("sqlite:") else None


def _sqlite_file(url: str) -> Path:
    name = unquote(url.removeprefix("sqlite:///"))
    if not url.startswith("sqlite:///") or name in {"", "/", ":memory:"}:
        raise _wrong(say("{name} doesn't name a file.", name=_KEY))
    if "?" in url:
        raise _wrong(say("{name} can't have options after a question mark.", name=_KEY))
    if sys.platform == "win32" and PureWindowsPath(name.lstrip("/")).drive:
        name = name.lstrip("/")  # sqlite:////C:/… is a slip that means C:/…
    path = Path(name)
    if not path.is_absolute():
        raise ValueError(
            say(
                "{name} must have a full path, such as {example} ({slashes}).",
                name=_KEY,
                example=sqlite_url(Path.cwd() / path),
                slashes=_slashes(),
            )
        )
    return path


def _wrong(what: Said) -> ValueError:
    """What is wrong, and what is right."""
    return ValueError(sentences((what, _ALLOWED)))


def _slashes() -> Said:
    if sys.platform == "win32":
        return say("three slashes and the drive")
    return say("four slashes")


def _refuse_network(path: Path, mounts: str | None) -> None:
    kind = network_file_system(path, mounts=mounts)
    if kind:
        raise ValueError(
            say(
                "The database {path} is on a network file system ({kind}). SQLite needs a local disk. "
                "Set database_url to a local path or to PostgreSQL.",
                path=str(path),
                kind=kind,
            )
        )
