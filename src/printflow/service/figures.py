"""Counts all figures of a query, as a transaction sees them."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from ..domain.catalog import Catalog
from ..domain.job_track import ReportQuery
from ..domain.known_reasons import known_reasons
from ..ports import Transaction

if TYPE_CHECKING:
    from ..reports.table import Figures


def figures_of(tx: Transaction, query: ReportQuery, catalog: Catalog, now: datetime) -> Figures:
    """All reports of a query, in the time zone and the currency of the catalog."""
    from ..reports.figures import tables
    from ..reports.print_tally import PrintTally
    from ..reports.table import Figures
    from ..reports.tally import Tally

    zone = ZoneInfo(catalog.time_zone)
    tally = Tally(query, zone, now)
    for track in tx.reports.tracks(query, tally.since, tally.until):
        tally.add(track)
    printed = PrintTally(query, zone, now, tx.plates.machines())
    for run in tx.reports.runs(query, tally.since, tally.until):
        printed.add_run(run)
    for part in tx.reports.parts(query, tally.since, tally.until):
        printed.add_part(part)
    limits = tx.limits.counted(query.since or date.min, query.until or date.max)
    made = tables(tally, printed, limits, known_reasons(catalog))
    return Figures(query, now, catalog.currency, catalog.time_zone, made)
