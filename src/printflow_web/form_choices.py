"""The methods, colors and printers of the form as HTML: half of what it takes to make the form."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from flask import current_app
from markupsafe import Markup

from printflow import QUESTIONS, Catalog, ReadyRange, Refusal

from .row_texts import given_by

_FIELDS: Final = (
    "print_method",
    "color",
    "printer",
    *(question.name for question in QUESTIONS if question.about_print),
)


@dataclass(frozen=True, slots=True)
class FormChoices:
    """All that the choices are made of."""

    language: str
    catalog: Catalog | None
    paused: Mapping[str, str]
    """Why, for each method and printer that takes no models now."""
    estimates: Mapping[str, ReadyRange | None]
    """When a model is usually ready, by method."""
    tells_ready: bool
    free_choice: tuple[str, ...]
    """The methods whose printer can be left to the lab."""
    form: Mapping[str, str]
    """What is chosen."""
    errors: Mapping[str, Refusal]


def chosen_of(form: Mapping[str, str]) -> dict[str, str]:
    """What of a form is shown there."""
    return {name: form.get(name, "") for name in _FIELDS}


def errors_of(errors: Mapping[str, Refusal]) -> dict[str, Refusal]:
    """What is wrong with that."""
    return {name: errors[name] for name in _FIELDS if name in errors}


def choices_rendered(choices: FormChoices) -> Markup:
    """The choices' HTML. The template is given them, and nothing else."""
    template = current_app.jinja_env.get_template("_form_choices.html")
    return Markup(template.render(given_by(choices)))  # noqa: S704 - a template's output


class ChoiceTexts:
    """The choices of an empty form, kept once per language with what they were made of."""

    def __init__(self, render: Callable[[FormChoices], Markup] = choices_rendered) -> None:
        self._render = render
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[FormChoices, Markup]] = {}

    def text(self, choices: FormChoices) -> Markup:
        """The choices' HTML: what is kept, if it was made of equal values."""
        if choices.errors or any(choices.form.values()):
            return self._render(choices)
        with self._lock:
            kept = self._kept.get(choices.language)
        if kept is not None and kept[0] == choices:
            return kept[1]
        made = self._render(choices)
        with self._lock:
            self._kept[choices.language] = (choices, made)
        return made
