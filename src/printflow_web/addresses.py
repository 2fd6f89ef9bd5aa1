"""Addresses in templates: made of their route's pattern, at a tenth of what finding it each time takes.

A row of a list links to six pages of its job. Flask asks for each link which route is meant, and for
whom; within one application that never changes.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from flask import Flask, has_request_context
from flask.globals import request_ctx
from werkzeug.routing import Rule

_IN_ANCHORS = "%!#$&'()*+,/:;=?@"
"""What Flask leaves as it is in what follows the "#"."""
_FLASKS_OWN = ("_external", "_method", "_scheme")


class Addresses:
    """``url_for`` of templates, for pages of this site."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._rules: dict[tuple[str, frozenset[str]], Rule | None] = {}

    def __call__(self, endpoint: str, *, _anchor: str | None = None, **values: Any) -> str:
        """The address of a page. Raises werkzeug's BuildError where there's none."""
        given = {name: value for name, value in values.items() if value is not None}
        rule = self._rule(endpoint, given) if has_request_context() else None
        if rule is None:
            return self._app.url_for(endpoint, _anchor=_anchor, **values)
        built, adapter = rule.build(given), request_ctx.url_adapter
        if built is None or adapter is None:
            return self._app.url_for(endpoint, _anchor=_anchor, **values)
        address = f"{adapter.script_name[:-1]}/{built[1].lstrip('/')}"
        return address if _anchor is None else f"{address}#{quote(_anchor, safe=_IN_ANCHORS)}"

    def _rule(self, endpoint: str, given: dict[str, Any]) -> Rule | None:
        """The only route there is for these names; None where Flask must choose."""
        key = (endpoint, frozenset(given))
        if key not in self._rules:
            self._rules[key] = self._only_rule(endpoint, given)
        return self._rules[key]

    def _only_rule(self, endpoint: str, given: dict[str, Any]) -> Rule | None:
        if (
            endpoint.startswith(".")
            or self._app.url_default_functions
            or given.keys() & _FLASKS_OWN
        ):
            return None
        rules = [rule for rule in self._app.url_map.iter_rules() if rule.endpoint == endpoint]
        fitting = [rule for rule in rules if rule.arguments <= given.keys()]
        if len({rule.rule for rule in fitting}) != 1 or any(rule.defaults for rule in rules):
            return None
        return fitting[0]
