"""An address is confirmed by its link before staff see the job (``confirm_address``)."""

from __future__ import annotations

import ast
import io
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

import printflow.db
from printflow import (
    ActorKind,
    Correction,
    Fate,
    InvalidInput,
    Job,
    JobQuery,
    LinkExpired,
    Printflow,
    ReportQuery,
    Settings,
    Status,
    TransitionRefused,
    Trigger,
    Why,
    allowed,
)
from printflow.domain.incoming import ArrivedMail
from printflow.service.mail_intake import MailIntake
from printflow.service.mail_queue import MailQueue
from tests import sample_models
from tests.plugins.lab import Submit, TestClock
from tests.web.conftest import FORM, Upload, said, send, token
from tests.web.test_every_route import LET_IN

NAME = "Zaphod Quirrel"
ADDRESS = "zaphod@example.edu"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"confirm_address": True})


def waiting(lab: Printflow) -> list[Job]:
    return list(lab.worklist.page(JobQuery(unconfirmed=True)).jobs)


def mails(lab: Printflow, template: str) -> list[str]:
    return [mail.to for mail in lab.mail.find() if mail.template == template]


def link(lab: Printflow, job: Job) -> str:
    """The page behind the link that was mailed."""
    url = lab._parts.links.of_address(job)
    return url.removeprefix(lab.settings.effective_base_url)


@pytest.fixture
def sent(upload: Upload, lab: Printflow) -> Job:
    """A job from a form, whose address nobody has confirmed."""
    assert upload(student_name=NAME, student_email=ADDRESS).status_code == 303
    (job,) = waiting(lab)
    return job


def upload_with(browser: FlaskClient, models: int = 1, **fields: str) -> TestResponse:
    form: dict[str, object] = {"csrf_token": token(browser, "/submit"), **FORM, **fields}
    form["file"] = [(io.BytesIO(sample_models.stl()), f"part{n}.stl") for n in range(models)]
    return browser.post("/submit", data=form, content_type="multipart/form-data")


# -- the student's way ----------------------------------------------------------------------------


def test_the_page_after_submitting_says_what_to_do(
    lab: Printflow, sent: Job, student: FlaskClient
) -> None:
    page = said(student.get(f"/submit/success?job={sent.id}"))
    assert "One more step: confirm your email address" in page
    assert ADDRESS in page and "staff will see what you submitted only after that" in page
    assert mails(lab, "confirm_address") == [ADDRESS]
    assert not mails(lab, "received")
    lab.dispatch()
    (mail,) = [mail for mail in lab.mail.find() if mail.template == "confirm_address"]
    assert mail.state == "sent"
    assert link(lab, sent) in lab.mail.preview(mail.id).text


def test_looking_at_the_link_confirms_nothing(lab: Printflow, sent: Job, app: Flask) -> None:
    scanner = app.test_client()
    for method in ("get", "head", "get", "options"):
        assert getattr(scanner, method)(link(lab, sent)).status_code == 200
    assert [job.id for job in waiting(lab)] == [sent.id]
    assert not lab.jobs.find()


def test_the_button_brings_it_to_staff_once(lab: Printflow, sent: Job, app: Flask) -> None:
    phone, other = app.test_client(), app.test_client()
    page = link(lab, sent)
    first = token(phone, page), token(other, page)
    answers = [
        browser.post(page, data={"csrf_token": csrf})
        for browser, csrf in zip((phone, other), first, strict=True)
    ]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert "You confirmed your address" in said(phone.get(page))
    assert [job.id for job in lab.jobs.find()] == [sent.id] and not waiting(lab)
    events = [event.trigger for event in lab.jobs.details(sent.id).events]
    assert events == [Trigger.SUBMIT, Correction.ADDRESS_CONFIRMED]
    assert mails(lab, "received") == [ADDRESS]


def test_several_models_are_confirmed_at_once(lab: Printflow, student: FlaskClient) -> None:
    upload_with(student, 3, student_email=ADDRESS)
    jobs = waiting(lab)
    assert len(jobs) == 3 and mails(lab, "confirm_address") == [ADDRESS]
    assert send(student, link(lab, jobs[0])).status_code == 303
    assert len(lab.jobs.find()) == 3
    assert mails(lab, "received") == [ADDRESS], "one email names all"


def test_an_expired_link_says_what_to_do_next(
    lab: Printflow, sent: Job, student: FlaskClient, clock: TestClock
) -> None:
    page = link(lab, sent)
    csrf = token(student, page)
    clock.advance(days=3, minutes=1)
    for _ in range(2):
        for answer in (student.get(page), student.post(page, data={"csrf_token": csrf})):
            assert answer.status_code == 410
            assert "submit your model again" in said(answer)
        lab.dispatch()  # deletes it: the link still says why
        lab.dispatch()
    assert not waiting(lab)


