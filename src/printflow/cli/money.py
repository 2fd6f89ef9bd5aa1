"""``price``, ``pay``, ``void-payment``, ``owes`` and ``day-close``: prices and the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from .documents import debtor_document, payment_document, price_document, print_json
from .session import by_option, json_option, session
from .streams import pour, tell
from .tables import print_table

if TYPE_CHECKING:
    from printflow import DayClose, Debtor, Payment

_OWES = ("Student", "Email", "Jobs", "Due", "Since")


@click.command("price")
@click.option("--method", required=True, metavar="NAME", help="Print method.")
@click.option("--material", required=True, metavar="NAME", help="Material.")
@click.option("--printer", required=True, metavar="NAME", help="Printer.")
@click.option("--grams", default="", metavar="G", help="Weight of all copies, in g.")
@click.option("--ml", default="", metavar="ML", help="Volume of all copies, in mL.")
@click.option("--hours", required=True, metavar="TIME", help="Print time of all copies.")
@click.option("--copies", default="1", metavar="N", help="Number of copies.")
@click.option("--color", default="", metavar="NAME", help="Color.")
@click.option("--course", default="", metavar="CODE", help="Class number or course code.")
@click.option("--group", default="", metavar="NAME", help="Group that the person is in.")
@click.option("--rush", is_flag=True, help="A rush job.")
@click.option("--own-material", is_flag=True, help="The person brings the material.")
@json_option
def price(**typed: Any) -> None:
    """Show what a print would cost, line by line. No job is needed."""
    from printflow import money, price_line_text

    with session().lab() as lab:
        found, currency = lab.prices.of(**typed), lab.catalog.current.currency
    if session().json:
        print_json(price_document(found))
        return
    for line in found.lines:
        tell(f"{line.label or line.kind.record.label}: {price_line_text(line, currency)}")
    tell(f"Price: {money(found.cents, currency)}")


@click.command("pay")
@click.argument("job_ids", metavar="ID...", nargs=-1, required=True)
@by_option
@click.option("--amount", default="", metavar="AMOUNT", help="Amount paid, such as 3.00.")
@click.option("--method", default="", metavar="METHOD", help="Payment method, such as cash.")
@click.option("--receipt", default="", metavar="NUMBER", help="Receipt number.")
@click.option("--payer", default="", metavar="NAME", help="Who pays, if not the student.")
@click.option("--account", default="", metavar="CODE", help="Account, course or grant to charge.")
@click.option("--waive", default="", metavar="REASON", help="Waive the rest, for this reason.")
@click.option("--note", default="", metavar="TEXT", help="A note for the ledger.")
@click.option(
    "--key",
    default="",
    metavar="TEXT",
    help="Any unique text: repeating the command with it doesn't pay twice.",
)
@json_option
def pay(job_ids: tuple[str, ...], by: str, **typed: Any) -> None:
    """Take a payment for one or more jobs. It's applied to them in the given order."""
    with session().lab() as lab:
        payment = lab.payments.take(job_ids, by=by, **typed)
        if session().json:
            print_json(payment_document(payment))
            return
        tell(f"Receipt {payment.number}: {_amount(payment)}")
        for one in lab.payments.balances(payment.job_ids):
            tell(f"{one.job.id}: {_money(one.balance.due_cents, one.job.currency)} due")


@click.command("refund")
@click.argument("job_id", metavar="ID")
@by_option
@click.option("--amount", required=True, metavar="AMOUNT", help="Amount to give back.")
@click.option("--reason", required=True, metavar="TEXT", help="Reason for the refund.")
@click.option("--method", default="", metavar="METHOD", help="How, if not as it was paid.")
@click.option("--note", default="", metavar="TEXT", help="A note for the ledger.")
@click.option(
    "--key",
    default="",
    metavar="TEXT",
    help="Any unique text: repeating the command with it doesn't refund twice.",
)
@json_option
def refund(job_id: str, by: str, **typed: Any) -> None:
    """Refund all or part of what was paid for a job. It isn't due again."""
    with session().lab() as lab:
        entry = lab.payments.refund(job_id, by=by, **typed)
    if session().json:
        print_json(payment_document(entry))
    else:
        way = f" by {entry.method}" if entry.method else ""
        tell(f"Receipt {entry.number}: refunded {_money(-entry.amount_cents, entry.currency)}{way}")


