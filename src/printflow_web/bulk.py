"""One action on the ticked jobs: one form, one confirmation, and an answer for each."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from flask import (
    Blueprint,
    Response,
    current_app,
    make_response,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _

from printflow import (
    ActorKind,
    BulkAnswer,
    FileFact,
    Form,
    Job,
    LimitFinding,
    Many,
    NotFound,
    Refusal,
    Suggestion,
    TransitionRefused,
    Trigger,
    allowed,
    bulk_triggers,
    filled_in,
    money,
    opening_figures,
    triggers_of_some,
)

from .acting import acting
from .auth import came_from, local_path
from .dashboard import MOST_AT_ONCE as MOST
from .dashboard import query_of
from .errors import ParameterRefused, by_field
from .jobs import trigger_of, typed_field
from .request import lab_of
from .request_number import request_number
from .undo_notices import undo_of_many

pages = Blueprint("bulk", __name__, url_prefix="/dashboard/bulk")

MOST_FIGURES = 50
"""So many jobs fit into a form that asks for figures of each."""
_PAIR = re.compile(r"([0-9A-Za-z]{8}):([0-9]{1,18})")


@dataclass(frozen=True, slots=True)
class QuoteRow:
    """A job of the form that prices many. ``errors`` are by field; "" holds what is of none."""

    job: Job
    version: int
    files: Sequence[FileFact]
    suggestion: Suggestion | None
    """What a slicer says of all of it, if that is weight and time; never one of several plates."""
    typed: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, Refusal] = field(default_factory=dict)
    filled: Suggestion | None = None
    """The suggestion that the row opens with."""
    over: Sequence[LimitFinding] = ()
    """The limits that it is over."""


def _chosen(name: str, values: list[str]) -> list[tuple[str, int]]:
    """Pairs of job id and number, as the checkboxes hold them."""
    found = [_PAIR.fullmatch(value) for value in values[: MOST + 1]]
    if not all(found) or len(found) > MOST:
        raise ParameterRefused(
            _("%(name)s: choose up to %(most)s jobs in the list.", name=name, most=MOST)
        )
    return [(match[1], int(match[2])) for match in found if match]


def _jobs(chosen: list[tuple[str, int]]) -> list[Job]:
    lab, found = lab_of(current_app), []
    for job_id, _version in chosen:
        try:
            found.append(lab.jobs.get(job_id))
        except NotFound:
            continue
    return found


def _whole_list() -> list[Job]:
    """All jobs of the list that the address describes, whatever its pages show."""
    query = replace(query_of(request.args), limit=MOST, after=None, offset=0)
    found = lab_of(current_app).worklist.page(query)
    if found.next:
        raise ParameterRefused(
            _(
                "Up to %(most)s jobs at once. Narrow the list with the search or a filter.",
                most=MOST,
            )
        )
    return [job for job in found.jobs if not job.unconfirmed]


def _dues(jobs: Sequence[Job]) -> dict[str, int]:
    """What is due for each, in integer cents; a payment in between makes the job's version old."""
    found = lab_of(current_app).payments.balances(job.id for job in jobs)
    return {one.job.id: one.balance.due_cents for one in found}


def _trigger(typed: str, offered: Sequence[Trigger]) -> Trigger | None:
    return next((trigger for trigger in offered if trigger.value == typed), None)


@pages.get("")
def choose() -> str:
    """The actions that all the chosen jobs allow, and the form of the one that was picked."""
    lab, asked = lab_of(current_app), request.args
    number = request_number(asked["request"]) if asked.get("request") else None
    if asked.get("list") == "all":
        jobs, number = _whole_list(), None
        chosen = [(job.id, job.version) for job in jobs]
        offered = [(one, len(jobs)) for one in bulk_triggers(jobs)]
    elif number is None:
        chosen = _chosen("job", asked.getlist("job"))
        jobs = _jobs(chosen)
        offered = [(one, len(jobs)) for one in bulk_triggers(jobs)]
    else:
        jobs = lab.jobs.of_request(number)
        chosen = [(job.id, job.version) for job in jobs]
        offered = list(triggers_of_some(jobs))
    trigger = _trigger(asked.get("trigger", ""), [one for one, _count in offered])
    together = jobs if number is not None else []
    if together and trigger is not None:
        jobs = [job for job in together if trigger in allowed(job, ActorKind.STAFF)]
        chosen = [(job.id, job.version) for job in jobs]
    record = trigger.record if trigger else None
    each = record is not None and record.many is Many.EACH
    if each and len(jobs) > MOST_FIGURES:
        raise ParameterRefused(
            _("Choose up to %(most)s jobs to price together.", most=MOST_FIGURES)
        )
    short = lab.queue.short_of_machines(jobs) if record and record.opens_print else ()
    models = {model for model, _count, _free in short}
    busy = [one for one in lab.queue.busy_machines() if one[0].model in models] if short else []
    rows = [_quote_row(job, dict(chosen)) for job in jobs] if each else []
    figures = _together(
        {
            row.job.id: opening_figures(row.job, row.filled, lab.queue.planned(row.job))
            for row in rows
        }
    )
    return render_template(
        "bulk.html",
        chosen=chosen,
        jobs=jobs,
        offered=offered,
        trigger=trigger,
        record=record,
        number=number,
        left_out=[job for job in together if job not in jobs],
        quotes=[replace(row, typed=figures[row.job.id]) for row in rows],
        short=short,
        busy=busy,
        form={"reasons": [], "catalog_version": str(lab.catalog.version())},
        dues=_dues(jobs) if record and record.form is Form.PAYMENT else {},
        errors={},
        back="" if came_from().startswith(url_for("bulk.choose")) else came_from(),
    )


