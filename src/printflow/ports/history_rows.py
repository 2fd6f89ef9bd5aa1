"""The tables of what happened to jobs: events, money, quotes, mails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime, timedelta

    from ..domain.debts import Debt
    from ..domain.event_kind import EventKind
    from ..domain.history import Event, FileOpening, Mail, Note
    from ..domain.job import Actor, Quote
    from ..domain.ledger import Payment, Void
    from ..domain.status import Status


class HistoryRows(Protocol):
    """Events, notes, and openings of files."""

    def add_event(
        self,
        job_id: str,
        *,
        at: datetime,
        trigger: EventKind,
        source: Status | None,
        dest: Status,
        actor: Actor,
        details: Mapping[str, Any],
    ) -> int: ...

    def events(
        self, job_id: str, *, newest: int | None = None, before: int | None = None
    ) -> Sequence[Event]:
        """Oldest first; with ``newest`` the last so many of them, or of those with an id below
        ``before``. The same for notes and mails.
        """

    def last_event(self, job_id: str) -> Event | None: ...

    def newest_time(self) -> datetime | None:
        """When the newest event of all happened."""

    def add_note(
        self,
        job_id: str,
        *,
        at: datetime,
        author: str,
        text: str,
        for_student: bool,
        from_student: bool = False,
    ) -> int:
        """Write it down; gives its id."""

    def remove_note(self, note_id: int) -> None: ...

    def notes(
        self, job_id: str, *, newest: int | None = None, before: int | None = None
    ) -> Sequence[Note]: ...

    def staff_notes(self, job_ids: Collection[str], most: int) -> Mapping[str, Sequence[Note]]:
        """What staff themselves noted for each other, by job: the newest first, ``most`` of each."""

    def written_to(self, job_ids: Collection[str]) -> Collection[str]:
        """Those of which the last message between student and staff is the lab's."""

    def click_opening(self, job_id: str, *, file_name: str, at: datetime, by: str) -> None:
        """Note a click on "Open"; an older one of the job that nothing came of is forgotten."""

    def report_opening(
        self,
        job_id: str,
        *,
        file_name: str,
        also: Collection[str] = ...,
        at: datetime,
        since: datetime,
        station: str,
    ) -> None:
        """A PC opened the file; by whom, says the click since then, if there was one. ``also`` are the
        file's other names: a page or a share can know it by one of them.
        """

    def openings(self, job_id: str) -> Sequence[FileOpening]:
        """Those that were reported, oldest first."""

    def last_openings(self, job_id: str) -> Sequence[FileOpening]:
        """The last one of each name, oldest first."""

    def take_back(self, job_id: str, at: datetime) -> None:
        """Undo what an event of that moment wrote: its notes."""


class LedgerRows(Protocol):
    """Payments. Nothing is changed here, only added."""

    def add(self, payment: Payment, key: str = "", fingerprint: str = "") -> int:
        """Enter a payment (its ``id`` is ignored) and give its id. ``fingerprint`` is of what came
        with the ``key``.

        Raises DuplicateKey when one was entered with this key.
        """

    def void(self, payment_id: int, void: Void) -> None:
        """Enter that it does not count any more; raises DuplicateKey when that stands there."""

    def get(self, payment_id: int) -> Payment | None: ...

    def of_key(self, key: str) -> tuple[Payment, str] | None:
        """The payment that was entered with the key, and the fingerprint that came with it."""

    def of_job(self, job_id: str) -> Sequence[Payment]:
        """All that have a share for the job, the void ones too, oldest first."""

    def of_event(self, job_id: str, event_id: int) -> Sequence[Payment]:
        """Those that the job's event names."""

    def of_hand_over(self, hand_over: str) -> Sequence[Payment]:
        """The payments of jobs that were handed over together, void or not; none of ""."""

    def of_receipt(self, receipt: str) -> Payment | None:
        """The payment that counts and has this receipt number; others wait until this
        transaction is over before they are told.
        """

    def taken(self, since: datetime, until: datetime) -> Sequence[Payment]:
        """Those taken from ``since`` to before ``until``, oldest first."""

    def voided(self, since: datetime, until: datetime) -> Sequence[Payment]:
        """Those voided in that time."""

    def settled(self, job_id: str) -> tuple[int, int]:
        """What was paid of a job, and what is not the student's to pay: waived, or reserved by a
        payer; in integer cents."""

    def settled_of(self, job_ids: Collection[str]) -> Mapping[str, tuple[int, int]]:
        """The same of several jobs; those of no payment are not in it."""

    def owed(
        self, *, after: tuple[datetime, str] | None = None, limit: int | None = None
    ) -> Sequence[Debt]:
        """What is due of prints that are finished or handed out, oldest first, from behind a place:
        since when, and the job's id.
        """

    def owed_from(self, addresses: Collection[str]) -> Sequence[Debt]:
        """All that is due from who has these email addresses, in no order; also from others whose
        mail goes to the same mailbox.
        """


