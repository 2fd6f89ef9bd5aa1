"""The library's texts in the reader's language: in pages on their own, elsewhere by these calls."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Flask
from flask_babel import get_translations

from printflow import PrintflowError, Refusal, Said, translated


def spoken(text: str) -> str:
    """The text in the reader's language."""
    return translated(text, get_translations()) if isinstance(text, Said) else text


def in_words(text: str) -> str:
    """The same; a text that is only marked, such as a label, is looked up as it is."""
    return translated(text, get_translations())


def spoken_error(error: PrintflowError) -> str:
    """All that an error says: what happened, and what to do."""
    return " ".join(spoken(str(reason)) for reason in error.refusals)


def spoken_refusals(refusals: Sequence[Refusal]) -> list[dict[str, str]]:
    """Refusals for programs: their codes and fields as they are, their words for people."""
    return [
        {
            "code": one.code,
            "message": spoken(one.message),
            "field": one.field,
            "next_step": spoken(one.next_step),
        }
        for one in refusals
    ]


def _shown(value: Any) -> Any:
    """What a template shows for a value."""
    if isinstance(value, Refusal | PrintflowError):
        value = str(value)
    return spoken(value) if isinstance(value, Said) else value


def init_spoken(app: Flask) -> None:
    """Templates translate each text of the library that they show; within others, by a filter."""
    app.jinja_env.finalize = _shown
    app.jinja_env.filters["spoken"] = spoken
