"""The public form: what is taken, and the answers that bad input gets (`bad-inputs.md` A)."""

from __future__ import annotations

import errno
import re
import struct
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from printflow import Printflow
from printflow import Upload as Sink
from printflow.store.folder_store import FolderStore
from printflow.uploads.receiving import disk_errors
from tests import sample_models
from tests.web.conftest import FORM, Upload, said, token


def nothing_left(lab: Printflow) -> bool:
    """No row, no file and no mail."""
    root = lab.settings.store
    files = [
        path
        for path in root.rglob("*")
        if path.is_file() and path.relative_to(root).parts[0] != ".printflow"
    ]
    return not (files or lab.jobs.find() or lab.mail.find())


def test_a_model_is_taken_and_the_next_steps_are_told(
    lab: Printflow, upload: Upload, student: FlaskClient
) -> None:
    answer = upload()
    (job,) = lab.jobs.find()
    assert (answer.status_code, answer.location) == (303, f"/submit/success?job={job.id}")
    page = student.get(answer.location)
    assert job.id in said(page)
    assert "jane@example.edu" in said(page)
    assert lab.files.path(job).read_bytes() == sample_models.stl()


def test_details_are_only_for_the_browser_that_sent_it(
    lab: Printflow, upload: Upload, app: object
) -> None:
    location = upload().location
    stranger = app.test_client().get(location)  # type: ignore[attr-defined]
    assert (stranger.status_code, stranger.location) == (303, "/find")
    assert "jane@example.edu" not in stranger.text
    assert lab.students.url(lab.jobs.find()[0]).rpartition("/")[2] not in stranger.text


@pytest.mark.parametrize(
    ("line", "name", "data", "status", "words"),
    [
        ("A1", "", b"", 400, "Choose a model file (.stl, .obj, or .3mf)."),
        ("A2", "a.stl", b"", 422, "The file is empty. Export it again."),
        ("A3", "part.exe", sample_models.stl(), 415, ".exe"),
        ("A3", "part.stl.exe", sample_models.stl(), 415, ".stl, .obj, or .3mf"),
        ("A3", "part", sample_models.stl(), 415, "without an extension"),
        (
            "A4",
            "a.stl",
            b"\x89PNG\r\n\x1a\n" + bytes(99),
            415,
            "This is a PNG image, not an STL model.",
        ),
        ("A4", "a.stl", b"PK\x03\x04" + bytes(99), 415, "This is a ZIP archive, not an STL model."),
        (
            "A4",
            "a.stl",
            b"<html></html>" + bytes(99),
            415,
            "This is an HTML page, not an STL model.",
        ),
        ("A4", "a.stl", b"G28\nG1 X1\n" * 20, 415, "This is a G-code file, not an STL model."),
        (
            "A4",
            "a.obj",
            b"\xff\xd8\xff" + bytes(99),
            415,
            "This is a JPEG image, not an OBJ model.",
        ),
        (
            "A5",
            "a.stl",
            bytes(80) + struct.pack("<I", 4_000_000_000) + bytes(50),
            422,
            "The STL file is incomplete: it should have 200,000,000,084 bytes, but has 134.",
        ),
        ("A6", "a.stl", sample_models.stl([]), 422, "The model has no usable triangles."),
        ("A8", "a.3mf", bytes(200), 422, "isn't a 3MF file"),
    ],
)
def test_files_that_are_not_taken(
    lab: Printflow, upload: Upload, line: str, name: str, data: bytes, status: int, words: str
) -> None:
    answer = upload(name, data)
    assert answer.status_code == status, line
    assert words in said(answer)
    assert 'value="Jane Doe"' in answer.text, "what was typed is kept"
    assert nothing_left(lab)


