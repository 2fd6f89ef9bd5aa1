"""The table as rows, Markdown and Mermaid says all of the table and nothing else."""

from __future__ import annotations

import inspect
import json
import re

from printflow.domain import lifecycle
from printflow.domain.diagram import markdown, mermaid, plain_rows
from printflow.domain.lifecycle import TABLE, Leads
from printflow.domain.status import Status, Trigger


def test_rows_are_plain_values() -> None:
    rows = plain_rows()
    assert json.loads(json.dumps(rows)) == rows
    assert [row["trigger"] for row in rows] == [trigger.value for trigger in Trigger]
    submit, approve = rows[0], rows[1]
    [override] = [row for row in rows if row["trigger"] == Trigger.OVERRIDE]
    assert (submit["sources"], submit["dest"]) == ([], "UPLOADED")
    assert (approve["sources"], approve["dest"], approve["who"]) == (
        ["UPLOADED"],
        "PENDING",
        "staff",
    )
    assert (override["sources"], override["dest"]) == ([status.value for status in Status], None)
    guards = [str(inspect.getdoc(guard)) for guard in lifecycle.row(Trigger.APPROVE).guards]
    assert approve["guards"] == [said.partition("\n\n")[0].replace("\n", " ") for said in guards]
    assert len(guards) > 5
    assert all(said.endswith(".") for said in approve["guards"])


def test_markdown_has_a_line_for_every_trigger_and_status() -> None:
    text = markdown()
    tables = [[line for line in part.splitlines() if line] for part in text.split("\n\n")]
    triggers, statuses = tables
    assert len(triggers) == 2 + len(Trigger)
    assert len(statuses) == 2 + len(Status)
    for line in triggers:
        assert re.sub(r"\\\|", "", line).count("|") == 6, line
    for line in statuses:
        assert line.count("|") == 4, line
    assert "| override | any → any but ARCHIVED | staff |" in text
    assert "| submit | – → UPLOADED | student |" in text
    assert "| reject | UPLOADED, PENDING → REJECTED | staff |" in text
    assert "| READYTOPRINT | Ready to print | `ReadyToPrint/` |" in text


def test_mermaid_has_an_arrow_for_every_way() -> None:
    text = mermaid()
    assert text.startswith("stateDiagram-v2\n")
    arrows = set(re.findall(r"^    (\S+) --> (\w+): (\w+)$", text, re.MULTILINE))
    expected = {
        (source, dest, row.trigger)
        for row in TABLE
        if row.dest not in (Leads.CHOSEN, Leads.BACK)
        for source in row.sources
        for dest in row.dests(source)
    } | {("[*]", row.dest, row.trigger) for row in TABLE if not row.sources}
    assert arrows == expected
    assert len(arrows) == 39
    assert "ARCHIVED --> [*]" in text
    assert "override" in text
