"""Who pays instead of students: the list of codes, its file, and what students see of it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from ..catalogs.cache import CatalogCache
from ..domain.limits import Limit
from ..domain.payer_form import FIELDS, payer_of, typed_form
from ..domain.payers import Payer, code_refusal
from ..domain.people import ChangeKind
from ..domain.price_rows import course_key
from ..domain.rights import Right
from ..errors import InvalidInput, NotFound, Refusal
from ..ports import Clock, Database, Transaction
from ..reports.export import csv_bytes
from ..reports.period import today
from ..reports.table import Cell, Column, Kind
from ..runtime.permits import needs
from ..said import say
from .changes import ChangedBy
from .claims import term_name
from .limits import check, count

PAGE = 50
MOST_ROWS = 20_000
MOST_BYTES = 5 << 20
_WRONG_CODES = Limit("payer-code", 300, timedelta(hours=1))
_TOO_MANY = say("Your network address has tried too many codes in the last hour.")
_COLUMNS = tuple(Column(name, name, Kind.TEXT) for name in FIELDS)


@dataclass(frozen=True, slots=True)
class PayerStanding:
    """A payer and its money, in integer cents: of one that is counted by terms, in this term."""

    payer: Payer
    reserved_cents: int = 0
    used_cents: int = 0

    @property
    def left_cents(self) -> int | None:
        """What of its budget is left; None without one."""
        if self.payer.budget_cents is None:
            return None
        return self.payer.budget_cents - self.reserved_cents - self.used_cents


@dataclass(frozen=True, slots=True)
class PayerPage:
    """One page of the list; ``next`` is what the next one begins after ("" = it is the last)."""

    rows: tuple[PayerStanding, ...]
    next: str


@dataclass(frozen=True, slots=True)
class ImportedPayers:
    """What a file of payers comes to; with problems nothing was changed."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    same: int
    problems: tuple[tuple[int, Refusal], ...]
    """By the line of the file."""
    dry_run: bool


class Payers:
    """Courses, clubs, departments and grants, known by their codes."""

    def __init__(self, database: Database, clock: Clock, catalogs: CatalogCache) -> None:
        self._database = database
        self._clock = clock
        self._catalogs = catalogs

    # -- for the form -----------------------------------------------------------------------------

    @property
    def any(self) -> bool:
        """Whether the form asks for a code: whether there is a payer."""
        with self._database.read() as tx:
            return tx.payers.any()

    def named(self, code: str, email: str = "", *, sender: str = "") -> Payer | None:
        """The payer that pays with this code for a student with that address; None without a code.

        What it gives away is the code and title. Raises InvalidInput (field payer_code) for one that is
        unknown, over, or for others; an address that was not typed yet is for everyone. So many wrong
        codes from one network address, the ``sender``, and it has to wait (TooManyRequests): nobody
        tries out all codes, but a class behind one address can mistype theirs.
        """
        if not code.strip():
            return None
        bounds = _WRONG_CODES.for_address(sender)
        with self._database.read() as tx:
            check(tx, bounds, self._clock(), _TOO_MANY)
            payer = tx.payers.of_code(code)
        known = replace(payer, who=()) if payer is not None and not email.strip() else payer
        refusal = code_refusal(known, email, self._today)
        if refusal is not None:
            if bounds:
                with self._database.write() as tx:
                    count(tx, bounds, self._clock(), _TOO_MANY)
            raise InvalidInput([refusal])
        return payer

    @property
    def _today(self) -> date:
        return today(self._clock(), ZoneInfo(self._catalogs.newest().time_zone))

    @property
    def _currency(self) -> str:
        return self._catalogs.newest().currency

    # -- the list ---------------------------------------------------------------------------------

    @needs(Right.PRICES)
    def page(self, text: str = "", *, after: str = "", limit: int = PAGE) -> PayerPage:
        """Payers by code, ``limit`` of them, with ``text`` in code or title, from behind ``after`` on."""
        with self._database.read() as tx:
            found = list(tx.payers.find(text, after=course_key(after), limit=limit + 1))
            rows = self._standings(tx, found[:limit])
        return PayerPage(rows, found[limit - 1].key if len(found) > limit else "")

    @needs(Right.PRICES)
    def get(self, code: str) -> PayerStanding:
        """The payer of that code, however it is typed; raises NotFound."""
        with self._database.read() as tx:
            return self._standings(tx, [payer_named(tx, code)])[0]

    def _standings(self, tx: Transaction, payers: list[Payer]) -> tuple[PayerStanding, ...]:
        totals = tx.payers.totals(payers, term_name(self._catalogs.within(tx), self._clock()))
        return tuple(PayerStanding(one, *totals.get(one.id, (0, 0))) for one in payers)

    @needs(Right.PRICES)
    def add(self, *, by: str, station: str = "", **fields: str) -> Payer:
        """Add a payer, or take a retired one back into use; ``fields`` are named as in its file.

        Raises InvalidInput with every problem; one of that code that is there already is one.
        """
        wanted = payer_of(fields, self._currency)
        with self._database.write() as tx:
            there = tx.payers.of_code(wanted.code)
            if there is not None and there.retired_at is None:
                raise InvalidInput.of(
                    "code", "code_known", say("{code} is already on the list.", code=there.code)
                )
            tx.payers.write([wanted])
            ChangedBy(by, station).record(tx, ChangeKind.PAYER_ADDED, wanted.code, self._clock())
        return self._fresh(wanted.code)

    @needs(Right.PRICES)
    def edit(self, code: str, *, by: str, station: str = "", **fields: str) -> Payer:
        """Change what is given of a payer. Its code can be written otherwise, not become another.

        Raises NotFound, and InvalidInput with every problem.
        """
        with self._database.write() as tx:
            there = payer_named(tx, code)
            kept = typed_form(there, self._currency)
            wanted = payer_of({**kept, **fields}, self._currency, retired_at=there.retired_at)
            if wanted.key != there.key:
                raise InvalidInput.of(
                    "code",
                    "code_changed",
                    say("Keep the letters and digits of the code {code}.", code=there.code),
                    say("For another code, add another payer."),
                )
            if replace(wanted, id=there.id) != there:
                tx.payers.write([wanted])
                ChangedBy(by, station).record(
                    tx, ChangeKind.PAYER_CHANGED, wanted.code, self._clock()
                )
        return self._fresh(wanted.code)

    @needs(Right.PRICES)
    def retire(self, code: str, *, by: str, station: str = "") -> Payer:
        """No new job is paid by it; what was reserved stays. Raises NotFound."""
        with self._database.write() as tx:
            there = payer_named(tx, code)
            if there.retired_at is None:
                tx.payers.write([replace(there, retired_at=self._clock())])
                ChangedBy(by, station).record(
                    tx, ChangeKind.PAYER_RETIRED, there.code, self._clock()
                )
        return self._fresh(code)

    def _fresh(self, code: str) -> Payer:
        with self._database.read() as tx:
            return payer_named(tx, code)

    # -- the file ---------------------------------------------------------------------------------

    @needs(Right.PRICES)
    def as_csv(self) -> Iterator[bytes]:
        """All payers that were not retired, as the file that :meth:`read_csv` reads."""
        return csv_bytes(_COLUMNS, self._rows())

    def _rows(self) -> Iterator[tuple[Cell, ...]]:
        after = ""
        while True:
            with self._database.read() as tx:
                found = tx.payers.find("", after=after, limit=500)
            for one in found:
                if one.retired_at is None:
                    typed = typed_form(one, self._currency)
                    yield tuple(typed[name] for name in FIELDS)
            if len(found) < 500:
                return
            after = found[-1].key

    @needs(Right.PRICES)
    def read_csv(
        self, content: bytes, *, by: str, station: str = "", dry_run: bool = False
    ) -> ImportedPayers:
        """Add the payers of a CSV file, and change those that are there already; others stay.

        Columns that are missing stay as they are. All of it or nothing: with a problem, or with ``dry_run``,
        nothing is changed. Raises InvalidInput (field file) for what is no such file.
        """
        rows = list(_read(content))
        with self._database.write() as tx:
            known = tx.payers.known({course_key(row.get("code") or "") for _line, row in rows})
            wanted, problems = _wanted(rows, known, self._currency)
            added = tuple(one.code for key, one in wanted.items() if key not in known)
            changed = tuple(
                one.code
                for key, one in wanted.items()
                if key in known and replace(one, id=known[key].id) != known[key]
            )
            if not dry_run and not problems and (added or changed):
                tx.payers.write(list(wanted.values()))
                ChangedBy(by, station).record(
                    tx,
                    ChangeKind.PAYERS_IMPORTED,
                    str(len(added) + len(changed)),
                    self._clock(),
                )
        same = len(wanted) - len(added) - len(changed)
        return ImportedPayers(added, changed, same, tuple(problems), dry_run)


