"""A payment service's report: which columns say what, what a line says, and what becomes of it. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from ..errors import InvalidInput
from ..said import Said, say
from .currency import in_cents
from .numbers import DECIMAL_SIGNS, Notation
from .online_payments import Finding
from .pricing import MAX_CENTS
from .text import clean_line

FIELDS = ("reference", "transaction", "amount", "currency", "date")
"""What a report says of a payment; the first three are needed. ``reference`` may be a job's number."""
_NEEDED = FIELDS[:3]
_LONGEST, _DATE = 100, 40
_SIGN = re.compile(r"^[^\w\d.,()+-]\s*|\s*[^\w\d.,()+-]$")
_CODE = re.compile(r"^(?P<before>[A-Za-z]{3})\s*|\s*(?P<after>[A-Za-z]{3})$")


@dataclass(frozen=True, slots=True)
class ReportColumns:
    """By field the report's own name of its column; ``decimal`` is how it writes amounts."""

    names: Mapping[str, str] = field(default_factory=dict)
    decimal: str = "."
    currency: str = ""
    """Of lines that name none, and no job of ours; "" for the lab's."""

    @classmethod
    def of(
        cls, header: Sequence[str], wanted: Mapping[str, str], *, decimal: str, currency: str
    ) -> ReportColumns:
        """Find each column by its name in any case; without one, by the field's own name.

        Raises InvalidInput (field columns) that says which are missing, and which there are.
        """
        if decimal not in DECIMAL_SIGNS:
            raise _wrong(say("The decimal sign is “.” or “,”."))
        known = {name.strip().casefold(): name for name in header}
        found, missing = {}, []
        for name in FIELDS:
            typed = (wanted.get(name) or name).strip().casefold()
            if typed in known:
                found[name] = known[typed]
            elif typed != name or name in _NEEDED:
                missing.append(wanted.get(name) or name)
        if missing:
            raise _wrong(
                say(
                    "The file has no column {missing}. It has: {columns}.",
                    missing=", ".join(missing)[:200],
                    columns=", ".join(known.values())[:400],
                )
            )
        return cls(found, decimal, currency.strip().upper())


class Outcome(StrEnum):
    """What becomes of a line."""

    PAID = "paid"
    """It is entered, or would be."""
    ALREADY = "already"
    """It was entered before."""
    LEFT_OUT = "left_out"
    """Nothing is done: ``problem`` or ``finding`` says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportLine:
    """A line of the report as it was read; ``problem`` says what can't be read of it."""

    number: int
    transaction: str = ""
    reference: str = ""
    cents: int = 0
    currency: str = ""
    date: str = ""
    problem: Said | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRow:
    """What becomes of a line; ``due_cents`` is left to pay for its job after it."""

    line: ReportLine
    outcome: Outcome
    job_id: str = ""
    finding: Finding | None = None
    due_cents: int = 0


def books(finding: Finding | None, *, sealed: bool) -> bool:
    """Whether a line is entered. Without our own reference, which nobody types by mistake, only
    money that is due is.
    """
    return finding is None or (sealed and finding.record.booked)


def read_line(
    number: int,
    row: Mapping[str, str],
    columns: ReportColumns,
    currency_of: Callable[[str], str],
) -> ReportLine:
    """What a line says. ``currency_of`` gives the currency of what a reference or a job number is
    for, where the line names none.
    """
    said = {name: clean_line(row.get(column) or "") for name, column in columns.names.items()}
    reference, transaction = said["reference"], said["transaction"]
    amount, code = _parted(said["amount"])
    currency = (said.get("currency") or code or currency_of(reference)).upper()
    cents = _cents(amount, currency, columns.decimal)
    problem = None
    if not transaction or len(transaction) > _LONGEST:
        problem = say("There's no transaction number.")
    elif not reference or len(reference) > _LONGEST:
        problem = say("There's no reference or job number.")
    elif cents is None:
        problem = say("The amount “{typed}” isn't an amount above 0.", typed=said["amount"][:40])
    elif currency and not (len(currency) == 3 and currency.isascii() and currency.isalpha()):
        problem = say("“{typed}” isn't a currency.", typed=currency[:40])
    return ReportLine(
        number=number,
        transaction=transaction[:_LONGEST],
        reference=reference[:_LONGEST],
        cents=cents or 0,
        currency=currency[:3],
        date=said.get("date", "")[:_DATE],
        problem=problem,
    )


def _parted(typed: str) -> tuple[str, str]:
    """The figures of an amount, and the code of its currency, if it has one."""
    plain = _SIGN.sub("", typed.strip()).strip()
    found = _CODE.search(plain)
    if found is None:
        return plain, ""
    return _CODE.sub("", plain).strip(), found["before"] or found["after"]


def _cents(typed: str, currency: str, decimal: str) -> int | None:
    """An amount above 0 in the currency's smallest unit; None for anything else."""
    number = Notation(decimal).number(typed)
    cents = in_cents(number, currency) if number is not None else None
    if not cents or cents != cents.to_integral_value() or cents > MAX_CENTS:
        return None
    return int(cents)


def counts(rows: Iterable[ReportRow]) -> dict[Outcome, int]:
    """How many lines become what."""
    found = dict.fromkeys(Outcome, 0)
    for row in rows:
        found[row.outcome] += 1
    return found


def _wrong(message: Said) -> InvalidInput:
    return InvalidInput.of(
        "columns",
        "columns_missing",
        message,
        say("Say which column is which."),
    )
