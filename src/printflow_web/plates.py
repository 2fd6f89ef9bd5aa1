"""Starting jobs together, ending and moving plates, and planning what a machine prints next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as AnyResponse

from printflow import (
    InvalidInput,
    NotFound,
    Plate,
    PlateDone,
    PlateState,
    PrintflowError,
    Refusal,
    Suggestion,
    TransitionNotAllowed,
    TransitionRefused,
)

from .acting import acting
from .auth import came_from, local_path
from .errors import ParameterRefused, error_page, form_again
from .request import lab_of
from .spoken import spoken, spoken_error

pages = Blueprint("plates", __name__, url_prefix="/dashboard/plates")

MOST = 200
MOST_LOOKED_INTO = 10
"""The sliced files of so many jobs are looked into for one form."""
_OVERTAKEN = frozenset(f"plate_{state}" for state in PlateState)
"""Refusals that say that the plate is no longer what the page showed."""
_MOST_UNDONE = 120
_ID = 8


@dataclass(frozen=True, slots=True)
class SlicedChoice:
    """A plate of a job's sliced file, as a form offers it."""

    job_id: str
    suggestion: Suggestion

    @property
    def value(self) -> str:
        """What the form sends."""
        return f"{self.job_id}:{self.suggestion.plate}:{self.suggestion.source}"


# -- notices --------------------------------------------------------------------------------------


def undo_category(done: PlateDone) -> str:
    """The notice's category: what its "Undo" takes back, and how long it can."""
    if not done.events or len(done.events) > _MOST_UNDONE:
        return "success"
    events = ",".join(f"{job_id}.{event_id}" for job_id, event_id in done.events)
    return f"undo-many:{lab_of(current_app).settings.undo_seconds}:{events}"


def back_to_queue() -> AnyResponse:
    """To where the form was opened, else to the queue."""
    path = local_path(request.form.get("next", ""))
    return redirect(path or url_for("queue.show"), 303)


def refused_again(error: PrintflowError, page: Callable[[dict[str, Refusal]], str]) -> AnyResponse:
    """The form with what was typed; where someone was first, a page that says so."""
    if overtaken := next((one for one in error.refusals if one.code in _OVERTAKEN), None):
        return error_page(409, overtaken.message, next_step=overtaken.next_step, code=error.code)
    return form_again(error, page)


# -- starting -------------------------------------------------------------------------------------


def _jobs_asked(values: list[str]) -> list[str]:
    found = [value.partition(":")[0] for value in values]
    if len(found) > MOST or not all(len(one) == _ID and one.isalnum() for one in found):
        raise ParameterRefused(
            _("%(name)s: choose up to %(most)s jobs in the list.", name="job", most=MOST)
        )
    return list(dict.fromkeys(found))


@pages.get("/start")
def choose() -> str:
    """The form that starts jobs together, or plans them for a machine."""
    form = {"machine": request.args.get("machine", ""), "next": came_from()}
    return _start_page(_jobs_asked(request.args.getlist("job")), form, {}, {})


def _start_page(
    jobs: list[str],
    form: Mapping[str, Any],
    copies: dict[str, str],
    errors: Mapping[str, Refusal],
    *,
    files: bool = False,
) -> str:
    lab = lab_of(current_app)
    machine = str(form.get("machine", ""))
    # Opened on an idle machine: what comes first in the queue is ticked.
    offer = lab.queue.offer(jobs, machine, copies, propose=not errors)
    shown = [job for job, _copies in offer.parts]
    shown += [one.waiting.job for one in offer.fits]
    return render_template(
        "start_plate.html",
        offer=offer,
        form=form,
        copies=copies,
        errors=errors,
        sliced=_sliced([job.id for job, _copies in offer.parts]) if files else None,
        requests=lab.worklist.in_requests(shown),
    )


def _sliced(jobs: list[str]) -> list[SlicedChoice]:
    """The plates of the jobs' sliced files, newest file first; none while the share is away."""
    lab = lab_of(current_app)
    if lab.system.store_problem():
        return []
    return [
        SlicedChoice(job_id, one)
        for job_id in jobs[:MOST_LOOKED_INTO]
        for one in lab.suggestions.for_job(job_id)
        if one.source and not one.by_slicer and (one.plate or one.plates == 1)
    ]


def _parts() -> list[tuple[str, str]]:
    jobs = _jobs_asked(request.form.getlist("job"))
    return [(job_id, request.form.get(f"copies-{job_id}", "").strip()) for job_id in jobs]


