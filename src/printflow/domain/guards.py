"""Conditions for triggers. Each guard yields its own refusals.

The first line of a guard's docstring is its sentence in the lifecycle's documentation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

from ..errors import Refusal
from ..said import Day, Money, Said, say, say_n
from .attempt import Attempt
from .job import FileState, Job, LinkState
from .pick_up import SHELF_LIMIT
from .pricing import MAX_GRAMS, MAX_HOURS, parse_cents, parse_grams, parse_hours
from .status import ActorKind, Status, Trigger
from .text import clean_line, clean_text, shortened

Guard = Callable[[Attempt], Iterator[Refusal]]

TEXT_LIMIT = 2000


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names)


_CHOICES = {
    "color": (say("Choose a color."), say("There's no color “{name}” for {print_method}.")),
    "material": (
        say("Choose a material."),
        say("There's no material “{name}” for {print_method}."),
    ),
    "method": (say("Choose a payment method."), say("There's no payment method “{name}”.")),
    "print_method": (say("Choose a print method."), say("There's no print method “{name}”.")),
    "printer": (say("Choose a printer."), say("There's no printer “{name}” for {print_method}.")),
    "to": (say("Choose a status."), say("You can't change this job to the status “{name}”.")),
}
"""By field: what is said where nothing was chosen, and where it was something unknown."""


def choice(
    value: str,
    known: tuple[str, ...],
    field: str,
    words: tuple[str, Said] | None = None,
    *,
    print_method: str = "",
) -> Iterator[Refusal]:
    """The value is one of the known ones; the refusal names them.

    ``words`` are said where nothing was chosen, and where it was something unknown.
    """
    if value not in known:
        named = shortened(clean_line(value), 60)
        missing, unknown = words or _CHOICES[field]
        yield Refusal(
            f"{field}_unknown",
            unknown.having(name=named, print_method=print_method) if named else missing,
            field,
            say("Choose from: {names}.", names=_listed(known)) if known else "",
        )


def too_long(length: int, most: int) -> Said:
    """What is said of a text that does not fit into its field."""
    return say("Use at most {most} characters. You entered {length}.", most=most, length=length)


# -- free texts -----------------------------------------------------------------------------------


def texts_fit(attempt: Attempt) -> Iterator[Refusal]:
    """Notes and reasons are not too long."""
    args = attempt.args
    said = {
        "reasons": "\n".join(args.reasons),
        "text": args.text,
        "reason": args.reason,
        "note": args.note,
        "waive": args.waive,
    }
    for field, text in said.items():
        length = len(clean_text(text))
        if length > TEXT_LIMIT:
            yield Refusal(
                f"{field}_too_long",
                too_long(length, TEXT_LIMIT),
                field,
            )


# -- approve, requote -----------------------------------------------------------------------------


def valid_weight(attempt: Attempt) -> Iterator[Refusal]:
    """The weight is a number of grams within range."""
    if parse_grams(attempt.args.weight) is None:
        comma = say("Write the weight in grams with a point, not a comma, like 42.5.")
        yield Refusal(
            "weight_invalid",
            comma if "," in attempt.args.weight else say("Enter the weight in grams, like 42.5."),
            "weight",
            say("Use more than 0 and at most {most} g.", most=MAX_GRAMS),
        )


def valid_time(attempt: Attempt) -> Iterator[Refusal]:
    """The print time is a number of hours within range."""
    if parse_hours(attempt.args.hours) is None:
        comma = say("Write the print time with a point, not a comma, like 3.25 or 2h 30m.")
        usual = say("Enter the print time in hours, like 3.25 or 2h 30m.")
        yield Refusal(
            "hours_invalid",
            comma if "," in attempt.args.hours else usual,
            "hours",
            say("Use more than 0 and at most {most} hours.", most=MAX_HOURS),
        )


def valid_material(attempt: Attempt) -> Iterator[Refusal]:
    """The material is available for the method."""
    method = attempt.facts.catalog.method(attempt.subject.method)
    known = method.materials if method else ()
    yield from choice(attempt.args.material, known, "material", print_method=attempt.subject.method)


def valid_printer(attempt: Attempt) -> Iterator[Refusal]:
    """The printer exists and prints with the job's method."""
    job = attempt.subject
    known = tuple(p.name for p in attempt.facts.catalog.printers_for(job.method))
    printer = attempt.args.printer or job.printer
    yield from choice(printer, known, "printer", print_method=job.method)


