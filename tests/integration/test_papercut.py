"""Charging PaperCut accounts: at most once each, booked with the state, and never guessed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, cast
from xmlrpc.client import Fault

import pytest

from printflow import InvalidInput, Job, PaperCutCharge, Printflow, Settings, TransitionRefused
from printflow.domain.papercut import ChargeState
from printflow.paying.papercut import XmlRpcPaperCut
from printflow.ports import PaperCutFault, PaperCutSilent, PaperCutUnreachable
from printflow.service.papercut import PaperCut
from printflow.testing.invariants import _Check
from printflow.testing.outside import Outside
from tests.integration.conftest import Program
from tests.plugins.lab import TestClock
from tests.plugins.papercut_server import TOKEN, PaperCutPeer, papercut_server
from tests.ports import free_port

JobIn = Callable[[str], Job]


@pytest.fixture
def peer() -> Iterator[PaperCutPeer]:
    """PaperCut, where Jane has $10."""
    with papercut_server() as running:
        running.balances["jane", ""] = Decimal("10.00")
        yield running


@pytest.fixture
def settings(settings: Settings, peer: PaperCutPeer) -> Settings:
    """A lab that charges accounts there."""
    set_there = Settings(papercut={"server_url": peer.url, "auth_token": TOKEN}).papercut
    return settings.model_copy(update={"papercut": set_there})


def papercut(settings: Settings, seconds: float = 20.0, **replaced: Any) -> XmlRpcPaperCut:
    return XmlRpcPaperCut(settings.papercut.model_copy(update=replaced), seconds=seconds)


def newest(lab: Printflow) -> PaperCutCharge:
    return lab.papercut.find()[0]


def money(lab: Printflow, job: Job) -> tuple[int, int]:
    balance = lab.jobs.details(job.id).balance
    return balance.paid_cents, balance.due_cents


def sound(lab: Printflow) -> bool:
    outside = SimpleNamespace(settings=lab.settings, changed_files=set(), doubled_files=set())
    check = _Check(cast("Outside", outside), idle=False)
    jobs = check._rows["jobs"]
    wrong = [
        *check._ledger(),
        *(one for job in jobs for one in check._money(job, check._of_job[job.id])),
    ]
    assert wrong == []
    return True


def test_a_charge_is_sent_once_and_becomes_one_payment(
    lab: Printflow, peer: PaperCutPeer, job_in: JobIn
) -> None:
    job = job_in("COMPLETED")
    offer = lab.papercut.offer(job.id)
    assert (offer.username, offer.due_cents) == ("jane", 425)
    asked = lab.papercut.charge(job.id, by="Ana", station="Desk", expected_due=425)
    assert asked.state is ChargeState.WAITING and asked.reference.startswith(f"PC-{job.id}-")
    assert peer.calls == [] and money(lab, job) == (0, 425), "no page waits for PaperCut"
    with pytest.raises(TransitionRefused, match="already underway"):
        lab.papercut.charge(job.id, by="Sam")
    assert lab.papercut.work() and not lab.papercut.work()
    assert peer.log == [("jane", Decimal("-4.25"), f"3D print {asked.reference}")]
    charge = newest(lab)
    assert charge.state is ChargeState.CHARGED and charge.payment_id is not None
    (entry,) = lab.jobs.details(job.id).ledger
    assert (entry.id, entry.method, entry.by, entry.station, entry.receipt) == (
        charge.payment_id, "PaperCut", "Ana", "Desk", asked.reference,
    )  # fmt: skip
    assert money(lab, job) == (425, 0) and sound(lab)
    assert [one.transaction_id for one in lab.online.find()] == [asked.reference]
    assert lab.jobs.details(job.id).charge is None
    with pytest.raises(TransitionRefused, match="Nothing is due"):
        lab.papercut.charge(job.id, by="Ana")
    with pytest.raises(TransitionRefused, match="doesn't need a look"):
        lab.papercut.settle(charge.id, charged=False, by="Ana")


def refusals(lab: Printflow, peer: PaperCutPeer, job: Job, clock: TestClock) -> dict[str, Any]:
    """What makes a charge be refused, by a part of the words that it's refused with."""

    def pay() -> None:
        lab.payments.take(job.id, amount="1.00", method="cash", by="Sam")

    def lose() -> None:
        peer.balances["jane", ""] = Decimal("1.2")

    return {
        "PaperCut doesn't know the user nobody": lambda: None,
        "the balance is $1.20": lose,
        "says: “User not found”": lambda: peer.faults.update(
            {"api.adjustUserAccountBalanceIfAvailable": Fault(262, "User not found")}
        ),
        "says: “No access”": lambda: peer.faults.update(
            {"api.isUserExists": Fault(257, "No access")}
        ),
        "can't be reached": lambda: setattr(peer, "raw", b"<html>"),
        "waited too long": lambda: clock.advance(minutes=11),
        "$3.25 is due now, not $4.25": pay,
    }


