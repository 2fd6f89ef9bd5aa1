"""All reports as tables, from the sums of a :class:`~printflow.reports.tally.Tally`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import groupby

from ..domain.job_track import FILTERS
from ..domain.limit_counts import LimitCount
from ..domain.plate import FAILURES
from ..domain.status import Status
from ..said import Said, say
from .period import buckets
from .print_tally import Counts, PrintTally
from .quantiles import quantile
from .table import Cell, Column, Kind, Table
from .tally import DONE, REVENUE_BY, SPANS, Tally

REPORTS = (
    "course",
    "status",
    "decisions",
    "reasons",
    "own_reasons",
    "times",
    *FILTERS,
    "printers",
    "machines",
    "copies",
    "materials",
    "failures",
    "failed_copies",
    "revenue",
    "payment_methods",
    *(f"revenue_by_{name}" for name in REVENUE_BY),
    "allowances",
    "limits",
    "estimates",
    "peak_hours",
)
"""The names of all reports, in the order of the page."""

_DONE_LABELS = {
    "submitted": say("Submitted"),
    "approved": say("Approved"),
    "rejected": say("Rejected"),
    "confirmed": say("Confirmed"),
    "failed": say("Failed prints"),
    "completed": say("Completed"),
    "picked_up": say("Picked up"),
}
_FIELD_LABELS = {
    "discipline": (say("By discipline"), say("Discipline")),
    "class_number": (say("By class"), say("Class")),
    "method": (say("By method"), say("Method")),
    "printer": (say("By printer"), say("Printer")),
    "material": (say("By material"), say("Material")),
    "color": (say("By color"), say("Color")),
}
_SPAN_LABELS = {
    "approve": say("Submission to approval"),
    "confirm": say("Approval to confirmation"),
    "wait_for_printer": say("Confirmation to print"),
    "print": say("Print start to finish"),
    "pick_up": say("Completion to pickup"),
    "to_confirm": say("Submission to confirmation"),
    "to_completed": say("Submission to completed print"),
    "whole": say("Submission to pickup"),
}
_EMPTY_START = timedelta(days=3700)
"""A period that begins longer before anything happened is told from the first day on."""
_RESULTS = ("completed", "failed", "abandoned")
"""What a print came to."""
_DAYS = (
    ("monday", say("Monday")),
    ("tuesday", say("Tuesday")),
    ("wednesday", say("Wednesday")),
    ("thursday", say("Thursday")),
    ("friday", say("Friday")),
    ("saturday", say("Saturday")),
    ("sunday", say("Sunday")),
)


def tables(
    tally: Tally,
    printed: PrintTally,
    limits: Sequence[LimitCount] = (),
    known: Collection[str] = (),
) -> tuple[Table, ...]:
    """Every report, in the order of :data:`REPORTS`. ``known`` are the reasons for a rejection that
    can be chosen.
    """
    return (
        _course(tally), _status(tally), _decisions(tally), _reasons(tally, known), _own_reasons(tally, known), _times(tally),
        *(_by_field(tally, field) for field in FILTERS),
        _printers(tally, printed), _machines(tally, printed), _copies(printed),
        _materials(tally), _failures(printed), _failed_copies(printed),
        _revenue(tally), _payment_methods(tally),
        *(_revenue_by(tally, name) for name in REVENUE_BY), _allowances(tally), _limits(limits), _estimates(tally), _peak_hours(tally),
    )  # fmt: skip


def field_label(field: str) -> str:
    """What a filter, one of FILTERS, is called."""
    return _FIELD_LABELS[field][1]


def _limits(counts: Sequence[LimitCount]) -> Table:
    rows = tuple((one.code.record.label, one.rule, one.outcome.label, one.times) for one in counts)
    columns = (
        Column("limit", say("Limit"), Kind.TEXT),
        Column("rule", say("Rule"), Kind.TEXT),
        Column("outcome", say("What happened"), Kind.TEXT),
        Column("times", say("Times")),
    )
    note = say(
        "Requests over one of the lab's limits: refused, left to staff, and approved with a reason."
    )
    return Table("limits", say("Over a limit"), columns, rows, note, "")


def _span(tally: Tally | PrintTally) -> list[date]:
    """The beginnings of all days, weeks or months of the period, the empty ones too."""
    since, first, last = tally.query.since, tally.first, tally.last
    if first is None or last is None:
        return []
    if since is not None and first - since < _EMPTY_START:
        first = since
    return list(buckets(first, last, tally.query.unit))


def _course(tally: Tally) -> Table:
    columns = (
        Column("begins", say("Begins"), Kind.TEXT),
        *(
            Column(name, _DONE_LABELS[name], charted=name in ("submitted", "picked_up", "rejected"))
            for name in DONE
        ),
    )
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (str(day), *(tally.course.get(day, Counter())[name] for name in DONE))
        for day in _span(tally)
    )
    return Table(
        "course",
        say("Over time"),
        columns,
        rows,
        say("Everything counts on the day it happened."),
        "line",
    )


def _status(tally: Tally) -> Table:
    rows = tuple((status.label, tally.standing[status]) for status in Status)
    columns = (
        Column("status", say("Status"), Kind.TEXT),
        Column("jobs", say("Jobs"), charted=True),
    )
    return Table(
        "status",
        say("By status"),
        columns,
        rows,
        say("The current status of the jobs submitted in the period."),
    )


def _percent(part: float, whole: float) -> float | None:
    return round(part / whole * 100, 1) if whole else None


def _decisions(tally: Tally) -> Table:
    counts = tally.totals
    by_lab = counts["rejected"] - counts["declined"]
    whole = counts["approved"] + counts["rejected"]
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (label, count, _percent(count, whole))
        for label, count in (
            (say("Approved"), counts["approved"]),
            (say("Rejected by the lab"), by_lab),
            (say("Declined by students"), counts["declined"]),
        )
    )
    columns = (
        Column("decision", say("Decision"), Kind.TEXT),
        Column("count", say("Count"), charted=True),
        Column("share", say("Share"), Kind.PERCENT),
    )
    return Table("decisions", say("Approved and rejected"), columns, rows)


def _counted(counts: Mapping[str, int]) -> tuple[tuple[Cell, ...], ...]:
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple((name, count) for name, count in ordered)


def _reasons(tally: Tally, known: Collection[str]) -> Table:
    columns = (
        Column("reason", say("Reason"), Kind.TEXT),
        Column("count", say("Count"), charted=True),
    )
    listed = {name: count for name, count in tally.reasons.items() if not name or name in known}
    return Table(
        "reasons",
        say("Why jobs were rejected"),
        columns,
        _counted(listed),
        say("A rejection can have several reasons. What someone wrote is in the next table."),
    )


def _own_reasons(tally: Tally, known: Collection[str]) -> Table:
    """Apart from what was chosen: each is said once or twice, and may name someone."""
    columns = (
        Column("reason", say("What was written"), Kind.TEXT),
        Column("count", say("Count")),
    )
    own = {name: count for name, count in tally.reasons.items() if name and name not in known}
    return Table(
        "own_reasons",
        say("Why jobs were rejected: in their own words"),
        columns,
        _counted(own),
        say("What staff or students wrote themselves, besides the reasons that can be chosen."),
        "",
    )


def _times(tally: Tally) -> Table:
    rows = tuple(
        (
            _SPAN_LABELS[name],
            len(tally.spans[name]),
            _rounded(quantile(tally.spans[name], 0.5)),
            _rounded(quantile(tally.spans[name], 0.9)),
        )
        for name, _, _ in SPANS
    )
    columns = (
        Column("step", say("Step"), Kind.TEXT),
        Column("jobs", say("Jobs")),
        Column("median_hours", say("Median"), Kind.HOURS, charted=True),
        Column("p90_hours", say("90th percentile"), Kind.HOURS, charted=True),
    )
    return Table(
        "times",
        say("How long it takes"),
        columns,
        rows,
        say("Clock hours, including nights and weekends, for jobs whose step ended in the period."),
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def _by_field(tally: Tally, field: str) -> Table:
    title, label = _FIELD_LABELS[field]
    found = sorted(tally.by_field[field].items(), key=lambda item: (-item[1]["submitted"], item[0]))
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (value, *(counts[name] for name in DONE)) for value, counts in found
    )
    columns = (
        Column(field, label, Kind.TEXT),
        *(Column(name, _DONE_LABELS[name], charted=name == "submitted") for name in DONE),
    )
    return Table(field, title, columns, rows, say("Based on the jobs' current details."))


_COPIES_COLUMNS = (
    Column("copies_good", say("Good copies"), charted=True),
    Column("copies_failed", say("Failed copies"), charted=True),
    Column("copies_not_printed", say("Not printed")),
    Column("grams_wasted", say("Wasted"), Kind.GRAMS),
)


def _printers(tally: Tally, printed: PrintTally) -> Table:
    begins, rows = tally.begins(), []
    for model, found in groupby(printed.shown(), key=lambda one: one.model):
        machines = list(found)
        hours = sum(printed.seconds.get(one.id, 0.0) for one in machines) / 3600
        there = sum(printed.hours_there(one, begins) for one in machines)
        every = [printed.prints.get(one.id, Counter[str]()) for one in machines]
        results = (sum(one[name] for one in every) for name in _RESULTS)
        rows.append((model, len(machines), round(hours, 2), _percent(hours, there), *results))
    columns = (
        Column("printer", say("Printer"), Kind.TEXT),
        Column("machines", say("Machines")),
        Column("hours", say("Hours printed"), Kind.HOURS, charted=True),
        Column("use", say("Utilization"), Kind.PERCENT),
        Column("completed", say("Completed")),
        Column("failed", say("Failed")),
        Column("abandoned", say("Abandoned")),
    )
    return Table(
        "printers",
        say("Printer hours and utilization"),
        columns,
        tuple(rows),
        say(
            "Prints count when they end, once for each job. Hours are those within the period. "
            "Plates that run on a machine at the same time count once. Utilization is their share "
            "of the hours of all machines of that printer."
        ),
    )


def _machines(tally: Tally, printed: PrintTally) -> Table:
    begins = tally.begins()
    rows = tuple(
        (
            one.name,
            one.model,
            round(hours, 2),
            _percent(hours, printed.hours_there(one, begins)),
            *printed.counts.get(one.id, Counts()).row(),
        )
        for one in printed.shown()
        for hours in (printed.seconds.get(one.id, 0.0) / 3600,)
    )
    columns = (
        Column("machine", say("Machine"), Kind.TEXT),
        Column("printer", say("Printer"), Kind.TEXT),
        Column("hours", say("Hours printed"), Kind.HOURS, charted=True),
        Column("use", say("Utilization"), Kind.PERCENT),
        *(replace(column, charted=False) for column in _COPIES_COLUMNS),
    )
    return Table(
        "machines",
        say("Machine hours and copies"),
        columns,
        rows,
        say(
            "From start to end as staff recorded them; a running print counts up to now. "
            "Utilization is the share of the hours in the period in which the machine existed."
        ),
    )


def _copies(printed: PrintTally) -> Table:
    rows = tuple((str(day), *printed.course.get(day, Counts()).row()) for day in _span(printed))
    columns = (Column("begins", say("Begins"), Kind.TEXT), *_COPIES_COLUMNS)
    return Table(
        "copies",
        say("Copies over time"),
        columns,
        rows,
        say("Copies count when staff record what became of them."),
        "line",
    )


def _materials(tally: Tally) -> Table:
    rows = tuple((name, count, grams) for name, (count, grams) in sorted(tally.grams.items()))
    columns = (
        Column("material", say("Material"), Kind.TEXT),
        Column("jobs", say("Jobs")),
        Column("grams", say("Weight"), Kind.GRAMS, charted=True),
    )
    return Table(
        "materials",
        say("Weight by material"),
        columns,
        rows,
        say("For jobs completed in the period: as weighed by staff, or as quoted if not weighed."),
    )


def _failures(printed: PrintTally) -> Table:
    found = sorted(printed.failures.items(), key=lambda item: (-item[1], item[0]))
    rows = tuple((reason, printer, count) for (reason, printer), count in found)
    columns = (
        Column("reason", say("Reason"), Kind.TEXT),
        Column("printer", say("Printer"), Kind.TEXT),
        Column("count", say("Count"), charted=True),
    )
    return Table("failures", say("Why prints failed: in staff's own words"), columns, rows)


def _failed_copies(printed: PrintTally) -> Table:
    found = sorted(
        printed.failed_copies.items(), key=lambda item: (-item[1].copies["failed"], item[0])
    )
    rows = tuple(
        (_category(category), machine, material, counts.copies["failed"], counts.wasted)
        for (category, machine, material), counts in found
    )
    columns = (
        Column("category", say("What went wrong"), Kind.TEXT),
        Column("machine", say("Machine"), Kind.TEXT),
        Column("material", say("Material"), Kind.TEXT),
        Column("copies_failed", say("Failed copies"), charted=True),
        Column("grams_wasted", say("Wasted"), Kind.GRAMS),
    )
    return Table(
        "failed_copies",
        say("Failed copies by problem, machine and material"),
        columns,
        rows,
        say("Wasted material counts where staff entered its weight."),
    )


def _category(name: str) -> str:
    """A kind of failure in words; as it is stored where another version wrote it."""
    known = {str(one): record.label for one, record in FAILURES.items()}
    return Said(known[name]) if name in known else name


def _revenue(tally: Tally) -> Table:
    rows = tuple(
        (str(day), counts["payments"], counts["waived"], counts["cents"])
        for day in _span(tally)
        for counts in (tally.money.get(day, Counter()),)
    )
    columns = (
        Column("begins", say("Begins"), Kind.TEXT),
        Column("payments", say("Payments")),
        Column("waived", say("Waived")),
        Column("cents", say("Revenue"), Kind.CENTS, charted=True),
    )
    return Table(
        "revenue",
        say("Revenue"),
        columns,
        rows,
        say("Payments minus refunds and voided ones. Each counts on the day it was made."),
        "line",
    )


def _payment_methods(tally: Tally) -> Table:
    rows = tuple(
        (method, counts["payments"], counts["waived"], counts["cents"])
        for method, counts in sorted(tally.methods.items())
        if any(counts.values())
    )
    columns = (
        Column("method", say("Method"), Kind.TEXT),
        Column("payments", say("Payments")),
        Column("waived", say("Waived")),
        Column("cents", say("Revenue"), Kind.CENTS, charted=True),
    )
    return Table("payment_methods", say("Revenue by payment method"), columns, rows)


_REVENUE_LABELS = {
    "payer": (say("Revenue by payer"), say("Payer")),
    "course": (say("Revenue by class"), say("Class")),
    "group": (say("Revenue by group"), say("Group")),
}


def _revenue_by(tally: Tally, name: str) -> Table:
    title, label = _REVENUE_LABELS[name]
    found = sorted(
        (item for item in tally.revenue[name].items() if any(item[1].values())),
        key=lambda item: (-item[1]["cents"], item[0]),
    )
    rows = tuple(
        (_whose(tally, name, key), counts["payments"], counts["waived"], counts["cents"])
        for key, counts in found
    )
    columns = (
        Column(name, label, Kind.TEXT),
        Column("payments", say("Payments")),
        Column("waived", say("Waived")),
        Column("cents", say("Revenue"), Kind.CENTS, charted=True),
    )
    return Table(f"revenue_by_{name}", title, columns, rows)


def _whose(tally: Tally, name: str, key: str) -> str:
    """What a row of revenue is called: a class as it was typed most often."""
    if name == "payer":
        return key or say("Students")
    if name == "course" and key:
        return min(tally.spellings[key].items(), key=lambda item: (-item[1], item[0]))[0]
    return key


def _allowances(tally: Tally) -> Table:
    rows = tuple((name, one.jobs, one.grams, one.cents) for name, one in sorted(tally.free.items()))
    columns = (
        Column("allowance", say("Allowance"), Kind.TEXT),
        Column("jobs", say("Jobs")),
        Column("grams", say("Free weight"), Kind.GRAMS, charted=True),
        Column("cents", say("Worth"), Kind.CENTS),
    )
    return Table(
        "allowances",
        say("Free allowances"),
        columns,
        rows,
        say(
            "Counts on the day the price was confirmed, unless the job was canceled. "
            "The worth is before tax."
        ),
    )


def _estimates(tally: Tally) -> Table:
    labels = {"grams": say("Weight"), "hours": say("Print time"), "cost": say("Price")}
    rows = tuple(
        (
            label,
            len(errors),
            _rounded(quantile(errors, 0.5)),
            _rounded(quantile([abs(error) for error in errors], 0.5)),
            _rounded(quantile([abs(error) for error in errors], 0.9)),
        )
        for name, label in labels.items()
        for errors in (tally.errors[name],)
    )
    columns = (
        Column("what", say("Estimate of"), Kind.TEXT),
        Column("jobs", say("Jobs")),
        Column("median_error", say("Median error"), Kind.PERCENT),
        Column("median_off", say("Median deviation"), Kind.PERCENT, charted=True),
        Column("p90_off", say("90th percentile deviation"), Kind.PERCENT, charted=True),
    )
    return Table(
        "estimates",
        say("Estimates compared to final figures"),
        columns,
        rows,
        say(
            "Final minus quoted, as a percentage of the quote. Above zero means the quote was too low. Weight covers jobs whose print was weighed."
        ),
    )


def _peak_hours(tally: Tally) -> Table:
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (f"{hour:02}:00", sum(days), *days)
        for hour in range(24)
        for days in ([tally.peaks[hour, day] for day in range(7)],)
    )
    columns = (
        Column("hour", say("Hour"), Kind.TEXT),
        Column("all", say("All days"), charted=True),
        *(Column(key, label) for key, label in _DAYS),
    )
    return Table(
        "peak_hours",
        say("Peak hours"),
        columns,
        rows,
        say("When jobs are submitted, in the lab's time zone."),
        "column",
    )
