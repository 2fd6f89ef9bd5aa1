"""Reads the translations of a plain catalog. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..said import say
from .minimum_text import FILLED, MINIMUM
from .own_texts import (
    LONGEST,
    ByPlace,
    OwnText,
    TextKind,
    TextPlace,
    Translation,
    Translations,
    is_language,
    own_texts,
)

if TYPE_CHECKING:
    from .catalog import Catalog
    from .catalog_reader import CatalogReader

_MOST_LANGUAGES = 30
_ONCE = (*FILLED, "place", "hours", "privacy", "accessibility")
"""The keys of the texts that a catalog has once."""


def read_translations(
    read: CatalogReader, data: Mapping[str, Any], catalog: Catalog
) -> Translations:
    """The translations of a plain catalog, whose default is ``catalog``; problems go to ``read``.

    A text alone is a translation of the default as it is now.
    """
    given = read.table(data, "translations")
    own = {(one.kind, one.key): one for one in own_texts(catalog)}
    if len(given) > _MOST_LANGUAGES:
        read.problem("translations", say("Use at most {most} languages.", most=_MOST_LANGUAGES))
    found: dict[str, ByPlace] = {}
    for tag in given:
        place = f"translations.{tag}"
        if not is_language(str(tag)):
            read.problem(place, say("Enter a language's code, like es or pt-BR."))
            continue
        entries: dict[TextPlace, Translation] = {}
        sections = read.table(given, tag, "translations")
        read.known(sections, place, list(TextKind))
        for kind in TextKind:
            rows = read.table(sections, kind.value, place)
            if kind is TextKind.TEXTS:
                read.known(rows, f"{place}.{kind.value}", _ONCE)
            for key, value in rows.items():
                of = key if kind.by_text else ""
                made = _entry(read, f"{place}.{kind.value}", key, value, own.get((kind, key)), of)
                if made is not None:
                    entries[kind, key] = made
        if entries:
            found[tag] = entries
    return Translations(found)


def _entry(
    read: CatalogReader, place: str, key: str, value: Any, own: OwnText | None, of: str
) -> Translation | None:
    row = value if isinstance(value, Mapping) else {"text": value}
    read.known(row, f"{place}.{key}", ("of", "text"))
    most = own.most if own else LONGEST
    text = read.text({key: row.get("text", "")}, key, place, limit=most, empty=True)
    made_of = of or str(row.get("of") or (own.text if own else ""))
    if not text or not made_of:
        return None
    if own and own.has_minimum and made_of == own.text and MINIMUM not in text:
        read.problem(
            f"{place}.{key}",
            say("Write {placeholder} where the minimum charge goes.", placeholder=MINIMUM),
        )
    return Translation(text, made_of)
