"""Numbers and names beside what is drawn, such as those of a project's plates."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from printflow.rendering.camera import Camera
from printflow.rendering.options import Label

_HEIGHT = 1 / 20
"""Of the letters, of the picture's side: still to be read in the small picture."""

_BACK, _INK = (31, 41, 55, 225), (255, 255, 255, 255)
_ROOM = 0.35
"""Around the letters, of their height."""


def write(picture: Image.Image, labels: Sequence[Label], camera: Camera) -> None:
    """Write the labels below their places; ``camera`` is aimed at the picture's size. A name that is
    wider than what it names is left out, and so is a label without room beside the others."""
    font = ImageFont.load_default(round(picture.height * _HEIGHT))
    brush = ImageDraw.Draw(picture, "RGBA")
    taken: list[tuple[float, float, float, float]] = []
    for label in labels:
        x, y = _place(camera, label.at)
        left, right = (_place(camera, _beside(label, side))[0] for side in (-0.5, 0.5))
        for text in (f"{label.number} {label.name}", label.number):
            if text != text.strip() or not _can_write(text):
                continue
            box = _box(brush, font, text, (x, y), picture.size)
            fits = text == label.number or box[2] - box[0] <= abs(right - left)
            if fits and not any(_meet(box, other) for other in taken):
                taken.append(box)
                brush.rounded_rectangle(box, radius=(box[3] - box[1]) / 3, fill=_BACK)
                middle = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
                brush.text(middle, text, fill=_INK, font=font, anchor="mm")
                break


def _beside(label: Label, side: float) -> tuple[float, float, float]:
    x, y, z = label.at
    return x + side * label.wide, y, z


def _place(camera: Camera, at: tuple[float, float, float]) -> tuple[float, float]:
    """Where a point of the model is in the picture."""
    x, y, z = (np.array([value], np.float32) for value in at)
    seen = camera.seen(x, y, z)
    camera.in_pixels(*seen)
    return float(seen[0][0]), float(seen[1][0])


def _can_write(text: str) -> bool:
    """Whether Pillow's own font has all of the letters: it has no others than Latin ones."""
    return all(" " <= letter <= "~" or "\xa1" <= letter <= "\xff" for letter in text)


def _box(
    brush: ImageDraw.ImageDraw,
    font: ImageFont.FreeTypeFont | ImageFont.ImageFont,
    text: str,
    below: tuple[float, float],
    size: tuple[int, int],
) -> tuple[float, float, float, float]:
    """A label's frame: below its place, and within the picture."""
    _, top, _, bottom = brush.textbbox((0, 0), "0" * len(text), font=font)
    wide = brush.textlength(text, font=font)
    room = (bottom - top) * _ROOM
    wide, tall = wide + 3 * room, bottom - top + 2 * room
    x = min(max(below[0] - wide / 2, 1), max(size[0] - wide - 1, 1))
    y = min(max(below[1] + room, 1), max(size[1] - tall - 1, 1))
    return x, y, x + wide, y + tall


def _meet(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