def _figures(form: Mapping[str, str]) -> dict[str, Any]:
    """The print time and weight of the plate: as typed, else those of the chosen sliced plate."""
    hours, grams = form.get("hours", "").strip(), form.get("grams", "").strip()
    chosen = form.get("sliced", "")
    if not chosen:
        return {"hours": hours, "grams": grams}
    job_id, _rest, rest = chosen.partition(":")
    number, _rest, name = rest.partition(":")
    found = lab_of(current_app).suggestions.plates(job_id, name)
    plate = next((one for one in found if str(one.plate) == number), found[0] if found else None)
    if plate is None:
        return {"hours": hours, "grams": grams, "file": name}
    return {
        "hours": hours or plate.hours or "",
        "grams": grams or plate.grams or "",
        "file": name,
        "file_plate": plate.plate if plate.plates > 1 else None,
    }


@pages.post("/start")
def start() -> AnyResponse | str:
    """Start the ticked jobs on a machine, or plan them for it; or show the form once more, with
    what fits now and with the sliced files.
    """
    lab, form = lab_of(current_app), request.form
    parts, then = _parts(), form.get("then", "start")
    copies = {job_id: typed for job_id, typed in parts if typed}
    jobs = [job_id for job_id, _typed in parts]
    files = then == "files" or bool(form.get("sliced"))

    def page(errors: Mapping[str, Refusal]) -> str:
        return _start_page(jobs, form, copies, errors, files=files)

    if then in ("look", "files"):
        return page({})
    try:
        if then == "plan":
            done = lab.plates.plan(form.get("machine", ""), parts, **acting())
            words = _("Planned for %(machine)s.", machine=_machine_of(done))
        else:
            done = lab.plates.start(form.get("machine", ""), parts, **_figures(form), **acting())
            words = ngettext(
                "%(num)s job started on %(machine)s.",
                "%(num)s jobs started together on %(machine)s.",
                len(jobs),
                machine=_machine_of(done),
            )
    except (TransitionRefused, InvalidInput, NotFound) as error:
        return refused_again(error, page)
    flash(words, undo_category(done))
    return back_to_queue()


def _machine_of(done: PlateDone) -> str:
    return done.plate.machine.name if done.plate else ""


# -- planning -------------------------------------------------------------------------------------


@pages.post("/plan")
def plan() -> AnyResponse:
    """Plan jobs for a machine, or for none: what a drag does, and the button that takes it off."""
    lab, form = lab_of(current_app), request.form
    target, machine = form.get("plate") or None, form.get("machine", "")
    try:
        done = lab.plates.plan(machine, _parts(), plate=target, **acting())
    except (TransitionRefused, InvalidInput) as error:
        flash(spoken_error(error), "error")
    except TransitionNotAllowed as error:
        flash(spoken(error.message), "error")
    else:
        words = (
            _("Planned for %(machine)s.", machine=_machine_of(done))
            if done.plate
            else _("Back in the queue of the model.")
        )
        flash(words, undo_category(done))
    return back_to_queue()


@pages.post("/<int:plate_id>/start")
def start_planned(plate_id: int) -> AnyResponse:
    """Start what was planned."""
    lab = lab_of(current_app)
    done = _once(lambda: lab.plates.start_planned(plate_id, **acting()))
    if isinstance(done, PlateDone):
        flash(
            _("Plate %(id)s started on %(machine)s.", id=plate_id, machine=_machine_of(done)),
            undo_category(done),
        )
        return back_to_queue()
    return done


def _once(act: Callable[[], PlateDone]) -> PlateDone | AnyResponse:
    """What a button does that has no form: a refusal is told on the page that it came from."""
    try:
        return act()
    except (TransitionRefused, InvalidInput) as error:
        if any(one.code in _OVERTAKEN for one in error.refusals):
            return refused_again(error, lambda _errors: "")
        flash(spoken_error(error), "error")
        return back_to_queue()


# -- ending ---------------------------------------------------------------------------------------


@pages.post("/<int:plate_id>/good")
def all_good(plate_id: int) -> AnyResponse:
    """Everything on the plate came out well: one click."""
    lab = lab_of(current_app)
    done = _once(lambda: lab.plates.end(plate_id, hold_mail=True, **acting()))
    if isinstance(done, PlateDone):
        flash(_("Plate %(id)s is done. All copies are good.", id=plate_id), undo_category(done))
        return back_to_queue()
    return done