def file_settled(attempt: Attempt) -> Iterator[Refusal]:
    """The chosen file belongs to the job, is present, and isn't being written."""
    file = attempt.facts.chosen_file
    own = attempt.subject.file
    if own.state is FileState.ABSENT and (file is None or file.name == own.name):
        yield Refusal(
            "file_absent",
            say("This job was imported without a file."),
            "file",
            say("Upload one on the job's page, or choose one that was saved for it."),
        )
    elif file is None or not file.present:
        name = file.name if file else attempt.args.file
        yield Refusal(
            "file_gone",
            say("The file “{file}” isn't in the job's folder.", file=name),
            "file",
            say("Reload the page and choose again. If someone moved the file, put it back."),
        )
    elif not file.acceptable:
        yield Refusal(
            "file_foreign",
            say("“{file}” isn't a printable file of this job.", file=file.name),
            "file",
            say("Save the sliced file next to the original, with the job number in its name."),
        )
    elif not file.settled:
        yield Refusal(
            "file_unsettled",
            say("“{file}” is still being written.", file=file.name),
            "file",
            say("Wait a few seconds for the slicer to finish, then try again."),
        )


# -- reject, fail, override -----------------------------------------------------------------------


def reason_or_text(attempt: Attempt) -> Iterator[Refusal]:
    """There is at least one reason or a text."""
    args = attempt.args
    if not any(clean_line(reason) for reason in args.reasons) and not clean_text(args.text):
        yield Refusal(
            "reason_missing",
            say("Choose at least one reason, or write a few words."),
            "reasons",
            say("The student gets them by email."),
        )


def reason_given(attempt: Attempt) -> Iterator[Refusal]:
    """There is a reason."""
    if not clean_text(attempt.args.reason):
        yield Refusal(
            "reason_missing",
            say("Enter a reason."),
            "reason",
            say("A few words for the job's history are enough."),
        )


def destination_allowed(attempt: Attempt) -> Iterator[Refusal]:
    """The new status is a different one, and not ARCHIVED."""
    others = tuple(
        status.value
        for status in Status
        if status.value != attempt.state and status is not Status.ARCHIVED
    )
    yield from choice(attempt.args.to, others, "to")


def usual_mail_exists(attempt: Attempt) -> Iterator[Refusal]:
    """If an email is requested, it exists, and there is a price if the email needs one."""
    if not attempt.args.notify:
        return
    if attempt.args.to == Status.PENDING and not attempt.subject.has_figures:
        yield Refusal(
            "no_quote",
            say("The job has no price yet, so we can't email a quote."),
            "notify",
            say("Don't send the email. Afterward, use “{action}”.", action=Trigger.REQUOTE.label),
        )
    elif attempt.args.to in set(Status) and Status(attempt.args.to).record.usual_mail is None:
        yield Refusal(
            "no_usual_mail",
            say(
                "There's no email for the status “{status}”.", status=Status(attempt.args.to).label
            ),
            "notify",
            say("Don't send the email."),
        )


# -- confirm, decline, resend ---------------------------------------------------------------------


def link_valid(attempt: Attempt) -> Iterator[Refusal]:
    """A student's link is the job's newest, unused and unexpired. Staff need a note, but no link."""
    quote = attempt.facts.quote
    if not attempt.args.by_link:
        if not clean_text(attempt.args.note):
            yield Refusal(
                "note_missing",
                say("Enter how the student answered."),
                "note",
                say("For example, “by phone, 2:30 PM”."),
            )
        return
    now = attempt.subject.clock(attempt.facts.now)
    state = quote.state(now) if quote else LinkState.VOID
    if state is LinkState.EXPIRED:
        yield Refusal("link_expired", say("This link has expired."), "", say("Ask for a new one."))
    elif state is not LinkState.OPEN:
        yield Refusal(
            "link_overtaken",
            say("This link has been replaced."),
            "",
            say("Use the link in our newest email."),
        )


