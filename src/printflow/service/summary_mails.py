"""The summary of a period by mail: of the last week on its own, and of any when someone asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from ..catalogs.cache import CatalogCache
from ..domain.effects import MailTemplate
from ..domain.job_track import ReportQuery, Unit
from ..domain.rights import Right
from ..domain.weekly import mail_number, week_told
from ..errors import InvalidInput
from ..ports import Clock, Database, DuplicateKey, Transaction
from ..runtime.permits import needs
from ..said import say
from .addresses import email_problem
from .changes import Changes
from .mail_queue import MailQueue

if TYPE_CHECKING:
    from ..domain.catalog import Catalog
    from ..reports.presets import Period
    from ..reports.summary import Told


class SummaryMails:
    """Puts summaries into the outbox. Called by the dispatcher at its rounds: one mail for each
    receiver and each week that is over, whoever calls and however often.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        catalogs: CatalogCache,
        mails: MailQueue,
        changes: Changes,
        receivers: Sequence[str],
        wake: Callable[[], None],
    ) -> None:
        self._database = database
        self._clock = clock
        self._catalogs = catalogs
        self._mails = mails
        self._changes = changes
        self._receivers = tuple(dict.fromkeys(receivers))
        self._wake = wake

    def __call__(self) -> int:
        """Put into the outbox what is due; gives how many mails."""
        if not self._receivers:
            return 0
        now = self._clock()
        week = week_told(now, ZoneInfo(self._catalogs.newest().time_zone))
        return sum(self._once(address, week, now) for address in self._receivers)

    def _once(self, address: str, week: date, now: datetime) -> bool:
        from ..reports.presets import week_of

        number = mail_number(week, address)
        try:
            with self._database.write() as tx:
                message_id = self._mails.message_id(MailTemplate.SUMMARY, number=number)
                if tx.outbox.of_message_ids([message_id]):
                    return False
                self._add(tx, address, week_of(week), now, number)
        except DuplicateKey:  # another process was faster
            return False
        return True

    @needs(Right.REPORTS)
    def send(
        self, period: Period, *, to: Sequence[str] = (), by: str = "", station: str = ""
    ) -> tuple[str, ...]:
        """Mail the summary of a period now; gives the addresses, those of the settings by default.

        Who sends it is written down in the lab's record. Raises InvalidInput (field to) for what
        is no address, and where there is none.
        """
        addresses = tuple(dict.fromkeys(one.strip() for one in to)) or self._receivers
        if not addresses:
            raise InvalidInput.of(
                "to",
                "to_missing",
                say("Nobody gets the weekly summary yet."),
                say("Give an address, or set weekly_summary_to."),
            )
        for address in addresses:
            if problem := email_problem(address, ()):
                raise InvalidInput.of("to", "to_invalid", problem)
        self._changes.note_export(
            say("the summary by email"), by=by, station=station, format="mail"
        )
        with self._database.write() as tx:
            for address in addresses:
                self._add(tx, address, period, self._clock(), "")
        self._wake()
        return addresses

    def _add(
        self, tx: Transaction, address: str, period: Period, now: datetime, number: str
    ) -> None:
        days = [period.since, period.until, *(period.before or ())]
        self._mails.add(
            tx,
            template=MailTemplate.SUMMARY,
            recipient=address,
            job_id=None,
            event_id=None,
            confirmation_id=None,
            context={"summary": [day.isoformat() if day else None for day in days]},
            now=now,
            number=number,
        )


def summary_told(
    tx: Transaction, stored: Mapping[str, Any], catalog: Catalog, now: datetime
) -> Told | None:
    """What the mail of a row of the outbox tells; None for one of another kind."""
    from ..reports.summary import summary_of, told
    from .figures import figures_of

    if "summary" not in stored:
        return None
    days = [date.fromisoformat(day) if day else None for day in stored["summary"]]
    query = ReportQuery(since=days[0], until=days[1], unit=Unit.MONTH)
    found = figures_of(tx, query, catalog, now)
    earlier = None
    if len(days) > 2:
        before = ReportQuery(since=days[2], until=days[3], unit=Unit.MONTH)
        earlier = figures_of(tx, before, catalog, now)
    return told(summary_of(found, earlier))
