"""Templates as readers get them: compiled once per language, with that language's texts in place.

A page of a list has hundreds of texts. Looked up while it's made, they took a sixth of its time, so
what a template says itself is looked up when the template is compiled. What comes with a value, such
as the label of a status, is still looked up when it's shown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, MutableMapping
from functools import partial
from pathlib import Path
from typing import Any, Final

from flask import Flask
from flask.templating import Environment
from jinja2 import Template, nodes
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

from printflow import spoken_language

from . import spoken
from .request import lab_of

_ICONS: Final = "_icons.html"
DRAWINGS: Final = ("icon", "logo")
"""The macros of _icons.html, which every template can call."""
_PLACES: Final = re.compile(r"%(?:\((\w+)\)s|(%))")
"""Where a text has a value: "%(name)s"; or a percent sign: "%%"."""


class PageTemplates(Environment):
    """Jinja's environment of the pages, which keeps each template once per language."""

    def __init__(self, app: Flask, **options: Any) -> None:
        super().__init__(app, **options)
        self._pages = app
        self._kept: dict[tuple[str, str], Template] = {}
        self.globals.update({macro: partial(self.drawn, macro) for macro in DRAWINGS})

    @property
    def texts_in_place(self) -> tuple[str, Path | None]:
        """Which texts a template has that is compiled now: the language, and the lab's own folder."""
        return spoken_language(), lab_of(self._pages).settings.locale_dir

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """All globals as one dict. Jinja's own chain of two takes as long as a small template each
        time that one is filled in.
        """
        return {**self.globals, **(d or {})}

    def _load_template(self, name: str, globals: MutableMapping[str, Any] | None) -> Template:  # noqa: A002 - Jinja's
        key = (spoken_language(), name)
        template = self._kept.get(key)
        if template is None or (self.auto_reload and not template.is_up_to_date):
            assert self.loader is not None  # Flask's own
            template = self.loader.load(self, name, self.make_globals(globals))
            self._kept[key] = template
        elif globals:
            template.globals.update(globals)
        return template

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        parsed = super()._parse(source, name, filename)
        with self._pages.app_context():
            _TextsInPlace(self).visit(parsed)
        return parsed

    def drawn(self, macro: str, *args: Any, **named: Any) -> Markup:
        """What a macro of the icons draws."""
        draw: Callable[..., Markup] = getattr(self.get_template(_ICONS).module, macro)
        return draw(*args, **named)


class _TextsInPlace(NodeTransformer):
    """Puts texts and icons, which are known by now, in the place of the calls that find them."""

    def __init__(self, pages: PageTemplates) -> None:
        self._pages = pages

    def visit_CallBlock(self, node: nodes.CallBlock) -> nodes.Node:  # noqa: N802 - Jinja's name
        """What stands within ``in_language`` is in another language than the page."""
        called = node.call.node
        if isinstance(called, nodes.Name) and called.name == "in_language":
            return node
        self.generic_visit(node)
        return node

    def visit_Output(self, node: nodes.Output) -> nodes.Node:  # noqa: N802
        """Pieces that would be joined first are written one after another."""
        self.generic_visit(node)
        pieces: list[nodes.Expr] = []
        for one in node.nodes:
            pieces += one.nodes if isinstance(one, nodes.Concat) else [one]
        node.nodes = pieces
        return node

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        if not isinstance(node.node, nodes.Name) or node.dyn_args or node.dyn_kwargs:
            return node
        name = node.node.name
        if name in DRAWINGS:
            return self._drawn(node, name)
        given = [one.value for one in node.args if isinstance(one, nodes.Const)]
        if len(given) == len(node.args):
            if name in ("_", "gettext") and len(given) == 1:
                return _said(spoken.catalog_of_pages().gettext(*given), node)
            if name == "pgettext" and len(given) == 2:
                return _said(spoken.catalog_of_pages().pgettext(*given), node)
        return node

    def _drawn(self, node: nodes.Call, macro: str) -> nodes.Node:
        args = [one.value for one in node.args if isinstance(one, nodes.Const)]
        named = {
            one.key: one.value.value for one in node.kwargs if isinstance(one.value, nodes.Const)
        }
        if len(args) < len(node.args) or len(named) < len(node.kwargs):
            return node
        return nodes.Const(self._pages.drawn(macro, *args, **named), lineno=node.lineno)


def _said(text: str, call: nodes.Call) -> nodes.Node:
    """The text as a part of the template; the call itself where a value stands in it twice."""
    values = {one.key: one.value for one in call.kwargs}
    used = [match[1] for match in _PLACES.finditer(text) if match[1]]
    if len(set(used)) < len(used) or "%" in _PLACES.sub("", text) or not values.keys() >= set(used):
        return call
    pieces = list(_pieces(text, values))
    if not used:
        return nodes.Const(Markup("").join(one.value for one in pieces), lineno=call.lineno)
    return nodes.Concat(pieces, lineno=call.lineno)


def _pieces(text: str, values: dict[str, nodes.Expr]) -> Iterator[Any]:
    """The words as they stand in HTML, and the values between them."""
    end = 0
    for match in _PLACES.finditer(text):
        yield nodes.Const(Markup(text[end : match.start()] + (match[2] or "")))  # noqa: S704
        if match[1]:
            yield values[match[1]]
        end = match.end()
    yield nodes.Const(Markup(text[end:]))  # noqa: S704 - as marked texts are: translators' HTML
