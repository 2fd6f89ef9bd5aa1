"""What a program finds around it: time, randomness, letters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime


class Clock(Protocol):
    """The time now, aware and in UTC."""

    def __call__(self) -> datetime: ...


class Ids(Protocol):
    """A random whole number of ``bits`` bits."""

    def __call__(self, bits: int, /) -> int: ...


class Transliterate(Protocol):
    """Text of any script in readable ASCII."""

    def __call__(self, text: str, /) -> str: ...