def payer_named(tx: Transaction, code: str) -> Payer:
    """The payer of a code, however it is typed; raises NotFound."""
    payer = tx.payers.of_code(code)
    if payer is None:
        raise NotFound(
            say("There's no payer with this code."), next_step=say("Check the code on the list.")
        )
    return payer


def _wanted(
    rows: Iterable[tuple[int, Mapping[str, str]]], known: Mapping[str, Payer], currency: str
) -> tuple[dict[str, Payer], list[tuple[int, Refusal]]]:
    """The payers of the file's lines by key, and what is wrong with which line."""
    wanted: dict[str, Payer] = {}
    problems: list[tuple[int, Refusal]] = []
    for line, row in rows:
        there = known.get(course_key(row.get("code") or ""))
        kept = typed_form(there, currency) if there is not None else {}
        try:
            one = payer_of({**kept, **row}, currency)
        except InvalidInput as error:
            problems += [(line, reason) for reason in error.refusals]
            continue
        if one.key in wanted:
            reason = Refusal("code_twice", say("{code} is there twice.", code=one.code), "code")
            problems.append((line, reason))
        wanted[one.key] = one
    return wanted, problems


def _read(content: bytes) -> Iterator[tuple[int, dict[str, str]]]:
    """The lines of the file, by the names of its columns."""

    def no_file(message: str) -> InvalidInput:
        columns = ", ".join(FIELDS)
        return InvalidInput.of(
            "file",
            "file_invalid",
            message,
            say("Its first line names: {columns}.", columns=columns),
        )

    if len(content) > MOST_BYTES:
        raise no_file(say("The file is too large for a list of payers."))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise no_file(say("The file isn't a CSV file in UTF-8.")) from None
    try:
        reader = csv.DictReader(io.StringIO(text), strict=True)
        names = [(name or "").strip().lower() for name in reader.fieldnames or ()]
        if "code" not in names or set(names) - set(FIELDS):
            raise no_file(say("The file has other columns than a list of payers."))
        reader.fieldnames = names
        for number, row in enumerate(reader, 2):
            if number > MOST_ROWS + 1:
                raise no_file(say("Use at most {most} lines.", most=MOST_ROWS))
            given = {name: value for name, value in row.items() if name and value is not None}
            if any(value.strip() for value in given.values() if isinstance(value, str)):
                yield number, given
    except csv.Error:
        raise no_file(say("The file isn't a CSV file.")) from None
