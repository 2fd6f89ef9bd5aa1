"""A job's own page, its actions, notes and files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

from flask import (
    Blueprint,
    abort,
    current_app,
    flash,
    jsonify,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from printflow import (
    STAFF_TRIGGERS,
    ActorKind,
    Field,
    FieldKind,
    Form,
    InvalidInput,
    Job,
    JobDetails,
    NotFound,
    Price,
    Refusal,
    StaleJob,
    TransitionNotAllowed,
    TransitionRefused,
    Trigger,
    allowed,
    as_typed,
    editable,
    filled_in,
    in_requests,
    in_units,
    money,
    opening_figures,
    typed_hours,
)

from .acting import acting, staff_name
from .auth import came_from, local_path
from .errors import ParameterRefused, form_again, who_did_what
from .job_histories import AT_ONCE, asked_before, files_shown, ways
from .list_names import list_name
from .pictures import picture_answer
from .price_words import price_words
from .request import lab_of
from .sending import sent
from .spoken import spoken, spoken_error

pages = Blueprint("jobs", __name__, url_prefix="/dashboard/jobs")

_DIGITS = 10
_LONGEST_LIST = 800
"""Characters of an address that is remembered in the cookie."""


def typed_field(field: Field) -> str | bool | tuple[str, ...]:
    """What was typed into a field, as the library takes it."""
    form = request.form
    if field.kind is FieldKind.REASONS:
        return tuple(form.getlist(field.name))
    return (
        form.get(field.name) == "yes" if field.kind is FieldKind.TICK else form.get(field.name, "")
    )


def typed_arguments(trigger: Trigger) -> dict[str, Any]:
    """What was typed into a trigger's form, by the names of the library's arguments."""
    return {field.name: typed_field(field) for field in trigger.record.fields}


def trigger_of(name: str) -> Trigger:
    """The trigger that staff pull by that name; raises ValueError."""
    trigger = Trigger(name)
    if trigger not in STAFF_TRIGGERS:
        raise ValueError(name)
    return trigger


@pages.get("/<job_id>")
def show(job_id: str) -> str:
    """Everything about a job."""
    lab = lab_of(current_app)
    before = asked_before()
    details = lab.jobs.details(job_id, newest=AT_ONCE, before=before)
    job = details.job
    together = sent_together(details)
    files, files_older = files_shown(job, before.get("files"))
    back, back_words = _way_back(job)
    return render_template(
        "job.html",
        back=back,
        back_words=back_words,
        details=replace(details, allowed=allowed(job, ActorKind.STAFF)),
        job=job,
        over=lab.limits.of_job(job),
        path=str(lab.files.path(job)),
        together=together,
        place=in_requests([job], {job.request_id: details.together}).get(job.id),
        fits_planned=lab.queue.fits_planned(job),
        shape_fits=lab.models.fits(job, job.facts) if job.facts else (),
        shape_warnings=lab.models.warnings(job, job.facts) if job.facts else (),
        shape_verdict=lab.models.verdict(job, job.facts) if job.facts else "",
        files=files,
        changes={file.id: lab.models.change(job, file) for file in files},
        ways=ways(details, before, files_older),
    )


def sent_together(details: JobDetails) -> list[Job]:
    """All jobs of a job's request; those of another are only read where there are any."""
    if len(details.together) < 2:
        return [details.job]
    return lab_of(current_app).jobs.sent_together(details.job)


def _way_back(job: Job) -> tuple[str, str]:
    """The list that led here, with its search and filters, and what to call it; else the job's own.

    Remembered with the session, as what's done on the page leads to the page again.
    """
    own = "unconfirmed" if job.unconfirmed else job.status.value
    came = local_path(came_from())
    if urlsplit(came).path == url_for("dashboard.index"):
        if session.get("list") != came[:_LONGEST_LIST]:
            session["list"] = came[:_LONGEST_LIST]
    elif "list" not in session:
        session["list"] = ""
    found = str(session["list"]) or url_for("dashboard.index", status=own)
    asked = parse_qs(urlsplit(found).query)
    words = asked.get("search", [""])[0]
    if words:
        return found, _("Back to the search for “%(words)s”", words=words[:40])
    return found, _("Back to “%(status)s”", status=list_name(asked.get("status", [own])[0]))


@pages.get("/<job_id>/picture")
def picture(job_id: str) -> AnyResponse:
    """The model's picture; small ones are for lists."""
    return picture_answer(lab_of(current_app).jobs.get(job_id))


@pages.post("/<job_id>/upright")
def upright(job_id: str) -> AnyResponse:
    """Stand the model up in its picture, or lay it back."""
    lab_of(current_app).models.stand_up(job_id)
    flash(_("The picture will be redrawn. The file doesn't change."), "success")
    return redirect(url_for("jobs.show", job_id=job_id), 303)


@pages.route("/<job_id>/<trigger>", methods=["GET", "POST"])
def act(job_id: str, trigger: str) -> AnyResponse | str:
    """An action's form, and carrying it out."""
    try:
        wanted = trigger_of(trigger)
    except ValueError:
        abort(404)
    if request.method == "POST":
        return _perform(job_id, wanted)
    details = lab_of(current_app).jobs.details(job_id, newest=1)
    _expect_allowed(details, wanted)
    return _form(details, wanted, _suggested(details, wanted), {})


