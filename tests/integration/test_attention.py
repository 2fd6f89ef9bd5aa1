"""What needs attention: each rule at its edge, in lists, counts, files and on the command line."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

from printflow import Flag, Job, JobQuery, Printflow
from printflow.domain.attention import FLAGS, OVERDUE_AFTER
from tests.integration.conftest import Program
from tests.plugins.lab import TestClock

JobIn = Callable[[str], Job]
WANTED = JobQuery(attention=True)


def flagged(lab: Printflow) -> dict[str, set[Flag]]:
    """What the list of those says, whose length every count must agree with."""
    page = lab.worklist.page(WANTED)
    found = {job.id: set(page.flags[job.id]) for job in page.jobs}
    assert (
        lab.worklist.tally().attention == len(found) == sum(lab.worklist.matching(WANTED).values())
    )
    assert {job.id for job in lab.jobs.find(attention=True)} == set(found)
    rows = csv.reader(io.StringIO(b"".join(lab.job_lists.file(WANTED, "csv")).decode("utf-8-sig")))
    assert {row[0] for row in list(rows)[1:]} == set(found)
    return found


def test_every_flag_has_its_words() -> None:
    assert len({record.label for record in FLAGS.values()}) == len(Flag)


def test_a_print_long_past_its_end_needs_attention(
    lab: Printflow, job_in: JobIn, clock: TestClock
) -> None:
    job = job_in("PRINTING")
    assert job.hours == Decimal("3.25")
    clock.advance(hours=3.25)
    clock.now += OVERDUE_AFTER - timedelta(seconds=2)
    assert flagged(lab) == {}
    clock.advance(seconds=4)
    assert flagged(lab) == {job.id: {Flag.OVERDUE}}
    lab.jobs.complete(job.id, by="Sam")
    assert flagged(lab) == {}


def test_what_was_handed_out_unpaid_needs_attention(lab: Printflow, job_in: JobIn) -> None:
    owing, paid, _waiting = job_in("COMPLETED"), job_in("PAIDPICKEDUP"), job_in("COMPLETED")
    assert flagged(lab) == {}, "what lies on the shelf isn't handed out"
    lab.jobs.override(owing.id, to="PAIDPICKEDUP", by="Ana", reason="pays on Friday")
    assert flagged(lab) == {owing.id: {Flag.UNPAID}}
    lab.payments.take([owing.id], amount="2.00", method="cash", by="Ana")
    assert flagged(lab) == {owing.id: {Flag.UNPAID}}, "part of it is still due"
    lab.payments.write_off([owing.id], reason="a gift", by="Ana")
    assert flagged(lab) == {}
    (entry,) = lab.payments.find(job_id=paid.id)
    lab.payments.void(entry.id, by="Ana", reason="bad check")
    assert flagged(lab) == {paid.id: {Flag.UNPAID}}


def test_the_command_says_why(program: Program) -> None:
    job_id, other = program.submit(), program.submit()
    program.call(
        "approve", job_id, "--by", "Sam", "--weight", "42.5", "--hours", "3", "--material", "PLA"
    )
    forced = program.call(
        "override", job_id, "--to", "PAIDPICKEDUP", "--by", "Sam", "--reason", "pays later"
    )
    assert forced.code == 0, forced.err
    said = program.call("list", "--attention")
    assert job_id in said.out
    assert "Handed out" in said.out
    assert other not in said.out
    (document,) = program.call("list", "--attention", "--json").json
    assert (document["id"], document["attention"]) == (job_id, ["unpaid"])
    every = program.call("list", "--json").json
    assert {one["id"]: one["attention"] for one in every} == {job_id: ["unpaid"], other: []}