def test_what_is_refused_says_why_and_can_be_charged_again(
    lab: Printflow, peer: PaperCutPeer, job_in: JobIn, clock: TestClock
) -> None:
    job = job_in("COMPLETED")
    for said, make in refusals(lab, peer, job, clock).items():
        peer.faults.clear()
        peer.balances["jane", ""] = Decimal(10)
        lab.papercut.charge(job.id, by="Ana", username="nobody" if "nobody" in said else "")
        make()
        lab.papercut.work()
        charge = newest(lab)
        assert charge.state is ChargeState.REFUSED, said
        assert said in charge.answer and "Nothing was charged" in charge.answer
        assert lab.jobs.details(job.id).charge == charge
    assert peer.log == [] and lab.online.find() == [] and sound(lab)
    lab.papercut.charge(job.id, by="Ana")
    lab.papercut.work()
    assert peer.log[0][1] == Decimal("-3.25") and money(lab, job) == (425, 0)


def test_what_nobody_answered_waits_for_staff_and_is_never_sent_again(
    lab: Printflow, peer: PaperCutPeer, job_in: JobIn
) -> None:
    job = job_in("COMPLETED")
    lab.papercut.charge(job.id, by="Ana")
    peer.cut_after_adjust = True
    lab.papercut.work()
    charge = newest(lab)
    assert charge.state is ChargeState.UNKNOWN and "may or may not" in charge.answer
    peer.cut_after_adjust = False
    assert not lab.papercut.work() and len(peer.log) == 1
    assert lab.online.waiting() == 1 and lab.papercut.find(waiting=True) == [charge]
    with pytest.raises(TransitionRefused, match="already underway"):
        lab.papercut.charge(job.id, by="Ana")
    settled = lab.papercut.settle(charge.id, charged=True, by="Sam")
    assert settled.state is ChargeState.CHARGED and settled.settled_by == "Sam"
    assert lab.papercut.settle(charge.id, charged=True, by="Sam") == settled
    assert money(lab, job) == (425, 0) and lab.online.waiting() == 0 and sound(lab)

    other = job_in("COMPLETED")
    lab.papercut.charge(other.id, by="Ana")
    peer.faults["api.adjustUserAccountBalanceIfAvailable"] = Fault(257, "Out of memory")
    lab.papercut.work()
    assert "“Out of memory”. It may or may not" in newest(lab).answer
    wasnt = lab.papercut.settle(newest(lab).id, charged=False, by="Sam")
    assert wasnt.state is ChargeState.REFUSED and money(lab, other) == (0, 425)
    peer.faults.clear()
    lab.papercut.charge(other.id, by="Ana")
    lab.papercut.work()
    assert money(lab, other) == (425, 0) and sound(lab)


class Crash(BaseException):
    """The process ends here."""


