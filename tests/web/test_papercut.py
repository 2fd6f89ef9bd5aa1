"""Charging a PaperCut account on pages: what is shown is charged, and staff settle what's unknown."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from flask.testing import FlaskClient

from printflow import Job, Printflow
from tests.integration.test_papercut import peer, settings  # noqa: F401 - fixtures
from tests.plugins.papercut_server import PaperCutPeer
from tests.web.conftest import said, send, token

Brought = Callable[[str], Job]
FORM = "/dashboard/payments/papercut"


def test_staff_charge_an_account_and_settle_what_got_no_answer(
    lab: Printflow,
    staff: FlaskClient,
    job_in: Brought,
    peer: PaperCutPeer,  # noqa: F811
) -> None:
    job = job_in("COMPLETED")
    page, form = f"/dashboard/jobs/{job.id}", f"{FORM}?job={job.id}"
    assert "Charge to PaperCut…" in said(staff.get(page))
    shown = staff.get(f"{form}&next={page}")
    assert "$4.25" in said(shown) and 'value="jane"' in shown.text
    assert send(staff, form, shown_due="x", username="jane").status_code == 400
    changed = send(staff, form, shown_due="300", username="jane")
    assert changed.status_code == 422 and "$4.25 is due now, not $3.00" in said(changed)
    empty = send(staff, form, shown_due="425", username=" " + "x" * 101)
    assert "Enter the student's PaperCut username" in said(empty)
    asked = send(staff, form, shown_due="425", username="jane", next=page)
    assert asked.status_code == 303 and asked.location == page
    waiting = said(staff.get(page))
    assert "PaperCut: Charging…" in waiting and "Charge to PaperCut…" not in waiting
    assert peer.calls == []
    peer.cut_after_adjust = True
    lab.papercut.work()
    charge = lab.papercut.find()[0]
    assert "PaperCut: Needs a look" in said(staff.get(page))
    online = said(staff.get("/dashboard/payments/online"))
    assert f"look for {charge.reference}" in online and "may or may not have charged" in online
    assert "1 online payment needs a look" in said(staff.get("/dashboard"))
    settle = f"{FORM}/{charge.id}/settle"
    form_token = token(staff, "/dashboard/payments/online")
    for found, status in (("perhaps", 400), ("yes", 303), ("no", 422)):
        answer = staff.post(settle, data={"csrf_token": form_token, "charged": found})
        assert answer.status_code == status, found
    assert "From PaperCut" in said(staff.get("/dashboard/payments/online"))
    assert "PaperCut: " not in said(staff.get(page)) and peer.balances["jane", ""] == Decimal(
        "5.75"
    )
    refund = said(staff.get(f"/dashboard/payments/refund?job={job.id}"))
    assert "Refund it in PaperCut first" in refund
