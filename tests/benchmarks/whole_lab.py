"""A lab in which every page has something to show: years of jobs, and a few that went by hand.

The many are written straight into the tables (see ``many_jobs``); the few go through the library,
so that their links, plates, payments and mails are real ones.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import insert

from printflow import Actor, ActorKind, Attachment, Fate, Job, Model, Printflow, Settings, Why
from printflow.db.engine import open_engine, writing
from printflow.db.schema import events, job_files, notes, outbox, people, student_sessions
from printflow.domain.incoming import ArrivedMail, Kept
from printflow.runtime.tokens import token_hash
from printflow.service.online_booking import Told, book
from printflow.service.stations import session_hash
from tests import sample_models
from tests.benchmarks.many_jobs import Plan, complete, fill

FILES: Final = 12
EVENTS: Final = 200
MAILS: Final = 50
"""What the job with a long history has."""
STUDENT_KEY: Final = "a student's session, for my-jobs"
_FORM: Final[Mapping[str, Any]] = {
    "student": "Jane Doe",
    "email": "jane@example.edu",
    "method": "Filament",
    "printer": "Prusa MK4S",
    "discipline": "Engineering",
    "class_number": "ARCH 4000",
    "acknowledge_minimum": True,
}
_PAY_AT: Final = (
    "https://pay.example.edu/start?ref={reference}&amount={amount}&cents={amount_cents}"
    "&currency={currency}&job={job}&back={return_url}&sig={signature}"
)


@contextmanager
def whole_lab(folder: Path, count: int) -> Iterator[tuple[Printflow, dict[str, str]]]:
    """An open lab with so many jobs, and what its pages' addresses are filled with."""
    settings = Settings(
        environ={},
        store=folder / f"whole-{count}",
        base_url="http://localhost",
        settle_seconds=0,
        undo_seconds=30,
        check_email_domain=False,
        mail={"directory": folder / f"mail-{count}", "staff_address": "lab@example.edu"},
        payment={"secret": secrets.token_hex(32), "url_template": _PAY_AT},
        papercut={"server_url": "http://127.0.0.1:9", "auth_token": "never-asked"},
    )
    with Printflow.open(settings) as lab:
        fill(lab, Plan(count))
        yield lab, _few(lab, folder)


def _few(lab: Printflow, folder: Path) -> dict[str, str]:
    """A job at each step of the usual way, with everything around it."""
    model = folder / "bracket.stl"
    model.write_bytes(sample_models.stl())
    lab.payers.add(by="Ana", code="A1", title="Studio", approver="chair@example.org")
    jobs = {name: _brought(lab, model, steps) for steps, name in enumerate(_STEPS)}
    sent = lab.intake.submit_several(
        [Model(file=model, color=color) for color in ("True Red", "Blue", "True Black")], **_FORM
    )
    for job in sent:
        lab.notes.add(job.id, by="Ana", text="Which way up?", for_student=True)
    waiting = jobs["uploaded"]
    found = {name: job.id for name, job in jobs.items()}
    (paid,) = lab.jobs.details(found["picked_up"]).payments
    plate = next(
        one
        for one in lab.jobs.details(found["printing"]).plates
        if one.started_at is not None and one.ended_at is None
    )
    approved = next(
        one for one in lab.jobs.details(found["pending"]).mails if one.template == "approved"
    )
    found |= {
        "payment": str(paid.id),
        "plate": str(plate.id),
        "mail": str(approved.id),
        "view": str(lab.views.add("Mine", {"status": "all"}, by="Ana")),
        "letter": str(_letters(lab, waiting)),
        "token": _token(lab, jobs["pending"]),
        "due_token": _token(lab, jobs["completed"]),
        "request_token": _token(lab, sent[0]),
        "quote": lab.mail.preview(approved.id).text.partition("/confirm/")[2].split()[0],
        "address": _address(lab, waiting),
        "payer": _payer(lab, sent[0]),
        "way_in": lab.identity.way_in().rpartition("/")[2],
    }
    _long_history(lab, jobs["ready"])
    _student(lab)
    return found


_STEPS: Final = ("uploaded", "pending", "ready", "printing", "completed", "picked_up")


def _brought(lab: Printflow, model: Path, steps: int) -> Job:
    job = lab.intake.submit(model, color="True Red", note="Mind the corner.", **_FORM)
    way: tuple[Callable[[], object], ...] = (
        lambda: lab.jobs.approve(job.id, by="Ana", grams="42.5", hours="3.25", material="PLA"),
        lambda: lab.jobs.confirm(job.id, by="Ana", note="by phone"),
        lambda: lab.jobs.start_printing(job.id, by="Sam"),
        lambda: lab.jobs.complete(job.id, by="Sam"),
        lambda: lab.jobs.pick_up(job.id, by="Ana", amount="4.25", method="cash"),
    )
    for step in way[:steps]:
        step()
    lab.notes.add(job.id, by="Ana", text="Which way up?", for_student=True)
    lab.messages.send(_token(lab, job), "The flat side down.")
    return lab.jobs.get(job.id)


