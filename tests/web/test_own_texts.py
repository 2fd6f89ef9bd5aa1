"""A lab's own texts in Spanish: written beside the default's, and read by students."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from printflow import Printflow, Settings, Status
from tests import sample_models
from tests.plugins.lab import Submit
from tests.small_catalogs import offer
from tests.web.conftest import FORM, said, send, token
from tests.web.test_confirm import link

ES = {"Accept-Language": "es"}
PAGE = "/admin/catalog/texts/es"
SPANISH: dict[str, Any] = {
    "texts": {"consent": "Acepto este precio.", "rules": "Nada de armas."},
    "names": {"Filament": "Filamento", "True Red": "Rojo", "Engineering": "Ingeniería"},
    "rejection_reasons": {"thin-walls": "Hay paredes demasiado finas."},
}


def field(page: str, label: str) -> str:
    """The name of the field with that label."""
    found = re.search(rf'for="(own-\w+)">(?:<bdi>)?{label}', page)
    assert found, f"no field is called {label}"
    return found[1]


def test_texts_are_written_beside_the_default_and_what_is_missing_is_counted(
    lab: Printflow, staff: FlaskClient
) -> None:
    lab.catalog.change({"translations": {}}, by="Ana")  # a new lab has Spanish texts
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


@pytest.fixture
def settings(settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Settings:
    """A lab that offers Spanish."""
    offer(monkeypatch, tmp_path / "catalogs")
    return settings


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found
    return found[1]


def sent_form(browser: FlaskClient, page: str) -> TestResponse:
    form = {
        **FORM,
        **{name: hidden(page, name) for name in ("csrf_token", "consent_version", "texts_seen")},
        "file": (BytesIO(sample_models.stl()), "bracket.stl"),
    }
    return browser.post("/submit", data=form, headers=ES)


def test_students_read_their_language_and_what_they_agreed_to_is_kept(
    lab: Printflow, student: FlaskClient, staff: FlaskClient
) -> None:
    lab.catalog.change({"translations": {"es": SPANISH}}, by="Ana")
    assert "Rojo" not in student.get("/submit").text
    page = student.get("/submit", headers=ES).text
    assert 'value="Filament"' in page and "Filamento" in page
    assert 'value="True Red"' in page and "<span>Rojo</span>" in page
    assert '<option value="Engineering"' in page and "Ingeniería" in page

    other = {**SPANISH["texts"], "rules": "Nada de nada."}
    lab.catalog.change({"translations": {"es": {**SPANISH, "texts": other}}}, by="Ana")
    refused = sent_form(student, page)
    assert refused.status_code == 422 and "changed its rules" in said(refused)
    lab.catalog.change({"translations": {"es": SPANISH}}, by="Ana")
    assert sent_form(student, page).status_code == 303
    (job,) = lab.jobs.find()
    assert (job.language, job.color, job.method) == ("es", "True Red", "Filament")
    agreed = lab.jobs.agreement(job.id)
    assert agreed.language == "es" and agreed.text.startswith("Nada de armas.\n\nI understand")

    lab.jobs.approve(job.id, by="Ana", grams="42.5", hours="3.25", material="PLA")
    path = link(lab, job)
    price = student.get(path).text
    assert "Acepto este precio." in price and "Rojo" in price
    data = {"action": "confirm", "consent": "yes", "csrf_token": hidden(price, "csrf_token")}
    assert student.post(path, data={**data, "agreed": "es.0123"}).status_code == 422
    send(student, path, action="confirm", consent="yes", agreed=hidden(price, "agreed"))
    details = lab.jobs.details(job.id).events[-1].details
    assert details["consent_text"] == "Acepto este precio." and details["consent_language"] == "es"
    staff_page = staff.get(f"/dashboard/jobs/{job.id}").text
    assert "Rojo" not in staff_page and "True Red" in staff_page, "staff act by the default's names"
    assert "The student reads Spanish." in said(staff.get(f"/dashboard/jobs/{job.id}"))


def test_a_reason_from_the_list_is_said_in_the_student_s_language(
    lab: Printflow, student: FlaskClient, submit: Submit
) -> None:
    lab.catalog.change({"translations": {"es": SPANISH}}, by="Ana")
    job = submit(language="es")
    lab.jobs.reject(job.id, by="Sam", reasons=["thin-walls"], text="Mira la base.")
    stored = lab.jobs.get(job.id)
    assert stored.status is Status.REJECTED and stored.reasons[0].startswith("Some walls")
    page = said(student.get(lab.students.url(stored)))
    assert "Hay paredes demasiado finas." in page and "Mira la base." in page
    mails = {mail.template: lab.mail.preview(mail.id).text for mail in lab.mail.find()}
    assert "- Hay paredes demasiado finas." in mails["rejected"]
    assert "Filamento, Rojo" in mails["received"] and "Rojo" not in mails.get("staff_alert", "")
