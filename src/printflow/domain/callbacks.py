"""What a transition does, as data: changes of the job's row and effects for the service.

``before`` callbacks change what the job *is*, ``after`` callbacks say what follows from its new
status; by then ``attempt.state`` is that status.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from ..said import say, say_n
from . import copy_guards as copies
from .attempt import Attempt, Facts, Submission
from .budget_guards import lab_day, lapsed, parts_of
from .catalog import Catalog
from .copies_by_hand import counts_of
from .effects import (
    AddNote,
    AdoptFile,
    AskPayer,
    EndCopies,
    ExtendQuote,
    IssueConfirmation,
    LeavePlates,
    MailTemplate,
    PlaceFile,
    RecordPayment,
    ReserveBudget,
    SendMail,
    StartCopies,
    UseConfirmation,
    VoidConfirmations,
)
from .groups import membership
from .needed_by import day_typed
from .plate import Machine, free_first
from .pricing import parse_cents, parse_grams, parse_hours, parse_quantity
from .printer_choice import ANY_PRINTER, planned_printer
from .question import QUESTIONS
from .quoted_price import price_of_attempt
from .status import ActorKind, Status, Trigger
from .terms import term_of
from .text import clean_line, clean_text

DECLINED = say("Declined by the student")
WITHDRAWN = say("Canceled by the student")
ON_REQUEST = say("Canceled at the student's request")
BY_LAB = say("Canceled by the lab")
CANCELED = (WITHDRAWN, "Withdrawn by the student", ON_REQUEST)
"""The reasons of a job that its student canceled: as written now, as it once was, and by staff."""

FRONT = 0
"""The place in the queue of what has to be printed again: before all that staff gave a place."""

_HOW_PAID = ("receipt", "payer", "account")

T = TypeVar("T")


def _sure(value: T | None) -> T:
    """What the row's guards have seen to be there."""
    if value is None:
        raise LookupError("a guard let an attempt through that lacks what its callbacks need")
    return value


def take_form(attempt: Attempt) -> None:
    """The job's first values are those of the form, cleaned."""
    form = _sure(attempt.args.submission)
    attempt.changes.update(
        student_name=clean_line(form.student_name),
        student_email=form.student_email.strip(),
        class_number=clean_line(form.class_number),
        method=form.print_method,
        color=form.color,
        **_printer(form, attempt.facts),
        original_name=clean_line(form.original_name),
        quantity=_sure(parse_quantity(form.quantity)),
        student_note=clean_text(form.note),
        currency=attempt.facts.catalog.currency,
        needed_by=day_typed(form.needed_by),
        own_material=form.own_material,
        **_group(attempt, form),
        **_answers(form, attempt.facts.catalog),
    )
    attempt.details.update(consent_version=attempt.facts.catalog.shown_texts.consent_version)


def _printer(form: Submission, facts: Facts) -> dict[str, Any]:
    """The printer that was chosen, or the one that is planned where the choice is the lab's."""
    if form.printer != ANY_PRINTER:
        return {"printer": form.printer, "any_printer": False}
    able = facts.catalog.printers_for(form.print_method)
    taking = facts.catalog.open_printers(form.print_method, facts.now)
    return {
        "printer": planned_printer(taking or able, facts.free_in),
        "any_printer": facts.catalog.has_choice(form.print_method),
    }


def _group(attempt: Attempt, form: Submission) -> dict[str, Any]:
    """The group that decides about prices, and whether the student only says so. Staff know it."""
    catalog, staff = attempt.facts.catalog, attempt.actor.kind is ActorKind.STAFF
    if staff and form.group:
        return {"group": form.group, "group_claimed": False}
    found = membership(
        catalog.groups,
        catalog.default_group,
        email=form.student_email,
        roles=form.roles,
        chosen=form.group,
    )
    return {"group": found.group, "group_claimed": found.claimed}


