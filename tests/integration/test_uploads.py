"""Taking a file in: limits, errors, and that nothing stays behind."""

from __future__ import annotations

import errno
import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from printflow import (
    FileMissing,
    FileTooLarge,
    FileTypeRefused,
    InvalidInput,
    Printflow,
    Settings,
    StoreFull,
    StoreUnavailable,
)
from tests import sample_models
from tests.plugins.lab import Submit, TestClock

FORM = {
    "student": "Jane Doe",
    "email": "jane@example.edu",
    "method": "Filament",
    "color": "True Red",
    "printer": "Prusa MK4S",
    "discipline": "Engineering",
    "class_number": "ARCH 4000",
    "acknowledge_minimum": True,
}


def left_behind(lab: Printflow) -> list[str]:
    """Every file of the store but its own book-keeping."""
    root = lab.settings.store
    files = (path.relative_to(root) for path in root.rglob("*") if path.is_file())
    return [str(path) for path in files if path.parts[0] != ".printflow"]


def test_an_upload_in_pieces_is_hashed_on_the_way(lab: Printflow) -> None:
    data = sample_models.stl()
    upload = lab.intake.receive("a.stl")
    for start in range(0, len(data), 100):
        upload.write(data[start : start + 100])
    job = lab.intake.submit(upload, **FORM)  # type: ignore[arg-type]
    assert (job.file.sha256, job.file.size) == (hashlib.sha256(data).hexdigest(), len(data))
    assert lab.files.path(job).read_bytes() == data


def test_over_the_limit_while_writing(lab: Printflow, settings: Settings) -> None:
    upload = lab.intake.receive("a.stl")
    with pytest.raises(FileTooLarge, match=f"{settings.max_upload_mb} MB"):
        for _ in range(settings.max_upload_mb + 1):
            upload.write(bytes(1 << 20))
    assert left_behind(lab) == []
    with pytest.raises(FileTooLarge):
        lab.intake.receive("a.stl", declared_size=(settings.max_upload_mb << 20) + 1)


@pytest.mark.parametrize(
    ("replaced", "fields"),
    [
        ({"student": "   "}, ["student_name"]),
        ({"student": "x" * 101}, ["student_name"]),
        ({"email": "a@b"}, ["student_email"]),
        ({"email": "a@b.c, v@x.y"}, ["student_email"]),
        ({"email": "a@b.cc\nBcc: x@y.zz"}, ["student_email"]),
        ({"email": "a" * 400 + "@b.cc"}, ["student_email"]),
        ({"color": "Mauve"}, ["color"]),
        ({"method": "Resin"}, ["color", "printer"]),
        ({"method": "Magic"}, ["print_method"]),
        ({"printer": "Formlabs Form 3"}, ["printer"]),
        ({"discipline": "Alchemy"}, ["discipline"]),
        ({"class_number": ""}, ["class_number"]),
        ({"acknowledge_minimum": False}, ["minimum_charge"]),
        ({"student": "", "email": "", "color": ""}, ["student_name", "student_email", "color"]),
    ],
)
def test_a_wrong_form_leaves_nothing(
    lab: Printflow, submit: Submit, replaced: dict[str, object], fields: list[str]
) -> None:
    with pytest.raises(InvalidInput) as refused:
        submit(**replaced)
    assert [reason.field for reason in refused.value.refusals] == fields
    assert all(reason.message for reason in refused.value.refusals)
    assert (left_behind(lab), lab.jobs.find(), lab.mail.find()) == ([], [], [])


def test_a_domain_the_lab_does_not_allow(settings: Settings, model: Path) -> None:
    limited = settings.model_copy(update={"allowed_email_domains": ["example.edu"]})
    with Printflow.open(limited) as lab:
        with pytest.raises(InvalidInput, match=r"Use your address at example\.edu"):
            lab.intake.submit(model, **{**FORM, "email": "x@elsewhere.org"})  # type: ignore[arg-type]
        job = lab.intake.submit(model, **{**FORM, "email": "x@cs.example.edu"})  # type: ignore[arg-type]
        assert job.student_email == "x@cs.example.edu"


