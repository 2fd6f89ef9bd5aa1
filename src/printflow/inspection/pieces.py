"""Pieces of a model on their way together: triangles, and their colors where any have one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..mesh.blocks import Triangles
from .colors import NONE, Colors, of_slot
from .printed_parts import Use


@dataclass(frozen=True, slots=True)
class Piece:
    """Some triangles; without ``colors`` none of them has one."""

    triangles: Triangles
    colors: Colors | None = None

    def __len__(self) -> int:
        return len(self.triangles)

    def only(self, which: NDArray[np.bool_]) -> Piece:
        """Some of the triangles."""
        return Piece(self.triangles[which], None if self.colors is None else self.colors[which])

    def filled(self, color: int, where: slice = slice(None)) -> Piece:
        """With that color wherever there is none yet, on all or some of the triangles."""
        if color == NONE or not len(self):
            return self
        colors = self.colors if self.colors is not None else np.full(len(self), NONE, np.int32)
        colors = colors.copy()
        some = colors[where]
        some[some == NONE] = color
        return Piece(self.triangles, colors)


NOTHING = Piece(np.empty((0, 3, 3), np.float32))
Uses = dict[Use, Piece]
"""Pieces by what they are for."""


def together(pieces: Sequence[Piece]) -> Piece:
    """All of them, one after another."""
    some = [piece for piece in pieces if len(piece)]
    if len(some) < 2:
        return some[0] if some else NOTHING
    triangles = np.concatenate([piece.triangles for piece in some])
    if all(piece.colors is None for piece in some):
        return Piece(triangles)
    colors = [
        np.full(len(piece), NONE, np.int32) if piece.colors is None else piece.colors
        for piece in some
    ]
    return Piece(triangles, np.concatenate(colors))


def used(uses: Uses, use: Use) -> Uses:
    """What was to be printed, for another use."""
    if use is Use.PRINTED:
        return uses
    return {**uses, Use.PRINTED: NOTHING, use: together([uses[use], uses[Use.PRINTED]])}


def all_for(uses: Uses, use: Use) -> Uses:
    """All of it for one use, whatever it was for."""
    return {**dict.fromkeys(Use, NOTHING), use: together(list(uses.values()))}


def all_filled(uses: Uses, slot: int) -> Uses:
    """What has no color gets that slot's."""
    return {use: piece.filled(of_slot(slot)) for use, piece in uses.items()} if slot else uses
