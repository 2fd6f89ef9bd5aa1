"""Texts that a language writes as English does, by its locale; "*" holds for all of them."""

from __future__ import annotations

SAME: dict[str, set[str]] = {
    "*": {"Printflow"},
}
