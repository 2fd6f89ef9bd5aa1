"""The weekly summary: one mail for each week and receiver, and the same on demand."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from printflow import InvalidInput, Job, Printflow, Settings
from tests.integration.conftest import Program
from tests.plugins.lab import TestClock

JobIn = Callable[[str], Job]
BOSS, DEAN = "boss@example.edu", "dean@example.edu"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """A lab whose summary two people get."""
    return settings.model_copy(update={"weekly_summary_to": (BOSS, DEAN)})


def mails(lab: Printflow) -> list[tuple[str, str]]:
    found = [one for one in lab.mail.find(limit=100) if one.template == "summary"]
    return sorted((one.to, lab.mail.preview(one.id).subject) for one in found)


def test_each_gets_one_a_week_whatever_happens(
    settings: Settings, lab: Printflow, clock: TestClock, job_in: JobIn
) -> None:
    job_in("PAIDPICKEDUP")  # on Monday, March 2, 2026
    lab.dispatch()
    before = mails(lab)
    assert [to for to, _subject in before] == [BOSS, DEAN], "of the week that is over already"
    clock.advance(days=7)
    with Printflow.open(settings, clock=clock) as other, ThreadPoolExecutor(4) as threads:
        rounds = [one.summary_mails for one in (lab, other)] * 4
        put = sum(threads.map(lambda call: call(), rounds))
    assert put == 2, "of all rounds of both processes"
    lab.dispatch()
    lab.dispatch()
    new = [one for one in mails(lab) if one not in before]
    assert new == [(to, "3D prints, Mar 2, 2026 to Mar 8, 2026") for to in (BOSS, DEAN)]
    newest = next(one for one in lab.mail.find(limit=100) if one.template == "summary")
    text = lab.mail.preview(newest.id).text
    assert "Submitted: 1 (before: 0, –)" in text
    assert "Revenue: $4.25 (before: $0.00, –)" in text
    assert f"time zone, {lab.catalog.current.time_zone}." in text
    assert "/reports/summary?since=2026-03-02&until=2026-03-08" in text


def test_a_week_without_a_lab_is_not_made_up_for(lab: Printflow, clock: TestClock) -> None:
    lab.dispatch()
    clock.advance(days=28)
    assert lab.summary_mails() == 2, "the newest week alone"


def test_nobody_is_written_to_unless_the_lab_says_who(
    settings: Settings, clock: TestClock, lab: Printflow
) -> None:
    quiet = settings.model_copy(update={"weekly_summary_to": ()})
    with Printflow.open(quiet, clock=clock) as other:
        assert other.summary_mails() == 0
        period = other.reports.period("last_week")
        with pytest.raises(InvalidInput) as raised:
            other.summary_mails.send(period, by="Ana")
        assert [one.field for one in raised.value.refusals] == ["to"]
        with pytest.raises(InvalidInput):
            other.summary_mails.send(period, to=["boss"], by="Ana")
        assert other.summary_mails.send(period, to=[BOSS], by="Ana") == (BOSS,)
        assert other.summary_mails.send(period, to=[BOSS], by="Ana") == (BOSS,), "as often as asked"
        assert len(mails(other)) == 2


def test_the_command_prints_and_mails_it(program: Program) -> None:
    program.submit()
    said = program.call("report", "--period", "this-week")
    assert said.code == 0, said.err
    assert "Submitted" in said.out
    document = program.call("report", "--period", "this-week", "--json").json
    assert document["totals"]["submitted"] == {"now": 1, "before": 0, "change_percent": None}
    assert len(document["period"]["before"]) == 2
    nobody = program.call("report", "--period", "last-week", "--mail", "--json")
    assert (nobody.code, nobody.refused_fields) == (1, ["to"])
    sent = program.call("report", "--period", "last-week", "--to", BOSS, "--json").json
    assert sent["mailed_to"] == [BOSS]
    table = program.call("report", "status", "--period", "30", "--json").json
    assert table["report"] == "status"
    assert program.call("report", "status", "--mail").code == 2
    assert program.call("report", "--period", "last-year", "--json").refused_fields == ["period"]
