"""How values are shown: filters and globals of the templates."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, current_app
from flask_babel import gettext as _

from printflow import (
    ANY_PRINTER,
    CHOSEN_STATUSES,
    PICTURED_ENDINGS,
    QUESTIONS,
    SCALABLE_ENDINGS,
    SCALINGS,
    Failure,
    LimitCode,
    Printer,
    Rate,
    Status,
    Trigger,
    age_text,
    bytes_text,
    closed_text,
    day_text,
    decimals,
    duration_text,
    editable,
    ending_of,
    event_places,
    grams_text,
    hours_text,
    in_a_summary,
    in_units,
    label_of,
    language_name,
    local_clock,
    local_date,
    local_time,
    local_time_zone,
    long_day,
    mail_record,
    may,
    money,
    number_text,
    of_note,
    price_line_text,
    rate_text,
    rush,
    shortened,
    shown_rates,
    to_see,
    usual,
    waits_until,
    week_text,
)
from printflow import size_text as dimensions_text

from .catalog_shown import catalog_in_force, catalog_shown, shown
from .job_menu import beside
from .menu import lab_menu, main_menu
from .opener_links import open_link
from .pictures import picture_url
from .remembered import asks_nothing, of_the_lab
from .request import lab_of
from .spoken import in_words, spoken
from .this_pc import path_here
from .undo_notices import undo_notices

_HOUR = 3600
_FRESH, _AGING = timedelta(days=1), timedelta(days=3)
VIEWABLE = (".stl", ".obj", ".3mf")
"""The endings that the 3D viewer reads; see ``frontend/preview/read_model.js``."""
STATIC = Path(__file__).parent / "static"


def age_level(moment: datetime, now: datetime) -> str:
    """How urgent an age looks: fresh (under a day), aging (under three), old."""
    age = now - moment
    return "fresh" if age < _FRESH else "aging" if age < _AGING else "old"


@cache
def _version(name: str) -> str:
    """Changes with the file's content, so that browsers may keep it forever."""
    return sha256((STATIC / name).read_bytes()).hexdigest()[:12]


def asset(name: str) -> str:
    """The address of a built file."""
    address: Any = current_app.jinja_env.globals["url_for"]
    return str(address("static", filename=name, v=_version(name)))


def changed_words(field: str, value: str) -> str:
    """A value that staff corrected, before or after, as history shows it."""
    if field == "printer" and value == ANY_PRINTER:
        return str(_("Any printer"))
    return value or "–"


_INDENT = re.compile(r"\n\s+")
"""A tenth of a long list; nothing in one minds."""


def init_filters(app: Flask) -> None:
    """Register filters and globals."""
    lab = lab_of(app)

    def in_currency(cents: int, currency: str = "") -> str:
        return money(cents, currency or catalog_in_force().currency)

    def rate(amount: Decimal, currency: str = "") -> str:
        return rate_text(amount, currency or catalog_in_force().currency)

    def rates_of(printer: Printer) -> tuple[Rate, ...]:
        return shown_rates(catalog_in_force(), printer)

    def days_from_today(moment: datetime, zone: str) -> int:
        today = datetime.now(ZoneInfo(zone)).date()
        return (moment.astimezone(ZoneInfo(zone)).date() - today).days

    def about_time(moment: datetime) -> str:
        """About when: a UTC time on the lab's clock, as part of a sentence."""
        zone = catalog_in_force().time_zone
        clock, days = local_clock(moment, zone), days_from_today(moment, zone)
        words = {
            0: _("today about %(time)s", time=clock),
            1: _("tomorrow about %(time)s", time=clock),
        }
        return str(words.get(days, _("about %(time)s", time=local_time(moment, zone))))

    def near_time(moment: datetime) -> str:
        """A UTC time on the lab's clock; its day by name where it is today, tomorrow or yesterday."""
        zone = catalog_in_force().time_zone
        clock, days = local_clock(moment, zone), days_from_today(moment, zone)
        if days == 0:
            return str(_("today, %(time)s", time=clock))
        if days == 1:
            return str(_("tomorrow, %(time)s", time=clock))
        if days == -1:
            return str(_("yesterday, %(time)s", time=clock))
        return str(local_time(moment, zone))

    app.jinja_env.filters.update(
        about_time=about_time,
        near_time=near_time,
        in_a_summary=in_a_summary,
        field_label=label_of,
        money=in_currency,
        units=in_units,
        decimals=decimals,
        mail_record=mail_record,
        waits_until=waits_until,
        email_of=of_note,
        rate=rate,
        shown=shown,
        language_name=language_name,
        price_line=price_line_text,
        hours=lambda hours: hours_text(Decimal(hours)),
        span=lambda span: duration_text(Decimal(round(span.total_seconds())) / _HOUR),
        grams=lambda grams: grams_text(Decimal(grams)),
        size=bytes_text,
        thousands=number_text,
        decimal=lambda number, digits: number_text(Decimal(f"{number:.{digits}f}"), grouped=False),
        short=lambda text, limit=40: shortened(text, limit),
        local_time=lambda moment: local_time(moment, catalog_in_force().time_zone),
        local_time_zone=lambda moment: local_time_zone(moment, catalog_in_force().time_zone),
        day_text=day_text,
        long_day=long_day,
        in_words=in_words,
        closed_text=lambda closed: in_words(closed_text(closed)),
        week_text=lambda hours: in_words(week_text(hours)),
        local_date=lambda moment: local_date(moment, catalog_in_force().time_zone),
        local_clock=lambda moment: local_clock(moment, catalog_in_force().time_zone),
        day=day_text,
        rush=lambda job: rush(catalog_in_force(), job),
        age=lambda moment: spoken(age_text(moment, datetime.now(UTC))),
        age_level=lambda moment: age_level(moment, datetime.now(UTC)),
        open_link=open_link,
        path_here=path_here,
        picture_url=picture_url,
        size_mm=dimensions_text,
        unindented=lambda text: _INDENT.sub("\n", text),
    )
    app.jinja_env.tests["allowed_field"] = lambda one: one.right is None or may(one.right)
    app.jinja_env.tests["gcode"] = lambda name: ending_of(name) in PICTURED_ENDINGS
    app.jinja_env.tests["scalable"] = lambda name: ending_of(name) in SCALABLE_ENDINGS
    app.jinja_env.tests["viewable"] = lambda name: name.lower().endswith(VIEWABLE)
    app.jinja_env.globals.update(
        asset=asset,
        rates_of=rates_of,
        undo_notices=undo_notices,
        main_menu=main_menu,
        lab_menu=lab_menu,
        staff_notes=lambda jobs, closed=False: lab_of(current_app).worklist.notes(
            jobs, closed=closed
        ),
        statuses=tuple(Status),
        chosen_statuses=CHOSEN_STATUSES,
        usual=usual,
        beside=beside,
        to_see=to_see,
        editable=editable,
        failures=tuple(Failure),
        limit_codes=tuple(LimitCode),
        triggers=tuple(Trigger),
        questions=QUESTIONS,
        scalings=SCALINGS,
        event_places=lambda event: event_places(event, in_words),
        pick_up_policy=lambda: lab.shelf.policy,
        lab_now=lab.hours.now,
        form_now=lab.hours.form,
        pick_up_now=lab.hours.pick_up,
        may=may,
        any_printer=ANY_PRINTER,
        changed_words=changed_words,
    )

    @app.context_processor
    def shared() -> dict[str, Any]:
        if not asks_nothing():
            catalog_in_force()  # and so it is remembered
        return {**of_the_lab(), "catalog": catalog_shown()}
