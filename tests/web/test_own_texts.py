"""A lab's own texts in Spanish: written beside the default's, and read by students."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from printflow import Job, Printflow, Status
from tests.small_catalogs import offer
from tests.web.conftest import said, token
from tests.web.test_confirm import link

PAGE = "/admin/catalog/texts/es"
SPANISH = {
    "texts": {"consent": "Acepto este precio.", "rules": "Nada de armas."},
    "names": {"Filament": "Filamento", "True Red": "Rojo", "Engineering": "Ingeniería"},
    "rejection_reasons": {"thin-walls": "Hay paredes demasiado finas."},
}


@pytest.fixture(autouse=True)
def _catalogs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    offer(monkeypatch, tmp_path / "catalogs")


def field(page: str, label: str) -> str:
    """The name of the field with that label."""
    found = re.search(rf'for="(own-\w+)">(?:<bdi>)?{label}', page)
    assert found, f"no field is called {label}"
    return found[1]


def test_texts_are_written_beside_the_default_and_what_is_missing_is_counted(
    lab: Printflow, staff: FlaskClient
) -> None:
    index = said(staff.get("/admin/catalog"))
    assert "Your texts in other languages" in index and "Spanish" in index
    page = staff.get(PAGE).text
    before = lab.catalog.texts_in("es").missing
    assert f"{before} missing" in page and "outdated" not in said(staff.get("/admin/catalog"))
    form = {
        "csrf_token": token(staff, PAGE),
        "version": str(lab.catalog.version()),
        field(page, "Pickup place"): "Recepción",
        field(page, "Gray"): "Gris",
    }
    assert staff.post(PAGE, data=form).status_code == 303
    assert lab.catalog.texts_in("es").missing == before - 1, "a name may be missing"
    assert lab.catalog.current.in_language("es").pick_up.place == "Recepción"
    assert "Saved." in said(staff.get(PAGE))
    again = staff.post(PAGE, data=form)
    assert again.status_code == 409 and "changed the catalog" in said(again)
    assert "Recepción" in again.text, "what was typed stays"


def test_a_wrong_text_is_refused_at_its_field(lab: Printflow, staff: FlaskClient) -> None:
    name = field(staff.get(PAGE).text, "Minimum-charge checkbox text")
    form = {"csrf_token": token(staff, PAGE), "version": str(lab.catalog.version())}
    answer = staff.post(PAGE, data={**form, name: "Cuesta 3 dólares."})
    assert answer.status_code == 422
    assert f'href="#{name}"' in answer.text and "Write {minimum} where" in said(answer)
    assert "Cuesta 3 dólares." in answer.text
    assert staff.get("/admin/catalog/texts/Spanish").status_code == 404
    long = {
        **form,
        name: "小" * 20_000,
    }  # nine bytes each: still a form, and too long for its field
    assert staff.post(PAGE, data=long).status_code == 422


def test_an_outdated_text_says_so_and_is_ticked_off(lab: Printflow, staff: FlaskClient) -> None:
    lab.catalog.change({"translations": {"es": SPANISH}}, by="Ana")
    texts = lab.catalog.export()["texts"]
    lab.catalog.change({"texts": {**texts, "rules": "No weapons!"}}, by="Ana")
    assert "1 outdated" in said(staff.get("/admin/catalog"))
    page = staff.get(PAGE).text
    assert "The translation is still right" in page
    name = field(page, "Rules above the form")
    form = {"csrf_token": token(staff, PAGE), "version": str(lab.catalog.version())}
    staff.post(PAGE, data={**form, name: "Nada de armas.", f"{name}.right": "yes"})
    assert lab.catalog.current.in_language("es").texts.rules == "Nada de armas."


def test_students_read_their_language_and_jobs_keep_the_default_names(
    lab: Printflow, student: FlaskClient, staff: FlaskClient, job_in: Callable[[str], Job]
) -> None:
    pending, refused = job_in("PENDING"), job_in("UPLOADED")
    lab.catalog.change({"translations": {"es": SPANISH}}, by="Ana")
    assert "Rojo" not in student.get("/submit").text
    for browser in (student, staff):
        browser.set_cookie("printflow_language", "es")
    form = student.get("/submit").text
    confirm = student.get(link(lab, pending)).text
    job = staff.get(f"/dashboard/jobs/{pending.id}").text
    assert "Nada de armas." in form
    assert 'value="Filament"' in form and "Filamento" in form
    assert 'value="True Red"' in form and "<span>Rojo</span>" in form
    assert '<option value="Engineering"' in form and "Ingeniería" in form
    assert "Acepto este precio." in confirm
    assert "Rojo" not in job and pending.color in job, "staff act by the default's names"

    lab.jobs.reject(refused.id, by="Sam", reasons=["thin-walls"], text="Mira la base.")
    stored = lab.jobs.get(refused.id)
    assert stored.status is Status.REJECTED and stored.reasons[0].startswith("Some walls")
    own = lab.students.url(stored).removeprefix(lab.settings.effective_base_url)
    page = said(student.get(own))
    assert "Hay paredes demasiado finas." in page and "Mira la base." in page