def consent_ticked(attempt: Attempt) -> Iterator[Refusal]:
    """A student who confirms has agreed to the price."""
    if attempt.args.by_link and not attempt.args.consent:
        yield Refusal(
            "consent_missing",
            say("Select the checkbox to agree to the price."),
            "consent",
            say("Then confirm."),
        )


def same_as_quoted(attempt: Attempt) -> Iterator[Refusal]:
    """The price and the file are still those in the quote."""
    job, quote = attempt.subject, attempt.facts.quote
    if quote is None or job.cost_cents is None:
        yield Refusal(
            "no_quote",
            say("The job has no quote to confirm."),
            "",
            say("Use “{action}” first.", action=Trigger.REQUOTE.label),
        )
    elif quote.cost_cents != job.cost_cents or quote.file_sha256 != job.file.sha256:
        yield Refusal(
            "quote_changed",
            say("The price or the file changed after we sent this quote."),
            "",
            say("Use the link in our newest email."),
        )


def to_see(job: Job) -> str:
    """What staff can correct of a job while its quote stays open: the color, and the printer."""
    return f"{job.color} / {job.printer}"


def as_seen(attempt: Attempt) -> Iterator[Refusal]:
    """The page that the student answered on says what the job is now."""
    if attempt.args.seen not in ("", to_see(attempt.subject)):
        yield Refusal(
            "details_changed",
            say("The lab corrected the details while this page was open."),
            "",
            say("Check the color and the printer, then confirm again."),
        )


def has_quote(attempt: Attempt) -> Iterator[Refusal]:
    """The job has a price to send."""
    if not attempt.subject.has_figures:
        yield Refusal(
            "no_quote",
            say("The job has no price yet."),
            "",
            say("Use “{action}” to set one.", action=Trigger.REQUOTE.label),
        )


