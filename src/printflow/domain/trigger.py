"""What moves a job, and everything that pages, scripts, history and the command line say of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from . import form_field as field
from .form_field import Field
from .marking import complete, mark
from .rights import Right


class Form(StrEnum):
    """How a trigger's form is laid out."""

    PLAIN = "plain"
    """Its fields one below the other."""
    QUOTE = "quote"
    """Figures beside what slicers say of them, with the price as it is typed."""
    PAYMENT = "payment"
    """What is due, how it is paid, and why it is waived."""


class Many(StrEnum):
    """Whether a trigger can be pulled on many jobs at once."""

    NO = "no"
    ALIKE = "alike"
    """One form counts for all."""
    EACH = "each"
    """Each job has figures of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggerRecord:
    """Everything that is said of a trigger. Texts are English; pages and mails translate them.

    ``label`` stands on its button, ``title`` above its form and ``submit`` on the form's button. ``about`` explains the form: its
    places are price, email, since, planned and kept; ``warning`` is shown above it in a box.
    ``past`` says who did it when (places: name and time), ``done`` that it was done just now (id
    and the student's name). ``sentence`` is history's; its places are name, source and dest. ``mail_first`` says that its mail can be looked at before
    it is sent. ``prices`` says that it sets the price, ``opens_print`` that a print begins with it.
    """

    label: str
    right: Right
    """What staff need to pull it. Some of its fields want a further one."""
    past: str
    done: str
    title: str
    submit: str
    about: str
    about_many: str
    warning: str
    icon: str
    tone: str
    """"primary" or "danger"."""
    leads_on: bool
    """It is the usual next step of the status it starts from."""
    renews_link: bool
    """The student gets a new link for the same price."""
    key: str
    """The letter that pulls it in lists; "" for none."""
    form: Form
    fields: tuple[Field, ...]
    sentence: str
    mail_first: bool
    many: Many
    prices: bool
    opens_print: bool
    command: str
    """The command line's name for it; "" where it has no command of its own."""
    help: str


class Trigger(StrEnum):
    """What moves a job. The value is what is stored in events and spoken on the command line."""

    SUBMIT = "submit"
    APPROVE = "approve"
    REJECT = "reject"
    CONFIRM = "confirm"
    DECLINE = "decline"
    WITHDRAW = "withdraw"
    REQUOTE = "requote"
    RESEND = "resend"
    START_PRINTING = "start_printing"
    FAIL = "fail"
    COPIES_DONE = "copies_done"
    COMPLETE = "complete"
    HAND_OUT = "hand_out"
    PICK_UP = "pick_up"
    DISPOSE = "dispose"
    HOLD = "hold"
    RELEASE = "release"
    ASK_TO_CANCEL = "ask_to_cancel"
    KEEP = "keep"
    CANCEL = "cancel"
    OVERRIDE = "override"
    ARCHIVE = "archive"

    @property
    def record(self) -> TriggerRecord:
        """Everything that is said of it."""
        return TRIGGERS[self]

    @property
    def label(self) -> str:
        """What stands on the button (English; templates translate it)."""
        return TRIGGERS[self].label

    @property
    def past(self) -> str:
        """Who did it when, as a sentence."""
        return TRIGGERS[self].past


_QUOTE = (
    field.WEIGHT,
    field.HOURS,
    field.MATERIAL,
    field.QUOTED_PRINTER,
    field.FILE,
    field.STUDENT_PAYS_REST,
    field.OVER_LIMIT,
    field.LIMIT_REASON,
    field.NOTE_TO_STUDENT,
    field.EXPECTED_CENTS,
    field.CATALOG_VERSION,
)

TRIGGERS: Mapping[Trigger, TriggerRecord] = complete(
    Trigger,
    {
        Trigger.SUBMIT: TriggerRecord(
            label=mark("Submit"),
            right=Right.SEE,
            past=mark("%(name)s submitted it on %(time)s."),
            done=mark("You submitted job %(id)s (%(name)s)."),
            title=mark("Submit a model"),
            submit=mark("Submit"),
            about="",
            about_many="",
            warning="",
            icon="upload",
            tone="primary",
            leads_on=False,
            renews_link=False,
            key="",
            form=Form.PLAIN,
            fields=(),
            sentence=mark("%(name)s submitted the model"),
            mail_first=False,
            many=Many.NO,
            prices=False,
            opens_print=False,
            command="",
            help="Submit a model for a student.",
        ),
        Trigger.APPROVE: TriggerRecord(
            label=mark("Approve"),
            right=Right.APPROVE,
            past=mark("%(name)s approved it on %(time)s."),
            done=mark("You approved job %(id)s (%(name)s)."),
            title=mark("Approve and send the price"),
            submit=mark("Approve and send email"),
            about="",
            about_many="",
            warning="",
            icon="check",
            tone="primary",
            leads_on=True,
            renews_link=False,
            key="",
            form=Form.QUOTE,
            fields=_QUOTE,
            sentence=mark("%(name)s approved it and sent the price"),
            mail_first=True,
            many=Many.EACH,
            prices=True,
            opens_print=False,
            command="approve",
            help="Approve a job and email the quote.",
        ),
        Trigger.REJECT: TriggerRecord(
            label=mark("Reject"),
            right=Right.REJECT,
            past=mark("%(name)s rejected it on %(time)s."),
            done=mark("You rejected job %(id)s (%(name)s)."),
            title=mark("Reject this job"),
            submit=mark("Reject and send email"),
            about="",
            about_many="",
            warning="",
            icon="x",
            tone="danger",
            leads_on=False,
            renews_link=False,
            key="r",
            form=Form.PLAIN,
            fields=(field.REASONS, field.TEXT_TO_STUDENT),
            sentence=mark("%(name)s rejected it"),
            mail_first=True,
            many=Many.ALIKE,
            prices=False,
            opens_print=False,
            command="reject",
            help="Reject a job and email the reasons.",
        ),
        Trigger.CONFIRM: TriggerRecord(
            label=mark("Confirm by hand"),
            right=Right.ANSWER,
            past=mark("%(name)s confirmed the price on %(time)s."),
            done=mark("You confirmed job %(id)s (%(name)s)."),
            title=mark("Confirm for the student"),
            submit=mark("Confirm"),
            about=mark(
                "The student agreed to %(price)s in another way. The link in the email will stop working."
            ),
            about_many="",
            warning="",
            icon="check",
            tone="primary",
            leads_on=False,
            renews_link=False,
            key="",
            form=Form.PLAIN,
            fields=(field.HOW_ANSWERED,),
            sentence=mark("%(name)s confirmed the price"),
            mail_first=False,
            many=Many.ALIKE,
            prices=False,
            opens_print=False,
            command="confirm",
            help="Confirm a quote for the student.",
        ),
        Trigger.DECLINE: TriggerRecord(
            label=mark("Decline for the student"),
            right=Right.ANSWER,
            past=mark("%(name)s declined the price on %(time)s."),
            done=mark("You declined job %(id)s (%(name)s)."),
            title=mark("Decline for the student"),
            submit=mark("Decline"),
            about="",
            about_many="",
            warning="",
            icon="x",
            tone="danger",
            leads_on=False,
            renews_link=False,
            key="",
            form=Form.PLAIN,
            fields=(field.STUDENTS_REASON, field.HOW_ANSWERED),
            sentence=mark("%(name)s declined the price"),
            mail_first=False,
            many=Many.ALIKE,
            prices=False,
            opens_print=False,
            command="decline",
            help="Decline a quote for the student.",
        ),
        Trigger.WITHDRAW: TriggerRecord(
            label=mark("Withdraw"),
            right=Right.SEE,
            past=mark("%(name)s canceled the request on %(time)s."),
            done=mark("You canceled job %(id)s (%(name)s)."),
            title=mark("Cancel this request"),
            submit=mark("Cancel this request"),
            about="",
            about_many="",
            warning="",
            icon="x",
            tone="danger",
            leads_on=False,
            renews_link=False,
            key="",
            form=Form.PLAIN,
            fields=(),
            sentence=mark("%(name)s canceled the request"),
            mail_first=False,
            many=Many.NO,
            prices=False,
            opens_print=False,
            command="",
            help="Cancel a request (the student does, on the job's page).",
        ),
        Trigger.REQUOTE: TriggerRecord(
            label=mark("Change the quote"),
            right=Right.QUOTE,
            past=mark("%(name)s changed the quote on %(time)s."),
            done=mark("You changed the quote for job %(id)s (%(name)s)."),
            title=mark("Change the quote"),
            submit=mark("Send the new price"),
            about="",
            about_many="",
            warning="",
            icon="pencil",
            tone="primary",
            leads_on=False,
            renews_link=False,
            key="",
            form=Form.QUOTE,
            fields=_QUOTE,
            sentence=mark("%(name)s changed the quote"),
            mail_first=True,
            many=Many.EACH,
            prices=True,
            opens_print=False,
            command="requote",
            help="Change the quote and email it again.",
        ),
        Trigger.RESEND: TriggerRecord(
            label=mark("Send link again"),
            right=Right.QUOTE,
            past=mark("%(name)s sent a new link on %(time)s."),
            done=mark("You sent a new link for job %(id)s (%(name)s)."),
            title=mark("Send a new confirmation link"),
            submit=mark("Send the link"),
            about=mark(
                "We'll email %(email)s a new link with the same price. Earlier links will stop working."
            ),
            about_many=mark(
                "We'll email each student a new link with the same price. Earlier links will stop working."
            ),
            warning="",
            icon="mail",
            tone="primary",
            leads_on=False,
            renews_link=True,
            key="",
            form=Form.PLAIN,
            fields=(),
            sentence=mark("%(name)s sent a new link"),
            mail_first=True,
            many=Many.ALIKE,
            prices=False,
            opens_print=False,
            command="resend",
            help="Email the quote again with a new link.",
        ),
        Trigger.START_PRINTING: TriggerRecord(
            label=mark("Start printing"),
            right=Right.PRINT,
            past=mark("%(name)s started the print on %(time)s."),
            done=mark("You started printing job %(id)s (%(name)s)."),
            title=mark("Start printing"),
            submit=mark("Start printing"),
            about="",
            about_many=mark("Each job prints on its planned printer."),
            warning="",
            icon="printer",
            tone="primary",
            leads_on=True,
            renews_link=False,
            key="",
            form=Form.PLAIN,
            fields=(field.MACHINE, field.COPIES_TO_START),
            sentence=mark("%(name)s started the print"),
            mail_first=False,
            many=Many.ALIKE,
            prices=False,
            opens_print=True,
            command="start",
            help="Start printing.",
        ),
        Trigger.FAIL: TriggerRecord(
            label=mark("Report failed print"),
            right=Right.PRINT,
            past=mark("%(name)s reported a failed print on %(time)s."),
            done=mark("You reported a failed print for job %(id)s (%(name)s)."),
            title=mark("Report a failed print"),
            submit=mark("Report failed print"),
            about=mark(
                "The failed copies return to the front of the queue. The student isn't charged extra."
            ),
            about_many="",
            warning="",
            icon="alert",
            tone="danger",
            leads_on=False,
            renews_link=False,
            key="",
            form=Form.PLAIN,
            fields=(field.WHAT_HAPPENED, field.CATEGORY, field.WASTED),
            sentence=mark("%(name)s reported a failed print"),
            mail_first=False,
            many=Many.ALIKE,
            prices=False,
            opens_print=False,
            command="fail",
            help="Report a failed print. The copies are ready to print again.",
        ),
        Trigger.COPIES_DONE: TriggerRecord(
            label=mark("Copies done"),
            right=Right.PRINT,
            past=mark("%(name)s recorded finished copies on %(time)s."),
            done=mark("You recorded finished copies of job %(id)s (%(name)s)."),
            title=mark("Record finished copies"),
            submit=mark("Record copies"),
            about=mark(
                "The copies that are printing now are good. The rest is still to be printed."
            ),
            about_many="",
            warning="",
            icon="check",
            tone="primary",
            leads_on=True,
            renews_link=False,
            key="",
            form=Form.PLAIN,
            fields=(),
            sentence=mark("%(name)s recorded finished copies"),
            mail_first=False,
            many=Many.ALIKE,
            prices=False,
            opens_print=False,
            command="copies-done",
            help="Record that the copies that are printing are good, while others are left to print.",
        ),
        Trigger.COMPLETE: TriggerRecord(
            label=mark("Mark as completed"),
            right=Right.PRINT,
            past=mark("%(name)s marked it as completed on %(time)s."),
            done=mark("You marked job %(id)s (%(name)s) as completed."),
            title=mark("Mark as completed"),
            submit=mark("Complete and send email"),
            about=mark("We'll email the student where and when to pick it up."),
            about_many=mark("We'll email each student where and when to pick it up."),
            warning="",
            icon="check",
            tone="primary",
            leads_on=True,
            renews_link=False,
            key="",
            form=Form.PLAIN,
            fields=(field.FINAL_COST, field.FINAL_WEIGHT, field.SHELF),
            sentence=mark("%(name)s marked it as completed"),
            mail_first=True,
            many=Many.ALIKE,
            prices=False,
            opens_print=False,
            command="complete",
            help="Mark a print as completed, and email where to pick it up.",
        ),
        Trigger.HAND_OUT: TriggerRecord(
            label=mark("Hand out copies"),
            right=Right.HAND_OUT,
            past=mark("%(name)s handed out copies on %(time)s."),
            done=mark("You handed out copies of job %(id)s (%(name)s)."),
            title=mark("Hand out finished copies"),
            submit=mark("Hand out"),
            about=mark("The job stays open, and so does its bill."),
            about_many="",
            warning="",
            icon="check",
            tone="primary",
            leads_on=False,
            renews_link=False,
            key="",
            form=Form.PLAIN,
            fields=(field.COPIES_TO_HAND_OUT,),
            sentence=mark("%(name)s handed out copies"),
            mail_first=False,
            many=Many.NO,
            prices=False,
            opens_print=False,
            command="hand-out",
            help="Hand out finished copies of a job that isn't finished.",
        ),
        Trigger.PICK_UP: TriggerRecord(
            label=mark("Paid & picked up"),
            right=Right.HAND_OUT,
            past=mark("%(name)s marked it as picked up on %(time)s."),
            done=mark("You marked job %(id)s (%(name)s) as picked up."),
            title=mark("Mark as paid and picked up"),
            submit=mark("Mark as picked up"),
            about="",
            about_many=mark("Each job is paid in full, or all are waived."),
            warning="",
            icon="coins",
            tone="primary",
            leads_on=True,
            renews_link=False,
            key="",
            form=Form.PAYMENT,
            fields=(
                field.AMOUNT,
                field.PAID_BY,
                field.WAIVE,
                field.RECEIPT,
                field.PAYER,
                field.ACCOUNT,
            ),
            sentence=mark("%(name)s marked it as picked up"),
            mail_first=False,
            many=Many.ALIKE,
            prices=False,
            opens_print=False,
            command="pick-up",
            help="Mark a print as paid (or waived) and picked up.",
        ),
        Trigger.DISPOSE: TriggerRecord(
            label=mark("Discard print"),
            right=Right.DISCARD,
            past=mark("%(name)s discarded the print on %(time)s."),
            done=mark("You discarded the print of job %(id)s (%(name)s)."),
            title=mark("Discard the print"),
            submit=mark("Discard print and notify student"),
            about=mark(
                "%(kept)s Ready since %(since)s. We'll email the student that it was discarded. "
                "They won't be charged."
            ),
            about_many=mark(
                "We'll email each student that the print was discarded. They won't be charged."
            ),
            warning="",
            icon="archive",
            tone="danger",
            leads_on=False,
            renews_link=False,
            key="",
            form=Form.PLAIN,
            fields=(field.WHY_WITHOUT_REMINDER,),
            sentence=mark("%(name)s discarded the print"),
            mail_first=True,
            many=Many.ALIKE,
            prices=False,
            opens_print=False,
            command="dispose",
            help="Discard a print that was never picked up.",
        ),
        Trigger.HOLD: TriggerRecord(
            label=mark("Put on hold"),
            right=Right.APPROVE,
            past=mark("%(name)s put it on hold on %(time)s."),
            done=mark("You put job %(id)s (%(name)s) on hold."),
            title=mark("Put this job on hold"),
            submit=mark("Put on hold"),
            about=mark(
                "Nothing happens to the job until someone releases it: no reminders, no deadline, no print."
            ),
            about_many=mark(
                "Nothing happens to these jobs until someone releases them: no reminders, no deadline, no print."
            ),
            warning="",
            icon="lock",
            tone="primary",
            leads_on=False,
            renews_link=False,
            key="",
            form=Form.PLAIN,
            fields=(field.WHY_HELD, field.SHOW_REASON, field.TELL_STUDENT),
            sentence=mark("%(name)s put it on hold"),
            mail_first=True,
            many=Many.ALIKE,
            prices=False,
            opens_print=False,
            command="hold",
            help="Put a job on hold. It goes on where it was when it is released.",
        ),
        Trigger.RELEASE: TriggerRecord(
            label=mark("Release"),
            right=Right.APPROVE,
            past=mark("%(name)s released it on %(time)s."),
            done=mark("You released job %(id)s (%(name)s)."),
            title=mark("Release this job"),
            submit=mark("Release"),
            about=mark(
                "The job goes on where it was. An open price is good for as much longer as the job was on hold."
            ),
            about_many=mark("The jobs go on where they were."),
            warning="",
            icon="check",
            tone="primary",
            leads_on=True,
            renews_link=False,
            key="",
            form=Form.PLAIN,
            fields=(field.TELL_STUDENT,),
            sentence=mark("%(name)s released it"),
            mail_first=True,
            many=Many.ALIKE,
            prices=False,
            opens_print=False,
            command="release",
            help="Release a job from hold.",
        ),
        Trigger.ASK_TO_CANCEL: TriggerRecord(
            label=mark("Ask to cancel"),
            right=Right.SEE,
            past=mark("%(name)s asked to cancel it on %(time)s."),
            done=mark("You asked to cancel job %(id)s (%(name)s)."),
            title=mark("Ask to cancel this print"),
            submit=mark("Ask to cancel"),
            about="",
            about_many="",
            warning="",
            icon="x",
            tone="danger",
            leads_on=False,
            renews_link=False,
            key="",
            form=Form.PLAIN,
            fields=(),
            sentence=mark("%(name)s asked to cancel the print"),
            mail_first=False,
            many=Many.NO,
            prices=False,
            opens_print=False,
            command="",
            help="Ask the lab to cancel (the student does, on the job's page).",
        ),
        Trigger.KEEP: TriggerRecord(
            label=mark("Decline the cancellation"),
            right=Right.REJECT,
            past=mark("%(name)s declined the cancellation on %(time)s."),
            done=mark("You declined to cancel job %(id)s (%(name)s)."),
            title=mark("Decline the cancellation"),
            submit=mark("Decline and send email"),
            about=mark(
                "The student asked to cancel this print. It stays in the queue, and we'll email the student."
            ),
            about_many="",
            warning="",
            icon="x",
            tone="primary",
            leads_on=False,
            renews_link=False,
            key="",
            form=Form.PLAIN,
            fields=(field.WHY_KEPT,),
            sentence=mark("%(name)s declined to cancel it"),
            mail_first=True,
            many=Many.NO,
            prices=False,
            opens_print=False,
            command="decline-cancel",
            help="Decline a student's request to cancel.",
        ),
        Trigger.CANCEL: TriggerRecord(
            label=mark("Cancel the job"),
            right=Right.REJECT,
            past=mark("%(name)s canceled it on %(time)s."),
            done=mark("You canceled job %(id)s (%(name)s)."),
            title=mark("Cancel this job"),
            submit=mark("Cancel and send email"),
            about=mark("The job won't be printed, and nothing is charged."),
            about_many=mark("The jobs won't be printed, and nothing is charged."),
            warning="",
            icon="x",
            tone="danger",
            leads_on=False,
            renews_link=False,
            key="",
            form=Form.PLAIN,
            fields=(field.WHY_CANCELED,),
            sentence=mark("%(name)s canceled it"),
            mail_first=True,
            many=Many.ALIKE,
            prices=False,
            opens_print=False,
            command="cancel",
            help="Cancel a job before its print starts.",
        ),
        Trigger.OVERRIDE: TriggerRecord(
            label=mark("Override the status"),
            right=Right.OVERRIDE,
            past=mark("%(name)s changed the status on %(time)s."),
            done=mark("You changed the status of job %(id)s (%(name)s)."),
            title=mark("Override the status"),
            submit=mark("Change the status"),
            about=mark("Current status: %(status)s"),
            about_many="",
            warning=mark("This skips all checks. Use it to correct a mistake."),
            icon="alert",
            tone="primary",
            leads_on=False,
            renews_link=False,
            key="",
            form=Form.PLAIN,
            fields=(field.NEW_STATUS, field.WHY_OVERRIDE, field.NOTIFY),
            sentence=mark("%(name)s changed the status from “%(source)s” to “%(dest)s”"),
            mail_first=False,
            many=Many.ALIKE,
            prices=False,
            opens_print=False,
            command="override",
            help="Set a job's status by hand.",
        ),
        Trigger.ARCHIVE: TriggerRecord(
            label=mark("Archive"),
            right=Right.ARCHIVE,
            past=mark("%(name)s archived it on %(time)s."),
            done=mark("You archived job %(id)s (%(name)s)."),
            title=mark("Archive this job"),
            submit=mark("Archive"),
            about=mark("The job leaves the daily work lists. Its history is kept."),
            about_many="",
            warning="",
            icon="archive",
            tone="primary",
            leads_on=False,
            renews_link=False,
            key="",
            form=Form.PLAIN,
            fields=(),
            sentence=mark("%(name)s archived it"),
            mail_first=False,
            many=Many.ALIKE,
            prices=False,
            opens_print=False,
            command="archive",
            help="Archive a finished job.",
        ),
    },
)


def rights_for(trigger: Trigger, arguments: Mapping[str, Any]) -> Iterator[Right]:
    """What staff need to pull a trigger with these arguments: its right, and its fields' own."""
    record = trigger.record
    yield record.right
    for one in record.fields:
        if one.right is not None and _is_given(arguments.get(one.name)):
            yield one.right


def _is_given(value: object) -> bool:
    """Whether something was typed, and it isn't nothing: an amount of 0.00 takes no payment."""
    return bool(str("" if value is None else value).strip(" 0.,"))