def test_a_canceled_request_has_nothing_to_confirm(
    lab: Printflow, sent: Job, student: FlaskClient
) -> None:
    page = link(lab, sent)
    csrf = token(student, page)
    lab.students.withdraw(lab.students.url(sent).rpartition("/")[2])
    assert not mails(lab, "staff_alert"), "staff never saw it"
    for answer in (student.get(page), student.post(page, data={"csrf_token": csrf})):
        assert (answer.status_code, "canceled" in said(answer)) == (409, True)
    assert not lab.jobs.find()


def test_a_made_up_link_leads_nowhere(sent: Job, student: FlaskClient) -> None:
    assert student.get("/confirm-address/abcdefghijklmnopqrstuvwxyz").status_code == 404


def test_the_link_is_sent_again_three_times(
    lab: Printflow, sent: Job, student: FlaskClient, clock: TestClock
) -> None:
    page = f"/submit/success?job={sent.id}"

    def press() -> TestResponse:
        return student.post(
            "/submit/success/send-again", data={"csrf_token": token(student, page), "job": sent.id}
        )

    answer = press()
    assert (answer.status_code, "in 10 minutes" in said(answer)) == (429, True)
    for _ in range(3):
        clock.advance(minutes=10)
        answer = press()
        assert "We sent the link again." in said(student.get(answer.location))
    clock.advance(minutes=10)
    answer = press()
    assert (answer.status_code, "3 times" in said(answer)) == (429, True)
    assert len(mails(lab, "confirm_address")) == 4
    assert send(student, link(lab, sent)).status_code == 303, "any of the emails will do"


def test_only_the_browser_that_sent_it_asks_again(lab: Printflow, sent: Job, app: Flask) -> None:
    stranger = app.test_client()
    csrf = token(stranger, "/find")
    answer = stranger.post("/submit/success/send-again", data={"csrf_token": csrf, "job": sent.id})
    assert (answer.status_code, answer.location) == (303, "/find")
    assert len(mails(lab, "confirm_address")) == 1


def test_emails_to_one_address_have_an_end(lab: Printflow, student: FlaskClient) -> None:
    for _ in range(7):
        answer = upload_with(student, student_email=ADDRESS)
    assert len(mails(lab, "confirm_address")) == 5 and len(waiting(lab)) == 7
    page = student.get(answer.location)
    assert "hasn't left yet" in said(page) and "Send the link" in said(page)


def test_the_browser_that_sent_it_is_known_from_then_on(
    lab: Printflow, sent: Job, student: FlaskClient, app: Flask, clock: TestClock
) -> None:
    phone = app.test_client()
    send(phone, link(lab, sent))
    upload_with(student, student_email=ADDRESS.upper())
    assert len(lab.jobs.find()) == 2, "the same address and browser"
    upload_with(student, student_email="other@example.edu")
    upload_with(phone, student_email=ADDRESS)
    assert len(waiting(lab)) == 2, "another address, and another browser"
    clock.advance(days=180)
    upload_with(student, student_email=ADDRESS)
    assert len([job for job in waiting(lab) if job.student_email == ADDRESS]) == 2


def test_scripts_and_staff_never_wait(lab: Printflow, submit: Submit) -> None:
    submit()
    submit(by="Ana")
    assert len(lab.jobs.find()) == 2 and not waiting(lab)


def test_the_students_page_says_it_and_takes_no_message(
    lab: Printflow, sent: Job, student: FlaskClient
) -> None:
    page = lab.students.url(sent).removeprefix(lab.settings.effective_base_url)
    words = said(student.get(page))
    assert "Confirm your email address" in words and "Send message" not in words
    answer = student.post(
        f"{page}/messages", data={"csrf_token": token(student, page), "message": "Hello?"}
    )
    assert (answer.status_code, "until you confirm" in said(answer)) == (422, True)
    assert not lab.jobs.details(sent.id).notes


# -- staff ----------------------------------------------------------------------------------------


