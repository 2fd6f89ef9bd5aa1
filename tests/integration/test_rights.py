"""What roles may do: every method of every room says it once, and refuses alike for everyone."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from printflow import (
    ADMINISTRATOR,
    STRANGER,
    ActorKind,
    CatalogInvalid,
    Forbidden,
    InvalidInput,
    Job,
    Permit,
    Printflow,
    Right,
    Status,
    Trigger,
    allowed,
)
from printflow.domain.rights import SHIPPED_ROLES, rights_of
from printflow.domain.table import STAFF_TRIGGERS
from printflow.lab.printflow import rooms_of

NEED_NONE = {
    # what students and strangers use
    "payer_answers.approve",
    "payer_answers.page",
    "payer_answers.refuse",
    "payers.any",
    "payers.named",
    "prices.about",
    "prices.about_job",
    "own_changes.change",
    "intake.receive",
    "intake.submit",
    "intake.submit_several",
    "intake.suggested_address",
    "intake.told_by_mail",
    "staged.append",
    "staged.begin",
    "staged.get",
    "staged.give_up",
    "staged.whole",
    "intake.unpacked",
    "limits.told",
    "messages.mail_links",
    "messages.send",
    "models.picture",
    "models.warnings",
    "openings.report",
    "queue.usually_ready",
    "queue.forecast",
    "queue.usually_ready_by_method",
    "queue.free_in",
    "queue.usually_ready_by_printer",
    "quotes.agreement",
    "quotes.confirm",
    "quotes.decline",
    "quotes.page",
    "quotes.resend",
    "quotes.url",
    "students.job",
    "students.page",
    "students.request",
    "students.request_of",
    "students.request_url",
    "students.sent_from",
    "students.url",
    "students.withdraw",
    "students.cancel",
    "students.ask_to_cancel",
    # the lab's own words and rules, which stand on public pages
    "cash_up.today",
    "languages.best",
    "languages.known",
    "languages.names",
    "languages.of",
    "languages.texts",
    "sessions.speak",
    "catalog.current",
    "catalog.remembered",
    "catalog.spoken",
    "hours.closed",
    "hours.form",
    "hours.pick_up",
    "hours.now",
    "hours.today",
    # writes down what happened to whoever has no right, or what was exported by one
    "changes.note_export",
    "changes.note_refusal",
    "shelf.policy",
    "addresses.confirm",
    "addresses.page",
    "addresses.send_again",
    "addresses.waiting",
    # the door
    "sessions.asks_for_station",
    "sessions.begin",
    "sessions.check_password",
    "sessions.confirm",
    "sessions.get",
    "sessions.known_at",
    "sessions.permit",
    "sessions.sign_in",
    "sessions.sign_out",
    "sessions.sign_out_others",  # one's own name; else it asks for the right to manage stations
    "sessions.signing_key",
    "identity.by_proxy",
    "identity.callback_url",
    "identity.decided",
    "identity.finish",
    "identity.is_away",
    "identity.on",
    "online.offer",
    "papercut.on",
    "papercut.work",  # in the background
    "online.on",
    "online.receive",  # signed by the payment service
    "identity.place_of_role",
    "identity.provider_name",
    "identity.provider_state",
    "identity.sign_in_by_proxy",
    "identity.signed_out_url",
    "identity.start",
    "identity.students",
    "identity.take_way_in",
    "provider_sessions.asked_again",
    "provider_sessions.logout_url",
    "provider_sessions.sign_out",
    "provider_sessions.standing",
    "student_sessions.get",
    "student_sessions.jobs",
    "student_sessions.sign_out",
    # what runs in the background, and figures for monitoring
    "addresses.sweep",
    "inbox.on",
    "inbox.trouble",
    "jobs.counts",
    "mail.trouble",
    "provider_sessions.recheck_due",
    "provider_sessions.sweep",
    "system.health",
    "worker.start",
    "worker.stop",
    "worker.waiting",
    "worklist.stir",
}
"""What needs no right. A new method stands here, or it says which right it needs."""


def methods(lab: Printflow) -> Iterator[tuple[str, Any]]:
    """Every public method and property of every room, by its name in scripts."""
    for room in (*rooms_of(Printflow), "doctor", "languages"):
        value = getattr(lab, room)
        for name, member in inspect.getmembers_static(type(value)):
            if not name.startswith("_") and (callable(member) or isinstance(member, property)):
                yield f"{room}.{name}", getattr(member, "fget", member)


def test_every_method_of_every_room_says_what_it_needs(lab: Printflow) -> None:
    found = dict(methods(lab))
    assert len(found) > 150, "the rooms are seen at all"
    bare = {name for name, method in found.items() if not hasattr(method, "__needs__")}
    assert bare == NEED_NONE


def test_a_stranger_is_refused_by_each_of_them(lab: Printflow) -> None:
    """Before anything else is looked at: even with no arguments at all."""
    with lab.acting(STRANGER):
        for name, method in methods(lab):
            if hasattr(method, "__needs__"):
                with pytest.raises(Forbidden) as refused:
                    method(None)
                assert refused.value.right == method.__needs__.value, name
                assert refused.value.code == "right_missing"


@pytest.mark.parametrize("trigger", STAFF_TRIGGERS)
def test_a_trigger_wants_its_right_whichever_way_it_is_pulled(
    lab: Printflow, job_in: Callable[[str], Job], trigger: Trigger
) -> None:
    job = job_in("PENDING")
    others = frozenset(Right) - {trigger.record.right} | {Right.SEE}
    with lab.acting(Permit(name="Bo", role="all but one", rights=others)):
        assert trigger not in allowed(job, ActorKind.STAFF)
        for pull in (
            lambda: lab.jobs.perform(trigger, job.id, by="Bo"),
            lambda: lab.jobs.mails_of(trigger, job.id, by="Bo"),
            lambda: lab.bulk.perform(trigger, [(job.id, None)], by="Bo"),
        ):
            with pytest.raises(Forbidden) as refused:
                pull()
            assert refused.value.right == trigger.record.right
    assert lab.jobs.get(job.id) == job


def role(name: str) -> Permit:
    return Permit(name="Bo", role=name, rights=rights_of(SHIPPED_ROLES, name))


def test_some_fields_want_a_right_of_their_own(
    lab: Printflow, job_in: Callable[[str], Job]
) -> None:
    done = job_in("COMPLETED")
    due = f"{lab.payments.open_balances(done.id)[0].balance.due_cents / 100:.2f}"
    with lab.acting(role("student worker")), pytest.raises(Forbidden) as refused:
        lab.jobs.pick_up(done.id, amount=due, method="cash", by="Bo")
    assert refused.value.right == Right.PAYMENTS
    with lab.acting(role("student worker")), pytest.raises(Forbidden):
        lab.bulk.perform(Trigger.PICK_UP, [(done.id, None)], by="Bo", method="cash")
    with lab.acting(role("technician")), pytest.raises(Forbidden) as refused:
        lab.jobs.pick_up(done.id, waive="a friend", by="Bo")
    assert refused.value.right == Right.WAIVE
    with lab.acting(role("technician")), pytest.raises(Forbidden):
        lab.payments.take(done.id, waive="a friend", by="Bo")
    with lab.acting(role("technician")):
        lab.payments.take(done.id, amount=due, method="cash", by="Bo")
    with lab.acting(role("student worker")):
        assert lab.jobs.pick_up(done.id, by="Bo").status is Status.PAIDPICKEDUP
    printing = job_in("PRINTING")
    with lab.acting(role("student worker")), pytest.raises(Forbidden) as refused:
        lab.jobs.complete(printing.id, cost="0.10", by="Bo")
    assert refused.value.right == Right.QUOTE


def test_undoing_wants_what_doing_wanted(lab: Printflow, job_in: Callable[[str], Job]) -> None:
    job = job_in("PENDING")
    with lab.acting(role("technician")):
        done = lab.jobs.confirm(job.id, note="by phone", by="Bo")
    with lab.acting(role("student worker")), pytest.raises(Forbidden) as refused:
        lab.corrections.undo(done.id, by="Sam")
    assert refused.value.right == Right.ANSWER
    with lab.acting(role("technician")):
        assert lab.corrections.undo(done.id, by="Sam").status is Status.PENDING


def test_writing_to_a_student_is_more_than_a_note(
    lab: Printflow, job_in: Callable[[str], Job]
) -> None:
    job = job_in("PENDING")
    with lab.acting(role("student worker")):
        lab.notes.add(job.id, by="Bo", text="The corner is thin.")
        with pytest.raises(Forbidden) as refused:
            lab.notes.add(job.id, by="Bo", text="Hello", for_student=True)
    assert refused.value.right == Right.WRITE
    assert len(lab.jobs.details(job.id).notes) == 1


def test_a_script_takes_a_role(lab: Printflow) -> None:
    with lab.acting_as("technician", by="Sam"):
        assert lab.jobs.find() == []
        with pytest.raises(Forbidden, match="“technician” doesn't allow this"):
            lab.catalog.change({"minimum_charge": "4.00"}, by="Sam")
    with pytest.raises(InvalidInput, match="Choose from: viewer, student worker"):
        lab.acting_as("king", by="Sam")
    lab.catalog.change({"minimum_charge": "4.00"}, by="Sam")


class TestRolesOfTheCatalog:
    def test_who_changes_what(self, lab: Printflow) -> None:
        with lab.acting(role("manager")):
            lab.catalog.change({"minimum_charge": "4.00"}, by="Bo")
            lab.catalog.change({"lab_name": "The shop"}, by="Bo")
            roles = [*lab.catalog.export()["roles"], {"name": "shift lead", "rights": ["void"]}]
            with pytest.raises(Forbidden) as refused:
                lab.catalog.change({"roles": roles}, by="Bo")
        assert refused.value.right == Right.ROLES
        changed = lab.catalog.change({"roles": roles}, by="Ana")
        assert changed.rights_of("shift lead") == {Right.SEE, Right.VOID}
        assert changed.rights_of("nobody") == frozenset()

    def test_nobody_gives_what_they_do_not_have(self, lab: Printflow) -> None:
        some = Permit(name="Bo", role="clerk", rights=frozenset({Right.ROLES, Right.STATIONS}))
        with lab.acting(some):
            with pytest.raises(Forbidden):
                lab.stations.add("Window", by="Bo", role=ADMINISTRATOR)
            with pytest.raises(Forbidden):
                lab.catalog.change({"roles": [{"name": "clerk", "rights": ["void"]}]}, by="Bo")

    def test_the_administrator_stays_and_has_every_right(self, lab: Printflow) -> None:
        changed = lab.catalog.change({"roles": [{"name": "helper", "rights": ["see"]}]}, by="Ana")
        assert [one.name for one in changed.roles] == ["helper", ADMINISTRATOR]
        assert changed.rights_of(ADMINISTRATOR) == frozenset(Right)

    def test_a_role_that_a_station_has_stays(self, lab: Printflow) -> None:
        lab.stations.add("Window", by="Ana", role="viewer")
        with pytest.raises(CatalogInvalid, match="The station Window has the role “viewer”"):
            lab.catalog.change({"roles": [{"name": "helper", "rights": ["see"]}]}, by="Ana")
        lab.stations.set_role("Window", role=ADMINISTRATOR, by="Ana")
        lab.catalog.change({"roles": [{"name": "helper", "rights": ["see"]}]}, by="Ana")

    @pytest.mark.parametrize(
        ("roles", "words"),
        [
            ([{"name": "helper"}], "Role “helper”, rights: Choose at least one."),
            ([{"name": "", "rights": ["see"]}], "name: Enter a text."),
            ([{"name": "x", "rights": ["fly"]}], "There's no right “fly”."),
            ([{"name": "x", "rights": [["see"]]}], "There's no right"),
            ([{"name": "X", "rights": ["see"]}, {"name": "x", "rights": ["see"]}], "twice"),
            ([{"name": "Administrator", "rights": ["see"]}], "administrator"),
            ("viewer", "Add at least one."),
            ([{"name": "x", "rights": ["see"], "admin": True}], "This key isn't known."),
        ],
    )
    def test_what_no_catalog_can_say(self, lab: Printflow, roles: Any, words: str) -> None:
        with pytest.raises(CatalogInvalid) as refused:
            lab.catalog.change({"roles": roles}, by="Ana")
        assert words in str(refused.value)

    def test_a_catalog_without_roles_has_the_shipped_ones(self, lab: Printflow) -> None:
        document = lab.catalog.export()
        del document["roles"]
        assert lab.catalog.load(document, by="Ana").roles == SHIPPED_ROLES
        changed = lab.catalog.change({"lab_name": "The shop"}, by="Ana")
        assert changed.roles == SHIPPED_ROLES
        (difference,) = lab.catalog.versions()[0].differences
        assert difference.after == "The shop"

    def test_a_file_without_roles_leaves_the_lab_s_own(self, lab: Printflow) -> None:
        document = lab.catalog.export()
        lab.catalog.change({"roles": [{"name": "helper", "rights": ["see"]}]}, by="Ana")
        del document["roles"]
        first, *_rest = lab.catalog.load(document, by="Ana").roles
        assert first.name == "helper"
