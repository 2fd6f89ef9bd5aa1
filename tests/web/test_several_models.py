"""One form with several models: each its own job, all or none."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from printflow import MODELS_LIMIT, Printflow, Settings
from printflow_web.factory import create_app
from tests import sample_models
from tests.plugins.lab import TestClock
from tests.sample_models import zipped
from tests.web.conftest import FORM, said, token
from tests.web.test_submit import nothing_left

SendModels = Callable[..., TestResponse]


@pytest.fixture
def send_models(student: FlaskClient) -> SendModels:
    """Send the form with the files of these names; other arguments are fields."""

    def sent(*names: str, data: dict[str, bytes] | None = None, **fields: str) -> TestResponse:
        content = data or {}
        files = [(io.BytesIO(content.get(name, sample_models.stl())), name) for name in names]
        form: dict[str, object] = {"csrf_token": token(student, "/submit"), **FORM, **fields}
        form["file"] = files
        return student.post("/submit", data=form, content_type="multipart/form-data")

    return sent


def test_each_model_is_a_job_with_its_own_fields(
    lab: Printflow, send_models: SendModels, student: FlaskClient
) -> None:
    answer = send_models(
        "one.stl",
        "two.stl",
        "three.stl",
        **{"quantity": "2", "color-2": "Blue", "quantity-2": "5", "note-2": "flat side up"},
    )
    assert answer.status_code == 303
    (request,) = {job.request_id for job in lab.jobs.find()}
    jobs = [one.job for one in lab.students.request_of(lab.jobs.find()[0].id)]
    assert {job.request_id for job in jobs} == {request}
    seen = [(job.original_name, job.color, job.quantity, job.student_note) for job in jobs]
    assert seen == [
        ("one.stl", "True Red", 2, ""),
        ("two.stl", "Blue", 5, "flat side up"),
        ("three.stl", "True Red", 2, ""),
    ]
    assert sorted(mail.template for mail in lab.mail.find()) == ["received"]
    page = said(student.get(answer.location))
    assert all(job.id in page and job.original_name in page for job in jobs)
    assert list((lab.settings.store / ".incoming").iterdir()) == []


def test_the_first_model_may_differ_from_the_color_for_all(
    lab: Printflow, send_models: SendModels
) -> None:
    send_models("one.stl", "two.stl", **{"color-1": "Blue", "color-2": ""})
    seen = sorted((job.original_name, job.color) for job in lab.jobs.find())
    assert seen == [("one.stl", "Blue"), ("two.stl", "True Red")]


def test_one_bad_file_refuses_all_and_names_it(lab: Printflow, send_models: SendModels) -> None:
    answer = send_models("one.stl", "two.stl", data={"two.stl": b"<html>" + bytes(99)})
    assert answer.status_code == 415
    assert "Model 2: This is an HTML page, not an STL model." in said(answer)
    assert 'id="file-2"' in answer.text and 'href="#file-2"' in answer.text
    assert nothing_left(lab)


def test_all_that_is_wrong_with_all_models_is_said_at_once(
    lab: Printflow, send_models: SendModels
) -> None:
    wrong = {"color-2": "Mauve", "quantity-3": "0", "note-3": "x" * 1001, "student_email": "a@b"}
    answer = send_models("1.stl", "2.stl", "3.exe", **wrong)
    assert answer.status_code == 422
    for field in ("student_email", "color-2", "quantity-3", "note-3", "file-3"):
        assert f'href="#{field}"' in answer.text, field
    assert nothing_left(lab)


@pytest.mark.parametrize("quantity", ["0", "-1", "1.5", "101", "many", "1e2"])
def test_copies_are_a_whole_number(lab: Printflow, send_models: SendModels, quantity: str) -> None:
    answer = send_models("one.stl", quantity=quantity)
    assert answer.status_code == 422
    assert "a whole number from 1 to 100" in said(answer)
    assert nothing_left(lab)


def test_more_models_than_fit(lab: Printflow, send_models: SendModels) -> None:
    answer = send_models(*(f"{number}.stl" for number in range(MODELS_LIMIT + 2)))
    assert answer.status_code == 422
    assert f"Up to {MODELS_LIMIT} models per submission" in said(answer)
    assert nothing_left(lab)
    assert send_models(*(f"{n}.stl" for n in range(MODELS_LIMIT))).status_code == 303
    assert len(lab.jobs.find()) == MODELS_LIMIT


def test_the_same_models_twice_are_the_same_jobs(lab: Printflow, send_models: SendModels) -> None:
    first = send_models("one.stl", "two.stl", idempotency_key="k" * 32)
    second = send_models("one.stl", "two.stl", idempotency_key="k" * 32)
    assert first.location == second.location
    assert len(lab.jobs.find()) == len(list((lab.settings.store / "Uploaded").iterdir())) == 2


def test_rules_that_changed_meanwhile_are_to_be_read_again(
    lab: Printflow, send_models: SendModels
) -> None:
    answer = send_models("one.stl", consent_version="of last year")
    assert answer.status_code == 422
    assert "changed its rules while this form was open" in said(answer)
    version = lab.catalog.current.shown_texts.consent_version
    assert f'name="consent_version" value="{version}"' in answer.text
    assert send_models("one.stl", consent_version=version).status_code == 303


def test_the_lab_s_rules_stand_above_the_form(student: FlaskClient, lab: Printflow) -> None:
    page = said(student.get("/submit"))
    for rule in lab.catalog.current.texts.rules.splitlines():
        assert " ".join(rule.split()) in page


def test_too_many_from_one_address(settings: Settings, clock: TestClock) -> None:
    """What is taken counts, not what is refused: a mistake takes nobody's turn away."""
    bounded = settings.model_copy(update={"submissions_per_hour": 3})
    with Printflow.open(bounded, clock=clock) as lab:
        browser = create_app(lab).test_client()

        def send(address: str, name: str = "a.stl") -> TestResponse:
            form = {**FORM, "csrf_token": token(browser, "/submit")}
            form["file"] = (io.BytesIO(sample_models.stl()), name)  # type: ignore[assignment]
            return browser.post(
                "/submit",
                data=form,
                content_type="multipart/form-data",
                environ_overrides={"REMOTE_ADDR": address},
            )

        assert {send("192.0.2.7", "a.exe").status_code for _ in range(5)} == {415}
        assert {send("192.0.2.7").status_code for _ in range(3)} == {303}
        answer = send("192.0.2.7")
        assert answer.status_code == 429
        assert 3500 < int(answer.headers["Retry-After"]) <= 3600
        assert "Try again in 60 minutes" in said(answer)
        assert 'value="Jane Doe"' in answer.text
        assert len(lab.jobs.find()) == len(list((settings.store / "Uploaded").iterdir())) == 3
        assert send("192.0.2.8").status_code == 303
        assert send("127.0.0.1").status_code == 303


