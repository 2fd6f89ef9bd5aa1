"""The library's texts in the reader's language: in pages on their own, elsewhere by these calls."""

from __future__ import annotations

from collections.abc import Sequence
from gettext import NullTranslations
from typing import Any

from flask import Flask, current_app, has_app_context
from flask_babel import Babel, Domain
from markupsafe import Markup

from printflow import PrintflowError, Refusal, Said, locale_of, spoken_language, translated

from .request import lab_of


class OneCatalog(Domain):  # type: ignore[misc]
    """The library's catalogs for the pages, too: in the language that is spoken at the moment."""

    def get_translations(self) -> SpokenCatalog:
        """The catalog of the language that is spoken."""
        return SpokenCatalog()


class SpokenCatalog:
    """By the names that flask_babel asks for."""

    def ugettext(self, text: str) -> str:
        """The text in the language."""
        return catalog_of_pages().gettext(text)

    def ungettext(self, one: str, several: str, number: int) -> str:
        """The same, of one or of several."""
        return catalog_of_pages().ngettext(one, several, number)

    def upgettext(self, context: str, text: str) -> str:
        """The same, with a context."""
        return catalog_of_pages().pgettext(context, text)

    def unpgettext(self, context: str, one: str, several: str, number: int) -> str:
        """The same, of one or of several with a context."""
        return catalog_of_pages().npgettext(context, one, several, number)


def catalog_of_pages() -> NullTranslations:
    """The catalog of the language that is spoken; English where there's no lab at hand."""
    return lab_of(current_app).languages.texts() if has_app_context() else NullTranslations()


def of_the_library() -> NullTranslations:
    """The same for texts that the library has said."""
    return catalog_of_pages()


def spoken(text: str) -> str:
    """The text in the reader's language."""
    return translated(text, of_the_library()) if isinstance(text, Said) else text


def in_words(text: str) -> str:
    """The same; a text that is only marked, such as a label, is looked up as it is."""
    return translated(text, of_the_library())


def spoken_error(error: PrintflowError) -> str:
    """All that an error says: what happened, and what to do."""
    return " ".join(spoken(str(reason)) for reason in error.refusals)


def spoken_refusals(refusals: Sequence[Refusal]) -> list[dict[str, str]]:
    """Refusals for programs: their codes and fields as they are, their words for people."""
    return [
        {
            "code": one.code,
            "message": spoken(one.message),
            "field": one.field,
            "next_step": spoken(one.next_step),
        }
        for one in refusals
    ]


_AS_IT_IS = frozenset({str, Markup, int})


def _shown(value: Any) -> Any:
    """What a template shows for a value."""
    if type(value) in _AS_IT_IS:
        return value
    if isinstance(value, Refusal | PrintflowError):
        value = str(value)
    return spoken(value) if isinstance(value, Said) else value


def init_spoken(app: Flask) -> None:
    """Templates translate each text of the library that they show; within others, by a filter."""
    babel = Babel(app, locale_selector=lambda: locale_of(spoken_language()))
    babel.domain_instance = OneCatalog()
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # the extension's
        lambda text: catalog_of_pages().gettext(text),
        lambda one, several, number: catalog_of_pages().ngettext(one, several, number),
        newstyle=True,
        pgettext=lambda context, text: catalog_of_pages().pgettext(context, text),
        npgettext=lambda context, one, several, number: catalog_of_pages().npgettext(
            context, one, several, number
        ),
    )
    app.jinja_env.globals["_"] = app.jinja_env.globals["gettext"]
    app.jinja_env.finalize = _shown
    app.jinja_env.filters["spoken"] = spoken
