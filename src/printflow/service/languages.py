"""The languages of a lab: which it offers, and which one somebody gets."""

from __future__ import annotations

from collections.abc import Iterable
from gettext import NullTranslations

from ..errors import SettingsError
from ..language.choosing import best_language, own_name
from ..language.translation import offered_languages, translations
from ..said import say
from ..settings import Settings


class Languages:
    """Those that have a catalog, or those of them that the settings name, and the lab's own.

    Raises SettingsError for one that has no catalog.
    """

    def __init__(self, settings: Settings) -> None:
        self._folder = settings.locale_dir
        there = offered_languages(self._folder)
        self.default = settings.language
        """The tag of the lab's own language: of whoever hasn't chosen one."""
        self.offered = tuple(dict.fromkeys((*(settings.languages or there), self.default)))
        """The tags of those that readers can choose."""
        for tag in self.offered:
            if tag not in there:
                raise SettingsError(
                    say("there's no catalog for the language “{tag}”", tag=tag),
                    key="language" if tag == self.default else "languages",
                    next_step=say("Choose from: {names}.", names=", ".join(there)),
                )

    @property
    def names(self) -> tuple[tuple[str, str], ...]:
        """The tags that are offered, each with what the language calls itself."""
        return tuple((tag, own_name(tag)) for tag in self.offered)

    def texts(self) -> NullTranslations:
        """The texts in the language that is spoken, with the lab's own before all others."""
        return translations(folder=self._folder)

    def known(self, tag: str) -> str:
        """The tag where it's offered, else ""."""
        return tag if tag in self.offered else ""

    def of(self, tag: str) -> str:
        """The tag where it's offered, else the lab's own."""
        return self.known(tag) or self.default

    def best(self, wanted: Iterable[str]) -> str:
        """The one that fits the first of the ``wanted`` tags that any fits; "" where none does."""
        return best_language(wanted, self.offered)
