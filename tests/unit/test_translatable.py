"""Every text of pages and mails is marked for translation, and can be extracted."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from printflow.domain.event_kind import CORRECTIONS
from printflow.domain.mail_record import MAILS
from printflow.domain.status import STATUSES
from printflow.domain.trigger import TRIGGERS
from printflow.language.catalog_files import forms_of
from tools.translations import extracted

SRC = Path(__file__).parents[2] / "src"
TEMPLATES = sorted(
    path
    for folder in (SRC / "printflow_web" / "templates", SRC / "printflow" / "mail" / "templates")
    for path in folder.rglob("*")
    if path.suffix in (".html", ".txt")
)
_MARKED = re.compile(
    r"\{#.*?#\}|\{%-?\s*trans\b.*?endtrans\s*-?%\}|\{\{.*?\}\}|\{%.*?%\}|<!--.*?-->|<!doctype[^>]*>"
    r"|<style>.*?</style>",
    re.DOTALL | re.IGNORECASE,
)
_SPOKEN = re.compile(r"""\b(?:aria-label|alt|placeholder|title)=(["'])(?P<text>[^"']*)\1""")
_WORD = re.compile(r"[A-Za-z]{2,}")
_UNITS = {"mm", "SHA", "nbsp", "middot", "times"}


def bare_words(text: str) -> list[str]:
    """The words of a template that no translation would reach."""
    plain = _MARKED.sub(" ", text)
    spoken = " ".join(match["text"] for match in _SPOKEN.finditer(plain))
    shown = re.sub(r"<[^>]*>|[\w-]+=\"[^\"]*\"", " ", plain)  # macros make attributes, too
    return [word for word in _WORD.findall(f"{spoken} {shown}") if word not in _UNITS]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(SRC)))
def test_every_text_is_marked(path: Path) -> None:
    assert bare_words(path.read_text("utf-8")) == []


def test_the_check_itself_sees_bare_words() -> None:
    assert bare_words('<p title="Hello">{{ x }} {% trans %}fine{% endtrans %} there</p>') == [
        "Hello",
        "there",
    ]


def texts_in(folder: Path) -> set[str]:
    """What ``make translations`` finds in a folder."""
    return {form for message in extracted(folder) for form in forms_of(message.id)}


def test_the_words_of_the_lifecycle_are_marked_where_they_stand() -> None:
    found = texts_in(SRC / "printflow" / "domain")
    records = (*TRIGGERS.values(), *CORRECTIONS.values(), *STATUSES.values(), *MAILS.values())
    fields = [field for trigger in TRIGGERS.values() for field in trigger.fields]
    spoken = ("label", "past", "done", "title", "submit", "about", "about_many", "warning", "sentence",
              "student_label", "step", "headline", "next_step", "at_counter", "counter_hint",
              "staff", "student", "label_many", "hint", "missing")  # fmt: skip
    said = {getattr(one, name, "") for one in (*records, *fields) for name in spoken}
    assert len(said) > 150
    assert said - {""} <= found


def test_the_marked_texts_can_be_extracted() -> None:
    found = texts_in(SRC / "printflow_web") | texts_in(SRC / "printflow" / "mail")
    assert "Submit a print" in found
    assert any("Please confirm %(price)s" in message for message in found)
    assert len(found) > 300


def test_the_texts_of_refusals_can_be_extracted() -> None:
    assert "The 3MF file is protected by a password." in texts_in(SRC / "printflow" / "archives")
