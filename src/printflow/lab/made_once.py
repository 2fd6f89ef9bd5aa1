"""What is made when it's first asked for, with the modules it needs: a start costs what it imports."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Generic, Protocol, Self, TypeVar, overload


class _Owner(Protocol):
    _making: threading.RLock


Made = TypeVar("Made", covariant=True)
Where = TypeVar("Where", bound=_Owner, contravariant=True)


class made_once(Generic[Where, Made]):  # noqa: N801 - used as property is
    """A property that is made by the first thread that asks, and kept.

    The owner's ``_making`` is held meanwhile, which :func:`functools.cached_property` no longer
    does: two of a room would each have half of what it remembers.
    """

    def __init__(self, make: Callable[[Where], Made]) -> None:
        self._make = make
        self.__doc__ = make.__doc__
        self.name = make.__name__

    @overload
    def __get__(self, owner: None, kind: type[Any]) -> Self: ...
    @overload
    def __get__(self, owner: Where, kind: type[Any]) -> Made: ...
    def __get__(self, owner: Where | None, kind: type[Any]) -> Made | Self:
        if owner is None:
            return self
        with owner._making:
            kept = vars(owner)
            if self.name not in kept:
                kept[self.name] = self._make(owner)
            made: Made = kept[self.name]
            return made


def is_made(owner: object, name: str) -> bool:
    """Whether someone asked for it already."""
    return name in vars(owner)
