"""Who pays instead of students, in a real lab: codes, budgets, approvers, statements."""

from __future__ import annotations

import csv
import io
import re
import threading
from collections.abc import Callable
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from printflow import (
    InvalidInput,
    Job,
    JobQuery,
    LinkOvertaken,
    Printflow,
    PrintflowError,
    ReportQuery,
    Status,
    TransitionRefused,
)
from tests.plugins.lab import Submit, TestClock


def codes(error: pytest.ExceptionInfo[PrintflowError]) -> list[str]:
    return [reason.code for reason in error.value.refusals]


def approved(lab: Printflow, job: Job, **more: object) -> Job:
    given = {"by": "Ana", "grams": "42.5", "hours": "3.25", "material": "PLA", **more}
    return lab.jobs.approve(job.id, **given)  # type: ignore[arg-type]


@pytest.fixture
def price(lab: Printflow, submit: Submit) -> int:
    found = lab.jobs.price(submit().id, grams="42.5", hours="3.25", material="PLA")
    assert found is not None
    return found.cents


def units(cents: int) -> str:
    return f"{cents / 100:.2f}"


def money(lab: Printflow, code: str) -> tuple[int, int, int | None]:
    found = lab.payers.get(code)
    return found.reserved_cents, found.used_cents, found.left_cents


@pytest.mark.parametrize("typed", ["ARCH 4000", "arch-4000", " Arch_4000 "])
def test_a_code_is_found_however_it_is_typed(lab: Printflow, submit: Submit, typed: str) -> None:
    lab.payers.add(by="Ana", code="ARCH 4000", title="Studio")
    payer = lab.payers.named(typed)
    assert payer is not None and payer.name == "ARCH 4000 (Studio)"
    assert [one.payer.code for one in lab.jobs.details(submit(payer_code=typed).id).claims] == [
        "ARCH 4000"
    ]


def test_a_code_that_ends_tonight_is_good_until_midnight_in_the_lab(
    lab: Printflow, submit: Submit, clock: TestClock
) -> None:
    today = lab.cash_up.today.isoformat()
    lab.payers.add(by="Ana", code="ARCH 4000", ends=today, who="example.edu")
    submit(payer_code="arch4000")
    clock.advance(hours=24)
    for code in ("arch4000", "NO 1"):
        with pytest.raises(InvalidInput) as refused:
            submit(payer_code=code)
        assert [(one.code, one.field) for one in refused.value.refusals] == [
            ("payer_code_refused", "payer_code")
        ]


def test_reserved_at_the_quote_and_used_at_the_hand_out(
    lab: Printflow, submit: Submit, price: int
) -> None:
    lab.payers.add(by="Ana", code="ARCH 4000", budget=units(2 * price))
    job = approved(lab, submit(payer_code="ARCH4000"))
    assert money(lab, "ARCH 4000") == (price, 0, price)
    lab.jobs.confirm(job.id, by="Ana", note="by phone")
    lab.jobs.start_printing(job.id, by="Sam")
    lab.jobs.complete(job.id, by="Sam")
    assert lab.jobs.details(job.id).due_cents == 0
    assert lab.payments.owes() == ()
    done = lab.jobs.pick_up(job.id, by="Ana")
    assert done.status is Status.PAIDPICKEDUP
    assert money(lab, "ARCH 4000") == (0, price, price)
    (payment,) = lab.jobs.details(job.id).ledger
    assert (payment.amount_cents, payment.account, payment.method) == (price, "ARCH 4000", "budget")
    lab.corrections.undo(job.id, by="Ana")
    assert money(lab, "ARCH 4000") == (price, 0, price)
    assert lab.jobs.details(job.id).due_cents == 0


def test_what_a_payer_gets_back_can_be_used_again(
    lab: Printflow, submit: Submit, price: int
) -> None:
    lab.payers.add(by="Ana", code="A1", budget=units(2 * price))
    for give_back in ("void", "refund"):
        job = approved(lab, submit(payer_code="A1"))
        lab.jobs.override(job.id, by="Ana", to=Status.PAIDPICKEDUP, reason="Out already")
        assert money(lab, "A1") == (0, price, price)
        (payment,) = lab.jobs.details(job.id).ledger
        if give_back == "void":
            lab.payments.void(payment.id, reason="Not theirs", by="Ana")
        else:
            lab.payments.refund(job.id, amount=units(price), reason="Broken", by="Ana")
        assert money(lab, "A1") == (0, 0, 2 * price)


