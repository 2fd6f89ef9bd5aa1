"""What's wrong with a translation, seen without knowing its language: its places, its tags, its ends.

A text with a missing place would lose an amount; one with a place too many would break its page.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_PLACE = re.compile(r"%\(\w+\)[sd]|%%|\{\w+\}")
_TAG = re.compile(r"</?[a-z][^<>]*>")


def text_fault(english: Sequence[str], translation: Sequence[str]) -> str:
    """What speaks against a translation, in a few English words for the log; "" for nothing.

    ``english`` is the text, or its two forms; ``translation`` is a text, or as many forms as its
    language has. A form for one number alone may leave places out, as English does.
    """
    places, tags = _found(_PLACE, english[-1]), _found(_TAG, english[-1])
    given = places | _found(_PLACE, english[0])
    for at, form in enumerate(translation):
        if not form.strip():
            return "it is empty"
        mine = _found(_PLACE, form)
        one_of_many = len(translation) > 1 and at < len(translation) - 1
        if mine != places and not (one_of_many and mine <= given):
            return f"its places are {_named(mine)}, not {_named(places)}"
        if _found(_TAG, form) != tags:
            return f"its tags are {_named(_found(_TAG, form))}, not {_named(tags)}"
        if any("%(" in text for text in english) and "%" in _PLACE.sub("", form):
            return "it has a percent sign that isn't doubled"
        if _ends(form) != _ends(english[-1]):
            return "it begins or ends with other spaces"
    return ""


def _found(sought: re.Pattern[str], text: str) -> set[str]:
    return set(sought.findall(text))


def _named(found: set[str]) -> str:
    return " ".join(sorted(found)) or "none"


def _ends(text: str) -> tuple[bool, bool]:
    return text[:1].isspace(), text[-1:].isspace()
