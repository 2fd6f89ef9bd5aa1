"""What something would cost at the lab's prices, before there is a job of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from ..catalogs.cache import CatalogCache
from ..domain.allowances import is_due
from ..domain.catalog import Catalog, plain_form
from ..domain.groups import membership
from ..domain.job import Job, Quote
from ..domain.needed_by import day_typed, is_rush
from ..domain.numbers import typed
from ..domain.price_range import PriceRange, price_range
from ..domain.price_rows import Priced
from ..domain.pricing import Price, parse_grams, parse_hours, parse_quantity
from ..domain.printer_choice import ANY_PRINTER
from ..domain.quoted_price import price_of, priced
from ..domain.rights import Right
from ..errors import InvalidInput, Refusal
from ..ports import Clock, Database
from ..reports.period import today
from ..runtime.permits import needs
from ..said import say
from .allowances import free
from .beside import beside

_MOST_ML = 50_000


@dataclass(frozen=True, slots=True)
class Requoted:
    """A quote that was sent, and what it would come to at other prices; None where that can't be
    said, because the printer is gone.
    """

    job: Job
    quote: Quote
    cents: int | None


@dataclass(frozen=True, slots=True)
class PricePreview:
    """What other prices would mean: an example's ``price`` in ``currency``, and the newest quotes."""

    price: Price | None
    currency: str
    quotes: tuple[Requoted, ...]

    @property
    def changed(self) -> int:
        """How many of the quotes would have another price."""
        return sum(one.cents != one.quote.cost_cents for one in self.quotes)


