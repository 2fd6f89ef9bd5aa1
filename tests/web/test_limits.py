"""The lab's limits on pages: the editor, the form, the dialog, and a person's page."""

from __future__ import annotations

from decimal import Decimal

from flask.testing import FlaskClient

from printflow import LimitAction, LimitCode, LimitWindow, Printflow
from tests.web.conftest import said, token

PAGE = "/admin/catalog/edit/limits"


def test_the_editor_keeps_what_was_typed_and_names_what_never_applies(
    lab: Printflow, staff: FlaskClient
) -> None:
    form = {
        "csrf_token": token(staff, PAGE),
        "version": "1",
        "limits[0].what": "prints",
        "limits[0].cap": "3",
        "limits[0].per": "week",
        "limits[0].action": "refuse",
        "limits[0].text": "Three a week.",
        "limits[0].domains": "example.edu, school.edu",
        "limits[1].what": "prints",
        "limits[1].cap": "three",
        "limits[1].per": "week",
        "limits[1].action": "ask",
        "limits[1].domains": "school.edu",
        "limits[2].what": "",
    }
    wrong = staff.post(PAGE, data=form)
    assert wrong.status_code == 422 and "Limit 2, at most: Enter a whole number" in said(wrong)
    assert 'value="three"' in wrong.text and 'value="Three a week."' in wrong.text
    assert staff.post(PAGE, data={**form, "limits[1].cap": "5"}).status_code == 303
    first, second = lab.catalog.current.limits
    assert (first.what, first.cap, first.per, first.action, first.domains) == (
        LimitCode.PRINTS,
        Decimal(3),
        LimitWindow.WEEK,
        LimitAction.REFUSE,
        ("example.edu", "school.edu"),
    )
    assert second.cap == 5
    page = said(staff.get(PAGE))
    assert "This limit never has an effect: limit 1 comes first." in page
    assert "2 limits" in said(staff.get("/admin/catalog"))
    gone = {**form, "version": "2", "limits[1].cap": "5", "limits[1].remove": "yes"}
    assert staff.post(PAGE, data=gone).status_code == 303
    assert len(lab.catalog.current.limits) == 1
