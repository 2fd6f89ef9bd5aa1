"""One form for each email address, and none that cannot be mailed to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from printflow.service.addresses import email_problem, mailbox_of, normal_email


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" Jane.Doe@Example.EDU ", "Jane.Doe@example.edu"),
        ("jane@MÜNCHEN.de", "jane@xn--mnchen-3ya.de"),
        ("jane@xn--mnchen-3ya.de", "jane@xn--mnchen-3ya.de"),
        ("o'brien+3d@example.edu", "o'brien+3d@example.edu"),
    ],
)
def test_the_domain_is_in_lower_case_and_ascii(typed: str, kept: str) -> None:
    assert email_problem(typed, ()) == ""
    assert normal_email(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "", "jane", "ä@example.edu", "ａ@example.edu", '"a b"@example.edu', '"ab"@example.edu',
        "jane@example.edu.", "jane.@example.edu", ".jane@example.edu", "ja..ne@example.edu",
        "jane@[192.0.2.1]", "jane@localhost", "jane@example", "Jane <jane@example.edu>",
        "a@b.edu,c@d.edu", "a@b.edu\nBcc: c@d.edu", "a@-ex.edu", "a@ex_ample.edu", "@example.edu",
        "a@b@example.edu", "a" * 70 + "@example.edu", "a@" + "b" * 260 + ".edu",
    ],
)  # fmt: skip
def test_what_cannot_be_mailed_to_is_refused_in_words(typed: str) -> None:
    assert email_problem(typed, ()).endswith(".")


def test_letters_before_the_at_are_named() -> None:
    assert "letters like ä or é before the @" in email_problem("ä@example.edu", ())


def test_allowed_domains_in_either_spelling() -> None:
    for allowed in ("münchen.de", "xn--mnchen-3ya.de", "@MÜNCHEN.de"):
        assert email_problem("jane@cs.münchen.de", (allowed,)) == ""
    assert "Use your address at example.edu" in email_problem(
        "jane@example.edu.evil.org", ("example.edu",)
    )


@given(st.emails() | st.text(max_size=40))
def test_the_form_that_is_kept_stays_itself(typed: str) -> None:
    kept = normal_email(typed)
    assert normal_email(kept) == kept
    assert normal_email(f" {typed.strip()} ") == kept
    if not email_problem(typed, ()):
        assert kept.isascii() and email_problem(kept, ()) == ""


def test_one_mailbox_has_one_limit() -> None:
    same = ["jane.doe@example.edu", "JaneDoe@EXAMPLE.edu", "j.a.n.e.doe+x@example.edu"]
    assert {mailbox_of(one) for one in same} == {"janedoe@example.edu"}
    assert mailbox_of("jane@example.org") != mailbox_of("jane@example.edu")