class Prices:
    """The price list, asked without a job."""

    def __init__(self, database: Database, clock: Clock, catalogs: CatalogCache) -> None:
        self._database = database
        self._clock = clock
        self._catalogs = catalogs

    @needs(Right.SEE)
    def preview(
        self, sections: Mapping[str, Any], example: Mapping[str, Any], *, most: int = 20
    ) -> PricePreview:
        """What would follow if these sections (keys of the plain form) were changed: the price of an
        ``example`` (as :meth:`of`; none without a method), and the newest quotes at the new prices.

        Changes nothing. Raises CatalogInvalid, and InvalidInput for the example.
        """
        from ..catalogs.file import checked_catalog

        catalog = checked_catalog({**plain_form(self._catalogs.newest()), **sections})
        price = self._of(catalog, **example) if example.get("method") else None
        found: list[Requoted] = []
        instead: dict[str, Price] = {}
        with self._database.read() as tx:
            for quote in reversed(tx.quotes.latest(most)):  # each sees what those before it used
                job = tx.jobs.get(quote.job_id)
                if job is None:
                    continue
                now = price_of(
                    catalog,
                    job,
                    quote.printer,
                    quote.grams,
                    quote.hours,
                    quote.material,
                    beside(tx, job, catalog, instead),
                    free(tx, job, catalog, self._clock(), instead),
                )
                if now is not None:
                    instead[job.id] = now
                found.append(Requoted(job, quote, None if now is None else now.cents))
        return PricePreview(price, catalog.currency, tuple(reversed(found)))

    def about(
        self,
        *,
        method: str,
        volume_mm3: object,
        quantity: object,
        printer: str = "",
        color: str = "",
        class_number: str = "",
        domain: str = "",
        group: str = "",
        needed_by: str = "",
        own_material: bool = False,
    ) -> PriceRange | None:
        """About what a model of a volume in mm³ costs that was not sent yet, as far as its form says who
        wants it: ``domain`` is that of the email address. All as typed; None where nobody can say.
        """
        catalog = self._catalogs.newest()
        day = today(self._clock(), ZoneInfo(catalog.time_zone))
        return price_range(
            catalog,
            method=method,
            printer="" if printer == ANY_PRINTER else printer,
            volume_mm3=volume_mm3,
            quantity=quantity,
            color_name=color,
            course=class_number,
            group=membership(
                catalog.groups, catalog.default_group, email=f"@{domain}", chosen=group
            ).group,
            rush=is_rush(
                catalog.needed_by, day_typed(needed_by), day, catalog.open_days.is_open_day
            ),
            own_material=own_material and catalog.own_material,
            free=tuple(
                (one, one.amount)
                for one in catalog.allowances
                if is_due(one.per, catalog.terms, day)
            ),
        )

    def about_job(self, job: Job) -> PriceRange | None:
        """The same for a job that has no price yet; None where its model isn't measured or closed."""
        facts = job.facts
        if facts is None or not facts.watertight or job.has_figures:
            return None
        return self.about(
            method=job.method,
            printer=job.wished_printer,
            volume_mm3=facts.volume_cm3 * 1000,
            quantity=job.quantity,
            color=job.color,
            class_number=job.class_number,
            domain=job.student_email.rpartition("@")[2],
            group=job.group,
            needed_by=job.needed_by.isoformat() if job.needed_by else "",
            own_material=job.own_material,
        )

    @needs(Right.SEE)
    def of(
        self,
        *,
        method: str,
        material: str,
        printer: str,
        grams: object = "",
        ml: object = "",
        hours: object,
        copies: object = 1,
        color: str = "",
        course: str = "",
        group: str = "",
        rush: bool = False,
        own_material: bool = False,
    ) -> Price:
        """The price of ``copies`` that take so many grams or mL and hours together, with its lines.

        One of ``grams`` and ``ml`` is enough: the method's density gives the other. All figures are
        as typed. Free allowances count as if nothing of them were used. Raises InvalidInput with every problem.
        """
        return self._of(
            self._catalogs.newest(),
            method=method,
            material=material,
            printer=printer,
            grams=grams,
            ml=ml,
            hours=hours,
            copies=copies,
            color=color,
            course=course,
            group=group,
            rush=rush,
            own_material=own_material,
        )

    @staticmethod
    def _of(
        catalog: Catalog,
        *,
        method: str,
        material: str,
        printer: str,
        hours: object,
        grams: object = "",
        ml: object = "",
        copies: object = 1,
        color: str = "",
        course: str = "",
        group: str = "",
        rush: bool = False,
        own_material: bool = False,
    ) -> Price:
        density = getattr(catalog.method(method), "density", Decimal(0))
        volume = _ml(ml)
        weight = parse_grams(grams) if str(grams).strip() else (volume or Decimal(0)) * density
        time, number = parse_hours(hours), parse_quantity(copies)
        problems = [
            *_unknown(catalog, method, material, printer, color),
            *_no_group(catalog, group),
            *([] if weight else [_figure("grams", say("Enter the weight in grams."))]),
            *([] if volume is not None else [_figure("ml", say("Enter the volume in mL."))]),
            *([] if time else [_figure("hours", say("Enter the print time, such as 2h 30m."))]),
            *([] if number else [_figure("copies", say("Enter the number of copies."))]),
        ]
        if problems or not weight or time is None or number is None:
            raise InvalidInput(problems)
        what = Priced(
            method=method,
            material=material,
            printer=printer,
            color=color,
            course=course,
            group=group or catalog.default_group,
            rush=rush,
            own_material=own_material,
            free=tuple((one, one.amount) for one in catalog.allowances),
            grams=weight,
            hours=time,
            copies=number,
        )
        return priced(catalog, replace(what, ml=volume) if volume else what)


def _ml(given: object) -> Decimal | None:
    """The volume as typed; 0 where there is none, None where it is no volume."""
    text = str(given).strip()
    found = typed(text) if text else Decimal(0)
    return found if found is not None and found <= _MOST_ML else None


def _unknown(
    catalog: Catalog, method: str, material: str, printer: str, color: str
) -> list[Refusal]:
    way = catalog.method(method)
    if way is None:
        return [_figure("method", say("There's no print method “{name}”.", name=method))]
    found = []
    if material not in way.materials:
        found.append(
            _figure(
                "material",
                say("{method} isn't printed in “{name}”.", method=method, name=material),
            )
        )
    if printer not in [one.name for one in catalog.printers_for(method)]:
        found.append(
            _figure(
                "printer",
                say("No printer “{name}” prints by {method}.", name=printer, method=method),
            )
        )
    if color and catalog.color(method, color) is None:
        found.append(
            _figure("color", say("{method} has no color “{name}”.", method=method, name=color))
        )
    return found


def _no_group(catalog: Catalog, group: str) -> list[Refusal]:
    if not group or group in [one.name for one in catalog.groups]:
        return []
    return [_figure("group", say("There's no group “{name}”.", name=group))]


def _figure(field: str, message: str) -> Refusal:
    return Refusal(f"{field}_invalid", message, field)
