"""Who pays, and what of a budget is left: pure rules."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from printflow import InvalidInput
from printflow.domain.budgets import (
    Claim,
    ClaimState,
    Follow,
    Spent,
    allot,
    follow,
    room,
    used_cents,
)
from printflow.domain.payer_form import payer_of, typed_form
from printflow.domain.payers import Payer, PayerKind, Window, code_problem
from printflow.domain.status import Status

CENTS = st.integers(0, 10_000)
SCHOOL = Payer(
    code="ARCH 4000",
    starts=date(2026, 9, 1),
    ends=date(2026, 12, 18),
    who=("school.edu", "guest@example.org"),
)


@pytest.mark.parametrize(
    ("day", "email", "words"),
    [
        (date(2026, 12, 18), "jane@school.edu", None),  # the last day counts whole
        (date(2026, 12, 19), "jane@school.edu", "ended"),
        (date(2026, 8, 31), "jane@school.edu", "starts"),
        (date(2026, 9, 1), "Jane@cs.School.edu", None),
        (date(2026, 9, 1), "jane@notschool.edu", "isn't for"),
        (date(2026, 9, 1), "Guest@example.org", None),
        (date(2026, 9, 1), "other@example.org", "isn't for"),
    ],
)
def test_a_code_is_for_its_days_and_people(day: date, email: str, words: str | None) -> None:
    problem = code_problem(SCHOOL, email, day)
    assert (problem is None) if words is None else (words in str(problem))


def test_an_unknown_and_a_retired_code_are_told_alike() -> None:
    from dataclasses import replace
    from datetime import UTC, datetime

    retired = replace(SCHOOL, retired_at=datetime(2026, 1, 1, tzinfo=UTC))
    day = date(2026, 10, 1)
    assert code_problem(None, "x@school.edu", day) == code_problem(retired, "x@school.edu", day)


@given(st.lists(st.one_of(st.none(), CENTS), max_size=5), CENTS)
def test_parts_never_exceed_the_price_or_a_room(rooms: list[int | None], price: int) -> None:
    parts = allot(price, rooms)
    assert sum(parts) <= price
    assert all(
        part >= 0 and (left is None or part <= left)
        for part, left in zip(parts, rooms, strict=True)
    )
    if sum(parts) < price:  # what is left to the student is left because every room is full
        assert all(part == left for part, left in zip(parts, rooms, strict=True))


@given(
    st.lists(
        st.tuples(CENTS, st.sampled_from(["cancel", "hand out", "requote"]), CENTS), max_size=30
    ),
    CENTS,
    st.one_of(st.none(), CENTS),
)
def test_a_budget_is_never_overdrawn(
    jobs: list[tuple[int, str, int]], budget: int, each: int | None
) -> None:
    """Reserving, using and releasing in any order: what counts stays within both limits."""
    payer = Payer(code="X1", budget_cents=budget, each_cents=each)
    claims: list[Claim] = []

    def counted() -> int:
        return sum(one.cents for one in claims if one.state.counts)

    def reserved(price: int) -> int:
        (part,) = allot(price, [room(payer, Spent(counted(), counted()))])
        return part

    for number, (price, ending, other) in enumerate(jobs):
        part = reserved(price)
        if ending == "requote":
            part = reserved(other)
        state = ClaimState.RELEASED if ending == "cancel" else ClaimState.RESERVED
        claim = Claim(id=number, payer=payer, job_id=str(number), state=state, cents=part)
        if ending == "hand out":
            used = used_cents([claim], other)[number]
            assert used <= min(part, other)
            claim = Claim(
                id=number, payer=payer, job_id=str(number), state=ClaimState.USED, cents=used
            )
        claims.append(claim)
        assert counted() <= budget
        assert each is None or counted() <= each


def test_what_becomes_of_a_reservation() -> None:
    assert {status for status in Status if follow(status) is Follow.USE} == {Status.PAIDPICKEDUP}
    kept = {status for status in Status if follow(status) is Follow.KEEP}
    assert kept == {Status.PENDING, Status.READYTOPRINT, Status.PRINTING, Status.COMPLETED}


def test_a_payer_is_read_as_it_is_written() -> None:
    payer = Payer(
        code="BIO-7",
        title="=SUM(1)",
        kind=PayerKind.GRANT,
        budget_cents=125_000,
        each_cents=0,
        window=Window.TERM,
        who=("bio.edu",),
        approver="chair@bio.edu",
    )
    assert payer_of(typed_form(payer)) == payer
    assert payer_of({**typed_form(payer), "title": "'=SUM(1)"}) == payer  # from a spreadsheet


def test_every_problem_of_a_payer_is_said() -> None:
    with pytest.raises(InvalidInput) as refused:
        payer_of(
            {
                "code": "--",
                "kind": "firm",
                "starts": "tomorrow",
                "budget": "-3",
                "approver": "nobody",
                "window": "week",
            }
        )
    fields = {one.field for one in refused.value.refusals}
    assert fields == {"code", "kind", "starts", "budget", "approver", "window"}