def test_what_is_not_printed_is_released(
    lab: Printflow, submit: Submit, price: int, clock: TestClock
) -> None:
    lab.payers.add(by="Ana", code="A1", budget=units(price))
    one = approved(lab, submit(payer_code="A1"))
    lab.jobs.reject(one.id, by="Ana", reasons=["Too thin"])
    assert money(lab, "A1") == (0, 0, price)
    lab.corrections.undo(one.id, by="Ana")
    assert money(lab, "A1") == (price, 0, 0)
    lab.jobs.decline(one.id, by="Ana", note="by phone")
    two = approved(lab, submit(payer_code="A1"))
    lab.jobs.requote(two.id, by="Ana", grams="10", hours="1", material="PLA")
    assert 0 < money(lab, "A1")[0] < price
    clock.advance(days=60)
    three = approved(lab, submit(payer_code="A1"))  # what nobody answered doesn't count
    assert money(lab, "A1") == (price, 0, 0)
    with pytest.raises(TransitionRefused) as refused:
        lab.jobs.resend(two.id, by="Ana")
    assert codes(refused) == ["budget_short"]
    assert lab.jobs.get(three.id).status is Status.PENDING


def test_a_short_budget_is_said_and_the_student_can_pay_the_rest(
    lab: Printflow, submit: Submit, price: int
) -> None:
    lab.payers.add(by="Ana", code="A1", budget="1000", each=units(price - 100))
    job = submit(payer_code="A1")
    with pytest.raises(TransitionRefused) as refused:
        approved(lab, job)
    assert codes(refused) == ["budget_short"]
    approved(lab, job, student_pays_rest=True)
    assert lab.jobs.details(job.id).due_cents == 100
    assert "You pay $1.00." in mails(lab, "Please confirm")[-1]
    other = submit(payer_code="A1", email="joe@example.edu")
    with pytest.raises(TransitionRefused):
        approved(lab, other)  # the cap is each student's own


def test_two_approvals_at_once_share_one_budget(lab: Printflow, submit: Submit, price: int) -> None:
    lab.payers.add(by="Ana", code="A1", budget=units(price))
    both = [submit(payer_code="A1", email=f"s{number}@example.edu") for number in (1, 2)]
    start, answers = threading.Barrier(2), []

    def approve(job: Job) -> None:
        start.wait()
        try:
            approved(lab, job)
        except TransitionRefused as refused:
            answers.append(refused.refusals[0].code)
        else:
            answers.append("approved")

    threads = [threading.Thread(target=approve, args=(job,)) for job in both]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(answers) == ["approved", "budget_short"]
    assert money(lab, "A1") == (price, 0, 0)


def mails(lab: Printflow, about: str) -> list[str]:
    """The texts of the mails sent so far that hold these words, oldest first."""
    lab.dispatch()
    folder = lab.settings.mail.directory
    assert folder is not None
    read = [
        message_from_bytes(one.read_bytes(), policy=default)
        for one in sorted(Path(folder).glob("*.eml"))
    ]
    return [
        next(one for one in mail.walk() if one.get_content_type() == "text/plain").get_content()
        for mail in read
        if about in f"{mail['Subject']} {mail['To']}"
    ]


# -- approvers ------------------------------------------------------------------------------------


def link(lab: Printflow, to: str) -> str:
    """The token in the newest mail to an approver."""
    tokens = re.findall(r"/payer/([a-z2-7]{26})", "\n".join(mails(lab, to)))
    return str(tokens[-1])


@pytest.fixture
def asked(lab: Printflow, submit: Submit) -> Callable[[], tuple[Job, str]]:
    def made() -> tuple[Job, str]:
        lab.payers.add(by="Ana", code="A1", approver="chair@example.org")
        job = approved(lab, submit(payer_code="A1"))
        lab.jobs.confirm(job.id, by="Ana", note="by phone")
        return job, link(lab, "chair@example.org")

    return made


def test_nothing_is_printed_until_the_approver_says_yes(
    lab: Printflow, asked: Callable[[], tuple[Job, str]]
) -> None:
    job, token = asked()
    with pytest.raises(TransitionRefused) as refused:
        lab.jobs.start_printing(job.id, by="Sam")
    assert codes(refused) == ["payer_waits"]
    assert lab.payer_answers.page(token).open
    assert lab.payer_answers.approve(token).approved
    assert lab.payer_answers.approve(token).approved  # a second click changes nothing
    with pytest.raises(LinkOvertaken):
        lab.payer_answers.refuse(token)
    lab.jobs.start_printing(job.id, by="Sam")


