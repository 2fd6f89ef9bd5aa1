"""``payers``: courses, clubs, departments and grants that pay for prints."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from printflow.said import say

from .documents import print_json
from .session import Command, by_option, json_option, session
from .streams import tell
from .tables import print_table

if TYPE_CHECKING:
    from printflow import Payer, PayerStanding, Statement

_COLUMNS = ("Code", "Title", "Kind", "Reserved", "Paid", "Left", "Approver")
_LINES = ("Job", "Student", "State", "Term", "Amount")
_OPTIONS = {
    "--title": "Its name in words.",
    "--kind": "One of course, club, department, grant.",
    "--starts": "First day (YYYY-MM-DD).",
    "--ends": "Last day; the code still works on it.",
    "--budget": "What it pays at most.",
    "--each": "What one student may use of it.",
    "--window": "Whether both count for each term (term) or in all (ever).",
    "--who": "Email addresses or domains that may use the code.",
    "--approver": "Email address of who has to approve each print.",
}


def _fields(command: Command) -> Command:
    """Add the options for what is said of a payer."""
    for flag, words in reversed(_OPTIONS.items()):
        command = click.option(flag, metavar=flag.strip("-").upper(), help=words)(command)
    return command


@click.group("payers", invoke_without_command=True)
@click.option("--search", default="", metavar="TEXT", help="Only those with this in code or title.")
@json_option
@click.pass_context
def payers(context: click.Context, search: str) -> None:
    """List who pays for prints: courses, clubs, departments and grants."""
    if context.invoked_subcommand is not None:
        return
    with session().lab() as lab:
        rows: list[PayerStanding] = []
        after = ""
        while True:
            page = lab.payers.page(search, after=after, limit=500)
            rows += page.rows
            if not page.next:
                break
            after = page.next
        currency = lab.catalog.current.currency
    if session().json:
        print_json([_standing_document(row) for row in rows])
    elif rows:
        print_table(_COLUMNS, [_row(row, currency) for row in rows], right="Left")
    else:
        tell("No payers found." if search else "No payers yet.")


@payers.command("add")
@click.argument("code", metavar="CODE")
@_fields
@by_option
@json_option
def add(code: str, by: str, **fields: str | None) -> None:
    """Add a payer. CODE is what students enter, such as "ARCH 4000"."""
    given = {name: value for name, value in fields.items() if value is not None}
    with session().lab() as lab:
        payer = lab.payers.add(by=by, code=code, **given)
    if session().json:
        print_json(_document(payer))
    else:
        tell(f"{payer.code} added.")


@payers.command("import")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE.csv")
@click.option("--dry-run", is_flag=True, help="Only say what would change.")
@by_option
@json_option
def import_(file: Path, dry_run: bool, by: str) -> None:
    """Add and change payers from a CSV file. Those that aren't in it stay."""
    from printflow import InvalidInput
    from printflow.runtime.named_paths import beginning_of
    from printflow.service.payers import MOST_BYTES

    content = beginning_of(file, MOST_BYTES)
    with session().lab() as lab:
        found = lab.payers.read_csv(content, by=by, dry_run=dry_run)
    if found.problems:
        raise InvalidInput(
            [
                replace(
                    reason,
                    message=say(
                        "Line {line}, {field}: {why}",
                        line=line,
                        field=reason.field,
                        why=reason.message,
                    ),
                )
                for line, reason in found.problems[:20]
            ]
        )
    if session().json:
        print_json(
            {
                "dry_run": dry_run,
                "added": list(found.added),
                "changed": list(found.changed),
                "same": found.same,
            }
        )
    else:
        done = "would be " if dry_run else ""
        tell(f"{len(found.added)} {done}added, {len(found.changed)} {done}changed.")


@payers.command("statement")
@click.argument("code", metavar="CODE")
@click.option("--term", metavar="TERM", help="Only this term, such as “Fall 2026”.")
@json_option
def statement(code: str, term: str | None) -> None:
    """Show what a payer has reserved and paid."""
    from printflow import money

    with session().lab() as lab:
        found = lab.payer_statements.of(code, term)
    if session().json:
        print_json(_statement_document(found))
        return
    rows = [
        (one.job_id, one.by, one.state.label, one.term, money(one.cents, one.currency))
        for one in found.lines
    ]
    print_table(_LINES, rows, title=found.payer.name, right="Amount")
    tell(f"Paid: {money(found.used_cents, found.currency)}")
    tell(f"Reserved: {money(found.reserved_cents, found.currency)}")


def _row(row: PayerStanding, currency: str) -> tuple[str, ...]:
    from printflow import money

    left = "" if row.left_cents is None else money(row.left_cents, currency)
    one = row.payer
    return (
        one.code,
        one.title,
        one.kind.value,
        money(row.reserved_cents, currency),
        money(row.used_cents, currency),
        left,
        one.approver,
    )


def _document(payer: Payer) -> dict[str, Any]:
    return {
        "code": payer.code,
        "title": payer.title,
        "kind": payer.kind.value,
        "starts": payer.starts.isoformat() if payer.starts else None,
        "ends": payer.ends.isoformat() if payer.ends else None,
        "budget_cents": payer.budget_cents,
        "each_cents": payer.each_cents,
        "window": payer.window.value,
        "who": list(payer.who),
        "approver": payer.approver,
        "retired": payer.retired_at is not None,
    }


def _standing_document(row: PayerStanding) -> dict[str, Any]:
    return {
        **_document(row.payer),
        "reserved_cents": row.reserved_cents,
        "used_cents": row.used_cents,
        "left_cents": row.left_cents,
    }


def _statement_document(found: Statement) -> dict[str, Any]:
    return {
        "payer": _document(found.payer),
        "term": found.term,
        "currency": found.currency,
        "used_cents": found.used_cents,
        "reserved_cents": found.reserved_cents,
        "jobs": [
            {
                "job": one.job_id,
                "student": one.by,
                "file": one.file,
                "at": one.at.isoformat(),
                "state": one.state.value,
                "term": one.term,
                "amount_cents": one.cents,
                "currency": one.currency,
            }
            for one in found.lines
        ],
    }
