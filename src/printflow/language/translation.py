"""The texts of mails in the lab's language; English only for now."""

from __future__ import annotations

from gettext import NullTranslations, translation
from pathlib import Path

DOMAIN = "printflow"
LOCALE = Path(__file__).parent / "locale"


def translations(language: str = "en") -> NullTranslations:
    """The catalog of ``language``; where there is none, the English texts stand as they are."""
    return translation(DOMAIN, LOCALE, [language], fallback=True)
