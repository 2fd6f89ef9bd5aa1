"""From a text in English to the same text in the reader's language."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from itertools import pairwise
from pathlib import Path

from ..said import Day, Money, Said, filled
from .catalog_files import BUILT_IN, catalog_files, catalog_in
from .formats import money, plain_number
from .speaking import ENGLISH, language
from .times import date_text

_WITHOUT_SPACES = ("zh", "ja")


def translations(tag: str = "", folder: Path | None = None) -> NullTranslations:
    """The catalog of a language, by default the spoken one; ``folder`` is the lab's own texts (its
    setting ``locale_dir``).

    Text by text: the lab's own, then Printflow's, then those of the language without its region
    ("fr" for "fr-CA"), then the English.
    """
    return _chained(tag or language(), _folders(folder))


def offered_languages(folder: Path | None = None) -> tuple[str, ...]:
    """The tags of the languages that there are: English, and those with a catalog, among Printflow's
    own or in a lab's ``folder``.
    """
    found = {tag for place in _folders(folder) for tag in catalog_files(place)} - {ENGLISH}
    return (ENGLISH, *sorted(found))


def _folders(own: Path | None) -> tuple[Path, ...]:
    """Where to look for a text, first things first."""
    return (own, BUILT_IN) if own else (BUILT_IN,)


@lru_cache(maxsize=64)
def _chained(tag: str, folders: tuple[Path, ...]) -> NullTranslations:
    chain = list(_catalogs(tag, folders))
    for catalog, next_one in pairwise(chain):
        catalog.add_fallback(next_one)
    return chain[0] if chain else NullTranslations()


def _catalogs(tag: str, folders: tuple[Path, ...]) -> Iterator[GNUTranslations]:
    """Copies of the catalogs to ask, first things first: each gets a fallback of its own."""
    tags = dict.fromkeys((tag, tag.partition("-")[0], ENGLISH))
    for asked in tags:
        for folder in folders:
            found = catalog_in(folder, asked)
            if found is not None:
                yield _copy(found)


def _copy(catalog: GNUTranslations) -> GNUTranslations:
    made = GNUTranslations()
    made.__dict__.update(catalog.__dict__, _fallback=None)
    return made


def _joined(template: str) -> str:
    """What :func:`~printflow.said.listed` and ``sentences`` put between names and sentences, as the
    language does it: Chinese has a comma of its own, and no spaces.
    """
    if not template.startswith("{part_") or language().partition("-")[0] not in _WITHOUT_SPACES:
        return template
    return template.replace("}, {", "}、{").replace("} {", "}{")


def translated(text: str, catalog: NullTranslations) -> str:
    """The text in the language of ``catalog``: its template is looked up, then filled.

    An ordinary text is looked up as it is. Parameters that are texts of the library are translated,
    too; money, days and numbers are written as in the language that is spoken.
    """
    if not isinstance(text, Said):
        return catalog.gettext(text) if text else ""
    if not text.has_words:
        template = _joined(text.template)
    elif text.plural:
        template = catalog.ngettext(text.template, text.plural, text.number)
    else:
        template = catalog.gettext(text.template)

    def shown(value: object) -> str:
        if isinstance(value, Said):
            return translated(value, catalog)
        if isinstance(value, Money):
            return money(value.cents, value.currency)
        if isinstance(value, Day):
            return date_text(value.day)
        return plain_number(value)

    return filled(template, text.params, shown)
