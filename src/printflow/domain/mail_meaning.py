"""Which mail still means something when its turn comes: one table, asked each time one may leave.

A mail can wait: for the undo window, for a mail server that is away, for a paused outbox. By then a
later step may have made it pointless, or wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .effects import MailTemplate
from .history import Mail
from .job import Job, LinkState
from .ledger import Payment
from .status import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class MailAbout:
    """What a mail tells of, as it is now."""

    job: Job | None
    link: LinkState | None
    """How the link in the mail stands; None where it has none."""
    payment: Payment | None
    more: tuple[Job, ...] = ()
    """Other jobs that it tells of: it means something as long as it does for one of them."""
    newer: bool
    """A later mail of the same kind tells of the same job."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """When a mail still means something; what is not set does not matter to it."""

    statuses: frozenset[Status] | None = None
    """The job is in one of them."""
    open_link: bool = False
    """The link that it carries still waits for an answer."""
    newest: bool = True
    """No later mail of its kind tells of the same job."""
    same_reasons: bool = False
    """The job's reasons are those that it tells."""
    this_wait: bool = False
    """It was written since the job came into its status."""
    unanswered: bool = False
    """Nobody has answered the student yet."""
    payment_counts: bool = False
    """The payment that it tells of was not voided."""


def _in(*statuses: Status) -> frozenset[Status]:
    return frozenset(statuses)


_ALWAYS = Meaning(newest=False)
_CONFIRMED_ALERT = Meaning(statuses=_in(Status.READYTOPRINT))
MEANING: Mapping[MailTemplate, Meaning] = {
    MailTemplate.RECEIVED: Meaning(statuses=_in(Status.UPLOADED)),
    MailTemplate.APPROVED: Meaning(statuses=_in(Status.PENDING), open_link=True),
    MailTemplate.REMINDER: Meaning(statuses=_in(Status.PENDING), open_link=True),
    MailTemplate.CONFIRMED: Meaning(statuses=_in(Status.READYTOPRINT, Status.PRINTING)),
    MailTemplate.REJECTED: Meaning(statuses=_in(Status.REJECTED), same_reasons=True),
    MailTemplate.COMPLETED: Meaning(statuses=_in(Status.COMPLETED)),
    MailTemplate.PICK_UP_REMINDER: Meaning(statuses=_in(Status.COMPLETED), this_wait=True),
    MailTemplate.DISPOSED: Meaning(statuses=_in(Status.ARCHIVED)),
    MailTemplate.STAFF_ALERT: Meaning(statuses=_in(Status.REJECTED)),
    MailTemplate.STUDENT_MESSAGE: Meaning(newest=False, unanswered=True),
    MailTemplate.RECEIPT: Meaning(newest=False, payment_counts=True),
    MailTemplate.MESSAGE: _ALWAYS,
    MailTemplate.FIND_JOBS: _ALWAYS,
}
"""Every template is in it. A staff alert of a confirmed price has a line of its own."""

_LINK_WORDS = {
    LinkState.USED: "the student has answered",
    LinkState.VOID: "a newer price or a decision took its place",
    LinkState.EXPIRED: "its link has expired",
}


def overtaken(mail: Mail, about: MailAbout) -> str:
    """Why the mail no longer means anything ("" = it still does)."""
    if mail.template not in set(MailTemplate):
        return ""
    template = MailTemplate(mail.template)
    meaning = MEANING[template]
    if template is MailTemplate.STAFF_ALERT and mail.context.get("outcome") == "confirmed":
        meaning = _CONFIRMED_ALERT
    return (
        _by_jobs(mail, meaning, about)
        or (_LINK_WORDS.get(about.link, "") if meaning.open_link and about.link else "")
        or ("a newer email took its place" if meaning.newest and about.newer else "")
        or _by_payment(meaning, about.payment)
    )


def _by_jobs(mail: Mail, meaning: Meaning, about: MailAbout) -> str:
    whys = [_by_job(mail, meaning, job) for job in (about.job, *about.more)]
    return whys[0] if all(whys) else ""


def _by_job(mail: Mail, meaning: Meaning, job: Job | None) -> str:
    if job is None:
        return "the job was removed" if meaning.statuses else ""
    if meaning.statuses and job.status not in meaning.statuses:
        return f"the job is “{job.status.label}” now"
    if meaning.same_reasons and tuple(mail.context.get("reasons", ())) != job.reasons:
        return "the reasons have changed"
    if meaning.this_wait and mail.created_at < job.status_since:
        return "the print was completed again since"
    return "the student was answered" if meaning.unanswered and job.asked_at is None else ""


def _by_payment(meaning: Meaning, payment: Payment | None) -> str:
    if not meaning.payment_counts or (payment is not None and payment.void is None):
        return ""
    return "the payment was voided" if payment else "the payment was removed"
