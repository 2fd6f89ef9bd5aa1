"""What people painted on single triangles in a slicer: PrusaSlicer's ``slic3rpe:mmu_segmentation``,
OrcaSlicer's and Bambu Studio's ``paint_color``.

A string of hexadecimal digits, the last one first. A digit's lower two bits are how many of its sides a
triangle is split at; 0 is a leaf, whose upper two bits are its slot, or 3, and then the slot less 3 is
the next digit (a 15 and more digits for more). What follows a split triangle are its parts, the last one first.
"""

from __future__ import annotations

from typing import Final

_SHARES: Final = {1: (0.5, 0.5), 2: (0.5, 0.25, 0.25), 3: (0.25, 0.25, 0.25, 0.25)}
"""How much of a triangle each of its parts is, in the order in which they are written."""

_DEEPEST: Final = 40
_LONGEST: Final = 20_000
"""Digits, beyond which no slicer splits a triangle."""


def slots_of(code: str) -> dict[int, float]:
    """The slots on a triangle, with the share of its area that each has: 0 is what is not painted.
    Empty where the code is none."""
    if not 0 < len(code) <= _LONGEST:
        return {}
    try:
        digits = [int(digit, 16) for digit in reversed(code)]
    except ValueError:
        return {}
    found: dict[int, float] = {}
    waiting = [(1.0, 0)]
    at = 0
    while waiting:
        share, depth = waiting.pop()
        if at >= len(digits) or depth > _DEEPEST:
            return {}
        digit = digits[at]
        at += 1
        if sides := digit & 3:
            waiting += [(share * part, depth + 1) for part in reversed(_SHARES[sides])]
            continue
        slot = digit >> 2
        if slot == 3:
            if at >= len(digits):
                return {}
            while at + 1 < len(digits) and digits[at] == 15:
                slot += 15
                at += 1
            slot += digits[at]
            at += 1
        found[slot] = found.get(slot, 0.0) + share
    return found


def main_slot(slots: dict[int, float]) -> int:
    """The slot with most of the triangle, the lowest of several."""
    return min(slots, key=lambda slot: (-slots[slot], slot)) if slots else 0
