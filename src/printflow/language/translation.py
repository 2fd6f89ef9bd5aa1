"""From a text in English to the same text in the reader's language; English only for now."""

from __future__ import annotations

from gettext import NullTranslations, translation
from pathlib import Path

from ..said import Day, Money, Said, filled, plain
from .formats import date_text, money

DOMAIN = "printflow"
LOCALE = Path(__file__).parent / "locale"


def translations(language: str = "en") -> NullTranslations:
    """The catalog of ``language``; where there is none, the English texts stay as they are."""
    return translation(DOMAIN, LOCALE, [language], fallback=True)


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
