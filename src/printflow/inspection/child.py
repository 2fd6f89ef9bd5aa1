"""The guarded process: reads a task a line from standard input, answers with a line of JSON.

A task is ``{"path", "ending", "color", "up", "sliced", "picture", "small", "triangles"}``, of which the first two
must be there; the answer is ``{"facts": {…}, "picture": true}`` (no facts of G-code) or ``{"error": "a sentence", "code": "…"}``. It never sees the database, and
whatever a file does to it, only this process dies.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from printflow.domain.model_facts import ModelFacts
from printflow.domain.naming import PICTURED_ENDINGS

from .limits import limit_process
from .problems import Unreadable

_LARGE_ENOUGH = 128
"""Pixels along each side from which on a slicer's picture is shown instead of a drawn one."""

if TYPE_CHECKING:
    from PIL.Image import Image as Picture


def inspect(path: Path, ending: str, up: str = "z") -> tuple[ModelFacts, Any]:
    """Facts of the model in a file, and its triangles, with ``up`` turned to z.

    Raises Unreadable, OSError, MemoryError.
    """
    from .measuring import measure, surface
    from .reading import read_model, stood_up

    model = read_model(path, ending)
    if up == "y":
        model = stood_up(model)
    measures, skin = measure(model.triangles, model.frame), surface(model.triangles)
    x, y, z = (round(side, 4) for side in measures.size)
    facts = ModelFacts(
        format=model.format,
        triangles=len(model.triangles),
        bodies=skin.bodies,
        dimensions_mm=(x, y, z),
        volume_cm3=round(measures.volume / 1000, 5),
        area_cm2=round(measures.area / 100, 4),
        open_edges=skin.open_edges,
        wound=skin.wound,
        notes=model.notes,
    )
    return facts, model.triangles


def answer(task: dict[str, str]) -> dict[str, Any]:
    """Do one task."""
    try:
        limit_process(task["ending"])
        if task["ending"] in PICTURED_ENDINGS:
            return _of_slicers_file(task)
        facts, triangles = inspect(Path(task["path"]), task["ending"], task.get("up", "z"))
    except Unreadable as error:
        return {"error": str(error), "code": error.code}
    except MemoryError:
        return {"error": "The model needs too much memory.", "code": "too_much_memory"}
    except OSError as error:
        return {"error": f"The file cannot be read: {error.strerror}.", "code": "file"}
    except RecursionError:
        return {"error": "The file is nested too deeply.", "code": "archive_limits"}
    said: dict[str, Any] = {"facts": facts.plain(), "picture": False}
    if task.get("triangles"):
        said.update(_handed_on(triangles, Path(task["triangles"])))
    if task.get("picture"):
        said.update(_pictured(triangles, task))
    return said


def _of_slicers_file(task: dict[str, str]) -> dict[str, Any]:
    """G-code has no shape to be measured; the slicer's picture may be in it."""
    picture = _embedded(Path(task["path"]))
    kept = _kept(picture, task) if picture is not None and task.get("picture") else {}
    return {"facts": None, "picture": False, **kept}


def _handed_on(triangles: Any, to: Path) -> dict[str, Any]:
    """The triangles for the lab's slicer, which never sees the file itself."""
    from .stl_writing import write_stl

    try:
        with to.open("wb") as file:
            write_stl(triangles, file)
    except Unreadable as error:
        return {"triangles": False, "no_triangles": str(error)}
    except (OSError, MemoryError):
        return {
            "triangles": False,
            "no_triangles": "The triangles could not be kept for the slicer.",
        }
    return {"triangles": True}


def _pictured(triangles: Any, task: dict[str, str]) -> dict[str, Any]:
    """The slicer's picture of a sliced project, else one that is drawn, else whatever there is."""
    from printflow.rendering import Options, TooMuchToDraw, draw

    path, picture, problem = Path(task["path"]), None, ""
    if task.get("sliced"):
        picture = _embedded(path, at_least=_LARGE_ENOUGH)
    if picture is None:
        try:
            picture = draw(triangles, Options(task["color"]))
        except (TooMuchToDraw, MemoryError, ValueError) as error:
            problem = str(error)[:200]
            picture = _embedded(path)
    return {"picture_problem": problem, **({} if picture is None else _kept(picture, task))}


def _embedded(path: Path, at_least: int = 0) -> Picture | None:
    """The picture that a slicer put into its file, if it has so many pixels along each side."""
    from printflow.slicer_files import SlicedFileUnreadable, read_sliced

    from .embedded_picture import shown

    try:
        picture = shown(list(read_sliced(path).images))
    except (SlicedFileUnreadable, MemoryError, OSError):
        return None
    return picture if picture is not None and min(picture.size) >= at_least else None


def _kept(picture: Picture, task: dict[str, str]) -> dict[str, Any]:
    from printflow.rendering import png, thumbnail

    try:
        Path(task["picture"]).write_bytes(png(picture))
        Path(task["small"]).write_bytes(thumbnail(picture))
    except OSError as error:
        return {"picture_problem": str(error)[:200]}
    return {"picture": True, "picture_problem": ""}


def main() -> None:
    """Until standard input ends."""
    warnings.simplefilter("ignore")
    # Whatever a loader prints, be it written in Python or not, is no answer.
    output = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    sys.stdout = sys.stderr
    # Before the first file's time begins to count.
    for name in ("inspection.reading", "inspection.stl", "rendering"):
        importlib.import_module(f"printflow.{name}")
    output.write('{"ready": true}\n')
    output.flush()
    for line in sys.stdin:
        try:
            said = answer(json.loads(line))
        except Exception as error:  # noqa: BLE001 - loaders raise anything; the parent tells people
            said = {
                "error": f"The model cannot be read ({type(error).__name__}).",
                "code": "damaged",
            }
        output.write(json.dumps(said) + "\n")
        output.flush()


if __name__ == "__main__":
    main()
