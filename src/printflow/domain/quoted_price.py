"""What a quote comes to at the lab's prices, and whether that is what the form showed."""

from __future__ import annotations

from collections.abc import Iterator

from ..errors import Refusal
from ..said import Money, Said, say
from .attempt import Attempt
from .catalog import Catalog
from .job import Job
from .pricing import Price, parse_grams, parse_hours, price

PRICE_CHANGED = "price_changed"


def price_of(
    catalog: Catalog, job: Job, printer_name: str, weight: object, hours: object
) -> Price | None:
    """What a job costs at a weight and a print time as typed, on a printer of the catalog ("" = the
    job's own); None where one of the three is none.
    """
    printer = catalog.printer(printer_name or job.printer)
    grams, time = parse_grams(weight), parse_hours(hours)
    if printer is None or grams is None or time is None:
        return None
    return price(
        grams,
        time,
        rate_per_gram=printer.rate_per_gram,
        rate_per_hour=printer.rate_per_hour,
        minimum_cents=catalog.minimum_charge_cents,
    )


def price_as_shown(attempt: Attempt) -> Iterator[Refusal]:
    """The price is the one that the form showed, at the prices it was made from."""
    args, facts = attempt.args, attempt.facts
    found = price_of(facts.catalog, attempt.subject, args.printer, args.weight, args.hours)
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
