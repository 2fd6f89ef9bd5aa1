"""Tells a student in one email what was decided of several jobs of a request."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from ..dispatch.outbox import Held
from ..domain.history import Mail
from ..domain.job import Job
from ..domain.told_together import (
    ANSWERS,
    AT_ONCE,
    JOINED,
    READY,
    WAITS_UNTIL,
    Step,
    joined,
    plan,
    step_of,
    told_in,
)
from ..ports import Transaction
from ..said import say
from ..settings import Settings
from ..settings.sections import MailSettings
from .mail_queue import MailQueue
from .overtaken import overtaken_line

_WAITS = say("It will be sent with the other jobs in its request.")
_ONE_ANSWER = timedelta(seconds=10)
"""What is confirmed together on one page is written within."""
_SOON, _LATER = timedelta(seconds=1), timedelta(seconds=5)


class Together:
    """Decides, in the transaction that claims an email, whether it waits for those of the other
    jobs of its request, or is replaced by one about all of them.

    All that it knows is in the outbox and the jobs: no matter who asks, and how often, the answer
    is the same, and what is written is written with the claim or not at all.
    """

    def __init__(self, settings: Settings, mails: MailQueue) -> None:
        self._settings = settings
        self._mails = mails

    def __call__(self, tx: Transaction, mail: Mail, now: datetime) -> Held | None:
        """Why the claimed email does not leave now; None where it leaves as it is."""
        step = step_of(mail.template)
        if step is None or mail.job_id is None or mail.tries > 1 or mail.context.get(AT_ONCE):
            return None
        job = tx.jobs.get(mail.job_id)
        jobs = tx.jobs.of_request(job.request_id) if job else ()
        if len(jobs) < 2:
            return None
        return self._decide(tx, step, mail, jobs, now)

    def _decide(
        self, tx: Transaction, step: Step, mail: Mail, jobs: Sequence[Job], now: datetime
    ) -> Held | None:
        known = [one for one in tx.outbox.of_jobs([job.id for job in jobs]) if _of(step, one, mail)]
        more = any(job.status in step.before for job in jobs)
        if more and heard_of(known, mail.job_id or "", mail.id):
            return None  # the student has an older answer, perhaps a link that no longer works
        others = [one for one in known if one.id != mail.id and _untouched(one)]
        free = {one.id for one in tx.outbox.lock_untouched([one.id for one in others])}
        if busy := [one.id for one in others if one.id not in free]:
            # Another process is at one of them. Whoever has the older one comes back first.
            return Held(_WAITS, now + (_SOON if mail.id < min(busy) else _LATER))
        waiting = [mail, *(one for one in others if not overtaken_line(tx, one, now))]
        found = plan(waiting, more=more, wait=longest_wait(self._settings.mail, step), now=now)
        if found.until is not None:
            _note(tx, mail, found.limit)
            return Held(_WAITS, found.until)
        if mail not in found.now or len(found.now) < 2:
            return None
        return self._join(tx, step, mail, found.now, jobs, now)

    def _join(
        self,
        tx: Transaction,
        step: Step,
        mail: Mail,
        told: Sequence[Mail],
        jobs: Sequence[Job],
        now: datetime,
    ) -> Held:
        places = {job.id: place for place, job in enumerate(jobs)}
        lines = sorted(told, key=lambda one: places[one.job_id or ""])
        why = say("It's in one email with the request's other jobs.")
        message_id = self._mails.add(
            tx,
            template=step.together,
            recipient=mail.to,
            job_id=lines[0].job_id,
            event_id=None,
            confirmation_id=None,
            context=told_in(lines),
            now=now,
        )
        for one in lines:
            tx.outbox.set_context(one.id, {**one.context, JOINED: message_id})
            if one.id != mail.id:
                tx.outbox.overtake(one.id, why)
        return Held(why, None)


def longest_wait(settings: MailSettings, step: Step) -> timedelta:
    """How long an email waits for the other jobs of its request."""
    if step is ANSWERS:
        return _ONE_ANSWER
    if step is not READY:
        return timedelta(minutes=settings.request_wait_minutes)
    hours = settings.ready_wait_hours if settings.ready_email == "together" else 0
    return timedelta(hours=hours)


def heard_of(known: Iterable[Mail], job_id: str, but: int = 0) -> bool:
    """Whether the student was told of this step of this job before, by another email than that."""
    return any(
        one.job_id == job_id and one.id != but and (one.state == "sent" or joined(one))
        for one in known
    )


def _note(tx: Transaction, mail: Mail, limit: datetime | None) -> None:
    """Staff read in the outbox until when it waits."""
    until = limit.isoformat() if limit else None
    if mail.context.get(WAITS_UNTIL) != until:
        tx.outbox.set_context(mail.id, {**mail.context, WAITS_UNTIL: until})


def _of(step: Step, one: Mail, mail: Mail) -> bool:
    return one.template in step.alone and one.to == mail.to


def _untouched(mail: Mail) -> bool:
    """It waits, and nobody has tried to send it."""
    return mail.state == "queued" and mail.tries == 0 and not mail.context.get(AT_ONCE)
