"""The long histories of a job's page: the newest part of each, and the way to what is older.

A part begins where the address says: ``?events=123`` shows the entries before the one of that id.
So older parts are plain links, and Back leads to the newer one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from flask import abort, request, url_for

from printflow import Job, JobDetails, JobFile

AT_ONCE: Final = 15
"""Entries of a history, notes, and emails that the page shows at first."""
FILES_AT_ONCE: Final = 6
_HEADINGS: Final = {"events": "history", "notes": "notes", "mails": "mails", "files": "files"}
"""The histories, and the id of the heading that each stands under."""
_DIGITS = 19


def asked_before() -> dict[str, int]:
    """Where the address begins a history, by its name; ends with 404 where that is no number."""
    found = {}
    for name in _HEADINGS:
        typed = request.args.get(name, "")
        if typed and not (typed.isascii() and typed.isdigit() and len(typed) < _DIGITS):
            abort(404)
        if typed:
            found[name] = int(typed)
    return found


@dataclass(frozen=True, slots=True)
class Ways:
    """The addresses of a history's newest part and of what is older; "" where that is shown already."""

    newest: str
    older: str


def ways(details: JobDetails, before: dict[str, int], files_older: int | None) -> dict[str, Ways]:
    """Where each history goes on. The others stay where they are."""
    older = {**details.older, **({"files": files_older} if files_older else {})}

    def address(name: str, begin: int | None) -> str:
        at: dict[str, Any] = {**before, name: begin}
        return url_for("jobs.show", job_id=details.job.id, _anchor=_HEADINGS[name], **at)

    return {
        name: Ways(
            newest=address(name, None) if name in before else "",
            older=address(name, older[name]) if name in older else "",
        )
        for name in _HEADINGS
    }


def files_shown(job: Job, before: int | None) -> tuple[list[JobFile], int | None]:
    """The files to show, and the id that the older ones come before, if there are any.

    The file to print and the student's own are always among the first; the rest are the newest.
    """
    first = [] if before is not None else [job.file, job.original]
    rest = [file for file in job.files if file not in (job.file, job.original)]
    rest = [file for file in rest if before is None or file.id < before]
    newest = rest[-(FILES_AT_ONCE - len(set(map(id, first)))) :]
    older = newest[0].id if len(newest) < len(rest) else None
    return [file for file in job.files if file in first or file in newest], older
