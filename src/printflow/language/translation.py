"""From a text in English to the same text in the reader's language; English where there is no catalog."""

from __future__ import annotations

from gettext import NullTranslations, translation
from pathlib import Path

from ..said import Day, Money, Said, filled, plain
from .formats import date_text, money
from .speaking import ENGLISH, language, locale_of

DOMAIN = "printflow"
LOCALE = Path(__file__).parent / "locale"


def offered_languages(folder: Path | None = None) -> tuple[str, ...]:
    """The tags of the languages that there are: English, and those with a compiled catalog, among
    Printflow's own or in a lab's ``folder``.
    """
    found = {
        file.parent.parent.name.replace("_", "-")
        for place in (LOCALE, folder)
        if place is not None
        for file in place.glob(f"*/LC_MESSAGES/{DOMAIN}.mo")
    }
    return (ENGLISH, *sorted(found - {ENGLISH}))


def translations(tag: str = "") -> NullTranslations:
    """The catalog of a language, by default the spoken one; where there is none, the English texts
    stay as they are.
    """
    return translation(DOMAIN, LOCALE, [locale_of(tag or language())], fallback=True)


def translated(text: str, catalog: NullTranslations) -> str:
    """The text in the language of ``catalog``: its template is looked up, then filled.

    An ordinary text is looked up as it is. Parameters that are texts of the library are translated,
    too; money and days are written as in the reader's language.
    """
    if not isinstance(text, Said):
        return catalog.gettext(text) if text else ""
    if not text.has_words:
        template = text.template
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
        return plain(value)

    return filled(template, text.params, shown)
