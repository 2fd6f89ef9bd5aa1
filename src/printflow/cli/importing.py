"""``import``: the jobs of an older system, from CSV or from its database."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from printflow.runtime.named_paths import unreadable, writing
from printflow.said import say

from .documents import print_json
from .session import json_option, session
from .streams import tell, warn
from .tables import print_table

if TYPE_CHECKING:
    from printflow.domain.import_report import ImportNote, ImportReport
    from printflow.importing.rows import OldList

_SHOWN = 20
_WIDE = 40


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@click.option(
    "--mapping",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Says what each column contains (required for CSV).",
)
@click.option(
    "--files",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Where the model files are (default: next to FILE; for a database, storage/ next to it).",
)
@click.option("--dry-run", is_flag=True, help="Change nothing; show what would be imported.")
@click.option("--move", is_flag=True, help="Delete each old file after its copy is verified.")
@click.option("--without-file", is_flag=True, help="Also import jobs whose file is missing.")
@click.option(
    "--report", type=click.Path(path_type=Path), metavar="FILE", help="Write every note as CSV."
)
@json_option
def import_(
    file: Path,
    mapping: Path | None,
    files: Path | None,
    dry_run: bool,
    move: bool,
    without_file: bool,
    report: Path | None,
) -> None:
    """Import jobs from FILE: a CSV file, or the SQLite database of the older Flask system.

    Rows that were imported before are skipped, so you can repeat a run that was interrupted. No
    email is sent.
    """
    old, beside = _read(file, mapping)
    if report is not None:
        with writing(report), report.open("ab"):
            pass  # said before anything is imported, not after
    with (
        session().lab() as lab,
        click.progressbar(length=len(old.rows), label="Rows", file=sys.stderr) as bar,
    ):
        done = lab.imports.run(
            old,
            files or beside,
            dry_run=dry_run,
            move=move,
            without_file=without_file,
            progress=lambda count: bar.update(count - bar.pos),
        )
    if report is not None:
        _write(done, report)
    if session().json:
        print_json(_document(done))
    else:
        _tell(done, report)
    if done.refused:
        raise click.exceptions.Exit(1)


def _read(file: Path, mapping: Path | None) -> tuple[OldList, Path]:
    """The list, and where its files are unless something else is said."""
    from printflow.errors import InvalidInput
    from printflow.importing.mapping import read_mapping
    from printflow.importing.rows import FLASK, csv_list, flask_list

    given = read_mapping(mapping) if mapping is not None else None
    try:
        with file.open("rb") as opened:
            database = opened.read(16) == b"SQLite format 3\0"
    except OSError as error:
        raise InvalidInput.of(
            "file",
            "file_unreadable",
            say("{path} can't be read. {why}", path=str(file), why=unreadable(file, error)),
        ) from error
    if database:
        return flask_list(file, given or FLASK), file.absolute().parent / "storage"
    if given is None:
        raise InvalidInput.of(
            "mapping",
            "mapping_missing",
            say("A CSV file needs --mapping."),
            say("For an example to start from, see docs/administrators.md."),
        )
    return csv_list(file, given), file.absolute().parent


def _document(done: ImportReport) -> dict[str, object]:
    def plain(notes: tuple[ImportNote, ...]) -> list[dict[str, str]]:
        return [{"place": n.place, "field": n.field, "message": n.message} for n in notes]

    return {
        "dry_run": done.dry_run,
        "rows": done.rows,
        "imported": done.imported,
        "already": done.already,
        "by_status": {status.value: count for status, count in done.by_status.items()},
        "bytes": done.bytes,
        "removed": done.removed,
        "refused": plain(done.refused),
        "notes": plain(done.notes),
        "unused_columns": list(done.unused_columns),
        "examples": [
            {"field": e.field, "column": e.column, "listed": e.listed, "read": e.read}
            for e in done.examples
        ],
    }


def _tell(done: ImportReport, report: Path | None) -> None:
    verb = "would be imported" if done.dry_run else "imported"
    counts = ", ".join(f"{count} {status.label}" for status, count in done.by_status.items())
    tell(f"{done.imported} of {done.rows} rows {verb}" + (f": {counts}" if counts else ""))
    tell(f"{done.bytes / 1e6:.1f} MB of files")
    if done.already:
        tell(f"{done.already} were imported before")
    if done.removed:
        tell(f"{done.removed} old files deleted")
    if done.unused_columns:
        tell(f"Unused columns: {', '.join(done.unused_columns)}")
    if done.dry_run and done.examples:
        from printflow.importing.mapping import LABELS

        rows = [
            [e.column, LABELS.get(e.field, e.field), e.listed[:_WIDE], e.read[:_WIDE]]
            for e in done.examples
        ]
        print_table(["Column", "Field", "In the list", "Imported as"], rows, title="Examples")
    _list("not imported", done.refused)
    _list("notes", done.notes)
    if any("catalog" in note.message for note in done.notes):
        warn("You can map names to the catalog's in the mapping, in [values.printer] and so on.")
    if report is not None:
        tell(f"For all notes, see {report}")
    if done.dry_run:
        tell("Dry run: nothing was changed.")


def _list(title: str, notes: tuple[ImportNote, ...]) -> None:
    """What was said of the rows; the same about several of them in one line."""
    from printflow.importing.mapping import LABELS

    if not notes:
        return
    alike: dict[tuple[str, str], list[str]] = {}
    for note in notes:
        alike.setdefault((note.field, note.message), []).append(note.place)
    warn(f"{len(notes)} {title}:")
    for (field, message), places in sorted(alike.items(), key=lambda one: -len(one[1]))[:_SHOWN]:
        about = f"{LABELS.get(field, field)}: " if field else ""
        more = f" and {len(places) - 1} more" if len(places) > 1 else ""
        warn(f"  {places[0]}{more}: {about}{message}")
    if len(alike) > _SHOWN:
        warn(
            f"  … and {len(alike) - _SHOWN} more kinds. To get all of them, row by row, use --report FILE."
        )


def _write(done: ImportReport, path: Path) -> None:
    import csv

    from printflow.reports.export import plain

    with writing(path), path.open("w", encoding="utf-8-sig", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("row", "kind", "field", "message"))
        for kind, notes in (("not imported", done.refused), ("note", done.notes)):
            for note in notes:
                rows.writerow(
                    [plain(text) for text in (note.place, kind, note.field, note.message)]
                )
