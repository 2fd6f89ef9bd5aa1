"""``plate``: what's printed together on one machine."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from printflow.said import say

from .documents import plate_document, print_json
from .session import Command, by_option, json_option, session
from .streams import tell, warn
from .tables import print_facts, print_table

if TYPE_CHECKING:
    from printflow import Plate, PlateDone

_COLUMNS = ("ID", "State", "Machine", "Jobs and copies", "Started", "Expected end", "Ended")
_PARTS = "JOB[:COPIES]"


_Typed = tuple[tuple[str, str | None], ...]
"""Jobs, each with the copies as typed: None where nothing is said of them."""


def _parts(_context: click.Context, _option: click.Parameter, typed: tuple[str, ...]) -> _Typed:
    """Jobs, or jobs and how many copies of each: ``K7Q2MX9A:3``."""
    found = []
    for one in typed:
        job_id, colon, copies = one.partition(":")
        # A colon with nothing behind it is a number that is missing, and not "all".
        found.append((job_id, (copies.strip() or "0") if colon else None))
    return tuple(found)


def _parts_option(flag: str, words: str, *, required: bool = False) -> Callable[[Command], Command]:
    return click.option(
        flag, multiple=True, required=required, callback=_parts, metavar=_PARTS, help=words
    )


@click.group("plate")
def plate() -> None:
    """Start, end and move plates: what's printed together on one machine."""


@plate.command("start")
@click.argument("plate_id", metavar="[ID]", required=False)
@click.option("--machine", default="", metavar="NAME", help="The machine that prints it.")
@_parts_option("--part", "A job, with how many copies (default: all that are left). Repeatable.")
@click.option("--file", default="", metavar="NAME", help="The sliced file that's printed.")
@click.option(
    "--file-plate", type=click.IntRange(1, 1000), metavar="N", help="Which plate of that file."
)
@click.option("--hours", default="", metavar="TIME", help="Its print time, such as 3.25 or 3h 15m.")
@click.option("--grams", default="", metavar="GRAMS", help="Its weight in grams.")
@by_option
@json_option
def start(
    plate_id: str | None,
    machine: str,
    part: _Typed,
    by: str,
    **given: Any,
) -> None:
    """Start copies of one or several jobs together, or the planned plate ID."""
    named = bool(machine or part or any(given.values()))
    if plate_id is None and not (machine and part):
        raise click.UsageError(
            say("Give a machine and what it prints (--machine and --part), or a planned plate.")
        )
    if plate_id is not None and named:
        raise click.UsageError(
            say("A planned plate has its machine and jobs already. Give only its ID.")
        )
    with session().lab() as lab:
        if plate_id is not None:
            done = lab.plates.start_planned(plate_id, by=by)
        else:
            done = lab.plates.start(machine, part, by=by, **given)
        _tell(done, "started on {machine}")


@plate.command("end")
@click.argument("plate_id", metavar="ID")
@_parts_option("--good", "Copies that came out well; the job's others weren't printed. Repeatable.")
@_parts_option("--failed", "Copies that failed. Repeatable.")
@_parts_option("--not-printed", "Copies that weren't printed. Repeatable.")
@click.option("--reason", default="", metavar="TEXT", help="Why copies failed.")
@click.option("--category", default="", metavar="NAME", help="What went wrong, such as adhesion.")
@click.option("--wasted", default="", metavar="GRAMS", help="Wasted material in grams.")
@click.option("--shelf", default="", metavar="NAME", help="Shelf where the prints are kept.")
@click.option("--running", is_flag=True, help="Record only what's named. The rest goes on.")
@by_option
@json_option
def end(plate_id: str, by: str, **given: Any) -> None:
    """Record what became of the plate ID. What isn't named is good."""
    with session().lab() as lab:
        _tell(lab.plates.end(plate_id, by=by, **given), "{state} on {machine}")


@plate.command("move")
@click.argument("plate_id", metavar="ID")
@click.option("--machine", required=True, metavar="NAME", help="The machine it goes on with.")
@click.option("--whole", is_flag=True, help="It was on that machine all along.")
@by_option
@json_option
def move(plate_id: str, machine: str, whole: bool, by: str) -> None:
    """Move the running or planned plate ID to another machine."""
    with session().lab() as lab:
        _tell(lab.plates.move(plate_id, machine, by=by, whole=whole), "moved to {machine}")