@pages.route("/<int:plate_id>/end", methods=["GET", "POST"])
def end(plate_id: int) -> AnyResponse | str:
    """What became of a plate, part by part; or of some of it, while the rest goes on."""
    lab, form = lab_of(current_app), request.form
    if request.method == "GET":
        try:
            plate = lab.plates.to_end(plate_id)
        except TransitionRefused as error:
            return refused_again(error, lambda _errors: "")
        asked = {
            "next": came_from(),
            "failed": request.args.get("failed", ""),
            "running": request.args.get("running", ""),
        }
        return _end_page(plate, asked, {})
    plate = lab.plates.get(plate_id)
    results = _results(plate)
    running = form.get("running") == "yes"
    try:
        done = lab.plates.end(
            plate_id,
            good=results["good"],
            failed=results["failed"],
            not_printed=results["not_printed"],
            reason=form.get("reason", ""),
            category=form.get("category", ""),
            wasted=form.get("wasted", ""),
            shelf=form.get("shelf", ""),
            running=running,
            hold_mail=True,
            **acting(),
        )
    except (TransitionRefused, InvalidInput) as error:
        return refused_again(error, lambda errors: _end_page(plate, form, errors))
    if running:
        words = _("Recorded. The rest of plate %(id)s keeps printing.", id=plate_id)
    elif results["failed"] or results["not_printed"]:
        words = _("Plate %(id)s is done. What's missing is first in the queue.", id=plate_id)
    else:
        words = _("Plate %(id)s is done. All copies are good.", id=plate_id)
    flash(words, undo_category(done))
    return back_to_queue()


def _results(plate: Plate) -> dict[str, list[tuple[str, str]]]:
    """By outcome, the jobs with the copies that were typed; a part of one copy has one choice."""
    form = request.form
    found: dict[str, list[tuple[str, str]]] = {"good": [], "failed": [], "not_printed": []}
    for part in plate.parts:
        chosen = form.get(f"result-{part.job_id}", "")
        for kind, parts in found.items():
            typed = form.get(f"{kind}-{part.job_id}", "").strip()
            if typed.lstrip("0"):
                parts.append((part.job_id, typed))
            elif chosen == kind and not (kind == "good" and form.get("running") != "yes"):
                parts.append((part.job_id, str(part.open)))
    return found


def _end_page(plate: Plate, form: Mapping[str, Any], errors: Mapping[str, Refusal]) -> str:
    lab = lab_of(current_app)
    jobs = {part.job_id: lab.jobs.get(part.job_id) for part in plate.parts if part.open}
    return render_template("end_plate.html", plate=plate, jobs=jobs, form=form, errors=errors)


# -- moving ---------------------------------------------------------------------------------------


@pages.route("/<int:plate_id>/move", methods=["GET", "POST"])
def move(plate_id: int) -> AnyResponse | str:
    """Move a plate to another machine: from now on, or as it was all along."""
    lab, form = lab_of(current_app), request.form
    if request.method == "GET":
        try:
            plate = lab.plates.to_move(plate_id)
        except TransitionRefused as error:
            return refused_again(error, lambda _errors: "")
        return _move_page(plate, {"next": came_from()}, {})
    plate = lab.plates.get(plate_id)
    try:
        done = lab.plates.move(
            plate_id,
            form.get("machine", ""),
            whole=form.get("since") == "start",
            **acting(),
        )
    except (TransitionRefused, InvalidInput, NotFound) as error:
        return refused_again(error, lambda errors: _move_page(plate, form, errors))
    flash(
        _("Plate %(id)s moved to %(machine)s.", id=plate_id, machine=_machine_of(done)),
        undo_category(done),
    )
    return back_to_queue()


def _move_page(plate: Plate, form: Mapping[str, Any], errors: Mapping[str, Refusal]) -> str:
    lab = lab_of(current_app)
    jobs = [lab.jobs.get(part.job_id) for part in plate.parts if part.open]
    chosen, choices = lab.queue.places_for(plate, jobs)
    return render_template(
        "move_plate.html",
        plate=plate,
        jobs=jobs,
        form={"machine": chosen, **form},
        choices=choices,
        errors=errors,
    )


# -- taking back ----------------------------------------------------------------------------------


@pages.post("/undo")
def undo() -> AnyResponse:
    """Take back what was done to all jobs of a plate."""
    events = []
    for typed in request.form.getlist("event")[:MOST]:
        job_id, _dot, number = typed.partition(".")
        if len(job_id) != _ID or not (number.isascii() and number.isdigit() and len(number) < 19):
            raise ParameterRefused(_("This page is out of date. Open it again."))
        events.append((job_id, int(number)))
    answers = lab_of(current_app).bulk.undo(events, **acting())
    refused = [answer for answer in answers if answer.error is not None]
    if refused:
        for answer in refused:
            words = spoken_error(answer.error) if answer.error else ""
            flash(f"{answer.job_id}: {words}", "error")
    else:
        words = ngettext(
            "Undone for %(num)s job. No email was sent.",
            "Undone for %(num)s jobs. No email was sent.",
            len(answers),
        )
        flash(words, "success")
    return back_to_queue()