def test_a_no_frees_the_budget_and_stops_the_print_until_the_student_knows(
    lab: Printflow, asked: Callable[[], tuple[Job, str]]
) -> None:
    job, token = asked()
    assert lab.payer_answers.refuse(token, text="Not this term.").refused
    assert money(lab, "A1")[0] == 0
    with pytest.raises(TransitionRefused) as refused:
        lab.jobs.start_printing(job.id, by="Sam")
    assert codes(refused) == ["payer_refused"]
    again = lab.jobs.requote(job.id, by="Ana", grams="42.5", hours="3.25", material="PLA")
    assert again.status is Status.PENDING
    lab.corrections.undo(job.id, by="Ana")
    assert lab.jobs.get(job.id).status is Status.READYTOPRINT
    lab.jobs.requote(job.id, by="Ana", grams="42.5", hours="3.25", material="PLA")
    lab.jobs.confirm(job.id, by="Ana", note="pays herself")
    lab.jobs.start_printing(job.id, by="Sam")
    assert lab.jobs.details(job.id).due_cents == lab.jobs.get(job.id).cost_cents


def test_a_link_is_overtaken_by_a_decision(
    lab: Printflow, asked: Callable[[], tuple[Job, str]]
) -> None:
    job, token = asked()
    lab.jobs.override(job.id, by="Ana", to=Status.REJECTED, reason="Wrong file")
    with pytest.raises(LinkOvertaken):
        lab.payer_answers.approve(token)
    assert not lab.payer_answers.page(token).open


def test_class_numbers_are_found_however_they_are_typed(lab: Printflow, submit: Submit) -> None:
    for typed in ("ARCH 4000", "arch-4000", "Arch–4000 ♥", "ARCH 400"):
        submit(class_number=typed)
    listed = b"".join(lab.job_lists.file(JobQuery(), "csv", class_number="arch_4000", by="Ana"))
    assert len(listed.splitlines()) == 1 + 3
    with lab._parts.database.read() as tx:
        query = ReportQuery(class_number="Arch4000")
        assert len(list(tx.reports.tracks(query, None, None))) == 3


# -- the file, statements -------------------------------------------------------------------------


def test_ten_thousand_codes_come_and_go_by_file(lab: Printflow) -> None:
    lines = ["code,title,budget", *(f"C {number},Course {number},10" for number in range(10_000))]
    content = "\n".join(lines).encode()
    assert len(lab.payers.read_csv(content, by="Ana", dry_run=True).added) == 10_000
    assert not lab.payers.any
    assert len(lab.payers.read_csv(content, by="Ana").added) == 10_000
    again = lab.payers.read_csv(b"".join(lab.payers.as_csv()), by="Ana")
    assert (again.added, again.changed, again.same) == ((), (), 10_000)
    seen, after = [], ""
    for _ in range(3):
        page = lab.payers.page("course 99", after=after)
        seen += [row.payer.code for row in page.rows]
        after = page.next
    assert len(seen) == len(set(seen)) == 111
    assert after == ""


def test_a_file_with_a_wrong_line_changes_nothing(lab: Printflow) -> None:
    found = lab.payers.read_csv(b"code,budget\nA1,5\na-1,6\nB1,much\n", by="Ana")
    assert [(line, one.field) for line, one in found.problems] == [(3, "code"), (4, "budget")]
    assert not lab.payers.any
    for content in (b"", b"name\nx\n", b"\xff\xfe", b"code\n" + b"x" * 200_000):
        with pytest.raises((InvalidInput, AssertionError)):
            assert not lab.payers.read_csv(content, by="Ana").problems


def test_a_statement_as_file_and_mail(
    lab: Printflow, submit: Submit, price: int, model: Path
) -> None:
    lab.payers.add(by="Ana", code="A1", title="=cmd|calc", approver="chair@example.org")
    formula = model.rename(model.with_name("=model.stl"))
    job = lab.intake.submit(
        formula,
        student="Jane Doe",
        email="jane@example.edu",
        method="Filament",
        color="True Red",
        printer="Prusa MK4S",
        discipline="Engineering",
        class_number="N/A",
        acknowledge_minimum=True,
        payer_code="A1",
    )
    approved(lab, job)
    found = lab.payer_statements.of("a-1")
    assert (found.reserved_cents, found.used_cents) == (price, 0)
    rows = list(
        csv.DictReader(
            io.StringIO(b"".join(lab.payer_statements.as_file("A1", "csv")).decode("utf-8-sig"))
        )
    )
    assert [(row["job"], row["file"], row["amount"]) for row in rows] == [
        (job.id, "'=model.stl", units(price))
    ]
    assert b"".join(lab.payer_statements.as_file("A1", "xlsx"))[:2] == b"PK"
    assert lab.payer_statements.mail("A1") == "chair@example.org"
    lab.dispatch()
    assert [one.to for one in lab.mail.find() if one.template == "payer_statement"] == [
        "chair@example.org"
    ]
