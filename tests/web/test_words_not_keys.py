"""People read words: no page and no mail shows a raw key or a placeholder that nobody filled in."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from printflow import CatalogInvalid, Job, Printflow, Status, Trigger
from printflow.domain.effects import MailTemplate
from tests.plugins.lab import TestClock
from tests.web.conftest import said

PLACEHOLDER = re.compile(r"\{\{|\{[a-z_]+\}|%\(\w+\)s|\bNone\b|\bundefined\b")
KEYS = {one.value for one in (*MailTemplate, *Trigger) if "_" in one.value}
_PREVIEW = re.compile(r"https?://\S+")


def faults(text: str) -> list[str]:
    """What no person should read."""
    text = _PREVIEW.sub("", text)
    return PLACEHOLDER.findall(text) + [key for key in KEYS if re.search(rf"\b{key}\b", text)]


@pytest.mark.long
def test_every_page_of_a_job_in_every_status(
    lab: Printflow,
    staff: FlaskClient,
    student: FlaskClient,
    job_in: Callable[[Status], Job],
    clock: TestClock,
) -> None:
    wrong: dict[str, list[str]] = {}
    for status in Status:
        job = job_in(Status.REJECTED if status is Status.ARCHIVED else status)
        if status is Status.ARCHIVED:
            clock.advance(days=100)
            lab.jobs.archive(job.id, by="Ana")
        with lab._parts.database.write() as tx:
            for template in MailTemplate:
                tx.outbox.add(
                    message_id=f"<{job.id}.{template.name.lower()}@example.edu>",
                    job_id=job.id,
                    event_id=None,
                    confirmation_id=None,
                    template=template.value,
                    recipient=job.student_email,
                    context={},
                    now=clock(),
                    not_before=clock(),
                )
        token = lab.students.url(job).rpartition("/")[2]
        pages = {f"/jobs/{token}": student, f"/dashboard/jobs/{job.id}": staff}
        for address, browser in {**pages, "/outbox": staff, "/dashboard?status=all": staff}.items():
            if found := faults(said(browser.get(address))):
                wrong[f"{status} {address}"] = found
    mail = next(one for one in lab.mail.find(state="queued") if one.template == "find_jobs")
    lab.mail.retry(mail.id, by="Ana")
    if found := faults(said(staff.get("/admin/changes"))):
        wrong["/admin/changes"] = found
    assert wrong == {}


def test_every_mail(lab: Printflow) -> None:
    samples = lab.mail_samples.all()
    assert set(samples) == set(MailTemplate)
    wrong = {
        name: found
        for name, sample in samples.items()
        for part in (sample.subject, sample.text, re.sub(r"<[^>]*>", " ", sample.html))
        if (found := faults(part))
    }
    assert wrong == {}


@pytest.mark.parametrize("words", ["I agree to {price}.", "Hello {{ name }}", "%(cost)s is due"])
def test_a_placeholder_in_the_labs_own_words_is_refused_where_it_stands(
    lab: Printflow, words: str
) -> None:
    plain = lab.catalog.export()
    texts = {**plain["texts"], "consent": words}
    with pytest.raises(CatalogInvalid) as caught:
        lab.catalog.change({"texts": texts}, by="Ana")
    (refusal,) = caught.value.refusals
    assert refusal.field == "texts.consent"
    assert "as is" in refusal.message
    assert lab.catalog.export() == plain


def test_one_that_is_stored_already_hinders_no_other_change_and_is_shown_as_it_is(
    lab: Printflow, student: FlaskClient, clock: TestClock
) -> None:
    plain = lab.catalog.export()
    old = {**plain, "texts": {**plain["texts"], "minimum_charge": "At least {name} %(lab)s"}}
    with lab._parts.database.write() as tx:
        tx.lab.add_catalog(old, by="an older release", now=clock())
    assert "At least {name} %(lab)s" in said(student.get("/submit"))
    assert lab.catalog.change({"lab_name": "New name"}, by="Ana").lab_name == "New name"
