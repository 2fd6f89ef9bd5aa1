"""What emails become, by a real IMAP server and a real lab."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from printflow import Fate, InvalidInput, Job, Printflow, Settings, Why
from tests.plugins.dovecot import Dovecot
from tests.plugins.inbox import email, message_id, only, reading
from tests.plugins.lab import TestClock


def texts(lab: Printflow, job: Job) -> list[str]:
    """What the student wrote."""
    return [note.text for note in lab.jobs.details(job.id).notes if note.from_student]


def test_a_reply_becomes_a_message_of_its_job(
    inbox_lab: Printflow, dovecot: Dovecot, asked: Job
) -> None:
    quoted = "Up.\n\nOn Mon, Mar 2, 2026 at 2:30 PM Print lab <lab@example.edu> wrote:\n> Which?\n"
    dovecot.append(email(quoted, answers=message_id(inbox_lab)))
    assert inbox_lab.dispatch().read == 1
    assert texts(inbox_lab, asked) == ["Up."]
    mail = only(inbox_lab)
    assert (mail.fate, mail.why, mail.job_id) == (Fate.MESSAGE, Why.REPLY, asked.id)
    assert "> Which?" in inbox_lab.inbox.whole(mail.id)
    assert b"> Which?" in inbox_lab.inbox.original(mail.id)
    assert inbox_lab.jobs.get(asked.id).asked_at is not None, "it waits for an answer"
    alert = inbox_lab.mail.find()[0]
    assert (alert.template, alert.to) == ("student_message", "staff@example.edu")
    assert rb"\Seen" in dovecot.flags()[0]


def test_two_replies_at_once_are_two_messages(
    inbox_lab: Printflow, dovecot: Dovecot, asked: Job
) -> None:
    about = message_id(inbox_lab)
    dovecot.append(email("One.", answers=about, own_id="<1@x.y>"))
    dovecot.append(email("Two.", answers=about, own_id="<2@x.y>"))
    assert inbox_lab.dispatch().read == 2
    assert texts(inbox_lab, asked) == ["One.", "Two."]


def test_the_same_email_comes_once(inbox_lab: Printflow, dovecot: Dovecot, asked: Job) -> None:
    about = message_id(inbox_lab)
    for _copy in range(2):
        dovecot.append(email("One.", answers=about))
    dovecot.append(email("No id.", answers=about, own_id=""))
    dovecot.append(email("No id.", answers=about, own_id=""))
    inbox_lab.dispatch()
    assert texts(inbox_lab, asked) == ["One.", "No id."]


def test_it_moves_to_the_folder_for_what_was_read(
    inbox_settings: Settings, clock: TestClock, dovecot: Dovecot
) -> None:
    moving = Settings(
        **inbox_settings.model_dump(exclude={"inbox", "mail"}, exclude_unset=True),
        mail={"directory": inbox_settings.mail.directory},
        inbox=reading(dovecot, read_folder="Printflow"),
    )
    dovecot.append(email("Hi.", sender="x@example.org"))
    with Printflow.open(moving, clock=clock) as lab:
        lab.dispatch()
    assert (dovecot.count(), dovecot.count("Printflow")) == (0, 1)


OTHERS: tuple[tuple[str, dict[str, str], Fate, Why], ...] = (
    ("someone else", {"sender": "eve@example.org"}, Fate.TRAY, Why.OTHER_SENDER),
    ("no sender", {"sender": ""}, Fate.TRAY, Why.NO_SENDER),
    ("about nothing", {"answers": "<unknown@x.y>"}, Fate.TRAY, Why.NO_MATCH),
    ("out of office", {"head": "Auto-Submitted: auto-replied"}, Fate.IGNORED, Why.AUTOMATIC),
    ("Exchange", {"head": "X-Auto-Response-Suppress: All"}, Fate.IGNORED, Why.AUTOMATIC),
    ("bulk", {"head": "Precedence: bulk"}, Fate.IGNORED, Why.MAILING_LIST),
    ("a list", {"head": "List-Id: <all.example.edu>"}, Fate.IGNORED, Why.MAILING_LIST),
    ("vacation", {"head": "X-Autoreply: yes"}, Fate.IGNORED, Why.AUTOMATIC),
    ("no way back", {"head": "Return-Path: <>"}, Fate.IGNORED, Why.AUTOMATIC),
    ("the lab itself", {"sender": "lab@example.edu"}, Fate.IGNORED, Why.OWN),
)


@pytest.mark.parametrize(("name", "mail", "fate", "why"), OTHERS, ids=[one[0] for one in OTHERS])
def test_what_else_comes(
    inbox_lab: Printflow,
    dovecot: Dovecot,
    asked: Job,
    name: str,
    mail: dict[str, str],
    fate: Fate,
    why: Why,
) -> None:
    dovecot.append(email("Hello.", **{"answers": message_id(inbox_lab), **mail}))
    inbox_lab.dispatch()
    found = only(inbox_lab)
    assert (found.fate, found.why) == (fate, why)
    assert texts(inbox_lab, asked) == []
    assert inbox_lab.jobs.get(asked.id).asked_at is None


def test_an_email_of_ours_that_comes_back_is_a_loop(
    inbox_lab: Printflow, dovecot: Dovecot, asked: Job
) -> None:
    dovecot.append(email("Hello.", own_id=message_id(inbox_lab), sender="x@example.org"))
    inbox_lab.dispatch()
    assert only(inbox_lab).why is Why.OWN


def test_a_signed_tag_finds_the_job_in_small_letters(
    inbox_settings: Settings, clock: TestClock, dovecot: Dovecot, inbox_lab: Printflow, asked: Job
) -> None:
    tagging = Settings(
        **inbox_settings.model_dump(exclude={"inbox", "mail"}, exclude_unset=True),
        mail={"directory": inbox_settings.mail.directory},
        inbox=reading(dovecot, reply_address="Lab@example.edu"),
    )
    inbox_lab.close()
    with Printflow.open(tagging, clock=clock) as lab:
        clock.advance(minutes=1)
        lab.notes.add(asked.id, by="Sam", text="Hm?", for_student=True)
        lab.dispatch()
        newest = max(Path(str(tagging.mail.directory)).glob("*.eml"), key=lambda one: one.name)
        (line,) = [one for one in newest.read_text().splitlines() if one.startswith("Reply-To:")]
        address = line.partition(":")[2].strip()
        assert address.startswith("Lab+") and address.endswith("@example.edu")
        dovecot.append(email("By tag.", to=address.lower(), own_id="<1@x.y>"))
        forged = address.lower().replace(address[13:15].lower(), "zz")
        dovecot.append(email("Forged.", to=forged, own_id="<2@x.y>"))
        dovecot.append(email("Eve.", to=address, sender="eve@example.org", own_id="<3@x.y>"))
        lab.dispatch()
        assert texts(lab, asked) == ["By tag."]
        whys = [mail.why for mail in lab.inbox.find((Fate.TRAY,))]
        assert whys == [Why.OTHER_SENDER, Why.NO_MATCH]


def report(original: str, *, action: str = "failed", recipient: str = "jane@example.edu") -> bytes:
    """What a mail server writes about an email (RFC 3464)."""
    return email(
        "--r\nContent-Type: text/plain\n\nYour message wasn't delivered.\n"
        "--r\nContent-Type: message/delivery-status\n\n"
        "Reporting-MTA: dns; mx.example.edu\n\n"
        f"Final-Recipient: rfc822; {recipient}\nAction: {action}\nStatus: 5.1.1\n"
        "Diagnostic-Code: smtp; 550 5.1.1 No such user here\n"
        f"--r\nContent-Type: text/rfc822-headers\n\nMessage-ID: {original}\nSubject: x\n--r--\n",
        sender="MAILER-DAEMON@mx.example.edu",
        head="Auto-Submitted: auto-replied\nReturn-Path: <>",
        content='multipart/report; report-type=delivery-status; boundary="r"',
        own_id="<dsn@mx.example.edu>",
    )


def test_a_report_of_failure_marks_the_email_undeliverable(
    inbox_lab: Printflow, dovecot: Dovecot, asked: Job
) -> None:
    dovecot.append(report(message_id(inbox_lab)))
    inbox_lab.dispatch()
    (dead,) = inbox_lab.mail.find(state="dead")
    assert dead.error == "The recipient's email server returned it: 550 5.1.1 No such user here"
    assert dead.bounced_at is not None
    mail = only(inbox_lab)
    assert (mail.fate, mail.outbox_id, mail.job_id) == (Fate.BOUNCE, dead.id, asked.id)
    assert texts(inbox_lab, asked) == []
    assert inbox_lab.mail.dead() == 1
    assert inbox_lab.mail.trouble() is None, "one address is wrong, not the server"
    codes = [one.code for one in inbox_lab.doctor.examine(only=["work"]).findings]
    assert codes == ["dead_letter"]
    inbox_lab.mail.retry(dead.id, to="j.doe@example.edu", by="Sam")
    assert inbox_lab.mail.get(dead.id).bounced_at is None


def test_a_report_of_delay_changes_nothing(
    inbox_lab: Printflow, dovecot: Dovecot, asked: Job
) -> None:
    dovecot.append(report(message_id(inbox_lab), action="delayed"))
    inbox_lab.dispatch()
    assert only(inbox_lab).why is Why.DELAYED
    assert inbox_lab.mail.find(state="dead") == []


def test_a_report_of_another_one_s_email(
    inbox_lab: Printflow, dovecot: Dovecot, asked: Job
) -> None:
    dovecot.append(report("<other@x.y>"))
    inbox_lab.dispatch()
    assert only(inbox_lab).why is Why.RETURNED_UNKNOWN


def test_an_old_daemon_s_letter(inbox_lab: Printflow, dovecot: Dovecot, asked: Job) -> None:
    about = message_id(inbox_lab)
    letter = (
        "Hi. This is the qmail-send program.\n\n<jane@example.edu>:\n550 5.1.1 no mailbox here\n\n"
        f"--- Below this line is a copy of the message.\n\nMessage-ID: {about}\nSubject: x\n"
    )
    dovecot.append(email(letter, sender="MAILER-DAEMON@old.example.org", own_id="<q@x.y>"))
    dovecot.append(email("I am full.", sender="MAILER-DAEMON@old.example.org", own_id="<r@x.y>"))
    inbox_lab.dispatch()
    assert [mail.error for mail in inbox_lab.mail.find(state="dead")] == [
        "The recipient's email server returned it: 550 5.1.1 no mailbox here"
    ]
    assert {mail.why for mail in inbox_lab.inbox.find((Fate.IGNORED,))} == {Why.AUTOMATIC}


def test_a_read_receipt_is_no_message(inbox_lab: Printflow, dovecot: Dovecot, asked: Job) -> None:
    receipt = email(
        "--r\nContent-Type: text/plain\n\nIt was read.\n"
        "--r\nContent-Type: message/disposition-notification\n\nDisposition: manual-action/x; displayed\n--r--\n",
        answers=message_id(inbox_lab),
        content='multipart/report; report-type=disposition-notification; boundary="r"',
    )
    dovecot.append(receipt)
    inbox_lab.dispatch()
    assert only(inbox_lab).why is Why.READ_RECEIPT


def test_too_many_within_an_hour_wait_for_staff(
    inbox_lab: Printflow, dovecot: Dovecot, asked: Job, clock: TestClock
) -> None:
    about, most = message_id(inbox_lab), inbox_lab.settings.inbox.emails_per_hour
    for number in range(most + 1):
        dovecot.append(email(f"{number}", answers=about, own_id=f"<{number}@x.y>"))
    inbox_lab.dispatch()
    assert len(texts(inbox_lab, asked)) == most
    (left,) = inbox_lab.inbox.find()
    assert (left.why, left.text) == (Why.TOO_MANY, str(most))
    clock.advance(hours=2)
    dovecot.append(email("later", answers=about, own_id="<later@x.y>"))
    inbox_lab.dispatch()
    assert texts(inbox_lab, asked)[-1] == "later"


def test_a_flood_from_a_stranger_is_written_down_without_its_text(
    inbox_lab: Printflow, dovecot: Dovecot
) -> None:
    for number in range(32):
        dovecot.append(email("Buy!", sender="eve@example.org", own_id=f"<{number}@x.y>"))
    inbox_lab.dispatch()
    assert inbox_lab.inbox.waiting() == 30
    assert [mail.text for mail in inbox_lab.inbox.find((Fate.IGNORED,))] == ["", ""]


def test_an_email_of_50_mb_is_only_noted(
    inbox_lab: Printflow, dovecot: Dovecot, asked: Job
) -> None:
    head = email("", answers=message_id(inbox_lab))
    dovecot.append(head + b"Much.\r\n" * (50 * (1 << 20) // 7))
    inbox_lab.dispatch()
    mail = only(inbox_lab)
    assert mail.too_large
    assert mail.size > 49 << 20
    assert len(inbox_lab.inbox.original(mail.id)) < 1 << 16
    (text,) = texts(inbox_lab, asked)
    assert "too large to be read here" in text


def test_one_that_cannot_be_read_is_in_the_tray(
    inbox_lab: Printflow, dovecot: Dovecot, asked: Job
) -> None:
    nested = "".join(
        f'Content-Type: multipart/mixed; boundary="b{n}"\n\n--b{n}\n' for n in range(5000)
    )
    start = email("", answers=message_id(inbox_lab), content="").rstrip()
    dovecot.append(start + b"\r\n" + nested.replace("\n", "\r\n").encode())
    inbox_lab.dispatch()
    mail = only(inbox_lab)
    assert (mail.fate, mail.why, mail.job_id) == (Fate.TRAY, Why.UNREADABLE, asked.id)


def test_one_whose_handling_fails_does_not_keep_others_waiting(
    inbox_lab: Printflow, dovecot: Dovecot, asked: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = inbox_lab._parts.inbox
    right = reader._receive

    def wrong(tx: object, mail: object, now: object) -> None:
        if "bad" in mail.text:  # type: ignore[attr-defined]
            raise ZeroDivisionError
        right(tx, mail, now)  # type: ignore[arg-type]

    monkeypatch.setattr(reader, "_receive", wrong)
    about = message_id(inbox_lab)
    dovecot.append(email("bad", answers=about, own_id="<1@x.y>"))
    dovecot.append(email("good", answers=about, own_id="<2@x.y>"))
    inbox_lab.dispatch()
    assert texts(inbox_lab, asked) == ["good"]
    assert [mail.why for mail in inbox_lab.inbox.find()] == [Why.UNREADABLE]


# -- what staff do with it ------------------------------------------------------------------------


@pytest.fixture
def in_tray(inbox_lab: Printflow, dovecot: Dovecot, asked: Job) -> Callable[..., int]:
    """Let an email arrive that waits in the tray; gives its id."""

    def arrived(**given: str) -> int:
        dovecot.append(email("About my print.", **given))
        inbox_lab.dispatch()
        return inbox_lab.inbox.find()[0].id

    return arrived


def test_staff_put_the_student_s_email_into_the_job_and_take_it_back(
    inbox_lab: Printflow, asked: Job, in_tray: Callable[..., int]
) -> None:
    mail_id = in_tray()
    assert inbox_lab.inbox.assign(mail_id, asked.id.lower(), by="Sam") == asked.id
    assert texts(inbox_lab, asked) == ["About my print."]
    assert inbox_lab.jobs.get(asked.id).asked_at is not None
    (mail,) = inbox_lab.jobs.details(asked.id).incoming
    assert (mail.fate, mail.settled_by) == (Fate.ASSIGNED, "Sam")
    with pytest.raises(InvalidInput, match="Sam has already decided"):
        inbox_lab.inbox.dismiss(mail_id, by="Ana")
    inbox_lab.inbox.put_back(mail_id, by="Ana")
    assert texts(inbox_lab, asked) == []
    assert inbox_lab.jobs.get(asked.id).asked_at is None
    assert inbox_lab.inbox.waiting() == 1
    kinds = [change.kind.value for change in inbox_lab.changes.find()]
    assert kinds == ["email_put_back", "email_assigned"]


def test_another_one_s_email_becomes_a_note_that_the_student_never_sees(
    inbox_lab: Printflow, asked: Job, in_tray: Callable[..., int]
) -> None:
    mail_id = in_tray(sender="Prof. Eve <eve@example.org>", answers=message_id(inbox_lab))
    inbox_lab.inbox.assign(mail_id, asked.id, by="Sam")
    note = inbox_lab.jobs.details(asked.id).notes[-1]
    assert not note.for_student
    assert note.text == "Email from eve@example.org:\nAbout my print."
    page = inbox_lab.students.page(inbox_lab.students.url(asked).rpartition("/")[2])
    assert all("About" not in message.text for message in page.messages)


def test_it_is_dismissed_and_brought_back_and_forgotten(
    inbox_lab: Printflow, in_tray: Callable[..., int], clock: TestClock
) -> None:
    mail_id = in_tray()
    inbox_lab.inbox.dismiss(mail_id, by="Sam")
    assert inbox_lab.inbox.waiting() == 0
    inbox_lab.inbox.put_back(mail_id, by="Sam")
    inbox_lab.inbox.dismiss(mail_id, by="Sam")
    clock.advance(days=31)
    assert inbox_lab.inbox.forget_old() == 1
    mail = inbox_lab.inbox.get(mail_id)
    assert (mail.sender, mail.text, mail.has_original) == ("", "", False)


def test_a_job_that_is_not_there(inbox_lab: Printflow, in_tray: Callable[..., int]) -> None:
    mail_id = in_tray()
    for typed in ("", "AAAAAAAA", "../../x"):
        with pytest.raises(InvalidInput, match="no job with this number"):
            inbox_lab.inbox.assign(mail_id, typed, by="Sam")


def test_an_email_of_an_erased_person_does_not_come_again(
    inbox_lab: Printflow, dovecot: Dovecot, asked: Job
) -> None:
    dovecot.append(email("Up.", answers=message_id(inbox_lab)))
    inbox_lab.dispatch()
    inbox_lab.jobs.reject(asked.id, by="Sam", reasons=["Too thin"])
    inbox_lab.dispatch()
    inbox_lab.personal_data.erase("jane@example.edu", by="Sam")
    inbox_lab.dispatch()
    with inbox_lab._parts.database.write() as tx:
        tx.lab.set_fact("inbox_place", None, inbox_lab._parts.clock())
    inbox_lab.dispatch()
    mail = only(inbox_lab)
    assert (mail.sender, mail.text, mail.has_original) == ("", "", False)


def test_a_person_s_export_has_their_emails(
    inbox_lab: Printflow, dovecot: Dovecot, asked: Job, in_tray: Callable[..., int]
) -> None:
    in_tray(own_id="<0@x.y>")
    dovecot.append(email("Up.", answers=message_id(inbox_lab)))
    inbox_lab.dispatch()
    found = inbox_lab.personal_data.emails("JANE@example.edu")
    assert {mail.text for mail, _original in found} == {"Up.", "About my print."}
    assert all(b"jane@example.edu" in original for _mail, original in found)