def test_a_crash_between_sending_and_the_answer_is_found_later(
    lab: Printflow, peer: PaperCutPeer, job_in: JobIn, clock: TestClock
) -> None:
    job = job_in("COMPLETED")
    lab.papercut.charge(job.id, by="Ana")

    class Crashing(XmlRpcPaperCut):
        def adjust(self, username: str, amount: Decimal, comment: str) -> bool:
            super().adjust(username, amount, comment)
            raise Crash

    with pytest.raises(Crash):
        worker(lab, Crashing(lab.settings.papercut)).work()
    assert newest(lab).state is ChargeState.SENT
    assert not lab.papercut.work() and newest(lab).state is ChargeState.SENT, "perhaps another's"
    clock.advance(minutes=3)
    lab.papercut.work()
    assert newest(lab).state is ChargeState.UNKNOWN and len(peer.log) == 1


def worker(lab: Printflow, server: Any) -> PaperCut:
    parts = lab._parts
    return PaperCut(parts.database, parts.clock, lab.settings.papercut, server, parts.pay_links, lab.payments._receipts,
                    parts.ids, lambda: None)  # fmt: skip


def test_papercut_s_late_word_counts_over_a_wrong_look(
    lab: Printflow, job_in: JobIn, clock: TestClock
) -> None:
    job = job_in("COMPLETED")
    lab.papercut.charge(job.id, by="Ana")

    class Late:
        def knows(self, _username: str) -> bool:
            return True

        def adjust(self, *_said: object) -> bool:
            clock.advance(minutes=3)
            lab.papercut.work()
            lab.papercut.settle(newest(lab).id, charged=False, by="Sam")
            return True

    worker(lab, Late()).work()
    assert newest(lab).state is ChargeState.CHARGED and money(lab, job) == (425, 0) and sound(lab)


def test_two_workers_send_a_charge_once(lab: Printflow, peer: PaperCutPeer, job_in: JobIn) -> None:
    job = job_in("COMPLETED")
    peer.balances["jane", ""] = Decimal(100)
    ready = threading.Barrier(2)

    class Together(XmlRpcPaperCut):
        def knows(self, username: str) -> bool:
            known = super().knows(username)
            ready.wait(10)
            return known

    for _ in range(3):
        lab.papercut.charge(job.id, by="Ana")
        workers = [worker(lab, Together(lab.settings.papercut)) for _ in range(2)]
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda one: one.work(), workers))
        charge = newest(lab)
        assert charge.payment_id is not None, charge
        lab.payments.void(charge.payment_id, reason="Once more", by="Ana")
    assert len(peer.log) == 3 and sound(lab)


def test_two_people_charge_a_job_once(lab: Printflow, job_in: JobIn) -> None:
    job = job_in("COMPLETED")

    def ask(name: str) -> bool:
        try:
            lab.papercut.charge(job.id, by=name)
        except TransitionRefused:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(ask, ("Ana", "Sam", "Kim", "Lee"))) == [False, False, False, True]


def test_a_username_that_nobody_knows_is_asked_for(
    lab: Printflow, settings: Settings, job_in: JobIn
) -> None:
    job = job_in("COMPLETED")
    by_sign_in = settings.papercut.model_copy(update={"username_from": "sign_in"})
    with Printflow.open(settings.model_copy(update={"papercut": by_sign_in})) as other:
        assert other.papercut.offer(job.id).username == ""
        for typed in ("", "x" * 101):
            with pytest.raises(InvalidInput, match="Enter the student's PaperCut username"):
                other.papercut.charge(job.id, by="Ana", username=typed)
        with lab._parts.database.write() as tx:
            person = tx.identity.put_person(
                "proxy", "jd42", name="Jane", email="jane@example.edu", now=job.created_at
            )
            tx.identity.sent_by([job.id], person.id)
        assert other.papercut.offer(job.id).username == "jd42"


