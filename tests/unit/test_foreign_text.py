"""What strangers type can be a name, and never a link in someone's email."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from jinja2.utils import urlize

from printflow.domain.foreign_text import defused, defused_file_name, link_in, name_problem
from printflow.domain.text import clean_line

NAMES = [
    "Jane Doe", "Liam O'Brien", "Liam O’Brien", "José Ángel Ruiz-Núñez", "J. R. R. Tolkien",
    "J.R.R. Tolkien", "J.Smith", "Martin Luther King, Jr.", "Nguyễn Thị Minh Khai",
    "Olúwaṣeun Adébáyọ̀", "さくら たなか", "王小明", "محمد علي", "Γιώργος Παπαδόπουλος",
    "Анна Каренина", "Raj a/l Kumar", "X Æ A-12", "Robert (Bob) Smith", "John Smith 3rd",
    "Montserrat Gal·la", "ジョン・スミス", "Beyoncé", "Ng", "Paul-André D'Arc", "שרה כהן", "क्षितिज",
    "می‌خواهم",
]  # fmt: skip
NO_NAMES = [
    "http://evil.example", "Visit www.evil.example", "WWW.EVIL.EXAMPLE now", "evil.com", "x.co",
    "Jane evil.com/login Doe", "jane@example.edu", "<b>Jane</b>", "<a href=x>", "//evil", "win $100!",
    "Jane\nDear student", "Jane\x00Doe", "Jane\x1b[31m", "ｗｗｗ．evil．com", "a＠b", "free 🎁 gift",
    "javascript:alert(1)", "[x](evil)", "100% free", "12345", "Jane; Bcc: x", "{{ 7*7 }}", "evil․com",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_real_names_pass(name: str) -> None:
    assert name_problem(name) == ""


@pytest.mark.parametrize("typed", NO_NAMES)
def test_what_is_no_name_is_refused_in_words(typed: str) -> None:
    words = name_problem(typed)
    assert words.endswith(".")


LETTERS = st.characters(categories=("Lu", "Ll", "Lt", "Lm", "Lo"))
WORD = st.tuples(LETTERS, st.text(st.characters(categories=("L", "Mn", "Mc")), max_size=12)).map(
    "".join
)
JOINED = st.sampled_from([" ", "-", "'", "’", ". ", ", ", " (", "‐", "·"])


@given(st.lists(st.tuples(WORD, JOINED), min_size=1, max_size=5), WORD)
def test_letters_of_any_script_with_what_names_hold_between_them_are_names(
    parts: list[tuple[str, str]], last: str
) -> None:
    typed = "".join(word + sign for word, sign in parts) + last
    assert name_problem(typed) == ""


def linked(text: str) -> bool:
    """Whether another program than ours makes a link of it."""
    return "<a " in urlize(text)


DOMAINS = st.from_regex(
    r"(https?://|www\.|mailto:)?[a-z]{1,8}([.@][a-z]{2,6}){1,3}(/[a-z]*)?", fullmatch=True
)
ANY = st.text(max_size=60) | st.lists(DOMAINS | st.text(max_size=8), max_size=4).map(" ".join)


@given(ANY)
@example("see evil.com")
@example("mailto:a@b.com")
def test_nothing_that_passes_as_a_name_becomes_a_link(typed: str) -> None:
    if not name_problem(typed):
        assert not linked(clean_line(typed))


@given(ANY, st.integers(1, 80))
@example("https://evil.example/?a=b", 80)
def test_what_is_defused_is_one_bounded_line_without_links(typed: str, limit: int) -> None:
    line = defused(typed, limit)
    assert not linked(line)
    assert len(line.replace("\u2060", "")) <= limit
    assert not {"\n", "\r"} & set(line)
    assert all(unicodedata.category(sign) not in ("Cc", "Zl", "Zp") for sign in line)


@given(DOMAINS.map(lambda text: f"{text}.stl") | ANY)
@example("www.evil.com.stl")
def test_nor_is_a_file_s_name(typed: str) -> None:
    assert not linked(defused_file_name(typed, 80))


@pytest.mark.parametrize("name", ["bracket.stl", "bracket v1.2.3mf", "my part (3).obj", "模型.stl"])
def test_usual_file_names_stay_as_they_are(name: str) -> None:
    assert defused_file_name(name, 80) == name


@pytest.mark.parametrize(
    "typed", ["ARCH 4000", "CS 101.002", "N/A", "ENGL-2200 A/B", "Art & Design 1"]
)
def test_class_numbers_hold_no_links(typed: str) -> None:
    assert not link_in(typed)
