"""Every column says whether it holds personal data, and what is personal goes with the person."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, select, update

from printflow import Actor, ActorKind, Job, Printflow, Purpose, Settings
from printflow.db.engine import open_engine
from printflow.db.schema import job_files, jobs, metadata, outbox
from printflow.domain.incoming import ArrivedMail, Attachment, Fate, Kept, NewPicture, Why
from printflow.domain.papercut import Charge, ChargeState
from printflow.service.online_booking import Told, book
from tests.plugins.lab import Submit

CLASSES = {"personal", "kept", "secret"}
MARK = "Zaphod"
"""Stands in everything that is typed about the student, and nowhere else."""


def columns(holds: str) -> set[str]:
    return {
        f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        for column in table.columns
        if column.info.get("holds") == holds
    }


def test_every_column_has_a_class() -> None:
    without = {
        f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        for column in table.columns
        if column.info.get("holds") not in CLASSES
    }
    assert without == set()


def test_what_is_called_a_hash_or_a_key_is_a_secret() -> None:
    named = {
        f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        for column in table.columns
        if column.name.endswith(("_hash", "_key", "_sealed")) or column.name == "fingerprint"
    }
    # Found by its code in any spelling: nobody is let in by it.
    assert named - {"payers.code_key"} == columns("secret")


def cells(url: str) -> dict[str, list[str]]:
    """All that is stored, by column, as text."""
    engine = open_engine(url)
    found: dict[str, list[str]] = {}
    with engine.connect() as connection:
        for table in metadata.tables.values():
            rows = connection.execute(select(*table.columns)).all()
            for place, column in enumerate(table.columns):
                texts = [json.dumps(row[place], default=str, ensure_ascii=False) for row in rows]
                found[f"{table.name}.{column.name}"] = texts
    engine.dispose()
    return found


def marked(url: str) -> set[str]:
    return {
        name for name, texts in cells(url).items() if any(MARK.lower() in t.lower() for t in texts)
    }


def set_by_hand(url: str, table: Table, **values: str) -> None:
    """What only a mail server's refusal writes."""
    engine = open_engine(url)
    with engine.begin() as connection:
        connection.execute(update(table).values(**values))
    engine.dispose()


def signed_in(lab: Printflow, job: Job) -> None:
    """The student once signed in at a provider, and sent a job so."""
    now, mail = datetime(2026, 3, 2, tzinfo=UTC), f"{MARK}@example.edu"
    with lab._parts.database.write() as tx:
        person = tx.identity.put_person(
            "https://login.example.edu", f"sub-{MARK}", name=MARK, email=mail, now=now
        )
        tx.identity.sent_by([job.id], person.id)
        tx.identity.record(
            at=now, person_id=person.id, purpose=Purpose.STUDENT, issuer=person.issuer, name=MARK,
            role="", accepted=True, why="", claims={"groups": [MARK]}, address="192.0.2.1",
        )  # fmt: skip


def came_in(lab: Printflow, job: Job) -> None:
    """An email about the job, with a picture, and one from the student that needs a job."""
    for number, job_id in enumerate((job.id, None)):
        mail = ArrivedMail(
            identity=f"{number:064x}", size=100, sender=f"{MARK}@example.edu", sender_name=MARK,
            subject=f"{MARK}'s print", text=f"{MARK} says yes", whole=f"{MARK} says yes",
            pictures=(NewPicture(name=f"{MARK}.jpg", data=MARK.encode(), width=64, height=64),),
            attachments=(Attachment(name=f"{MARK}.jpg", size=9, kept=Kept.PICTURE),),
            original=f"From: {MARK}".encode(),
        )  # fmt: skip
        fate = Fate.MESSAGE if job_id else Fate.TRAY
        with lab._parts.database.write() as tx:
            now = lab._parts.clock()
            tx.incoming.add(mail, fate=fate, why=Why.REPLY, now=now, job_id=job_id)


def paid_online(lab: Printflow, job: Job) -> None:
    """A payment in another currency, and what staff made of it."""
    told = Told("callback", "", job.id, "TX-1", 100, "EUR")
    with lab._parts.database.write() as tx:
        actor = Actor(ActorKind.SYSTEM, "Payment service")
        one, _known = book(
            tx, told, lab._parts.pay_links, lab.payments._receipts, actor, lab._parts.clock()
        )
    lab.online.settle(one.id, note=f"Given back to {MARK}", by="Ana")
    charge = Charge(
        id=0, reference="PC-1", job_id=job.id, amount_cents=100, currency="USD", username=MARK,
        state=ChargeState.REFUSED, asked_at=lab._parts.clock(), asked_by="Ana",
        answer=f"There isn't enough in {MARK}'s account",
    )  # fmt: skip
    with lab._parts.database.write() as tx:
        tx.papercut.add(charge)


