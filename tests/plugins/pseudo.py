"""A language that nobody speaks: accents, 40 % longer, in brackets; what is not marked stays English.

``python -m tests.plugins.pseudo serve …`` is the ``printflow`` command in that language, from right
to left.
"""

from __future__ import annotations

import re
from gettext import NullTranslations

import pytest
from flask import Flask

from printflow.mail import render
from printflow_web import spoken

BEGIN, END = "⟦", "⟧"
_KEPT = re.compile(r"%\(\w+\)[sd]|%%|\{\w*\}|<[^>]*>|&\w+;|&#\d+;")
_ACCENTS = str.maketrans("aceilnorsuyzACEINOSUYZ", "áçéíłñóŕšúýžÁÇÉÍÑÓŠÚÝŽ")
_MORE = 0.4
_FILLER = "óñé twó thŕéé fóúŕ fívé šíx šévéñ éíght ñíñé téñ"


def pseudo(text: str) -> str:
    """The text in the language: its places and tags stay as they are."""
    if not text.strip():
        return text
    said, at, letters = "", 0, 0
    for kept in _KEPT.finditer(text):
        said += text[at : kept.start()].translate(_ACCENTS) + kept[0]
        letters += kept.start() - at
        at = kept.end()
    said += text[at:].translate(_ACCENTS)
    letters += len(text) - at
    more = (_FILLER * (1 + letters // len(_FILLER)))[: max(1, round(letters * _MORE))]
    return f"{BEGIN}{said} {more.strip()}{END}"


class Pseudo(NullTranslations):
    """Every marked text, in the language."""

    def gettext(self, message: str) -> str:
        """Read the text so."""
        return pseudo(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """The same, of one or of several."""
        return pseudo(msgid1 if n == 1 else msgid2)

    def pgettext(self, context: str, message: str) -> str:
        """The same, with a context."""
        return pseudo(message)


def speak(patch: pytest.MonkeyPatch) -> None:
    """All pages in the language until the patch is undone."""

    patch.setattr(spoken, "catalog_of_pages", Pseudo)
    patch.setattr(  # templates that other tests have compiled hold their texts
        Flask, "jinja_options", {**Flask.jinja_options, "bytecode_cache": None}
    )
    patch.setattr(render, "translations", lambda **_: Pseudo())


def main() -> None:
    """Run the command line in the language."""
    patch = pytest.MonkeyPatch()
    speak(patch)
    patch.setattr("printflow_web.page_language.text_direction", lambda _tag: "rtl")
    from printflow.cli import main as command

    command()


if __name__ == "__main__":
    main()
