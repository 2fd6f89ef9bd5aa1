"""The endpoint for models in pieces, against the text of tus 1.0 (https://tus.io/protocols/resumable-upload)."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from printflow import CHUNK_BYTES, Printflow, Settings
from printflow_web.factory import create_app
from tests import sample_models
from tests.web.conftest import FORM, said, token

MODEL = sample_models.stl()
PIECE = {"Content-Type": "application/offset+octet-stream"}
NAME = {"Upload-Metadata": f"filename {b64encode(b'bracket.stl').decode()}"}


def _named(headers: Mapping[str, str | None]) -> dict[str, str | None]:
    return {name.replace("-", "_"): value for name, value in headers.items()}


@dataclass
class Tus:
    """A client that says its version and its form's token."""

    browser: FlaskClient
    headers: dict[str, str] = field(default_factory=dict)

    def ask(
        self, method: str, path: str, data: bytes = b"", /, **headers: str | None
    ) -> TestResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {"Tus-Resumable": "1.0.0", **self.headers, **named}
        kept = {name: value for name, value in sent.items() if value is not None}
        return self.browser.open(path, method=method, data=data, headers=kept)

    def begin(self, length: int = len(MODEL), name: str = "bracket.stl") -> str:
        metadata = f"filename {b64encode(name.encode()).decode()}"
        made = self.ask("POST", "/uploads", Upload_Length=str(length), Upload_Metadata=metadata)
        assert made.status_code == 201, said(made)
        return made.headers["Location"]

    def piece(self, path: str, offset: int, data: bytes, **headers: str | None) -> TestResponse:
        wanted = {"Upload_Offset": str(offset), "Content_Type": PIECE["Content-Type"]}
        return self.ask("PATCH", path, data, **{**wanted, **headers})

    def whole(self, data: bytes = MODEL, name: str = "bracket.stl") -> str:
        """The id of an upload that is finished."""
        path = self.begin(len(data), name)
        assert self.piece(path, 0, data).status_code == 204
        return path.rpartition("/")[2]

    def offset(self, path: str) -> int | None:
        found = self.ask("HEAD", path)
        return int(found.headers["Upload-Offset"]) if found.status_code == 200 else None


@pytest.fixture
def tus(student: FlaskClient) -> Tus:
    return Tus(student, {"X-CSRFToken": token(student, "/submit")})


def test_a_file_in_pieces(tus: Tus, lab: Printflow) -> None:
    path = tus.begin()
    assert path.startswith("/uploads/") and len(path.rpartition("/")[2]) == 26
    assert tus.offset(path) == 0
    for start in range(0, len(MODEL), 100):
        answer = tus.piece(path, start, MODEL[start : start + 100])
        assert answer.status_code == 204 and answer.data == b""
        assert answer.headers["Upload-Offset"] == str(min(start + 100, len(MODEL)))
        assert parsedate_to_datetime(answer.headers["Upload-Expires"]).tzinfo is not None
    found = tus.ask("HEAD", path)
    assert found.headers["Upload-Length"] == found.headers["Upload-Offset"] == str(len(MODEL))
    assert found.headers["Upload-Metadata"] == NAME["Upload-Metadata"]
    assert found.headers["Cache-Control"] == "no-store"
    (upload,) = lab.staged.whole([path.rpartition("/")[2]])
    assert upload.sha256 == hashlib.sha256(MODEL).hexdigest()  # type: ignore[union-attr]


def test_what_is_spoken_here(tus: Tus, settings: Settings) -> None:
    for path in ("/uploads", "/uploads/anything"):
        said_here = tus.ask("OPTIONS", path, Tus_Resumable=None)
        assert said_here.status_code == 200
        assert said_here.headers["Tus-Version"] == said_here.headers["Tus-Resumable"] == "1.0.0"
        assert set(said_here.headers["Tus-Extension"].split(",")) == {
            "creation", "termination", "expiration", "checksum",
        }  # fmt: skip
        assert said_here.headers["Tus-Max-Size"] == str(settings.max_upload_mb << 20)
        assert "sha1" in said_here.headers["Tus-Checksum-Algorithm"].split(",")


