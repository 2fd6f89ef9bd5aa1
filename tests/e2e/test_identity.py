"""Staff and a student sign in at a real provider (npm's oidc-provider), in a real browser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from printflow import Printflow
from tests import sample_models
from tests.e2e.test_preview import take
from tests.plugins.sign_in_peer import CLIENT_ID, CLIENT_SECRET, Peer, running_peer
from tests.ports import free_port

from .conftest import Complaints, Server, check_box, watched

pytestmark = [pytest.mark.chromium, pytest.mark.long]


@pytest.fixture
def peer() -> Iterator[Peer]:
    with running_peer(free_port()) as running:
        running.account(
            "ana", name="Ana Reyes", email="ana@example.edu", roles=["lab-admins", "people"]
        )
        running.account("jane", name="Jane Doe", email="jane@example.edu", roles=[])
        yield running


@pytest.fixture
def more_settings(peer: Peer) -> dict[str, str]:
    given = {
        "issuer": peer.issuer,
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "provider_name": "Example University",
        "scopes": "openid,profile,email,roles,offline_access",
        "roles": json.dumps({"lab-admins": "administrator", "lab-staff": "technician"}),
        "students": "optional",
    }
    return {f"PRINTFLOW_IDENTITY__{name.upper()}": value for name, value in given.items()}


@pytest.fixture
def server(server: Server, peer: Peer) -> Server:
    peer.serves(server.url)
    return server


def at_the_provider(page: Page, account: str) -> None:
    """Sign in on the provider's own page."""
    expect(page.get_by_role("heading", name="University sign-in")).to_be_visible()
    page.get_by_label("Account").fill(account)
    page.get_by_role("button", name="Continue").click()


def test_staff_sign_in_and_out(server: Server, peer: Peer, page: Page, lab: Printflow) -> None:
    page.goto(f"{server.url}/dashboard/queue")
    page.get_by_role("link", name="Sign in with Example University").click()
    at_the_provider(page, "ana")
    expect(page).to_have_url(f"{server.url}/dashboard/queue")
    page.goto(f"{server.url}/admin/identity")
    expect(page.get_by_text("answers", exact=True)).to_be_visible()
    expect(page.get_by_text("lab-admins, people").first).to_be_attached()
    # The provider signs with a new key from now on: nobody notices.
    peer.rotate_keys()
    page.goto(f"{server.url}/login/confirm?next=/admin/identity")
    at_the_provider(page, "ana")
    expect(page).to_have_url(f"{server.url}/admin/identity")
    # Signing out ends the provider's session, too.
    page.locator("summary.acting").click()
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page.get_by_role("heading", name="You're signed out")).to_be_visible()
    assert page.url.split("?")[0] == f"{server.url}/signed-out"
    page.goto(f"{server.url}/login")
    page.get_by_role("link", name="Sign in with Example University").click()
    expect(page.get_by_role("heading", name="University sign-in")).to_be_visible()
    assert lab.sessions.all() == []


def test_a_role_that_is_taken_away_at_the_provider(
    server: Server, peer: Peer, page: Page, lab: Printflow
) -> None:
    page.goto(f"{server.url}/login")
    page.get_by_role("link", name="Sign in with Example University").click()
    at_the_provider(page, "ana")
    expect(page).to_have_url(f"{server.url}/dashboard")
    peer.account("ana", name="Ana Reyes", email="ana@example.edu", roles=[])
    page.goto(f"{server.url}/login/check?next=/dashboard")  # as every page does after five minutes
    expect(page.get_by_role("heading", name="You're not signed in")).to_be_visible()
    expect(page.get_by_text("no role in this lab")).to_be_visible()
    assert lab.sessions.all() == []


def test_the_provider_is_down(server: Server, peer: Peer, page: Page) -> None:
    page.goto(f"{server.url}/login")
    page.get_by_role("link", name="Sign in with Example University").click()
    at_the_provider(page, "ana")
    expect(page).to_have_url(f"{server.url}/dashboard")
    peer.stop()
    page.goto(f"{server.url}/dashboard/queue")
    expect(page).to_have_url(f"{server.url}/dashboard/queue")
    page.context.clear_cookies()
    page.goto(f"{server.url}/login")
    page.get_by_label("Lab password").fill(server.password)
    page.get_by_label("Your name").fill("Sam")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page).to_have_url(f"{server.url}/dashboard")
    peer.start()


def test_a_student_signs_in_from_the_form(
    server: Server,
    peer: Peer,
    browser: Browser,
    complaints: Complaints,
    phone: Page,
    lab: Printflow,
    tmp_path: Path,
) -> None:
    model = tmp_path / "bracket.stl"
    model.write_bytes(sample_models.stl())
    phone.goto(f"{server.url}/submit")
    phone.get_by_role("link", name="Sign in with Example University").click()
    at_the_provider(phone, "jane")
    expect(phone).to_have_url(f"{server.url}/submit")
    expect(phone.get_by_text("Signed in as Jane Doe, jane@example.edu.")).to_be_visible()
    phone.get_by_label("Class number").fill("ARCH 4000")
    phone.get_by_label("Discipline").select_option("Engineering")
    take(phone, "print_method", "Filament")
    take(phone, "printer", "Prusa MK4S")
    phone.locator("input[type=file]").first.set_input_files(model)
    take(phone, "color", "True Red")
    check_box(phone.locator("input[name=minimum_charge]"))
    phone.get_by_role("button", name="Submit for review").click()
    expect(phone.get_by_role("heading", name="We have your model")).to_be_visible()
    (job,) = lab.jobs.find()
    assert (job.student_name, job.student_email) == ("Jane Doe", "jane@example.edu")
    phone.goto(f"{server.url}/my-jobs")
    phone.get_by_role("link", name="bracket.stl").click()
    expect(phone.get_by_text(job.id).first).to_be_visible()
    # The page opens by its link in any other browser, too.
    context = browser.new_context()
    other = watched(context.new_page(), complaints)
    other.goto(phone.url)
    expect(other.get_by_text(job.id).first).to_be_visible()
    context.close()
