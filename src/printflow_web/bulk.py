"""One action on many jobs: choose it, fill in its form once, see what came of each job."""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, current_app, render_template, request, session
from flask_babel import gettext as _

from printflow import Job, NotFound, Trigger, bulk_triggers

from .auth import local_path, require_staff
from .errors import ParameterRefused
from .jobs import FIELDS, typed_field
from .request import lab_of

pages = Blueprint("bulk", __name__, url_prefix="/dashboard/bulk")
pages.before_request(require_staff)

MOST = 200
_PAIR = re.compile(r"([0-9A-Za-z]{8}):([0-9]{1,9})")


def _chosen(values: list[str]) -> list[tuple[str, int]]:
    """Pairs of job id and version, as the checkboxes hold them."""
    found = [_PAIR.fullmatch(value) for value in values[: MOST + 1]]
    if not all(found) or len(found) > MOST:
        raise ParameterRefused(_("job: choose up to %(most)s jobs in the list.", most=MOST))
    return [(match[1], int(match[2])) for match in found if match]


def _jobs(chosen: list[tuple[str, int]]) -> list[Job]:
    lab, found = lab_of(current_app), []
    for job_id, _version in chosen:
        try:
            found.append(lab.job(job_id))
        except NotFound:
            continue
    return found


def _trigger(typed: str, offered: tuple[Trigger, ...]) -> Trigger | None:
    return next((trigger for trigger in offered if trigger.value == typed), None)


@pages.get("")
def choose() -> str:
    """The actions that all the chosen jobs allow, and the form of the one that was picked."""
    chosen = _chosen(request.args.getlist("job"))
    jobs = _jobs(chosen)
    offered = bulk_triggers(job.status for job in jobs)
    return render_template(
        "bulk.html",
        chosen=chosen,
        jobs=jobs,
        offered=offered,
        trigger=_trigger(request.args.get("trigger", ""), offered),
        form={"reasons": []},
        errors={},
        back=local_path(request.args.get("next", "")),
    )


@pages.post("")
def perform() -> str:
    """Do it to each, and say what came of each."""
    chosen = _chosen(request.form.getlist("job"))
    try:
        trigger = Trigger(request.form.get("trigger", ""))
        fields = FIELDS[trigger]
    except (ValueError, KeyError):
        raise ParameterRefused(_("trigger: choose an action in the list.")) from None
    arguments: dict[str, Any] = {name: typed_field(name) for name in fields}
    answers = lab_of(current_app).perform_many(
        trigger,
        chosen,
        by=session["staff"],
        station=session.get("station", ""),
        hold_mail=True,
        **arguments,
    )
    return render_template(
        "bulk_done.html",
        answers=answers,
        trigger=trigger,
        back=local_path(request.form.get("next", "")),
    )
