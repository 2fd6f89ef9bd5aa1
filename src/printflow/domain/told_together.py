"""What a student hears of a request's jobs together: one email in place of one for each job.

The email of each job is written with its step, as ever, and waits. When all jobs of its request
have come that far, or the lab's time is over, those that wait are replaced by one that tells of all
of them. Who is the only one that waits leaves as it is, and so does every email of a job that was
submitted alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from .effects import MailTemplate
from .history import Mail
from .lifecycle import row
from .status import Status
from .trigger import Trigger

LINES, JOINED, HELD_UNTIL, AT_ONCE = "lines", "joined", "held_until", "at_once"
WAITS_UNTIL = "waits_until"
"""In the context of emails: what each line of one for several jobs tells, the Message-ID of the one
that tells it in its place, the end of the undo window, that staff wanted it to leave now, and until
when it waits for other jobs.
"""

MOST_UNDO = timedelta(seconds=300)
"""Nobody can undo anything for longer (the settings' limit)."""
_ASK_AGAIN = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step that the student hears of once for all jobs of a request."""

    alone: frozenset[MailTemplate]
    """The emails that tell of one job."""
    together: MailTemplate
    """The one in their place."""
    before: frozenset[Status]
    """Jobs in these statuses may still come that far."""


PRICES = Step(
    alone=frozenset({MailTemplate.APPROVED, MailTemplate.REJECTED}),
    together=MailTemplate.PRICES,
    before=frozenset(row(Trigger.APPROVE).sources),
)
ANSWERS = Step(
    alone=frozenset({MailTemplate.CONFIRMED}),
    together=MailTemplate.IN_QUEUE,
    before=frozenset(row(Trigger.CONFIRM).sources),
)
READY = Step(
    alone=frozenset({MailTemplate.COMPLETED}),
    together=MailTemplate.READY,
    before=frozenset(s for s in Status if not s.closed and not s.record.on_shelf),
)
STEPS = (PRICES, ANSWERS, READY)


def step_of(template: str) -> Step | None:
    """The step of an email about one job, if it is one that can be told together."""
    return next((step for step in STEPS if template in step.alone), None)


def together_step(template: str) -> Step | None:
    """The step that an email about several jobs tells of, if it is such an email."""
    return next((step for step in STEPS if template == step.together), None)


def leaves_at(mail: Mail) -> datetime:
    """The end of its undo window: before that it may still be taken back."""
    held = mail.context.get(HELD_UNTIL)
    return datetime.fromisoformat(held) if held else mail.created_at


@dataclass(frozen=True, slots=True)
class Plan:
    """What becomes of the emails of a step that wait: ask again at ``until``, or tell ``now``."""

    until: datetime | None
    now: tuple[Mail, ...] = ()
    limit: datetime | None = None
    """When it stops to wait for jobs that have not come that far."""


def plan(waiting: Sequence[Mail], *, more: bool, wait: timedelta, now: datetime) -> Plan:
    """When the emails of a request leave; ``more`` says that another job may still come that far,
    and ``wait`` how long the first of them waits for it.

    What may still be undone is waited for. A moment that lies far ahead is a wrong clock's.
    """
    ends = {mail.id: leaves_at(mail) for mail in waiting}
    first = min(ends.values())
    limit = first + wait
    if more and timedelta() < limit - now <= wait:
        return Plan(min(limit, now + _ASK_AGAIN), limit=limit)
    ahead = [end for end in ends.values() if timedelta() < end - now <= MOST_UNDO]
    if ahead and now < limit + MOST_UNDO:
        return Plan(max(ahead))
    return Plan(None, tuple(mail for mail in waiting if ends[mail.id] not in ahead))


def line_of(mail: Mail) -> dict[str, Any]:
    """An email about one job as a line of one about several, as plain values."""
    return {
        "mail": mail.id,
        "template": mail.template,
        "job_id": mail.job_id,
        "confirmation_id": mail.confirmation_id,
        "context": dict(mail.context),
        "created_at": mail.created_at.isoformat(),
    }


def lines_of(mail: Mail) -> tuple[Mail, ...]:
    """The lines of an email about several jobs, each as the email about one that it replaces."""
    return tuple(
        replace(
            mail,
            id=line["mail"],
            template=line["template"],
            job_id=line["job_id"],
            confirmation_id=line["confirmation_id"],
            context=line["context"],
            created_at=datetime.fromisoformat(line["created_at"]),
        )
        for line in mail.context.get(LINES, ())
    )


def told_in(mails: Iterable[Mail]) -> dict[str, Any]:
    """The context of an email that tells what these do."""
    lines = [line_of(mail) for mail in mails]
    return {LINES: lines, "job_ids": [line["job_id"] for line in lines]}


def waits_until(mail: Mail) -> datetime | None:
    """Until when at the latest it waits for the other jobs of its request, if it does."""
    until = mail.context.get(WAITS_UNTIL) if mail.state == "queued" else None
    return datetime.fromisoformat(until) if until else None


def joined(mail: Mail) -> bool:
    """Whether an email about several jobs tells what this one would have told."""
    return bool(mail.context.get(JOINED))


def tells_of(context: Mapping[str, Any], job_id: str) -> bool:
    """Whether an email with that context tells of that job, though it may belong to another."""
    return job_id in context.get("job_ids", ())