@pages.get("/prices")
def prices() -> dict[str, Any]:
    """The prices of what is typed for many jobs, as they'd be quoted one after the other."""
    ids = [
        job.id for job in _jobs([(one, 0) for one in request.args.getlist("job")[:MOST_FIGURES]])
    ]
    currency = lab_of(current_app).catalog.current.currency
    found = lab_of(current_app).jobs.prices({one: _figures(one, request.args) for one in ids})
    return {
        one: {"cents": str(price.cents), "cost": money(price.cents, currency)}
        for one, price in found.items()
        if price is not None
    }


def _figures(job_id: str, typed: Mapping[str, str]) -> dict[str, str]:
    names = {"grams": "weight", "hours": "hours", "material": "material", "printer": "printer"}
    return {name: typed.get(f"{field}-{job_id}", "") for name, field in names.items()}


def _together(typed: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    """What was typed for each job, with the price that its row shows: each as after those above."""
    flat = {f"{name}-{one}": value for one, row in typed.items() for name, value in row.items()}
    found = lab_of(current_app).jobs.prices({one: _figures(one, flat) for one in typed})
    shown = {one: "" if price is None else str(price.cents) for one, price in found.items()}
    return {one: {**row, "expected_cents": shown[one]} for one, row in typed.items()}


def _quote_row(
    job: Job,
    versions: Mapping[str, int],
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, Refusal] | None = None,
) -> QuoteRow:
    lab = lab_of(current_app)
    away = bool(lab.system.store_problem())  # then each look would wait for the share
    found = [] if away else lab.suggestions.for_job(job.id)
    files = [] if away else lab.files.choices(job.id)
    return QuoteRow(
        job,
        versions.get(job.id, job.version),
        files,
        next((one for one in found if one.whole and one.grams and one.hours), None),
        typed or {},
        errors or {},
        filled=filled_in(job, found, files) if typed is None else None,
        over=lab.limits.of_job(job),
    )


@pages.post("")
def perform() -> Response:
    """Do it to each, and say what came of each; what was refused can be corrected at once."""
    chosen = _chosen("job", request.form.getlist("job"))
    try:
        trigger = trigger_of(request.form.get("trigger", ""))
    except ValueError:
        raise ParameterRefused(_("Choose an action in the list.")) from None
    fields = trigger.record.fields
    own = [field.name for field in fields if not field.label_many]
    if trigger.record.many is not Many.EACH:
        own = []
    arguments: dict[str, Any] = {
        field.name: typed_field(field) for field in fields if field.name not in own
    }
    each = {
        job_id: {name: request.form.get(f"{name}-{job_id}", "") for name in own}
        for job_id, _version in chosen
    }
    answers = lab_of(current_app).bulk.perform(
        trigger, chosen, **acting(), hold_mail=True, each=each, **arguments
    )
    again = [answer for answer in answers if own and isinstance(answer.error, TransitionRefused)]
    shown = _together({answer.job_id: each[answer.job_id] for answer in again})
    rows = [
        _quote_row(
            job,
            dict(chosen),
            shown[answer.job_id],
            by_field(answer.error.refusals),
        )
        for answer in again
        if answer.error
        for job in _jobs([(answer.job_id, 0)])
    ]
    said = [answer for answer in answers if answer not in again]
    version = str(lab_of(current_app).catalog.version())
    form = {**arguments, "catalog_version": version}
    done = [(one.job_id, one.event_id) for one in answers if one.job and one.event_id]
    words = _(
        "%(action)s: %(done)s of %(all)s done.",
        action=_(trigger.label),
        done=len(done),
        all=len(answers),
    )
    undo_of_many(words, done)
    response = make_response(_done(trigger, said, quotes=rows, form=form))
    response.status_code = 422 if rows and not said else 200
    return response


@pages.post("/undo")
def undo() -> str:
    """Take back what was done to many, each as far as it can still be."""
    events = _chosen("event", request.form.getlist("event"))
    answers = lab_of(current_app).bulk.undo(events, **acting())
    return _done(None, answers)


def _done(trigger: Trigger | None, answers: Sequence[BulkAnswer], **more: Any) -> str:
    lab = lab_of(current_app)
    return render_template(
        "bulk_done.html",
        answers=answers,
        trigger=trigger,
        undo_seconds=lab.settings.undo_seconds if trigger else 0,
        errors={},
        back=local_path(request.form.get("next", "")),
        **{"quotes": [], **more},
    )
