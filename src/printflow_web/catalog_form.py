"""The catalog editor's forms, read back into the plain form of the catalog.

Fields are named as the places in the catalog that the library's refusals name, such as
``printers[2].rate_per_gram``, so that each refusal stands at its field. A row's ``was`` holds the
name it had, so that what the form does not show of it is kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from werkzeug.datastructures import MultiDict

from printflow import minimum_offered

Form = MultiDict[str, str]
Plain = Mapping[str, Any]

_ROW = re.compile(r"\[(\d{1,4})\]")


def lines(text: str) -> list[str]:
    """One entry per line; empty lines do not count."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def whole(text: str) -> int | str:
    """A whole number, else what was typed, for the library to refuse."""
    plain = text.strip()
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 7 else plain


def rows(form: Form, name: str) -> list[str]:
    """The starts of the field names of a list's rows, in order: "printers[0]", "printers[1]"."""
    start = re.compile(re.escape(name) + _ROW.pattern)
    found = {int(match[1]) for key in form if (match := start.match(key))}
    return [f"{name}[{number}]" for number in sorted(found)]


def _kept(form: Form, row: str, *fields: str) -> bool:
    """Whether a row stays: it is not to be removed, and something stands in it."""
    if form.get(f"{row}.remove") == "yes":
        return False
    return any(form.get(f"{row}.{field}", "").strip() for field in (*fields, "was"))


def _before(old: Any, name: str, key: str = "name") -> dict[str, Any]:
    return next((dict(one) for one in old or () if one.get(key) == name), {})


def roles(form: Form, _old: Plain) -> dict[str, Any]:
    """Roles with their rights."""
    found = [
        {"name": form.get(f"{row}.name", ""), "rights": form.getlist(f"{row}.rights")}
        for row in rows(form, "roles")
        if _kept(form, row, "name")
    ]
    return {"roles": found}


def printers(form: Form, old: Plain) -> dict[str, Any]:
    """Printers with their volumes and rates."""
    found = []
    for row in rows(form, "printers"):
        if not _kept(form, row, "name", "rate_per_gram"):
            continue
        sides = [form.get(f"{row}.build_volume[{axis}]", "") for axis in range(3)]
        found.append(
            {
                **_before(old.get("printers"), form.get(f"{row}.was", "")),
                "name": form.get(f"{row}.name", ""),
                "methods": form.getlist(f"{row}.methods"),
                "build_volume": [whole(side) for side in sides],
                "rate_per_gram": form.get(f"{row}.rate_per_gram", "").strip(),
                "rate_per_hour": form.get(f"{row}.rate_per_hour", "").strip() or "0",
            }
        )
    return {"printers": found}


def methods(form: Form, old: Plain) -> dict[str, Any]:
    """Methods with their materials and colors."""
    found = []
    for row in rows(form, "methods"):
        if not _kept(form, row, "name", "materials"):
            continue
        before = _before(old.get("methods"), form.get(f"{row}.was", ""))
        found.append(
            {
                **before,
                "name": form.get(f"{row}.name", ""),
                "description": form.get(f"{row}.description", ""),
                "materials": lines(form.get(f"{row}.materials", "")),
                "colors": _colors(form, f"{row}.colors", before.get("colors")),
            }
        )
    return {"methods": found}


def _colors(form: Form, name: str, old: Any) -> list[dict[str, Any]]:
    found = []
    for row in rows(form, name):
        if not _kept(form, row, "name"):
            continue
        before = _before(old, form.get(f"{row}.was", ""))
        typed, known = form.get(f"{row}.hex", ""), str(before.get("hex", ""))
        # A browser's color field gives small letters back.
        shade = known if typed.casefold() == known.casefold() else typed.upper()
        found.append({**before, "name": form.get(f"{row}.name", ""), "hex": shade})
    return found


def reasons(form: Form, old: Plain) -> dict[str, Any]:
    """Reasons for a rejection; a new one's code is made of its text."""
    found = []
    for row in rows(form, "rejection_reasons"):
        if not _kept(form, row, "text"):
            continue
        code, text = form.get(f"{row}.was", ""), form.get(f"{row}.text", "")
        before = _before(old.get("rejection_reasons"), code, "code")
        found.append({**before, "code": code or _code_of(text), "text": text})
    return {"rejection_reasons": found}


def _code_of(text: str) -> str:
    words = re.findall(r"\w+", text.casefold())
    return "_".join(words)[:40].strip("_") or "reason"


def texts(form: Form, old: Plain) -> dict[str, Any]:
    """The lab's own words, where and when to pick up, and how to reach the lab."""
    keys = ("introduction", "rules", "minimum_charge", "consent", "consent_version")
    return {
        "texts": {**old.get("texts", {}), **{key: form.get(f"texts.{key}", "") for key in keys}},
        "pick_up": {
            **old.get("pick_up", {}),
            **{key: form.get(f"pick_up.{key}", "") for key in ("place", "hours")},
        },
        "contact": {key: form.get(f"contact.{key}", "") for key in ("email", "phone", "web")},
        "pages": {key: form.get(f"pages.{key}", "") for key in ("privacy", "accessibility")},
    }


