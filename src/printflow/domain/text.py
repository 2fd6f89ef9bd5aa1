"""One line or a paragraph as people type it, without characters that hide or reorder others."""

from __future__ import annotations

import unicodedata

_JOINERS = frozenset("\u200c\u200d")
"""Zero-width non-joiner and joiner: Persian and Indic words and many emoji are written with them."""

_UNSEEN = frozenset(("Cc", "Cf", "Cs", "Co"))
"""Categories of characters that do not show: controls, formats (among them the directional
controls of Unicode UAX #9, which can make "gpj.exe" read "exe.jpg"), surrogates, private use."""


def _keeps(character: str) -> bool:
    return character in _JOINERS or unicodedata.category(character) not in _UNSEEN


def clean_line(typed: str) -> str:
    """One line: normalized (NFC), control and directional characters out, white space folded.

    A line of nothing that shows is empty.
    """
    spaced = "".join(" " if c.isspace() else c for c in typed)
    kept = unicodedata.normalize("NFC", "".join(filter(_keeps, spaced)))
    line = " ".join(kept.split())
    return line if line.strip(" \u200c\u200d") else ""


def clean_text(typed: str) -> str:
    """As :func:`clean_line` for every line; line breaks stay, at most one empty line in a row."""
    lines: list[str] = []
    for line in typed.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        cleaned = clean_line(line)
        if cleaned or (lines and lines[-1]):
            lines.append(cleaned)
    return "\n".join(lines).strip()


def shortened(text: str, limit: int) -> str:
    """``text`` in at most ``limit`` (1 or more) characters; the middle gives way, so the ending
    stays."""
    if len(text) <= limit:
        return text
    tail = min(12, limit // 3)
    return f"{text[: limit - tail - 1]}…{text[len(text) - tail :]}"
