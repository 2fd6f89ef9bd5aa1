"""Texts of the library remember how they were made, and every refusal is such a text."""

from __future__ import annotations

import ast
import copy
import json
import pickle
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from gettext import NullTranslations
from pathlib import Path

import pytest

from printflow import Day, InvalidInput, Money, Refusal, Said, say, say_n, sentences, translated
from printflow import errors as library_errors
from printflow.said import listed, packed, packed_text, unpacked, unpacked_text

SRC = Path(__file__).parents[2] / "src" / "printflow"


class Brackets(NullTranslations):
    """A language that puts every text in brackets."""

    def gettext(self, message: str) -> str:
        return f"[{message}]"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"[{msgid1 if n == 1 else msgid2}]"


def test_a_text_is_a_str_that_remembers_its_template() -> None:
    text = say("A password needs {least} to {most} characters.", least=8, most=2000)
    assert text == "A password needs 8 to 2,000 characters."
    assert text.template == "A password needs {least} to {most} characters."
    assert f"{text}".startswith("A password")
    assert str(text) is text


def test_a_plural_is_chosen_by_its_number() -> None:
    made = [say_n("{count} model waits.", "{count} models wait.", n) for n in (0, 1, 2)]
    assert made == ["0 models wait.", "1 model waits.", "2 models wait."]


def test_braces_that_are_no_parameter_stay() -> None:
    assert say("Use {name} or {}.", name="{x}") == "Use {x} or {}."
    assert say("{wait} and {name}", name="a") == "{wait} and a"
    assert say("{wait} and {name}", name="a").having(wait="b") == "b and a"


@pytest.mark.parametrize(
    "text", [say("At most {most}.", most=5), say_n("{count} a", "{count} b", 3)]
)
def test_it_survives_copies(text: Said) -> None:
    for same in (pickle.loads(pickle.dumps(text)), copy.copy(text), copy.deepcopy(text)):
        assert isinstance(same, Said)
        assert (same, same.template, dict(same.params)) == (text, text.template, dict(text.params))
        assert (same.plural, same.number) == (text.plural, text.number)
    moved = replace(Refusal("code", text), field="x")
    assert isinstance(moved.message, Said)


def test_the_edge_translates_templates_and_nested_texts() -> None:
    text = say("Wait {time}.", time=say_n("{count} minute", "{count} minutes", 5))
    assert translated(text, Brackets()) == "[Wait [5 minutes].]"
    assert translated("plain", Brackets()) == "[plain]"
    assert translated("", Brackets()) == ""


def test_sentences_are_translated_one_by_one() -> None:
    refusal = Refusal("x", say("No such {thing}.", thing="job"), "", say("Look again."))
    assert str(refusal) == "No such job. Look again."
    both = sentences([str(refusal), "By hand."])
    assert both == "No such job. Look again. By hand."
    error = InvalidInput([refusal, refusal])
    assert "[No such job.] [Look again.]" in translated(str(error), Brackets())


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Money(425, "USD"), "$4.25"),
        (Money(-123_456, "EUR"), "-€1,234.56"),
        (Day(date(2026, 3, 2)), "Mar 2, 2026"),
        (Decimal("1234.5"), "1,234.5"),
        (12_000, "12,000"),
        ("8081", "8081"),
    ],
)
def test_values_in_texts(value: object, shown: str) -> None:
    assert say("{value}", value=value) == shown


# -- stored ----------------------------------------------------------------------------------------

STORED = [
    say("As it is."),
    say("{a}, {b} and {c}", a="“x”", b=12_000, c=None),
    say("{price} on {day}, {grams} g", price=Money(425, "USD"), day=Day(date(2026, 3, 2)),
        grams=Decimal("1234.5")),
    say("Wait {time}.", time=say_n("{count} minute", "{count} minutes", 5)),
    sentences([say("It has {count} faces.", count=3), "And more."]),
    listed(["one", say("two")]),
]  # fmt: skip


@pytest.mark.parametrize("text", STORED)
def test_a_stored_text_keeps_its_template(text: Said) -> None:
    through_json = unpacked(json.loads(json.dumps(packed({"why": [text], "by": "Ana"}))))
    for back in (unpacked_text(packed_text(text)), through_json["why"][0]):
        assert isinstance(back, Said)
        assert (back, back.template, back.plural) == (text, text.template, text.plural)
        assert translated(back, Brackets()) == translated(text, Brackets())
    assert through_json["by"] == "Ana"


