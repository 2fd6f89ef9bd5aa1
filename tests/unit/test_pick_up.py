"""How long prints wait: the days of reminders, the promise of a disposal, and its guards."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from printflow import Settings, SettingsError
from printflow.domain.attempt import Arguments
from printflow.domain.job import Actor
from printflow.domain.ledger import Balance
from printflow.domain.lifecycle import fire
from printflow.domain.pick_up import PickUpPolicy, reminded_at, waiting_job
from printflow.domain.status import Status, Trigger
from printflow.errors import TransitionRefused
from tests.unit.builders import ANA, NOW, SYSTEM, facts, job

POLICY = PickUpPolicy(reminder_days=(7, 21), dispose_after_days=30)
DAY = timedelta(days=1)


def reminders(policy: PickUpPolicy, seen_on: list[float]) -> Iterator[float]:
    """The days on which a reminder goes out, if someone looks on these days after completion."""
    last = None
    for day in seen_on:
        if policy.due(NOW, last, NOW + day * DAY):
            last = NOW + day * DAY
            yield day


@pytest.mark.parametrize(
    ("seen_on", "expected"),
    [
        ([1, 6.99, 7, 7.01, 20, 21, 22, 60], [7, 21]),
        ([8, 9, 23, 24], [8, 23]),
        ([50, 51], [50]),  # nobody looked for weeks: one mail, not two
        ([0, 3], []),
    ],
)
def test_one_reminder_for_each_day_that_has_come(
    seen_on: list[float], expected: list[float]
) -> None:
    assert list(reminders(POLICY, seen_on)) == expected
    assert list(reminders(PickUpPolicy(), seen_on)) == []


@pytest.mark.parametrize("status", [status for status in Status if status != Status.COMPLETED])
def test_only_finished_prints_wait(status: Status) -> None:
    assert not POLICY.reminder_due(job(status), NOW)
    assert POLICY.reminder_due(job(Status.COMPLETED), NOW)


def test_a_reminder_of_an_earlier_wait_counts_for_nothing() -> None:
    since = NOW - 10 * DAY
    again = job(Status.COMPLETED, status_since=since, reminded_at=since - DAY)
    assert reminded_at(again) is None
    assert POLICY.reminder_due(again, NOW)
    assert POLICY.disposal_at(again) == since + 30 * DAY


def test_a_late_reminder_leaves_as_many_days_as_one_in_time() -> None:
    since = NOW - 100 * DAY
    late = job(Status.COMPLETED, status_since=since, reminded_at=NOW)
    assert POLICY.disposal_at(late) == NOW + 9 * DAY
    in_time = job(Status.COMPLETED, status_since=since, reminded_at=since + 21 * DAY)
    assert POLICY.disposal_at(in_time) == since + 30 * DAY
    assert PickUpPolicy(reminder_days=(7,)).disposal_at(late) is None


def test_a_row_of_the_list() -> None:
    since = NOW - timedelta(days=31, hours=5)
    one = job(Status.COMPLETED, status_since=since, reminded_at=since + 21 * DAY)
    row = waiting_job(one, POLICY, Balance(one.cost_cents or 0, 125), NOW)
    assert (row.due_cents, row.days, row.overdue) == (300, 31, True)
    assert waiting_job(one, POLICY, Balance(one.cost_cents or 0, 900), NOW).due_cents == 0
    assert waiting_job(one, PickUpPolicy(), Balance(one.cost_cents or 0), NOW).overdue is False


CASES = [
    # policy, waits days, a reminder has left, who, reason -> refusals
    (POLICY, 31, True, ANA, "", []),
    (POLICY, 31, True, SYSTEM, "", []),
    (POLICY, 31, False, ANA, "left the school", []),
    (POLICY, 31, False, ANA, "", ["not_reminded"]),
    (POLICY, 31, False, ANA, " \n ", ["not_reminded"]),
    (POLICY, 31, False, SYSTEM, "", ["not_reminded"]),
    (POLICY, 31, False, SYSTEM, "says the machine", ["not_reminded"]),
    (POLICY, 29.99, True, ANA, "", ["too_young"]),
    (POLICY, 5, False, ANA, "", ["too_young", "not_reminded"]),
    (PickUpPolicy(reminder_days=(7,)), 1000, True, ANA, "in the way", ["disposal_off"]),
    (POLICY, 31, True, ANA, "x" * 2001, ["reason_too_long"]),
]


@pytest.mark.parametrize(("policy", "days", "left", "actor", "reason", "codes"), CASES)
def test_who_may_dispose_of_what_and_when(
    policy: PickUpPolicy, days: float, left: bool, actor: Actor, reason: str, codes: list[str]
) -> None:
    one = job(Status.COMPLETED, status_since=NOW - days * DAY)
    known = facts(pick_up=policy, reminder_left=left)
    said = Arguments(reason=reason)
    if not codes:
        assert fire(Trigger.DISPOSE, one, actor, said, known).dest is Status.ARCHIVED
        return
    with pytest.raises(TransitionRefused) as raised:
        fire(Trigger.DISPOSE, one, actor, said, known)
    assert [refusal.code for refusal in raised.value.refusals] == codes


def test_settings_sort_the_days_and_let_nothing_go_without_a_warning() -> None:
    assert Settings(pickup_reminder_days=(21, 7, 7)).pickup_reminder_days == (7, 21)
    assert Settings(pickup_reminder_days=()).pickup_reminder_days == ()
    assert Settings().dispose_after_days == 0


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"pickup_reminder_days": (0,)}, "pickup_reminder_days must be"),
        ({"pickup_reminder_days": (366,)}, "pickup_reminder_days must be"),
        ({"pickup_reminder_days": ("soon",)}, "pickup_reminder_days must be"),
        ({"pickup_reminder_days": (), "dispose_after_days": 30}, "needs a reminder before it"),
        ({"pickup_reminder_days": (30,), "dispose_after_days": 30}, "needs a reminder before it"),
        ({"dispose_automatic": True}, "dispose_automatic needs dispose_after_days"),
    ],
)
def test_settings_that_are_refused(given: dict[str, object], words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        Settings(**given)  # type: ignore[arg-type]
