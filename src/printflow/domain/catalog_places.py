"""Places of a catalog in people's words: "Printer “Prusa MK4S”, price per gram"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..said import Said, listed, say

_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")
_ROWS = {
    "colors": (say("Color “{name}”"), say("Color {number}")),
    "banners": (say("Banner “{name}”"), say("Banner {number}")),
    "closed_days": (say("Closed days “{name}”"), say("Closed days {number}")),
    "form_times": (say("Form entry “{name}”"), say("Form entry {number}")),
    "paused": (say("Pause of {name}"), say("Pause {number}")),
    "methods": (say("Print method “{name}”"), say("Print method {number}")),
    "prices": (say("Price row “{name}”"), say("Price row {number}")),
    "printers": (say("Printer “{name}”"), say("Printer {number}")),
    "rejection_reasons": (say("Rejection reason “{name}”"), say("Rejection reason {number}")),
    "terms": (say("Term “{name}”"), say("Term {number}")),
    "groups": (say("Group “{name}”"), say("Group {number}")),
    "allowances": (say("Free allowance “{name}”"), say("Free allowance {number}")),
    "roles": (say("Role “{name}”"), say("Role {number}")),
    "limits": (say("Limit {number}"), say("Limit {number}")),
}
"""Entries of lists by their names, and by their numbers where they have none."""
_LABELS = {
    "action": say("what happens then"),
    "cap": say("at most"),
    "limits": say("limits"),
    "limits.per": say("counted"),
    "limits.what": say("what is limited"),
    "account_methods": say("payment methods that need an account"),
    "allowances": say("free allowances"),
    "amount": say("amount"),
    "ask": say("asked on the form"),
    "archive_after_days": say("days before jobs are archived"),
    "build_volume": say("build volume"),
    "charge": say("what is charged"),
    "code": say("code"),
    "colors": say("colors"),
    "accessibility": say("accessibility page"),
    "consent": say("price checkbox text"),
    "contact": say("contact"),
    "email": say("email address"),
    "pages": say("the lab's own pages"),
    "phone": say("phone number"),
    "privacy": say("privacy page"),
    "web": say("web page"),
    "consent_version": say("version of the price checkbox text"),
    "courses": say("class numbers"),
    "currency": say("currency"),
    "default_group": say("group of everyone else"),
    "density": say("density"),
    "description": say("description"),
    "disciplines": say("disciplines"),
    "domains": say("email domains"),
    "fill": say("share of the solid weight"),
    "groups": say("groups"),
    "hex": say("shade"),
    "hours": say("pickup hours"),
    "introduction": say("introduction above the form"),
    "label": say("name on the quote"),
    "lab_name": say("name of the lab"),
    "layer_mm": say("layer height"),
    "line_width_mm": say("line width"),
    "materials": say("materials"),
    "methods": say("print methods"),
    "minimum_charge": say("minimum charge"),
    "minimum_per": say("what the minimum charge is for"),
    "needed_by": say("date needed"),
    "overhang_degrees": say("steepest overhang"),
    "own_material": say("material brought by the person"),
    "per": say("how often it starts again"),
    "rush": say("only for rush jobs"),
    "rush_days": say("open days of a rush job"),
    "unit": say("unit"),
    "texts.minimum_charge": say("minimum-charge checkbox text"),
    "name": say("name"),
    "starts": say("first day"),
    "ends": say("last day"),
    "terms": say("terms"),
    "sunday": say("Sunday"),
    "saturday": say("Saturday"),
    "friday": say("Friday"),
    "thursday": say("Thursday"),
    "wednesday": say("Wednesday"),
    "tuesday": say("Tuesday"),
    "monday": say("Monday"),
    "printer": say("printer"),
    "method": say("print method"),
    "state": say("form"),
    "reason": say("reason"),
    "to_time": say("opens again at"),
    "from_time": say("closes at"),
    "banners": say("banners"),
    "paused": say("what is paused"),
    "form_times": say("opening and closing the form"),
    "opening_hours": say("opening hours"),
    "closed_days": say("closed days"),
    "payment_methods": say("payment methods"),
    "payments": say("payment rules"),
    "pick_up": say("pickup"),
    "place": say("pickup place"),
    "prices": say("price rows"),
    "printers": say("printers"),
    "process": say("process"),
    "rate_per_gram": say("price per gram"),
    "rate_per_hour": say("price per hour"),
    "receipt_methods": say("payment methods that need a receipt number"),
    "rejection_reasons": say("rejection reasons"),
    "retention": say("how long jobs are kept"),
    "rounding_cents": say("rounding"),
    "round_up": say("always round up"),
    "of": say("translated from"),
    "names": say("names"),
    "words": say("banners and notices"),
    "descriptions": say("descriptions"),
    "only_whole": say("only for jobs that it covers whole"),
    "rights": say("rights"),
    "roles": say("roles"),
    "rules": say("rules above the form"),
    "text": say("text"),
    "texts": say("the lab's texts"),
    "time_zone": say("time zone"),
    "translations": say("texts in other languages"),
    "unique_receipts": say("refuse used receipt numbers"),
}
_TRANSLATED = "translations."
_NAMED_BY = ("name", "label", "text", "code", "reason", "method", "printer")
_SECTIONS = frozenset(
    {"contact", "needed_by", "pages", "payments", "pick_up", "retention", "texts"}
)


def place_words(place: str, document: Mapping[str, Any]) -> Said:
    """The place, such as ``printers[0].rate_per_gram`` of a plain form, as people say it.

    A key that no catalog has is shown as it is.
    """
    if place.startswith(_TRANSLATED):
        return _translated_place(place)
    here: Any = document
    words: list[str] = []
    keys = _STEP.findall(place)
    for at, (key, number) in enumerate(keys):
        here = _inside(here, key, number)
        if number:
            _name_row(words, keys[at - 1][0], int(number), here)
        elif key not in _SECTIONS or at == len(keys) - 1:
            whole = f"{keys[at - 1][0]}.{key}" if at else key
            words.append(_LABELS.get(whole) or _LABELS.get(key) or f"“{key}”")
    return listed(words)


def _translated_place(place: str) -> Said:
    """The same of a translation, whose key may be any text: "Texts in es, “We're closed”"."""
    tag, _dot, rest = place.removeprefix(_TRANSLATED).partition(".")
    _kind, _dot, key = rest.partition(".")
    texts = say("Texts in {language}", language=tag)
    if not key:
        return texts
    return listed((texts, _LABELS.get(f"texts.{key}") or _LABELS.get(key) or f"“{key[:60]}”"))


def key_label(key: str) -> str:
    """What a key of a catalog is called; one that no catalog has, without its underscores."""
    return _LABELS.get(key) or key.replace("_", " ")


def _inside(here: Any, key: str, number: str) -> Any:
    if number:
        is_list = isinstance(here, list | tuple) and int(number) < len(here)
        return here[int(number)] if is_list else None
    return here.get(key) if isinstance(here, Mapping) else None


def _name_row(words: list[str], key: str, number: int, row: Any) -> None:
    """Put the entry's name in the place of the list's."""
    named, numbered = _ROWS.get(key, (say("“{name}”"), say("entry {number}")))
    fields = row if isinstance(row, Mapping) else {}
    name = next((fields[one] for one in _NAMED_BY if fields.get(one)), "")
    if key in _ROWS:
        words.pop()
    is_name = isinstance(name, str) and name.strip()
    by_name = is_name and "{name}" in named.template
    words.append(named.having(name=name[:60]) if by_name else numbered.having(number=number + 1))