def _answers(form: Submission, catalog: Catalog) -> dict[str, str]:
    """What was chosen; "" for what the method does not ask."""
    method = catalog.method(form.print_method)
    return {
        question.name: form.answers.get(question.name, "")
        if question.choices(catalog, method)
        else ""
        for question in QUESTIONS
    }


def set_price(attempt: Attempt) -> None:
    """Weight, time, material and printer as typed, and the price that follows from them."""
    args, catalog = attempt.args, attempt.facts.catalog
    grams, hours = _sure(parse_grams(args.weight)), _sure(parse_hours(args.hours))
    printer = _sure(catalog.printer(args.printer or attempt.subject.printer))
    price = _sure(price_of_attempt(attempt))
    cost, attempt.price_lines = price.cents, price.lines
    attempt.changes.update(
        grams=grams,
        hours=hours,
        material=args.material,
        printer=printer.name,
        cost_cents=cost,
        currency=catalog.currency,
    )
    attempt.details.update(
        grams=str(grams),
        hours=str(hours),
        material=args.material,
        printer=printer.name,
        cost_cents=cost,
    )
    if note := clean_text(args.note):
        attempt.effects.append(AddNote(note, for_student=True))


def adopt_file(attempt: Attempt) -> None:
    """The chosen file becomes the one to print, where it is not that already."""
    file = attempt.facts.chosen_file
    if file is not None and not file.authoritative:
        attempt.effects.append(AdoptFile(file.name))
        attempt.details.update(file=file.name)


def start_copies(attempt: Attempt) -> None:
    """Copies go onto a machine; the job's printer is that machine's model from now on."""
    machine = _sure(copies.machine_of(attempt))
    number = _sure(copies.copies_to_start(attempt))
    job = attempt.subject
    attempt.changes.update(
        printer=machine.model, copies_printing=job.copies_printing + number, queue_place=None
    )
    attempt.details.update(printer=machine.model, machine=machine.name, copies=number)
    plate = int(attempt.args.plate) if attempt.args.plate else None
    attempt.effects.append(StartCopies(machine, number, plate))


def end_copies(attempt: Attempt) -> None:
    """The results of copies that were printing; what is not good waits at the front again."""
    good, failed, skipped = _sure(copies.results(attempt))
    args, job = attempt.args, attempt.subject
    reason = clean_text(args.reason)
    attempt.changes.update(
        copies_good=job.copies_good + good,
        copies_failed=job.copies_failed + failed,
        copies_printing=job.copies_printing - good - failed - skipped,
    )
    if failed or skipped:
        attempt.changes.update(queue_place=FRONT)
    wasted = copies.wasted_grams(attempt)
    attempt.effects.append(
        EndCopies(
            good,
            failed,
            skipped,
            category=args.category if failed else "",
            reason=reason,
            grams_wasted=wasted if failed else None,
        )
    )
    told: dict[str, Any] = {
        "good": good,
        "failed": failed,
        "not_printed": skipped,
        "category": args.category if failed else "",
        "grams_wasted": str(wasted) if wasted is not None and failed else "",
        "plate": args.plate,
    }
    attempt.details.update({key: value for key, value in told.items() if value})
    if reason:
        attempt.details.update(reason=reason)


def hand_out_copies(attempt: Attempt) -> None:
    """The student takes finished copies; the rest stays."""
    number = _sure(copies.copies_to_hand_out(attempt))
    attempt.changes.update(copies_out=attempt.subject.copies_out + number)
    attempt.details.update(copies=number)


def hand_out_all(attempt: Attempt) -> None:
    """The student has every copy."""
    attempt.changes.update(copies_out=attempt.subject.quantity)


def set_reasons(attempt: Attempt) -> None:
    """The reasons for a rejection, in the lab's words and in staff's own."""
    args = attempt.args
    chosen = [attempt.facts.catalog.reason_text(clean_line(reason)) for reason in args.reasons]
    reasons = tuple(reason for reason in (*chosen, clean_text(args.text)) if reason)
    attempt.changes.update(reasons=reasons)
    attempt.details.update(reasons=list(reasons))


