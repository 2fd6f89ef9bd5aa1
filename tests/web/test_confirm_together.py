"""All jobs of a request on one confirmation page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from printflow import Job, LinkOvertaken, Model, Printflow, TransitionRefused
from tests.plugins.lab import TestClock
from tests.web.conftest import said, send

Three = list[Job]


def token(lab: Printflow, job: Job) -> str:
    """What the job's newest confirmation link ends with, as the page's box carries it."""
    return link(lab, job).rpartition("/")[2]


@pytest.fixture
def three(lab: Printflow, model: Path) -> Three:
    """Three models of one request, each with a quote."""
    jobs = lab.intake.submit_several(
        [Model(file=model, color=color) for color in ("True Red", "Blue", "Gray")],
        student="Jane Doe",
        email="jane@example.edu",
        method="Filament",
        printer="Prusa MK4S",
        discipline="Engineering",
        class_number="ARCH 4000",
        acknowledge_minimum=True,
    )
    return [
        lab.jobs.approve(job.id, by="Ana", grams=grams, hours="2", material="PLA")
        for job, grams in zip(jobs, ("40", "50", "60"), strict=True)
    ]


def link(lab: Printflow, job: Job) -> str:
    """The path of the job's newest confirmation link."""
    url = lab.students.page(lab.students.url(job).rpartition("/")[2]).confirm_url
    return url.removeprefix(lab.settings.effective_base_url)


def statuses(lab: Printflow, jobs: Three) -> list[str]:
    """How they stand now."""
    return [lab.jobs.get(job.id).status.value for job in jobs]


def test_the_page_shows_all_and_confirms_what_is_ticked(
    lab: Printflow, student: FlaskClient, three: Three
) -> None:
    page = link(lab, three[0])
    shown = said(student.get(page))
    for words in ("$4.00", "$5.00", "$6.00", "Blue", "Gray"):
        assert words in shown
    assert "$15.00" not in shown, "no total of what is not ticked"
    answer = send(student, page, consent="yes", action="confirm", also=[token(lab, three[1])])
    assert answer.status_code == 303
    assert statuses(lab, three) == ["READYTOPRINT", "READYTOPRINT", "PENDING"]
    done = student.get(page)
    assert "Also waiting for your answer" in said(done)
    assert "You confirmed 2 of 3 models" in said(done)
    assert "You pay in total: $9.00" in said(done)
    assert link(lab, three[2]) in done.text
    events = [lab.jobs.details(job.id).events[-1] for job in three[:2]]
    version = lab.catalog.current.shown_texts.consent_version
    assert [event.details["consent_version"] for event in events] == [version] * 2


def test_without_the_tick_nothing_is_confirmed(
    lab: Printflow, student: FlaskClient, three: Three
) -> None:
    page = link(lab, three[0])
    answer = send(student, page, action="confirm", also=[token(lab, three[1])])
    assert answer.status_code == 422
    assert f'value="{token(lab, three[1])}" checked' in answer.text
    assert statuses(lab, three) == ["PENDING"] * 3


def test_others_jobs_cannot_be_confirmed_along(
    lab: Printflow, student: FlaskClient, three: Three, job_in: Callable[[str], Job]
) -> None:
    foreign = job_in("PENDING")
    send(student, link(lab, three[0]), consent="yes", action="confirm", also=[token(lab, foreign)])
    assert statuses(lab, [three[0], foreign]) == ["READYTOPRINT", "PENDING"]


def test_one_that_staff_rejected_meanwhile_stays_rejected(
    lab: Printflow, student: FlaskClient, three: Three
) -> None:
    page = link(lab, three[0])
    also = [token(lab, job) for job in three[1:]]
    lab.jobs.reject(three[1].id, by="Ana", text="Broken")
    assert send(student, page, consent="yes", action="confirm", also=also).status_code == 303
    assert statuses(lab, three) == ["READYTOPRINT", "REJECTED", "READYTOPRINT"]
    assert "Confirmed. We'll print it." in said(student.get(page))


def test_lapsed_and_declined_ones_are_not_offered(
    lab: Printflow, three: Three, clock: TestClock
) -> None:
    clock.advance(days=5)
    lab.jobs.requote(three[0].id, by="Ana", grams="41", hours="2", material="PLA")
    others = [token(lab, job) for job in three[1:]]
    lab.quotes.decline(others[0])
    clock.advance(days=3)  # the third one's seven days are over
    first = token(lab, three[0])
    assert lab.quotes.page(first).together == ()
    with pytest.raises(TransitionRefused):
        lab.quotes.confirm(first, consent=False)
    lab.quotes.confirm(first, consent=True, also=others)
    assert statuses(lab, three) == ["READYTOPRINT", "REJECTED", "PENDING"]


def test_a_link_that_a_requote_took_over_confirms_nothing_along(
    lab: Printflow, three: Three
) -> None:
    old = link(lab, three[0]).rpartition("/")[2]
    lab.jobs.requote(three[0].id, by="Ana", grams="41", hours="2", material="PLA")
    with pytest.raises(LinkOvertaken):
        lab.quotes.confirm(old, consent=True, also=[token(lab, three[1])])
    assert statuses(lab, three) == ["PENDING"] * 3


def test_a_price_that_changed_since_the_page_was_shown_is_not_confirmed_along(
    lab: Printflow, student: FlaskClient, three: Three
) -> None:
    page, seen = link(lab, three[0]), token(lab, three[1])
    lab.jobs.requote(three[1].id, by="Ana", grams="600", hours="2", material="PLA")
    send(student, page, consent="yes", action="confirm", also=[seen, three[2].id, "x"])
    assert statuses(lab, three) == ["READYTOPRINT", "PENDING", "PENDING"]
    done = said(student.get(page))
    assert "$60.00" in done, "the new price waits for an answer of its own"
    assert f"“{three[1].original_name}” wasn't confirmed" in done


def test_without_scripts_a_button_adds_up_what_is_ticked_and_answers_nothing(
    lab: Printflow, student: FlaskClient, three: Three
) -> None:
    page, second = link(lab, three[0]), token(lab, three[1])
    shown = send(student, page, action="total", also=[second])
    assert shown.status_code == 200
    assert "Total: $9.00" in said(shown)
    assert f'value="{second}" checked' in shown.text
    assert statuses(lab, three) == ["PENDING"] * 3


def test_the_link_of_the_request_ticks_all(
    lab: Printflow, student: FlaskClient, three: Three
) -> None:
    shown = student.get(f"{link(lab, three[0])}?all=yes")
    assert all(f'value="{token(lab, job)}" checked' in shown.text for job in three[1:])
    assert statuses(lab, three) == ["PENDING"] * 3
