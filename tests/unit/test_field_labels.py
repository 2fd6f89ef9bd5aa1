"""Fields go by their labels where a message doesn't stand beside them."""

from __future__ import annotations

import pytest

from printflow import QUESTIONS, Refusal, Trigger, in_a_summary, label_of, labeled
from printflow.domain.field_labels import FIELD_LABELS
from printflow.domain.form_field import FieldKind
from printflow.domain.guards import too_long


def test_a_bare_message_gets_its_label() -> None:
    bare = Refusal("class_number_too_long", too_long(62, 50), "class_number")
    said = "Class number: Use at most 50 characters. You entered 62."
    assert in_a_summary(bare) == said
    other = Refusal("weight_invalid", "Enter the weight in grams.", "weight", "Then go on.")
    assert in_a_summary(other) == "Enter the weight in grams."
    assert labeled(other, str(other)) == "Weight: Enter the weight in grams. Then go on."


@pytest.mark.parametrize(
    ("field", "label"),
    [("note-2", "Note (model 2)"), ("note", "Note"), ("", ""), ("printers[0].rate", "")],
)
def test_a_field_without_a_label_stays_out(field: str, label: str) -> None:
    assert label_of(field) == label
    refusal = Refusal("x_too_long", "No.", field)
    assert in_a_summary(refusal) == (f"{label}: No." if label else "No.")


def test_every_field_that_people_fill_in_has_a_label() -> None:
    asked = {
        field.name
        for trigger in Trigger
        for field in trigger.record.fields
        if field.kind is not FieldKind.HIDDEN
    }
    assert asked | {question.name for question in QUESTIONS} <= FIELD_LABELS.keys()
