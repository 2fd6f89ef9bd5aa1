"""Who owes the lab money: by person, as the ledger has it."""

from __future__ import annotations

from collections.abc import Callable

from printflow import Job, Printflow
from tests.integration.conftest import Program
from tests.plugins.lab import Submit, TestClock


def test_finished_and_handed_out_prints_are_owed_by_person(
    lab: Printflow, job_in: Callable[[str], Job], submit: Submit, clock: TestClock
) -> None:
    assert lab.payments.owes() == ()
    job_in("READYTOPRINT")
    job_in("PRINTING")
    first = job_in("COMPLETED")
    clock.advance(days=1)
    second = job_in("COMPLETED")
    assert (first.student_email, first.cost_cents) == (second.student_email, second.cost_cents)
    (debtor,) = lab.payments.owes()
    assert [debt.job_id for debt in debtor.debts] == [first.id, second.id]
    assert debtor.totals == {"USD": 2 * (first.cost_cents or 0)}
    paid = lab.payments.take([first.id], by="Ana", amount="1.00", method="cash")
    (debtor,) = lab.payments.owes()
    assert debtor.totals == {"USD": 2 * (first.cost_cents or 0) - 100}
    lab.payments.take([first.id], by="Ana", waive="Our mistake")
    (debtor,) = lab.payments.owes()
    assert [debt.job_id for debt in debtor.debts] == [second.id]
    lab.payments.void(paid.id, reason="Typed twice", by="Ana")
    (debtor,) = lab.payments.owes()
    assert [debt.due_cents for debt in debtor.debts] == [100, second.cost_cents]
    handed = lab.jobs.override(second.id, by="Ana", to="PAIDPICKEDUP", reason="Took it along")
    (debtor,) = lab.payments.owes()
    assert handed.id in [debt.job_id for debt in debtor.debts]


def test_another_address_is_another_person_and_case_is_none(
    lab: Printflow, submit: Submit, clock: TestClock
) -> None:
    for name, email in (
        ("Ada", "ada@example.edu"),
        ("Ada B.", "ADA@example.edu"),
        ("Bo", "b@x.edu"),
    ):
        job = submit(student=name, email=email)
        lab.jobs.approve(job.id, by="Ana", grams="40", hours="1", material="PLA")
        lab.jobs.override(job.id, by="Ana", to="COMPLETED", reason="It was printed before.")
        clock.advance(hours=1)
    assert [(one.name, one.totals) for one in lab.payments.owes()] == [
        ("Ada B.", {"USD": 800}),
        ("Bo", {"USD": 400}),
    ]


def test_the_command(program: Program) -> None:
    assert program.call("owes", "--json").json == []
    assert program.call("owes").out == "Nobody owes anything.\n"
    job_id = program.submit()
    program.call(
        "approve", job_id, "--by", "S", "--weight", "42.5", "--hours", "3", "--material", "PLA"
    )
    for step in (("confirm", "--note", "phone"), ("start",), ("complete",)):
        assert program.call(step[0], job_id, "--by", "Sam", *step[1:]).code == 0
    (debtor,) = program.call("owes", "--json").json
    assert debtor["due_cents"] == {"USD": 425}
    assert [(one["id"], one["due_cents"]) for one in debtor["jobs"]] == [(job_id, 425)]
    assert job_id in program.call("owes").out
