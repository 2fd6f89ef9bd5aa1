"""The lifecycle's table as a Markdown page, a Mermaid diagram and plain rows."""

from __future__ import annotations

from .lifecycle import TABLE, Leads, Row
from .status import Status


def _sources(row: Row) -> str:
    if not row.sources:
        return "–"
    return "any" if len(row.sources) == len(Status) else ", ".join(row.sources)


def _guards(row: Row) -> tuple[str, ...]:
    return tuple((guard.__doc__ or "").partition("\n")[0].strip() for guard in row.guards)


def _dests(row: Row) -> list[Status]:
    """All statuses that the row can lead to, in the lifecycle's order."""
    found = {dest for source in row.sources for dest in row.dests(source)}
    if isinstance(row.dest, Status):
        found.add(row.dest)
    return [status for status in Status if status in found]


def plain_rows() -> list[dict[str, object]]:
    """The table as dicts of plain values: trigger, sources, dest, who, guards, what."""
    return [
        {
            "trigger": row.trigger.value,
            "label": row.trigger.label,
            "sources": [status.value for status in row.sources],
            "dest": row.dest.value if isinstance(row.dest, Status) else None,
            "leads_to": row.dest.value,
            "dests": [dest.value for dest in _dests(row)],
            "who": row.who,
            "guards": list(_guards(row)),
            "what": row.what,
        }
        for row in TABLE
    ]


def markdown() -> str:
    """The table, and the statuses with their folders, in GitHub's Markdown."""
    lines = ["| trigger | from → to | who | guards | what happens |", "|---|---|---|---|---|"]
    for row in TABLE:
        guards = " ".join(_guards(row)) or "–"
        arrow = f"{_sources(row)} → {row.dest.value}"
        lines.append(f"| {row.trigger.value} | {arrow} | {row.who} | {guards} | {row.what} |")
    lines += ["", "| status | in words | folder |", "|---|---|---|"]
    lines += [f"| {status.value} | {status.label} | `{status.folder}/` |" for status in Status]
    return "\n".join(lines) + "\n"


def mermaid() -> str:
    """The lifecycle as a Mermaid ``stateDiagram-v2`` (https://mermaid.js.org); without override."""
    lines = ["stateDiagram-v2"]
    for row in TABLE:
        if row.dest in (Leads.CHOSEN, Leads.BACK):
            continue
        for source in row.sources:
            lines += [f"    {source} --> {dest}: {row.trigger}" for dest in row.dests(source)]
        if not row.sources:
            lines.append(f"    [*] --> {row.dest.value}: {row.trigger}")
    lines.append(f"    {Status.ARCHIVED.value} --> [*]")
    lines.append("    note right of UPLOADED: override leads from any status to any but ARCHIVED")
    return "\n".join(lines) + "\n"
