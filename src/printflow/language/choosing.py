"""Which of the lab's languages a reader gets, and what languages call themselves."""

from __future__ import annotations

import pickle
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from .speaking import ENGLISH, language, locale_of

if TYPE_CHECKING:
    from babel import Locale

_WANTED = re.compile(r"([A-Za-z]{2,3})(?:-([A-Za-z]{4}))?(?:-([A-Za-z]{2}|[0-9]{3}))?(?:-.*)?")
_EVERY = "*"
_MOST_WANTED = 20


def best_language(wanted: Iterable[str], offered: Sequence[str]) -> str:
    """The first of the ``wanted`` tags that fits an ``offered`` one, as it is offered; "" for none.

    The same tag fits best, then one of the same region, then one of the same language in the same
    script: "pt" and "pt-PT" get "pt-BR", "zh-Hans" gets "zh-CN", "fr-CA" gets "fr"; "zh-TW", which
    is written otherwise, doesn't get "zh-CN". What is no tag fits nothing.
    """
    for tag in islice(wanted, _MOST_WANTED):
        if tag == _EVERY:
            break
        if found := _fitting(tag, tuple(offered)):
            return found
    return ""


@lru_cache(maxsize=512)
def _fitting(tag: str, offered: tuple[str, ...]) -> str:
    for one in offered:
        if one.lower() == tag.lower().replace("_", "-"):
            return one
    sought = _whole(tag)
    if sought is None:
        return ""
    known = {one: _whole(one) for one in offered}
    near = [one for one, parts in known.items() if parts and parts[:2] == sought[:2]]
    same = [one for one in near if known[one] == sought]
    return next(iter((*same, *near)), "")


def _whole(tag: str) -> tuple[str, str, str] | None:
    """The language of a tag with its script and region, which are most often left out: ("zh",
    "Hans", "CN") for "zh"; None for what is no tag.
    """
    from babel.core import get_global

    found = _WANTED.fullmatch(tag.replace("_", "-"))
    if found is None:
        return None
    name, script, region = found[1].lower(), (found[2] or "").title(), (found[3] or "").upper()
    usual = get_global("likely_subtags")
    tries = (f"{name}_{script}_{region}", f"{name}_{region}", f"{name}_{script}", name)
    likely = [*next((usual[one] for one in tries if one in usual), name).split("_"), "", ""]
    return likely[0], script or likely[1], region or likely[2]


@lru_cache(maxsize=64)
def own_name(tag: str) -> str:
    """What a language calls itself, as a list of languages says it: "Português (Brasil)", "简体中文"."""
    from babel import Locale

    if tag == ENGLISH:
        return "English"
    speaker = Locale.parse(tag, sep="-")
    name = _read_once(tag, str(speaker)) or _named(tag, speaker)
    return name[:1].upper() + name[1:]


def _read_once(tag: str, locale: str) -> str:
    """What a language calls itself by its own file of Babel's; "" where that doesn't say. Babel would
    keep a megabyte for each language, which most servers never speak.
    """
    from babel.localedata import resolve_locale_filename

    parts = _whole(tag) or (tag, "", "")
    wanted = (tag.replace("-", "_"), f"{parts[0]}_{parts[1]}" if parts[0] == "zh" else "")
    while locale:
        try:
            with Path(resolve_locale_filename(locale)).open("rb") as file:
                names = pickle.load(file).get("languages", {})  # noqa: S301 - Babel's own
        except OSError:
            names = {}
        if found := next((names[one] for one in wanted if isinstance(names.get(one), str)), ""):
            return str(found)
        locale = locale.rpartition("_")[0]
    return ""


def language_name(tag: str) -> str:
    """What a language is called in the one that is spoken here: "Spanish", "Brazilian Portuguese"."""
    from babel import Locale

    return _named(tag, Locale.parse(locale_of(language())))


def _named(tag: str, speaker: Locale) -> str:
    from babel import Locale

    parts, names = _whole(tag) or (tag, "", ""), speaker.languages
    return str(
        names.get(tag.replace("-", "_"))
        or (names.get(f"{parts[0]}_{parts[1]}") if parts[0] == "zh" else None)
        or Locale.parse(tag, sep="-").get_display_name(speaker)
        or tag
    )
