"""``pay``, ``void-payment`` and ``day-close``."""

from __future__ import annotations

import csv
import io

from tests.integration.conftest import Program

APPROVE = ("--by", "Sam", "--weight", "42.5", "--hours", "3", "--material", "PLA")


def ready(program: Program) -> str:
    job_id = program.submit()
    program.call("approve", job_id, *APPROVE)
    program.call("confirm", job_id, "--by", "Sam", "--note", "phone")
    return job_id


def test_pay_void_and_close_the_day(program: Program) -> None:
    one, two = ready(program), ready(program)
    click = ("pay", one, two, "--by", "Ana", "--amount", "5", "--method", "card", "--key", "k")
    paid = program.call(*click, "--receipt", "A-1", "--payer", "Jane", "--json").json
    assert (paid["amount_cents"], paid["receipt"], paid["void"]) == (500, "A-1", None)
    again = program.call(*click, "--receipt", "A-1", "--payer", "Jane", "--json")
    assert again.json["id"] == paid["id"]
    over = program.call("pay", two, "--by", "Ana", "--amount", "9", "--method", "cash", "--json")
    assert (over.code, over.refused_fields) == (1, ["amount"])
    said = program.call("pay", two, "--by", "Ana", "--amount", "1.00", "--method", "cash")
    assert said.out == f"Receipt 000002: $1.00 by cash\n{two}: $2.50 due\n"
    close = program.call("day-close", "--json").json
    assert close["totals"] == {"USD": 600}
    assert {one["method"]: one["total_cents"] for one in close["sums"]} == {
        "card": 500,
        "cash": 100,
    }
    void = program.call("void-payment", "1", "--by", "Ben", "--reason", "card was refused")
    assert void.out == "Voided receipt 000001: $5.00 by card\n"
    assert program.call("void-payment", "9", "--by", "Ben", "--reason", "x").code == 1
    said = program.call("day-close")
    assert "card\t1\t$5.00\t$0.00\t$5.00\t$0.00\t$0.00" in said.out
    assert said.out.endswith("Total: $1.00\n")
    rows = program.run("day-close", "--csv").out
    amounts = [row["amount"] for row in csv.DictReader(io.StringIO(rows.lstrip("\ufeff")))]
    assert amounts == ["5.00", "1.00", "-5.00"]
    empty = program.call("day-close", "--date", "2001-01-01", "--json").json
    assert (empty["payments"], empty["totals"], empty["day"]) == ([], {}, "2001-01-01")
    shown = program.call("show", one, "--json").json
    assert (shown["due_cents"], shown["payments"][0]["void"]["by"]) == (425, "Ben")


def test_pick_up_takes_a_receipt(program: Program) -> None:
    job_id = ready(program)
    program.call("start", job_id, "--by", "Sam")
    program.call("complete", job_id, "--by", "Sam")
    paid = program.call(
        "pick-up", job_id, "--by", "Sam", "--amount", "4.25", "--method", "card",
        "--receipt", "A-3", "--account", "ARCH", "--payer", "Jane", "--json",
    ).json["payments"][0]  # fmt: skip
    assert (paid["receipt"], paid["account"], paid["payer"]) == ("A-3", "ARCH", "Jane")


def test_what_a_print_would_cost(program: Program) -> None:
    """The contract for scripts: lines that add up, and whether the minimum charge applied."""
    asked = ("price", "--method", "Filament", "--material", "PLA", "--printer", "Prusa MK4S")
    found = program.call(*asked, "--grams", "42.5", "--hours", "3h 15m", "--json").json
    assert found == {
        "lines": [
            {
                "kind": "weight",
                "label": "Weight",
                "quantity": "42.5",
                "unit": "g",
                "rate": "0.1",
                "amount_cents": 425,
            }
        ],
        "total_cents": 425,
        "minimum_applied": False,
    }
    small = program.call(*asked, "--grams", "5", "--hours", "1", "--copies", "2", "--json").json
    assert (small["total_cents"], small["minimum_applied"]) == (300, True)
    assert sum(line["amount_cents"] for line in small["lines"]) == 300
    said = program.call(*asked, "--grams", "5", "--hours", "1").out
    assert said.endswith("Added to reach the minimum charge: $2.50\nPrice: $3.00\n")
    wrong = program.call(*asked[:-1], "Nobody's", "--grams", "x", "--hours", "1", "--json")
    assert (wrong.code, wrong.refused_fields) == (1, ["printer", "grams"])
