"""What each mail is called, by staff and by the student who gets it. English; pages translate it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .effects import MailTemplate


@dataclass(frozen=True, slots=True)
class MailWords:
    """One mail's name: in the outbox, and on the student's page ("" = students get none)."""

    staff: str
    student: str = ""


MAIL_WORDS: Mapping[MailTemplate, MailWords] = {
    MailTemplate.RECEIVED: MailWords("We have your model", "We have your model"),
    MailTemplate.APPROVED: MailWords("The price", "The price, with the link to confirm"),
    MailTemplate.CONFIRMED: MailWords("Confirmed", "Confirmed"),
    MailTemplate.REJECTED: MailWords("Rejected", "Not printed, and why"),
    MailTemplate.COMPLETED: MailWords("Ready for pickup", "Ready to pick up"),
    MailTemplate.PICK_UP_REMINDER: MailWords(
        "Reminder to pick up", "Reminder: your print is ready to pick up"
    ),
    MailTemplate.DISPOSED: MailWords("Discarded", "Discarded because it wasn't picked up"),
    MailTemplate.STAFF_ALERT: MailWords("Alert to staff"),
    MailTemplate.FIND_JOBS: MailWords("Links to jobs", "Links to your jobs"),
    MailTemplate.REMINDER: MailWords("Reminder to answer", "Reminder: the offer ends soon"),
    MailTemplate.MESSAGE: MailWords("Message to the student", "A message from the lab"),
    MailTemplate.STUDENT_MESSAGE: MailWords("The student's message"),
    MailTemplate.RECEIPT: MailWords("Receipt", "Receipt for a payment"),
}
"""Every template is in it."""


def mail_words(template: str) -> MailWords:
    """The words for a row of the outbox; a template that is no longer known is just a mail."""
    known = template in set(MailTemplate)
    return MAIL_WORDS[MailTemplate(template)] if known else MailWords("Email", "Email")