def set_declined(attempt: Attempt) -> None:
    """The reason is that the student declined, and what they said to it."""
    said = clean_text(attempt.args.text)
    reasons = (DECLINED, said) if said else (DECLINED,)
    attempt.changes.update(reasons=reasons)
    attempt.details.update(reasons=list(reasons))


def set_withdrawn(attempt: Attempt) -> None:
    """The reason is that the student took the model back, and what they said to it."""
    said = clean_text(attempt.args.text)
    reasons = (WITHDRAWN, said) if said else (WITHDRAWN,)
    attempt.changes.update(reasons=reasons)
    attempt.details.update(reasons=list(reasons))


def put_on_hold(attempt: Attempt) -> None:
    """It stays where it is until it is released."""
    args, reason = attempt.args, clean_text(attempt.args.reason)
    attempt.changes.update(
        held_at=attempt.facts.now,
        held_by=attempt.actor.name,
        hold_reason=reason,
        hold_shown=args.shown,
    )
    attempt.details.update(reason=reason, shown=args.shown, notified=args.notify)


def release(attempt: Attempt) -> None:
    """It goes on where it was; a price that was open is good for as much longer."""
    job, now = attempt.subject, attempt.facts.now
    ready = _came_while_held(attempt)
    attempt.changes.update(_NO_HOLD, released_at=now)
    attempt.details.update(ready=ready, notified=attempt.args.notify and not ready)
    if job.held_at is not None and job.status.record.quoted and now > job.held_at:
        attempt.effects.append(ExtendQuote(now - job.held_at))


_NO_HOLD: Mapping[str, Any] = {
    "held_at": None,
    "held_by": "",
    "hold_reason": "",
    "hold_shown": False,
}
_NO_WISH: Mapping[str, Any] = {"cancel_asked_at": None, "cancel_reason": ""}


def keep_wish(attempt: Attempt) -> None:
    """The student would like to cancel; staff decide."""
    said = clean_text(attempt.args.text)
    attempt.changes.update(cancel_asked_at=attempt.facts.now, cancel_reason=said)
    if said:
        attempt.details.update(reasons=[said])


def drop_wish(attempt: Attempt) -> None:
    """Staff keep the job; what they say to that goes to the student."""
    attempt.changes.update(_NO_WISH)
    if note := clean_text(attempt.args.text):
        attempt.effects.append(AddNote(note, for_student=True))


def set_canceled(attempt: Attempt) -> None:
    """The reason is that it was canceled, by whose wish, and why."""
    job, args = attempt.subject, attempt.args
    said = clean_text(args.reason) or clean_text(args.text)
    head, why = BY_LAB, [said]
    if attempt.actor.kind is ActorKind.STUDENT:
        head = WITHDRAWN
    elif job.cancel_asked_at is not None:
        head, why = ON_REQUEST, list(dict.fromkeys((job.cancel_reason, said)))
    reasons = (head, *(one for one in why if one))
    attempt.changes.update(reasons=reasons)
    attempt.details.update(reasons=list(reasons))


def leave_plates(attempt: Attempt) -> None:
    """It is planned for no machine any more."""
    if attempt.subject.status.record.to_print:
        attempt.effects.append(LeavePlates())
        attempt.changes.update(queue_place=None)


def end_asides(attempt: Attempt) -> None:
    """A hold ends with the job, and a wish to cancel with the status it was for."""
    job, dest = attempt.subject, Status(attempt.state)
    ended: dict[str, Any] = {}
    if job.on_hold and dest.closed:
        ended.update(_NO_HOLD)
    if job.cancel_asked_at is not None and dest is not job.status:
        ended.update(_NO_WISH)
    attempt.changes.update(ended)


