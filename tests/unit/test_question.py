"""A question of the form that only one method asks."""

from __future__ import annotations

import pytest

from printflow import QUESTIONS, Question, say
from printflow.domain import callbacks, form_guards
from printflow.domain.attempt import Arguments, Submission
from printflow.domain.lifecycle import fire
from printflow.domain.status import Trigger
from printflow.errors import TransitionRefused
from tests.unit.builders import STUDENT, catalog, facts, form

FINISH = Question(
    name="finish",
    about_print=True,
    label="Finish",
    missing="Choose a finish.",
    unknown=say("There's no finish “{name}”."),
    choices=lambda _catalog, method: (
        ("Matte", "Glossy") if method and "Resin" in method.name else ()
    ),
    always=False,
    searched=False,
    flag="--finish",
    example="Matte",
)


@pytest.fixture(autouse=True)
def two_questions(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (form_guards, callbacks):
        monkeypatch.setattr(module, "QUESTIONS", (*QUESTIONS, FINISH))


def submitted(method: str, finish: str) -> Submission:
    wish = {"Filament": ("True Red", "MK4S"), "Resin": ("Clear", "Form 3")}[method]
    answers = {"discipline": "Engineering", "finish": finish}
    return form(print_method=method, color=wish[0], printer=wish[1], answers=answers)


def taken(typed: Submission) -> str:
    outcome = fire(Trigger.SUBMIT, None, STUDENT, Arguments(submission=typed), facts())
    return str(outcome.changes["finish"])


def test_it_is_asked_by_its_method_alone() -> None:
    assert FINISH.asked_by(catalog()) == ("Resin",)
    assert FINISH.options(catalog()) == {"Matte": ("Resin",), "Glossy": ("Resin",)}
    assert QUESTIONS[0].asked_by(catalog()) == ("Filament", "Resin")


def test_its_answer_is_kept_and_needed_where_it_is_asked() -> None:
    assert taken(submitted("Resin", "Matte")) == "Matte"
    for typed in ("", "Golden"):
        with pytest.raises(TransitionRefused) as refused:
            taken(submitted("Resin", typed))
        assert [reason.field for reason in refused.value.refusals] == ["finish"]


def test_an_answer_that_was_not_asked_for_is_forgotten() -> None:
    assert taken(submitted("Filament", "")) == taken(submitted("Filament", "Matte")) == ""
