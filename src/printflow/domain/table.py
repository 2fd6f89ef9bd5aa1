"""The lifecycle's one table: from where to where, pulled by whom, guarded by what, with what effect.

Buttons, documentation, diagram, command line, guards, state machine and tests all read it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from . import budget_guards as budget
from . import callbacks as do
from . import copy_guards as copies
from . import form_guards as form
from . import guards as need
from . import limit_guards as limits
from . import money_guards as money
from .attempt import Attempt
from .effects import MailTemplate
from .guards import Guard
from .job import Job
from .quoted_price import price_as_shown
from .status import ActorKind, Status, Trigger

Callback = Callable[[Attempt], None]

STUDENT, STAFF, SYSTEM = ActorKind.STUDENT, ActorKind.STAFF, ActorKind.SYSTEM


def always(_job: Job) -> bool:
    """It is offered for every job of its sources."""
    return True


class Leads(StrEnum):
    """Where a row leads that has no fixed status to lead to."""

    CHOSEN = "any but ARCHIVED"
    """The caller names the new status."""
    BACK = "back where it came from"
    """The status that the job was in before the present one."""
    COPIES = "READYTOPRINT, or PRINTING while other copies are good or printing"
    """As the copies say after the results."""
    STAYS = "the same"
    """The status stays."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the lifecycle's table.

    ``sources`` is empty for a job that does not exist yet. ``who`` and ``what`` are the table's
    words in the documentation.
    """

    trigger: Trigger
    sources: tuple[Status, ...]
    dest: Status | Leads
    actors: tuple[ActorKind, ...]
    who: str
    what: str
    guards: tuple[Guard, ...] = ()
    before: tuple[Callback, ...] = ()
    after: tuple[Callback, ...] = ()
    mails: tuple[MailTemplate, ...] = ()
    """What is mailed once all else is done."""
    when: Callable[[Job], bool] = always
    """For which jobs of its sources it is offered; the guards say no to the others, with reasons."""
    strict: bool = False
    """Where it is not offered, the job has no such trigger, as in another status."""

    def of(self, job: Job) -> bool:
        """Whether a job has this trigger now."""
        return job.status in self.sources and (not self.strict or self.when(job))

    def offered(self, job: Job) -> bool:
        """Whether its button is shown for a job of its sources: not where all know the answer."""
        held = job.on_hold and need.not_on_hold in self.guards
        asked = job.cancel_asked_at is not None and need.not_asked_to_cancel in self.guards
        return self.when(job) and not held and not asked

    def dests(self, source: Status) -> tuple[Status, ...]:
        """Where the row can lead from ``source``."""
        if isinstance(self.dest, Status):
            return (self.dest,)
        if self.dest is Leads.STAYS:
            return (source,)
        if self.dest is Leads.COPIES:
            return (Status.READYTOPRINT, Status.PRINTING)
        return tuple(s for s in CHOSEN_STATUSES if s is not source)


OPEN = tuple(status for status in Status if not status.closed)
"""Where there is still something to do, and so something to hold."""

TABLE: tuple[Row, ...] = (
    Row(
        Trigger.SUBMIT,
        (),
        Status.UPLOADED,
        (STUDENT, STAFF),
        "student",
        "job, original file, event; email *received*",
        guards=(
            form.form_open,
            form.accepted_file,
            form.complete_form,
            form.minimum_charge_acknowledged,
            form.texts_as_shown,
            budget.known_payer,
            limits.request_within_limits,
        ),
        before=(do.take_form, limits.mark_over_limit),
        after=(do.ask_payer,),
        mails=(MailTemplate.RECEIVED,),
    ),
    Row(
        Trigger.APPROVE,
        (Status.UPLOADED,),
        Status.PENDING,
        (STAFF,),
        "staff",
        "price set (minimum charge enforced); chosen file becomes authoritative; "
        "confirmation issued; email *approved*",
        guards=(
            need.not_on_hold,
            need.valid_weight,
            need.valid_time,
            need.valid_material,
            need.valid_printer,
            need.file_settled,
            need.texts_fit,
            price_as_shown,
            budget.budget_covers,
            limits.job_within_limits,
        ),
        before=(do.set_price, do.adopt_file, limits.decide_over_limit),
        after=(do.place_file, do.issue_confirmation, do.reserve_budget),
        mails=(MailTemplate.APPROVED, MailTemplate.PAYER_ASKED),
    ),
    Row(
        Trigger.REJECT,
        (Status.UPLOADED, Status.PENDING),
        Status.REJECTED,
        (STAFF,),
        "staff",
        "email *rejected* with the reasons",
        guards=(need.reason_or_text, need.texts_fit),
        before=(do.set_reasons,),
        after=(do.place_file, do.void_confirmations),
        mails=(MailTemplate.REJECTED,),
    ),
    Row(
        Trigger.CONFIRM,
        (Status.PENDING,),
        Status.READYTOPRINT,
        (STUDENT, STAFF),
        "student by link, or staff with a note",
        "confirmation used; email *confirmed*; staff alert",
        guards=(
            need.not_on_hold,
            need.link_valid,
            need.consent_ticked,
            need.same_as_quoted,
            need.as_seen,
            budget.payers_did_not_refuse,
            budget.budget_still_covers,
            budget.allowance_still_there,
            limits.still_within_limits,
            need.texts_fit,
        ),
        before=(do.keep_note, do.keep_consent),
        after=(do.place_file, do.use_confirmation, do.reserve_again),
        mails=(MailTemplate.CONFIRMED, MailTemplate.STAFF_ALERT, MailTemplate.PAYER_ASKED),
    ),
    Row(
        Trigger.DECLINE,
        (Status.PENDING,),
        Status.REJECTED,
        (STUDENT, STAFF),
        "student by link, or staff with a note",
        "reason “declined by the student”",
        guards=(need.link_valid, need.texts_fit),
        before=(do.set_declined, do.keep_note),
        after=(do.place_file, do.use_confirmation),
        mails=(MailTemplate.STAFF_ALERT,),
    ),
    Row(
        Trigger.WITHDRAW,
        (Status.UPLOADED, Status.PENDING),
        Status.REJECTED,
        (STUDENT,),
        "student on the job's page",
        "reason “canceled by the student”; open link revoked; staff alert",
        guards=(need.texts_fit,),
        before=(do.set_withdrawn,),
        after=(do.place_file, do.void_confirmations),
        mails=(MailTemplate.STAFF_ALERT,),
    ),
    Row(
        Trigger.REQUOTE,
        (Status.PENDING, Status.READYTOPRINT),
        Status.PENDING,
        (STAFF,),
        "staff",
        "old link revoked, new one issued; where the student had confirmed, the job waits for the answer to "
        "the new price and is planned for no machine; email *approved* again",
        guards=(
            need.not_on_hold,
            need.not_asked_to_cancel,
            need.valid_weight,
            need.valid_time,
            need.valid_material,
            need.valid_printer,
            need.file_settled,
            need.texts_fit,
            price_as_shown,
            budget.budget_covers,
            limits.job_within_limits,
        ),
        before=(do.set_price, do.adopt_file, limits.decide_over_limit),
        after=(do.place_file, do.issue_confirmation, do.reserve_budget, do.leave_plates),
        mails=(MailTemplate.APPROVED, MailTemplate.PAYER_ASKED),
    ),
    Row(
        Trigger.RESEND,
        (Status.PENDING,),
        Status.PENDING,
        (STAFF, STUDENT),
        "staff, or student on the expired page (limited)",
        "old link revoked, new one issued; email",
        guards=(
            need.not_on_hold,
            need.has_quote,
            need.not_too_often,
            budget.budget_still_covers,
            budget.allowance_still_there,
            limits.still_within_limits,
        ),
        after=(do.issue_confirmation, do.reserve_budget),
        mails=(MailTemplate.APPROVED, MailTemplate.PAYER_ASKED),
    ),
    Row(
        Trigger.START_PRINTING,
        (Status.READYTOPRINT, Status.PRINTING),
        Status.PRINTING,
        (STAFF,),
        "staff",
        "copies put on a plate of a machine",
        guards=(
            need.not_on_hold,
            need.not_asked_to_cancel,
            budget.payers_approved,
            budget.payers_did_not_refuse,
            copies.machine_ready,
            copies.enough_left,
        ),
        before=(do.start_copies,),
        after=(do.place_file,),
        mails=(MailTemplate.PRINT_STARTED,),
        when=lambda job: job.copies.left > 0,
        strict=True,
    ),
    Row(
        Trigger.FAIL,
        (Status.PRINTING,),
        Leads.COPIES,
        (STAFF,),
        "staff",
        "failed copies go to the front of the queue; no new confirmation, no new charge",
        guards=(
            need.reason_given,
            need.texts_fit,
            copies.failure_known,
            copies.copies_running,
            copies.some_failed,
        ),
        before=(do.end_copies,),
        after=(do.place_file,),
        mails=(MailTemplate.PRINT_FAILED, MailTemplate.COPIES_READY),
        when=lambda job: job.copies.printing > 0,
    ),
    Row(
        Trigger.COPIES_DONE,
        (Status.PRINTING,),
        Leads.COPIES,
        (STAFF,),
        "staff",
        "good copies counted; those not printed go to the front of the queue",
        guards=(copies.copies_running, copies.some_copies_left, need.texts_fit),
        before=(do.end_copies,),
        after=(do.place_file,),
        mails=(MailTemplate.COPIES_READY,),
        when=lambda job: job.copies.printing > 0 and job.copies.left > 0,
    ),
    Row(
        Trigger.COMPLETE,
        (Status.PRINTING,),
        Status.COMPLETED,
        (STAFF,),
        "staff",
        "all copies good; final cost and shelf may be set; email *completed* (where and when to pick up)",
        guards=(
            copies.copies_running,
            copies.all_copies_good,
            need.valid_final_figures,
            need.shelf_fits,
        ),
        before=(do.end_copies, do.set_final_figures, do.keep_shelf, do.tell_later),
        after=(do.place_file,),
        mails=(MailTemplate.COMPLETED,),
        when=lambda job: job.copies.printing > 0 and job.copies.left == 0,
    ),
    Row(
        Trigger.HAND_OUT,
        (Status.PRINTING, Status.COMPLETED),
        Leads.STAYS,
        (STAFF,),
        "staff",
        "finished copies handed out; the job stays as it is",
        guards=(
            need.not_on_hold,
            copies.copies_at_hand,
        ),
        before=(do.hand_out_copies,),
        when=lambda job: job.copies.at_hand > 0 and job.copies.wanted > 1,
    ),
    Row(
        Trigger.PICK_UP,
        (Status.COMPLETED,),
        Status.PAIDPICKEDUP,
        (STAFF,),
        "staff",
        "payment added to the ledger",
        guards=(need.not_on_hold, money.payment_or_waiver, need.texts_fit),
        before=(do.hand_out_all,),
        after=(do.place_file, do.record_payment),
    ),
    Row(
        Trigger.DISPOSE,
        (Status.COMPLETED,),
        Status.ARCHIVED,
        (STAFF, SYSTEM),
        "staff, or automatically if that is turned on",
        "email *disposed*; nothing is charged",
        guards=(need.not_on_hold, need.waited_long_enough, need.reminded_or_reason, need.texts_fit),
        before=(do.keep_disposal,),
        after=(do.place_file,),
        mails=(MailTemplate.DISPOSED,),
    ),
    Row(
        Trigger.HOLD,
        OPEN,
        Leads.STAYS,
        (STAFF,),
        "staff",
        "the job stays where it is: no reminders, no deadline, and no step but these: reject, decline, "
        "withdraw, cancel, override, and the results of a print; email *on hold* if wanted",
        guards=(need.not_on_hold, need.reason_given, need.texts_fit),
        before=(do.put_on_hold,),
        mails=(MailTemplate.ON_HOLD,),
        when=lambda job: not job.on_hold,
    ),
    Row(
        Trigger.RELEASE,
        OPEN,
        Leads.STAYS,
        (STAFF,),
        "staff",
        "the job goes on where it was; an open quote is good for as much longer; email *released* if "
        "wanted, or *completed* where the print was finished meanwhile",
        guards=(need.is_on_hold, need.texts_fit),
        before=(do.release,),
        mails=(MailTemplate.RELEASED, MailTemplate.COMPLETED),
        when=lambda job: job.on_hold,
    ),
    Row(
        Trigger.ASK_TO_CANCEL,
        (Status.READYTOPRINT,),
        Leads.STAYS,
        (STUDENT,),
        "student on the job's page",
        "the print isn't started until staff have decided; staff alert",
        guards=(need.students_may_ask, need.not_asked_to_cancel, need.texts_fit),
        before=(do.keep_wish,),
        mails=(MailTemplate.STAFF_ALERT,),
    ),
    Row(
        Trigger.KEEP,
        (Status.READYTOPRINT,),
        Leads.STAYS,
        (STAFF,),
        "staff",
        "the request to cancel is declined; email *not canceled*",
        guards=(need.asked_to_cancel, need.texts_fit),
        before=(do.drop_wish,),
        mails=(MailTemplate.NOT_CANCELED,),
        when=lambda job: job.cancel_asked_at is not None,
    ),
    Row(
        Trigger.CANCEL,
        (Status.UPLOADED, Status.PENDING, Status.READYTOPRINT),
        Status.REJECTED,
        (STAFF, STUDENT),
        "staff, or student on the job's page where the lab allows it until the print starts",
        "reason “canceled”; open link revoked; planned for no machine; nothing is charged; "
        "email *canceled*, or staff alert",
        guards=(
            need.student_may_cancel,
            need.nothing_paid,
            need.cancel_reason_given,
            need.texts_fit,
        ),
        before=(do.set_canceled,),
        after=(do.place_file, do.void_confirmations, do.leave_plates),
        mails=(MailTemplate.CANCELED, MailTemplate.STAFF_ALERT),
    ),
    Row(
        Trigger.OVERRIDE,
        tuple(Status),
        Leads.CHOSEN,
        (STAFF,),
        "staff",
        "recorded as an override; **no email unless “send the usual email” is selected**",
        guards=(
            need.reason_given,
            need.destination_allowed,
            need.usual_mail_exists,
            need.texts_fit,
        ),
        after=(do.place_file, do.tidy_after_override, do.mail_if_asked),
    ),
    Row(
        Trigger.ARCHIVE,
        (Status.REJECTED, Status.PAIDPICKEDUP),
        Status.ARCHIVED,
        (STAFF, SYSTEM),
        "retention or staff",
        "–",
        guards=(need.older_than_period,),
        after=(do.place_file,),
    ),
)


def row(trigger: Trigger) -> Row:
    """The table's row of ``trigger``; there is exactly one."""
    return _ROWS[trigger]


