"""Notes of staff on a job, and their messages to its student."""

from __future__ import annotations

from datetime import timedelta

from ..domain import correction
from ..domain.effects import MailTemplate
from ..domain.history import unanswered
from ..domain.text import clean_text
from ..errors import InvalidInput
from ..ports import Transaction
from .acting import staff_actor
from .carry_out import add_mail
from .desk import Desk

_LONGEST = 5000
_GRACE_SECONDS = 5
"""What a click takes to arrive, as for taking an action back."""


class NoteDesk(Desk):
    """What is written on a job, and taking it back."""

    def add_note(
        self, job_id: str, *, by: str, text: str, for_student: bool = False, hold_mail: bool = False
    ) -> int:
        """Add a note to the job's history; one ``for_student`` is mailed to them. Gives its id.

        With ``hold_mail`` the mail waits for the settings' ``undo_seconds``, so that
        :meth:`take_note_back` comes before it. Raises NotFound, InvalidInput.
        """
        actor, said = staff_actor(by, ""), clean_text(text)
        if not said or len(said) > _LONGEST:
            raise InvalidInput.of("text", "note_invalid", "Write a note of up to 5,000 characters.")
        hold = timedelta(seconds=self.settings.undo_seconds if hold_mail else 0)
        with self._ports.database.write() as tx:
            job, now = self._job(tx, job_id), self._ports.clock()
            note_id = tx.history.add_note(
                job.id, at=now, author=actor.name, text=said, for_student=for_student
            )
            if for_student:
                tx.jobs.asked(job.id, None)
                add_mail(
                    self._ports,
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
        self._ports.dispatcher.wake()
        return note_id

    def take_note_back(self, job_id: str, note_id: int, *, by: str) -> None:
        """Remove a note of staff, as long as the settings' ``undo_seconds``; its mail never leaves.

        Raises NotFound, InvalidInput without a name, and TransitionRefused when there is no such
        note (any more), it is too late, or the mail has left.
        """
        staff_actor(by, "")
        window = timedelta(seconds=self.settings.undo_seconds + _GRACE_SECONDS)
        with self._ports.database.write() as tx:
            job, now = self._job(tx, job_id), self._ports.clock()
            note = next((note for note in tx.history.notes(job.id) if note.id == note_id), None)
            correction.expect_removable(
                note, now=now, window=window, mail_left=_mail_left(tx, job.id, note_id)
            )
            tx.history.remove_note(note_id)
            tx.jobs.asked(job.id, unanswered(tx.history.notes(job.id)))

    def mark_answered(self, job_id: str, *, by: str) -> None:
        """The student's messages need no (further) answer. Raises NotFound, InvalidInput."""
        staff_actor(by, "")
        with self._ports.database.write() as tx:
            tx.jobs.asked(self._job(tx, job_id).id, None)


def _mail_left(tx: Transaction, job_id: str, note_id: int) -> bool:
    """Cancel the note's mail if it waits; whether it has left, or is leaving."""
    mails = [one for one in tx.outbox.of_job(job_id) if one.context.get("note_id") == note_id]
    return not all(tx.outbox.cancel_mail(mail.id) for mail in mails)
