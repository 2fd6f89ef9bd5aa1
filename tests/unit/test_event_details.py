"""What the command line says of an event: figures as people read them, and no keys."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from printflow import duration_text
from printflow.cli.event_details import detail_words


@pytest.mark.parametrize(
    ("details", "said"),
    [
        (
            {"cost_cents": 1500, "grams": "42.500", "hours": "1.833", "material": "PLA"},
            "Price: $15.00, weight: 42.5 g, print time: 1 h 50 min, material: PLA",
        ),
        (
            {"amount_cents": 425, "method": "cash", "waived": "", "receipt": "A-1"},
            "Paid: $4.25, paid by: cash, receipt number: A-1",
        ),
        ({"reasons": ["Too thin", "Too tall"]}, "Reasons: Too thin; Too tall"),
        ({"removed": "personal", "why": "kept for 30 days"}, "Deleted: Personal data, why: kept for 30 days"),
        ({"undone": "approve", "event": 7}, "Undone: Approve"),
        ({"override": True, "reason": "by hand"}, "Without the usual checks, reason: by hand"),
        (
            {"changed": {"class_number": ["ARCH 1", "ARCH 2"], "student_name": ["", "Jane"]}},
            "Changed: Class number: ARCH 1 → ARCH 2; First and last name: – → Jane",
        ),
        (
            {"from": "flask", "key": "17", "imported_at": "2026-03-02T14:30:00+00:00"},
            "Imported from: flask, ID in the older list: 17, imported: Mon, Mar 2, 2026, 9:30 AM",
        ),
        (
            {"from": "MK4S-1", "machine": "MK4S-2", "plate": 7},
            "Moved from: MK4S-1, to: MK4S-2",
        ),
        ({"category": "of a later version"}, "What went wrong: of a later version"),
        ({"grams": "of a later version", "new_key": 5}, "Weight: of a later version, new key: 5"),
        (
            {"good": 2, "failed": 1, "category": "shift", "grams_wasted": "9.500", "plate": 4},
            "Good copies: 2, failed copies: 1, what went wrong: Layer shift, wasted material: 9.5 g",
        ),
        ({"before": {"status": "UPLOADED"}, "voided": False}, ""),
    ],
)  # fmt: skip
def test_details_in_words(details: dict[str, Any], said: str) -> None:
    assert detail_words(details, "USD", "America/New_York") == said


@pytest.mark.parametrize(
    ("hours", "said"),
    [("1.833", "1 h 50 min"), ("3", "3 h"), ("0.75", "45 min"), ("0.001", "1 min"),
     ("1.999", "2 h"), ("1000", "1,000 h"), ("0", "0 min")],
)  # fmt: skip
def test_print_times_to_the_minute(hours: str, said: str) -> None:
    assert duration_text(Decimal(hours)) == said
