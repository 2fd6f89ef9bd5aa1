"""A form that is sent twice: the first job for who sent it, and never anybody else's."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from werkzeug.test import TestResponse

from printflow import InvalidInput, Job, Printflow
from printflow.db.engine import open_engine
from printflow.importing.rows import flask_list
from printflow.service.repeats import fingerprint, form_key, import_key
from tests import old_system, sample_models
from tests.plugins.lab import Submit
from tests.web.conftest import FORM, Upload, said, token

KEY = "k" * 32


def sent(browser: FlaskClient, **fields: str) -> TestResponse:
    """Send the public form in that browser."""
    form: dict[str, object] = {"csrf_token": token(browser, "/submit"), **FORM, **fields}
    form["file"] = (io.BytesIO(sample_models.stl()), "bracket.stl")
    return browser.post("/submit", data=form, content_type="multipart/form-data")


def test_an_imported_job_is_opened_by_no_form(app: Flask, lab: Printflow, tmp_path: Path) -> None:
    old = flask_list(old_system.make(tmp_path / "old"))
    files = tmp_path / "old" / "storage"
    lab.imports.run(old, files)
    imported = {job.id for job in lab.jobs.find()}
    browser = app.test_client()
    engine = open_engine(lab.settings.database)
    with engine.connect() as database:
        keys = list(database.scalars(text("SELECT idempotency_key FROM requests")))
    engine.dispose()
    assert len(keys) == len(imported)
    for key in keys:
        answer = sent(browser, idempotency_key=key)
        assert answer.location.rpartition("=")[2] not in imported
    with browser.session_transaction() as session:
        assert imported.isdisjoint(session["jobs"])
    assert lab.imports.run(old, files).already == len(imported), "the imports are still known"


def test_another_browser_with_the_same_key_sends_a_job_of_its_own(
    app: Flask, lab: Printflow
) -> None:
    ours, theirs = app.test_client(), app.test_client()
    first, second = (sent(browser, idempotency_key=KEY) for browser in (ours, theirs))
    assert first.location != second.location
    assert len(lab.jobs.find()) == 2
    job = lab.jobs.get(first.location.rpartition("=")[2])
    page = theirs.get(first.location, follow_redirects=True)
    assert page.request.path == "/find"
    assert job.id not in page.text and lab.students.url(job).rpartition("/")[2] not in page.text
    assert sent(ours, idempotency_key=KEY).location == first.location
    assert len(lab.jobs.find()) == 2


@pytest.mark.parametrize(
    "changed",
    [
        {"color": "Blue"},
        {"note": "flat side up"},
        {"student_email": "other@example.edu"},
        {"quantity": "2"},
        {"name": "other.stl"},
        {"data": sample_models.ascii_stl()},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_what_was_changed_before_it_was_sent_again_is_not_swallowed(
    lab: Printflow, upload: Upload, changed: dict[str, Any]
) -> None:
    first = upload(idempotency_key=KEY)
    second = upload(**{"idempotency_key": KEY, **changed})
    assert second.status_code == 303
    assert second.location != first.location
    assert upload(idempotency_key=KEY).location == first.location
    assert len(lab.jobs.find()) == 2


@pytest.mark.parametrize(
    "key", ["", "short", "import:" + "0" * 48, "k" * 65, "k" * 20 + "\n", "ü" * 20]
)
def test_a_key_that_is_none_makes_every_form_a_new_one(
    lab: Printflow, upload: Upload, key: str
) -> None:
    assert upload(idempotency_key=key).location != upload(idempotency_key=key).location
    assert len(lab.jobs.find()) == 2


def test_a_form_of_a_program_is_not_a_browser_s(
    lab: Printflow, submit: Submit, upload: Upload
) -> None:
    upload(idempotency_key=KEY)
    (job,) = lab.jobs.find()
    assert submit(idempotency_key=KEY).id != job.id


@given(st.lists(st.text(), max_size=4), st.lists(st.text(), max_size=4))
def test_no_two_contents_have_one_fingerprint(one: list[str], other: list[str]) -> None:
    assert (fingerprint(one) == fingerprint(other)) == (one == other)


@given(st.text(), st.text(min_size=1), st.text(min_size=1), st.text(min_size=1))
def test_keys_of_forms_and_imports_never_meet(
    browser: str, typed: str, source: str, row: str
) -> None:
    assert form_key(browser, typed, ()) != import_key(source, row)
    assert form_key(browser, import_key(source, row), ()) != import_key(source, row)
    assert len(form_key(browser, typed, ())) <= 64


# -- payments ------------------------------------------------------------------------------------


def test_a_payment_s_key_with_anything_else_is_refused_and_says_what_was_entered(
    lab: Printflow, job_in: Callable[[str], Job]
) -> None:
    job = job_in("COMPLETED")
    click: dict[str, Any] = {"amount": "1", "method": "cash", "by": "Ana", "key": KEY}
    payment = lab.payments.take(job.id, **click)
    assert lab.payments.take(job.id, **click) == payment
    for other in ({"amount": "2"}, {"by": "Ben"}, {"note": "again"}, {"method": "card"}):
        with pytest.raises(
            InvalidInput, match=f"receipt {payment.number}, .1.00, by Ana"
        ) as caught:
            lab.payments.take(job.id, **{**click, **other})
        assert "Nothing more was entered" in caught.value.message
    with pytest.raises(InvalidInput, match="already used"):
        lab.payments.take({job.id: "1"}, **{**click, "amount": ""})
    assert lab.jobs.details(job.id).paid_cents == 100


def test_a_form_whose_payment_was_voided_does_not_say_that_it_was_taken(
    lab: Printflow, staff: FlaskClient, job_in: Callable[[str], Job]
) -> None:
    job = job_in("COMPLETED")
    page = f"/dashboard/payments/take?job={job.id}"
    form = {"csrf_token": token(staff, page), "job": job.id, "key": KEY}
    form |= {"amount": "1", "method": "cash"}
    assert staff.post(page, data=form).status_code == 303
    lab.payments.void(lab.jobs.details(job.id).payments[0].id, reason="wrong job", by="Ana")
    answer = staff.post(page, data=form)
    assert answer.status_code == 422
    assert "has been voided" in said(answer)
    assert "open the form again" in said(answer)