def test_staff_let_it_in(lab: Printflow, sent: Job, staff: FlaskClient) -> None:
    page = staff.get("/dashboard?status=unconfirmed")
    assert NAME in said(page) and "Let in" in said(page)
    assert "hasn't confirmed" in said(staff.get(f"/dashboard/jobs/{sent.id}"))
    answer = staff.post(
        f"/dashboard/jobs/{sent.id}/let-in",
        data={"csrf_token": token(staff, "/dashboard?status=unconfirmed")},
    )
    assert answer.status_code == 303
    assert [job.id for job in lab.jobs.find()] == [sent.id] and not waiting(lab)
    last = lab.jobs.details(sent.id).events[-1]
    assert (last.trigger, last.actor.name) == (Correction.LET_IN, "Ana")
    assert mails(lab, "received") == [ADDRESS]
    words = said(staff.get(link(lab, sent)))
    assert "You don't need to confirm your address" in words
    lab.addresses.let_in(sent.id, by="Bo")
    assert len(lab.jobs.details(sent.id).events) == 2, "once"


def test_nothing_else_can_be_done_to_it(lab: Printflow, sent: Job, model: Path) -> None:
    assert allowed(sent, ActorKind.STAFF) == ()
    figures: dict[str, Any] = {"weight": "1", "hours": "1", "material": "PLA"}
    pulled: tuple[tuple[Trigger, dict[str, Any]], ...] = (
        (Trigger.APPROVE, figures),
        (Trigger.REJECT, {"text": "no"}),
        (Trigger.OVERRIDE, {"to": "READYTOPRINT", "reason": "x"}),
    )
    for trigger, arguments in pulled:
        with pytest.raises(TransitionRefused) as refused:
            lab.jobs.perform(trigger, sent.id, by="Ana", **arguments)
        assert refused.value.refusals[0].code == "waiting_for_confirmation"
    for act in (
        lambda: lab.corrections.edit(sent.id, by="Ana", color="Black"),
        lambda: lab.versions.add(sent.id, model, by="Ana"),
        lambda: lab.notes.add(sent.id, by="Ana", text="Hello", for_student=True),
    ):
        with pytest.raises(TransitionRefused) as refused:
            act()
        assert refused.value.refusals[0].code == "waiting_for_confirmation"
    assert lab.notes.add(sent.id, by="Ana", text="Called at the desk")


def test_a_reply_by_email_waits_in_the_tray(lab: Printflow, sent: Job) -> None:
    outbox = lab.mail.find()[0]
    arrived = ArrivedMail(
        identity="1" * 64, size=9, sender=ADDRESS, text="Hello", references=(outbox.message_id,)
    )
    with lab._parts.database.write() as tx:
        mails_of = MailQueue(lab._parts.ids, "example.edu")
        MailIntake(lab.settings, lab._parts.tokens, mails_of)(tx, arrived, lab._parts.clock())
    (mail,) = lab.inbox.find((Fate.TRAY,))
    assert (mail.why, mail.job_id) == (Why.UNCONFIRMED, sent.id)


def test_nobody_looks_into_its_model_before(lab: Printflow, sent: Job) -> None:
    def next_one() -> int | None:
        with lab._parts.database.read() as tx:
            return tx.files.to_inspect(lab._parts.clock())

    lab.dispatch()
    assert (next_one(), lab.models.uninspected()) == (None, 0)
    lab.addresses.let_in(sent.id, by="Ana")
    assert (next_one(), lab.models.uninspected()) == (sent.file.id, 1)


# -- sweeping -------------------------------------------------------------------------------------


def test_what_nobody_confirms_is_deleted(
    lab: Printflow, sent: Job, submit: Submit, clock: TestClock
) -> None:
    other = submit()
    lab.dispatch()
    assert lab.files.path(sent).exists()
    clock.advance(days=2, hours=23)
    lab.dispatch()
    assert waiting(lab)
    clock.advance(hours=2)
    lab.dispatch()
    if waiting(lab):  # its file goes before its row does
        with pytest.raises(LinkExpired):
            lab.addresses.let_in(sent.id, by="Ana")
        lab.dispatch()
    assert not waiting(lab)
    left = [path for path in lab.settings.store.rglob("*") if sent.id in path.name]
    assert left == []
    with pytest.raises(InvalidInput):
        lab.personal_data.export(ADDRESS, by="Ana")
    assert [job.id for job in lab.jobs.find()] == [other.id]
    assert lab.doctor.examine(only=("database", "files", "work")).left == ()


def test_a_person_is_erased_before_the_period_ends(
    lab: Printflow, sent: Job, student: FlaskClient
) -> None:
    lab.dispatch()
    lab.personal_data.erase(ADDRESS, by="Ana")
    for _ in range(3):
        lab.dispatch()
    assert not waiting(lab)
    with pytest.raises(InvalidInput):
        lab.personal_data.export(ADDRESS, by="Ana")


# -- hidden everywhere ----------------------------------------------------------------------------

