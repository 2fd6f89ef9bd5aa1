"""Lines and paragraphs: what does not show, or reorders, goes; the rest stays."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from printflow.domain.text import clean_line, clean_text, shortened

LINES = {
    "  Jane \t Doe \n": "Jane Doe",
    "Jane\r\nDoe": "Jane Doe",
    "a\x00b\x1b[31mc": "ab[31mc",
    "\u202egpj.exe\u202c": "gpj.exe",
    "\ufeffJane\u200b\u00ad": "Jane",
    "e\u0301": "é",
    "e\u202e\u0301": "é",
    "a\u2028b\u00a0c\u3000d": "a b c d",
    "می\u200cخواهم": "می\u200cخواهم",
    "👩\u200d🚀": "👩\u200d🚀",
    "\ud800x": "x",
    "<b>王小明</b>": "<b>王小明</b>",
    "\u200d \u200c": "",
    "\u2066\u2069": "",
    "": "",
}


@pytest.mark.parametrize(("typed", "line"), LINES.items())
def test_lines(typed: str, line: str) -> None:
    assert clean_line(typed) == line


@given(st.text())
def test_a_clean_line_is_one_visible_line(typed: str) -> None:
    line = clean_line(typed)
    assert clean_line(line) == line
    assert line == line.strip()
    assert "  " not in line
    assert unicodedata.is_normalized("NFC", line)
    assert not [c for c in line if c.isspace() and c != " "]
    for character in line:
        assert (
            character in "\u200c\u200d"
            or not unicodedata.category(character).startswith("C")
            or (unicodedata.category(character) == "Cn")
        )


@given(st.text())
def test_clean_text_keeps_lines_apart(typed: str) -> None:
    text = clean_text(typed)
    assert clean_text(text) == text
    assert "\n\n\n" not in text
    assert [clean_line(line) for line in text.split("\n")] == text.split("\n")


def test_paragraphs() -> None:
    typed = "\r\n Dear lab, \r\n\r\n\r\n\r\nplease\u202e thicken\rit. \n\n"
    assert clean_text(typed) == "Dear lab,\n\nplease thicken\nit."


@given(st.text(), st.integers(1, 60))
def test_shortened_fits(text: str, limit: int) -> None:
    short = shortened(text, limit)
    assert len(short) <= limit
    assert short == text or "…" in short
    if len(text) <= limit:
        assert short == text


def test_shortened_keeps_the_ending() -> None:
    assert shortened("a" * 300 + ".gcode.3mf", 40).endswith(".gcode.3mf")
    assert shortened("abc", 1) == "…"
    assert shortened("abc", 2) == "a…"
