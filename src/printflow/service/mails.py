"""The outbox for staff: shows emails, and sends them again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from ..dispatch.outbox import Postman
from ..domain.history import Mail
from ..domain.lifecycle import row
from ..domain.mail_record import mail_record
from ..domain.mail_trouble import MailTrouble
from ..domain.people import ChangeKind
from ..domain.rights import Right
from ..domain.status import Trigger
from ..domain.text import clean_line
from ..domain.told_together import AT_ONCE, joined, step_of
from ..errors import InvalidInput, MailNotRetried, NotFound
from ..ports import Clock, Database, RenderedMail
from ..runtime.permits import needs
from ..said import say
from ..settings import Settings
from .addresses import email_problem, normal_email
from .changes import ChangedBy
from .composer import Composer
from .lookup import job_of
from .overtaken import overtaken
from .together import heard_of, longest_wait

_NOT_AGAIN = {
    "sending": say("This email is being sent right now."),
    "canceled": say("This email was canceled together with the action that created it."),
}


_WORTH_A_WORD = timedelta(minutes=1)
"""A shorter wait for other jobs needs no explanation."""


class Mails:
    """Looking at the outbox, and mending it."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        settings: Settings,
        composer: Composer,
        postman: Postman,
        wake: Callable[[], None],
    ) -> None:
        self._database = database
        self._clock = clock
        self._settings = settings
        self._composer = composer
        self._postman = postman
        self._wake = wake

    @needs(Right.EMAILS)
    def find(
        self, *, state: str | None = None, limit: int = 200, before: int | None = None
    ) -> list[Mail]:
        """Mails, newest first; ``state`` is queued, sending, sent, dead, canceled or
        overtaken.

        With ``before``, an id, those older than that mail: the next page.
        """
        with self._database.read() as tx:
            return list(tx.outbox.find(state=state or None, limit=limit, before=before))

    @needs(Right.SEE)
    def counts(self, *, most: int | None = None) -> dict[str, int]:
        """How many mails are in each state; with ``most``, that where there are more."""
        with self._database.read() as tx:
            return dict(tx.outbox.counts() if most is None else tx.outbox.counts_up_to(most))

    @needs(Right.SEE)
    def dead(self) -> int:
        """How many mails nobody will get, up to a hundred: every page of staff says so."""
        return self._postman.dead()

    @needs(Right.EMAILS)
    def get(self, mail_id: int) -> Mail:
        """One mail of the outbox; raises NotFound."""
        with self._database.read() as tx:
            found = tx.outbox.get(mail_id)
        if found is None:
            raise NotFound(say("There's no such email."))
        return found

    @needs(Right.EMAILS)
    def preview(self, mail_id: int, *, picture: bool = False) -> RenderedMail:
        """The mail as it was, or will be, sent; raises NotFound.

        ``picture`` reads the model's picture from the store, too (up to 2 s, if it hangs).
        """
        return self._composer.rendered(self.get(mail_id), picture=picture)

    @needs(Right.EMAILS)
    def retry(self, mail_id: int, *, to: str = "", by: str, station: str = "") -> None:
        """Send a mail that waits, was sent or is dead again now, perhaps to another address.

        Raises NotFound, InvalidInput, MailNotRetried when it is being sent, was canceled, or no
        longer means anything: then one that waits or is dead counts as overtaken.
        """
        mail = self.get(mail_id)
        if mail.state in _NOT_AGAIN:
            raise MailNotRetried(_NOT_AGAIN[mail.state])
        if joined(mail):
            raise MailNotRetried(
                mail.error, next_step=say("Send that email again instead: it's on the job's page.")
            )
        address = normal_email(to) or mail.to
        if problem := email_problem(address, ()):
            raise InvalidInput.of("to", "address_invalid", problem)
        now = self._clock()
        with self._database.write() as tx:
            if why := overtaken(tx, mail, now):
                tx.outbox.overtake(mail.id, why)
        if why:
            raise MailNotRetried(
                say("This email no longer applies. {why}", why=why),
                next_step=say("Write to the student on the job's page instead."),
            )
        with self._database.write() as tx:
            context = {**mail.context, AT_ONCE: True} if step_of(mail.template) else mail.context
            tx.outbox.retry(mail_id, to=address, now=now, context=context)
            if mail.job_id:
                tx.history.add_note(
                    mail.job_id,
                    at=now,
                    author=clean_line(by)[:60],
                    text=say(
                        "Email “{email}” sent again to {address}.",
                        email=mail_record(mail.template).staff,
                        address=address,
                    ),
                    for_student=False,
                )
            who = ChangedBy(by, station)
            who.record(
                tx,
                ChangeKind.MAIL_RETRIED,
                mail_record(mail.template).staff,
                now,
                to=address,
                before=mail.to,
            )
        self._postman.resume()
        self._wake()

    @needs(Right.EMAILS)
    def resume(self, *, by: str, station: str = "") -> None:
        """Let the outbox go on after its login was refused, before it tries again automatically."""
        with self._database.write() as tx:
            who = ChangedBy(by, station)
            who.record(tx, ChangeKind.OUTBOX_RESUMED, "", self._clock())
        self._postman.resume()
        self._wake()

    @needs(Right.SEE)
    def waits_for(self, trigger: Trigger, job_id: str) -> int:
        """How many other jobs of the request the student's email would wait for, so that one tells
        of all; 0 where it leaves at once. Raises NotFound.
        """
        steps = [step for one in row(trigger).mails if (step := step_of(one.value))]
        if not steps or longest_wait(self._settings.mail, steps[0]) < _WORTH_A_WORD:
            return 0
        with self._database.read() as tx:
            job = job_of(tx, job_id)
            others = [one for one in tx.jobs.of_request(job.request_id) if one.id != job.id]
            known = tx.outbox.of_job(job.id) if others else ()
        if heard_of((one for one in known if one.template in steps[0].alone), job.id):
            return 0
        return sum(one.status in steps[0].before for one in others)

    @needs(Right.SEE)
    def paused(self) -> str:
        """Why no mail leaves after a refused login ("" = all is well)."""
        return self._postman.paused()

    def trouble(self) -> MailTrouble | None:
        """Why mail is not leaving, in words with the next step; None while all is well."""
        return self._postman.trouble()

    @needs(Right.SEE)
    def handling(self) -> str:
        """What happens to emails, in one sentence."""
        mail = self._settings.mail
        if mail.smtp_host:
            return say(
                "Email is sent through {server}.", server=f"{mail.smtp_host}:{mail.smtp_port}"
            )
        return say(
            "No SMTP server is set up: emails are saved in {folder}, not sent.",
            folder=str(mail.directory),
        )
