"""Files in pieces, on disk: restarts, sweeps, limits, and that each is one request's alone."""

from __future__ import annotations

import io
import os
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from printflow import (
    FileTypeRefused,
    IdentityRefused,
    InvalidInput,
    Job,
    NotFound,
    Printflow,
    Settings,
    StoreFull,
    StoreUnavailable,
    UploadGone,
    UploadMismatch,
)
from printflow.domain.permit import STRANGER
from printflow.service.form_check import Model
from printflow.uploads.staging import ArrivedUpload
from tests import sample_models
from tests.integration.test_uploads import FORM, left_behind
from tests.plugins.lab import TestClock

MODEL = sample_models.stl()


def arrived(lab: Printflow, data: bytes = MODEL, name: str = "bracket.stl") -> str:
    upload = lab.staged.begin(name, len(data))
    lab.staged.append(upload, 0, io.BytesIO(data))
    return upload


def submit(lab: Printflow, *uploads: str, **replaced: str) -> list[Job]:
    models = [
        Model(file=file, color=replaced.get("color", "True Red"))
        for file in lab.staged.whole(uploads)
    ]
    form = {name: value for name, value in FORM.items() if name != "color"}
    key = replaced.get("key", "k" * 20)
    return lab.intake.submit_several(models, idempotency_key=key, **form)  # type: ignore[arg-type]


def age(lab: Printflow, hours: float) -> None:
    """Make everything in ``.incoming`` as old as that."""
    for path in (lab.settings.store / ".incoming").iterdir():
        then = datetime.now(UTC).timestamp() - 3600 * hours
        os.utime(path, (then, then))


def test_it_goes_on_after_a_restart(settings: Settings) -> None:
    with Printflow.open(settings) as lab:
        upload = lab.staged.begin("bracket.stl", len(MODEL), metadata="filename eA==")
        lab.staged.append(upload, 0, io.BytesIO(MODEL[:100]))
    # What a killed server leaves: the beginning of a piece that nobody was told of.
    (part,) = (settings.store / ".incoming").glob("*.part")
    with part.open("ab") as file:
        file.write(MODEL[100:150])
    with Printflow.open(settings) as lab:
        found = lab.staged.get(upload)
        assert (found.offset, found.length, found.whole) == (150, len(MODEL), False)
        assert found.note.metadata == "filename eA=="
        with pytest.raises(UploadMismatch):
            lab.staged.append(upload, 100, io.BytesIO(MODEL[100:]))
        assert lab.staged.append(upload, 150, io.BytesIO(MODEL[150:])).whole
        (job,) = submit(lab, upload)
        assert lab.files.path(job).read_bytes() == MODEL
        assert upload not in " ".join(left_behind(lab)), "the id is a secret"


def test_what_nobody_goes_on_with_is_swept(lab: Printflow, clock: TestClock) -> None:
    clock.now = datetime.now(UTC)  # file times are the system's
    whole, half = arrived(lab), lab.staged.begin("half.stl", 1000)
    age(lab, 22)
    assert lab.staged.get(whole).whole
    age(lab, 23.5)  # no form takes it under the hands of the sweep
    for upload in (whole, half):
        with pytest.raises(NotFound):
            lab.staged.get(upload)
    assert lab.dispatch().swept == 0
    age(lab, 24.5)
    assert lab.dispatch().swept == 4
    assert left_behind(lab) == []


def test_one_that_goes_on_for_days_keeps_its_note(lab: Printflow, clock: TestClock) -> None:
    clock.now = datetime.now(UTC)
    upload = lab.staged.begin("bracket.stl", len(MODEL))
    lab.staged.append(upload, 0, io.BytesIO(MODEL[:100]))
    (note,) = (lab.settings.store / ".incoming").glob("*.json")
    os.utime(note, (0, 0))
    assert lab.dispatch().swept == 0
    assert "stale_upload" not in {finding.code for finding in lab.doctor.examine().findings}
    assert lab.staged.append(upload, 100, io.BytesIO(MODEL[100:])).whole