def test_form_and_file_are_told_together(lab: Printflow, tmp_path: Path) -> None:
    picture = tmp_path / "picture.stl"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    with pytest.raises(FileTypeRefused):
        lab.intake.submit(picture, **FORM)  # type: ignore[arg-type]
    with pytest.raises(InvalidInput) as refused:
        lab.intake.submit(picture, **{**FORM, "color": "?"})  # type: ignore[arg-type]
    assert [reason.field for reason in refused.value.refusals] == ["color", "file"]
    assert left_behind(lab) == []


def test_no_file(lab: Printflow, tmp_path: Path) -> None:
    with pytest.raises(FileMissing, match=r"Choose a model file \(\.stl, \.obj, or \.3mf\)"):
        lab.intake.submit(None, **FORM)  # type: ignore[arg-type]
    with pytest.raises(FileMissing, match="There's no file"):
        lab.intake.submit(tmp_path / "nowhere.stl", **FORM)  # type: ignore[arg-type]


def test_the_same_form_twice_gives_the_first_job(lab: Printflow, submit: Submit) -> None:
    first = submit(idempotency_key="k1")
    assert submit(idempotency_key="k1").id == first.id
    assert submit(idempotency_key="k2").id != first.id
    assert len(lab.jobs.find()) == len(left_behind(lab)) == 2


def test_a_closed_upload_leaves_nothing(lab: Printflow) -> None:
    upload = lab.intake.receive("a.stl")
    upload.write(bytes(1000))
    upload.close()
    assert left_behind(lab) == []


def test_a_dropped_upload_is_swept_after_a_day(lab: Printflow, clock: TestClock) -> None:
    clock.now = datetime.now(UTC)  # file times are the system's
    (lab.settings.store / ".incoming" / "0123456789abcdef.part").write_bytes(bytes(1000))
    lab.dispatch()
    assert len(left_behind(lab)) == 1
    clock.advance(hours=25)
    assert lab.dispatch().swept == 1
    assert left_behind(lab) == []


def test_the_file_of_a_job_is_not_swept_however_long_it_waits(
    lab: Printflow, submit: Submit, clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object) -> None:
        raise OSError(errno.EBUSY, "Device or resource busy")

    clock.now = datetime.now(UTC)  # file times are the system's
    with monkeypatch.context() as patched:
        patched.setattr("printflow.store.folder_store.rename_exclusive", busy)
        job = submit()
        clock.advance(hours=25)
        assert lab.dispatch().swept == 0
        assert "stale_upload" not in {finding.code for finding in lab.doctor.examine().findings}
    clock.advance(hours=1)
    lab.dispatch()
    assert lab.files.path(job).is_file()


def test_the_disk_reserve(settings: Settings) -> None:
    greedy = settings.model_copy(update={"disk_reserve_mb": 1 << 40})
    with (
        Printflow.open(greedy) as lab,
        pytest.raises(StoreFull, match="We can't accept files right now"),
    ):
        lab.intake.receive("a.stl")


def test_the_share_is_gone(lab: Printflow, tmp_path: Path) -> None:
    lab.settings.store.rename(tmp_path / "unmounted")
    lab.settings.store.mkdir()
    with pytest.raises(StoreUnavailable):
        lab.intake.receive("a.stl")
    assert list(lab.settings.store.iterdir()) == []


@pytest.mark.parametrize(
    ("student", "stem"),
    [
        ("Jane Doe", "JaneDoe"),
        ("Mary Jane van der Berg", "MaryBerg"),
        ("王小明", "WangXiaoMing"),
        ("Иван Петров", "IvanPetrov"),
        ("José Ñandú", "JoseNandu"),
        ("O'Brien", "OBrien"),
    ],
)
def test_names_of_any_script_give_readable_ascii(
    lab: Printflow, submit: Submit, student: str, stem: str
) -> None:
    job = submit(student=student)
    assert job.student_name == student
    assert job.file.name == f"{stem}_Filament_TrueRed_{job.id}.stl"
