"""Which language is spoken here: a page's reader's, or that of whom a mail goes to.

Tags are those of BCP 47: "en", "fr", "pt-BR". The language is the context's own (one per request or
mail), so that formats and texts need no parameter for it; the domain never asks.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache

ENGLISH = "en"
_spoken: ContextVar[str] = ContextVar("printflow_language", default=ENGLISH)


def language() -> str:
    """The tag of the language that is spoken now; English where nothing else was said."""
    return _spoken.get()


@contextmanager
def speaking(tag: str) -> Iterator[None]:
    """Texts and formats made inside are in the language of ``tag``."""
    before = _spoken.set(tag)
    try:
        yield
    finally:
        _spoken.reset(before)


def speak(tag: str) -> None:
    """From here on, until the end of the innermost :func:`speaking`, in the language of ``tag``."""
    _spoken.set(tag)


def locale_of(tag: str) -> str:
    """How Babel and folders of catalogs write a tag: "pt_BR" for "pt-BR"; "en_US" for English."""
    return "en_US" if tag == ENGLISH else tag.replace("-", "_")


@cache
def text_direction(tag: str) -> str:
    """In which direction the language of a tag is written: "ltr" or "rtl"."""
    from babel import Locale

    return str(Locale.parse(locale_of(tag)).text_direction)