def _expect_allowed(details: JobDetails, trigger: Trigger) -> None:
    """Say so before someone fills in a form that cannot be sent."""
    status, last = details.job.status, details.events[-1]
    if trigger in allowed(details.job, ActorKind.STAFF):
        return
    stands = _("On hold") if details.job.on_hold else _(status.label)
    raise TransitionNotAllowed(
        _(
            "“%(action)s” isn't available because the job is “%(status)s”.",
            action=_(trigger.label),
            status=stands,
        ),
        trigger=trigger,
        status=status,
        last_actor=last.actor.name,
        last_trigger=last.trigger,
        last_at=last.at,
    )


def _suggested(details: JobDetails, trigger: Trigger) -> dict[str, Any]:
    """What stands in the form when it is opened."""
    job = details.job
    form: dict[str, Any] = {"reasons": [], "version": job.version}
    if not trigger.record.opens_print:  # then the machine that is free first is preselected
        form["printer"] = lab_of(current_app).queue.planned(job)
    if trigger.record.form is Form.PAYMENT:
        form["amount"] = in_units(details.due_cents, job.currency)
    if trigger.record.form is Form.QUOTE:
        form.update(material=job.material, weight=job.grams or "")
        form["hours"] = typed_hours(job.hours) if job.hours else ""
    return {**form, "shelf": job.shelf, "next": came_from()}


@pages.get("/<job_id>/price")
def price(job_id: str) -> dict[str, Any]:
    """The price of what is typed, for the form that shows it: one rule for the page and the quote."""
    found = _price_of(job_id, request.args)
    if found is None:
        return {
            "cents": "",
            "cost": "–",
            "how": _("Enter the weight and print time to see the price."),
        }
    currency = lab_of(current_app).catalog.current.currency
    return {
        "cents": str(found.cents),
        "cost": money(found.cents, currency),
        "how": price_words(found, currency),
    }


def _price_of(job_id: str, typed: Mapping[str, Any]) -> Price | None:
    return lab_of(current_app).jobs.price(
        job_id,
        grams=str(typed.get("weight", "")),
        hours=str(typed.get("hours", "")),
        printer=str(typed.get("printer", "")),
        material=str(typed.get("material", "")),
    )


def price_now(job_id: str, typed: Mapping[str, Any]) -> dict[str, Any]:
    """The hidden fields that say what the form shows: the price of what is typed, as of now."""
    lab, found = lab_of(current_app), _price_of(job_id, typed)
    shown = "" if found is None else str(found.cents)
    words = "" if found is None else price_words(found, lab.catalog.current.currency)
    version = str(lab.catalog.version())
    return {"expected_cents": shown, "price_words": words, "catalog_version": version}


def _form(
    details: JobDetails, trigger: Trigger, form: dict[str, Any], errors: dict[str, Refusal]
) -> str:
    record, lab = trigger.record, lab_of(current_app)
    quoting = record.form is Form.QUOTE
    choices = lab.files.choices(details.job.id) if quoting else []
    suggestions = lab.suggestions.for_job(details.job.id) if quoting else []
    filled = filled_in(details.job, suggestions, choices) if quoting and not errors else None
    if filled:
        form = {**form, **opening_figures(details.job, filled, form["printer"])}
    machine, machines = lab.queue.choices(details.job) if record.opens_print else ("", ())
    if quoting:
        form = {**form, **price_now(details.job.id, form)}
    return render_template(
        "action.html",
        job=details.job,
        claims=details.claims,
        trigger=trigger,
        form=form,
        errors=errors,
        record=record,
        choices=choices,
        suggestions=suggestions,
        filled=filled,
        over=lab.limits.of_job(details.job) if quoting else (),
        due_cents=details.due_cents,
        mail_waits_for=lab.mail.waits_for(trigger, details.job.id),
        machine=machine,
        machines=machines,
    )


def _perform(job_id: str, trigger: Trigger) -> AnyResponse:
    lab, typed = lab_of(current_app), request.form
    arguments = typed_arguments(trigger)
    try:
        job = lab.jobs.perform(
            trigger,
            job_id,
            **acting(),
            expected_version=version_of(typed.get("version", "")),
            hold_mail=True,
            **arguments,
        )
    except (TransitionRefused, InvalidInput) as error:
        form = {**typed.to_dict(), **arguments}
        return form_again(
            error, lambda errors: _form(lab.jobs.details(job_id, newest=1), trigger, form, errors)
        )
    except StaleJob as error:
        return _once_more(job_id, trigger, error, {**typed.to_dict(), **arguments})
    flash(_done(job, trigger), undoable(job.id))
    return back(job.id)


