"""What staff do with jobs: one method per trigger of the lifecycle."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any, TypedDict, Unpack

from ..domain.attempt import Arguments
from ..domain.job import Job
from ..domain.pricing import Price
from ..domain.quoted_price import price_of
from ..domain.status import Status, Trigger
from ..ports import RenderedMail
from .acting import staff_actor
from .transition import Request, TransitionDesk

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


class StaffDesk(TransitionDesk):
    """The staff's side of the lab.

    Every method takes :class:`Acting` and gives the job as it is afterwards. They raise NotFound,
    TransitionNotAllowed (the status has no such trigger), StaleJob, TransitionRefused (with all
    reasons) and DatabaseBusy; after any of them nothing has changed.
    """

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
        :meth:`undo` can take the action back before anybody hears of it.

        ``arguments`` are named as the fields of a form: weight, hours, material, printer, file,
        cost, shelf, note, reasons, text, reason, to, notify, amount, method, waive, receipt,
        payer, account; expected_cents and catalog_version are what the form showed. Raises
        TypeError for any other, InvalidInput without a name in ``by``.
        """
        request = _request(trigger, job_id, by, station, arguments)
        hold = timedelta(seconds=self.settings.undo_seconds if hold_mail else 0)
        return self._pull(replace(request, expected_version=expected_version, hold=hold))

    def mails_of(
        self, trigger: Trigger | str, job_id: str, *, by: str, **arguments: Any
    ) -> list[RenderedMail]:
        """The mails that :meth:`perform` would send with the same arguments; changes nothing.

        A link in them is none yet. Raises as performing does.
        """
        return self._foresee(_request(trigger, job_id, by, "", arguments))

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
        **acting: Unpack[Acting],
    ) -> Job:
        """Price the job and mail the quote: weight in g, print time in hours ("3.25", "2h 30m").

        ``printer`` and ``file`` stay as they are when empty; ``note`` goes to the student. With
        ``expected_cents`` another price than that is refused (code ``price_changed``).
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
            acting,
        )

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
            acting,
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
        acting: Acting,
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
        )

    def price(
        self, job_id: str, *, grams: Figure, hours: Figure, printer: str = ""
    ) -> Price | None:
        """What a quote with these figures would come to now, with its lines; None where they are
        no figures, or the printer is none. Changes nothing; raises NotFound.
        """
        with self._ports.database.read() as tx:
            job = self._job(tx, job_id)
            catalog = self._ports.catalogs.within(tx)
        return price_of(catalog, printer or job.printer, grams, hours)

    def reject(
        self, job_id: str, *, reasons: Iterable[str] = (), text: str = "", **acting: Unpack[Acting]
    ) -> Job:
        """Turn the job down: codes of the lab's reasons, or texts, and a text of one's own."""
        return self._act(Trigger.REJECT, job_id, acting, reasons=tuple(reasons), text=text)

    def confirm(self, job_id: str, *, note: str, **acting: Unpack[Acting]) -> Job:
        """Confirm for the student; ``note`` says how they answered."""
        return self._act(Trigger.CONFIRM, job_id, acting, note=note)

    def decline(self, job_id: str, *, note: str, text: str = "", **acting: Unpack[Acting]) -> Job:
        """Record that the student declined; ``note`` says how they answered, ``text`` why."""
        return self._act(Trigger.DECLINE, job_id, acting, note=note, text=text)

    def resend(self, job_id: str, **acting: Unpack[Acting]) -> Job:
        """Mail the quote again with a new link; the old one is void."""
        return self._act(Trigger.RESEND, job_id, acting)

    def start_printing(self, job_id: str, *, printer: str = "", **acting: Unpack[Acting]) -> Job:
        """The print begins, on the quoted printer or another of its method."""
        return self._act(Trigger.START_PRINTING, job_id, acting, printer=printer)

    def fail(self, job_id: str, *, reason: str, **acting: Unpack[Acting]) -> Job:
        """The print failed; the job is ready to print again."""
        return self._act(Trigger.FAIL, job_id, acting, reason=reason)

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

    def dispose(self, job_id: str, *, reason: str = "", **acting: Unpack[Acting]) -> Job:
        """Throw a print away that nobody fetched, after the settings' ``dispose_after_days``.

        ``reason`` says why it goes where no reminder could reach the student.
        """
        return self._act(Trigger.DISPOSE, job_id, acting, reason=reason)

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