def test_the_wire_is_as_papercut_s_documentation_says(
    settings: Settings, peer: PaperCutPeer
) -> None:
    peer.balances["jane", "Lab"] = Decimal("1.005")
    server = papercut(settings, account_name="Lab")
    assert server.knows("jane") and not server.knows("joe")
    assert server.balance("jane") == Decimal("1.005")
    assert server.adjust("jane", Decimal("-1.005"), "a & <b>") and peer.log[0][2] == "a & <b>"
    assert not server.adjust("jane", Decimal("-0.001"), "")
    with pytest.raises(PaperCutFault, match="User not found") as fault:
        papercut(settings).adjust("joe", Decimal(-1), "")
    assert fault.value.code == 262 and fault.value.changed_nothing
    token = settings.model_copy(
        update={"papercut": Settings(papercut={"auth_token": "wrong-token"}).papercut}
    ).papercut.auth_token
    with pytest.raises(PaperCutFault, match="Invalid authentication token") as fault:
        papercut(settings, auth_token=token).knows("jane")
    assert "wrong-token" not in str(fault.value) and not fault.value.changed_nothing


BOMB = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "1"><!ENTITY b "&a;&a;">]>
<methodResponse><params><param><value><boolean>&a;</boolean></value></param></params></methodResponse>"""
ANSWERS = {
    "too large": b" " * (64 * 1024 + 1),
    "document type": BOMB,
    "no XML-RPC answer": b"<html><body>Sign in to the Wi-Fi</body></html>",
    "neither true nor false": b"<methodResponse><params><param><value><string>true</string></value>"
    b"</param></params></methodResponse>",
}


def test_answers_that_cannot_be_trusted_are_none(settings: Settings, peer: PaperCutPeer) -> None:
    for said, answer in ANSWERS.items():
        peer.raw = answer
        with pytest.raises(PaperCutSilent, match=said):
            papercut(settings).adjust("jane", Decimal(-1), "")
    peer.hold = threading.Event()
    with pytest.raises(PaperCutSilent, match="no answer within"):
        papercut(settings, 0.2).adjust("jane", Decimal(-1), "")
    assert peer.held.is_set()


def test_what_was_never_sent_is_told_from_what_was(settings: Settings) -> None:
    url = f"http://127.0.0.1:{free_port()}/rpc"
    with pytest.raises(PaperCutUnreachable):
        papercut(settings, server_url=url).adjust("jane", Decimal(-1), "")


def test_the_command_line_charges_lists_and_settles(
    program: Program, lab: Printflow, settings: Settings, peer: PaperCutPeer, job_in: JobIn
) -> None:
    program.environment |= {
        "PRINTFLOW_STORE": str(settings.store),
        "PRINTFLOW_DATABASE_URL": settings.database_url,
        "PRINTFLOW_PAPERCUT__SERVER_URL": peer.url,
        "PRINTFLOW_PAPERCUT__AUTH_TOKEN": TOKEN,
    }
    job = job_in("COMPLETED")
    asked = program.call("payments", "charge", job.id, "--by", "Ana", "--json").json
    assert (asked["state"], asked["amount_cents"], asked["username"]) == ("waiting", 425, "jane")
    peer.cut_after_adjust = True
    with Printflow.open(settings) as by_the_same_clock:
        by_the_same_clock.papercut.work()
    (listed,) = program.call("payments", "charges", "--waiting", "--json").json
    assert listed["state"] == "unknown" and listed["reference"] == asked["reference"]
    settle = ("payments", "settle-charge", str(listed["id"]), "--charged", "--by", "Ana", "--json")
    assert program.call(*settle).json["state"] == "charged"
    assert asked["reference"] in program.call("payments", "charges").out
    assert program.call("payments", "--json").json[0]["source"] == "papercut"
    assert program.call("show", job.id, "--json").json["charges"][0]["username"] == "jane"
    assert TOKEN not in program.call("settings", "--json").out