@click.command("write-off")
@click.argument("job_ids", metavar="ID...", nargs=-1, required=True)
@by_option
@click.option("--reason", required=True, metavar="TEXT", help="Why it won't be paid.")
@json_option
def write_off(job_ids: tuple[str, ...], by: str, reason: str) -> None:
    """Write off what is due for one or more finished jobs."""
    with session().lab() as lab:
        entry = lab.payments.write_off(job_ids, by=by, reason=reason)
    if session().json:
        print_json(payment_document(entry))
    else:
        tell(f"Receipt {entry.number}: wrote off {_money(entry.waived_cents, entry.currency)}")


@click.command("void-payment")
@click.argument("number", metavar="NUMBER", type=click.IntRange(1))
@by_option
@click.option("--reason", required=True, metavar="TEXT", help="Reason for voiding.")
@json_option
def void_payment(number: int, by: str, reason: str) -> None:
    """Void the payment with this receipt NUMBER. The ledger keeps both entries."""
    with session().lab() as lab:
        payment = lab.payments.void(number, reason=reason, by=by)
        if session().json:
            print_json(payment_document(payment))
        else:
            tell(f"Voided receipt {payment.number}: {_amount(payment)}")


@click.command("owes")
@json_option
def owes() -> None:
    """List who owes the lab money for finished prints, longest first."""
    with session().lab() as lab:
        found, zone = lab.payments.owes(), lab.catalog.current.time_zone
    if session().json:
        print_json([debtor_document(one) for one in found])
    elif found:
        print_table(_OWES, [_owing(one, zone) for one in found], right="Due")
    else:
        tell("Nobody owes anything.")


def _owing(debtor: Debtor, zone: str) -> tuple[str, ...]:
    from printflow import local_date

    return (
        debtor.name,
        debtor.email,
        ", ".join(debt.job_id for debt in debtor.debts),
        ", ".join(_money(cents, currency) for currency, cents in debtor.totals.items()),
        local_date(debtor.since, zone),
    )


@click.command("day-close")
@click.option(
    "--date",
    "day",
    default="",
    metavar="DATE",
    help="The day, such as 2026-03-02 (default: today).",
)
@click.option("--csv", "ending", flag_value="csv", default="", help="Print the entries as CSV.")
@json_option
def day_close(day: str, ending: str) -> None:
    """Show a day's totals: what was taken, refunded, voided and waived, by payment method."""
    from printflow import parse_date

    with session().lab() as lab:
        close = lab.cash_up.close(parse_date(day, "date"))
        if ending:
            pour(lab.cash_up.file(close.day, ending))
        elif session().json:
            print_json(_document(close))
        else:
            _tell(close)


def _tell(close: DayClose) -> None:
    rows = [
        [
            one.method or "waived",
            str(one.payments),
            _money(one.taken_cents, one.currency),
            _money(one.refunded_cents, one.currency),
            _money(one.voided_cents, one.currency),
            _money(one.waived_cents, one.currency),
            _money(one.total_cents, one.currency),
        ]
        for one in close.sums
    ]
    from printflow import day_text

    heads = ["Payment method", "Payments", "Taken", "Refunded", "Voided", "Waived", "Total"]
    print_table(heads, rows, title=f"Day close of {day_text(close.day)}", right="Total")
    for currency, cents in close.totals.items():
        tell(f"Total: {_money(cents, currency)}")


def _document(close: DayClose) -> dict[str, object]:
    names = (
        *("method", "currency", "payments", "taken_cents", "refunds", "refunded_cents"),
        *("voids", "voided_cents", "written_off_cents"),
    )
    return {
        "day": close.day.isoformat(),
        "sums": [
            {name: getattr(one, name) for name in (*names, "waived_cents", "total_cents")}
            for one in close.sums
        ],
        "totals": close.totals,
        "payments": [payment_document(one) for one in close.payments],
        "voids": [payment_document(one) for one in close.voids],
    }


def _amount(payment: Payment) -> str:
    parts = []
    if payment.amount_cents:
        parts.append(f"{_money(payment.amount_cents, payment.currency)} by {payment.method}")
    if payment.waived_cents:
        parts.append(f"{_money(payment.waived_cents, payment.currency)} waived")
    return ", ".join(parts)


def _money(cents: int, currency: str) -> str:
    from printflow import money

    return money(cents, currency)
