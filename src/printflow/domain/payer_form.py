"""A payer as people type it, on the page, in a file or on the command line: one rule for all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import TypeVar

from ..errors import InvalidInput, Refusal
from ..said import Said, say
from .guards import too_long
from .payers import CODE_LIMIT, TITLE_LIMIT, WHO_LIMIT, Payer, PayerKind, Window
from .pricing import in_units, parse_cents
from .text import clean_line
from .typed_address import is_address

FIELDS = (
    "code", "title", "kind", "starts", "ends", "budget", "each", "window", "who", "approver",
)  # fmt: skip
"""What is typed of a payer; the columns of its file."""


def typed_form(payer: Payer, currency: str = "USD") -> dict[str, str]:
    """The payer as one would type it."""

    def amount(cents: int | None) -> str:
        return "" if cents is None else in_units(cents, currency)

    return {
        "code": payer.code,
        "title": payer.title,
        "kind": payer.kind.value,
        "starts": payer.starts.isoformat() if payer.starts else "",
        "ends": payer.ends.isoformat() if payer.ends else "",
        "budget": amount(payer.budget_cents),
        "each": amount(payer.each_cents),
        "window": payer.window.value,
        "who": " ".join(payer.who),
        "approver": payer.approver,
    }


def payer_of(
    typed: Mapping[str, str], currency: str = "USD", *, retired_at: datetime | None = None
) -> Payer:
    """The payer of what was typed by the names of :data:`FIELDS`; days as YYYY-MM-DD, amounts in
    currency units. Raises InvalidInput with every problem, by field.
    """
    problems: list[Refusal] = []

    def wrong(field: str, message: Said) -> None:
        problems.append(Refusal(f"{field}_invalid", message, field))

    given = {name: clean_line(_unescaped(typed.get(name) or "")) for name in FIELDS}
    for field, limit in (("code", CODE_LIMIT), ("title", TITLE_LIMIT), ("who", WHO_LIMIT)):
        if len(given[field]) > limit:
            wrong(field, too_long(len(given[field]), limit))
    kind = _one_of(PayerKind, given["kind"] or PayerKind.COURSE.value)
    window = _one_of(Window, given["window"] or Window.EVER.value)
    if kind is None:
        wrong("kind", say("Choose from: {names}.", names=", ".join(PayerKind)))
    if window is None:
        wrong("window", say("Choose from: {names}.", names=", ".join(Window)))
    starts, ends = _days(given, wrong)
    budget, each = (_amount(given, field, currency, wrong) for field in ("budget", "each"))
    who = tuple(given["who"].replace(",", " ").replace(";", " ").lower().split())
    if given["approver"] and not is_address(given["approver"]):
        wrong("approver", say("Enter a valid email, like name@school.edu."))
    if not any(character.isalnum() for character in given["code"]):
        problems.insert(0, Refusal("code_missing", say("Enter a code, like ARCH 4000."), "code"))
    if problems or kind is None or window is None:
        raise InvalidInput(problems)
    return Payer(
        code=given["code"],
        title=given["title"],
        kind=kind,
        starts=starts,
        ends=ends,
        budget_cents=budget,
        each_cents=each,
        window=window,
        who=who,
        approver=given["approver"],
        retired_at=retired_at,
    )


_Wrong = Callable[[str, Said], None]


def _days(given: Mapping[str, str], wrong: _Wrong) -> tuple[date | None, date | None]:
    """The first and the last day; what is wrong with them goes to ``wrong``."""
    starts, ends = _day(given["starts"]), _day(given["ends"])
    for field, day in (("starts", starts), ("ends", ends)):
        if given[field] and day is None:
            wrong(field, say("Enter a date, like 2026-09-01."))
    if starts and ends and ends < starts:
        wrong("ends", say("The last day is before the first day."))
    return starts, ends


def _amount(given: Mapping[str, str], field: str, currency: str, wrong: _Wrong) -> int | None:
    """The amount in cents; None without one."""
    cents = parse_cents(given[field], currency) if given[field] else None
    if given[field] and cents is None:
        wrong(field, say("Enter an amount, like 250.00, or leave it empty for no limit."))
    return cents


def _unescaped(text: str) -> str:
    """Without the apostrophe that keeps spreadsheets from taking a text for a formula."""
    return text[1:] if text[:1] == "'" and text[1:2] in "=+-@" else text


_Choice = TypeVar("_Choice", PayerKind, Window)


def _one_of(choices: type[_Choice], typed: str) -> _Choice | None:
    return next((one for one in choices if one.value == typed.lower()), None)


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None
