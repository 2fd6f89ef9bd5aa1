"""What must hold before a trigger is let through. Each guard yields its own refusals.

The first line of a guard's docstring is its sentence in the lifecycle's documentation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

from ..errors import Refusal
from .attempt import Attempt
from .job import FileState, LinkState
from .pick_up import SHELF_LIMIT
from .pricing import MAX_GRAMS, MAX_HOURS, parse_cents, parse_grams, parse_hours
from .status import ActorKind, Status
from .text import clean_line, clean_text, shortened

Guard = Callable[[Attempt], Iterator[Refusal]]

TEXT_LIMIT = 2000


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names)


def choice(
    value: str, known: tuple[str, ...], field: str, what: str, where: str = ""
) -> Iterator[Refusal]:
    """The value is one of the known ones; the refusal names them."""
    if value not in known:
        named = shortened(clean_line(value), 60)
        yield Refusal(
            f"{field}_unknown",
            f"There is no {what} {named!r}{where}." if named else f"Choose a {what}.",
            field,
            f"Choose from: {_listed(known)}." if known else "",
        )


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
                f"That is {length:,} characters; at most {TEXT_LIMIT:,} fit.",
                field,
            )


# -- approve, requote -----------------------------------------------------------------------------


def valid_weight(attempt: Attempt) -> Iterator[Refusal]:
    """The weight is a number of grams within range."""
    if parse_grams(attempt.args.weight) is None:
        yield Refusal(
            "weight_invalid",
            "Enter the weight in grams as a number with a point, for example 42.5.",
            "weight",
            f"More than 0 and at most {MAX_GRAMS:,} g.",
        )


def valid_time(attempt: Attempt) -> Iterator[Refusal]:
    """The print time is a number of hours within range."""
    if parse_hours(attempt.args.hours) is None:
        yield Refusal(
            "hours_invalid",
            "Enter the print time in hours, for example 3.25 or 2h 30m.",
            "hours",
            f"More than 0 and at most {MAX_HOURS:,} hours.",
        )


def valid_material(attempt: Attempt) -> Iterator[Refusal]:
    """The material is one of the method's."""
    method = attempt.facts.catalog.method(attempt.subject.method)
    known = method.materials if method else ()
    yield from choice(
        attempt.args.material, known, "material", "material", f" for {attempt.subject.method}"
    )


def valid_printer(attempt: Attempt) -> Iterator[Refusal]:
    """The printer exists and prints by the job's method."""
    job = attempt.subject
    known = tuple(p.name for p in attempt.facts.catalog.printers_for(job.method))
    printer = attempt.args.printer or job.printer
    yield from choice(printer, known, "printer", "printer", f" for {job.method}")


def file_settled(attempt: Attempt) -> Iterator[Refusal]:
    """The chosen file is the job's, is present, and nobody is writing to it."""
    file = attempt.facts.chosen_file
    own = attempt.subject.file
    if own.state is FileState.ABSENT and (file is None or file.name == own.name):
        yield Refusal(
            "file_absent",
            "This job was imported without a file.",
            "file",
            "Add one on the job's page (New version), or choose one that was saved for it.",
        )
    elif file is None or not file.present:
        name = file.name if file else attempt.args.file
        yield Refusal(
            "file_gone",
            f"The file {name!r} is not in the job's folder.",
            "file",
            "Reload the page and choose again; if it was moved by hand, put it back.",
        )
    elif not file.acceptable:
        yield Refusal(
            "file_foreign",
            f"{file.name!r} is not a printable file of this job.",
            "file",
            "Save the sliced file beside the original, with the job's id in its name.",
        )
    elif not file.settled:
        yield Refusal(
            "file_unsettled",
            f"{file.name!r} is still being written.",
            "file",
            "Wait a few seconds until the slicer has finished and try again.",
        )


# -- reject, fail, override -----------------------------------------------------------------------


def reason_or_text(attempt: Attempt) -> Iterator[Refusal]:
    """At least one reason or a text is given."""
    args = attempt.args
    if not any(clean_line(reason) for reason in args.reasons) and not clean_text(args.text):
        yield Refusal(
            "reason_missing",
            "Say why: choose at least one reason or write a few words.",
            "reasons",
            "The student gets them in the mail.",
        )


def reason_given(attempt: Attempt) -> Iterator[Refusal]:
    """A reason is given."""
    if not clean_text(attempt.args.reason):
        yield Refusal("reason_missing", "Say why.", "reason", "A few words for the history.")


def destination_allowed(attempt: Attempt) -> Iterator[Refusal]:
    """The new status is another one, and not ARCHIVED."""
    others = tuple(
        status.value
        for status in Status
        if status.value != attempt.state and status is not Status.ARCHIVED
    )
    yield from choice(attempt.args.to, others, "to", "status to change to")


def usual_mail_exists(attempt: Attempt) -> Iterator[Refusal]:
    """A mail that is asked for exists, and a price stands where that mail needs one."""
    if not attempt.args.notify:
        return
    if attempt.args.to == Status.PENDING and not attempt.subject.has_figures:
        yield Refusal(
            "no_quote",
            "The job has no price yet, so no quote can be mailed.",
            "notify",
            "Leave the mail out, then use “Change the quote”.",
        )
    elif attempt.args.to in set(Status) and Status(attempt.args.to).record.usual_mail is None:
        yield Refusal(
            "no_usual_mail",
            f"No mail belongs to the status {Status(attempt.args.to).label!r}.",
            "notify",
            "Leave the mail out.",
        )