@plate.command("plan")
@_parts_option(
    "--part", "A job, with how many copies (default: all that are left). Repeatable.", required=True
)
@click.option(
    "--machine", default="", metavar="NAME", help="Its machine (default: any of its printer)."
)
@click.option("--plate", metavar="ID", help="Add the jobs to this planned plate.")
@by_option
@json_option
def plan(part: _Typed, machine: str, plate: str | None, by: str) -> None:
    """Plan what a machine prints next. Without a machine the jobs wait for any again."""
    with session().lab() as lab:
        done = lab.plates.plan(machine, part, by=by, plate=plate)
        if done.plate is not None:
            _tell(done, "planned on {machine}")
        elif session().json:
            print_json(None)
        else:
            tell(f"{', '.join(job_id for job_id, _ in done.events)}: on no planned plate")


@plate.command("list")
@click.option("--running", is_flag=True, help="Only plates that are printing.")
@click.option("--planned", is_flag=True, help="Only plates that are planned.")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Only the newest N plates.")
@json_option
def list_plates(running: bool, planned: bool, limit: int | None) -> None:
    """List plates, oldest first."""
    with session().lab() as lab:
        found = lab.plates.find(running=running, planned=planned, limit=limit)
        zone = lab.catalog.current.time_zone
    if session().json:
        print_json([plate_document(one) for one in found])
    elif found:
        print_table(_COLUMNS, [_row(one, zone) for one in found])
    else:
        tell("No plates.")


@plate.command("show")
@click.argument("plate_id", metavar="ID")
@json_option
def show(plate_id: str) -> None:
    """Show a plate with its jobs, what became of them, and where it ran."""
    with session().lab() as lab:
        found = lab.plates.get(plate_id)
        if session().json:
            print_json(plate_document(found))
        else:
            _print(found, lab.catalog.current.time_zone)


def _print(plate: Plate, zone: str) -> None:
    from printflow import local_time

    print_facts(_facts(plate, zone))
    tell()
    print_table(
        ("Job", "Copies", "Good", "Failed", "Not printed", "Why"),
        [
            (
                part.job_id, str(part.copies), str(part.good), str(part.failed),
                str(part.not_printed), _why(part.outcomes),
            )
            for part in plate.parts
        ],
        title="Jobs",
    )  # fmt: skip
    if plate.runs:
        tell()
        rows = [
            (
                run.machine.name,
                local_time(run.started_at, zone),
                local_time(run.ended_at, zone) if run.ended_at else "–",
            )
            for run in plate.runs
        ]
        print_table(("Machine", "From", "To"), rows, title="Where it ran")


def _why(outcomes: tuple[Any, ...]) -> str:
    from printflow import Failure

    said = [
        ": ".join(
            words
            for words in (
                Failure(one.category).label if one.category in tuple(Failure) else one.category,
                one.reason,
            )
            if words
        )
        for one in outcomes
        if one.failed
    ]
    return "; ".join(words for words in said if words)


def _facts(plate: Plate, zone: str) -> list[tuple[str, str]]:
    from printflow import duration_text, grams_text, local_time

    facts = [
        ("Plate", str(plate.id)),
        ("State", plate.state.value),
        ("Machine", f"{plate.machine.name} ({plate.machine.model})"),
    ]
    if plate.file_name:
        number = f", plate {plate.file_plate}" if plate.file_plate else ""
        facts.append(("File", f"{plate.file_name}{number}"))
    if plate.grams is not None:
        facts.append(("Weight", grams_text(plate.grams)))
    if plate.hours is not None:
        facts.append(("Print time", duration_text(plate.hours)))
    moments = (
        ("Planned", plate.created_at if plate.started_at is None else None, plate.created_by),
        ("Started", plate.started_at, plate.started_by),
        ("Expected end", plate.expected_end, ""),
        ("Ended", plate.ended_at, plate.ended_by),
    )
    for label, moment, who in moments:
        if moment is not None:
            facts.append((label, local_time(moment, zone) + (f" by {who}" if who else "")))
    return facts


def _row(plate: Plate, zone: str) -> tuple[str, ...]:
    from printflow import local_time

    def at(moment: Any) -> str:
        return "–" if moment is None else local_time(moment, zone)

    return (
        str(plate.id),
        plate.state.value,
        plate.machine.name,
        _held(plate),
        at(plate.started_at),
        at(plate.expected_end),
        at(plate.ended_at),
    )


def _held(plate: Plate) -> str:
    return ", ".join(f"{part.job_id} × {part.copies}" for part in plate.parts)


def _tell(done: PlateDone, what: str) -> None:
    """What came of an act on a plate; what's worth a warning goes to standard error."""
    for warning in done.warnings:
        warn(warning)
    plate = done.plate
    if session().json:
        print_json(None if plate is None else plate_document(plate))
    elif plate is not None:
        words = what.format(machine=plate.machine.name, state=plate.state.value)
        tell(f"Plate {plate.id} {words}: {_held(plate)}")
