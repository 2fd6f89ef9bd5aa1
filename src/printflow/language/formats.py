"""Money, weights and times as people read them. English (US) until there are translations."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from ..domain.currency import decimals, in_cents
from ..domain.pricing import PriceLine, plain_decimal, shown_hours
from ..said import Day, Money

LOCALE = "en_US"
_HUNDREDTH = Decimal("0.01")


def money(cents: int, currency: str) -> str:
    """Integer cents as an amount: "$4.25"."""
    return str(Money(cents, currency))


def short_money(cents: int, currency: str) -> str:
    """The same, with no decimals where it is whole: "$3", "$3.50"."""
    from babel.numbers import format_currency

    units, rest = divmod(cents, 10 ** decimals(currency))
    if rest:
        return money(cents, currency)
    return format_currency(units, currency, "¤#,##0", locale=LOCALE, currency_digits=False)


def hours_text(hours: Decimal) -> str:
    """Print time rounded up to the half hour: "3.5 h"."""
    return f"{plain_decimal(shown_hours(hours)):f} h"


def duration_text(hours: Decimal) -> str:
    """Print time to the minute: "1 h 50 min", "45 min", "2 h"."""
    least = 1 if hours > 0 else 0
    whole, minutes = divmod(max(least, int((hours * 60).quantize(Decimal(1), ROUND_HALF_UP))), 60)
    if not minutes and whole:
        return f"{whole:,} h"
    return f"{whole:,} h {minutes} min" if whole else f"{minutes} min"


def grams_text(grams: Decimal) -> str:
    """A weight without needless zeros: "42.5 g"."""
    return f"{plain_decimal(grams):f} g"


def rate_text(rate: Decimal, currency: str) -> str:
    """A rate, with as many digits as it needs: "$0.10", "$0.0325"."""
    from babel.numbers import format_currency

    finest = "0" * decimals(currency) + "##"
    return format_currency(rate, currency, f"¤#,##0.{finest}", locale=LOCALE, currency_digits=False)


def price_line_text(line: PriceLine, currency: str) -> str:
    """What a line of a price comes to: "42.5 g × $0.10 = $4.25", or just its amount."""
    amount = money(line.cents_of(currency), currency)
    counted = counted_text(line, currency)
    return f"{counted} = {amount}" if counted else amount


def counted_text(line: PriceLine, currency: str) -> str:
    """What a line of a price is counted from: "42.5 g × $0.10", "8.25% of $4.00"; "" where it is
    just an amount.
    """
    unit = line.kind.record.unit
    if not unit:
        return ""
    if unit == "%":
        base = money(
            int(in_cents(line.rate, currency).quantize(Decimal(1), ROUND_HALF_UP)), currency
        )
        return f"{plain_decimal(line.quantity * 100):f}% of {base}"
    quantity = f"{line.quantity.quantize(_HUNDREDTH).normalize():f}"
    return f"{quantity} {unit} × {rate_text(line.rate, currency)}".replace("× ×", "×")


def local_time(moment: datetime, time_zone: str) -> str:
    """A UTC time on the lab's clock: "Mon, Mar 2, 2026, 9:30 AM"."""
    from babel.dates import format_datetime

    local = moment.astimezone(ZoneInfo(time_zone))
    return plain_spaces(format_datetime(local, "EEE, MMM d, y, h:mm a", locale=LOCALE))


def local_time_zone(moment: datetime, time_zone: str) -> str:
    """The same with the name of the time zone: "Mon, Mar 2, 2026, 9:30 AM EST"."""
    from babel.dates import format_datetime

    local = moment.astimezone(ZoneInfo(time_zone))
    return plain_spaces(format_datetime(local, "EEE, MMM d, y, h:mm a z", locale=LOCALE))


def local_date(moment: datetime, time_zone: str) -> str:
    """The day of a UTC time in the lab: "Mon, Mar 2, 2026"."""
    return day_text(moment.astimezone(ZoneInfo(time_zone)).date())


def local_clock(moment: datetime, time_zone: str) -> str:
    """A UTC time on the lab's clock, without its day: "9:30 AM"."""
    from babel.dates import format_time

    local = moment.astimezone(ZoneInfo(time_zone))
    return plain_spaces(format_time(local.timetz(), "h:mm a", locale=LOCALE))


def clock_hour(hour: time) -> str:
    """A full hour of the day: "9 AM"."""
    from babel.dates import format_time

    return plain_spaces(format_time(hour, "h a", locale=LOCALE))


def day_text(day: date) -> str:
    """A day: "Mon, Mar 2, 2026"."""
    from babel.dates import format_date

    return plain_spaces(format_date(day, "EEE, MMM d, y", locale=LOCALE))


def date_text(day: date) -> str:
    """A day inside a sentence: "Mar 2, 2026"."""
    return str(Day(day))


def age_text(moment: datetime, now: datetime) -> str:
    """How long ago ``moment`` was, in its largest unit: "5 minutes", "3 days"; "just now"."""
    from babel.dates import format_timedelta

    age = now - moment
    if age < timedelta(minutes=1):
        return "just now"
    return plain_spaces(format_timedelta(age, granularity="minute", threshold=1.5, locale=LOCALE))


def plain_spaces(text: str) -> str:
    """The text with ordinary spaces for those that keep words together."""
    return text.replace("\u202f", " ").replace("\xa0", " ")