CREATION: list[tuple[dict[str, str | None], int]] = [
    ({}, 201),
    ({"Upload-Metadata": NAME["Upload-Metadata"] + ",relativePath bnVsbA==,empty"}, 201),
    ({"Tus-Resumable": None}, 412),
    ({"Tus-Resumable": "0.2.2"}, 412),
    ({"Upload-Length": None}, 400),
    ({"Upload-Length": "-1"}, 400),
    ({"Upload-Length": "1e3"}, 400),
    ({"Upload-Length": None, "Upload-Defer-Length": "1"}, 400),
    ({"Upload-Length": "0"}, 422),
    ({"Upload-Length": str((100 << 20) + 1)}, 413),
    ({"Upload-Length": "9" * 15}, 413),
    ({"Upload-Metadata": None}, 400),
    ({"Upload-Metadata": "filename !!!"}, 400),
    ({"Upload-Metadata": "filename YQ==,filename Yg=="}, 400),
    ({"Upload-Metadata": "filename " + "A" * 8192}, 400),
    ({"Upload-Metadata": f"filename {b64encode(b'a.exe').decode()}"}, 415),
    ({"X-HTTP-Method-Override": "PATCH"}, 405),
    ({"X-CSRFToken": "forged"}, 403),
    ({"X-CSRFToken": None}, 403),
]


def test_creation(tus: Tus) -> None:
    for headers, status in CREATION:
        sent = {**NAME, "Upload-Length": "1000", **headers}
        answer = tus.ask("POST", "/uploads", **_named(sent))
        assert answer.status_code == status, (headers, answer.text)
        assert answer.headers["Tus-Resumable"] == "1.0.0"
        assert ("Location" in answer.headers) == (status == 201)
        assert ("Tus-Version" in answer.headers) == (status == 412)
        assert status == 201 or (answer.json or {})["error"]["message"]


DIGEST = b64encode(hashlib.sha1(MODEL[:100]).digest()).decode()
PIECES: list[tuple[dict[str, str | None], int]] = [
    ({}, 204),
    ({"Upload-Checksum": f"sha1 {DIGEST}"}, 204),
    ({"Tus-Resumable": "2.0.0"}, 412),
    ({"Content-Type": "application/octet-stream"}, 415),
    ({"Upload-Offset": None}, 400),
    ({"Upload-Offset": "x"}, 400),
    ({"Upload-Offset": "1"}, 409),
    ({"Upload-Offset": "100"}, 409),
    ({"Upload-Checksum": f"sha1 {DIGEST[:-4]}AAA="}, 460),
    ({"Upload-Checksum": "crc32 AAAA"}, 400),
    ({"Upload-Checksum": "sha1 ???"}, 400),
    ({"X-HTTP-Method-Override": "PUT"}, 405),
    ({"X-CSRFToken": None}, 403),
]


def test_a_piece(tus: Tus) -> None:
    overridden = {"X-HTTP-Method-Override": "PATCH"}
    for method, more in (("PATCH", {}), ("POST", overridden)):
        for headers, status in PIECES:
            path = tus.begin()
            sent = {**PIECE, "Upload-Offset": "0", **more, **headers}
            answer = tus.ask(method, path, MODEL[:100], **_named(sent))
            assert answer.status_code == status, (headers, answer.text)
            assert answer.headers["Tus-Resumable"] == "1.0.0"
            assert tus.offset(path) == (100 if status == 204 else 0), "refused means untouched"


def test_more_than_the_file_has(tus: Tus) -> None:
    path = tus.begin(50)
    assert tus.piece(path, 0, MODEL[:20]).status_code == 204
    assert tus.piece(path, 20, MODEL[20:51]).status_code == 413
    assert tus.offset(path) == 20
    assert tus.piece(path, 20, MODEL[20:50]).status_code == 204
    assert tus.piece(path, 50, b"x").status_code == 413
    assert tus.offset(path) == 50


def test_what_is_not_there(tus: Tus) -> None:
    for path in ("/uploads/" + "a" * 26, "/uploads/x", "/uploads/..%2f..%2fx"):
        for method in ("HEAD", "PATCH", "DELETE"):
            answer = tus.ask(method, path, **_named({**PIECE, "Upload-Offset": "0"}))
            assert answer.status_code == 404, (method, path)
            assert "Upload-Offset" not in answer.headers


def test_termination(tus: Tus, lab: Printflow) -> None:
    path = tus.begin()
    tus.piece(path, 0, MODEL[:100])
    assert tus.ask("DELETE", path).status_code == 204
    assert tus.ask("DELETE", path).status_code == tus.ask("HEAD", path).status_code == 404
    assert tus.piece(path, 100, MODEL[100:]).status_code == 404
    assert list((lab.settings.store / ".incoming").iterdir()) == []


def test_a_piece_has_a_limit_of_its_own(tus: Tus) -> None:
    path = tus.begin(CHUNK_BYTES * 2)
    assert tus.piece(path, 0, bytes(CHUNK_BYTES + 1)).status_code == 413
    assert tus.piece(path, 0, bytes(100_000)).status_code == 204, "more than other bodies may have"


Post = Callable[..., TestResponse]


