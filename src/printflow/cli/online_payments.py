"""``payments``: what was paid online, from reports, too; and signing what the service will say."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .documents import plain, print_json
from .session import by_option, json_option, session
from .streams import tell
from .tables import print_table

if TYPE_CHECKING:
    from printflow import OnlinePayment, PaperCutCharge
    from printflow.domain.payment_report import ReportRow

_COLUMNS = ("Number", "Time", "Job", "Amount", "Transaction", "Receipt", "Needs a look")
_CHARGES = ("Number", "Time", "Job", "Amount", "User", "Reference", "State", "Answer")
_MOST_BYTES = 8 * 1024


@click.group("payments", invoke_without_command=True)
@click.option("--waiting", is_flag=True, help="Only those that need a look.")
@click.option("--limit", default=50, metavar="N", type=click.IntRange(1, 1000), help="At most N.")
@json_option
@click.pass_context
def payments(context: click.Context, waiting: bool, limit: int) -> None:
    """List what the payment service says was paid, newest first."""
    if context.invoked_subcommand is not None:
        return
    with session().lab() as lab:
        found = lab.online.find(waiting=True, limit=limit)
        if not waiting:
            found = [*found, *lab.online.find(limit=limit)][:limit]
        zone = lab.catalog.current.time_zone
    if session().json:
        print_json([document(one) for one in found])
    elif found:
        print_table(_COLUMNS, [_row(one, zone) for one in found], right="Amount")
    else:
        tell("No online payments found.")


@payments.command("charge")
@click.argument("job", metavar="JOB")
@click.option(
    "--username", default="", metavar="NAME", help="The PaperCut username, if it differs."
)
@by_option
@json_option
def charge(job: str, username: str, by: str) -> None:
    """Have what is due for JOB charged to the student's PaperCut account, by the server."""
    with session().lab() as lab:
        asked = lab.papercut.charge(job, username=username, by=by)
    if session().json:
        print_json(charge_document(asked))
    else:
        tell(f"Charge {asked.id}: {_said_of(asked)}. See printflow payments charges.")


@payments.command("charges")
@click.option("--waiting", is_flag=True, help="Only those that need a look.")
@click.option("--limit", default=50, metavar="N", type=click.IntRange(1, 1000), help="At most N.")
@json_option
def charges(waiting: bool, limit: int) -> None:
    """List charges to PaperCut accounts, newest first."""
    with session().lab() as lab:
        found = lab.papercut.find(waiting=waiting, limit=limit)
        zone = lab.catalog.current.time_zone
    if session().json:
        print_json([charge_document(one) for one in found])
    elif found:
        print_table(_CHARGES, [_charge_row(one, zone) for one in found], right="Amount")
    else:
        tell("No PaperCut charges found.")


@payments.command("settle-charge")
@click.argument("number", metavar="NUMBER", type=click.IntRange(1))
@click.option("--charged/--not-charged", required=True, help="What PaperCut's history shows.")
@by_option
@json_option
def settle_charge(number: int, charged: bool, by: str) -> None:
    """Say what became of a PaperCut charge that got no answer. NUMBER is the one in the list."""
    with session().lab() as lab:
        one = lab.papercut.settle(number, charged=charged, by=by)
    if session().json:
        print_json(charge_document(one))
    else:
        tell(f"Noted: {one.state.label}")


@payments.command("settle")
@click.argument("number", metavar="NUMBER", type=click.IntRange(1))
@click.option("--note", required=True, metavar="TEXT", help="What you did.")
@by_option
@json_option
def settle(number: int, note: str, by: str) -> None:
    """Say that an online payment was looked at. NUMBER is the one in the list."""
    with session().lab() as lab:
        one = lab.online.settle(number, note=note, by=by)
    if session().json:
        print_json(document(one))
    else:
        tell(f"Noted: {one.note}")


@payments.command("import")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE.csv")
@click.option(
    "--map",
    "maps",
    multiple=True,
    metavar="FIELD=COLUMN",
    help="Which column is which: reference (or job number), transaction, amount, currency, date.",
)
@click.option("--decimal", default=".", metavar="SIGN", help='Decimal sign of amounts, "." or ",".')
@click.option("--currency", default="", metavar="CODE", help="Currency of lines that name none.")
@click.option("--dry-run", is_flag=True, help="Only say what each line would do.")
@by_option
@json_option
def import_(
    file: Path, maps: tuple[str, ...], decimal: str, currency: str, dry_run: bool, by: str
) -> None:
    """Mark jobs as paid from a payment service's report. Each transaction counts once."""
    from printflow.runtime.named_paths import beginning_of
    from printflow.service.payment_reports import MOST_BYTES

    columns = dict(_mapped(one) for one in maps)
    content = beginning_of(file, MOST_BYTES)
    with session().lab() as lab:
        report = lab.payment_reports.read(
            content, by=by, columns=columns, decimal=decimal, currency=currency, dry_run=dry_run
        )
    counts = report.counts
    if session().json:
        print_json(
            {
                "dry_run": report.dry_run,
                "counts": {outcome.value: count for outcome, count in counts.items()},
                "totals": report.totals,
                "rows": [_line(row) for row in report.rows],
            }
        )
        return
    for row in report.rows:
        why = row.line.problem or (row.finding.record.sentence if row.finding else "")
        if why:
            tell(f"Line {row.line.number}: {row.outcome.value.replace('_', ' ')}. {why}")
    paid, already, left = counts.values()
    done = "Dry run: " if dry_run else ""
    tell(f"{done}{paid} paid, {already} already recorded, {left} left out")


