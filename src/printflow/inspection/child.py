"""The guarded process: takes a task with its open files, answers with a line of JSON.

A task is ``{"ending", "color", "own_colors", "up", "sliced", "limits"}``; its files are the model
and, where wanted, those for the picture, the small one and the triangles. The answer is
``{"facts": {…}, "picture": true}`` (no facts of G-code) or
``{"error": …, "code": "…", "detail": "for the log"}``; its sentences are packed
(:func:`printflow.said.packed`). It runs in the sandbox: whatever a file does to it, it can open
nothing, reach nobody, and only itself dies.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import warnings
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, BinaryIO

from printflow.domain.model_facts import ModelFacts
from printflow.domain.naming import PICTURED_ENDINGS
from printflow.domain.printability import Finding, PrintLimits, Unchecked

from ..said import packed, say
from .channel import READS, tasks
from .problems import NO_TRIANGLES, Unreadable

_LARGE_ENOUGH = 128
"""Pixels along each side from which on a slicer's picture is shown instead of a drawn one."""

_NO_AREA = 1e-6
"""Of the longest side's square: triangles of no more area in all are lines and points."""

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

    from .model import OnPlate
    from .plates import Shown


def inspect(
    file: BinaryIO, ending: str, up: str = "z", limits: PrintLimits | None = None
) -> tuple[ModelFacts, Any]:
    """Facts of the model in a file, and its triangles, with ``up`` turned to z. How well it prints
    is only checked where there are ``limits``.

    Raises Unreadable, OSError, MemoryError.
    """
    facts, shown = _inspected(file, ending, up, limits)
    return facts, shown.triangles


def _inspected(
    file: BinaryIO, ending: str, up: str, limits: PrintLimits | None
) -> tuple[ModelFacts, Shown]:
    """The facts, and what is to be drawn."""
    from .colors import told
    from .loading import read_model
    from .measuring import measure
    from .model import stood_up
    from .negatives import taken_away
    from .plates import largest, plate_facts, rounded, side_by_side
    from .surface import surface
    from .turning import turned

    model = read_model(file, ending)
    if up == "y":
        model = stood_up(model)
    triangles, notes = model.triangles, model.notes
    measures = measure(triangles, model.frame)
    if measures.area <= _NO_AREA * max(measures.size) ** 2:
        raise Unreadable(NO_TRIANGLES, code="no_triangles")
    skin = surface(triangles)
    if (right := turned(triangles, skin, measures)) is not None:
        triangles, notes = right, (*notes, "turned")
        measures = measure(triangles, model.frame)
    volume, area = measures.volume, measures.area
    if model.taken is not None:
        less, more = taken_away(model.taken, triangles)
        volume, area = volume - less, area + more
        notes = (*notes, "negative" if less else "negative_left")
    plates = plate_facts(model.plates, triangles)
    size = largest(plates) or measures.size
    facts = ModelFacts(
        format=model.format,
        triangles=len(triangles),
        bodies=skin.bodies,
        dimensions_mm=rounded(size),
        volume_cm3=round(volume / 1000, 5),
        area_cm2=round(area / 100, 4),
        open_edges=skin.open_edges,
        wound=skin.wound,
        notes=notes,
        plates=plates,
        colors=told(model.colors, triangles, model.also),
        findings=() if limits is None else _advice(triangles, skin.roots, limits, model.plates, up),
        checked_for=limits,
    )
    return facts, side_by_side(model.plates, triangles, model.colors)


def _advice(
    triangles: Any, roots: Any, limits: PrintLimits, plates: Sequence[OnPlate], up: str
) -> tuple[Finding, ...]:
    """What may go wrong when it is printed, with places in the file's own coordinates.

    It is advice: whatever fails here never costs the facts.
    """
    from .model import as_in_file
    from .printability import findings, not_checked

    try:
        found = findings(triangles, roots, limits, plates)
    except Exception:  # noqa: BLE001
        found = (not_checked(limits, Unchecked.FAILED, len(triangles)),)
    return tuple(
        one if one.at_mm is None else replace(one, at_mm=as_in_file(one.at_mm, up)) for one in found
    )