@pytest.mark.parametrize(
    ("line", "fields", "words"),
    [
        ("A20", {"student_email": "a@b"}, "Enter a valid email"),
        ("A20", {"student_email": "a@b.c, v@x.y"}, "Enter one email address"),
        ("A20", {"student_email": "a@b.cc\nBcc: v@x.yy"}, "Enter one email address"),
        ("A20", {"student_email": "a" * 400}, "An email address has at most"),
        ("A21", {"student_name": "   "}, "Enter your first and last name."),
        ("A21", {"student_name": "x" * 101}, "First and last name: Use at most 100 characters"),
        ("A21", {"class_number": ""}, "Enter the class number"),
        ("A22", {"color": "Mauve"}, "Choose from: "),
        ("A22", {"print_method": "Resin"}, "for Resin"),
        ("A22", {"print_method": "Magic"}, "Choose from: Filament, Resin."),
        ("A22", {"printer": "Formlabs Form 3"}, "Choose from: Prusa MK4S"),
        ("A22", {"discipline": "Alchemy"}, "Choose from: Art"),
        ("A23", {"minimum_charge": ""}, "Please confirm that you know about the minimum charge."),
        ("A23", {"minimum_charge": "no"}, "Please confirm that you know about the minimum charge."),
    ],
)
def test_forms_that_are_not_taken(
    lab: Printflow, upload: Upload, line: str, fields: dict[str, str], words: str
) -> None:
    answer = upload(**fields)
    (field,) = list(fields)[:1]
    assert answer.status_code == 422, line
    assert words in said(answer)
    if field not in ("print_method", "color"):
        assert re.search(rf'<p class="field-error" id="{field}-error"[^>]*>[^<]', answer.text)
    assert nothing_left(lab)


def test_markup_in_a_name_is_shown_as_text(lab: Printflow, upload: Upload) -> None:
    assert upload(student_name="<script>alert(1)</script>", color="?").status_code == 422
    page = upload(student_name="<script>alert(1)</script>", color="?").text
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "can't contain a web or email address" in said(upload(student_name="<script>a</script>"))
    assert nothing_left(lab)


@pytest.mark.parametrize(
    "name",
    [
        "../../x.stl",
        "C:\\x.stl",
        "\\\\evil\\s\\x.stl",
        "a%0Ab.stl",
        "x" * 300 + ".stl",
        "模型.stl",
        "‮lts.gnp.stl",
        "🦄.stl",
        "CON.stl",
        "=cmd|' /c calc'!A1.stl",
    ],
)
def test_names_are_data_only(lab: Printflow, upload: Upload, staff: FlaskClient, name: str) -> None:
    assert upload(name).status_code == 303
    (job,) = lab.jobs.find()
    assert job.file.name == f"JaneDoe_Filament_TrueRed_{job.id}.stl"
    assert [path.name for path in (lab.settings.store / "Uploaded").iterdir()] == [job.file.name]
    assert not any(character in job.original_name for character in "\n\0‮")
    page = staff.get(f"/dashboard/jobs/{job.id}")
    assert page.status_code == 200
    assert "‮" not in page.text


@pytest.mark.parametrize("name", ["a.stl.", "a.stl::$DATA"])
def test_endings_that_are_none(upload: Upload, name: str) -> None:
    assert upload(name).status_code == 415


def test_declared_over_the_limit(lab: Printflow, student: FlaskClient) -> None:
    limit = lab.settings.max_upload_mb
    answer = student.post(
        "/submit",
        content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": str((limit + 1) << 20)},
    )
    assert answer.status_code == 413
    assert f"{limit} MB" in said(answer)


def test_the_same_form_twice_is_one_job(lab: Printflow, upload: Upload) -> None:
    first, second = upload(idempotency_key="k" * 32), upload(idempotency_key="k" * 32)
    assert first.location == second.location
    assert second.status_code == 303
    assert len(lab.jobs.find()) == len(list((lab.settings.store / "Uploaded").iterdir())) == 1


def test_the_share_is_gone(lab: Printflow, upload: Upload, tmp_path: Path) -> None:
    lab.settings.store.rename(tmp_path / "unmounted")
    lab.settings.store.mkdir()
    answer = upload()
    assert answer.status_code == 503
    assert lab.jobs.find() == []


@pytest.mark.parametrize("page", ["/", "/submit", "/find", "/login", "/dashboard", "/outbox"])
def test_large_bodies_are_refused_on_every_route(student: FlaskClient, page: str) -> None:
    big = {"student_name": "x" * 600_000}
    assert student.post(page, data=big).status_code in (405, 413)
    declared = {"CONTENT_LENGTH": str(200 << 20)}
    kind = "application/x-www-form-urlencoded"
    answer = student.post(page, content_type=kind, environ_overrides=declared)
    assert answer.status_code in (405, 413)


def test_too_many_parts(student: FlaskClient, lab: Printflow) -> None:
    form = {**FORM, "csrf_token": token(student, "/submit")}
    form.update({f"extra{number}": "x" for number in range(1001)})
    answer = student.post("/submit", data=form, content_type="multipart/form-data")
    assert answer.status_code == 413
    assert nothing_left(lab)


