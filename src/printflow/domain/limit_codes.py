"""What the lab's limits count, and why a request is over one of them: a record for each code. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from ..said import Said, say
from .marking import complete, mark


class LimitAction(StrEnum):
    """What happens to a request that is over a limit. The value is what catalogs store."""

    WARN = "warn"
    ASK = "ask"
    REFUSE = "refuse"

    @property
    def label(self) -> str:
        """What people call it (English; pages translate it)."""
        return _ACTIONS[self]

    @property
    def rank(self) -> int:
        """The stricter, the higher."""
        return list(LimitAction).index(self)

    @property
    def holds(self) -> bool:
        """Whether approving it wants a reason."""
        return self is not LimitAction.WARN


_ACTIONS: Mapping[LimitAction, str] = complete(
    LimitAction,
    {
        LimitAction.WARN: mark("tell them, and go on"),
        LimitAction.ASK: mark("let staff decide"),
        LimitAction.REFUSE: mark("refuse it"),
    },
)


class Counts(StrEnum):
    """From where a limit has its number."""

    WINDOW = "window"
    """What the person has had in a window of time, with the job at hand."""
    JOB = "job"
    """The job at hand alone."""
    PERSON = "person"
    """How things stand with the person now."""


class LimitCode(StrEnum):
    """Why a request is over a limit. The value is what catalogs and reports store."""

    OPEN_JOBS = "open_jobs"
    PRINTS = "prints"
    GRAMS = "grams"
    HOURS = "hours"
    MONEY = "money"
    JOB_GRAMS = "job_grams"
    JOB_HOURS = "job_hours"
    JOB_SIZE = "job_size"
    UNCOLLECTED = "uncollected_days"
    OWED = "owed"
    BLOCKED = "blocked"

    @property
    def record(self) -> LimitRecord:
        """Everything that is said of it."""
        return LIMITS[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitRecord:
    """What is said of a code (English; pages translate it).

    The places of ``student``, what students read, and ``staff`` are cap, found, and per; those of a
    person who is blocked are name, day, and reason. ``unit`` stands behind the number on the
    editor's page, "" for a count and for money. ``whole`` wants a whole number.
    """

    label: str
    unit: str
    counts: Counts
    whole: bool
    money: bool
    student: Said
    next_step: Said
    staff: Said


LIMITS: Mapping[LimitCode, LimitRecord] = complete(
    LimitCode,
    {
        LimitCode.OPEN_JOBS: LimitRecord(
            label=mark("Open jobs"),
            unit="",
            counts=Counts.PERSON,
            whole=True,
            money=False,
            student=say(
                "Open jobs: you can have {cap} at a time. With this request, you'd have {found}."
            ),
            next_step=say("Wait until one is picked up, cancel one, or ask the lab."),
            staff=say("Open jobs with this one: {found}. The limit is {cap}."),
        ),
        LimitCode.PRINTS: LimitRecord(
            label=mark("Prints"),
            unit="",
            counts=Counts.WINDOW,
            whole=True,
            money=False,
            student=say("Prints: you can have {cap} {per}. With this request, you'd have {found}."),
            next_step=say("Ask for fewer copies, try again later, or ask the lab."),
            staff=say("Prints {per} with this job: {found}. The limit is {cap}."),
        ),
        LimitCode.GRAMS: LimitRecord(
            label=mark("Material"),
            unit="g",
            counts=Counts.WINDOW,
            whole=False,
            money=False,
            student=say("You can use {cap} g of material {per}. You've used {found} g."),
            next_step=say("Try again later, or ask the lab."),
            staff=say("Material {per} with this job: {found} g. The limit is {cap} g."),
        ),
        LimitCode.HOURS: LimitRecord(
            label=mark("Print time"),
            unit="h",
            counts=Counts.WINDOW,
            whole=False,
            money=False,
            student=say("You can use {cap} h of print time {per}. You've used {found} h."),
            next_step=say("Try again later, or ask the lab."),
            staff=say("Print time {per} with this job: {found} h. The limit is {cap} h."),
        ),
        LimitCode.MONEY: LimitRecord(
            label=mark("Price of all prints"),
            unit="",
            counts=Counts.WINDOW,
            whole=False,
            money=True,
            student=say("You can have prints for {cap} {per}. You've had {found}."),
            next_step=say("Try again later, or ask the lab."),
            staff=say("Price of all prints {per} with this job: {found}. The limit is {cap}."),
        ),
        LimitCode.JOB_GRAMS: LimitRecord(
            label=mark("Weight of one job"),
            unit="g",
            counts=Counts.JOB,
            whole=False,
            money=False,
            student=say("A job can weigh {cap} g. Yours weighs {found} g."),
            next_step=say("Make the model smaller, or ask the lab."),
            staff=say("This job weighs {found} g. The limit is {cap} g."),
        ),
        LimitCode.JOB_HOURS: LimitRecord(
            label=mark("Print time of one job"),
            unit="h",
            counts=Counts.JOB,
            whole=False,
            money=False,
            student=say("A job can print for {cap} h. Yours takes {found} h."),
            next_step=say("Make the model smaller, or ask the lab."),
            staff=say("This job prints for {found} h. The limit is {cap} h."),
        ),
        LimitCode.JOB_SIZE: LimitRecord(
            label=mark("Longest side of a model"),
            unit="mm",
            counts=Counts.JOB,
            whole=False,
            money=False,
            student=say("A model can be {cap} mm long. Yours is {found} mm."),
            next_step=say("Make the model smaller, or ask the lab."),
            staff=say("The model's longest side is {found} mm. The limit is {cap} mm."),
        ),
        LimitCode.UNCOLLECTED: LimitRecord(
            label=mark("Days a finished print waits to be picked up"),
            unit=mark("days"),
            counts=Counts.PERSON,
            whole=True,
            money=False,
            student=say("A finished print is waiting for you. Days so far: {found}."),
            next_step=say("Pick it up first, or ask the lab."),
            staff=say(
                "Days that a finished print hasn't been picked up: {found}. The limit is {cap}."
            ),
        ),
        LimitCode.OWED: LimitRecord(
            label=mark("Money owed"),
            unit="",
            counts=Counts.PERSON,
            whole=False,
            money=True,
            student=say("You owe the lab {found}."),
            next_step=say("Pay it first, or ask the lab."),
            staff=say("Owes the lab {found}. The limit is {cap}."),
        ),
        LimitCode.BLOCKED: LimitRecord(
            label=mark("Blocked person"),
            unit="",
            counts=Counts.PERSON,
            whole=False,
            money=False,
            student=say("The lab isn't accepting requests from you right now."),
            next_step=say("Ask the lab."),
            staff=say("{name} blocked this person: {reason}"),
        ),
    },
)

MEASURES: tuple[LimitCode, ...] = tuple(one for one in LimitCode if one is not LimitCode.BLOCKED)
"""What a row of the catalog can limit."""


class LimitWindow(StrEnum):
    """The window of time in which a limit counts. The value is what catalogs store."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    TERM = "term"
    EVER = "ever"

    @property
    def label(self) -> str:
        """What people call it (English; pages translate it)."""
        return _LABELS[self]

    @property
    def words(self) -> Said:
        """How it is said in a sentence: "3 prints a week"."""
        return _WORDS[self]


_LABELS: Mapping[LimitWindow, str] = complete(
    LimitWindow,
    {
        LimitWindow.DAY: mark("each day"),
        LimitWindow.WEEK: mark("each week, Monday to Sunday"),
        LimitWindow.MONTH: mark("each month"),
        LimitWindow.TERM: mark("each term"),
        LimitWindow.EVER: mark("in all"),
    },
)
_WORDS: Mapping[LimitWindow, Said] = complete(
    LimitWindow,
    {
        LimitWindow.DAY: say("a day"),
        LimitWindow.WEEK: say("a week"),
        LimitWindow.MONTH: say("a month"),
        LimitWindow.TERM: say("a term"),
        LimitWindow.EVER: say("in all"),
    },
)
