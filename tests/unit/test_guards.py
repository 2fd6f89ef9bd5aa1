"""Guards: each gives its own refusal on its own field, and all reasons come together."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from printflow.domain.attempt import Arguments
from printflow.domain.job import Actor, Job
from printflow.domain.lifecycle import TABLE, fire, row
from printflow.domain.status import ActorKind, Status, Trigger
from printflow.errors import Refusal, TransitionRefused
from tests.unit.builders import (
    ANA,
    NOW,
    STUDENT,
    chosen,
    facts,
    form,
    good_arguments,
    job,
    quote,
)


def refused(
    trigger: Trigger,
    arguments: Arguments | None = None,
    *,
    subject: Job | None = None,
    actor: Actor = ANA,
    **known: Any,
) -> list[tuple[str, str]]:
    """Code and field of every reason why the trigger is refused; none when it goes through."""
    return [
        (reason.code, reason.field)
        for reason in reasons(trigger, arguments, subject=subject, actor=actor, **known)
    ]


def reasons(
    trigger: Trigger,
    arguments: Arguments | None = None,
    *,
    subject: Job | None = None,
    actor: Actor = ANA,
    **known: Any,
) -> tuple[Refusal, ...]:
    if subject is None and row(trigger).sources:
        subject = job(row(trigger).sources[0])
    try:
        fire(trigger, subject, actor, arguments or good_arguments(trigger), facts(**known))
    except TransitionRefused as error:
        return error.refusals
    return ()


# -- submit ---------------------------------------------------------------------------------------

FORM_PROBLEMS = [
    ({"original_name": ""}, ("file_missing", "file")),
    ({"student_name": " \u202e\u200b\t"}, ("student_name_missing", "student_name")),
    ({"student_name": "\u200d"}, ("student_name_missing", "student_name")),
    ({"student_name": "x" * 101}, ("student_name_too_long", "student_name")),
    ({"discipline": "Alchemy"}, ("discipline_unknown", "discipline")),
    ({"class_number": ""}, ("class_number_missing", "class_number")),
    ({"class_number": "9" * 51}, ("class_number_too_long", "class_number")),
    ({"print_method": "Casting"}, ("print_method_unknown", "print_method")),
    ({"color": "Clear"}, ("color_unknown", "color")),  # a resin color
    ({"color": ""}, ("color_unknown", "color")),
    ({"printer": "Form 3"}, ("printer_unknown", "printer")),  # a resin printer
    ({"minimum_charge": False}, ("minimum_charge_not_acknowledged", "minimum_charge")),
]


@pytest.mark.parametrize(("typed", "expected"), FORM_PROBLEMS)
def test_each_problem_of_a_form(typed: dict[str, Any], expected: tuple[str, str]) -> None:
    assert refused(Trigger.SUBMIT, Arguments(submission=form(**typed))) == [expected]


def test_all_problems_of_a_form_together() -> None:
    empty = form(
        student_name="",
        discipline="",
        class_number="",
        print_method="",
        minimum_charge=False,
        original_name="",
    )
    found = refused(Trigger.SUBMIT, Arguments(submission=empty), email_problem="Enter an address.")
    assert {field for _, field in found} == {
        "file",
        "student_name",
        "student_email",
        "discipline",
        "class_number",
        "print_method",
        "minimum_charge",
    }
    assert refused(Trigger.SUBMIT, Arguments()) == [("file_missing", "file")]


def test_a_wrong_choice_names_the_choices() -> None:
    (reason,) = reasons(Trigger.SUBMIT, Arguments(submission=form(color="Clear")))
    assert "“Clear” for Filament" in reason.message
    assert "True Red, Black" in reason.next_step
    (reason,) = reasons(Trigger.SUBMIT, Arguments(submission=form(color="x" * 500)))
    assert len(reason.message) < 120


# -- approve, requote -----------------------------------------------------------------------------

BAD_NUMBERS = ["", " ", "-1", "0", "0.0", "NaN", "inf", "1e999", "1,500", "viel", "٣", "1 2", "--1"]


@pytest.mark.parametrize("trigger", [Trigger.APPROVE, Trigger.REQUOTE])
@pytest.mark.parametrize("typed", BAD_NUMBERS)
def test_bad_weights_and_times(trigger: Trigger, typed: str) -> None:
    good = good_arguments(trigger)
    assert refused(trigger, replace(good, weight=typed)) == [("weight_invalid", "weight")]
    assert refused(trigger, replace(good, hours=typed)) == [("hours_invalid", "hours")]
    (reason,) = reasons(trigger, replace(good, weight=typed))
    assert "50,000 g" in reason.next_step
    (reason,) = reasons(trigger, replace(good, hours=typed))
    assert "1,000 hours" in reason.next_step


@pytest.mark.parametrize("trigger", [Trigger.APPROVE, Trigger.REQUOTE])
def test_all_reasons_of_a_quote_together(trigger: Trigger) -> None:
    wrong = Arguments(weight="-1", hours="soon", material="Gold", printer="Form 3", note="x" * 2001)
    found = refused(trigger, wrong, chosen_file=chosen(present=False))
    assert found == [
        ("weight_invalid", "weight"),
        ("hours_invalid", "hours"),
        ("material_unknown", "material"),
        ("printer_unknown", "printer"),
        ("file_gone", "file"),
        ("note_too_long", "note"),
    ]


@pytest.mark.parametrize(
    ("fact", "code"),
    [
        (None, "file_gone"),
        (chosen(present=False, settled=False), "file_gone"),
        (chosen(settled=False), "file_unsettled"),
        (chosen(acceptable=False), "file_foreign"),
    ],
)
def test_the_chosen_file_must_be_there_settled_and_the_jobs(fact: object, code: str) -> None:
    assert refused(Trigger.APPROVE, chosen_file=fact) == [(code, "file")]


def test_a_retired_printer_is_refused_when_printing_starts() -> None:
    subject = job(Status.READYTOPRINT, printer="Ender")
    assert refused(Trigger.START_PRINTING, subject=subject) == [("printer_unknown", "printer")]
    assert not refused(Trigger.START_PRINTING, Arguments(printer="XL"), subject=subject)


# -- reasons and texts ----------------------------------------------------------------------------


@pytest.mark.parametrize("said", [Arguments(), Arguments(reasons=("", " "), text=" \n\u202e ")])
def test_a_rejection_needs_a_reason(said: Arguments) -> None:
    assert refused(Trigger.REJECT, said) == [("reason_missing", "reasons")]


@pytest.mark.parametrize("trigger", [Trigger.FAIL, Trigger.OVERRIDE])
def test_failing_and_overriding_need_a_reason(trigger: Trigger) -> None:
    said = replace(good_arguments(trigger), reason=" \n ")
    assert refused(trigger, said) == [("reason_missing", "reason")]


def test_override_gives_all_reasons_even_for_a_wrong_status() -> None:
    found = refused(Trigger.OVERRIDE, Arguments(to="GONE", notify=True))
    assert found == [("reason_missing", "reason"), ("to_unknown", "to")]
    found = refused(Trigger.OVERRIDE, Arguments(to="PRINTING", notify=True))
    assert found == [("reason_missing", "reason"), ("no_usual_mail", "notify")]


@pytest.mark.parametrize(
    ("trigger", "field"),
    [
        (Trigger.APPROVE, "note"),
        (Trigger.REQUOTE, "note"),
        (Trigger.REJECT, "text"),
        (Trigger.CONFIRM, "note"),
        (Trigger.DECLINE, "text"),
        (Trigger.FAIL, "reason"),
        (Trigger.OVERRIDE, "reason"),
        (Trigger.PICK_UP, "waive"),
        (Trigger.DISPOSE, "reason"),
    ],
)
def test_texts_have_a_limit(trigger: Trigger, field: str) -> None:
    fits: dict[str, Any] = {field: "x" * 2000}
    too_long: dict[str, Any] = {field: "x" * 2001}
    good = good_arguments(trigger)
    assert not refused(trigger, replace(good, **fits))
    assert refused(trigger, replace(good, **too_long)) == [(f"{field}_too_long", field)]


def test_reasons_have_a_limit_together() -> None:
    said = Arguments(reasons=("x" * 1500, "y" * 1500))
    assert refused(Trigger.REJECT, said) == [("reasons_too_long", "reasons")]


# -- links ----------------------------------------------------------------------------------------

BY_LINK = Arguments(by_link=True, consent=True)


def test_a_students_link_confirms_and_declines() -> None:
    assert not refused(Trigger.CONFIRM, BY_LINK, actor=STUDENT)
    assert not refused(Trigger.DECLINE, replace(BY_LINK, consent=False), actor=STUDENT)


@pytest.mark.parametrize("trigger", [Trigger.CONFIRM, Trigger.DECLINE])
@pytest.mark.parametrize(
    ("presented", "code"),
    [
        (quote(expires_at=NOW), "link_expired"),
        (quote(used_at=NOW), "link_overtaken"),
        (quote(voided_at=NOW), "link_overtaken"),
        (quote(voided_at=NOW, expires_at=NOW), "link_overtaken"),
    ],
)
def test_a_link_that_no_longer_counts(trigger: Trigger, presented: object, code: str) -> None:
    assert refused(trigger, BY_LINK, actor=STUDENT, quote=presented) == [(code, "")]


def test_a_link_counts_to_the_last_moment() -> None:
    last = quote(expires_at=NOW + timedelta(microseconds=1))
    assert not refused(Trigger.CONFIRM, BY_LINK, actor=STUDENT, quote=last)


def test_confirming_without_the_tick() -> None:
    found = refused(Trigger.CONFIRM, Arguments(by_link=True), actor=STUDENT)
    assert found == [("consent_missing", "consent")]


@pytest.mark.parametrize("other", [quote(cost_cents=424), quote(file_sha256="cd" * 32)])
def test_price_and_file_must_be_those_of_the_quote(other: object) -> None:
    for said, who in ((BY_LINK, STUDENT), (good_arguments(Trigger.CONFIRM), ANA)):
        assert refused(Trigger.CONFIRM, said, actor=who, quote=other) == [("quote_changed", "")]


@pytest.mark.parametrize("trigger", [Trigger.CONFIRM, Trigger.DECLINE])
def test_staff_answer_for_a_student_with_a_note(trigger: Trigger) -> None:
    assert refused(trigger, Arguments(note=" ")) == [("note_missing", "note")]
    assert not refused(trigger, Arguments(note="by phone"), quote=quote(expires_at=NOW))


def test_nothing_to_confirm_without_a_quote() -> None:
    found = refused(Trigger.CONFIRM, BY_LINK, actor=STUDENT, quote=None)
    assert found == [("link_overtaken", ""), ("no_quote", "")]


def test_a_student_asks_for_a_link_once_an_hour() -> None:
    soon = NOW + timedelta(seconds=61)
    (reason,) = reasons(
        Trigger.RESEND, BY_LINK, actor=STUDENT, resend_from=soon, subject=job(Status.PENDING)
    )
    assert (reason.code, "in 2 minutes" in reason.next_step) == ("resend_too_often", True)
    (reason,) = reasons(
        Trigger.RESEND, BY_LINK, actor=STUDENT, resend_from=NOW + timedelta(seconds=1)
    )
    assert reason.next_step.endswith("in 1 minute.")
    assert not reasons(Trigger.RESEND, BY_LINK, actor=STUDENT, resend_from=NOW)
    assert not reasons(Trigger.RESEND, resend_from=soon)


# -- complete, pick up, archive -------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["-1", "1,500", "free", "1.005", "100000.01", "NaN", "1e2"])
def test_bad_final_figures(typed: str) -> None:
    assert refused(Trigger.COMPLETE, Arguments(cost=typed)) == [("cost_invalid", "cost")]


def test_final_figures_may_be_left_out_or_be_zero() -> None:
    assert not refused(Trigger.COMPLETE, Arguments())
    assert not refused(Trigger.COMPLETE, Arguments(cost="0"))
    found = refused(Trigger.COMPLETE, Arguments(cost="x", weight="0"))
    assert found == [("cost_invalid", "cost"), ("weight_invalid", "weight")]


PAYMENTS = [
    (Arguments(), ["amount"]),
    (Arguments(waive=" "), ["amount"]),
    (Arguments(amount="4.25"), ["method"]),
    (Arguments(amount="4.25", method="barter"), ["method"]),
    (Arguments(amount="4", method="cash"), ["amount"]),
    (Arguments(amount="5", method="cash"), ["amount"]),
    (Arguments(amount="5", method="cash", waive="tip"), ["amount"]),
    (Arguments(amount="x", method="barter"), ["amount", "method"]),
    (Arguments(amount="0"), ["amount"]),
    (Arguments(amount="$4.25", method="cash"), []),
    (Arguments(waive="our mistake"), []),
    (Arguments(amount="0", waive="our mistake"), []),
    (Arguments(amount="4", method="card", waive="the rest is our mistake"), []),
]


@pytest.mark.parametrize(("said", "fields"), PAYMENTS)
def test_payments_and_waivers(said: Arguments, fields: list[str]) -> None:
    assert [field for _, field in refused(Trigger.PICK_UP, said)] == fields


def test_earlier_payments_count_and_nothing_is_due_twice() -> None:
    said = Arguments(amount="1.25", method="cash")
    assert not refused(Trigger.PICK_UP, said, paid_cents=300)
    for paid in (425, 999):
        assert not refused(Trigger.PICK_UP, Arguments(), paid_cents=paid)
        assert not refused(Trigger.PICK_UP, Arguments(amount="0"), paid_cents=paid)
        (reason,) = reasons(Trigger.PICK_UP, said, paid_cents=paid)
        assert "Nothing is due." in reason.message
    free = job(Status.COMPLETED, cost_cents=None)
    assert not refused(Trigger.PICK_UP, Arguments(), subject=free)


@given(st.integers(0, 200_000), st.integers(0, 200_000))
def test_exactly_what_is_due_goes_through(cost: int, paid: int) -> None:
    due = max(0, cost - paid)
    subject = job(Status.COMPLETED, cost_cents=cost)
    exact = Arguments(amount=f"{due // 100}.{due % 100:02d}", method="cash")
    more = Arguments(amount=f"{(due + 1) // 100}.{(due + 1) % 100:02d}", method="cash")
    assert not refused(Trigger.PICK_UP, exact, subject=subject, paid_cents=paid)
    assert refused(Trigger.PICK_UP, more, subject=subject, paid_cents=paid)


@given(st.integers(0, 365 * 24))
def test_archiving_from_the_retention_period_on(hours: int) -> None:
    rested = timedelta(hours=hours)
    subject = job(Status.PAIDPICKEDUP, status_since=NOW - rested)
    found = refused(Trigger.ARCHIVE, Arguments(), subject=subject)
    assert found == ([] if rested >= timedelta(days=90) else [("too_young", "")])


# -- of all ---------------------------------------------------------------------------------------

TYPED = st.one_of(st.text(max_size=30), st.sampled_from(["1", "4.25", "PLA", "XL", "PENDING"]))
ANYTHING = st.builds(
    Arguments,
    weight=TYPED,
    hours=TYPED,
    material=TYPED,
    printer=TYPED,
    cost=TYPED,
    note=TYPED,
    reasons=st.lists(TYPED, max_size=3).map(tuple),
    text=TYPED,
    reason=TYPED,
    to=TYPED,
    notify=st.booleans(),
    amount=TYPED,
    method=TYPED,
    waive=TYPED,
    machine=TYPED,
    copies=TYPED,
    good=TYPED,
    failed=TYPED,
    not_printed=TYPED,
    category=TYPED,
    wasted=TYPED,
)


@given(st.sampled_from([line.trigger for line in TABLE if line.sources]), ANYTHING)
def test_whatever_is_typed_goes_through_or_is_refused_in_words(
    trigger: Trigger, said: Arguments
) -> None:
    known = {"file", "weight", "hours", "material", "printer", "cost", "note", "reasons", "text"}
    known |= {"reason", "to", "notify", "amount", "method", "waive", "consent", ""}
    known |= {"machine", "copies", "category", "wasted"}
    actor = ANA if ActorKind.STAFF in row(trigger).actors else STUDENT
    for reason in reasons(trigger, said, actor=actor):
        assert reason.code
        assert reason.message.endswith((".", "”"))
        assert reason.field in known
        assert "  " not in str(reason)


def test_every_guard_documents_itself_in_one_sentence() -> None:
    for line in TABLE:
        for guard in line.guards:
            sentence = (guard.__doc__ or "").partition("\n")[0]
            assert sentence.endswith("."), guard
