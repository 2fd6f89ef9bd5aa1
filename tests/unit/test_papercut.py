"""Rules of charges to PaperCut accounts, and the settings that let a token out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, cast

import pytest

from printflow import Job, Settings, SettingsError, Status
from printflow.domain.papercut import (
    Charge,
    ChargeState,
    UsernameFrom,
    adjustment,
    is_lost,
    reason_against,
    shown_balance,
    username_of,
)

NOW = datetime(2026, 3, 2, 14, 30, tzinfo=UTC)
URL = "https://papercut.example.edu:9192/rpc/api/xmlrpc"


def charge(**replaced: Any) -> Charge:
    given: dict[str, Any] = {
        "id": 1, "reference": "PC-1", "job_id": "K7Q2MX9A", "amount_cents": 425, "currency": "USD",
        "username": "jane", "state": ChargeState.WAITING, "asked_at": NOW, "asked_by": "Ana",
    }  # fmt: skip
    return Charge(**{**given, **replaced})


def job(status: Status = Status.COMPLETED, currency: str = "USD") -> Job:
    class Known:
        pass

    known = Known()
    known.__dict__.update(status=status, currency=currency)
    return cast("Job", known)


@pytest.mark.parametrize(
    ("source", "email", "subject", "username"),
    [
        (UsernameFrom.LOCAL_PART, "jane.doe@example.edu", "s-1", "jane.doe"),
        (UsernameFrom.LOCAL_PART, '"odd@part"@example.edu', "", '"odd@part"'),
        (UsernameFrom.LOCAL_PART, "", "s-1", ""),
        (UsernameFrom.ADDRESS, "jane@example.edu", "s-1", "jane@example.edu"),
        (UsernameFrom.SIGN_IN, "jane@example.edu", "jd42", "jd42"),
        (UsernameFrom.SIGN_IN, "jane@example.edu", "", ""),
    ],
)
def test_a_username_is_what_the_settings_say(
    source: UsernameFrom, email: str, subject: str, username: str
) -> None:
    assert username_of(source, email, subject) == username


@pytest.mark.parametrize(
    ("found", "due", "minutes", "said"),
    [
        (job(), 425, 9.9, None),
        (job(Status.PAIDPICKEDUP), 425, 0, None),
        (job(), 425, 10.1, "It waited too long"),
        (job(), 425, -10.1, "It waited too long"),
        (job(), 424, 0, "$4.24 is due now, not $4.25"),
        (job(), 0, 0, "$0.00 is due now, not $4.25"),
        (job(Status.ARCHIVED), 425, 0, "Nothing can be paid for this job anymore"),
        (job(Status.PENDING), 425, 0, "Nothing can be paid for this job anymore"),
        (job(currency="EUR"), 425, 0, "Nothing can be paid for this job anymore"),
    ],
)
def test_a_charge_is_sent_only_while_it_is_what_staff_saw(
    found: Job, due: int, minutes: float, said: str | None
) -> None:
    why = reason_against(charge(), found, due, NOW + timedelta(minutes=minutes))
    assert (why is None) == (said is None)
    assert said is None or (why is not None and why.startswith(said))


def test_one_that_was_sent_is_lost_once_nobody_can_answer_it() -> None:
    sent = charge(state=ChargeState.SENT, sent_at=NOW)
    lost = {seconds: is_lost(sent, NOW + timedelta(seconds=seconds)) for seconds in (0, 119, 121)}
    assert lost == {0: False, 119: False, 121: True}
    assert is_lost(sent, NOW - timedelta(hours=1)), "sent by a clock that was wrong"


@pytest.mark.parametrize(
    ("cents", "currency", "amount"),
    [(425, "USD", "-4.25"), (425, "JPY", "-425"), (4250, "KWD", "-4.250"), (1, "KWD", "-0.001")],
)
def test_amounts_pass_through_doubles_unchanged(cents: int, currency: str, amount: str) -> None:
    exact = adjustment(cents, currency)
    assert exact == Decimal(amount) and Decimal(repr(float(exact))) == exact
    assert shown_balance(-exact, currency).cents == cents


def test_balances_are_rounded_for_people() -> None:
    assert str(shown_balance(Decimal("1.2000000000000002"), "USD")) == "$1.20"


def papercut(**values: object) -> Settings:
    return Settings(environ={}, papercut={"auth_token": "secret-token", **values})


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("papercut.example.edu", "must be PaperCut's XML-RPC address"),
        ("ftp://papercut.example.edu/rpc", "must be PaperCut's XML-RPC address"),
        ("https://user:pw@papercut.example.edu/", "must be PaperCut's XML-RPC address"),
        ("https://papercut.example.edu:x/", "must be PaperCut's XML-RPC address"),
        ("https://papercut.example.edu/?a=b", "must be PaperCut's XML-RPC address"),
        ("http://papercut.example.edu:9191/rpc/api/xmlrpc", "must start with https://"),
    ],
)
def test_the_token_is_sent_only_where_it_is_safe(url: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said) as error:
        papercut(server_url=url)
    assert "secret-token" not in str(error.value) and "pw" not in str(error.value)


def test_other_addresses_are_fine() -> None:
    assert not Settings(environ={}).papercut.on
    for url in (URL, "http://127.0.0.1:9191/rpc/api/xmlrpc", "http://localhost/rpc"):
        assert papercut(server_url=url).papercut.on
    assert papercut(server_url="http://papercut/rpc", allow_http=True).papercut.on
    with pytest.raises(SettingsError, match="auth_token is missing"):
        Settings(environ={}, papercut={"server_url": URL})
    assert "secret-token" not in repr(papercut(server_url=URL))
