"""Text that a stranger typed and that stands in someone's email: no links, no markup, one line.

Anyone can put any address into the form. What they type beside it must not become a message of
theirs with the lab's name under it.
"""

from __future__ import annotations

import re
import unicodedata

from ..said import say
from .naming import ALL_MODEL_ENDINGS, ending_of
from .text import clean_line, shortened

WORD_JOINER = "\u2060"
"""Shows as nothing and breaks no line, and no mail program takes what it parts for an address."""

_LINK = re.compile(
    r"//|@|[<>]|(?i:www\.)"  # addresses with their scheme, of mailboxes, and markup
    r"|[^\W_]{2,}\.[^\W\d_]{2,}"  # example.com
    r"|[^\W_]\.[a-z]{2,}"  # x.co, but not J.Smith
)
_AFTER_A_SIGN = re.compile(r"(?<=[.@:/])(?=\S)")
_NAME_SIGNS = frozenset(
    "'\u2018\u2019`\u00b4\u055a\u05f3\u05f4\".,-\u2010\u2011\u2013\u00b7\u30fb()/ \u200c\u200d"
)
"""What stands in names beside letters, marks and numbers: O’Brien, Núñez-Ruiz, J. R., Gal·la, a/l."""


def link_in(text: str) -> bool:
    """Whether there is anything in it that a mail program could show as a link, or as markup."""
    return _LINK.search(unicodedata.normalize("NFKC", text)) is not None


def name_problem(typed: str) -> str:
    """Why this cannot be a person's name, in people's words; "" when it can be one."""
    # A tab comes along with what is pasted from a table, and is cleaned away.
    if any(unicodedata.category(sign) == "Cc" for sign in typed.strip().replace("\t", " ")):
        return say("A name is a single line of text. Enter it again.")
    line = clean_line(typed)
    if link_in(line):
        return say(
            "A name can't contain a web or email address. "
            "If there's a dot in your name, put a space after it."
        )
    for sign in line:
        if sign not in _NAME_SIGNS and unicodedata.category(sign)[0] not in "LMN":
            return say("A name can't contain “{sign}”.", sign=sign)
    if line and not any(sign.isalpha() for sign in line):
        return say("Enter your name in letters.")
    return ""


def defused(text: str, limit: int) -> str:
    """One line of at most ``limit`` characters (and joiners) in which nothing becomes a link."""
    line = shortened(clean_line(text), limit)
    return _AFTER_A_SIGN.sub(WORD_JOINER, line) if link_in(line) else line


def defused_file_name(name: str, limit: int) -> str:
    """The same for a file's name: the ending of a model is no link."""
    line = shortened(clean_line(name), limit)
    ending = ending_of(line)
    if ending not in ALL_MODEL_ENDINGS:
        return defused(line, limit)
    stem = line[: -len(ending)]
    return f"{defused(stem, limit)}{line[-len(ending) :]}"