def lab(form: Form, old: Plain) -> dict[str, Any]:
    """Name, money, time zone, lists of words, and how long things are kept."""
    ways = lines(form.get("payment_methods", ""))
    kept = {}
    if form.get("minimum_in_text") == "yes" and (words := minimum_offered(old)):
        kept = {"texts": {**old["texts"], "minimum_charge": words}}
    return {
        **kept,
        **{key: form.get(key, "").strip() for key in ("lab_name", "time_zone", "minimum_charge")},
        "currency": form.get("currency", "").strip().upper(),
        "disciplines": lines(form.get("disciplines", "")),
        "payment_methods": ways,
        "payments": {
            **old.get("payments", {}),
            # A way that was taken off the list above wants nothing any more.
            **{
                key: [way for way in form.getlist(f"payments.{key}") if way in ways]
                for key in ("receipt_methods", "account_methods")
            },
            "unique_receipts": form.get("payments.unique_receipts") == "yes",
        },
        "retention": {
            **old.get("retention", {}),
            "archive_after_days": whole(form.get("retention.archive_after_days", "")),
        },
    }


def _names_in(form: Form, name: str) -> list[str]:
    """Names that stand behind each other, with commas between them."""
    return [one.strip() for one in form.get(name, "").split(",") if one.strip()]


def groups(form: Form, _old: Plain) -> dict[str, Any]:
    """Groups of people, free allowances, and what else the form may ask."""
    return {
        "groups": [
            {
                "name": form.get(f"{row}.name", ""),
                "domains": _names_in(form, f"{row}.domains"),
                "roles": _names_in(form, f"{row}.roles"),
                "ask": form.get(f"{row}.ask") == "yes",
            }
            for row in rows(form, "groups")
            if _kept(form, row, "name", "domains", "roles")
        ],
        "default_group": form.get("default_group", "").strip(),
        "allowances": [
            {
                **{key: form.get(f"{row}.{key}", "").strip() for key in _ALLOWANCE},
                "only_whole": form.get(f"{row}.only_whole") == "yes",
                **{
                    key: _names_in(form, f"{row}.{key}")
                    for key in ("groups", "methods", "materials")
                },
            }
            for row in rows(form, "allowances")
            if _kept(form, row, "name", "amount")
        ],
        "needed_by": {
            "ask": form.get("needed_by.ask", ""),
            "rush_days": whole(form.get("needed_by.rush_days", "") or "0"),
        },
        "own_material": form.get("own_material") == "yes",
    }


_ALLOWANCE = ("name", "amount", "unit", "per")


def prices(form: Form, _old: Plain) -> dict[str, Any]:
    """The rows of the price list, in their order."""
    found: list[tuple[int, dict[str, Any]]] = []
    for at, row in enumerate(rows(form, "prices")):
        if form.get(f"{row}.remove") == "yes" or not form.get(f"{row}.charge", ""):
            continue
        place = whole(form.get(f"{row}.place", ""))
        kept = {
            "charge": form.get(f"{row}.charge", ""),
            "amount": form.get(f"{row}.amount", "").strip(),
            "label": form.get(f"{row}.label", ""),
            "rush": form.get(f"{row}.rush") == "yes",
            **{
                key: _names_in(form, f"{row}.{key}")
                for key in ("methods", "materials", "printers", "colors", "courses", "groups")
            },
        }
        found.append((place if isinstance(place, int) else at, kept))
    found.sort(key=lambda one: one[0])
    return {
        "prices": [kept for _place, kept in found],
        "minimum_per": form.get("minimum_per", ""),
        "rounding_cents": whole(form.get("rounding_cents", "")),
        "round_up": form.get("round_up") == "yes",
    }


def limits(form: Form, _old: Plain) -> dict[str, Any]:
    """How much of what people may have."""
    return {
        "limits": [
            {
                **{key: form.get(f"{row}.{key}", "").strip() for key in _LIMIT},
                **{
                    key: _names_in(form, f"{row}.{key}") for key in ("groups", "courses", "domains")
                },
            }
            for row in rows(form, "limits")
            if form.get(f"{row}.what", "") and form.get(f"{row}.remove") != "yes"
        ]
    }


_LIMIT = ("what", "cap", "per", "action", "text")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def opening(form: Form, _old: Plain) -> dict[str, Any]:
    """Opening hours, terms, and closed days."""
    return {
        "opening_hours": {day: _listed(form.get(f"opening_hours.{day}", "")) for day in WEEKDAYS},
        "terms": _rows(form, "terms", ("name", "starts", "ends")),
        "closed_days": _rows(
            form, "closed_days", ("starts", "ends", "reason", "from_time", "to_time")
        ),
    }


def form_times(form: Form, _old: Plain) -> dict[str, Any]:
    """When the form is open, what is paused, and banners."""
    paused = _rows(form, "paused", ("what", "starts", "ends", "reason"))
    for row in paused:
        kind, _, name = row.pop("what").partition(":")
        row |= {"method": "", "printer": ""} | ({kind: name} if kind in _PAUSABLE else {})
    return {
        "form_times": [
            row
            for row in _rows(form, "form_times", ("state", "starts", "ends", "text"))
            if row["state"]
        ],
        "paused": [row for row in paused if row["method"] or row["printer"]],
        "banners": _rows(form, "banners", ("text", "starts", "ends")),
    }


_PAUSABLE = ("method", "printer")


def _rows(form: Form, name: str, keys: tuple[str, ...]) -> list[dict[str, Any]]:
    """The rows of a list in which something was typed and that aren't to be removed."""
    return [
        {key: form.get(f"{row}.{key}", "").strip() for key in keys}
        for row in rows(form, name)
        if _kept(form, row, *keys)
    ]


def _listed(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"[,;\n]", text) if part.strip()]


SECTIONS: dict[str, Callable[[Form, Plain], dict[str, Any]]] = {
    "roles": roles,
    "printers": printers,
    "prices": prices,
    "groups": groups,
    "limits": limits,
    "methods": methods,
    "reasons": reasons,
    "texts": texts,
    "opening": opening,
    "form": form_times,
    "lab": lab,
}
"""The editor's pages: each reads its form into the sections of the plain form that it changes."""
