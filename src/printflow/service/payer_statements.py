"""A payer's statement: what was reserved and paid, in all or in one of the lab's terms."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from ..catalogs.cache import CatalogCache
from ..domain.budgets import ClaimState, StatementLine
from ..domain.currency import of_cents
from ..domain.effects import MailTemplate
from ..domain.payers import Payer
from ..domain.rights import Right
from ..errors import InvalidInput
from ..ports import Clock, Database, Transaction
from ..reports.export import FORMATS, csv_bytes, xlsx_bytes
from ..reports.table import Cell, Column, Kind
from ..runtime.permits import needs
from ..said import say
from .addresses import email_problem
from .mail_queue import MailQueue
from .payers import payer_named

_COLUMNS = (
    Column("day", "Day", Kind.TEXT),
    Column("job", "Job", Kind.TEXT),
    Column("student", "Student", Kind.TEXT),
    Column("file", "File", Kind.TEXT),
    Column("term", "Term", Kind.TEXT),
    Column("state", "State", Kind.TEXT),
    Column("amount", "Amount", Kind.CENTS),
    Column("currency", "Currency", Kind.TEXT),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A payer's jobs, oldest first; of the ``term`` alone, where one is named.

    ``terms`` are the names of all terms that it has jobs of, and ``currency`` that of its amounts: jobs in
    another one (the lab changed it) are listed, and not added up.
    """

    payer: Payer
    term: str | None
    terms: tuple[str, ...]
    lines: tuple[StatementLine, ...]
    currency: str

    def _sum(self, state: ClaimState) -> int:
        mine = (one for one in self.lines if one.currency == self.currency)
        return sum(one.cents for one in mine if one.state is state)

    @property
    def used_cents(self) -> int:
        """What was paid."""
        return self._sum(ClaimState.USED)

    @property
    def reserved_cents(self) -> int:
        """What is reserved."""
        return self._sum(ClaimState.RESERVED)


class PayerStatements:
    """Statements on the screen, as files and by mail."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        catalogs: CatalogCache,
        mails: MailQueue,
        wake: Callable[[], None],
    ) -> None:
        self._database = database
        self._clock = clock
        self._catalogs = catalogs
        self._mails = mails
        self._wake = wake

    @needs(Right.PAYMENTS)
    def of(self, code: str, term: str | None = None) -> Statement:
        """The statement of a payer, in all or of one term ("" = between terms); raises NotFound."""
        with self._database.read() as tx:
            return statement(tx, code, term, self._catalogs.within(tx).currency)

    @needs(Right.PAYMENTS)
    def as_file(self, code: str, ending: str, term: str | None = None) -> Iterator[bytes]:
        """The same as ``csv`` or ``xlsx``. Raises NotFound, InvalidInput for another ending."""
        if ending not in FORMATS:
            raise InvalidInput.of(
                "format", "format_unknown", say("Choose from: {names}.", names=", ".join(FORMATS))
            )
        found = self.of(code, term)
        zone = ZoneInfo(self._catalogs.newest().time_zone)
        rows = (_row(line, zone) for line in found.lines)
        if ending == "csv":
            return csv_bytes(_COLUMNS, rows)
        return xlsx_bytes(_COLUMNS, rows, title="Statement")

    @needs(Right.PAYMENTS)
    def mail(self, code: str, *, to: str = "", term: str | None = None) -> str:
        """Mail the statement to an address, the approver's by default; gives it.

        Raises NotFound, and InvalidInput (field to) for what is no address.
        """
        with self._database.write() as tx:
            payer = payer_named(tx, code)
            address = (to or payer.approver).strip()
            if problem := email_problem(address, ()):
                raise InvalidInput.of("to", "to_invalid", problem)
            self._mails.add(
                tx,
                template=MailTemplate.PAYER_STATEMENT,
                recipient=address,
                job_id=None,
                event_id=None,
                confirmation_id=None,
                context={"payer_code": payer.code, "term": term},
                now=self._clock(),
            )
        self._wake()
        return address


def statement(tx: Transaction, code: str, term: str | None, currency: str) -> Statement:
    """The statement as a transaction sees it; raises NotFound."""
    payer = payer_named(tx, code)
    lines = tx.payers.lines(payer.id, None)
    return Statement(
        payer=payer,
        term=term,
        terms=tuple(dict.fromkeys(one.term for one in lines)),
        lines=tuple(one for one in lines if term is None or one.term == term),
        currency=currency,
    )


def _row(line: StatementLine, zone: ZoneInfo) -> tuple[Cell, ...]:
    return (
        line.at.astimezone(zone).date().isoformat(),
        line.job_id,
        line.by,
        line.file,
        line.term,
        line.state.value,
        of_cents(line.cents, line.currency),
        line.currency,
    )