class QuoteRows(Protocol):
    """Confirmation links."""

    def issue(self, quote: Quote) -> int:
        """Store the quote (its ``id`` is ignored) and give its id; no link opens it yet."""

    def set_token(self, quote_id: int, token_hash: str) -> None: ...

    def get(self, quote_id: int) -> Quote | None: ...

    def of_token(self, token_hash: str) -> Quote | None: ...

    def newest(self, job_id: str) -> Quote | None: ...

    def of_job(self, job_id: str) -> Sequence[Quote]: ...

    def say_as_is(self, job_id: str, *, color: str, printer: str) -> None:
        """The job's open quotes say the color and the printer that it has now."""
        ...

    def void_open(self, job_id: str, now: datetime) -> None: ...

    def expire_at(self, quote_id: int, expires_at: datetime) -> None:
        """The quote is good until then."""

    def latest(self, limit: int) -> Sequence[Quote]:
        """The newest quotes, one for each job, the newest first."""
        ...

    def to_remind(self, before: datetime, now: datetime) -> Sequence[Quote]:
        """Open quotes that end until ``before`` and whose student was not reminded yet."""

    def lapsed(self, now: datetime, payer_ids: Collection[int] = ()) -> Sequence[Quote]:
        """Quotes that nobody answered in time, and for which something is still reserved: by one of
        these payers, or without any named by any payer, or from a free allowance.
        """

    def remind(self, quote_id: int, now: datetime) -> bool:
        """Note that the student is reminded; False when someone else has."""

    def use(self, quote_id: int, now: datetime, by: str) -> None: ...

    def take_back(self, job_id: str, at: datetime, *, now: datetime) -> None:
        """Undo what an event of that moment did: its link is void, what it closed is open."""


class OutboxRows(Protocol):
    """Mails to send."""

    def add(
        self,
        *,
        message_id: str,
        job_id: str | None,
        event_id: int | None,
        confirmation_id: int | None,
        template: str,
        recipient: str,
        context: Mapping[str, Any],
        now: datetime,
        not_before: datetime,
    ) -> None: ...

    def cancel(self, event_id: int) -> bool:
        """Cancel the event's mails that wait; whether one has left, or is leaving."""

    def cancel_mail(self, mail_id: int) -> bool:
        """Cancel one mail if nobody has tried to send it yet; whether it is canceled now."""

    def claim(self, now: datetime, lease: timedelta) -> Mail | None:
        """Lease the next mail that is due, or None."""

    def sent(self, mail: Mail, now: datetime) -> None: ...

    def failed(self, mail: Mail, *, error: str, next_try_at: datetime | None) -> None:
        """To be tried again at ``next_try_at``; a dead letter when that is None."""

    def hold(self, mail: Mail, *, why: str, until: datetime | None) -> None:
        """End the lease without counting a try: to be asked again at ``until``, or overtaken for
        good when that is None.
        """

    def overtake(self, mail_id: int, why: str) -> None:
        """A mail that waits, or is dead, is overtaken."""

    def give_back(self, mail: Mail, *, error: str) -> None:
        """End the lease without counting a try; ``error`` says why nobody could be written to."""

    def retry(
        self, mail_id: int, *, to: str, now: datetime, context: Mapping[str, Any]
    ) -> None: ...

    def get(self, mail_id: int) -> Mail | None: ...

    def of_message_ids(self, message_ids: Collection[str]) -> Sequence[Mail]: ...

    def bounced(self, mail_id: int, *, error: str, now: datetime) -> bool:
        """A mail that was sent came back: it's a dead letter. False when it wasn't sent."""

    def find(self, *, state: str | None, limit: int, before: int | None = None) -> Sequence[Mail]:
        """Newest first; with ``before``, those with a smaller id."""

    def counts(self) -> Mapping[str, int]:
        """How many mails are in each state."""

    def counts_up_to(self, most: int) -> Mapping[str, int]:
        """The same, but ``most`` where there are more: so many rows of each are read, and no more."""

    def of_job(self, job_id: str) -> Sequence[Mail]: ...

    def of_jobs(
        self, job_ids: Collection[str], *, newest: int | None = None, before: int | None = None
    ) -> Sequence[Mail]:
        """Those of several jobs, oldest first."""

    def lock_untouched(self, mail_ids: Collection[int]) -> Sequence[Mail]:
        """Those that wait and that nobody has tried to send, locked until the transaction ends;
        without those that another transaction holds.
        """

    def set_context(self, mail_id: int, context: Mapping[str, Any]) -> None:
        """What the mail tells; its text is made from it when it is sent."""

    def waiting(self) -> int: ...

    def next_due(self) -> datetime | None: ...

    def stuck(self, before: datetime, *, limit: int) -> tuple[int, int]:
        """How many mails should have gone before that moment, however often they were tried since;
        and how many are dead letters, of which no more than the limit are counted.
        """

    def oldest_late(self, before: datetime) -> Mail | None:
        """The oldest that should have gone before that moment."""

    def refused_since_sent(self, *, limit: int) -> Sequence[Mail]:
        """Dead letters written after the newest mail that was sent, newest first."""
