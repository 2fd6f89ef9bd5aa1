"""The lists that staff look at: every tab, filters of many and of few jobs, searches, orders.

Each shows a full page of a small lab and of a large one (see ``many_jobs``), or none of both.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import quote_plus

from tests.benchmarks.many_jobs import RARE_PRINTER, RARE_WORD

_RARE: Final = quote_plus(RARE_PRINTER)

VIEWS: Final = (
    "status=UPLOADED",
    "status=PENDING",
    "status=READYTOPRINT",
    "status=PRINTING",
    "status=COMPLETED",
    "status=ARCHIVED",
    "status=all",
    "status=attention",
    "status=all&search=hopper",
    "status=all&search=part+stl",
    f"status=all&search={RARE_WORD}",
    "status=all&search=zi",
    "status=all&search=z",
    "status=UPLOADED&search=nosuchword",
    "status=ARCHIVED&printer=Prusa+MK4S",
    f"status=all&printer={_RARE}",
    "status=all&printer=none",
    "status=all&color=Blue",
    "status=all&discipline=Art&method=Filament",
    f"status=all&material=PLA&search={RARE_WORD}",
    "status=all&since=2017-01-01&until=2099-01-01",
    "status=ARCHIVED&sort=waiting",
    "status=ARCHIVED&sort=name",
    "status=all&sort=waiting",
    "status=all&sort=name",
    "status=all&sort=oldest",
    "status=all&material=PLA&sort=waiting",
    "status=attention&sort=name",
)
