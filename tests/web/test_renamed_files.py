"""What pages say while a corrected job's file is still open under its old name."""

from __future__ import annotations

import errno

import pytest
from flask.testing import FlaskClient

from printflow import Printflow
from tests.plugins.lab import Submit, TestClock
from tests.web.conftest import said, token


def test_pages_show_both_names_and_open_the_one_on_the_share(
    lab: Printflow,
    staff: FlaskClient,
    submit: Submit,
    clock: TestClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    job = submit()
    red, blue = job.file.name, f"JaneDoe_Filament_Blue_{job.id}.stl"
    page = f"/dashboard/jobs/{job.id}"

    def busy(*_: object) -> None:
        raise OSError(errno.EBUSY, "Device or resource busy")

    with monkeypatch.context() as patched:
        patched.setattr("printflow.store.folder_store.rename_exclusive", busy)
        lab.corrections.edit(job.id, by="Ana", color="Blue")
    shown = staff.get(page)
    assert f"{red} → {blue}" in said(shown)
    assert "It will be renamed as soon as it's closed." in said(shown)
    assert f"Files: JaneDoe_Filament_TrueRed_{job.id} → JaneDoe_Filament_Blue_{job.id}" in said(
        shown
    )
    assert f"printflow://open/{red}" in shown.text
    download = staff.get(f"{page}/files/{job.file.id}")
    assert download.status_code == 200
    assert f"filename={blue}" in download.headers["Content-Disposition"]
    download.close()
    clock.advance(minutes=1)
    lab.dispatch()
    shown = staff.get(page)
    assert f"{red} →" not in said(shown)
    assert f"printflow://open/{blue}" in shown.text
    # A page that was loaded before the correction still clicks on the old name.
    form = {"csrf_token": token(staff, page), "job": job.id, "file": red}
    assert staff.post("/dashboard/this-pc/clicks", data=form).status_code == 204