def answer(task: dict[str, Any], files: dict[str, BinaryIO]) -> dict[str, Any]:
    """Do one task."""
    try:
        files[READS].seek(0)
        if task["ending"] in PICTURED_ENDINGS:
            return _of_slicers_file(files)
        limits = PrintLimits.from_plain(task["limits"]) if task.get("limits") else None
        facts, shown = _inspected(files[READS], task["ending"], task["up"], limits)
    except Unreadable as error:
        return {"error": str(error), "code": error.code, "detail": error.detail}
    except MemoryError:
        return {"error": say("The model needs too much memory."), "code": "too_much_memory"}
    except OSError as error:
        why = error.strerror or type(error).__name__
        return {"error": say("The file can't be read: {why}.", why=why), "code": "file"}
    except RecursionError:
        return {"error": say("The file is nested too deeply."), "code": "archive_limits"}
    said: dict[str, Any] = {"facts": facts.plain(), "picture": False}
    if "triangles" in files:
        said.update(_handed_on(facts, shown.triangles, files["triangles"]))
    if "picture" in files:
        said.update(_pictured(shown, task, files))
    return said


def _of_slicers_file(files: dict[str, BinaryIO]) -> dict[str, Any]:
    """G-code has no shape to be measured; the slicer's picture may be in it."""
    picture = _embedded(files[READS])
    kept = _kept(picture, files) if picture is not None and "picture" in files else {}
    return {"facts": None, "picture": False, **kept}


def _handed_on(facts: ModelFacts, triangles: Any, to: BinaryIO) -> dict[str, Any]:
    """The triangles for the lab's slicer, which never sees the file itself."""
    from .stl_writing import write_stl

    try:
        if len(facts.plates) > 1:
            raise Unreadable(
                say("The file has {count} plates. Slice them one by one.", count=len(facts.plates)),
                code="several_plates",
            )
        write_stl(triangles, to)
        to.flush()
    except Unreadable as error:
        return {"triangles": False, "no_triangles": str(error)}
    except (OSError, MemoryError):
        return {
            "triangles": False,
            "no_triangles": say("The triangles couldn't be saved for the slicer."),
        }
    return {"triangles": True}


def _pictured(shown: Shown, task: dict[str, Any], files: dict[str, BinaryIO]) -> dict[str, Any]:
    """The slicer's picture of a sliced project, else one that is drawn, else whatever there is."""
    from printflow.rendering import Options, TooMuchToDraw, draw

    picture, problem = None, ""
    if task["sliced"]:
        picture = _embedded(files[READS], at_least=_LARGE_ENOUGH)
    if picture is None:
        try:
            colors = shown.colors if task.get("own_colors") else None
            options = Options(task["color"], labels=shown.labels)
            picture = draw(shown.triangles, options, colors)
        except TooMuchToDraw as error:
            problem = str(error)
        except MemoryError:
            problem = say("Drawing the model needs too much memory.")
        except ValueError:
            problem = say("Nothing in the model can be drawn.")
        if problem:
            picture = _embedded(files[READS])
    return {"picture_problem": problem, **({} if picture is None else _kept(picture, files))}


def _embedded(file: BinaryIO, at_least: int = 0) -> Picture | None:
    """The picture that a slicer put into its file, if it has so many pixels along each side."""
    from printflow.slicer_files import SlicedFileUnreadable, read_sliced

    from .embedded_picture import shown

    try:
        file.seek(0)
        picture = shown(list(read_sliced(file).images))
    except (SlicedFileUnreadable, MemoryError, OSError):
        return None
    return picture if picture is not None and min(picture.size) >= at_least else None


def _kept(picture: Picture, files: dict[str, BinaryIO]) -> dict[str, Any]:
    from printflow.rendering import png, thumbnail

    try:
        for name, data in (("picture", png(picture)), ("small", thumbnail(picture))):
            files[name].write(data)
            files[name].flush()
    except OSError as error:
        why = error.strerror or type(error).__name__
        return {"picture_problem": say("The picture couldn't be saved: {why}.", why=why)}
    return {"picture": True, "picture_problem": ""}


def main() -> None:
    """Until there are no more tasks."""
    warnings.simplefilter("ignore")
    # Whatever a loader prints, be it written in Python or not, is no answer.
    output = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    sys.stdout = sys.stderr
    # Before the first file's time begins to count.
    for name in ("inspection.loading", "inspection.stl", "rendering"):
        importlib.import_module(f"printflow.{name}")
    output.write('{"ready": true}\n')
    output.flush()
    for task, files in tasks():
        try:
            said = answer(task, files)
        except Exception as error:  # noqa: BLE001 - loaders raise anything; the parent tells people
            said = {
                "error": say("The model is damaged. Export it again."),
                "code": "damaged",
                "detail": f"{type(error).__name__}: {error}"[:300],
            }
        output.write(json.dumps(packed(said)) + "\n")
        output.flush()


if __name__ == "__main__":
    main()
