"""What a quote comes to at the lab's prices, and whether that is what the form showed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

from ..errors import Refusal
from ..said import Money, Said, say
from .allowances import Allowance
from .attempt import Attempt
from .catalog import Catalog
from .currency import decimals
from .groups import membership
from .job import Job
from .needed_by import is_rush
from .price_rows import Beside, Priced, price_by
from .pricing import Price, parse_grams, parse_hours

PRICE_CHANGED = "price_changed"


def price_of(
    catalog: Catalog,
    job: Job,
    printer_name: str,
    weight: object,
    hours: object,
    material: str = "",
    beside: Beside | None = None,
    free: tuple[tuple[Allowance, Decimal], ...] = (),
) -> Price | None:
    """What a job costs at a weight and a print time as typed, on a printer of the catalog and in a
    material ("" = the job's own); None where weight, time or printer is none.

    ``beside`` is what else of its request was quoted, for a minimum charge per request; ``free`` what
    is left of the person's free allowances.
    """
    printer = catalog.printer(printer_name or job.printer)
    grams, time = parse_grams(weight), parse_hours(hours)
    if printer is None or grams is None or time is None:
        return None
    what = Priced(
        method=job.method,
        material=material or job.material,
        printer=printer.name,
        color=job.color,
        course=job.class_number,
        group=group_of(catalog, job),
        rush=rush(catalog, job),
        own_material=job.own_material,
        free=free,
        grams=grams,
        hours=time,
        copies=job.quantity,
        beside=(beside or Beside()) if catalog.minimum_per == "request" else None,
    )
    return priced(catalog, what)


def group_of(catalog: Catalog, job: Job) -> str:
    """The group that a job is priced for; of one from before there were groups, by its address."""
    if job.group:
        return job.group
    return membership(catalog.groups, catalog.default_group, email=job.student_email).group


def day_of(catalog: Catalog, job: Job) -> date:
    """The day in the lab on which the job came in."""
    return job.created_at.astimezone(ZoneInfo(catalog.time_zone)).date()


def rush(catalog: Catalog, job: Job) -> bool:
    """Whether it's a rush job."""
    return is_rush(
        catalog.needed_by, job.needed_by, day_of(catalog, job), catalog.open_days.is_open_day
    )


def priced(catalog: Catalog, what: Priced) -> Price:
    """The price by the catalog's whole list. Where ``what`` has no volume, its grams and the
    method's density give it.
    """
    method = catalog.method(what.method)
    if method is not None and method.density and not what.ml:
        what = replace(what, ml=what.grams / method.density)
    return price_by(
        catalog.price_list,
        what,
        step_cents=catalog.rounding_cents,
        up=catalog.round_up,
        digits=decimals(catalog.currency),
    )


def price_of_attempt(attempt: Attempt) -> Price | None:
    """The price that the attempt's figures come to; None where they are none. Five guards and
    callbacks ask, and nothing that it is made from changes meanwhile: it is reckoned once.
    """
    args, facts = attempt.args, attempt.facts
    if not attempt.reckoned:
        found = price_of(
            facts.catalog,
            attempt.subject,
            args.printer,
            args.weight,
            args.hours,
            args.material,
            facts.beside,
            facts.free,
        )
        attempt.reckoned.append(found)
    return attempt.reckoned[0]


def price_as_shown(attempt: Attempt) -> Iterator[Refusal]:
    """The price is the one that the form showed, at the prices it was made from."""
    args, facts = attempt.args, attempt.facts
    found = price_of_attempt(attempt)
    if found is None:
        return  # other guards say what is wrong with the figures
    cents = found.cents
    now = Money(cents, facts.catalog.currency)
    if args.expected_cents:
        if args.expected_cents != str(cents):
            yield _changed(say("The price is now {price}, not what this form showed.", price=now))
    elif args.catalog_version not in ("", str(facts.catalog_version)):
        yield _changed(
            say(
                "The lab changed its catalog while this form was open. The price is now {price}.",
                price=now,
            )
        )


def _changed(message: Said) -> Refusal:
    return Refusal(PRICE_CHANGED, message, "price", say("Send the form again to use this price."))
