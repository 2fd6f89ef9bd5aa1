"""One line or a paragraph as people type it, without characters that hide or reorder others."""

from __future__ import annotations

import unicodedata

_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Directional controls (Unicode UAX #9): they can make "gpj.exe" read "exe.jpg"."""


def _keeps(character: str) -> bool:
    return character not in _BIDI and unicodedata.category(character) not in ("Cc", "Cs", "Co")


def clean_line(typed: str) -> str:
    """One line: normalized (NFC), control and directional characters out, white space folded."""
    spaced = "".join(" " if c.isspace() else c for c in unicodedata.normalize("NFC", typed))
    return " ".join("".join(filter(_keeps, spaced)).split())


def clean_text(typed: str) -> str:
    """As :func:`clean_line` for every line; line breaks stay, at most one empty line in a row."""
    lines: list[str] = []
    for line in typed.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        cleaned = clean_line(line)
        if cleaned or (lines and lines[-1]):
            lines.append(cleaned)
    return "\n".join(lines).strip()


def shortened(text: str, limit: int) -> str:
    """``text`` in at most ``limit`` characters; the middle gives way, so the ending stays."""
    if len(text) <= limit:
        return text
    tail = min(12, limit // 3)
    return f"{text[: limit - tail - 1]}…{text[-tail:]}"
