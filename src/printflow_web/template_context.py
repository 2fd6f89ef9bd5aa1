"""What all templates are given, found once for a page that is made of several."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import current_app


def in_context(shown: dict[str, Any]) -> dict[str, Any]:
    """The values with those that every template of this request has beside them."""
    context = dict(shown)
    current_app.update_template_context(context)
    return context


def rendered(template: str, context: Mapping[str, Any]) -> str:
    """The template's text, with nothing added to the context."""
    return current_app.jinja_env.get_template(template).render(context)
