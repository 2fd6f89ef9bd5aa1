"""The lab's own texts in other languages: which there are, which are missing, and a catalog's texts
in one language. Pure.

The catalog's own texts are the default. A translation names the default's text that it was made of:
where that has changed since, people read the default until someone has looked at the translation.
Names (of colors, methods, …) stay in jobs, prices and files what they are by default; only what
people read is another word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ..said import Said, say
from .minimum_text import FILLED, MINIMUM

if TYPE_CHECKING:
    from .catalog import Catalog

_TAG = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?")
_NAME, _LINE, _PARAGRAPH = 60, 500, 1000
_LONG, LONGEST = 4000, 10_000
_NOTHING: Mapping[str, str] = MappingProxyType({})


class TextKind(StrEnum):
    """The kinds of texts, in the order in which they're translated."""

    TEXTS = "texts"
    """Those that a catalog has once: introduction, consent, pickup hours …"""
    REASONS = "rejection_reasons"
    DESCRIPTIONS = "descriptions"
    """Of print methods."""
    WORDS = "words"
    """Banners, and what is said of closed days, pauses, the form, and limits."""
    NAMES = "names"
    """What students choose from, or read on a price."""

    @property
    def label(self) -> Said:
        """What the kind is called."""
        return _LABELS[self]

    @property
    def by_text(self) -> bool:
        """Whether the default's text is its own key: another text is another entry then."""
        return self in (TextKind.WORDS, TextKind.NAMES)


_LABELS = {
    TextKind.TEXTS: say("Texts and pickup"),
    TextKind.REASONS: say("Rejection reasons"),
    TextKind.DESCRIPTIONS: say("Descriptions of print methods"),
    TextKind.WORDS: say("Banners, closed days, pauses, and limits"),
    TextKind.NAMES: say("Names"),
}


class TextState(StrEnum):
    """How far a text is translated."""

    MISSING = "missing"
    OUTDATED = "outdated"
    """The default has changed since."""
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Translation:
    """A text in another language, and the default's text that it was made of."""

    text: str
    of: str


@dataclass(frozen=True, slots=True)
class OwnText:
    """One text of the default that can be translated. ``most`` is its longest, in characters."""

    kind: TextKind
    key: str
    text: str
    most: int
    label: str = ""
    """What it's called, in English; "" where the text says that itself."""

    @property
    def optional(self) -> bool:
        """Whether the default is as good as any: many names are the same in every language."""
        return self.kind is TextKind.NAMES

    @property
    def has_minimum(self) -> bool:
        """Whether the minimum charge is filled in."""
        return self.kind is TextKind.TEXTS and self.key in FILLED and MINIMUM in self.text


@dataclass(frozen=True, slots=True)
class TextIn:
    """A text beside its translation into one language."""

    own: OwnText
    made: Translation | None = None

    @property
    def state(self) -> TextState:
        """Whether it's translated, and still right."""
        if self.made is None:
            return TextState.MISSING
        return TextState.DONE if self.made.of == self.own.text else TextState.OUTDATED


@dataclass(frozen=True, slots=True)
class LanguageTexts:
    """How far the lab's texts are translated into a language: how many there are, and which of them
    are missing or outdated. Names may be missing.
    """

    tag: str
    texts: tuple[TextIn, ...]

    @property
    def missing(self) -> int:
        """How many aren't translated."""
        return sum(one.state is TextState.MISSING and not one.own.optional for one in self.texts)

    @property
    def outdated(self) -> int:
        """Of how many the default has changed since."""
        return sum(one.state is TextState.OUTDATED for one in self.texts)


TextPlace = tuple[TextKind, str]
"""A text's kind and its key."""
ByPlace = Mapping[TextPlace, Translation]


@dataclass(frozen=True, slots=True)
class Translations:
    """All translations of a catalog's texts, by the languages' tags: "es", "pt-BR"."""

    by_language: Mapping[str, ByPlace] = field(default_factory=dict)

    @property
    def languages(self) -> tuple[str, ...]:
        """The tags of the languages in which there's something."""
        return tuple(self.by_language)

    def of(self, tag: str) -> ByPlace:
        """What there is in a language, by kind and key: in "fr" for "fr-CA" where there's no more."""
        found = self.by_language.get(tag)
        return found if found is not None else self.by_language.get(tag.partition("-")[0], {})

    def plain(self) -> dict[str, Any]:
        """The plain form: names and other short texts as they are, the others with their ``of``."""
        return {
            tag: {
                kind.value: {
                    key: one.text if kind.by_text else {"of": one.of, "text": one.text}
                    for (own, key), one in entries.items()
                    if own is kind
                }
                for kind in TextKind
                if any(own is kind for own, _key in entries)
            }
            for tag, entries in self.by_language.items()
        }


NO_TRANSLATIONS = Translations()


def is_language(tag: str) -> bool:
    """Whether a text is written as the tag of a language: "fr", "pt-BR"."""
    return _TAG.fullmatch(tag) is not None


# -- which texts there are -------------------------------------------------------------------------


def own_texts(catalog: Catalog) -> tuple[OwnText, ...]:
    """Every text of the catalog that people read and that can be said in another language."""
    return tuple(one for one in _unique(_all(catalog)) if one.text)