def not_too_often(attempt: Attempt) -> Iterator[Refusal]:
    """A student requests a new link at most once an hour."""
    start = attempt.facts.resend_from
    if attempt.args.by_link and start is not None and attempt.facts.now < start:
        minutes = -(-(start - attempt.facts.now) // timedelta(minutes=1))
        yield Refusal(
            "resend_too_often",
            say("We just sent you a link."),
            "",
            say_n(
                "Check your email and your spam folder, or ask again in {count} minute.",
                "Check your email and your spam folder, or ask again in {count} minutes.",
                minutes,
            ),
        )


# -- hold, release, cancel ------------------------------------------------------------------------


def waits_for_staff(job: Job) -> Iterator[Refusal]:
    """Why the job can't be planned or started: staff have to decide something first."""
    if job.on_hold:
        yield _held(job)
    if job.cancel_asked_at is not None:
        yield _wished()


def _held(job: Job) -> Refusal:
    return Refusal(
        "on_hold",
        say("{name} put this job on hold: {reason}", name=job.held_by, reason=job.hold_reason),
        "",
        say("Use “{action}” first.", action=Trigger.RELEASE.label),
    )


def _wished() -> Refusal:
    return Refusal(
        "cancel_asked",
        say("The student asked to cancel this job."),
        "",
        say("Use “{yes}” or “{no}” first.", yes=Trigger.CANCEL.label, no=Trigger.KEEP.label),
    )


def not_on_hold(attempt: Attempt) -> Iterator[Refusal]:
    """The job isn't on hold."""
    job = attempt.subject
    if not job.on_hold:
        return
    if attempt.actor.kind is ActorKind.STUDENT:
        yield Refusal(
            "on_hold",
            say("The lab put this job on hold."),
            "",
            job.hold_reason if job.hold_shown else say("You don't need to do anything."),
        )
        return
    yield _held(job)


def is_on_hold(attempt: Attempt) -> Iterator[Refusal]:
    """The job is on hold."""
    if not attempt.subject.on_hold:
        yield Refusal("not_on_hold", say("This job isn't on hold."))


def not_asked_to_cancel(attempt: Attempt) -> Iterator[Refusal]:
    """No request to cancel waits for an answer."""
    job = attempt.subject
    if job.cancel_asked_at is None:
        return
    if attempt.actor.kind is ActorKind.STUDENT:
        yield Refusal("cancel_asked", say("You already asked us to cancel this print."))
        return
    yield _wished()


def asked_to_cancel(attempt: Attempt) -> Iterator[Refusal]:
    """The student asked to cancel the job."""
    if attempt.subject.cancel_asked_at is None:
        yield Refusal("cancel_not_asked", say("The student hasn't asked to cancel this job."))


def students_may_ask(attempt: Attempt) -> Iterator[Refusal]:
    """The lab's settings let students ask."""
    if attempt.facts.students_cancel == "no":
        yield _cancel_by_staff()


def student_may_cancel(attempt: Attempt) -> Iterator[Refusal]:
    """Students only if the lab's settings allow it until the print starts."""
    student = attempt.actor.kind is ActorKind.STUDENT
    if student and attempt.facts.students_cancel != "until_print":
        yield _cancel_by_staff()


def _cancel_by_staff() -> Refusal:
    return Refusal(
        "cancel_by_staff",
        say("Only the lab can cancel a print after you confirm it."),
        "",
        say("Write to the lab."),
    )


def cancel_reason_given(attempt: Attempt) -> Iterator[Refusal]:
    """Staff give a reason, unless the student asked."""
    asked = attempt.subject.cancel_asked_at is not None
    if attempt.actor.kind is ActorKind.STAFF and not asked:
        yield from reason_given(attempt)


def nothing_paid(attempt: Attempt) -> Iterator[Refusal]:
    """No money was paid for the job, or it was refunded."""
    held = attempt.facts.held_cents
    if held <= 0:
        return
    paid = say("{amount} was paid for this job.", amount=Money(held, attempt.subject.currency))
    if attempt.actor.kind is ActorKind.STUDENT:
        yield Refusal("paid", paid, "", say("Write to the lab."))
    else:
        yield Refusal("paid", paid, "", say("Refund it first."))


# -- complete, dispose, archive -------------------------------------------------------------------


def valid_final_figures(attempt: Attempt) -> Iterator[Refusal]:
    """The final cost and weight, if given, are within range."""
    if attempt.args.cost and parse_cents(attempt.args.cost, attempt.subject.currency) is None:
        yield Refusal("cost_invalid", say("Enter the final cost as an amount, like 4.25."), "cost")
    if attempt.args.weight:
        yield from valid_weight(attempt)


def shelf_fits(attempt: Attempt) -> Iterator[Refusal]:
    """The shelf's name is short."""
    length = len(clean_line(attempt.args.shelf))
    if length > SHELF_LIMIT:
        yield Refusal("shelf_too_long", too_long(length, SHELF_LIMIT), "shelf")


def waited_long_enough(attempt: Attempt) -> Iterator[Refusal]:
    """The print has waited as long as the lab keeps prints, and the last reminder was days ago."""
    due = attempt.facts.pick_up.disposal_at(attempt.subject)
    if due is None:
        yield Refusal(
            "disposal_off",
            say("The lab keeps prints until they're picked up."),
            "",
            say("An administrator can set a limit: dispose_after_days in the settings."),
        )
    elif attempt.facts.now < due:
        yield Refusal(
            "too_young",
            say(
                "The print has been ready since {day}.",
                day=Day(attempt.subject.status_since.date()),
            ),
            "",
            say("It can be discarded starting {day}.", day=Day(due.date())),
        )


def reminded_or_reason(attempt: Attempt) -> Iterator[Refusal]:
    """A reminder was sent to the student, or staff give a reason for not sending one."""
    staff = attempt.actor.kind is ActorKind.STAFF
    if attempt.facts.reminder_left or (staff and clean_text(attempt.args.reason)):
        return
    yield Refusal(
        "not_reminded",
        say("No reminder has reached the student yet."),
        "reason",
        say("Check the job's emails, or enter why the print is discarded anyway."),
    )


def older_than_period(attempt: Attempt) -> Iterator[Refusal]:
    """The job has been finished for the retention period."""
    keep = timedelta(days=attempt.facts.catalog.retention.archive_after_days)
    due = attempt.subject.status_since + keep
    if attempt.facts.now < due:
        yield Refusal(
            "too_young",
            say(
                "The job has been in this status since {day}.",
                day=Day(attempt.subject.status_since.date()),
            ),
            "",
            say("It can be archived starting {day}.", day=Day(due.date())),
        )
