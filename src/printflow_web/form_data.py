"""What the form's scripts know of the lab: what is accepted, fits and prints well, and in which words."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import current_app
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from printflow import (
    SCALABLE_ENDINGS,
    Catalog,
    Method,
    Printflow,
    Said,
    Scaling,
    early_advice,
    early_check,
    limits_for,
    spoken_language,
)

from .spoken import spoken


@dataclass(frozen=True, slots=True)
class ForScripts:
    """Both as JSON, for attributes in single quotation marks."""

    lab: Markup
    """What fits where, and how well it prints."""
    checks: Markup
    """What the start of a file must look like."""


class FormData:
    """What the form's scripts know, made once per language, and again for another catalog."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[Catalog, ForScripts]] = {}

    def of(self, lab: Printflow) -> ForScripts:
        """That of the lab's current catalog, in the language that is spoken."""
        language, catalog = spoken_language(), lab.catalog.current
        with self._lock:
            kept = self._kept.get(language)
        if kept is not None and kept[0] is catalog:
            return kept[1]
        made = ForScripts(
            lab=_json(_for_the_preview(catalog)),
            checks=_json(_said(early_check(lab.settings.model_endings))),
        )
        with self._lock:
            self._kept[language] = (catalog, made)
        return made


def _json(value: object) -> Markup:
    return htmlsafe_json_dumps(value, dumps=current_app.json.dumps)


def _for_the_preview(catalog: Catalog) -> dict[str, object]:
    """What the browser needs to know of the lab to say what fits where."""
    return {
        "scalable": SCALABLE_ENDINGS,
        "scalings": {
            one.value: {
                "factor": one.record.factor,
                "words": spoken(one.record.words),
                "choice": spoken(one.record.choice),
            }
            for one in Scaling
        },
        "methods": {
            method.name: {
                "colors": {color.name: color.hex for color in method.colors},
                "advice": _advice(method),
            }
            for method in catalog.methods
        },
        "printers": [
            {
                "name": printer.name,
                "methods": printer.methods,
                "volume": printer.build_volume,
            }
            for printer in catalog.printers
        ],
    }


def _advice(method: Method) -> dict[str, object]:
    """What the browser goes by, and says, when it looks how well a model prints."""
    told = early_advice(limits_for(method))
    return {
        "limits": told.limits,
        "figures": told.figures,
        "words": {name: [spoken(one) for one in words] for name, words in told.words.items()},
    }


def _said(plain: Any) -> Any:
    """What JSON holds, with its texts in the reader's language."""
    if isinstance(plain, Mapping):
        return {key: _said(value) for key, value in plain.items()}
    if isinstance(plain, list | tuple):
        return [_said(value) for value in plain]
    return spoken(plain) if isinstance(plain, Said) else plain
