"""What a job's history says of an event, in one line for people: "Price: $15.00, print time: 1 h 50 min"."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any


@dataclass(frozen=True, slots=True)
class _Context:
    """What amounts and times are told in."""

    currency: str
    zone: str


_Shown = Callable[[Any, _Context], str]


def _text(value: Any, _context: _Context) -> str:
    return str(value)


def _texts(value: Any, _context: _Context) -> str:
    return "; ".join(str(one) for one in value)


def _money(value: Any, context: _Context) -> str:
    from printflow import money

    return money(int(value), context.currency)


def _payers(value: Any, context: _Context) -> str:
    return "; ".join(f"{code} {_money(cents, context)}" for code, cents in value)


def _limits(value: Any, _context: _Context) -> str:
    from printflow import LimitCode

    return "; ".join(LimitCode(one["code"]).record.label for one in value)


def _grams(value: Any, _context: _Context) -> str:
    from printflow import grams_text

    return grams_text(Decimal(str(value)))


def _hours(value: Any, _context: _Context) -> str:
    from printflow import duration_text

    return duration_text(Decimal(str(value)))


def _moment(value: Any, context: _Context) -> str:
    from printflow import local_time

    return local_time(datetime.fromisoformat(str(value)), context.zone)


def _part(value: Any, _context: _Context) -> str:
    from printflow.domain.retention import PART_LABELS

    return PART_LABELS.get(str(value), str(value))


def _event(value: Any, _context: _Context) -> str:
    from printflow.domain.event_kind import event_kind

    return event_kind(str(value)).label


def _failure(value: Any, _context: _Context) -> str:
    from printflow.domain.plate import Failure

    return Failure(str(value)).label


def _only_said(_value: Any, _context: _Context) -> str:
    return ""


def _changes(value: Mapping[str, Any], _context: _Context) -> str:
    from printflow import label_of

    return "; ".join(
        f"{label_of(name) or _words(name)}: {old or '–'} → {new or '–'}"
        for name, (old, new) in value.items()
    )


_DETAILS: Mapping[str, tuple[str, _Shown]] = {
    "cost_cents": ("price", _money),
    "grams": ("weight", _grams),
    "final_grams": ("final weight", _grams),
    "hours": ("print time", _hours),
    "material": ("material", _text),
    "printer": ("printer", _text),
    "machine": ("machine", _text),
    "copies": ("copies", _text),
    "good": ("good copies", _text),
    "failed": ("failed copies", _text),
    "not_printed": ("copies not printed", _text),
    "category": ("what went wrong", _failure),
    "grams_wasted": ("wasted material", _grams),
    "amount_cents": ("paid", _money),
    "refunded_cents": ("refunded", _money),
    "method": ("paid by", _text),
    "waived_cents": ("waived", _money),
    "waived": ("reason for waiving", _text),
    "receipt": ("receipt number", _text),
    "payer": ("payer", _text),
    "account": ("account", _text),
    "shelf": ("shelf", _text),
    "file": ("file", _text),
    "replaced": ("instead of", _text),
    "reason": ("reason", _text),
    "reasons": ("reasons", _texts),
    "note": ("note", _text),
    "why": ("why", _text),
    "removed": ("deleted", _part),
    "changed": ("changed", _changes),
    "undone": ("undone", _event),
    "imported": ("imported from", _text),
    "from": ("imported from", _text),
    "key": ("ID in the older list", _text),
    "imported_at": ("imported", _moment),
    "confirmed_at": ("confirmed", _moment),
    "last_changed_by": ("last changed by", _text),
    "consent_version": ("terms version", _text),
    "consent_language": ("terms in", _text),
    "consent_text": ("agreed to", _text),
    "mailed_with": ("email sent with job", _text),
    "payers": ("paid by", _payers),
    "limits": ("over the limits", _limits),
    "limit_reason": ("reason for going over the limit", _text),
    "limits_told": ("the student knows the limits", _only_said),
    "shown": ("the student can see the reason", _only_said),
    "ready": ("the student heard that it's ready", _only_said),
    "told_later": ("the student hears of it when it's released", _only_said),
    "notified": ("the usual email was sent", _only_said),
    "override": ("without the usual checks", _only_said),
    "voided": ("the confirmation link no longer works", _only_said),
    "price_agreed": ("the price that the student agreed to stays", _only_said),
    "mail_withheld": ("no email was sent", _only_said),
}
_OF_A_MOVE = {"from": "moved from", "machine": "to"}
"""The same keys where a print was moved from one machine to another."""
_UNREAD = frozenset({"before", "event", "payment", "plate"})
"""What an undo needs, and numbers that nobody reads."""


def detail_words(details: Mapping[str, Any], currency: str, zone: str) -> str:
    """An event's details in one line; amounts in the job's currency, times on the lab's clock."""
    context = _Context(currency, zone)
    others = _OF_A_MOVE if details.keys() >= {"from", "machine"} else {}
    said = [
        _detail(str(key), value, context, others)
        for key, value in details.items()
        if value not in ("", None, False, [], {}) and key not in _UNREAD
    ]
    line = ", ".join(said)
    return line[:1].upper() + line[1:]


def _detail(key: str, value: Any, context: _Context, others: Mapping[str, str]) -> str:
    label, shown = _DETAILS.get(key, (_words(key), _text))
    label = others.get(key, label)
    try:
        words = shown(value, context)
    except (ValueError, TypeError, InvalidOperation):  # written by another version
        words = str(value)
    return f"{label}: {words}" if words else label


def _words(key: str) -> str:
    return key.replace("_", " ")
