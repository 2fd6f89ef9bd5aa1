"""Every email is in the language of whoever gets it, whoever made it leave."""

from __future__ import annotations

from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from printflow import Model, Printflow, Settings, speaking
from tests.integration.test_smtp import Lab as Server
from tests.integration.test_smtp import running
from tests.plugins.lab import Submit, TestClock
from tests.small_catalogs import offer

JANE, BOSS = "jane@example.edu", "boss@example.edu"


@pytest.fixture
def server() -> Iterator[tuple[Server, int]]:
    handler = Server()
    with running(handler) as port:
        yield handler, port


@pytest.fixture
def settings(
    settings: Settings,
    server: tuple[Server, int],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Settings:
    """A French lab with a mail server."""
    offer(monkeypatch, tmp_path / "catalogs")
    mail = {
        "smtp_host": "127.0.0.1",
        "smtp_port": server[1],
        "smtp_security": "none",
        "receipts": True,
        "request_wait_minutes": 0,
    }
    return settings.model_copy(
        update={
            "language": "fr",
            "weekly_summary_to": (BOSS,),
            "undo_seconds": 0,
            "mail": settings.mail.model_copy(update=mail),
        }
    )


def taken(server: Server) -> list[EmailMessage]:
    return [message_from_bytes(one, policy=policy.default) for one in server.taken]


def body(mail: EmailMessage, kind: str = "plain") -> str:
    found = mail.get_body((kind,))
    assert isinstance(found, EmailMessage)
    return str(found.get_content())


def test_students_get_their_request_s_language_and_staff_the_lab_s(
    lab: Printflow, submit: Submit, clock: TestClock, server: tuple[Server, int], model: Path
) -> None:
    job = submit(language="es")
    with speaking("en"):  # whoever acts reads another language
        lab.dispatch()
        lab.jobs.approve(job.id, by="Ana", grams="42.5", hours="3.25", material="PLA")
        lab.dispatch()
        clock.advance(days=6)
        lab.dispatch()  # a reminder
        link = lab.quotes.url(lab.jobs.details(job.id).quotes[0]).rpartition("/")[2]
        lab.quotes.confirm(link, consent=True)
        token = lab.students.url(job).rpartition("/")[2]
        lab.dispatch()
        lab.messages.send(token, "Can it be blue?")
        lab.dispatch()
        lab.notes.add(job.id, by="Ana", text="Yes.", for_student=True)
        lab.dispatch()
        lab.jobs.start_printing(job.id, by="Ana")
        lab.jobs.complete(job.id, by="Ana")
        lab.dispatch()
        clock.advance(days=8)
        lab.dispatch()  # a reminder to pick it up
        lab.jobs.pick_up(job.id, by="Ana", amount="4.25", method="cash")
        lab.messages.mail_links(JANE)
        clock.advance(minutes=2)
        lab.dispatch()
        several = lab.intake.submit_several(
            [Model(file=model, color="True Red"), Model(file=model, color="Blue")],
            student="Jane Doe",
            email=JANE,
            method="Filament",
            printer="Prusa MK4S",
            discipline="Engineering",
            class_number="ARCH 4000",
            acknowledge_minimum=True,
            language="es",
        )
        for one in several:
            lab.jobs.approve(one.id, by="Ana", grams="10", hours="1", material="PLA")
        lab.dispatch()
        previews = {mail.message_id: lab.mail.preview(mail.id) for mail in lab.mail.find(limit=99)}
    told = {str(mail["Message-ID"]).split(".")[1]: mail for mail in taken(server[0])}
    assert set(told) == {
        *("received", "approved", "reminder", "confirmed", "message", "completed"),
        *("pick_up_reminder", "receipt", "find_jobs", "prices"),
        *("staff_alert", "student_message", "summary"),
    }
    for name, mail in told.items():
        tag = "es" if JANE in mail["To"] else "fr"
        assert (name, mail["Content-Language"]) == (name, tag)
        html = body(mail, "html")
        assert f'<html lang="{tag}" dir="ltr"' in html
        if tag == "es":
            assert "Hola, Jane:" in body(mail), name
            assert "Hola, Jane:" in html or name == "find_jobs", name
            assert "Hello" not in body(mail) + html, name
        assert previews[str(mail["Message-ID"])].language == tag, "and the outbox shows it so"
    subject = " ".join(str(told["approved"]["Subject"]).split())
    assert subject == f"Confirma 4,25 $ (trabajo {job.id})", "money, too"
    assert "Confirma el precio" in body(told["approved"], "html")


def test_who_has_chosen_none_or_one_that_is_gone_gets_the_lab_s(
    lab: Printflow, submit: Submit, server: tuple[Server, int], settings: Settings
) -> None:
    assert submit().language == submit(language="de").language == ""
    spanish = submit(language="es")
    lab.dispatch()
    to_jane = [mail for mail in taken(server[0]) if JANE in mail["To"]]
    assert [str(mail["Content-Language"]) for mail in to_jane] == ["fr", "fr", "es"]
    assert ["Bonjour Jane," in body(mail) for mail in to_jane] == [True, True, False]
    lab.close()
    with Printflow.open(settings.model_copy(update={"languages": ("fr",)})) as later:
        assert later.jobs.get(spanish.id).language == "es"
        mail = later.jobs.details(spanish.id).mails[0]
        assert later.mail.preview(mail.id).language == "fr", "Spanish is no longer offered"


def test_what_is_stored_as_a_text_is_said_in_the_receiver_s_language(
    lab: Printflow, submit: Submit, server: tuple[Server, int]
) -> None:
    job = submit(language="es")
    with speaking("fr"):
        lab.students.withdraw(lab.students.url(job).rpartition("/")[2])
    assert lab.jobs.get(job.id).reasons == ("Canceled by the student",), "scripts read English"
    with speaking("fr"):
        mails = lab.jobs.details(job.id).mails
        assert [lab.mail.preview(mail.id).language for mail in mails][:1] == ["es"]
