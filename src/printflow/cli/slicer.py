"""``slicer flatten``, ``profiles`` and ``estimate``; ``slicer plates`` and ``slicer suggest``."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from printflow.runtime.named_paths import writing
from printflow.said import say

from .documents import print_json
from .session import json_option, session
from .streams import tell
from .tables import print_facts, print_table

if TYPE_CHECKING:
    from decimal import Decimal

    from printflow import SlicedPlateState

_COLUMNS = ("PLATE", "WEIGHT", "TIME", "MATERIAL", "CONTENTS", "FROM")


@click.group("slicer")
def slicer() -> None:
    """Make and test the lab's slicer profiles, and read sliced files."""


@slicer.command("profiles")
@click.argument("bundle", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.argument("kind", type=click.Choice(("print", "filament", "printer")))
@json_option
def profiles(bundle: Path, kind: str) -> None:
    """List the profiles of one kind in BUNDLE, an .ini file from the vendor or exported by you."""
    from printflow.estimating.flatten import names, sections_of

    found = names(sections_of(bundle.read_text("utf-8", "replace")), kind)
    if session().json:
        print_json(found)
    else:
        for name in found:
            tell(name)


@slicer.command("flatten")
@click.argument("bundle", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--printer", required=True, metavar="NAME", help="The bundle's printer profile.")
@click.option("--filament", required=True, metavar="NAME", help="The bundle's filament profile.")
@click.option(
    "--print", "print_", required=True, metavar="NAME", help="The bundle's print profile."
)
@click.option(
    "--for", "lab_printer", metavar="PRINTER", help="The lab's printer that the profile is for."
)
@click.option("--material", metavar="MATERIAL", help="The lab's material that the profile is for.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="Write the profile to this file instead.",
)
@json_option
def flatten(
    bundle: Path,
    printer: str,
    filament: str,
    print_: str,
    lab_printer: str | None,
    material: str | None,
    output: Path | None,
) -> None:
    """Combine three profiles in BUNDLE into one, for a printer and a material of the lab."""
    from printflow.estimating.estimator import profile_file
    from printflow.estimating.flatten import flatten as flat

    if (output is None) == (not (lab_printer and material)):
        raise click.UsageError(say("Give --for and --material, or --output."))
    text = flat(
        bundle.read_text("utf-8", "replace"), printer=printer, filament=filament, print_=print_
    )
    if output is None:
        with session().lab() as lab:
            folder = lab.settings.slicer_profiles
            known = lab.catalog.current.printer(lab_printer or "")
            materials = {one for method in lab.catalog.current.methods for one in method.materials}
        if known is None:
            raise click.UsageError(say("--for: the lab has no printer “{name}”.", name=lab_printer))
        if material not in materials:
            raise click.UsageError(
                say("--material: the lab has no material “{name}”.", name=material)
            )
        output = profile_file(folder, lab_printer or "", material or "")
        with writing(output.parent):
            output.parent.mkdir(parents=True, exist_ok=True)
    with writing(output):
        output.write_text(text, "utf-8")
    if session().json:
        print_json({"file": output.absolute(), "settings": len(text.splitlines())})
    else:
        tell(f"Profile written to {output}")


@slicer.command("estimate")
@click.argument("model", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--profile", required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A profile made by `printflow slicer flatten`.",
)  # fmt: skip
@click.option("--up", type=click.Choice(["y", "z"]), default="z", help="The axis that is up (z).")
@click.option("--command", default="", help="The slicer (default: the setting slicer.command).")
@json_option
def estimate(model: Path, profile: Path, up: str, command: str) -> None:
    """Slice MODEL and show the slicer's estimate, to test a profile."""
    from printflow import Settings, inspect_file
    from printflow.estimating.slicing import slice_stl

    settings = Settings().slicer
    program = command or settings.command or "prusa-slicer"
    with tempfile.TemporaryDirectory(prefix="printflow-estimate-") as folder:
        stl = Path(folder, "model.stl")
        inspect_file(model, triangles=stl, up=up)
        found = slice_stl(
            program, profile, stl, seconds=settings.seconds, memory_mb=settings.memory_mb
        )
    if session().json:
        print_json({"slicer": found.slicer, "grams": found.grams, "hours": found.hours})
    else:
        weight, time = _figures(found.grams, found.hours)
        print_facts(
            [
                ("Slicer", found.slicer),
                ("Weight", weight),
                ("Print time", time),
            ]
        )


@slicer.command("plates")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@json_option
def plates(file: Path) -> None:
    """List the plates of a sliced FILE, each with its own weight and time."""
    from printflow.domain.sliced_plate import contents, total_grams, total_hours
    from printflow.slicer_files import read_sliced

    sliced = read_sliced(file)
    grams, hours = total_grams(sliced.plates), total_hours(sliced.plates)
    if session().json:
        print_json(
            {
                "slicer": sliced.slicer,
                "printer": sliced.printer,
                "grams": grams,
                "hours": hours,
                "plates": sliced.plates,
            }
        )
        return
    if not sliced.plates:
        tell("No plates: the file isn't from a slicer.")
        return
    rows = [
        (
            str(plate.number),
            *_figures(plate.grams, plate.hours, plate.state),
            ", ".join(plate.materials) or "–",
            contents(plate.name, plate.objects) or "–",
            plate.source or "G-code",
        )
        for plate in sliced.plates
    ]
    if len(rows) > 1:
        rows.append(("all", *_figures(grams, hours), "", "", ""))
    print_table(_COLUMNS, rows)


@slicer.command("suggest")
@click.argument("job_id", metavar="ID")
@json_option
def suggest(job_id: str) -> None:
    """Show what the files of a job suggest for its price, each plate on its own."""
    with session().lab() as lab:
        found = lab.suggestions.for_job(job_id)
    if session().json:
        print_json([{**_plain(one), "label": one.label} for one in found])
        return
    if not found:
        tell("No suggestions.")
        return
    rows = [
        (
            one.label or "all",
            *_figures(one.grams, one.hours, one.state),
            one.material or "–",
            one.contents or "–",
            one.source or "volume",
        )
        for one in found
    ]
    print_table(_COLUMNS, rows)


def _plain(record: object) -> dict[str, object]:
    from .documents import plain

    return dict(plain(record))


def _figures(
    grams: Decimal | None, hours: Decimal | None, state: SlicedPlateState | None = None
) -> tuple[str, str]:
    """Weight and time, or why there are none."""
    if state is not None and state.value != "sliced":
        return state.value.replace("_", " "), "–"
    from printflow import duration_text, grams_text

    return (
        "–" if grams is None else grams_text(grams),
        "–" if hours is None else duration_text(hours),
    )
