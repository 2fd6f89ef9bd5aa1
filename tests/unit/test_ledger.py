"""The ledger's arithmetic, and what is refused before money is taken."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from printflow.domain import money_guards
from printflow.domain.attempt import Arguments
from printflow.domain.catalog import Catalog, catalog_from, plain_form
from printflow.domain.ledger import (
    Balance,
    Payment,
    Share,
    Void,
    balance,
    day_close,
    spread,
)
from printflow.domain.money_guards import Tender
from printflow.domain.pricing import in_units, parse_cents
from printflow.domain.status import Status, Trigger
from printflow.errors import CatalogInvalid, Refusal
from tests.unit.builders import catalog as made_catalog
from tests.unit.builders import job
from tests.unit.test_guards import refused

NOW = datetime(2026, 3, 2, 14, 30, tzinfo=UTC)
DAY = date(2026, 3, 2)
CATALOG = made_catalog()
cents = st.integers(0, 10_000_000)


def paid(
    shares: dict[str, int], *, method: str = "cash", void: bool = False, waived: int = 0
) -> Payment:
    rest = dict.fromkeys(list(shares)[:1], waived)
    return Payment(
        id=1,
        at=NOW,
        by="Ana",
        amount_cents=sum(shares.values()),
        currency="USD",
        method=method,
        waived="a gift" if waived else "",
        shares=tuple(
            Share(job_id=name, amount_cents=part, waived_cents=rest.get(name, 0))
            for name, part in shares.items()
        ),
        void=Void(at=NOW, by="Ben", reason="wrong job") if void else None,
    )


def wanting(**rules: Any) -> Catalog:
    return catalog_from({**plain_form(CATALOG), "payments": rules})


def found(
    typed: Tender, *, due: int = 425, catalog: Catalog = CATALOG, used: str = ""
) -> list[tuple[str, str]]:
    reasons = money_guards.payment(typed, due, "USD", catalog, used)
    return [(reason.code, reason.field) for reason in reasons]


def codes(reasons: Any) -> list[str]:
    return [reason.code for reason in reasons]


# -- arithmetic -----------------------------------------------------------------------------------


def test_a_balance_is_the_price_less_what_counts() -> None:
    entries = [paid({"A": 100, "B": 50}), paid({"A": 75}, void=True), paid({"A": 25}, waived=200)]
    found = balance("A", 425, entries)
    assert found == Balance(425, 125, 200)
    assert (found.due_cents, found.over_cents) == (100, 0)
    assert balance("B", 40, entries) == Balance(40, 50, 0)
    assert (balance("B", 40, entries).due_cents, balance("B", 40, entries).over_cents) == (0, 10)
    assert balance("C", None, entries) == Balance(0)


def test_a_waiver_is_no_money_to_give_back() -> None:
    assert Balance(300, 100, 325).over_cents == 0


@given(st.lists(cents, min_size=1, max_size=8), st.data())
def test_an_amount_goes_to_the_jobs_in_their_order(owed: list[int], data: st.DataObject) -> None:
    due = {f"J{number}": one for number, one in enumerate(owed)}
    amount = data.draw(st.integers(0, sum(owed)))
    shares = spread(amount, due)
    assert sum(shares.values()) == amount
    assert list(shares) == list(due)
    assert all(0 <= shares[name] <= due[name] for name in due)
    short = [name for name in due if shares[name] < due[name]]
    assert all(not shares[name] for name in short[1:]), "the later ones wait"
    with pytest.raises(ValueError, match="1 cents are left over"):
        spread(sum(owed) + 1, due)


@given(cents)
def test_cents_are_typed_and_read_back(amount: int) -> None:
    assert parse_cents(in_units(amount)) == amount


@given(st.lists(st.tuples(st.sampled_from(["cash", "card", ""]), cents, st.booleans()), max_size=9))
def test_a_day_adds_up(entries: list[tuple[str, int, bool]]) -> None:
    taken = [paid({"A": amount}, method=method, void=gone) for method, amount, gone in entries]
    voided = [one for one in taken if one.void]
    close = day_close(DAY, taken, voided)
    assert sum(close.totals.values()) == sum(one.amount_cents for one in taken if not one.void)
    assert sum(one.payments for one in close.sums) == len(taken)
    assert sum(one.voids for one in close.sums) == len(voided)
    assert [one.method for one in close.sums] == sorted({method for method, _, _ in entries})


def test_a_void_of_another_day_makes_the_day_negative() -> None:
    close = day_close(DAY, [], [paid({"A": 425}, void=True, waived=75)])
    (one,) = close.sums
    assert (one.total_cents, one.waived_cents, one.voids, one.payments) == (-425, -75, 1, 0)
    assert close.totals == {"USD": -425}
    assert (close.before, close.after) == (date(2026, 3, 1), date(2026, 3, 3))


def test_the_share_of_another_job_is_nothing() -> None:
    one = paid({"A": 425}, waived=25)
    assert one.share_of("A").amount_cents == 425
    assert one.share_of("B") == Share(job_id="B", amount_cents=0)
    assert (one.waived_cents, one.number, one.job_ids) == (25, "000001", ("A",))


# -- what is refused ------------------------------------------------------------------------------

TENDERS: list[tuple[Tender, list[tuple[str, str]]]] = [
    (Tender(amount="4.25", method="cash"), []),
    (Tender(amount="1", method="cash"), []),
    (Tender(waive="a gift"), []),
    (Tender(amount="0", waive="a gift"), []),
    (Tender(amount="4", method="card", waive="the rest is a gift"), []),
    (Tender(), [("payment_missing", "amount")]),
    (Tender(amount="0", method="cash"), [("payment_missing", "amount")]),
    (Tender(amount="4.26", method="cash"), [("amount_over", "amount")]),
    (Tender(amount="x", method="cash"), [("amount_invalid", "amount")]),
    (Tender(amount="-1", method="cash"), [("amount_invalid", "amount")]),
    (Tender(amount="1.005", method="cash"), [("amount_invalid", "amount")]),
    (Tender(amount="4.25", method="cash", waive="tip"), [("nothing_to_waive", "waive")]),
    (Tender(amount="1", method="barter"), [("method_unknown", "method")]),
    (Tender(amount="5"), [("amount_over", "amount"), ("method_unknown", "method")]),
    (Tender(amount="1", method="cash", receipt="9" * 41), [("receipt_too_long", "receipt")]),
    (Tender(amount="1", method="cash", payer="x" * 101), [("payer_too_long", "payer")]),
    (Tender(amount="1", method="cash", account="x" * 61), [("account_too_long", "account")]),
    (Tender(waive="a gift", note="x" * 201), [("note_too_long", "note")]),
]


@pytest.mark.parametrize(("typed", "expected"), TENDERS)
def test_what_a_payment_must_be(typed: Tender, expected: list[tuple[str, str]]) -> None:
    assert found(typed) == expected


def test_nothing_is_taken_where_nothing_is_due() -> None:
    assert found(Tender(amount="1", method="cash"), due=0) == [("nothing_due", "amount")]


def test_more_than_is_due_names_what_is_due() -> None:
    (reason,) = money_guards.payment(Tender(amount="9", method="cash"), 425, "USD", CATALOG, "")
    assert reason.message == "Only $4.25 is due."
    assert "void it" in reason.next_step


def test_a_way_of_payment_wants_its_receipt_and_its_account() -> None:
    catalog = wanting(receipt_methods=["card"], account_methods=["card"])
    card = Tender(amount="1", method="card")
    assert found(card, catalog=catalog) == [
        ("receipt_missing", "receipt"),
        ("account_missing", "account"),
    ]
    assert found(Tender(amount="1", method="cash"), catalog=catalog) == []
    both = Tender(amount="1", method="card", receipt="17", account="ARCH-4000")
    assert found(both, catalog=catalog) == []
    assert found(Tender(waive="a gift"), catalog=catalog) == [], "no money, no receipt"


def test_the_same_holds_at_pick_up() -> None:
    catalog = wanting(receipt_methods=["card"])
    said = Arguments(amount="4.25", method="card")
    assert refused(Trigger.PICK_UP, said, catalog=catalog) == [("receipt_missing", "receipt")]
    numbered = Arguments(amount="4.25", method="card", receipt="17")
    assert not refused(Trigger.PICK_UP, numbered, catalog=catalog)
    again = refused(Trigger.PICK_UP, numbered, catalog=catalog, receipt_used="payment 000001")
    assert again == [("receipt_used", "receipt")]


def test_a_receipt_number_is_used_once_where_the_lab_wants_that() -> None:
    typed = Tender(amount="1", method="cash", receipt="17")
    assert found(typed, used="payment 000001") == [("receipt_used", "receipt")]
    assert found(typed, used="payment 000001", catalog=wanting(unique_receipts=False)) == []


def test_which_jobs_can_be_paid_for() -> None:
    for status in Status:
        can = status.value in ("READYTOPRINT", "PRINTING", "COMPLETED", "PAIDPICKEDUP")
        assert codes(money_guards.payable([job(status)])) == ([] if can else ["not_payable"])
    done = job(Status.COMPLETED)
    assert codes(money_guards.payable([done, done])) == ["job_twice"]
    other = job(Status.COMPLETED, id="AAAAAAAA", currency="EUR")
    assert codes(money_guards.payable([done, other])) == ["currencies"]


def test_parts_are_amounts_and_make_the_whole() -> None:
    due = {"A": 400, "B": 300}
    assert codes(money_guards.parts({"A": "4", "B": "1.50"}, due, "5.50", "USD")) == []
    assert codes(money_guards.parts({"A": "4", "B": "1.50"}, due, "", "USD")) == []
    assert codes(money_guards.parts({"A": "5", "B": "x"}, due, "", "USD")) == [
        "amount_over",
        "amount_invalid",
    ]
    assert codes(money_guards.parts({"A": "1", "B": "1"}, due, "3", "USD")) == ["amount_differs"]


def test_what_can_be_voided() -> None:
    jobs, one = [job(Status.COMPLETED)], paid({"K7Q2MX9A": 425})
    assert codes(money_guards.voidable(one, jobs, "wrong job")) == []
    assert codes(money_guards.voidable(one, jobs, "")) == ["reason_missing"]
    assert codes(money_guards.voidable(one, jobs, "x" * 201)) == ["reason_too_long"]
    assert codes(money_guards.voidable(one, [job(Status.ARCHIVED)], "late")) == ["job_archived"]
    (reason,) = money_guards.voidable(paid({"A": 1}, void=True), jobs, "again")
    assert isinstance(reason, Refusal)
    assert reason.message == "Ben already voided this payment. Reason: wrong job"


# -- the catalog ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        (
            {"receipt_methods": ["barter"]},
            "payment methods that need a receipt number: There's no payment method",
        ),
        ({"account_methods": "card"}, "payment methods that need an account: Enter at least one"),
        ({"unique_receipts": "yes"}, "refuse used receipt numbers: Enter true or false"),
        ({"sometimes": True}, "“sometimes”: This key isn't known"),
    ],
)
def test_rules_that_are_none(rules: dict[str, Any], words: str) -> None:
    with pytest.raises(CatalogInvalid, match=words):
        wanting(**rules)


def test_an_older_catalog_asks_for_nothing() -> None:
    plain = plain_form(CATALOG)
    del plain["payments"]
    assert catalog_from(plain).payments == CATALOG.payments
    assert CATALOG.payments.receipt_methods == ()