def test_the_same_file_twice_in_two_colors(lab: Printflow, send_models: SendModels) -> None:
    answer = send_models("one.stl", "one.stl", **{"color-2": "Blue"})
    assert answer.status_code == 303
    jobs = [one.job for one in lab.students.request_of(lab.jobs.find()[0].id)]
    assert [(job.original_name, job.color) for job in jobs] == [
        ("one.stl", "True Red"),
        ("one.stl", "Blue"),
    ]
    assert len({job.file.sha256 for job in jobs}) == 1
    assert len({job.file.name for job in jobs}) == 2
    assert all(job.file.at_hand for job in jobs)


def test_a_zip_is_the_models_in_it(
    lab: Printflow, send_models: SendModels, student: FlaskClient
) -> None:
    packed = zipped(
        ("parts/box.stl", sample_models.stl()),
        ("lid.obj", sample_models.obj()),
        ("read me.txt", b"hello"),
        ("more.zip", zipped(("x.stl", sample_models.stl()))),
    )
    answer = send_models("one.stl", "parts.zip", data={"parts.zip": packed}, quantity="3")
    assert answer.status_code == 303
    jobs = [one.job for one in lab.students.request_of(lab.jobs.find()[0].id)]
    assert [(job.original_name, job.color, job.quantity) for job in jobs] == [
        ("one.stl", "True Red", 3),
        ("box.stl", "True Red", 3),
        ("lid.obj", "True Red", 3),
    ]
    assert [one.name.rpartition(".")[2] for one in (job.file for job in jobs)] == [
        "stl", "stl", "obj",
    ]  # fmt: skip
    page = said(student.get(answer.location))
    assert "Not models, so we left 2 files out: read me.txt, more.zip." in page
    assert list((lab.settings.store / ".incoming").iterdir()) == []