def _token(lab: Printflow, job: Job) -> str:
    return lab.students.url(job).rpartition("/")[2]


def _address(lab: Printflow, job: Job) -> str:
    token = lab._parts.links.of_address(job).rpartition("/")[2]
    with lab._parts.database.write() as tx:
        until = lab._parts.clock() + timedelta(days=1)
        tx.addresses.ask(job.request_id, until=until, link_hash=token_hash(token), browser_hash="")
    return token


def _payer(lab: Printflow, job: Job) -> str:
    lab.jobs.approve(job.id, by="Ana", grams="42.5", hours="3.25", material="PLA")
    with lab._parts.database.write() as tx:
        payer = tx.payers.of_code("A1")
        if payer is None:
            raise RuntimeError("the payer is gone")
        tx.payers.ask(payer.id, job.id, lab._parts.clock())
    lab.jobs.requote(job.id, by="Ana", grams="42.5", hours="3.25", material="PLA")
    (claim,) = lab.jobs.details(job.id).claims
    return lab._parts.links.of_claim(claim).rpartition("/")[2]


def _letters(lab: Printflow, job: Job) -> int:
    """A full page of emails in the tray, and a payment that needs a look; gives an email."""
    now = lab._parts.clock()
    with lab._parts.database.write() as tx:
        for number in range(60):
            arrived = ArrivedMail(
                identity=f"letter-{number}", size=1 << 20, sender="eve@example.org",
                subject="Is this the right place?", text="Hello " * 50, whole="> " * 90,
                attachments=(Attachment(name="part.stl", size=9, kept=Kept.MODEL),),
            )  # fmt: skip
            fate = Fate.TRAY if number % 2 else Fate.ASSIGNED
            tx.incoming.add(arrived, fate=fate, why=Why.NO_MATCH, now=now, job_id=job.id)
        told = Told("callback", "unknown", "", "TX 1", 425, "USD")
        staff = Actor(ActorKind.STAFF, "Sam")
        book(tx, told, lab._parts.pay_links, lab.payments._receipts, staff, now)
    return lab.inbox.find((Fate.TRAY,), limit=1)[0].id


def _long_history(lab: Printflow, job: Job) -> None:
    """More files, events, notes and mails than any usual job has."""
    now, details = lab._parts.clock(), lab.jobs.details(job.id)
    files = [
        {
            "job_id": job.id, "role": "sliced", "authoritative": False, "name": f"plate {n}.gcode",
            "folder": job.status.folder, "last_seen": job.status.folder, "state": "settled",
            "size": 84, "sha256": hashlib.sha256(bytes(n)).hexdigest(),
        }
        for n in range(FILES - 1)
    ]  # fmt: skip
    told = [_event(job, now - timedelta(minutes=n)) for n in range(EVENTS - len(details.events))]
    said = [
        {"job_id": job.id, "at": now, "author": "Ana", "text": f"Note {n}", "for_student": False}
        for n in range(20)
    ]
    sent = [_mail(job, n, now) for n in range(MAILS - len(details.mails))]
    engine = open_engine(lab.settings.database)
    with writing(engine) as connection:
        for table, rows in ((job_files, files), (events, told), (notes, said), (outbox, sent)):
            connection.execute(insert(table), [complete(table, row) for row in rows])
    engine.dispose()


def _event(job: Job, at: datetime) -> dict[str, Any]:
    return {
        "job_id": job.id, "at": at, "trigger": "edit", "source": None, "dest": job.status.value,
        "actor_kind": "staff", "actor": "Ana", "station": "Front desk",
        "details": {"changes": {"color": ["Red", "Blue"]}},
    }  # fmt: skip


def _mail(job: Job, number: int, at: datetime) -> dict[str, Any]:
    return {
        "message_id": f"<{job.id}.received.{number}@example.edu>", "job_id": job.id,
        "event_id": None, "template": "received", "recipient": job.student_email, "context": {},
        "created_at": at, "state": "sent", "tries": 1, "sent_at": at,
    }  # fmt: skip


def _student(lab: Printflow) -> None:
    """Someone signed in at the provider, with the key that their browser keeps."""
    now = lab._parts.clock()
    person = {
        "id": 1, "issuer": "https://id.example.edu", "subject": "jane", "name": "Jane Doe",
        "email": "jane@example.edu", "first_at": now, "last_at": now,
    }  # fmt: skip
    session = {
        "key_hash": session_hash(STUDENT_KEY), "person_id": 1, "id_token_sealed": "", "roles": [],
        "address": "", "started_at": now, "expires_at": now + timedelta(days=1),
    }  # fmt: skip
    engine = open_engine(lab.settings.database)
    with writing(engine) as connection:
        connection.execute(insert(people), [person])
        connection.execute(insert(student_sessions), [session])
    engine.dispose()
