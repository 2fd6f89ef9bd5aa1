"""What a student agrees to: the lab's texts as they were shown, in the language they were shown in.
Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from ..said import Said, say
from .own_texts import is_language

if TYPE_CHECKING:
    from .budgets import Split
    from .catalog import Catalog

_DOT = "."


@dataclass(frozen=True, slots=True)
class Agreement:
    """A text that a checkbox agrees to. ``language`` is a tag: "" for the lab's default texts."""

    version: str
    language: str
    text: str

    @property
    def mark(self) -> str:
        """Goes with the form, and says what its page showed: "es.5d41402abc4b2a76"."""
        return f"{self.language}{_DOT}{sha256(self.text.encode()).hexdigest()[:16]}"

    def is_shown_by(self, mark: str) -> bool:
        """Whether a page with that mark showed this; so did one of which nothing is known ("")."""
        return mark in ("", self.mark)


def language_of(mark: str) -> str | None:
    """The language of the page with that mark; None where nothing is known."""
    tag, dot, _hash = mark.rpartition(_DOT)
    return tag if dot and (not tag or is_language(tag)) else None


def form_agreement(catalog: Catalog) -> Agreement:
    """What the form's checkbox agrees to: the rules, and the minimum charge."""
    texts = catalog.shown_texts
    shown = "\n\n".join(text for text in (texts.rules, texts.minimum_charge) if text)
    return Agreement(texts.consent_version, catalog.language, shown)


def price_words(catalog: Catalog, paid: Split, *, nothing_due: bool) -> str | Said:
    """What the checkbox of a price says: the lab's own text, or that there's nothing to pay."""
    if not nothing_due:
        return catalog.shown_texts.consent
    if paid.paid_by:
        codes = ", ".join(claim.payer.code for claim in paid.paid_by)
        return say("Paid by {payer}. I agree to having the file printed as is.", payer=codes)
    return say("There's nothing to pay. I agree to having the file printed as is.")