@pytest.fixture
def post(student: FlaskClient) -> Post:
    """Send the form with uploads by their ids."""

    def sent(*uploads: str, **fields: str) -> TestResponse:
        form = {"csrf_token": token(student, "/submit"), **FORM, **fields, "upload": list(uploads)}
        return student.post("/submit", data=form, content_type="multipart/form-data")

    return sent


def test_a_form_names_its_uploads(tus: Tus, post: Post, lab: Printflow) -> None:
    other = sample_models.stl(sample_models.box(30, 30, 30))
    first, second = tus.whole(), tus.whole(other, "arm.stl")
    fields = {"quantity-2": "5", "color-2": "Blue", "idempotency_key": "k" * 20}
    answer = post(first, second, **fields)
    assert answer.status_code == 303, said(answer)
    jobs = {job.original_name: job for job in lab.jobs.find()}
    assert {name: (job.quantity, job.color) for name, job in jobs.items()} == {
        "bracket.stl": (1, "True Red"),
        "arm.stl": (5, "Blue"),
    }
    assert lab.files.path(jobs["arm.stl"]).read_bytes() == other
    again = post(first, second, **fields)  # a double send, a lost answer, Back
    assert (again.status_code, again.location) == (303, answer.location)
    assert len(lab.jobs.find()) == 2
    changed = post(first, second, **{**fields, "quantity-2": "6"})
    assert changed.status_code == 422, "an upload is one request's alone"
    assert "“arm.stl” isn't on the server anymore. Choose it again." in said(changed)
    assert post(first, idempotency_key="z" * 20).status_code == 410
    for upload in (first, second):
        assert tus.offset(f"/uploads/{upload}") is None
        assert tus.ask("DELETE", f"/uploads/{upload}").status_code == 404
    lab.dispatch()
    assert all(lab.files.path(job).is_file() for job in lab.jobs.find())


def test_a_refused_form_keeps_its_upload(tus: Tus, post: Post, lab: Printflow) -> None:
    upload = tus.whole()
    assert post(upload, class_number=" ").status_code == 422
    assert post(upload).status_code == 303
    assert len(lab.jobs.find()) == 1


def test_what_is_no_model_is_told_as_without_pieces(tus: Tus, post: Post, lab: Printflow) -> None:
    answer = post(tus.whole(b"\x89PNG\r\n\x1a\n" + bytes(200)))
    assert answer.status_code == 415
    assert "This is a PNG image, not an STL model" in said(answer)
    assert lab.jobs.find() == []


def test_a_form_sent_before_its_file(tus: Tus, post: Post, lab: Printflow) -> None:
    path = tus.begin()
    tus.piece(path, 0, MODEL[:100])
    answer = post(path.rpartition("/")[2])
    assert answer.status_code == 422
    assert "“bracket.stl” wasn't uploaded completely" in said(answer)
    assert post("a" * 26).status_code == post("../../x").status_code == 410
    assert lab.jobs.find() == []


def test_together_they_have_the_form_s_limit(settings: Settings) -> None:
    small = settings.model_copy(update={"max_upload_mb": 1})
    with Printflow.open(small) as lab:
        browser = create_app(lab).test_client()
        tus = Tus(browser, {"X-CSRFToken": token(browser, "/submit")})
        uploads = [tus.whole(MODEL.ljust(600_000, b"\0"), f"{name}.stl") for name in "ab"]
        form = {"csrf_token": tus.headers["X-CSRFToken"], **FORM, "upload": uploads}
        answer = browser.post("/submit", data=form, content_type="multipart/form-data")
        assert answer.status_code == 413
        assert "Together, these files are over the limit of 1 MB" in said(answer)


def test_too_many_and_no_room_are_told_before_a_byte(settings: Settings) -> None:
    few = settings.model_copy(update={"submissions_per_hour": 1, "disk_reserve_mb": 1 << 30})
    with Printflow.open(few) as lab:
        browser = create_app(lab).test_client()
        tus = Tus(browser, {"X-CSRFToken": token(browser, "/submit")})
        full = tus.ask("POST", "/uploads", Upload_Length="1000", **_named(NAME))
        assert full.status_code == 507
        assert full.json and "disk is full" in full.json["error"]["message"]
    with Printflow.open(few.model_copy(update={"disk_reserve_mb": 0})) as lab:
        browser = create_app(lab).test_client()
        browser.environ_base["REMOTE_ADDR"] = "192.0.2.7"
        tus = Tus(browser, {"X-CSRFToken": token(browser, "/submit")})
        for _ in range(10):
            tus.begin()
        refused = tus.ask("POST", "/uploads", Upload_Length="1000", **_named(NAME))
        assert refused.status_code == 429
        assert int(refused.headers["Retry-After"]) > 0
