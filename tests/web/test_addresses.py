"""Addresses in templates are those that Flask would make."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, url_for
from werkzeug.routing import BuildError, IntegerConverter

from printflow import Printflow, Settings
from printflow_web.addresses import Addresses
from printflow_web.factory import create_app

MORE: tuple[dict[str, Any], ...] = (
    {},
    {"next": None, "search": "a b&c=ü/?#", "page": 2},
    {"chosen": ["x", "y z"], "_anchor": "notes & more"},
    {"_external": True},
    {"_scheme": "https", "_external": True},
)


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    with Printflow.open(Settings(store=tmp_path / "lab")) as lab:
        yield create_app(lab)


@pytest.mark.parametrize("below", ["", "/print"])
def test_every_route_gets_the_address_that_flask_makes(app: Flask, below: str) -> None:
    addresses = Addresses(app)
    compared = 0
    with app.test_request_context("/", base_url=f"http://lab.example{below}"):
        for rule in app.url_map.iter_rules():
            values: dict[str, Any] = {
                name: 7 if isinstance(rule._converters[name], IntegerConverter) else "K1 ü"
                for name in rule.arguments
            }
            for more in MORE:
                made = addresses(rule.endpoint, **values, **more)
                assert made == url_for(rule.endpoint, **values, **more)
                assert addresses(rule.endpoint, **values, **more) == made
                compared += 1
    assert compared > 500


def test_templates_use_them(app: Flask) -> None:
    assert isinstance(app.jinja_env.globals["url_for"], Addresses)


def test_a_page_that_there_is_not_is_refused(app: Flask) -> None:
    with app.test_request_context(), pytest.raises(BuildError):
        Addresses(app)("jobs.nowhere")
    with app.test_request_context(), pytest.raises(BuildError):
        Addresses(app)("jobs.show")
