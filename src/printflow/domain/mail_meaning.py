"""Which mail still means something when its turn comes: its record is asked each time it may leave.

A mail can wait: for the undo window, for a mail server that is away, for a paused outbox. By then a
later step may have made it pointless, or wrong.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..said import say
from .effects import MailTemplate
from .history import Mail
from .job import Job, LinkState
from .ledger import Payment
from .mail_record import ASKED_ALERT, CONFIRMED_ALERT, MAILS, Meaning


@dataclass(frozen=True, slots=True, kw_only=True)
class MailAbout:
    """What an email is about, as it is now."""

    job: Job | None
    link: LinkState | None
    """How the link in the mail stands; None where it has none."""
    payment: Payment | None
    more: tuple[Job, ...] = ()
    """Other jobs that it is about: it means something as long as it does for one of them."""
    newer: bool
    """A later email of the same kind is about the same job."""


_LINK_WORDS = {
    LinkState.USED: say("The student has answered."),
    LinkState.VOID: say("A newer price or a decision has replaced it."),
    LinkState.EXPIRED: say("Its link has expired."),
}
_ALERTS = {"confirmed": CONFIRMED_ALERT, "cancel_asked": ASKED_ALERT}


def overtaken(mail: Mail, about: MailAbout) -> str:
    """Why the mail no longer means anything ("" = it still does)."""
    if mail.template not in MAILS:
        return ""
    template = MailTemplate(mail.template)
    meaning = MAILS[template].meaning
    if template is MailTemplate.STAFF_ALERT:
        meaning = _ALERTS.get(mail.context.get("outcome", ""), meaning)
    return (
        _by_jobs(mail, meaning, about)
        or (_LINK_WORDS.get(about.link, "") if meaning.open_link and about.link else "")
        or (say("A newer email has replaced it.") if meaning.newest and about.newer else "")
        or _by_payment(meaning, about.payment)
    )


def _by_jobs(mail: Mail, meaning: Meaning, about: MailAbout) -> str:
    whys = [_by_job(mail, meaning, job) for job in (about.job, *about.more)]
    return whys[0] if all(whys) else ""


def _by_job(mail: Mail, meaning: Meaning, job: Job | None) -> str:
    if job is None:
        return say("The job was removed.") if meaning.statuses else ""
    if meaning.statuses and job.status not in meaning.statuses:
        return say("The job's status is “{status}” now.", status=job.status.label)
    if meaning.unconfirmed and not job.unconfirmed:
        return say("The job no longer waits for its address.")
    if meaning.same_reasons and tuple(mail.context.get("reasons", ())) != job.reasons:
        return say("The reasons have changed.")
    if meaning.held is not None and job.on_hold is not meaning.held:
        return say("The job is on hold.") if job.on_hold else say("The job is no longer on hold.")
    if meaning.cancel_asked and job.cancel_asked_at is None:
        return say("Staff have decided on it.")
    if meaning.this_wait and mail.created_at < job.status_since:
        return say("The print was completed again since then.")
    return (
        say("Staff have replied to the student.")
        if meaning.unanswered and job.asked_at is None
        else ""
    )


def _by_payment(meaning: Meaning, payment: Payment | None) -> str:
    if not meaning.payment_counts or (payment is not None and payment.void is None):
        return ""
    return say("The payment was voided.") if payment else say("The payment was removed.")