def test_a_wrong_boundary(student: FlaskClient, lab: Printflow) -> None:
    for kind in ("multipart/form-data", "multipart/form-data; boundary=other"):
        answer = student.post("/submit", data=b"--x\r\n\r\n", headers={"Content-Type": kind})
        assert answer.status_code in (400, 403)
    assert nothing_left(lab)


def test_without_a_token_nothing_happens_and_the_form_is_kept(
    lab: Printflow, student: FlaskClient
) -> None:
    answer = student.post("/submit", data=FORM, content_type="multipart/form-data")
    assert answer.status_code == 403
    assert 'value="Jane Doe"' in answer.text
    assert nothing_left(lab)


def test_a_file_over_the_limit_keeps_the_form(
    lab: Printflow, app: Flask, upload: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lab.intake, "receive", partial(limited, lab.intake.receive))
    answer = upload(data=sample_models.stl())
    assert answer.status_code == 413
    assert "over the limit of" in said(answer)
    assert 'value="Jane Doe"' in answer.text
    assert nothing_left(lab)


def limited(receive: Callable[..., Sink], name: str, **options: int | None) -> Sink:
    """An upload whose limit is 500 bytes."""
    upload = receive(name, **options)
    upload._limit = 500
    return upload


def test_the_disk_reserve_is_reached(
    lab: Printflow, upload: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FolderStore, "free_bytes", lambda _store: 1)
    answer = upload()
    assert answer.status_code == 507
    assert "We can't accept files right now" in said(answer)
    assert int(answer.headers["Retry-After"]) > 0
    assert 'value="Jane Doe"' in answer.text
    assert nothing_left(lab)


def test_the_disk_is_full_in_the_middle(
    lab: Printflow, upload: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_upload: Sink, _data: bytes) -> int:
        with disk_errors():
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Sink, "write", full)
    answer = upload()
    assert answer.status_code == 507
    assert 'value="Jane Doe"' in answer.text
    assert nothing_left(lab)


def test_a_foreign_token_leaves_no_file(lab: Printflow, upload: Upload) -> None:
    answer = upload(csrf_token="IjEyMyI.foreign.token")
    assert answer.status_code == 403
    assert nothing_left(lab)


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
@pytest.mark.parametrize("page", ["/", "/submit", "/confirm/x", "/nowhere", "/health/live"])
def test_bodies_of_other_methods(student: FlaskClient, method: str, page: str) -> None:
    declared = {"CONTENT_LENGTH": str(200 << 20)}
    kind = "application/x-www-form-urlencoded"
    answer = student.open(page, method=method, content_type=kind, environ_overrides=declared)
    assert answer.status_code == 413


def test_the_form_asks_the_server_what_a_model_costs(student: FlaskClient, lab: Printflow) -> None:
    method = lab.catalog.current.methods[0].name

    def asked(**typed: str) -> str:
        answer = student.get("/submit/price", query_string={"method": method, **typed})
        assert answer.status_code == 200
        return str(answer.json["text"]) if answer.json else ""

    assert asked(volume="10", copies="1").startswith("usually $3, the minimum charge")
    assert asked(volume="250000", copies="1").startswith("usually $")
    assert asked(volume="250000", copies="1") != asked(volume="250000", copies="2")
    assert asked(volume="", copies="1") == ""
    assert asked() == ""
    plain = asked(volume="250000", copies="1")
    lab.catalog.load(
        {
            **lab.catalog.export(),
            "groups": [{"name": "Staff", "domains": ["lab.edu"]}],
            "prices": [
                {"charge": "percent", "amount": "-50", "groups": ["Staff"]},
                {"charge": "percent", "amount": "100", "rush": True},
            ],
            "needed_by": {"ask": "optional", "rush_days": 2},
            "allowances": [{"name": "Free", "amount": "50", "per": "ever"}],
        },
        by="Ana",
    )
    assert asked(volume="250000", copies="1") == f"{plain}, before your free allowance"
    staff = asked(volume="250000", copies="1", domain="cs.lab.edu")
    rush = asked(volume="250000", copies="1", needed_by=lab.cash_up.today.isoformat())
    assert len({plain, staff.partition(",")[0], rush.partition(",")[0]}) == 3
