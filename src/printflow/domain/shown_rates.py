"""What a printer costs at a glance, for those who choose one: its rates by the whole price list."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from .catalog import Catalog, Printer
from .price_rows import Charge, PriceRow, Slot


@dataclass(frozen=True, slots=True)
class Rate:
    """What one unit of a charge costs, in currency units; ``low`` and ``high`` differ where it
    depends on material, color or course.
    """

    charge: Charge
    low: Decimal
    high: Decimal


def shown_rates(catalog: Catalog, printer: Printer) -> tuple[Rate, ...]:
    """The rates of material and time on a printer that can count, the charges in their order."""
    found: dict[Charge, list[Decimal]] = {}
    for slot in (Slot.MATERIAL, Slot.TIME):
        for row in catalog.price_list:
            if row.charge.record.slot is not slot or not _for_printer(row, printer):
                continue
            found.setdefault(row.charge, []).append(row.amount)
            if not (row.materials or row.colors or row.courses or _not_all(row, printer)):
                break  # it always fits: no row below it counts
    return tuple(Rate(one, min(rates), max(rates)) for one, rates in found.items() if max(rates))


def _for_printer(row: PriceRow, printer: Printer) -> bool:
    methods = not row.methods or bool(set(row.methods) & set(printer.methods))
    return methods and (not row.printers or printer.name in row.printers)


def _not_all(row: PriceRow, printer: Printer) -> bool:
    return bool(row.methods) and not set(printer.methods) <= set(row.methods)
