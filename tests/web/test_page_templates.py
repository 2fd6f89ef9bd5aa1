"""Templates with their texts in place say what looking each text up would say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from jinja2 import Environment, nodes

from printflow import Printflow, Settings, speaking
from printflow_web.factory import create_app
from printflow_web.page_templates import DRAWINGS, PageTemplates

TEMPLATES = Path(__file__).parents[2] / "src" / "printflow_web" / "templates"


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    with Printflow.open(Settings(store=tmp_path / "lab")) as lab:
        yield create_app(lab)


def rendered(app: Flask, source: str, tag: str = "en", **values: Any) -> str:
    with speaking(tag), app.test_request_context():
        return str(app.jinja_env.from_string(source).render(**values))


@contextmanager
def looked_up_each_time(app: Flask) -> Iterator[None]:
    """Pages as Jinja's own environment compiles them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PageTemplates, "_parse", Environment._parse)
        yield


SOURCES = (
    '{{ _("Jobs") }}',
    '{{ _("Select job %(id)s (%(name)s)", id=id, name=name) }}',
    '<a title="{{ _("On hold: %(reason)s", reason=name) }}">{{ _("On hold") }}</a>',
    '{% set words = _("Shelf %(shelf)s", shelf=name) %}{{ words }}{{ words|length }}',
    '{{ _("Shelf %(shelf)s", shelf=name)|striptags }}',
    '{{ _("Jobs") if id else _("Queue") }}{{ _("Jobs") ~ name ~ _("Queue") }}',
    '{{ ngettext("%(num)s copy", "%(num)s copies", 2) }}{{ ngettext("%(num)s copy", "%(num)s copies", 1) }}',
    '{% trans id=name %}If you contact us about this, include this error ID: <span class="mono">{{ id }}</span>{% endtrans %}',
    '{% macro m(x) %}[{{ x }}]{% endmacro %}{{ m(_("Shelf %(shelf)s", shelf=name)) }}',
    '{{ _("100%%") }}{{ _("%(num)s%% of %(num)s", num=id) }}{{ _(word) }}{{ _("no <b>such</b> text") }}',
    '{% set more = {"id": id, "name": name} %}{{ _("Select job %(id)s (%(name)s)", **more) }}',
    '{{ pgettext("mail", "To") }}',
)


@pytest.mark.parametrize("tag", ["en", "de", "zh-CN"])
@pytest.mark.parametrize("source", SOURCES)
def test_a_template_says_the_same_as_one_that_looks_up_each_text(
    app: Flask, source: str, tag: str
) -> None:
    values = {"word": "Jobs", "id": "K1<2", "name": 'Ana & "Bo" <x> 5% %(id)s'}
    in_place = rendered(app, source, tag, **values)
    with looked_up_each_time(app):
        assert rendered(app, source, tag, **values) == in_place


def test_texts_stand_in_the_compiled_template_and_are_not_asked_for(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    with speaking("de"), app.test_request_context():
        page = app.jinja_env.from_string('{{ _("Jobs") }} {{ _("Shelf %(shelf)s", shelf=name) }}')
        monkeypatch.setitem(page.globals, "_", None)
        assert page.render(name="<A>") == "Aufträge Regal &lt;A&gt;"


def test_each_language_gets_its_own_template_and_keeps_it(app: Flask) -> None:
    with app.test_request_context():
        english = app.jinja_env.get_template("_keys.html")
        with speaking("de"):
            german = app.jinja_env.get_template("_keys.html")
            assert app.jinja_env.get_template("_keys.html") is german
        assert app.jinja_env.get_template("_keys.html") is english is not german


def test_a_part_for_someone_else_is_in_their_language(app: Flask) -> None:
    source = (
        '{{ _("Jobs") }}{% call in_language("de") %}{{ _("Jobs") }}{% endcall %}{{ _("Jobs") }}'
    )
    said = rendered(app, source)
    assert re.sub(r"<[^>]*>", "|", said) == "Jobs|Aufträge|Jobs"


def test_an_icon_with_a_name_that_is_known_is_drawn_when_the_template_is_compiled(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    known, chosen = '{{ icon("check", class="big") }}', "{{ icon(name, class='big') }}"
    drawn = rendered(app, chosen, name="check")
    assert drawn.startswith('<i class="icon i-check big"')
    with app.test_request_context():
        page = app.jinja_env.from_string(known)
        monkeypatch.setitem(page.globals, "icon", None)
        assert page.render() == drawn


def test_every_drawing_is_at_hand_and_no_template_names_something_else_so() -> None:
    pages = Environment(extensions=["jinja2.ext.i18n"])
    icons = pages.parse((TEMPLATES / "_icons.html").read_text("utf-8"))
    assert {macro.name for macro in icons.find_all(nodes.Macro)} == set(DRAWINGS)
    for path in TEMPLATES.glob("*.html"):
        if path.name != "_icons.html":
            source = pages.parse(path.read_text("utf-8"))
            called = {
                one.node.name
                for one in source.find_all(nodes.Call)
                if isinstance(one.node, nodes.Name)
            }
            stored = {one.name for one in source.find_all(nodes.Name) if one.ctx != "load"}
            assert not called & stored & set(DRAWINGS), path.name