# -- confirm, decline, resend ---------------------------------------------------------------------


def link_valid(attempt: Attempt) -> Iterator[Refusal]:
    """A student's link is the job's newest, unused and unexpired; staff need no link but a note."""
    quote = attempt.facts.quote
    if not attempt.args.by_link:
        if not clean_text(attempt.args.note):
            yield Refusal(
                "note_missing",
                "Say how the student answered.",
                "note",
                "For example “by phone, 14:30”.",
            )
        return
    state = quote.state(attempt.facts.now) if quote else LinkState.VOID
    if state is LinkState.EXPIRED:
        yield Refusal("link_expired", "This link has expired.", "", "Ask for a new one.")
    elif state is not LinkState.OPEN:
        yield Refusal(
            "link_overtaken", "A newer quote took this link's place.", "", "The newest mail counts."
        )


def consent_ticked(attempt: Attempt) -> Iterator[Refusal]:
    """A student who confirms ticked the consent."""
    if attempt.args.by_link and not attempt.args.consent:
        yield Refusal(
            "consent_missing", "Tick the box to agree to the price.", "consent", "Then confirm."
        )


def same_as_quoted(attempt: Attempt) -> Iterator[Refusal]:
    """Price and file are still those of the quote."""
    job, quote = attempt.subject, attempt.facts.quote
    if quote is None or job.cost_cents is None:
        yield Refusal(
            "no_quote", "The job has no quote to confirm.", "", "Use “Change the quote” first."
        )
    elif quote.cost_cents != job.cost_cents or quote.file_sha256 != job.file.sha256:
        yield Refusal(
            "quote_changed",
            "The price or the file changed after this quote was sent.",
            "",
            "The newest mail counts.",
        )


def has_quote(attempt: Attempt) -> Iterator[Refusal]:
    """The job has a price to send."""
    if not attempt.subject.has_figures:
        yield Refusal(
            "no_quote", "The job has no price yet.", "", "Use “Change the quote” to set one."
        )


def not_too_often(attempt: Attempt) -> Iterator[Refusal]:
    """A student asks for a new link at most once an hour."""
    start = attempt.facts.resend_from
    if attempt.args.by_link and start is not None and attempt.facts.now < start:
        minutes = -(-(start - attempt.facts.now) // timedelta(minutes=1))
        yield Refusal(
            "resend_too_often",
            "We sent you a link a short while ago.",
            "",
            "Look into your mail, also under spam, or ask again in "
            f"{minutes} minute{'' if minutes == 1 else 's'}.",
        )


# -- complete, dispose, archive -------------------------------------------------------------------


def valid_final_figures(attempt: Attempt) -> Iterator[Refusal]:
    """Final cost and weight, where given, are within range."""
    if attempt.args.cost and parse_cents(attempt.args.cost) is None:
        yield Refusal(
            "cost_invalid", "Enter the final cost as an amount, for example 4.25.", "cost"
        )
    if attempt.args.weight:
        yield from valid_weight(attempt)


def shelf_fits(attempt: Attempt) -> Iterator[Refusal]:
    """The name of the shelf is short."""
    length = len(clean_line(attempt.args.shelf))
    if length > SHELF_LIMIT:
        yield Refusal(
            "shelf_too_long", f"That is {length} characters; at most {SHELF_LIMIT} fit.", "shelf"
        )


def waited_long_enough(attempt: Attempt) -> Iterator[Refusal]:
    """The print waited for as long as the lab keeps prints, and the last reminder is days ago."""
    due = attempt.facts.pick_up.disposal_at(attempt.subject)
    if due is None:
        yield Refusal(
            "disposal_off",
            "The lab keeps prints until they are picked up.",
            "",
            "An administrator can set a period: dispose_after_days in the settings.",
        )
    elif attempt.facts.now < due:
        yield Refusal(
            "too_young",
            f"The print waits since {attempt.subject.status_since:%Y-%m-%d}.",
            "",
            f"It can be disposed of from {due:%Y-%m-%d}.",
        )


def reminded_or_reason(attempt: Attempt) -> Iterator[Refusal]:
    """A reminder left for the student, or staff say why it goes without one."""
    staff = attempt.actor.kind is ActorKind.STAFF
    if attempt.facts.reminder_left or (staff and clean_text(attempt.args.reason)):
        return
    yield Refusal(
        "not_reminded",
        "No reminder has reached the student yet.",
        "reason",
        "Look at the job's mails, or say why it goes all the same.",
    )


def older_than_period(attempt: Attempt) -> Iterator[Refusal]:
    """The job has rested for the retention period."""
    keep = timedelta(days=attempt.facts.catalog.retention.archive_after_days)
    due = attempt.subject.status_since + keep
    if attempt.facts.now < due:
        yield Refusal(
            "too_young",
            f"The job rests here since {attempt.subject.status_since:%Y-%m-%d}.",
            "",
            f"It can be archived from {due:%Y-%m-%d}.",
        )