@pytest.mark.parametrize(
    ("packed", "words"),
    [
        (zipped(("read me.txt", b"hello")), "The ZIP file has no model in it."),
        (zipped(("../x.stl", sample_models.stl())), "its entry “../x.stl” leads out"),
        (zipped(("x.stl", bytes(5_000_000))), "a part is compressed"),
        (b"%PDF-1.7" + bytes(200), "This isn't a ZIP file, or it's damaged"),
        (
            zipped(*((f"{n}.stl", sample_models.stl()) for n in range(MODELS_LIMIT + 1))),
            f"Up to {MODELS_LIMIT} models per submission.",
        ),
        (zipped(("x.stl", b"<html>" + bytes(99))), "This is an HTML page, not an STL model."),
    ],
)
def test_a_zip_that_is_refused(
    packed: bytes, words: str, lab: Printflow, send_models: SendModels
) -> None:
    answer = send_models("parts.zip", data={"parts.zip": packed})
    assert answer.status_code in (415, 422)
    assert words in said(answer)
    assert nothing_left(lab)


def test_a_zip_whose_model_is_damaged(lab: Printflow, send_models: SendModels) -> None:
    packed = zipped(("x.stl", sample_models.stl()), compression=zipfile.ZIP_STORED)
    at = packed.index(sample_models.stl()) + 100
    broken = packed[:at] + bytes([packed[at] ^ 1]) + packed[at + 1 :]
    answer = send_models("parts.zip", data={"parts.zip": broken})
    assert answer.status_code == 422
    assert "The ZIP file is damaged: “x.stl” can't be unpacked." in said(answer)
    assert nothing_left(lab)


def test_a_model_in_inches_is_scaled_and_the_original_stays(
    lab: Printflow, send_models: SendModels, staff: FlaskClient
) -> None:
    inch = sample_models.stl(sample_models.box(2, 1, 0.5))
    answer = send_models(
        "inch.stl", "two.stl", data={"inch.stl": inch}, read_as="inches", quantity="2"
    )
    assert answer.status_code == 303
    scaled, other = (one.job for one in lab.students.request_of(lab.jobs.find()[0].id))
    assert other.file.id == other.original.id, "the field is the first model's own"
    assert scaled.file.name == f"{scaled.standard_name}_v2.stl"
    assert lab.files.path(scaled).parent.name == "Uploaded"
    assert lab.files.path(scaled.original).read_bytes() == inch
    assert lab.files.path(scaled.original).parent.name == "Originals"
    assert scaled.facts is None, "the original's figures are wrong"
    lab.models.inspect_due()
    lab.models.inspect_due()
    scaled = lab.jobs.get(scaled.id)
    assert scaled.facts is not None
    assert scaled.facts.dimensions_mm == pytest.approx((50.8, 25.4, 12.7))
    page = staff.get(f"/dashboard/jobs/{scaled.id}")
    words = said(page)
    assert f"{scaled.student_name} scaled the model" in words
    assert "inches, × 25.4" in words and "Was it exported in inches" not in words
    assert f"printflow://open/{scaled.file.name}" in page.text
    assert list((lab.settings.store / ".incoming").iterdir()) == []


@pytest.mark.parametrize(
    ("name", "data", "read_as", "words"),
    [
        ("box.3mf", sample_models.three_mf(), "inches", "We can't scale .3mf files."),
        ("box.stl", sample_models.stl(), "furlongs", "We don't know the unit of this model."),
    ],
)
def test_what_is_not_scaled(
    name: str, data: bytes, read_as: str, words: str, lab: Printflow, send_models: SendModels
) -> None:
    answer = send_models(name, data={name: data}, read_as=read_as)
    assert answer.status_code in (415, 422)
    assert words in said(answer)
    assert nothing_left(lab)