SHOWN_ON = {
    "/dashboard/jobs/<job_id>",
    "/dashboard/jobs/<job_id>/ticket",
    "/dashboard/jobs/<job_id>/label",
    "/dashboard/jobs/<job_id>/notes",
    "/dashboard/jobs/<job_id>/edit",
    "/dashboard/jobs/<job_id>/files/<int:file_id>",
    "/dashboard/people/<job_id>",
}
"""What someone sees who has the number of the job."""
MAILS = {"/outbox", "/outbox/<int:mail_id>", "/outbox/<int:mail_id>/html"}
"""The lab's emails, with their addresses."""
VALUES = {
    "ending": "csv", "name": "jobs", "day": "2026-03-02", "section": "printers", "version": "1",
    "int:mail_id": "1", "int:payment_id": "1", "int:plate_id": "1", "int:station_id": "1",
    "int:picture_id": "1", "int:note_id": "1", "int:version": "1",
}  # fmt: skip
FILTERED = {
    "/dashboard", "/dashboard/list.<ending>", "/dashboard/payments/owes", "/pick-up",
    "/dashboard/queue", "/inbox",
}  # fmt: skip
QUERIES = ("", "?status=all", "?status=attention", "?search=Zaphod", "?status=all&search=Zaphod")


def pages() -> list[str]:
    """Every page of staff's that can be looked at without the number of a job."""
    return [
        rule
        for rule, methods in LET_IN.items()
        if "GET" in methods and methods["GET"] != "everybody" and "<job_id>" not in rule
    ]


def _text(data: bytes) -> str:
    """What an answer says; a workbook is packed."""
    if not data.startswith(b"PK"):
        return data.decode()
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        return "".join(book.read(name).decode() for name in book.namelist())


def test_no_page_of_staff_shows_it(sent: Job, staff: FlaskClient, clock: TestClock) -> None:
    """A new page is walked by itself, as the table of routes has to know it."""
    clock.advance(days=2)
    live = {"X-Requested-With": "live"}
    walked = [(f"/dashboard{query}", live) for query in QUERIES]
    for rule in pages():
        path = re.sub(r"<([^>]+)>", lambda found: VALUES.get(found[1], "x"), rule)
        filtered = QUERIES if rule in FILTERED else QUERIES[:1]
        walked += [(f"{path}{query}", {}) for query in filtered if rule not in MAILS]
    for path, headers in walked:
        text = _text(staff.get(path, headers=headers).get_data())
        text = text.replace("search=Zaphod", "")
        assert sent.id not in text and NAME not in text, path


def test_the_page_of_its_student_does_not_show_it(
    lab: Printflow, sent: Job, submit: Submit, staff: FlaskClient
) -> None:
    known = submit(email=sent.student_email)
    page = staff.get(f"/dashboard/people/{known.id}").text
    assert known.id in page and sent.id not in page


def test_pages_by_number_are_known() -> None:
    by_number = {
        rule for rule, methods in LET_IN.items() if "GET" in methods and "<job_id>" in rule
    }
    acts = {
        "/dashboard/jobs/<job_id>/<trigger>",
        "/dashboard/jobs/<job_id>/menu",
        "/dashboard/jobs/<job_id>/outline",
        "/dashboard/jobs/<job_id>/picture",
        "/dashboard/jobs/<job_id>/price",
        "/pick-up/<job_id>",
    }
    assert by_number == SHOWN_ON | acts


def test_no_count_of_the_library_knows_it(
    lab: Printflow, sent: Job, clock: TestClock, staff: FlaskClient
) -> None:
    clock.advance(days=2)
    with lab._parts.database.write() as tx:
        tx.jobs.asked(sent.id, clock())
    tally = lab.worklist.tally()
    assert (sum(tally.by_status.values()), tally.attention, tally.unreviewed) == (0, 0, 0)
    assert tally.unconfirmed == 1
    assert sum(lab.jobs.counts().values()) == 0
    figures = lab.reports.figures(ReportQuery())
    lab.addresses.let_in(sent.id, by="Ana")
    assert lab.reports.figures(ReportQuery()) != figures
    lab.jobs.reject(sent.id, by="Ana", text="no")
    assert lab.jobs.counts()[Status.REJECTED] == 1