def keep_consent(attempt: Attempt) -> None:
    """History keeps which of the lab's texts the student agreed to."""
    if attempt.args.by_link:
        attempt.details.update(consent_version=attempt.facts.catalog.shown_texts.consent_version)
    if (agreed := attempt.args.agreed) is not None:
        attempt.details.update(consent_text=agreed.text)
        if agreed.language:
            attempt.details.update(consent_language=agreed.language)


def keep_note(attempt: Attempt) -> None:
    """History keeps the note."""
    if note := clean_text(attempt.args.note):
        attempt.details.update(note=note)


def set_final_figures(attempt: Attempt) -> None:
    """The final price takes the quote's place; the final weight is for history."""
    args = attempt.args
    if args.cost and (cost := parse_cents(args.cost, attempt.subject.currency)) is not None:
        attempt.changes.update(cost_cents=cost)
        attempt.details.update(cost_cents=cost)
    if args.weight and (grams := parse_grams(args.weight)) is not None:
        attempt.details.update(final_grams=str(grams))


def tell_later(attempt: Attempt) -> None:
    """A print that is on hold can't be picked up: its student is told when it is released."""
    if attempt.subject.on_hold:
        attempt.details.update(told_later=True)


def keep_shelf(attempt: Attempt) -> None:
    """Where the print lies from now on; an earlier place is forgotten."""
    shelf = clean_line(attempt.args.shelf)
    if shelf != attempt.subject.shelf:
        attempt.changes.update(shelf=shelf)
    if shelf:
        attempt.details.update(shelf=shelf)


def keep_disposal(attempt: Attempt) -> None:
    """History keeps how long the print waited, and what staff said to it."""
    days = (attempt.facts.now - attempt.subject.status_since).days
    attempt.details.update(
        why=say_n("not picked up for {count} day", "not picked up for {count} days", days)
    )
    if reason := clean_text(attempt.args.reason):
        attempt.details.update(reason=reason)


def place_file(attempt: Attempt) -> None:
    """The authoritative file belongs into the folder of the new status."""
    attempt.effects.append(PlaceFile(Status(attempt.state).folder))


def ask_payer(attempt: Attempt) -> None:
    """The payer of the form's code is to pay."""
    if attempt.facts.payer is not None:
        attempt.effects.append(AskPayer(attempt.facts.payer.id))


def reserve_budget(attempt: Attempt) -> None:
    """What the job's payers pay of the price is reserved."""
    cents = attempt.changes.get("cost_cents", attempt.subject.cost_cents) or 0
    parts = parts_of(attempt, cents)
    if parts:
        term = term_of(attempt.facts.catalog.terms, lab_day(attempt))
        told = tuple((claim.id, part) for claim, part in parts)
        attempt.effects.append(ReserveBudget(told, term.name if term else ""))
        attempt.details.update(
            payers=[[claim.payer.code, part] for claim, part in parts if part],
        )


def reserve_again(attempt: Attempt) -> None:
    """What was reserved until the quote expired is reserved again."""
    if lapsed(attempt):
        reserve_budget(attempt)


def issue_confirmation(attempt: Attempt) -> None:
    """A new link goes out, every earlier one is void."""
    attempt.effects.append(IssueConfirmation(attempt.price_lines))


def void_confirmations(attempt: Attempt) -> None:
    """No link stays open."""
    attempt.effects.append(VoidConfirmations())


def use_confirmation(attempt: Attempt) -> None:
    """The link is used up by the answer."""
    attempt.effects.append(UseConfirmation())


def record_payment(attempt: Attempt) -> None:
    """The money taken, or why none was; nothing where nothing was due."""
    args = attempt.args
    amount, waived = (
        parse_cents(args.amount or "0", attempt.subject.currency) or 0,
        clean_text(args.waive),
    )
    due = attempt.due_cents
    attempt.details.update(amount_cents=amount, method=args.method, waived=waived)
    if not amount and not waived:
        return
    said = {name: clean_line(getattr(args, name)) if amount else "" for name in _HOW_PAID}
    rest = due - amount if waived else 0
    way = args.method if amount else ""
    attempt.effects.append(
        RecordPayment(amount, way, waived, waived_cents=rest, hand_over=args.hand_over, **said)
    )
    attempt.details.update({name: text for name, text in said.items() if text})


