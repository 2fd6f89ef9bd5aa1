"""``limits``: how much of what people may have, who is blocked, and who is excepted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from .documents import print_json
from .session import by_option, json_option, session
from .streams import tell
from .tables import print_table

if TYPE_CHECKING:
    from printflow import LimitRow, PersonRule

_COLUMNS = ("Limit", "At most", "Counted", "Beyond that", "Only for")
_PEOPLE = ("Email", "What", "Reason", "By", "Until")


@click.group("limits", invoke_without_command=True)
@json_option
@click.pass_context
def limits(context: click.Context) -> None:
    """List the lab's limits, blocked people, and exceptions. Change limits in the catalog."""
    if context.invoked_subcommand is not None:
        return
    with session().lab() as lab:
        rows, idle = lab.catalog.current.limits, lab.limits.idle()
        people = lab.decisions.all()
    if session().json:
        print_json(
            {
                "limits": [_limit(row, idle.get(place, "")) for place, row in enumerate(rows)],
                "people": [decision_document(one) for one in people],
            }
        )
        return
    if rows:
        print_table(_COLUMNS, [_row(row) for row in rows], right="At most")
    else:
        tell("No limits.")
    for place, words in idle.items():
        tell(f"Limit {place + 1}: {words}")
    if people:
        print_table(_PEOPLE, [_person(one) for one in people])


def _until(command: Any) -> Any:
    words = "Last day on which it counts (YYYY-MM-DD). Without one, until you end it."
    return click.option("--until", default="", metavar="DATE", help=words)(command)


@limits.command("block")
@click.argument("email", metavar="EMAIL")
@click.option("--reason", required=True, metavar="TEXT", help="Why; only staff see it.")
@_until
@by_option
@json_option
def block(email: str, reason: str, until: str, by: str) -> None:
    """Accept no requests from a person."""
    with session().lab() as lab:
        _told(lab.decisions.block(email, reason=reason, until=until, by=by))


@limits.command("except")
@click.argument("email", metavar="EMAIL")
@click.option("--limit", "code", default="", metavar="LIMIT", help="Which one; without it, all.")
@click.option("--reason", required=True, metavar="TEXT", help="Why; only staff see it.")
@_until
@by_option
@json_option
def except_(email: str, code: str, reason: str, until: str, by: str) -> None:
    """Except a person from the lab's limits."""
    with session().lab() as lab:
        _told(lab.decisions.except_from(email, code=code, reason=reason, until=until, by=by))


@limits.command("unblock")
@click.argument("email", metavar="EMAIL")
@by_option
@json_option
def unblock(email: str, by: str) -> None:
    """Accept requests from a blocked person again."""
    with session().lab() as lab:
        _ended(email, lab.decisions.unblock(email, by=by))


@limits.command("end-exceptions")
@click.argument("email", metavar="EMAIL")
@by_option
@json_option
def end_exceptions(email: str, by: str) -> None:
    """Let the lab's limits count for a person again."""
    with session().lab() as lab:
        _ended(email, lab.decisions.end_exceptions(email, by=by))


def _told(rule: PersonRule) -> None:
    if session().json:
        print_json(decision_document(rule))
    else:
        tell(f"{rule.email}: {_what(rule)}")


def _ended(email: str, count: int) -> None:
    if session().json:
        print_json({"email": email, "ended": count})
    else:
        tell(f"{email}: {count} ended")


def _what(rule: PersonRule) -> str:
    if rule.kind.value == "block":
        return "blocked"
    return f"excepted from {rule.code.record.label if rule.code else 'all limits'}"


def _person(rule: PersonRule) -> tuple[str, ...]:
    until = rule.until.isoformat() if rule.until else "–"
    return rule.email, _what(rule), rule.reason, rule.by, until


def _row(row: LimitRow) -> tuple[str, ...]:
    counts = row.per.label if row.what.record.counts.value == "window" else "–"
    who = ", ".join((*row.groups, *row.courses, *row.domains)) or "everyone"
    return row.what.record.label, f"{row.cap.normalize():f}", counts, row.action.label, who


def _limit(row: LimitRow, note: str) -> dict[str, Any]:
    return {
        "what": row.what.value,
        "cap": str(row.cap),
        "per": row.per.value,
        "action": row.action.value,
        "groups": list(row.groups),
        "courses": list(row.courses),
        "domains": list(row.domains),
        "text": row.text,
        "note": note,
    }


def decision_document(rule: PersonRule) -> dict[str, Any]:
    """A block or an exception, for programs."""
    return {
        "id": rule.id,
        "email": rule.email,
        "kind": rule.kind.value,
        "limit": rule.code.value if rule.code else "",
        "reason": rule.reason,
        "until": rule.until.isoformat() if rule.until else None,
        "by": rule.by,
        "at": rule.at.isoformat(),
        "ended_at": rule.ended_at.isoformat() if rule.ended_at else None,
        "ended_by": rule.ended_by,
    }
