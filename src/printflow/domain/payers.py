"""Who pays instead of the student: courses, clubs, departments and grants, each with a code. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from ..errors import Refusal
from ..said import Day, Said, say
from .marking import complete, mark
from .price_rows import course_key

CODE_LIMIT, TITLE_LIMIT, WHO_LIMIT = 40, 120, 1000
"""Characters."""


class PayerKind(StrEnum):
    """What a payer is. The value is what is stored and written into files."""

    COURSE = "course"
    CLUB = "club"
    DEPARTMENT = "department"
    GRANT = "grant"

    @property
    def label(self) -> str:
        """What people call it (English; pages translate it)."""
        return _KINDS[self]


_KINDS: Mapping[PayerKind, str] = complete(
    PayerKind,
    {
        PayerKind.COURSE: mark("Course"),
        PayerKind.CLUB: mark("Club"),
        PayerKind.DEPARTMENT: mark("Department"),
        PayerKind.GRANT: mark("Grant"),
    },
)


class Window(StrEnum):
    """For how long a budget and each student's part of it are meant."""

    EVER = "ever"
    TERM = "term"

    @property
    def label(self) -> str:
        """What people call it (English; pages translate it)."""
        return _WINDOWS[self]


_WINDOWS: Mapping[Window, str] = complete(
    Window, {Window.EVER: mark("In all"), Window.TERM: mark("Each term")}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Payer:
    """Who pays for prints. Days are days of the lab's time zone, both of them included.

    ``budget_cents`` is what it pays at most, and ``each_cents`` what of it one student may use (None
    = without end), both within ``window``. ``who`` lists the email addresses and domains that may use
    the code (empty = everyone). Where there is an ``approver``, nothing is printed on its account until the
    person with that address has approved it.
    """

    id: int = 0
    code: str
    title: str = ""
    kind: PayerKind = PayerKind.COURSE
    starts: date | None = None
    ends: date | None = None
    budget_cents: int | None = None
    each_cents: int | None = None
    window: Window = Window.EVER
    who: tuple[str, ...] = ()
    approver: str = ""
    retired_at: datetime | None = None

    @property
    def key(self) -> str:
        """By which the code is found, however it was typed."""
        return course_key(self.code)

    @property
    def name(self) -> str:
        """The code and, where there is one, the title."""
        return f"{self.code} ({self.title})" if self.title else self.code

    def is_for(self, email: str) -> bool:
        """Whether the student with this address may use it."""
        address = email.strip().casefold()
        domain = address.rpartition("@")[2]
        return not self.who or any(
            address == one or domain == one or domain.endswith(f".{one}")
            for one in (one.casefold().removeprefix("@") for one in self.who)
        )


NO_CODE = say("The lab doesn't know this code.")


def code_problem(payer: Payer | None, email: str, today: date) -> Said | None:
    """Why a student can't have that payer's code pay today; None where it can.

    It says nothing about money: anyone may type a code.
    """
    if payer is None or payer.retired_at is not None:
        return NO_CODE
    if payer.ends is not None and today > payer.ends:
        return say("{code} ended on {day}.", code=payer.code, day=Day(payer.ends))
    if payer.starts is not None and today < payer.starts:
        return say("{code} starts on {day}.", code=payer.code, day=Day(payer.starts))
    if not payer.is_for(email):
        return say("{code} isn't for {address}.", code=payer.code, address=email.strip() or "—")
    return None


def code_refusal(payer: Payer | None, email: str, today: date) -> Refusal | None:
    """The same as a refusal at the form's field."""
    problem = code_problem(payer, email, today)
    if problem is None:
        return None
    return Refusal(
        "payer_code_refused",
        problem,
        "payer_code",
        say("Check the code, or leave this field empty to pay yourself."),
    )
