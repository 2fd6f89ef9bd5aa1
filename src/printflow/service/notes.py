"""Staff's notes on a job, and their messages to its student."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from ..domain import correction
from ..domain.effects import MailTemplate
from ..domain.history import unanswered
from ..domain.rights import Right
from ..domain.text import clean_text
from ..domain.unconfirmed import expect_confirmed
from ..errors import InvalidInput
from ..ports import Clock, Database, Transaction
from ..runtime.permits import needs, require
from ..said import say
from ..settings import Settings
from .acting import staff_actor
from .lookup import job_of
from .mail_queue import MailQueue

_LONGEST = 5000
_GRACE_SECONDS = 5
"""What a click takes to arrive, as for taking an action back."""


class Notes:
    """What is written on a job, and taking it back."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        settings: Settings,
        mails: MailQueue,
        wake: Callable[[], None],
    ) -> None:
        self._database = database
        self._clock = clock
        self._settings = settings
        self._mails = mails
        self._wake = wake

    @needs(Right.NOTE)
    def add(
        self, job_id: str, *, by: str, text: str, for_student: bool = False, hold_mail: bool = False
    ) -> int:
        """Add a note to the job's history; one ``for_student`` is mailed to them. Gives its id.

        With ``hold_mail`` the mail waits for the settings' ``undo_seconds``, so that
        :meth:`take_back` comes before it. Raises NotFound, InvalidInput, and TransitionRefused for
        a message to an address that isn't confirmed yet.
        """
        if for_student:
            require(Right.WRITE)
        actor, said = staff_actor(by, ""), clean_text(text)
        if not said or len(said) > _LONGEST:
            raise InvalidInput.of(
                "text", "note_invalid", say("Enter a note of up to {most} characters.", most=5000)
            )
        hold = timedelta(seconds=self._settings.undo_seconds if hold_mail else 0)
        with self._database.write() as tx:
            job, now = job_of(tx, job_id), self._clock()
            if for_student:
                expect_confirmed(job)
            note_id = tx.history.add_note(
                job.id, at=now, author=actor.name, text=said, for_student=for_student
            )
            if for_student:
                tx.jobs.asked(job.id, None)
                self._mails.add(
                    tx,
                    template=MailTemplate.MESSAGE,
                    recipient=job.student_email,
                    job_id=job.id,
                    event_id=None,
                    confirmation_id=None,
                    context={"note": said, "note_id": note_id},
                    now=now,
                    not_before=now + hold,
                )
        self._wake()
        return note_id

    @needs(Right.NOTE)
    def take_back(self, job_id: str, note_id: int, *, by: str) -> None:
        """Remove a note of staff, as long as the settings' ``undo_seconds``; its mail never leaves.

        Raises NotFound, InvalidInput without a name, and TransitionRefused when there is no such
        note (any more), it is too late, or the mail has left.
        """
        staff_actor(by, "")
        window = timedelta(seconds=self._settings.undo_seconds + _GRACE_SECONDS)
        with self._database.write() as tx:
            job, now = job_of(tx, job_id), self._clock()
            note = next((note for note in tx.history.notes(job.id) if note.id == note_id), None)
            correction.expect_removable(
                note, now=now, window=window, mail_left=_mail_left(tx, job.id, note_id)
            )
            tx.history.remove_note(note_id)
            tx.jobs.asked(job.id, unanswered(tx.history.notes(job.id)))

    @needs(Right.NOTE)
    def mark_answered(self, job_id: str, *, by: str) -> None:
        """The student's messages need no (further) answer. Raises NotFound, InvalidInput."""
        staff_actor(by, "")
        with self._database.write() as tx:
            tx.jobs.asked(job_of(tx, job_id).id, None)


def _mail_left(tx: Transaction, job_id: str, note_id: int) -> bool:
    """Cancel the note's mail if it waits; whether it has left, or is leaving."""
    mails = [one for one in tx.outbox.of_job(job_id) if one.context.get("note_id") == note_id]
    return not all(tx.outbox.cancel_mail(mail.id) for mail in mails)