LEAVES_IT_OUT = {
    "queue_rows._ALL_AHEAD",
    "queue_rows._AHEAD_OF",
    "file_rows._AHEAD",  # only of models that were looked into already
    "file_rows._OF_STAFF",
    "worklist.attention_counts",  # by by_flag
    "job_rows.find",  # by _page_of
    "job_rows._page_of",  # by narrowed
    "job_rows.matching",  # by worklist's
    "person_rows._counted",
    "person_rows.find",
    "worklist.ASIDE",
    "worklist.BY_STATUS",
    "report_rows._is",  # a condition of the next one
    "report_rows.tracks",
    "retention_rows.to_archive",
    "worklist._by_flag",
    "worklist.matching",
}
IT_IS_WHAT_THEY_ASK = {
    "address_rows.forget_job",
    "address_rows.overdue",
    "worklist._WAITING",
}
OF_JOBS_THAT_ARE_NAMED = {
    "identity_rows.jobs_of_person",  # a student's own
    "identity_rows.sender",  # of one job
    "identity_rows.sent_by",
    "job_rows._BY_ID",
    "online_rows._MONEY",
    "online_rows.jobs",  # a report names the job
    "job_rows._BY_TOKEN",
    "job_rows._BY_IDS",
    "job_rows._WITH_REQUEST",
    "job_rows._CHANGE",
    "job_rows._JOB_COLUMNS",
    "job_rows._WITH_FILES",
    "job_rows._OF_IDS",
    "job_rows._ADD",
    "job_rows.asked",
    "job_rows._EXISTS",
    "job_rows._OF_REQUESTS",
    "job_rows.of_email",  # a student's own, or one person's payments and data
    "job_rows.of_mailbox",  # one person's, who counts with them: see Job.counted
    "job_rows._OF_REQUEST",
    "job_rows.remind",
    "job_rows._FIRST",  # of the keys that are asked for
    "job_rows._OF_KEY",
    "job_rows.review",
    "job_rows.plan_printer",
    "queue_rows._PUT",
    "person_rows._own",  # but the one that was asked for
    "person_rows.jobs",  # these by _own
    "person_rows.messages",
    "person_rows.ready",
    "person_rows.sums",
    "retention_rows.job",
    "retention_rows.mails",
    "retention_rows.personal",
    "worklist.facets",  # ids for find
}
ONLY_AFTER_STAFF_ACTED = {
    "job_rows.waiting",
    "ledger_rows.UNPAID",
    "ledger_rows._OWED",
    "ledger_rows._own",
    "ledger_rows.owed",
    "ledger_rows.owed_from",
    "payer_rows.lines",
    "payer_rows.spent",
    "queue_rows._AT_MACHINES",
    "queue_rows._EACH",
    "queue_rows._ON_PLATES",
    "queue_rows._first_of",
    "queue_rows._loose",
    "queue_rows._walk",
    "queue_rows._BEFORE",
    "queue_rows.first",
    "queue_rows.order",
    "queue_rows.printers",
    "queue_rows.ready",
    "quote_rows.lapsed",
    "quote_rows.to_remind",
    "report_rows._prints",
    "report_rows.parts",
    "report_rows.runs",
    "retention_rows.to_remove",
    "worklist._HELD",
}
"""Of jobs that were held, priced, printed or archived: none of these can wait for its address."""
OF_FILES = {"file_rows._HOME", "file_rows._LINES", "file_rows.every", "file_rows.some"}
"""What the doctor compares with the folders: all of them."""
NO_QUERY = {
    "job_rows._LINE_COLUMNS",
    "person_rows._from",
    "queue_rows._APART",
    "queue_rows._BATCH",
    "queue_rows._BEGUN",
    "queue_rows._FREE",
    "queue_rows._FREE_HOURS",
    "queue_rows._KEY",
    "queue_rows._LEFT",
    "queue_rows._NEWEST",
    "queue_rows._READY",
    "queue_rows._SUMS",
    "queue_rows._placed",
    "soundness._uncounted",
    "worklist._ORDERS",
    "worklist.holding",
    "worklist.ordered",
}


def test_who_writes_a_query_on_jobs_thinks_of_it() -> None:
    """Every query that names the table of jobs stands in one of the sets above, by a decision."""
    found = set()
    for path in sorted(Path(printflow.db.__file__).parent.glob("*.py")):
        if path.name == "schema.py":
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        places: list[tuple[str, ast.AST]] = [
            (node.name, node) for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)
        ]
        for node in tree.body:
            if isinstance(node, ast.Assign):
                places += [(ast.unparse(target), node) for target in node.targets]
        for name, place in places:
            names = {part.id for part in ast.walk(place) if isinstance(part, ast.Name)}
            if "jobs" in names:
                found.add(f"{path.stem}.{name}")
    decided = (
        LEAVES_IT_OUT
        | IT_IS_WHAT_THEY_ASK
        | OF_JOBS_THAT_ARE_NAMED
        | ONLY_AFTER_STAFF_ACTED
        | OF_FILES
        | NO_QUERY
    )
    assert found == decided - {"file_rows._OF_STAFF"}
