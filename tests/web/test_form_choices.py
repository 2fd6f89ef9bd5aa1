"""The choices of the form that were kept are never others than would be made now."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import meta
from markupsafe import Markup

from printflow import Printflow, Refusal
from printflow_web.catalog_shown import catalog_shown
from printflow_web.form_choices import ChoiceTexts, FormChoices, chosen_of
from tests.web.conftest import said


@pytest.fixture
def choices(app: Flask, lab: Printflow) -> FormChoices:
    with app.test_request_context("/submit"):
        return FormChoices(
            language="en",
            catalog=catalog_shown(),
            paused={},
            estimates=lab.queue.usually_ready_by_method(),
            tells_ready=True,
            free_choice=("Filament",),
            form=chosen_of({}),
            errors={},
        )


def test_the_template_reads_nothing_that_is_not_compared(app: Flask) -> None:
    env = app.jinja_env
    assert env.loader is not None
    source, _, _ = env.loader.get_source(env, "_form_choices.html")
    with app.test_request_context("/submit"):
        read = meta.find_undeclared_variables(env.parse(source))
    given = {one.name for one in fields(FormChoices)}
    assert read - set(env.globals) <= given
    assert not read & {"request", "session", "g", "form_now", "lab_now", "csrf_token"}


def test_choices_are_made_again_when_anything_changes(app: Flask, choices: FormChoices) -> None:
    made: list[FormChoices] = []

    def render(one: FormChoices) -> Markup:
        made.append(one)
        return Markup(str(len(made)))

    texts = ChoiceTexts(render)
    assert texts.text(choices) == texts.text(choices) == "1"
    changes: dict[str, object] = {
        "language": "de",
        "catalog": None,
        "paused": {"Filament": "Out of resin"},
        "estimates": {},
        "tells_ready": False,
        "free_choice": (),
        "form": {"color": "Blue"},
        "errors": {"color": Refusal("color_missing", "Choose a color.", "color")},
    }
    assert changes.keys() == {one.name for one in fields(FormChoices)}
    for name, value in changes.items():
        before = len(made)
        texts.text(replace(choices, **{name: value}))  # type: ignore[arg-type]
        assert len(made) == before + 1, name


def test_what_one_student_chose_is_never_shown_to_another(app: Flask, choices: FormChoices) -> None:
    with app.test_request_context("/submit"):
        texts = ChoiceTexts()
        empty = texts.text(choices)
        chosen = texts.text(replace(choices, form=chosen_of({"color": "Blue"})))
        assert (
            'value="Blue" id' in chosen and " checked" in chosen.partition('value="Blue"')[2][:200]
        )
        assert texts.text(choices) is empty


def test_a_new_catalog_is_shown_at_once(lab: Printflow, student: FlaskClient) -> None:
    assert "Ultramarine" not in said(student.get("/submit"))
    methods = lab.catalog.export()["methods"]
    methods[0]["colors"][0] = {**methods[0]["colors"][0], "name": "Ultramarine"}
    lab.catalog.change({"methods": methods}, by="Ana")
    page = student.get("/submit").text
    assert page.count("Ultramarine") > 2
    assert '"Ultramarine": "' in page  # what the scripts know of it