def _mapped(typed: str) -> tuple[str, str]:
    from printflow import REPORT_COLUMNS, InvalidInput
    from printflow.said import say

    name, sign, column = typed.partition("=")
    if not sign or name.strip() not in REPORT_COLUMNS:
        raise InvalidInput.of(
            "map",
            "map_invalid",
            say("“{typed}” isn't FIELD=COLUMN.", typed=typed[:100]),
            say("The fields are: {fields}.", fields=", ".join(REPORT_COLUMNS)),
        )
    return name.strip(), column


def _line(row: ReportRow) -> dict[str, object]:
    return {
        "line": row.line.number,
        "outcome": row.outcome.value,
        "finding": row.finding.value if row.finding else None,
        "problem": str(row.line.problem) if row.line.problem else None,
        "job_id": row.job_id or None,
        "transaction": row.line.transaction,
        "amount_cents": row.line.cents,
        "currency": row.line.currency,
        "due_cents": row.due_cents,
    }


@payments.command("sign")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@json_option
def sign(file: Path) -> None:
    """Show the headers that sign a callback with FILE's content as its body."""
    from printflow import SettingsError
    from printflow.runtime.named_paths import beginning_of
    from printflow.runtime.payment_signature import callback_signature
    from printflow.said import say

    body = beginning_of(file, _MOST_BYTES)
    secret = session().load().payment.secret
    if secret is None:
        raise SettingsError(say("payment.secret isn't set."), key="payment.secret")
    timestamp = str(int(datetime.now(UTC).timestamp()))
    signature = callback_signature(secret.get_secret_value(), timestamp, body)
    if session().json:
        print_json({"Printflow-Timestamp": timestamp, "Printflow-Signature": signature})
    else:
        tell(f"Printflow-Timestamp: {timestamp}\nPrintflow-Signature: {signature}")


def document(one: OnlinePayment) -> Any:
    """An online payment as scripts read it."""
    return plain(
        {
            "id": one.id,
            "at": one.at,
            "source": one.source,
            "job_id": one.job_id,
            "reference": one.reference,
            "transaction": one.transaction_id,
            "amount_cents": one.amount_cents,
            "currency": one.currency,
            "payment": one.payment_id,
            "finding": one.finding.value if one.finding else None,
            "state": one.state.value,
            "note": one.note,
            "settled_by": one.settled_by,
        }
    )


def charge_document(one: PaperCutCharge) -> Any:
    """A charge to a PaperCut account as scripts read it."""
    return plain(
        {
            "id": one.id,
            "reference": one.reference,
            "job_id": one.job_id,
            "amount_cents": one.amount_cents,
            "currency": one.currency,
            "username": one.username,
            "state": one.state.value,
            "answer": one.answer,
            "asked_at": one.asked_at,
            "asked_by": one.asked_by,
            "sent_at": one.sent_at,
            "answered_at": one.answered_at,
            "settled_by": one.settled_by,
            "payment": one.payment_id,
        }
    )


def _said_of(one: PaperCutCharge) -> str:
    from printflow import money

    return f"{money(one.amount_cents, one.currency)} to {one.username}, {one.reference}"


def _charge_row(one: PaperCutCharge, zone: str) -> tuple[str, ...]:
    from printflow import local_time, money

    return (
        str(one.id),
        local_time(one.asked_at, zone),
        one.job_id,
        money(one.amount_cents, one.currency),
        one.username,
        one.reference,
        one.state.label,
        one.answer,
    )


def _row(one: OnlinePayment, zone: str) -> tuple[str, ...]:
    from printflow import local_time, money

    return (
        str(one.id),
        local_time(one.at, zone),
        one.job_id or "",
        money(one.amount_cents, one.currency),
        one.transaction_id,
        f"{one.payment_id:06d}" if one.payment_id else "",
        one.finding.record.sentence if one.finding and one.settled_at is None else "",
    )
