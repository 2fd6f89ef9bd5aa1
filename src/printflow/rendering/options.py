"""What can be chosen about a picture."""

import re
from dataclasses import dataclass

_COLOR = re.compile(r"#[0-9a-fA-F]{6}")


@dataclass(frozen=True, slots=True)
class Options:
    """The model's ``color`` ("#rrggbb"), and the ``size`` of the picture's side in pixels (an even
    number). Raises ValueError when either is none.
    """

    color: str
    size: int = 512

    def __post_init__(self) -> None:
        if not _COLOR.fullmatch(self.color):
            raise ValueError(f"a color is written #rrggbb, not {self.color!r}")
        if self.size < 2 or self.size % 2:
            raise ValueError(f"a picture's size is an even number of pixels, not {self.size}")