def tidy_after_override(attempt: Attempt) -> None:
    """No link stays open outside PENDING, no print runs outside PRINTING, copies are as the new
    status says, and reasons for a rejection do not outlive it.
    """
    job, dest = attempt.subject, Status(attempt.state)
    reason = clean_text(attempt.args.reason)
    attempt.details.update(override=True, reason=reason)
    if job.status is Status.PENDING:
        attempt.effects.append(VoidConfirmations())
    if job.status.record.to_print:
        attempt.effects.append(LeavePlates(reason))
    by_hand = {**counts_of(dest, job.copies), "queue_place": None}
    attempt.changes.update(
        {key: value for key, value in by_hand.items() if value != getattr(job, key)}
    )
    if dest is Status.PRINTING:
        machine = _machine_by_hand(attempt)
        attempt.effects.append(StartCopies(machine, by_hand["copies_printing"] or 0))
    if dest.record.refused:
        attempt.changes.update(reasons=(reason,))
    elif job.reasons:
        attempt.changes.update(reasons=())
    if dest is Status.PENDING and job.has_figures:
        attempt.effects.append(IssueConfirmation())


def _machine_by_hand(attempt: Attempt) -> Machine:
    """The machine that a print is taken to run on which nobody started here: one that is in
    service, else any of its printer.
    """
    model = attempt.subject.printer
    own = [one for one in attempt.facts.machines if one.model == model]
    usable = free_first(own, attempt.facts.busy_until)
    return next(iter((*usable, *own)), Machine(id=0, name=model, model=model, implied=True))


def mail_all(attempt: Attempt, templates: Iterable[MailTemplate]) -> None:
    """Each of these mails leaves, where there is something to say."""
    attempt.effects.extend(
        SendMail(template)
        for template in templates
        if template not in _ONLY_IF or _ONLY_IF[template](attempt)
    )


_ONLY_IF: Mapping[MailTemplate, Callable[[Attempt], bool]] = {
    MailTemplate.PRINT_STARTED: lambda attempt: (
        attempt.subject.status is not Status.PRINTING and not attempt.subject.copies_failed
    ),
    MailTemplate.PAYER_ASKED: lambda attempt: any(
        one.payer.approver for one in attempt.facts.claims if one.open
    ),
    MailTemplate.COPIES_READY: lambda attempt: bool(attempt.details.get("good")),
    MailTemplate.COMPLETED: lambda attempt: (
        bool(attempt.details.get("ready"))
        if attempt.trigger is Trigger.RELEASE
        else not attempt.subject.on_hold
    ),
    MailTemplate.ON_HOLD: lambda attempt: bool(attempt.details.get("notified")),
    MailTemplate.RELEASED: lambda attempt: bool(attempt.details.get("notified")),
    MailTemplate.CANCELED: lambda attempt: attempt.actor.kind is ActorKind.STAFF,
    MailTemplate.STAFF_ALERT: lambda attempt: (
        attempt.trigger is not Trigger.CANCEL or attempt.actor.kind is ActorKind.STUDENT
    ),
}


def _came_while_held(attempt: Attempt) -> bool:
    """The print was finished while the job was on hold, and its student has not heard of it."""
    job = attempt.subject
    return (
        job.status.record.on_shelf and job.held_at is not None and job.status_since >= job.held_at
    )


def mail_if_asked(attempt: Attempt) -> None:
    """The mail that usually belongs to the new status, where it was asked for."""
    if attempt.args.notify:
        attempt.effects.append(SendMail(_sure(Status(attempt.state).record.usual_mail)))
        attempt.details.update(notified=True)