@pytest.fixture
def everywhere(lab: Printflow, submit: Submit, tmp_path: Path) -> tuple[Job, Job]:
    """Two jobs of one student whose name stands in every column that is personal."""
    model = tmp_path / f"{MARK}'s bracket.stl"
    model.write_bytes((tmp_path / "bracket.stl").read_bytes())
    who: dict[str, Any] = {"student": f"{MARK} Quirrel", "email": f"{MARK}@example.edu"}
    form: dict[str, Any] = {"method": "Filament", "color": "True Red", "printer": "Prusa MK4S",
            "discipline": "Engineering", "class_number": "ARCH 4000"}  # fmt: skip
    done = lab.intake.submit(model, **who, **form, note=f"For {MARK}", acknowledge_minimum=True)
    token = lab.students.url(done).rpartition("/")[2]
    lab.messages.send(token, f"{MARK} asks")
    lab.notes.add(done.id, by="Ana", text=f"Call {MARK}", for_student=True)
    lab.messages.mail_links(who["email"])
    lab.dispatch()
    links = next(mail for mail in lab.mail.find() if mail.template == "find_jobs")
    lab.mail.retry(links.id, to=f"{MARK}@example.org", by="Ana")
    lab.openings.clicked(done.id, done.file.name, by="Ana")
    lab.jobs.approve(done.id, by="Ana", grams="42.5", hours="3.25", material="PLA")
    quote = lab.jobs.details(done.id).quotes[-1]
    lab.quotes.confirm(lab.quotes.url(quote).rpartition("/")[2], consent=True)
    lab.plates.start("Prusa MK4S", [done.id], by="Ana", file=f"{MARK}.gcode")
    lab.jobs.fail(done.id, by="Ana", reason=f"{MARK}'s part came loose")
    lab.jobs.start_printing(done.id, by="Ana")
    lab.jobs.complete(done.id, by="Ana", shelf=f"{MARK} 1")
    paid = lab.payments.take(
        done.id, amount="1.00", method="account", payer=MARK, account=f"{MARK} 4000",
        note=f"for {MARK}", by="Ana",
    )  # fmt: skip
    lab.payments.void(paid.id, reason=f"{MARK} paid twice", by="Ana")
    lab.jobs.pick_up(done.id, by="Ana", waive=f"{MARK} is a friend")
    other = lab.intake.submit(model, **who, **form, acknowledge_minimum=True)
    lab.corrections.edit(other.id, by="Ana", color="Blue")
    other = lab.students.withdraw(
        lab.students.url(other).rpartition("/")[2], text=f"{MARK} changed plans"
    )
    lab.dispatch()
    signed_in(lab, done)
    came_in(lab, done)
    paid_online(lab, done)
    lab.views.add(f"{MARK}'s prints", {"status": "all", "search": MARK}, by="Ana")
    lab.decisions.block(f"{MARK}@example.edu", reason=f"{MARK} knows why", by="Ana")
    lab.decisions.end(lab.decisions.all()[0].id, by="Ana")
    # Holds and wishes to cancel end with the job; an import or a crash may leave their words.
    set_by_hand(
        lab.settings.database, jobs, hold_reason=f"{MARK} owes", cancel_reason=f"{MARK} moved"
    )
    # A file that someone has open keeps its name for a while.
    set_by_hand(lab.settings.database, job_files, last_named=f"{MARK}.stl")
    set_by_hand(lab.settings.database, outbox, error=f"550 no {MARK}@example.edu here")
    return lab.jobs.get(done.id), other


def test_what_is_personal_goes_with_the_person(
    lab: Printflow, settings: Settings, everywhere: tuple[Job, Job]
) -> None:
    url = settings.database
    assert marked(url) == columns("personal"), "the test fills what is personal, and only that"
    lab.personal_data.erase(f"{MARK}@example.edu", by="Ana")
    lab.dispatch()
    assert marked(url) == set()


def test_no_file_of_the_lab_names_the_person_any_more(
    lab: Printflow, settings: Settings, everywhere: tuple[Job, Job]
) -> None:
    folders = [settings.store, settings.mail.directory]

    def naming() -> list[str]:
        files = [path for top in folders if top for path in top.rglob("*") if path.is_file()]
        return sorted(
            path.name
            for path in files
            if MARK.lower() in path.name.lower()
            or (".db" not in path.name and MARK.lower().encode() in path.read_bytes().lower())
        )

    assert naming()
    lab.personal_data.erase(f"{MARK}@example.edu", by="Ana")
    lab.dispatch()
    assert naming() == []
