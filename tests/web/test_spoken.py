"""Refusals of the library reach the reader in the language of the page."""

from __future__ import annotations

from gettext import NullTranslations

import pytest
from flask.testing import FlaskClient

from printflow import PrintflowError, Refusal, say, say_n
from printflow_web import spoken as spoken_module
from printflow_web.spoken import spoken_error
from tests.web.conftest import FORM, Upload, said


class Brackets(NullTranslations):
    """A language that puts every text in brackets."""

    def gettext(self, message: str) -> str:
        return f"[{message}]"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"[{msgid1 if n == 1 else msgid2}]"


@pytest.fixture
def brackets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spoken_module, "of_the_library", Brackets)


def test_an_error_with_parameters_and_a_plural(brackets: None) -> None:
    wait = say_n("{count} minute", "{count} minutes", 5)
    error = PrintflowError(
        say("No printer {name}.", name="Ender"), next_step=say("Wait {time}.", time=wait)
    )
    assert spoken_error(error) == "[No printer Ender.] [Wait [5 minutes].]"


@pytest.mark.usefixtures("brackets")
def test_a_template_translates_what_it_shows(student: FlaskClient) -> None:
    app = student.application
    shown = app.jinja_env.from_string("{{ one }} {{ one.message }} {{ plain }}").render(
        one=Refusal("code", say("Up to {most}.", most=5)), plain="as it is"
    )
    assert shown == "[Up to 5.] [Up to 5.] as it is"


@pytest.mark.usefixtures("brackets")
def test_refusals_stand_translated_on_a_page(upload: Upload) -> None:
    page = said(upload(**{**FORM, "student_name": "x" * 120, "printer": "No such"}))
    assert "[Use at most 100 characters. You entered 120.]" in page
    assert "[[First and last name]: [Use at most 100 characters. You entered 120.]]" in page
