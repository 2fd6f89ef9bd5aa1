"""Looking into a file without a lab: for scripts and the command line."""

from __future__ import annotations

from pathlib import Path

from ..domain.model_facts import ModelFacts
from ..domain.naming import ending_of
from ..domain.printability import DEFAULT_LIMITS, PrintLimits
from ..errors import FileUnusable
from ..said import say
from .inspector import Inspector

_BLUE = "#2f6fde"


def inspect_file(
    path: Path,
    *,
    picture: Path | None = None,
    small: Path | None = None,
    color: str | None = None,
    up: str = "z",
    triangles: Path | None = None,
    limits: PrintLimits = DEFAULT_LIMITS,
) -> ModelFacts:
    """Facts of a model file on this machine, without a lab; its picture where asked for.

    The picture is in ``color``; without one, it shows the colors that the file has, and is blue
    elsewhere. ``up`` is the axis that points up in it, "y" or "z". What was read is written to
    ``triangles``, where asked for, as a binary STL in mm with z up. ``limits`` are what it is checked
    for.

    Raises FileUnusable with the reason.
    """
    if not path.is_file():
        raise FileUnusable(
            say("There's no file {path}.", path=str(path)), next_step=say("Check the path.")
        )
    inspector = Inspector()
    try:
        looked = inspector.look(
            path.resolve(),
            ending_of(path.name),
            color=color or _BLUE,
            own_colors=color is None,
            picture=picture.absolute() if picture else None,
            small=small.absolute() if small else None,
            up=up,
            triangles=triangles.absolute() if triangles else None,
            limits=limits,
        )
    finally:
        inspector.close()
    if looked.facts is None:
        words = looked.error or say("The file has no shape that can be measured.")
        raise FileUnusable(words, code=looked.code or "no_shape", next_step=say("Export it again."))
    if triangles is not None and not looked.triangles:
        words = looked.no_triangles or say("The triangles couldn't be written.")
        raise FileUnusable(words, code="no_triangles", next_step=say("Reduce the model."))
    return looked.facts
