"""Whether G-code can have been made from a model: the box of what it prints against the model's. Pure.

Staff turn models freely, print several together, scale and cut them. So only what no turning can bring
about is called a doubt: the model's longest side is the least that the box's diagonal has, its volume
the least that the box holds, and its diagonal the most that one copy is long.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ..said import say
from .model_facts import ModelFacts, Size, size_text

_PLAY, _PLAY_MM = 0.03, 1.0
"""A line's width, the layers' steps, a squashed first layer."""

_SCALED = 0.03
_SMALL_MM = 4.0
"""Below such a side, layers and lines say little of a scale."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedOutline:
    """The box of all that is printed of the model, in mm (without skirt, supports and wipe tower),
    and how many ``parts`` stand apart on the plate; 0 where that cannot be told."""

    size: Size
    parts: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OutlineVerdict:
    """How G-code and model compare, in a sentence; ``doubt``: it is probably another model's."""

    text: str
    doubt: bool = False


@dataclass(frozen=True, slots=True)
class _Shape:
    """What is to be on a plate."""

    size: Size
    volume_mm3: float
    one_piece: bool

    @property
    def diagonal(self) -> float:
        return math.hypot(*self.size)


def compare_outline(
    printed: PrintedOutline, models: Sequence[ModelFacts], copies: int
) -> OutlineVerdict | None:
    """The verdict on G-code for ``copies`` of a model with these versions, the original first; None
    where nothing is known of any. No doubt where it goes with one version, or one plate of it.
    """
    if not models:
        return None
    words = {"printed": size_text(printed.size), "model": size_text(models[0].dimensions_mm)}
    shapes = [shape for model in models for shape in _shapes(model)]
    for shape in shapes:
        if printed.parts == 1 and (percent := _scale(printed.size, shape.size)):
            text = say(
                "It prints {printed}: the model ({model}) at {percent}% of its size.",
                **words,
                percent=percent,
            )
            return OutlineVerdict(text=text)
    if any(_possible(printed, shape, copies) for shape in shapes):
        return OutlineVerdict(text=say("It prints {printed}. The model is {model}.", **words))
    text = say(
        "This G-code doesn't look like it was made from this model: it prints {printed}, the model is "
        "{model}. Check the file, unless the model was scaled or cut on purpose.",
        **words,
    )
    return OutlineVerdict(text=text, doubt=True)


def _shapes(model: ModelFacts) -> list[_Shape]:
    """The model, or each of its plates: G-code is of one."""
    whole = model.bodies == 1
    if model.plates:
        return [
            _Shape(plate.dimensions_mm, plate.volume_cm3 * 1000 if model.watertight else 0, whole)
            for plate in model.plates
        ]
    volume = model.volume_cm3 * 1000 if model.watertight else 0
    return [_Shape(model.dimensions_mm, volume, whole)]


def _possible(printed: PrintedOutline, shape: _Shape, copies: int) -> bool:
    """Whether some turning of the shape goes with what is printed."""
    sides = [side + _PLAY_MM for side in printed.size]
    most = shape.diagonal * (1 + _PLAY) + _PLAY_MM
    # Only then nothing but the model and its copies is on the plate.
    alone = 0 < printed.parts <= copies
    if alone and printed.size[2] > most:
        return False
    if not shape.one_piece:
        return True  # a slicer may split it, and arrange or leave out its pieces
    if alone and printed.parts == 1 and max(printed.size) > most:
        return False
    enough_room = math.prod(sides) * (1 + _PLAY) >= shape.volume_mm3
    return enough_room and math.hypot(*sides) * (1 + _PLAY) >= max(shape.size)


def _scale(printed: Size, model: Size) -> int:
    """The percent at which the model is printed, however it was turned by right angles; 0 where the
    sides don't say so, or say that it isn't scaled."""
    ratios = [
        one / other for one, other in zip(sorted(printed), sorted(model), strict=True) if other
    ]
    if len(ratios) < 3 or min(*printed, *model) < _SMALL_MM:
        return 0
    mean = sum(ratios) / 3
    alike = all(abs(ratio / mean - 1) < _SCALED / 2 for ratio in ratios)
    return round(mean * 100) if alike and abs(mean - 1) > _SCALED else 0
