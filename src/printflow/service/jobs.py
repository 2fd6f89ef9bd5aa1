"""Jobs: finds them, shows them, and has one method for each trigger of the lifecycle."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any, TypedDict, Unpack

from ..catalogs.cache import CatalogCache
from ..domain.agreement import Agreement
from ..domain.attempt import Arguments
from ..domain.history import JobDetails
from ..domain.job import Job
from ..domain.pricing import Price
from ..domain.quoted_price import price_of
from ..domain.rights import Right
from ..domain.status import Status, Trigger
from ..ports import Clock, Database, RenderedMail
from ..runtime.permits import needs, pulls, require, require_to_pull
from ..settings import Settings
from .acting import staff_actor
from .allowances import free
from .beside import beside
from .job_details import details_of
from .job_query import job_query
from .lookup import job_of
from .needing import attention_at
from .transitions import MailPreview, Request, Transitions

Figure = str | int | float | Decimal
"""A number as a script has it or a person typed it; floats are read by their shortest text."""

_ARGUMENTS = frozenset(field.name for field in fields(Arguments)) - {
    "submission",
    "by_link",
    "consent",
}


class Acting(TypedDict, total=False):
    """Who acts from where, on which version of the job.

    ``by`` is the name that history keeps, ``station`` where they sit. With ``expected_version``
    the call is refused (StaleJob) when the job has changed since that version.
    """

    by: str
    station: str
    expected_version: int | None


def _request(
    trigger: Trigger | str, job_id: str, by: str, station: str, arguments: dict[str, Any]
) -> Request:
    if unknown := set(arguments) - _ARGUMENTS:
        raise TypeError(f"unknown arguments: {', '.join(sorted(unknown))}")
    return Request(
        trigger=Trigger(trigger),
        job_id=job_id,
        actor=staff_actor(by, station),
        args=Arguments(**arguments),
    )


class Jobs:
    """The jobs of the lab, and what staff do with them.

    Every trigger takes :class:`Acting` and gives the job as it is afterwards. They raise NotFound,
    TransitionNotAllowed (the status has no such trigger), StaleJob, TransitionRefused (with all
    reasons), Forbidden (the role doesn't allow it) and DatabaseBusy; after any of them nothing has
    changed.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        catalogs: CatalogCache,
        transitions: Transitions,
        preview: MailPreview,
        settings: Settings,
    ) -> None:
        self._database = database
        self._clock = clock
        self._catalogs = catalogs
        self._transitions = transitions
        self._preview = preview
        self._settings = settings

    # -- looking ----------------------------------------------------------------------------------

    @needs(Right.SEE)
    def get(self, job_id: str) -> Job:
        """The job of that id (any case, with or without dashes); raises NotFound."""
        with self._database.read() as tx:
            return job_of(tx, job_id)

    @needs(Right.SEE)
    def agreement(self, job_id: str) -> Agreement:
        """The lab's rules and minimum charge as the form showed them to whoever sent the job; of
        old jobs, and of imported ones, no text is known. Raises NotFound.
        """
        with self._database.read() as tx:
            return tx.jobs.agreement(job_of(tx, job_id).request_id)

    @needs(Right.SEE)
    def details(
        self, job_id: str, *, newest: int | None = None, before: Mapping[str, int] | None = None
    ) -> JobDetails:
        """The job with its whole history; raises NotFound.

        With ``newest`` at most so many of its events, notes and mails each; with ``before`` those
        that come before an id, by the name of their field, as :attr:`JobDetails.older` gave it.
        """
        with self._database.read() as tx:
            return details_of(tx, job_of(tx, job_id), newest, before or {})

    @needs(Right.SEE)
    def sent_together(self, job: Job) -> list[Job]:
        """All jobs of the request that brought this one, in the order of its models."""
        with self._database.read() as tx:
            return list(tx.jobs.of_request(job.request_id))

    @needs(Right.SEE)
    def of_request(self, number: int) -> list[Job]:
        """The jobs of a request by its number (``job.request_id``), in the order of its models."""
        with self._database.read() as tx:
            return list(tx.jobs.of_request(number))

    @needs(Right.SEE)
    def find(
        self,
        *,
        status: Status | str | None = None,
        search: str = "",
        together_with: str = "",
        older_than: str | timedelta | None = None,
        limit: int | None = None,
        offset: int = 0,
        attention: bool = False,
    ) -> list[Job]:
        """Jobs, newest first; with ``attention`` only those that need it.

        ``search`` finds words in name, e-mail, id, class and file names. ``older_than`` ("2d",
        "36h", or a timedelta) takes those that have been in their status for longer.
        ``together_with`` is the id of a job: it and those that were submitted together with it.
        Raises InvalidInput for a status or duration that is none, NotFound for that job.
        """
        now = self._clock()
        with self._database.read() as tx:
            query = job_query(
                tx,
                now,
                status=status,
                search=search,
                together_with=together_with,
                older_than=older_than,
                limit=limit,
                attention=attention,
                offset=offset,
            )
            if not attention:
                return list(tx.jobs.find(query))
            needed = attention_at(now, self._catalogs.newest(tx), self._settings)
            return list(tx.jobs.find(query, needed))

    def counts(self) -> dict[Status, int]:
        """How many jobs are in each status."""
        with self._database.read() as tx:
            return tx.jobs.counts()

    # -- triggers ---------------------------------------------------------------------------------

    @needs(Right.SEE)
    def perform(
        self,
        trigger: Trigger | str,
        job_id: str,
        *,
        by: str,
        station: str = "",
        expected_version: int | None = None,
        hold_mail: bool = False,
        **arguments: Any,
    ) -> Job:
        """Pull any trigger: the general form of the methods below.

        With ``hold_mail`` its mails wait for the settings' ``undo_seconds``, so that
        ``lab.corrections.undo`` can take the action back before anyone hears of it.

        ``arguments`` are named as the fields of a form: weight, hours, material, printer, file,
        cost, shelf, note, reasons, text, reason, to, notify, amount, method, waive, receipt,
        payer, account, machine, copies, category, wasted, shown; expected_cents and catalog_version are what the form showed. Raises
        TypeError for any other, InvalidInput without a name in ``by``.
        """
        request = _request(trigger, job_id, by, station, arguments)
        require_to_pull(request.trigger, arguments)
        return self._transitions.pull(
            replace(request, expected_version=expected_version, hold_mail=hold_mail)
        )

    @needs(Right.SEE)
    def mails_of(
        self, trigger: Trigger | str, job_id: str, *, by: str, **arguments: Any
    ) -> list[RenderedMail]:
        """The mails that :meth:`perform` would send with the same arguments; changes nothing.

        A link in them is none yet. Raises as performing does.
        """
        require(Trigger(trigger).record.right, looks=True)
        return self._preview.mails(_request(trigger, job_id, by, "", arguments))

    @pulls(Trigger.APPROVE)
    def approve(
        self,
        job_id: str,
        *,
        grams: Figure,
        hours: Figure,
        material: str,
        printer: str = "",
        file: str = "",
        note: str = "",
        expected_cents: int | None = None,
        student_pays_rest: bool = False,
        over_limit: bool = False,
        limit_reason: str = "",
        **acting: Unpack[Acting],
    ) -> Job:
        """Price the job and mail the quote: weight in g, print time in hours ("3.25", "2h 30m").

        ``printer`` and ``file`` stay as they are when empty; ``note`` goes to the student. With
        ``expected_cents`` another price than that is refused (code ``price_changed``). A price that
        the job's payers can't cover is refused (``budget_short``), unless ``student_pays_rest``. A
        job over one of the lab's limits is refused (``limit_…``), unless it goes ``over_limit`` for a
        ``limit_reason``.
        """
        return self._quoted(
            Trigger.APPROVE,
            job_id,
            grams,
            hours,
            material,
            printer,
            file,
            note,
            expected_cents,
            student_pays_rest,
            acting,
            over_limit,
            limit_reason,
        )

    @pulls(Trigger.REQUOTE)
    def requote(
        self,
        job_id: str,
        *,
        grams: Figure,
        hours: Figure,
        material: str,
        printer: str = "",
        file: str = "",
        note: str = "",
        expected_cents: int | None = None,
        student_pays_rest: bool = False,
        over_limit: bool = False,
        limit_reason: str = "",
        **acting: Unpack[Acting],
    ) -> Job:
        """Change a quote that waits for its answer; the old link is void. As :meth:`approve`."""
        return self._quoted(
            Trigger.REQUOTE,
            job_id,
            grams,
            hours,
            material,
            printer,
            file,
            note,
            expected_cents,
            student_pays_rest,
            acting,
            over_limit,
            limit_reason,
        )

    def _quoted(
        self,
        trigger: Trigger,
        job_id: str,
        grams: Figure,
        hours: Figure,
        material: str,
        printer: str,
        file: str,
        note: str,
        expected_cents: int | None,
        student_pays_rest: bool,
        acting: Acting,
        over_limit: bool,
        limit_reason: str,
    ) -> Job:
        return self._act(
            trigger,
            job_id,
            acting,
            weight=str(grams),
            hours=str(hours),
            material=material,
            printer=printer,
            file=file,
            note=note,
            expected_cents="" if expected_cents is None else str(expected_cents),
            student_pays_rest=student_pays_rest,
            over_limit=over_limit,
            limit_reason=limit_reason,
        )

    @needs(Right.SEE)
    def price(
        self,
        job_id: str,
        *,
        grams: Figure,
        hours: Figure,
        printer: str = "",
        material: str = "",
    ) -> Price | None:
        """What a quote with these figures would come to now, with its lines; None where they are
        no figures, or the printer is none. Changes nothing; raises NotFound.
        """
        figures = {"grams": grams, "hours": hours, "printer": printer, "material": material}
        return self.prices({job_id: figures})[job_id]

    @needs(Right.SEE)
    def prices(self, figures: Mapping[str, Mapping[str, Figure]]) -> dict[str, Price | None]:
        """The same of many jobs, by id, as they'd be quoted one after the other in that order: a minimum
        charge per request and free allowances count once.

        The figures of each are ``grams``, ``hours``, ``printer`` and ``material``.
        """
        found: dict[str, Price | None] = {}
        instead: dict[str, Price] = {}
        with self._database.read() as tx:
            catalog = self._catalogs.within(tx)
            for job_id, typed in figures.items():
                job = job_of(tx, job_id)
                price = price_of(
                    catalog,
                    job,
                    str(typed.get("printer", "")),
                    typed.get("grams", ""),
                    typed.get("hours", ""),
                    str(typed.get("material", "")),
                    beside(tx, job, catalog, instead),
                    free(tx, job, catalog, self._clock(), instead),
                )
                found[job_id] = price
                if price is not None:
                    instead[job.id] = price
        return found

    @pulls(Trigger.REJECT)
    def reject(
        self, job_id: str, *, reasons: Iterable[str] = (), text: str = "", **acting: Unpack[Acting]
    ) -> Job:
        """Turn the job down: codes of the lab's reasons, or texts, and a text of one's own."""
        return self._act(Trigger.REJECT, job_id, acting, reasons=tuple(reasons), text=text)

    @pulls(Trigger.CONFIRM)
    def confirm(self, job_id: str, *, note: str, **acting: Unpack[Acting]) -> Job:
        """Confirm for the student; ``note`` says how they answered."""
        return self._act(Trigger.CONFIRM, job_id, acting, note=note)

    @pulls(Trigger.DECLINE)
    def decline(self, job_id: str, *, note: str, text: str = "", **acting: Unpack[Acting]) -> Job:
        """Record that the student declined; ``note`` says how they answered, ``text`` why."""
        return self._act(Trigger.DECLINE, job_id, acting, note=note, text=text)

    @pulls(Trigger.RESEND)
    def resend(self, job_id: str, **acting: Unpack[Acting]) -> Job:
        """Mail the quote again with a new link; the old one is void."""
        return self._act(Trigger.RESEND, job_id, acting)

    @pulls(Trigger.START_PRINTING)
    def start_printing(
        self,
        job_id: str,
        *,
        printer: str = "",
        machine: str = "",
        copies: int | str = "",
        **acting: Unpack[Acting],
    ) -> Job:
        """The print of all copies that are left, or of so many, begins: on ``machine``, or on the
        first free one of the quoted ``printer`` or another of its method.
        """
        return self._act(
            Trigger.START_PRINTING,
            job_id,
            acting,
            printer=printer,
            machine=machine,
            copies=str(copies),
        )

    @pulls(Trigger.FAIL)
    def fail(
        self,
        job_id: str,
        *,
        reason: str,
        category: str = "",
        wasted: Figure = "",
        **acting: Unpack[Acting],
    ) -> Job:
        """The print failed; its copies are ready to print again. ``category`` is a
        :class:`~printflow.domain.plate.Failure`, ``wasted`` in g.
        """
        return self._act(
            Trigger.FAIL, job_id, acting, reason=reason, category=category, wasted=str(wasted)
        )

    @pulls(Trigger.COPIES_DONE)
    def copies_done(self, job_id: str, **acting: Unpack[Acting]) -> Job:
        """The copies that print are good, while others are still to be printed."""
        return self._act(Trigger.COPIES_DONE, job_id, acting)

    @pulls(Trigger.HAND_OUT)
    def hand_out(self, job_id: str, *, copies: int | str = "", **acting: Unpack[Acting]) -> Job:
        """The student takes so many finished copies, by default all that are here."""
        return self._act(Trigger.HAND_OUT, job_id, acting, copies=str(copies))

    @pulls(Trigger.COMPLETE)
    def complete(
        self,
        job_id: str,
        *,
        cost: Figure = "",
        grams: Figure = "",
        shelf: str = "",
        **acting: Unpack[Acting],
    ) -> Job:
        """The print is done, and lies on ``shelf``; ``cost`` is the final price, where it differs
        from the quote.
        """
        return self._act(
            Trigger.COMPLETE, job_id, acting, cost=str(cost), weight=str(grams), shelf=shelf
        )

    @pulls(Trigger.PICK_UP)
    def pick_up(
        self,
        job_id: str,
        *,
        amount: Figure = "",
        method: str = "",
        waive: str = "",
        receipt: str = "",
        payer: str = "",
        account: str = "",
        **acting: Unpack[Acting],
    ) -> Job:
        """Paid and handed out: an amount and how it was paid, or the reason it was waived.

        Nothing is needed where the balance is settled. ``receipt`` is a number of the lab's
        receipt book or terminal, ``account`` the account, course or grant of the ``payer``.
        """
        return self._act(
            Trigger.PICK_UP,
            job_id,
            acting,
            amount=str(amount),
            method=method,
            waive=waive,
            receipt=receipt,
            payer=payer,
            account=account,
        )

    @pulls(Trigger.DISPOSE)
    def dispose(self, job_id: str, *, reason: str = "", **acting: Unpack[Acting]) -> Job:
        """Discard a print that nobody picked up, after the settings' ``dispose_after_days``.

        ``reason`` says why it goes where no reminder could reach the student.
        """
        return self._act(Trigger.DISPOSE, job_id, acting, reason=reason)

    @pulls(Trigger.HOLD)
    def hold(
        self,
        job_id: str,
        *,
        reason: str,
        shown: bool = False,
        notify: bool = False,
        **acting: Unpack[Acting],
    ) -> Job:
        """Keep the job from going on until it is released: no step, no reminder, no deadline.

        With ``shown`` the student reads the reason, with ``notify`` they get an email.
        """
        return self._act(Trigger.HOLD, job_id, acting, reason=reason, shown=shown, notify=notify)

    @pulls(Trigger.RELEASE)
    def release(self, job_id: str, *, notify: bool = False, **acting: Unpack[Acting]) -> Job:
        """The job goes on where it was; an open quote is good for as much longer."""
        return self._act(Trigger.RELEASE, job_id, acting, notify=notify)

    @pulls(Trigger.CANCEL)
    def cancel(self, job_id: str, *, reason: str = "", **acting: Unpack[Acting]) -> Job:
        """Cancel a job before its print starts; nothing is charged, and the student gets an email.

        The ``reason`` can be left out where the student asked. Refused while money was paid for it.
        """
        return self._act(Trigger.CANCEL, job_id, acting, reason=reason)

    @pulls(Trigger.KEEP)
    def decline_cancel(self, job_id: str, *, text: str = "", **acting: Unpack[Acting]) -> Job:
        """Say no to a student who asked to cancel: the job stays; ``text`` goes into the email."""
        return self._act(Trigger.KEEP, job_id, acting, text=text)

    @pulls(Trigger.OVERRIDE)
    def override(
        self,
        job_id: str,
        *,
        to: Status | str,
        reason: str,
        notify: bool = False,
        **acting: Unpack[Acting],
    ) -> Job:
        """Set any status but ARCHIVED by hand; no mail unless ``notify``."""
        return self._act(Trigger.OVERRIDE, job_id, acting, to=str(to), reason=reason, notify=notify)

    @pulls(Trigger.ARCHIVE)
    def archive(self, job_id: str, **acting: Unpack[Acting]) -> Job:
        """Put a rejected or handed-out job away, after the retention period."""
        return self._act(Trigger.ARCHIVE, job_id, acting)

    def _act(self, trigger: Trigger, job_id: str, acting: Acting, **arguments: Any) -> Job:
        return self.perform(
            trigger,
            job_id,
            by=acting.get("by", ""),
            station=acting.get("station", ""),
            expected_version=acting.get("expected_version"),
            **arguments,
        )
