"""References, findings and signatures, without a lab. The guide's example is what the program does."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from printflow import Settings, SettingsError, Status
from printflow.domain.online_payments import (
    Finding,
    PayFrom,
    Reference,
    asks_online,
    judged,
    read_reference,
)
from printflow.runtime.payment_signature import (
    callback_signature,
    is_signed,
    is_timely,
    link_signature,
)
from tests.unit.builders import job as made

GUIDE = (Path(__file__).parents[2] / "docs" / "online-payments.md").read_text("utf-8")
SECRET = "example-secret-of-32-characters!"


def test_the_guide_s_example_is_signed_so() -> None:
    lines = re.search(r"```text\n(printflow-link\n.*?)\n```", GUIDE, re.S)
    assert lines is not None and f"secret `{SECRET}`" in GUIDE
    assert link_signature(SECRET, *lines[1].split("\n")[1:]) in GUIDE
    body = re.search(r"```json\n(.*?)\n```", GUIDE, re.S)
    assert body is not None
    signature = re.search(r"Printflow-Signature: ([0-9a-f]{64})", GUIDE)
    assert signature is not None
    assert callback_signature(SECRET, "1772461800", body[1].encode()) == signature[1]


def test_a_signature_is_of_all_that_it_says() -> None:
    signed = callback_signature(SECRET, "100", b"{}")
    assert is_signed(SECRET, "100", signed.upper() + " ", b"{}")
    for secret, timestamp, body in (
        (SECRET + "x", "100", b"{}"),
        (SECRET, "101", b"{}"),
        (SECRET, "100", b"{ }"),
    ):
        assert not is_signed(secret, timestamp, signed, body)
    assert not is_signed(SECRET, "100", "", b"{}")
    assert not is_signed(SECRET, "100", "é", b"{}")


@pytest.mark.parametrize(
    ("timestamp", "timely"),
    [("1772461800", True), ("1772461500", True), ("1772461499", False), ("1772462101", False),
     ("", False), ("-5", False), ("1e9", False), ("²", False), ("9" * 13, False)],
)  # fmt: skip
def test_a_message_counts_for_minutes(timestamp: str, timely: bool) -> None:
    now = datetime.fromtimestamp(1772461800, UTC)
    assert is_timely(timestamp, now, timedelta(minutes=5)) is timely


def test_a_reference_is_read_in_any_case_and_nothing_else_is_one() -> None:
    reference = Reference("K7Q2MX9A", 425, "USD")
    text = reference.text("ABCDEFGHIJKLMNOP")
    assert read_reference(f" {text.lower()} ") == (reference, "ABCDEFGHIJKLMNOP")
    for typed in ("", "K7Q2MX9A", text[:-1], text + "A", text.replace("425", "-425"), text + "\n1"):
        assert read_reference(typed) is None


@pytest.mark.parametrize(
    ("status", "asked", "due", "cents", "currency", "finding"),
    [
        (Status.COMPLETED, 425, 425, 425, "USD", None),
        (Status.COMPLETED, None, 425, 400, "USD", None),
        (Status.COMPLETED, 300, 425, 300, "USD", None),  # an old link: the rest stays due
        (Status.COMPLETED, 425, 425, 400, "USD", Finding.AMOUNT),
        (Status.COMPLETED, 425, 300, 425, "USD", Finding.OVER),
        (Status.PAIDPICKEDUP, 425, 0, 425, "USD", Finding.OVER),
        (Status.REJECTED, 425, 425, 425, "USD", Finding.NOT_DUE),
        (Status.ARCHIVED, 425, 425, 425, "USD", Finding.ARCHIVED),
        (Status.COMPLETED, 425, 425, 425, "EUR", Finding.CURRENCY),
    ],
)
def test_what_is_made_of_money_that_was_paid(
    status: Status, asked: int | None, due: int, cents: int, currency: str, finding: Finding | None
) -> None:
    job = made(status, currency="USD")
    assert judged(job, asked, due, cents, currency) is finding
    assert judged(None, asked, 0, cents, currency) is Finding.UNKNOWN


def test_from_when_a_student_is_asked() -> None:
    ready, done = (made(one) for one in (Status.READYTOPRINT, Status.COMPLETED))
    assert asks_online(ready, 1, PayFrom.CONFIRMED) and not asks_online(ready, 1, PayFrom.COMPLETED)
    assert asks_online(done, 1, PayFrom.COMPLETED) and not asks_online(done, 0, PayFrom.COMPLETED)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"secret": "short"}, "at least 32 characters"),
        ({"url_template": "https://pay.example.edu/?{reference}{amount}"}, "payment.secret is missing"),
        ({"secret": SECRET, "url_template": "http://pay.example.edu/?{reference}{amount}"}, "https://"),
        ({"secret": SECRET, "url_template": "https://{amount}.example.edu/?{reference}"}, "https://"),
        ({"secret": SECRET, "url_template": "https://pay.example.edu/?{reference}"}, "needs the places"),
        ({"secret": SECRET, "url_template": "https://pay.example.edu/?{reference}{amount}{name}"},
         "unknown place {name}"),
        ({"secret": SECRET, "url_template": "https://pay.example.edu/?{reference}{amount}"},
         "base_url is missing"),
    ],
)  # fmt: skip
def test_settings_that_cannot_be_are_refused_in_words(
    tmp_path: Path, given: dict[str, str], words: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        Settings(store=tmp_path, environ={}, payment=given)
    assert words in str(refused.value)
    assert SECRET not in str(refused.value)