@pytest.mark.parametrize(
    "old",
    ["", "Its link has expired.", '{"said":', '{"said":[]}', '{"said":["{a}",{"a":{"b":1}}]}', "{}",
     '{"said":[5]}', '{"said":["x",[]]}', '{"said":["x",{},"y","z"]}', '{"said":["x"],"more":1}',
     '{"said":["{a}",{"a":{"day":"never"}}]}', '{"said":["{a}",{"a":{"decimal":"x"}}]}',
     '{"said":' * 1000, '{"said":["x",{},"",1,2]}'],
)  # fmt: skip
def test_a_text_of_before_stays_as_it_is(old: str) -> None:
    assert str(unpacked_text(old)) == old
    assert str(unpacked_text(packed_text(old))) == old


def test_a_typed_text_that_looks_packed_is_itself() -> None:
    typed = '{"said":["Your print is ready."]}'
    assert unpacked_text(packed_text(typed)) == typed


def test_what_does_not_fit_is_stored_in_english() -> None:
    text = say("The file {name} is gone.", name="x" * 60)
    assert packed_text(text, 200).startswith('{"said":')
    assert packed_text(text, 100) == text
    assert packed_text(text, 20) == text[:20]
    assert packed_text("y" * 30, 20) == "y" * 20


def test_a_text_inside_a_text_does_not_multiply_without_end() -> None:
    bomb: object = "x" * 100
    for _ in range(9):
        bomb = {"said": ["{a}" * 50, {"a": bomb}]}
    stored = json.dumps(bomb, separators=(",", ":"))
    assert len(stored) < 4000
    assert unpacked_text(stored) == stored


# -- every refusal is such a text ------------------------------------------------------------------

_ERRORS = {
    name
    for name, value in vars(library_errors).items()
    if isinstance(value, type) and issubclass(value, library_errors.PrintflowError)
} | {
    "BadParameter",
    "PackageRefused",
    "ProfileMissing",
    "ProfileUnusable",
    "ServerBusy",
    "SlicedFileUnreadable",
    "SlicingFailed",
    "TemplateBroken",
    "Unreadable",
    "UsageError",
}
_MADE = {"say", "say_n"}


def _name(call: ast.Call) -> str:
    match call.func:
        case ast.Name(name):
            return name
        case ast.Attribute(ast.Name(name), "of"):
            return f"{name}.of"
        case ast.Attribute(_, name):
            return name
        case _:
            return ""


def _spoken(call: ast.Call) -> Iterator[ast.expr]:
    """The arguments of a call that people read."""
    name = _name(call)
    places: tuple[int, ...] = ()
    if name == "Refusal":
        places = (1, 3)
    elif name == "Finding" or (name.endswith(".of") and name.removesuffix(".of") in _ERRORS):
        places = (2, 3)
    elif name in _ERRORS and name not in ("CatalogInvalid", "InvalidInput", "TransitionRefused"):
        places = (0,)
    yield from (call.args[place] for place in places if place < len(call.args))
    for keyword in call.keywords:
        if keyword.arg == "next_step" or (places and keyword.arg in ("message", "detail")):
            yield keyword.value


def _bare(value: ast.expr) -> bool:
    """Whether a text is written there that no translation would reach."""
    match value:
        case ast.Constant(text):
            return bool(text)
        case ast.JoinedStr() | ast.BinOp():
            return True
        case ast.IfExp(_, first, second):
            return _bare(first) or _bare(second)
        case ast.BoolOp(_, values):
            return any(_bare(one) for one in values)
        case ast.Call(ast.Attribute(_, "join" | "format" | "replace" | "removesuffix")):
            return True
        case _:
            return False


def _calls(*, having: str = "") -> Iterator[tuple[str, ast.Call]]:
    for path in sorted(SRC.rglob("*.py")):
        place, source = path.relative_to(SRC), path.read_text("utf-8")
        if having not in source:
            continue
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Call):
                yield f"{place}:{node.lineno}", node


def test_every_refusal_is_made_from_a_template() -> None:
    bare = {
        place: ast.unparse(text)
        for place, call in _calls()
        for text in _spoken(call)
        if _bare(text)
    }
    assert bare == {}


def test_templates_are_literals_and_name_their_parameters() -> None:
    """Those that get their parameters later (``having``) have none here."""
    wrong = []
    for place, call in _calls(having="said import "):
        if _name(call) not in _MADE:
            continue
        templates = call.args[: 2 if _name(call) == "say_n" else 1]
        given = {keyword.arg or "*" for keyword in call.keywords}
        given |= {"count"} if _name(call) == "say_n" else set()
        named: set[str] = set()
        for template in templates:
            if not (isinstance(template, ast.Constant) and isinstance(template.value, str)):
                wrong.append(f"{place}: not a literal")
            else:
                named |= set(re.findall(r"\{(\w+)\}", template.value))
        if "*" not in given and (given - named - {"count"} or (given and named - given)):
            wrong.append(f"{place}: {sorted(given ^ named)}")
    assert wrong == []
