"""Names within a package, compared as the Open Packaging Conventions say: whatever their case, and with
signs written as they are or as ``%20`` (ECMA-376 part 2, 6.2.2 and 6.3.5). Some programs write
backslashes, too."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from urllib.parse import unquote


class MemberNames:
    """The members of an archive by the names that others call them."""

    def __init__(self, names: Iterable[str]) -> None:
        self._exact = set(names)
        self._alike: dict[str, str] = {}
        for name in sorted(self._exact, reverse=True):
            self._alike[_folded(name)] = name

    def find(self, name: str) -> str | None:
        """The member that ``name`` means; None where there is none."""
        plain = name.lstrip("/")
        if plain in self._exact:
            return plain
        return self._alike.get(_folded(plain))


def _folded(name: str) -> str:
    path = unquote(name).replace("\\", "/").lstrip("/")
    return posixpath.normpath(path).casefold()
