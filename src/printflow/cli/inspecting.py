"""``inspect`` and ``reinspect``: facts and pictures of models."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from printflow.runtime.named_paths import writing
from printflow.said import say

from .documents import facts_document, print_json
from .session import json_option, session
from .streams import tell
from .tables import print_facts
from .words import plates_row

if TYPE_CHECKING:
    from printflow.domain.catalog import Catalog
    from printflow.domain.model_facts import ModelFacts
    from printflow.domain.printability import PrintLimits


@click.command("inspect")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--thumbnail", type=click.Path(path_type=Path), metavar="PNG", help="Also draw the model."
)
@click.option(
    "--color",
    metavar="#RRGGBB",
    help="The picture's color. Without it, the file's own colors are shown.",
)
@click.option("--up", type=click.Choice(["y", "z"]), default="z", help="The axis that is up (z).")
@click.option("--method", default="", help="The print method to check for. Default: filament.")
@json_option
def inspect(file: Path, thumbnail: Path | None, color: str | None, up: str, method: str) -> None:
    """Measure a model: size, volume, watertight or not, and what may go wrong when it's printed.

    In a lab, also shows where it fits.
    """
    from printflow import FileUnusable
    from printflow.domain.model_facts import fitting, verdict, warnings

    if color is not None and not _is_color(color):
        raise click.UsageError(say("--color: enter a color such as #2F6FDE."))
    catalog = _catalog()
    limits = _limits(catalog, method)
    try:
        facts, picture = _inspected(
            file, color=color, up=up, drawn=thumbnail is not None, limits=limits
        )
    except FileUnusable as error:
        if session().json:
            print_json({"error": error.message, "code": error.code, "next_step": error.next_step})
            raise SystemExit(1) from None
        raise
    if thumbnail is not None:
        if not picture:
            raise FileUnusable(say("The model can't be drawn."), code="no_picture")
        with writing(thumbnail):
            thumbnail.write_bytes(picture)
    printers = catalog.printers if catalog else ()
    document: dict[str, Any] = {
        **facts_document(facts),
        "fits": list(fitting(facts, printers)),
        "warnings": list(warnings(facts, printers)),
        "verdict": verdict(facts, printers),
    }
    if session().json:
        print_json(document)
        return
    x, y, z = facts.dimensions_mm
    print_facts(
        [
            ("Size", f"{x:.2f} × {y:.2f} × {z:.2f} mm"),
            *plates_row(facts),
            ("Triangles", f"{facts.triangles:,}"),
            ("Bodies", str(facts.bodies)),
            ("Volume", f"{facts.volume_cm3:.2f} cm³"),
            ("Area", f"{facts.area_cm2:.2f} cm²"),
            ("Watertight", "yes" if facts.watertight else f"no, {facts.open_edges:,} open edges"),
            *([("Colors in the file", ", ".join(facts.colors))] if facts.colors else []),
            ("Fits", ", ".join(document["fits"]) or "–"),
        ]
    )
    for warning in document["warnings"] or [document["verdict"]]:
        tell(warning)
    for finding in facts.findings:
        tell(finding.message)
    if facts.checked_for:
        tell(facts.checked_for.words)


def _catalog() -> Catalog | None:
    """The lab's, where there is a lab."""
    from printflow import PrintflowError

    try:
        with session().lab() as lab:
            return lab.catalog.current
    except PrintflowError:
        return None


def _limits(catalog: Catalog | None, name: str) -> PrintLimits:
    """Those of the method of that name; without one, those of filament."""
    from printflow.domain.printability import DEFAULT_LIMITS, LIMITS, Process, limits_for

    if not name:
        return DEFAULT_LIMITS
    known = catalog.method(name) if catalog else None
    if known is not None:
        return limits_for(known)
    if name.casefold() in set(Process):
        return LIMITS[Process(name.casefold())]
    methods = (
        [*(one.name for one in catalog.methods)] if catalog else [one.value for one in Process]
    )
    raise click.UsageError(say("--method: choose one of these: {names}.", names=", ".join(methods)))


def _inspected(
    file: Path, *, color: str | None, up: str, drawn: bool, limits: PrintLimits
) -> tuple[ModelFacts, bytes]:
    """Facts, and the picture as PNG; b"" where none was asked for or could be drawn."""
    from printflow import inspect_file

    with tempfile.TemporaryDirectory(prefix="printflow-inspect-") as folder:
        png, small = (Path(folder, name) if drawn else None for name in ("p.png", "p.webp"))
        facts = inspect_file(file, picture=png, small=small, color=color, up=up, limits=limits)
        return facts, png.read_bytes() if png and png.exists() else b""


def _is_color(text: str) -> bool:
    return (
        len(text) == 7 and text[0] == "#" and all(c in "0123456789abcdefABCDEF" for c in text[1:])
    )


@click.command("reinspect")
@click.argument("job_ids", metavar="[ID]...", nargs=-1)
@click.option("--all", "every", is_flag=True, help="All jobs.")
@click.option(
    "--outdated", is_flag=True, help="All jobs, but only models last inspected by an older version."
)
@click.option("--later", is_flag=True, help="Only queue them; the server will inspect them.")
@json_option
def reinspect(job_ids: tuple[str, ...], every: bool, outdated: bool, later: bool) -> None:
    """Inspect models again. Also inspects those still waiting.

    After an update that measures better, the server automatically reinspects jobs that aren't printed yet.
    """
    if (every or outdated) == bool(job_ids):
        raise click.UsageError(say("Give job IDs, --all, or --outdated."))
    with session().lab() as lab:
        queued = lab.models.inspect_again(
            None if every or outdated else job_ids, outdated=outdated and not every
        )
        done = 0
        if not later:
            waiting = lab.models.uninspected()
            with click.progressbar(length=waiting, label="Models", hidden=session().json) as bar:
                while lab.models.inspect_due(limit=1):
                    done += 1
                    bar.update(1)
        if session().json:
            print_json({"queued": queued, "looked_into": done, "waiting": lab.models.uninspected()})
        else:
            tell(f"{queued} queued, {done} inspected, {lab.models.uninspected()} waiting")
