"""What something would cost at the lab's prices, before there is a job of it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from ..catalogs.cache import CatalogCache
from ..domain.catalog import Catalog
from ..domain.numbers import typed
from ..domain.price_rows import Priced
from ..domain.pricing import Price, parse_grams, parse_hours, parse_quantity
from ..domain.quoted_price import priced
from ..domain.rights import Right
from ..errors import InvalidInput, Refusal
from ..runtime.permits import needs
from ..said import say

_MOST_ML = 50_000


class Prices:
    """The price list, asked without a job."""

    def __init__(self, catalogs: CatalogCache) -> None:
        self._catalogs = catalogs

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
    ) -> Price:
        """The price of ``copies`` that take so many grams or mL and hours together, with its lines.

        One of ``grams`` and ``ml`` is enough: the method's density gives the other. All figures are
        as typed. Raises InvalidInput with every problem.
        """
        catalog = self._catalogs.newest()
        density = getattr(catalog.method(method), "density", Decimal(0))
        volume = _ml(ml)
        weight = parse_grams(grams) if str(grams).strip() else (volume or Decimal(0)) * density
        time, number = parse_hours(hours), parse_quantity(copies)
        problems = [
            *_unknown(catalog, method, material, printer, color),
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


def _figure(field: str, message: str) -> Refusal:
    return Refusal(f"{field}_invalid", message, field)
