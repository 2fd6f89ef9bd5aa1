"""Amounts, numbers and days as the readers of each language write them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest

from printflow.domain.opening import OpeningHours, Span
from printflow.language.formats import (
    bytes_text,
    duration_text,
    grams_text,
    hours_text,
    money,
    number_text,
    percent_text,
    plain_number,
    rate_text,
    short_money,
)
from printflow.language.opening_text import week_text
from printflow.language.speaking import speaking
from printflow.language.times import (
    age_text,
    clock_hour,
    date_text,
    day_text,
    local_clock,
    local_time,
    local_time_zone,
    long_day,
    weekday_text,
)
from printflow.language.translation import translated, translations

MOMENT = datetime(2026, 3, 2, 14, 30, tzinfo=UTC)
NEW_YORK = "America/New_York"
_MORNING = (Span(9 * 60, 12 * 60),)
HOURS = OpeningHours(monday=_MORNING, tuesday=_MORNING)


def shown() -> dict[str, str]:
    """Each kind of value once."""
    return {
        "money": money(123456, "USD"),
        "short": short_money(300, "USD"),
        "rate": rate_text(Decimal("0.0325"), "EUR"),
        "yen": money(425, "JPY"),
        "franc": money(425, "CHF"),
        "minus": money(-425, "USD"),
        "number": number_text(Decimal("1234.5")),
        "plain": plain_number(12345),
        "percent": percent_text(Decimal("8.25")),
        "bytes": bytes_text(12_400_000),
        "hours": hours_text(Decimal("3.4")),
        "duration": duration_text(Decimal("1.83")),
        "grams": grams_text(Decimal("42.50")),
        "time": local_time(MOMENT, NEW_YORK),
        "clock": local_clock(MOMENT, NEW_YORK),
        "hour": clock_hour(time(9)),
        "day": day_text(date(2026, 3, 2)),
        "long": long_day(date(2026, 11, 30)),
        "date": date_text(date(2026, 3, 2)),
        "weekday": weekday_text(2),
        "age": age_text(MOMENT - timedelta(days=3), MOMENT),
        "week": translated(week_text(HOURS), translations()),
    }


EXPECTED = {
    "en": """money $1,234.56 | short $3 | rate €0.0325 | yen ¥425 | franc CHF4.25 | minus -$4.25
        | number 1,234.5 | plain 12,345 | percent 8.25% | bytes 12.4 MB | hours 3.5 h
        | duration 1 h 50 min | grams 42.5 g | time Mon, Mar 2, 2026, 9:30 AM | clock 9:30 AM
        | hour 9 AM | day Mon, Mar 2, 2026 | long Monday, Nov 30 | date Mar 2, 2026 | weekday Wed
        | age 3 days | week Mon–Tue 9 AM–12 PM""",
    "es": """money 1.234,56 $ | short 3 $ | rate 0,0325 € | yen 425 ¥ | franc 4,25 CHF | minus -4,25 $
        | number 1.234,5 | plain 12.345 | percent 8,25 % | bytes 12,4 MB | hours 3,5 h
        | duration 1 h 50 min | grams 42,5 g | time lun, 2 mar 2026, 9:30 | clock 9:30
        | hour 9:00 | day lun, 2 mar 2026 | long lunes, 30 nov | date 2 mar 2026 | weekday mié
        | age 3 días | week lun–mar 9:00–12:00""",
    "fr": """money 1 234,56 $ | short 3 $ | rate 0,0325 € | yen 425 ¥ | franc 4,25 CHF | minus -4,25 $
        | number 1 234,5 | plain 12 345 | percent 8,25 % | bytes 12,4 Mo | hours 3,5 h
        | duration 1 h 50 min | grams 42,5 g | time lun. 2 mars 2026, 09:30 | clock 09:30
        | hour 09:00 | day lun. 2 mars 2026 | long lundi 30 nov. | date 2 mars 2026 | weekday mer.
        | age 3 jours | week lun.–mar. 09:00–12:00""",
    "de": """money 1.234,56 $ | short 3 $ | rate 0,0325 € | yen 425 ¥ | franc 4,25 CHF | minus -4,25 $
        | number 1.234,5 | plain 12.345 | percent 8,25 % | bytes 12,4 MB | hours 3,5 h
        | duration 1 h 50 min | grams 42,5 g | time Mo., 2. März 2026, 09:30 | clock 09:30
        | hour 09:00 | day Mo., 2. März 2026 | long Montag, 30. Nov. | date 2. März 2026
        | weekday Mi | age 3 Tage | week Mo–Di 09:00–12:00""",
    "pt-BR": """money $ 1.234,56 | short $ 3 | rate € 0,0325 | yen ¥ 425 | franc CHF 4,25
        | minus -$ 4,25 | number 1.234,5 | plain 12.345 | percent 8,25% | bytes 12,4 MB | hours 3,5 h
        | duration 1 h 50 min | grams 42,5 g | time seg., 2 de mar. de 2026 09:30 | clock 09:30
        | hour 09:00 | day seg., 2 de mar. de 2026 | long segunda-feira, 30 de nov.
        | date 2 de mar. de 2026 | weekday qua. | age 3 dias | week seg.–ter. 09:00–12:00""",
    "zh-CN": """money $1,234.56 | short $3 | rate €0.0325 | yen ¥425 | franc CHF 4.25 | minus -$4.25
        | number 1,234.5 | plain 12,345 | percent 8.25% | bytes 12.4 MB | hours 3.5 h
        | duration 1 h 50 min | grams 42.5 g | time 2026年3月2日周一 09:30 | clock 09:30
        | hour 09:00 | day 2026年3月2日周一 | long 11月30日星期一 | date 2026年3月2日 | weekday 周三
        | age 3天 | week 周一–周二 09:00–12:00""",
}


@pytest.mark.parametrize("tag", EXPECTED)
def test_each_value_as_the_language_writes_it(tag: str) -> None:
    with speaking(tag):
        found = shown()
    said = " | ".join(
        f"{name} {text}".replace("\xa0", " ").replace("\u202f", " ") for name, text in found.items()
    )
    assert said == " ".join(EXPECTED[tag].split())
    unbroken = "".join(found[name] for name in ("bytes", "hours", "grams"))
    assert (" " in unbroken) == (tag == "en")


def test_a_time_zone_without_a_name_in_the_language() -> None:
    with speaking("de"):
        assert local_time_zone(MOMENT, NEW_YORK).endswith(" EST")
        assert local_time_zone(MOMENT, "Europe/Zurich").endswith(" MEZ")
