"""What people read is plain American English: a list of words that must not appear in it.

It covers all texts for translation, every other sentence in the sources' string literals, the
rendered help of all commands, the rendered emails, the guides, and the settings' meanings. The
words are those of an older, unidiomatic wording; each has a better one beside it.
"""

from __future__ import annotations

import ast
import html
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir

from printflow import Printflow
from tools import reference
from tools.settings_meaning import MEANING

ROOT = Path(__file__).parents[2]
SRC = ROOT / "src"
PACKAGES = ("printflow", "printflow_web", "printflow_opener")
PAGES = sorted(
    page
    for page in (
        *ROOT.glob("*.md"),
        *(ROOT / "docs").glob("*.md"),
        *(ROOT / "deploy").rglob("*.md"),
        *(SRC / "printflow").rglob("*.md"),
    )
    if page.name != "commands.md"  # its help is rendered again below
)
KEYWORDS = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "mark": None,
    "say": None,
    "say_n": (1, 2),
}
METHODS = [
    ("**/frontend/**", "ignore"),
    ("**.py", "python"),
    ("**/templates/**.html", "jinja2.ext:babel_extract"),
    ("**/templates/**.txt", "jinja2.ext:babel_extract"),
]

BETTER: Mapping[str, str] = {
    r"e-mail(?:s|ed)?": "email",
    r"mail(?:s|ed|ing)?": "email; mail is paper",
    r"reckon\w*": "estimate, calculate",
    r"mend(?:s|ed|ing)?": "fix, correct",
    r"anew": "again",
    r"(?:who|what)ever (?:runs|hears|notices|paid|finds|reads|knows|noticed)": "anyone who, the …",
    r"whoever": "anyone who",
    r"(?:some|any|every)body": "someone, anyone, everyone",
    r"by (?:it|him|them)sel(?:f|ves)": "automatically",
    r"(?:in|into) force": "active, activate",
    r"ways? of payment": "payment method",
    r"dispos(?:e|es|ed|ing) of": "discard",
    r"fetch(?:es|ed|ing)?": "pick up, get",
    r"(?:fall|falls|fell) short": "say what is missing",
    r"turned faces": "flipped faces",
    r"(?:answer|confirm|respond|reply|pay) until": "by",
    r"stands?(?= (?:on|in|at|beside|there|where|for)\b)": "is, is shown",
    r"where (?:it|your job|a job|the job) stands": "status",
    r"(?:take|takes|took|taken) (?:\w+ ){0,3}back": "undo, cancel",
    r"(?:tell|tells|told) of": "describes, reports",
    r"(?:is|are|was) void": "no longer valid; voided",
    r"sums": "totals",
    r"(?:print|file|model|job)s? (?:lie|lies|lay)": "is",
    r"for ever": "forever",
    r"shall": "should, will",
    r"speaks? against": "ready to print",
    r"a slicer reckon": "estimate",
    r"tick(?:s|ed|ing)?": "select, check",
    r"\d+\.\d\d USD": "$4.25",
    r"wrong use": "wrong usage",
    r"(?:go|goes|went) by (?:it|them)sel(?:f|ves)": "is deleted automatically",
    r"looks? into": "check, inspect",
    r"taking over": "importing",
    r"tak(?:e|es|en) over(?! the process)": "import",
    r"put away": "archive",
    r"looked into": "inspected",
    r"(?<=, )as(?= (?:[“\d]|[A-Z]\w*\d))": "such as",
    r"the house": "the lab",
}
"""Patterns of words, and what to write instead."""

EXCEPTIONS: Mapping[str, str] = {}
"""Texts that may hold such a word, each with the reason; a text is named by a part of it."""

_BAD = re.compile(rf"(?<![\w./-])(?:{'|'.join(BETTER)})(?![\w-])", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"%\(\w+\)\w|\{\{.*?\}\}|\{[\w.!:|]*\}")
_NOT_PROSE = re.compile(
    r"\bprintflow [a-z][\w-]*|^ {2}[a-z][a-z-]* {2,}|\[mail\]|\bmail\.[a-z]\w*"  # names, not words
    r"|```.*?```|`[^`]*`|<!--.*?-->|\]\([^)]*\)|https?://\S+|<[^<>]+>|\b[\w.+-]+@[\w.-]+",
    re.DOTALL | re.MULTILINE,
)


def bad_words(text: str) -> list[str]:
    """The words of the text that must not be in it."""
    if any(part in text for part in EXCEPTIONS):
        return []
    prose = _PLACEHOLDER.sub(" … ", _NOT_PROSE.sub(" … ", html.unescape(text)))
    return [" ".join(match[0].split()) for match in _BAD.finditer(prose)]


