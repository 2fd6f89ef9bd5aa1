"""Every route that serves a file of the store: what someone planted there is never handed out."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from printflow import Job, Printflow
from printflow.dispatch.inspection_queue import picture_name
from tests import sample_models
from tests.planted import PLANTS, SECRET, secret, untouched
from tests.plugins.lab import Submit


@pytest.fixture
def job(lab: Printflow, submit: Submit) -> Job:
    """A job with a picture."""
    made = submit()
    lab.models.inspect_due()
    return lab.jobs.get(made.id)


def routes(lab: Printflow, job: Job) -> Iterator[tuple[str, Path]]:
    """Where a file is served, and what is served there."""
    store = lab.settings.store
    yield f"/dashboard/jobs/{job.id}/files/{job.file.id}", lab.files.path(job)
    own = "/jobs/" + lab.students.url(job).rpartition("/")[2]
    for small in (False, True):
        size = "?size=small" if small else ""
        picture = store / "Thumbnails" / picture_name(job.file, small=small)
        yield f"/dashboard/jobs/{job.id}/picture{size}", picture
        yield f"{own}/picture{size}", picture


def test_what_is_planted_is_not_there(
    lab: Printflow, staff: FlaskClient, job: Job, tmp_path: Path
) -> None:
    for number, (route, path) in enumerate(routes(lab, job)):
        with staff.get(route) as answer:
            assert answer.status_code == 200, route
        kept = path.with_name("kept")
        path.rename(kept)
        for plant in PLANTS:
            outside = tmp_path / f"{number}-{plant.__name__}"
            outside.mkdir()
            target = secret(outside)
            plant(path, target)
            begun = time.monotonic()
            for headers in ({}, {"Range": "bytes=0-9"}):
                with staff.get(route, headers=headers) as answer:
                    assert answer.status_code == 404, (route, plant.__name__)
                    assert SECRET[:10] not in answer.data
                    assert str(tmp_path) not in answer.get_data(as_text=True)
            assert time.monotonic() - begun < 5
            assert untouched(target)
            path.rename(outside / "planted")
        kept.rename(path)


def test_a_folder_that_leads_out_serves_nothing(
    lab: Printflow, staff: FlaskClient, job: Job, tmp_path: Path
) -> None:
    for route, path in routes(lab, job):
        away = tmp_path / path.parent.name
        if not path.parent.is_symlink():
            path.parent.rename(away)
            path.parent.symlink_to(away)
        with staff.get(route) as answer:
            assert answer.status_code == 404, route


def test_pages_with_a_planted_file_still_open(
    lab: Printflow, staff: FlaskClient, job: Job, tmp_path: Path
) -> None:
    target = secret(tmp_path)
    lab.files.path(job).unlink()
    lab.files.path(job).symlink_to(target)
    lab.files.path(job).with_suffix(".gcode").symlink_to(target)
    logs = lab.settings.state_dir / "logs"
    logs.mkdir(exist_ok=True)
    (logs / "server-x.log").symlink_to(target)
    pages = ("/dashboard", f"/dashboard/jobs/{job.id}", f"/dashboard/jobs/{job.id}/approve")
    for page in (*pages, "/admin/system"):
        answer = staff.get(page)
        assert answer.status_code == 200, page
        assert "nobody reads this" not in answer.get_data(as_text=True)
    assert untouched(target)


def test_a_download_is_whole_in_parts_or_not_at_all(
    lab: Printflow, staff: FlaskClient, job: Job
) -> None:
    data, route = sample_models.stl(), f"/dashboard/jobs/{job.id}/files/{job.file.id}"
    with staff.get(route) as answer:
        assert answer.data == data
        assert answer.content_length == len(data)
        assert answer.headers["Accept-Ranges"] == "bytes"
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.mimetype == "application/octet-stream"
        since = answer.headers["Last-Modified"]
    with staff.get(route, headers={"Range": "bytes=10-19"}) as part:
        assert (part.status_code, part.data) == (206, data[10:20])
        assert part.headers["Content-Range"] == f"bytes 10-19/{len(data)}"
    with staff.get(route, headers={"Range": f"bytes={len(data)}-"}) as beyond:
        assert beyond.status_code == 416
    with staff.get(route, headers={"If-Modified-Since": since}) as same:
        assert (same.status_code, same.data) == (304, b"")
    with staff.head(route) as head:
        assert (head.status_code, head.data) == (200, b"")
        assert head.content_length == len(data)


def test_no_download_leaves_its_file_open(lab: Printflow, staff: FlaskClient, job: Job) -> None:
    route = f"/dashboard/jobs/{job.id}/files/{job.file.id}"

    def models_open() -> int:
        links = (os.path.realpath(f"/proc/self/fd/{name}") for name in os.listdir("/proc/self/fd"))
        return sum(link.endswith(job.file.name) for link in links)

    for headers in ({}, {"Range": "bytes=0-3"}, {"Range": "bytes=999999999-"}):
        staff.get(route, headers=headers).close()
    staff.head(route).close()
    assert models_open() == 0
