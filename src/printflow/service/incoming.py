"""Emails that came in, for staff: what needs a job, what became of the others, originals."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta

from ..dispatch.inbox import InboxReader
from ..domain.history import unanswered
from ..domain.inbox_trouble import InboxTrouble
from ..domain.incoming import Fate, IncomingMail
from ..domain.people import ChangeKind
from ..domain.rights import Right
from ..errors import InvalidInput, NotFound
from ..ports import Clock, Database, Transaction
from ..runtime.permits import needs
from ..said import say
from ..settings import Settings
from .acting import staff_actor
from .addresses import normal_email
from .changes import ChangedBy
from .lookup import job_of
from .mail_intake import words_of, write_message

_KEPT = timedelta(days=30)
"""Emails of no job are kept so long, once staff have decided, or if no one wrote them."""
_OVER = (Fate.DISMISSED, Fate.IGNORED, Fate.BOUNCE)


class Incoming:
    """The inbox as staff see it."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        settings: Settings,
        reader: InboxReader,
        wake: Callable[[], None],
    ) -> None:
        self._database = database
        self._clock = clock
        self._settings = settings
        self._reader = reader
        self._wake = wake

    @property
    def on(self) -> bool:
        """Whether the settings name a mailbox."""
        return self._reader.on

    @needs(Right.EMAILS)
    def find(
        self,
        fates: Collection[Fate] = (Fate.TRAY,),
        *,
        limit: int = 100,
        before: int | None = None,
    ) -> list[IncomingMail]:
        """Emails, newest first; with ``before``, an id, those older than that one."""
        with self._database.read() as tx:
            return list(tx.incoming.find(fates, limit=limit, before=before))

    @needs(Right.EMAILS)
    def counts(self) -> Mapping[Fate, int]:
        """How many there are of each fate."""
        with self._database.read() as tx:
            return dict(tx.incoming.counts())

    @needs(Right.SEE)
    def waiting(self) -> int:
        """How many need a job."""
        with self._database.read() as tx:
            return tx.incoming.waiting()

    @needs(Right.EMAILS)
    def get(self, mail_id: int) -> IncomingMail:
        """One email; raises NotFound."""
        with self._database.read() as tx:
            return _mail_of(tx, mail_id)

    @needs(Right.EMAILS)
    def whole(self, mail_id: int) -> str:
        """Its text with what it quotes; raises NotFound."""
        with self._database.read() as tx:
            _mail_of(tx, mail_id)
            return tx.incoming.whole(mail_id)

    @needs(Right.EMAILS)
    def original(self, mail_id: int) -> bytes:
        """The email as it came, large ones without their attachments; raises NotFound."""
        with self._database.read() as tx:
            found = tx.incoming.original(mail_id)
        if found is None:
            raise NotFound(say("The original of this email isn't kept."))
        return found

    @needs(Right.SEE)
    def picture(self, mail_id: int, picture_id: int) -> bytes:
        """A picture of it, as JPEG or PNG; raises NotFound."""
        with self._database.read() as tx:
            found = tx.incoming.picture(mail_id, picture_id)
        if found is None:
            raise NotFound(say("There's no such picture."))
        return found

    @needs(Right.EMAILS)
    def assign(self, mail_id: int, job_id: str, *, by: str, station: str = "") -> str:
        """Put an email of the tray into a job: as the student's message if it's from their address,
        else as a note that only staff see. Gives the job's id.

        Raises NotFound, InvalidInput for an unknown job, without a name, or when someone else has
        decided about it.
        """
        who = ChangedBy(staff_actor(by, station).name, station)
        with self._database.write() as tx:
            mail, now = self._undecided(tx, mail_id), self._clock()
            try:
                job = job_of(tx, job_id)
            except NotFound:
                raise InvalidInput.of(
                    "job_id", "job_unknown", say("There's no job with this number.")
                ) from None
            text = words_of(mail.text, too_large=mail.too_large, subject=mail.subject)
            if normal_email(mail.sender).lower() == normal_email(job.student_email).lower():
                note_id = write_message(tx, job, text, now)
            else:
                note_id = tx.history.add_note(
                    job.id,
                    at=now,
                    author=(mail.sender_name or mail.sender)[:100] or say("Unknown sender"),
                    text=say("Email from {sender}:\n{text}", sender=mail.sender, text=text),
                    for_student=False,
                )
            tx.incoming.settle(
                mail_id, fate=Fate.ASSIGNED, job_id=job.id, note_id=note_id, by=who.name, now=now
            )
            who.record(tx, ChangeKind.EMAIL_ASSIGNED, job.id, now, email=mail_id)
        self._wake()
        return job.id

    @needs(Right.EMAILS)
    def dismiss(self, mail_id: int, *, by: str, station: str = "") -> None:
        """Say that it belongs to no job. Raises NotFound, InvalidInput as :meth:`assign` does."""
        who = ChangedBy(staff_actor(by, station).name, station)
        with self._database.write() as tx:
            mail, now = self._undecided(tx, mail_id), self._clock()
            tx.incoming.settle(
                mail_id,
                fate=Fate.DISMISSED,
                job_id=mail.job_id,
                note_id=None,
                by=who.name,
                now=now,
            )
            who.record(tx, ChangeKind.EMAIL_DISMISSED, "", now, email=mail_id)

    @needs(Right.EMAILS)
    def put_back(self, mail_id: int, *, by: str, station: str = "") -> None:
        """Take back what staff decided about it: it waits in the tray again, and what it became in a
        job is removed. Raises NotFound, InvalidInput.
        """
        who = ChangedBy(staff_actor(by, station).name, station)
        with self._database.write() as tx:
            mail, now = _mail_of(tx, mail_id), self._clock()
            if mail.fate not in (Fate.ASSIGNED, Fate.DISMISSED):
                raise _decided(mail)
            tx.incoming.settle(
                mail_id, fate=Fate.TRAY, job_id=mail.job_id, note_id=None, by="", now=None
            )
            if mail.fate is Fate.ASSIGNED and mail.note_id is not None and mail.job_id:
                tx.history.remove_note(mail.note_id)
                tx.jobs.asked(mail.job_id, unanswered(tx.history.notes(mail.job_id)))
            who.record(tx, ChangeKind.EMAIL_PUT_BACK, mail.job_id or "", now, email=mail_id)

    def trouble(self) -> InboxTrouble | None:
        """Why replies aren't read, in words with the next step; None while all is well, or off."""
        return self._reader.trouble()

    @needs(Right.SEE)
    def read_at(self) -> datetime | None:
        """When the mailbox was last seen to be fine (UTC); None if never."""
        return self._reader.read_at()

    @needs(Right.SEE)
    def handling(self) -> str:
        """What happens to replies, in one sentence."""
        inbox = self._settings.inbox
        if not inbox.host:
            return say(
                "Replies by email aren't read here. They stay in the mailbox they're sent to."
            )
        return say(
            "Replies are read from {address} on {server}.",
            address=inbox.address or inbox.username,
            server=f"{inbox.host}:{inbox.port}",
        )

    @needs(Right.RETENTION)
    def forget_old(self) -> int:
        """Take out emails of no job that are no longer needed; gives how many. For the sweep."""
        with self._database.write() as tx:
            return tx.incoming.forget_settled(_OVER, self._clock() - _KEPT)

    def _undecided(self, tx: Transaction, mail_id: int) -> IncomingMail:
        mail = _mail_of(tx, mail_id)
        if mail.fate is not Fate.TRAY:
            raise _decided(mail)
        return mail


def _mail_of(tx: Transaction, mail_id: int) -> IncomingMail:
    mail = tx.incoming.get(mail_id)
    if mail is None:
        raise NotFound(say("There's no such email."))
    return mail


def _decided(mail: IncomingMail) -> InvalidInput:
    words = say("This email isn't in the tray any more.")
    if mail.settled_by:
        words = say("{name} has already decided about this email.", name=mail.settled_by)
    return InvalidInput.of("", "email_decided", words)