def _all(catalog: Catalog) -> Iterator[OwnText]:
    texts, pick_up, pages = catalog.texts, catalog.pick_up, catalog.pages
    for key, text, most, label in (
        ("introduction", texts.introduction, _LONG, say("Introduction above the form")),
        ("rules", texts.rules, _LONG, say("Rules above the form")),
        ("minimum_charge", texts.minimum_charge, _LINE, say("Minimum-charge checkbox text")),
        ("consent", texts.consent, _PARAGRAPH, say("Price-confirmation checkbox text")),
        ("place", pick_up.place, 200, say("Pickup place")),
        ("hours", pick_up.hours, _LINE, say("Pickup hours")),
        ("privacy", pages.privacy, LONGEST, say("Privacy page")),
        ("accessibility", pages.accessibility, LONGEST, say("Accessibility page")),
    ):
        yield OwnText(TextKind.TEXTS, key, text, most, label)
    for reason in catalog.rejection_reasons:
        yield OwnText(TextKind.REASONS, reason.code, reason.text, _LINE)
    for method in catalog.methods:
        yield OwnText(
            TextKind.DESCRIPTIONS, method.name, method.description, _PARAGRAPH, method.name
        )
    for text in _words(catalog):
        yield OwnText(TextKind.WORDS, text, text, _LINE)
    for name, label in _names(catalog):
        yield OwnText(TextKind.NAMES, name, name, _NAME, label)


def _words(catalog: Catalog) -> Iterator[str]:
    yield from (one.text for one in catalog.banners)
    yield from (one.text for one in catalog.form_times)
    yield from (one.reason for one in catalog.paused)
    yield from (one.reason for one in catalog.closed_days)
    yield from (one.text for one in catalog.limits)


def _names(catalog: Catalog) -> Iterator[tuple[str, Said]]:
    yield from ((one.name, say("Print method")) for one in catalog.methods)
    for method in catalog.methods:
        yield from ((name, say("Material")) for name in method.materials)
    for method in catalog.methods:
        yield from ((name, say("Color")) for name in method.color_names)
    yield from ((name, say("Discipline")) for name in catalog.disciplines)
    yield from ((name, say("Payment method")) for name in catalog.payment_methods)
    yield from ((one.name, say("Group")) for one in catalog.groups if one.ask)
    yield from ((one.name, say("Free allowance")) for one in catalog.allowances)
    yield from ((one.label, say("Price row")) for one in catalog.prices)


def _unique(texts: Iterable[OwnText]) -> Iterator[OwnText]:
    """Each once: a color of two methods is one name."""
    seen: set[TextPlace] = set()
    for one in texts:
        if (one.kind, one.key) not in seen:
            seen.add((one.kind, one.key))
            yield one


# -- one language ----------------------------------------------------------------------------------


def texts_in(catalog: Catalog, tag: str) -> tuple[TextIn, ...]:
    """Every text of the default beside its translation into the language."""
    made = catalog.translations.of(tag)
    return tuple(TextIn(one, made.get((one.kind, one.key))) for one in own_texts(catalog))


def left_over(catalog: Catalog, tag: str) -> tuple[Translation, ...]:
    """Translations of texts that the catalog no longer has."""
    known = {(one.kind, one.key) for one in own_texts(catalog)}
    made = catalog.translations.by_language.get(tag, {})
    return tuple(one for place, one in made.items() if place not in known)


def translated_sections(
    catalog: Catalog,
    tag: str,
    typed: Mapping[TextPlace, str],
    *,
    still_right: Iterable[TextPlace] = (),
    drop_left_over: bool = False,
) -> dict[str, Any]:
    """The catalog's section of translations with what was ``typed`` for the language, by kind and
    key; an empty text takes a translation away. An outdated one is right again where it was changed
    or is named as ``still_right``. ``drop_left_over`` takes those away that nothing has any more.
    """
    before, still = dict(catalog.translations.by_language.get(tag, {})), set(still_right)
    texts = {(one.kind, one.key): one for one in own_texts(catalog)}
    if drop_left_over:
        before = {place: one for place, one in before.items() if place in texts}
    for place, one in texts.items():
        if place not in typed:
            continue
        text, old = typed[place].strip(), before.pop(place, None)
        if text:
            same = old is not None and old.text == text and place not in still
            before[place] = Translation(text, old.of if old is not None and same else one.text)
    found = {**catalog.translations.by_language, tag: before}
    return {"translations": Translations({key: one for key, one in found.items() if one}).plain()}


def words_in(catalog: Catalog, tag: str) -> Mapping[str, str]:
    """What the default's texts are in the language, as far as they're translated. What was said by
    an earlier default, such as the reason of an old rejection, is found, too.
    """
    made = catalog.translations.of(tag)
    return {one.of: one.text for one in made.values()} if made else _NOTHING


def in_language(catalog: Catalog, tag: str) -> Catalog:
    """The catalog with its texts in the language, the default's where there's no translation that is
    still right. Names stay; :meth:`Catalog.shown` gives what people read.
    """
    said = words_in(catalog, tag)
    if not said:
        return catalog

    def own(text: str) -> str:
        return said.get(text, text)

    texts, pick_up, pages = catalog.texts, catalog.pick_up, catalog.pages
    return replace(
        catalog,
        words=said,
        language=tag,
        texts=replace(
            texts,
            introduction=own(texts.introduction),
            rules=own(texts.rules),
            minimum_charge=own(texts.minimum_charge),
            consent=own(texts.consent),
        ),
        pick_up=replace(pick_up, place=own(pick_up.place), hours=own(pick_up.hours)),
        pages=replace(pages, privacy=own(pages.privacy), accessibility=own(pages.accessibility)),
        methods=tuple(replace(one, description=own(one.description)) for one in catalog.methods),
        banners=tuple(replace(one, text=own(one.text)) for one in catalog.banners),
        form_times=tuple(replace(one, text=own(one.text)) for one in catalog.form_times),
        paused=tuple(replace(one, reason=own(one.reason)) for one in catalog.paused),
        closed_days=tuple(replace(one, reason=own(one.reason)) for one in catalog.closed_days),
        limits=tuple(replace(one, text=own(one.text)) for one in catalog.limits),
    )