def _once_more(job_id: str, trigger: Trigger, error: StaleJob, form: dict[str, Any]) -> AnyResponse:
    """The form as the job is now, with what was typed, where the action is still possible."""
    details = lab_of(current_app).jobs.details(job_id, newest=1)
    if trigger not in allowed(details.job, ActorKind.STAFF):
        raise error
    due = in_units(details.due_cents, details.job.currency)
    if trigger.record.form is Form.PAYMENT and form.get("amount") == form.get("suggested"):
        form = {**form, "amount": due}
    kept = {**form, "version": details.job.version}
    said = Refusal(error.code, who_did_what(error), "", error.next_step)
    return form_again(error, lambda _errors: _form(details, trigger, kept, {"": said}))


def back(job_id: str) -> AnyResponse:
    """To where the form was opened, else to the job's page."""
    path = local_path(request.form.get("next", ""))
    return redirect(path or url_for("jobs.show", job_id=job_id), 303)


@pages.post("/<job_id>/<trigger>/mail")
def mail(job_id: str, trigger: str) -> AnyResponse:
    """The mail that an action would send, as far as its form is filled in. Changes nothing."""
    try:
        wanted = trigger_of(trigger)
    except ValueError:
        abort(404)
    arguments = typed_arguments(wanted)
    try:
        mails = lab_of(current_app).jobs.mails_of(wanted, job_id, by=staff_name(), **arguments)
    except (TransitionRefused, InvalidInput) as error:
        answer = jsonify(problem=" ".join(spoken(reason.message) for reason in error.refusals))
        answer.status_code = 422
        return answer
    shown = [{"to": one.to, "subject": one.subject, "text": one.text} for one in mails]
    return jsonify(mails=shown)


def _done(job: Job, trigger: Trigger) -> str:
    done = _(trigger.record.done, id=job.id, name=job.student_name)
    now = _("It's now “%(status)s”.", status=_(job.status.label))
    return f"{done} {now}"


def undoable(job_id: str) -> str:
    """The notice's category; it says what its "Undo" takes back, and how long it can."""
    lab = lab_of(current_app)
    event = lab.jobs.details(job_id, newest=1).events[-1]
    return f"undo:{job_id}:{event.id}:{lab.settings.undo_seconds}"


@pages.post("/<job_id>/undo")
def undo(job_id: str) -> AnyResponse:
    """Take back the last action on a job."""
    typed, lab = request.form, lab_of(current_app)
    event = typed.get("event", "")
    if not (event.isascii() and event.isdigit() and len(event) < 2 * _DIGITS):
        raise ParameterRefused(_("This page is out of date. Open it again."))
    try:
        job = lab.corrections.undo(job_id, event_id=int(event), **acting())
    except TransitionRefused as error:
        flash(spoken_error(error), "error")
    else:
        words = _(
            "Undone. Job %(id)s (%(name)s) is “%(status)s” again. No email was sent.",
            id=job.id,
            name=job.student_name,
            status=_(job.status.label),
        )
        flash(words, "success")
    return back(job_id)


@pages.route("/<job_id>/edit", methods=["GET", "POST"])
def edit(job_id: str) -> AnyResponse | str:
    """Edit what the form said."""
    lab, typed = lab_of(current_app), request.form
    job = lab.jobs.get(job_id)
    names = editable(job.status)
    form = {name: as_typed(job, name) for name in names} | {"version": job.version}
    if request.method == "GET":
        form["next"], form["first"] = came_from(), request.args.get("field", "")
        return render_template("edit.html", job=job, form=form, errors={})
    fields = {name: typed.get(name, str(form[name])) for name in names}
    try:
        edited = lab.corrections.edit(
            job.id,
            **acting(),
            expected_version=version_of(typed.get("version", "")),
            **fields,
        )
    except TransitionRefused as error:
        kept = {**form, **fields, **{name: typed.get(name, "") for name in ("version", "next")}}
        return form_again(
            error, lambda errors: render_template("edit.html", job=job, form=kept, errors=errors)
        )
    if edited.version == job.version:
        return back(job.id)
    words = _("Updated the details of job %(id)s (%(name)s).", id=job.id, name=edited.student_name)
    event = lab.jobs.details(job.id, newest=1).events[-1]
    if event.details.get("voided"):
        words = _(
            "Updated the details of job %(id)s (%(name)s). The student's link no longer works: %(why)s. Send the new price with “%(action)s”.",
            id=job.id,
            name=edited.student_name,
            why=spoken(event.details["why"]),
            action=_(Trigger.REQUOTE.label),
        )
    flash(words, undoable(edited.id))
    return back(job.id)


def version_of(typed: str) -> int | None:
    """The job's version that a form was made from; None where it says none."""
    if typed and not (typed.isascii() and typed.isdigit() and len(typed) < _DIGITS):
        raise ParameterRefused(_("This page is out of date. Open it again."))
    return int(typed) if typed else None


@pages.get("/<job_id>/files/<int:file_id>")
def download(job_id: str, file_id: int) -> AnyResponse:
    """One of the job's files, always as a download."""
    lab = lab_of(current_app)
    for file in lab.jobs.get(job_id).files:
        if file.id == file_id:
            return sent(lab.files.open(file), file.name)
    raise NotFound(_("This file isn't in the store."))