def faults(texts: Iterable[tuple[str, str]]) -> list[str]:
    """Where such words are, for the test's message."""
    return [
        f"{place}: {found} in {text[:160]!r}" for place, text in texts if (found := bad_words(text))
    ]


def for_translation() -> Iterator[tuple[str, str]]:
    """All texts of pages, emails and the library that are marked for translation."""
    for package in PACKAGES:
        for name, line, message, _, _ in extract_from_dir(
            SRC / package, METHODS, keywords=KEYWORDS, options_map={"**": {"silent": "false"}}
        ):
            for one in message if isinstance(message, tuple) else (message,):
                yield f"{package}/{name}:{line}", one


def literals(path: Path) -> Iterator[tuple[str, str]]:
    """The sentences in the string literals of a module, without docstrings."""
    tree = ast.parse(path.read_text("utf-8"))
    silent: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            silent.add(id(node.value))
        if isinstance(node, ast.JoinedStr):
            silent |= {id(part) for part in ast.walk(node) if part is not node}
    for node in ast.walk(tree):
        if id(node) in silent:
            continue
        text = ""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
        if isinstance(node, ast.JoinedStr):
            text = "".join(
                str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values
            )
        if re.search(r"[A-Za-z]{2,} [A-Za-z{]", text):
            yield f"{path.relative_to(SRC)}:{getattr(node, 'lineno', 0)}", text


@cache
def modules() -> tuple[Path, ...]:
    """The sources, without the migrations, whose literals are SQL, and without the package for
    crash tests, whose messages are for Printflow's developers.
    """
    return tuple(
        path
        for package in PACKAGES
        for path in sorted((SRC / package).rglob("*.py"))
        if not {"node_modules", "migrations", "build", "testing"} & set(path.parts)
    )


def test_texts_for_translation() -> None:
    assert faults(for_translation()) == []


def test_every_other_sentence_of_the_sources() -> None:
    assert faults(found for path in modules() for found in literals(path)) == []


def test_the_help_of_every_command() -> None:
    said = reference.commands_page().replace("```text", "").replace("```", "")
    assert faults(("help", line) for line in said.split("\n")) == []


def test_the_settings_meanings() -> None:
    assert faults(MEANING.items()) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_guides(page: Path) -> None:
    text = re.sub(r"```.*?```", " … ", page.read_text("utf-8"), flags=re.DOTALL)
    assert faults((page.name, one) for one in re.split(r"\n\n|\n(?=[-|#])", text)) == []


def test_the_emails(lab: Printflow) -> None:
    for template, sample in lab.mail_samples.all().items():
        plain = re.sub(r"<[^>]+>", " ", re.sub(r"https?://\S+", "…", sample.html))
        texts = (sample.subject, *sample.text.split("\n"), *plain.split("\n"))
        assert faults((template.value, one) for one in texts) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("We mail you when it is finished.", ["mail"]),
        ("Your e-mail address", ["e-mail"]),
        ("Reckoned from the volume", ["Reckoned"]),
        ("The list stays fresh by itself.", ["by itself"]),
        ("Somebody was faster", ["Somebody"]),
        ("Please answer until Monday", ["answer until"]),
        ("Put this version in force again", ["in force"]),
        ("%(name)s took the model back.", ["took the model back"]),
        ("Print time, as 3.25", ["as"]),
        ("15.00 USD are due", ["15.00 USD"]),
        ("Ways of payment, and their sums", ["Ways of payment", "sums"]),
        ("We'll email you at jane@mail.example.edu; see `mail.sender` and %(mail)s.", []),
        ("We recommend it, such as 3.25, and it's printed as is.", []),
        ("Stand it up, and read docs/mail.md.", []),
    ],
)
def test_the_check_itself_sees_such_words(text: str, found: list[str]) -> None:
    assert bad_words(text) == found


def test_literals_are_found_and_docstrings_are_not(tmp_path: Path) -> None:
    path = SRC / "printflow" / "cli" / "words.py"
    assert any("watertight" in text or "Requested" in text or "–" for _, text in literals(path))
    assert not any("Jobs in words for people" in text for _, text in literals(path))


def test_every_exception_is_still_needed() -> None:
    everything = [text for _, text in for_translation()]
    everything += [text for path in modules() for _, text in literals(path)]
    everything += [page.read_text("utf-8") for page in PAGES]
    assert [part for part in EXCEPTIONS if not any(part in text for text in everything)] == []
