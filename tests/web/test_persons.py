"""A person's page: what all their jobs come to, and handing over everything at once."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from printflow import InvalidInput, Job, NotFound, Printflow
from tests.plugins.lab import Submit
from tests.web.conftest import said

Brought = Callable[[str], Job]


def test_everything_of_a_person(
    lab: Printflow, staff: FlaskClient, job_in: Brought, submit: Submit
) -> None:
    ready, other = job_in("COMPLETED"), job_in("COMPLETED")
    held = lab.jobs.hold(job_in("COMPLETED").id, by="Ana", reason="Check it")
    paid = job_in("PAIDPICKEDUP")
    stranger = submit(student="Bo", email="bo@example.org")
    lab.payments.take(ready.id, by="Ana", amount="1.00", method="cash")
    lab.messages.send(lab.students.url(ready).rpartition("/")[2], "I come on <b>Monday")
    page = lab.persons.of_job(held.id)
    assert page.sums.count == 4 and stranger.id not in {one.job.id for one in page.jobs}
    assert page.sums.owed == {"USD": 325 + 425 + 425} == lab.payments.owes()[0].totals
    assert page.sums.paid == {"USD": 525}
    assert [one.job.id for one in page.ready] == [ready.id, other.id]
    assert page.ready_due == {"USD": 750}
    shown = staff.get(f"/dashboard/people/{paid.id}")
    assert "Due for all of them: $7.50" in said(shown)
    assert "I come on &lt;b&gt;Monday" in shown.text
    for address in (
        f"/dashboard/jobs/{ready.id}",
        "/dashboard/payments/owes",
        f"/pick-up/{ready.id}",
    ):
        assert "/dashboard/people/" in staff.get(address).text
    chosen = "&".join(
        f"job={value}" for value in re.findall(r'name="job" value="([^"]+)"', shown.text)
    )
    assert chosen.count("job=") == 2
    form = staff.get(f"/dashboard/bulk?{chosen}&trigger=pick_up")
    assert form.status_code == 200 and "$7.50" in said(form)


def test_pages_and_search(lab: Printflow, staff: FlaskClient, job_in: Brought) -> None:
    jobs = [job_in("UPLOADED") for _ in range(3)]
    first = lab.persons.of_job(jobs[0].id, limit=2)
    rest = lab.persons.of_job(jobs[0].id, limit=2, after=first.next)
    assert [one.job.id for one in (*first.jobs, *rest.jobs)] == [job.id for job in reversed(jobs)]
    assert rest.next == ""
    name, email = jobs[0].student_name, jobs[0].student_email
    for words in (name.upper(), email, name[:3]):
        [found] = lab.persons.find(words)
        assert (found.email, found.jobs) == (email, 3)
        assert name in said(staff.get("/dashboard/people", query_string={"search": words}))
    assert lab.persons.find("") == lab.persons.find("nobody") == ()
    assert "Nobody matches" in said(staff.get("/dashboard/people?search=%25_"))
    with pytest.raises(NotFound):
        lab.persons.of_job("AAAAAAAA")
    with pytest.raises(InvalidInput):
        lab.persons.of_job(jobs[0].id, after="x")
    assert staff.get(f"/dashboard/people/{jobs[0].id}?after=x").status_code == 400