def allowed(of: Status | Job, actor: ActorKind | None = None) -> tuple[Trigger, ...]:
    """The triggers that exist in a status, in the table's order; for one kind of actor if given.

    Of a job only those that its copies call for, and none of staff's until its address is
    confirmed. Says nothing of the guards that look at what is typed: they are asked when the
    trigger is pulled.
    """
    job, status = (None, of) if isinstance(of, Status) else (of, of.status)
    if job is not None and job.unconfirmed and actor is STAFF:
        return ()
    return tuple(
        line.trigger
        for line in TABLE
        if status in line.sources
        and (actor is None or actor in line.actors)
        and (job is None or line.offered(job))
    )


def usual(job: Job) -> tuple[Trigger, ...]:
    """What stands beside a job, the usual next step first; all else is in its menu."""
    if job.on_hold:
        return (Trigger.RELEASE,)
    if job.cancel_asked_at is not None:
        return (Trigger.CANCEL, Trigger.KEEP)
    return job.status.record.actions


_ROWS: dict[Trigger, Row] = {line.trigger: line for line in TABLE}

STAFF_TRIGGERS: tuple[Trigger, ...] = tuple(
    line.trigger for line in TABLE if STAFF in line.actors and line.sources
)
"""What staff pull on a job that exists."""

CHOSEN_STATUSES: tuple[Status, ...] = tuple(s for s in Status if s is not Status.ARCHIVED)
"""What an override can lead to."""

ENTRY_STATUS: Status = next(
    line.dest for line in TABLE if not line.sources and isinstance(line.dest, Status)
)
"""The status in which a job begins."""
