"""What can be chosen about a picture."""

import re
from dataclasses import dataclass

_COLOR = re.compile(r"#[0-9a-fA-F]{6}")


@dataclass(frozen=True, slots=True)
class Label:
    """What is written below a place: a ``number``, with a ``name`` where there is room. ``at`` is the
    place in mm, ``wide`` how wide along x what it names is."""

    number: str
    name: str
    at: tuple[float, float, float]
    wide: float


@dataclass(frozen=True, slots=True)
class Options:
    """The model's ``color`` ("#rrggbb"), the ``size`` of the picture's side in pixels (an even
    number), and what is written into it. Raises ValueError when color or size is none.
    """

    color: str
    size: int = 512
    labels: tuple[Label, ...] = ()

    def __post_init__(self) -> None:
        if not _COLOR.fullmatch(self.color):
            raise ValueError(f"a color is written #rrggbb, not {self.color!r}")
        if self.size < 2 or self.size % 2:
            raise ValueError(f"a picture's size is an even number of pixels, not {self.size}")