def test_one_upload_one_request_even_at_once(lab: Printflow) -> None:
    upload = arrived(lab)
    outcomes: list[object] = []

    def send(color: str) -> None:
        try:
            outcomes.extend(submit(lab, upload, color=color))
        except (UploadGone, InvalidInput) as error:
            outcomes.append(error)

    colors = ("True Red", "Blue", "True Red", "Blue")
    threads = [threading.Thread(target=send, args=(color,)) for color in colors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    jobs = {one.id for one in outcomes if isinstance(one, Job)}
    assert len(jobs) == len(lab.jobs.find()) == 1, outcomes
    assert len(outcomes) == 4 and sum(isinstance(one, Job) for one in outcomes) == 2
    lab.dispatch()
    assert lab.files.path(lab.jobs.find()[0]).read_bytes() == MODEL


def test_giving_up_is_no_way_to_take_a_job_s_file(lab: Printflow, clock: TestClock) -> None:
    upload = arrived(lab)
    with pytest.MonkeyPatch.context() as patched:

        def busy(*_: object) -> None:
            raise OSError(16, "busy")

        patched.setattr("printflow.store.folder_store.rename_exclusive", busy)
        (job,) = submit(lab, upload)  # accepted, and still in .incoming
        for ask in (lab.staged.get, lab.staged.give_up):
            with pytest.raises(NotFound):
                ask(upload)
    clock.advance(hours=1)
    lab.dispatch()
    assert lab.files.path(job).read_bytes() == MODEL
    given_up = arrived(lab)
    (file,) = lab.staged.whole([given_up])
    lab.staged.give_up(given_up)
    with pytest.raises(UploadGone):
        lab.intake.submit_several(
            [Model(file=file, color="Blue")],
            **{name: value for name, value in FORM.items() if name != "color"},  # type: ignore[arg-type]
        )


def test_two_pieces_at_once_are_not_written_over_each_other(lab: Printflow) -> None:
    upload = lab.staged.begin("bracket.stl", len(MODEL))

    class Slow(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            with pytest.raises(UploadMismatch) as refused:
                lab.staged.append(upload, 0, io.BytesIO(b"other"))
            assert refused.value.code == "upload_busy"
            return super().read(size)

    assert lab.staged.append(upload, 0, Slow(MODEL)).whole
    with lab._parts.store.read_incoming(next(iter(_parts(lab))).name) as file:
        assert file.read() == MODEL


def _parts(lab: Printflow) -> list[Path]:
    return list((lab.settings.store / ".incoming").glob("*.part"))


def test_no_room(lab: Printflow, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    upload = lab.staged.begin("bracket.stl", len(MODEL))
    free = (settings.disk_reserve_mb << 20) + 50
    monkeypatch.setattr(type(lab._parts.store), "free_bytes", lambda _store: free)
    with pytest.raises(StoreFull, match="the disk is full"):
        lab.staged.begin("bracket.stl", len(MODEL))
    with pytest.raises(StoreFull):
        lab.staged.append(upload, 0, io.BytesIO(MODEL), length=len(MODEL))
    monkeypatch.undo()
    assert lab.staged.append(upload, 0, io.BytesIO(MODEL), length=len(MODEL)).whole


def test_the_share_is_gone(lab: Printflow, tmp_path: Path) -> None:
    upload = lab.staged.begin("bracket.stl", len(MODEL))
    lab.settings.store.rename(tmp_path / "unmounted")
    lab.settings.store.mkdir()
    for ask in (
        lambda: lab.staged.begin("bracket.stl", 1000),
        lambda: lab.staged.get(upload),
        lambda: lab.staged.append(upload, 0, io.BytesIO(MODEL)),
    ):
        with pytest.raises(StoreUnavailable):
            ask()
    lab.settings.store.rmdir()
    (tmp_path / "unmounted").rename(lab.settings.store)
    assert lab.staged.get(upload).offset == 0, "a share that's away isn't an upload that's gone"


def test_who_and_what_is_taken_is_told_before_a_byte(settings: Settings) -> None:
    required = settings.model_copy(
        update={"identity": settings.identity.model_copy(update={"students": "required"})}
    )
    with Printflow.open(required) as lab:
        with lab.acting(STRANGER), pytest.raises(IdentityRefused):
            lab.staged.begin("bracket.stl", 1000)
        with pytest.raises(FileTypeRefused):
            lab.staged.begin("bracket.exe", 1000)
        assert left_behind(lab) == []
        (file,) = lab.staged.whole([arrived(lab)])
        assert isinstance(file, ArrivedUpload)
        with pytest.raises(ValueError, match="whole"):
            file.write(b"more")


def test_a_zip_in_pieces_is_the_models_in_it(lab: Printflow) -> None:
    packed = sample_models.zipped(("a.stl", MODEL), ("b.obj", sample_models.obj()), ("c.txt", b"-"))
    upload = arrived(lab, packed, "parts.zip")
    with pytest.raises(InvalidInput):
        submit(lab, upload, color="No Such Color")
    jobs = submit(lab, upload)
    assert [job.original_name for job in jobs] == ["a.stl", "b.obj"]
    assert [lab.files.path(job).read_bytes() for job in jobs] == [MODEL, sample_models.obj()]
    again = submit(lab, upload)
    assert [job.id for job in again] == [job.id for job in jobs]
