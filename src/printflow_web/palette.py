"""The command palette: jobs, people, pages, and what can be done with a job, by a few words."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any

from flask import Blueprint, current_app, request, url_for
from flask_babel import gettext as _

from printflow import ActorKind, Job, NotFound, Status, allowed, usual

from .acting import staff_name
from .list_names import OTHER_LISTS, list_name
from .menu import lab_menu, main_menu, more_pages
from .request import lab_of
from .route_rights import may_use

pages = Blueprint("palette", __name__, url_prefix="/dashboard/find")

_LONGEST = 100
_LEAST = 2
"""Characters from which on jobs and people are looked for."""
_JOBS, _PEOPLE = 8, 4


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: where it leads, and whether that opens in the page's dialog."""

    kind: str
    words: str
    address: str
    detail: str = ""
    dialog: bool = False


@pages.get("")
def find() -> dict[str, Any]:
    """What fits the words ``q``, best first; with ``job``, what can be done with that one, too."""
    words = " ".join(request.args.get("q", "").split())[:_LONGEST]
    of_job = list(_acts(request.args.get("job", "")[:20], words))
    jobs, people = (_jobs(words), _people(words)) if len(words) >= _LEAST else ([], [])
    exact = [one for one in jobs if _plain(words) in one.address]
    rest = [one for one in jobs if one not in exact]
    found = [*exact, *of_job, *rest, *_views(words), *_pages(words), *people]
    return {"entries": [asdict(one) for one in found]}


def _plain(words: str) -> str:
    return "/" + words.replace("-", "").upper()


def _fits(words: str, text: str) -> bool:
    """Whether each word begins one of the text's."""
    of_text = text.casefold().split()
    return all(any(one.startswith(word) for one in of_text) for word in words.casefold().split())


def _acts(job_id: str, words: str) -> Iterable[Entry]:
    """What the lifecycle allows who acts to do with the job, the usual first."""
    if not job_id:
        return
    try:
        job = lab_of(current_app).jobs.get(job_id)
    except NotFound:
        return
    triggers = allowed(job, ActorKind.STAFF)
    first = [one for one in usual(job) if one in triggers]
    detail = f"{job.student_name} · {job.id}"
    acts = [
        (_(trigger.label), url_for("jobs.act", job_id=job.id, trigger=trigger.value))
        for trigger in (*first, *(one for one in triggers if one not in first))
    ]
    more = (("jobs.edit", _("Edit details")), ("notes.add", _("Write a note")))
    acts += [
        (label, url_for(endpoint, job_id=job.id))
        for endpoint, label in more
        if may_use(endpoint) and not job.unconfirmed
    ]
    for label, address in acts:
        if _fits(words, f"{label} {job.id}"):
            yield Entry(_("Action"), str(label), address, detail, dialog=True)


def _jobs(words: str) -> list[Entry]:
    lab = lab_of(current_app)
    found: list[Job] = []
    with suppress(NotFound):  # no number: words
        found.append(lab.jobs.get(words))
    found += [one for one in lab.jobs.find(search=words, limit=_JOBS) if one not in found]
    return [
        Entry(
            _("Job"),
            job.student_name,
            url_for("jobs.show", job_id=job.id),
            f"{job.id} · {job.original_name} · {_(job.status.label)}",
        )
        for job in found[:_JOBS]
    ]


def _people(words: str) -> list[Entry]:
    found = lab_of(current_app).persons.find(words, limit=_PEOPLE)
    return [
        Entry(_("Person"), one.name, url_for("persons.show", job_id=one.job_id), one.email)
        for one in found
    ]


def _views(words: str) -> list[Entry]:
    entries = []
    for one in lab_of(current_app).views.shown_to(staff_name()):
        asked: dict[str, Any] = dict(one.address)
        if _fits(words, one.name):
            entries.append(Entry(_("View"), one.name, url_for("dashboard.index", **asked)))
    return entries


def _pages(words: str) -> list[Entry]:
    """The menu's pages and those below them; with words, the lists of jobs, too."""
    menu = [
        Entry(_("Page"), one.words, url_for(one.endpoint))
        for one in (*main_menu(inbox=lab_of(current_app).inbox.on), *lab_menu(), *more_pages())
    ]
    lists = [
        Entry(_("List"), list_name(name), url_for("dashboard.index", status=name))
        for name in (*(one.value for one in Status), *OTHER_LISTS)
        if words
    ]
    return [one for one in (*menu, *lists) if _fits(words, one.words)]
