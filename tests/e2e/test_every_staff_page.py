"""Every page of staff and every dialog: axe finds nothing, and nothing is wider than the window.

On a desktop, a phone, and in dark colors. A new page fails here until it is among them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from printflow import Actor, ActorKind, Attachment, Fate, Job, Printflow, Status, Why
from printflow.domain.incoming import ArrivedMail, Kept
from printflow.service.online_booking import Told, book
from tests import sample_models
from tests.crash.scenario import FORM
from tests.e2e.conftest import Complaints, Server, watched
from tests.e2e.test_administration import PAGES as OF_ADMINISTRATORS
from tests.e2e.test_administration import RULES, SHAPES, faults, go
from tests.e2e.test_main_job import sign_in
from tests.web.test_every_route import LET_IN

pytestmark = [pytest.mark.chromium, pytest.mark.long]

LISTS = (
    "/dashboard?status=UPLOADED",
    "/dashboard?status=all",
    "/dashboard?status=all&view=dense",
    "/dashboard?status=all&view=cards",
    "/dashboard?status=all&view=cards&sort=oldest&method=Filament",
    "/dashboard?status=attention",
    "/dashboard?status=unconfirmed",
    "/dashboard?status=all&search=nobody",
    "/dashboard?status=ARCHIVED",
)
OTHERS = (
    "/dashboard/bulk",
    "/dashboard/queue",
    "/dashboard/queue?fits=Prusa+MK4S&material=PLA",
    "/dashboard/machines/menu?machine=Prusa+XL",
    "/dashboard/machines/out?machine=Prusa+XL",
    "/dashboard/machines/edit?machine=Prusa+XL",
    "/dashboard/plates/start?machine=Prusa+MK4S",
    "/dashboard/this-pc",
    "/dashboard/payments",
    "/dashboard/people",
    "/pick-up",
    "/pick-up?search=nobody",
    "/reports",
    "/reports/summary",
    "/staff",
    "/inbox",
    "/inbox?show=jobs",
    "/inbox?show=automatic",
    "/outbox",
    "/outbox?state=dead",
    "/admin/retention",
    "/admin/payers",
    "/admin/payers/edit?code=A1",
    "/admin/payers/statement?code=A1",
)
OF_A_JOB = ("", "/ticket", "/label", "/notes", "/edit", "/reject", "/override")
NO_PAGES = {
    "/admin",  # leads to the system page
    "/admin/catalog/versions/<int:version>/<ending>",
    "/dashboard/find",  # asked by the palette's script
    "/dashboard/jobs/<job_id>/files/<int:file_id>",
    "/dashboard/jobs/<job_id>/menu",  # asked by the list's script
    "/dashboard/jobs/<job_id>/outline",
    "/dashboard/jobs/<job_id>/picture",
    "/dashboard/jobs/<job_id>/price",
    "/dashboard/bulk/prices",
    "/dashboard/list.<ending>",
    "/dashboard/payments/day-<day>.<ending>",
    "/dashboard/payments/papercut",  # not in a lab without PaperCut; see tests/web/test_papercut.py
    "/dashboard/this-pc/opener/<name>",
    "/admin/payers/payers.csv",
    "/admin/payers/statement.<ending>",
    "/dashboard/this-pc/printflow-opener.toml",
    "/inbox/<int:mail_id>/original",
    "/inbox/<int:mail_id>/pictures/<int:picture_id>",
    "/outbox/<int:mail_id>/html",
    "/reports/<name>.<ending>",
    "/reports/all.xlsx",
}
"""Downloads, pictures, and what only stands in a frame."""

WAY: tuple[tuple[Status, Callable[[Printflow, str], object]], ...] = (
    (Status.UPLOADED, lambda lab, job: None),
    (
        Status.PENDING,
        lambda lab, job: lab.jobs.approve(job, by="Sam", grams="42", hours="3", material="PLA"),
    ),
    (Status.READYTOPRINT, lambda lab, job: lab.jobs.confirm(job, by="Sam", note="by phone")),
    (Status.PRINTING, lambda lab, job: lab.jobs.start_printing(job, by="Sam")),
    (Status.COMPLETED, lambda lab, job: lab.jobs.complete(job, by="Sam")),
    (Status.PAIDPICKEDUP, lambda lab, job: lab.jobs.pick_up(job, by="Sam", waive="a gift")),
)


@pytest.fixture
def more_settings() -> dict[str, str]:
    """What was done can be taken back as long as in a lab."""
    return {"PRINTFLOW_UNDO_SECONDS": "30", "PRINTFLOW_SETTLE_SECONDS": "0"}


@pytest.fixture
def jobs(lab: Printflow, tmp_path: Path) -> dict[Status, Job]:
    """A job in every status of the usual way, with messages, notes, and a file that is missing."""
    model = tmp_path / "bracket.stl"
    model.write_bytes(sample_models.stl())
    lab.payers.add(by="Ana", code="A1", title="Studio", budget="100", ends="2030-01-31")
    found: dict[Status, Job] = {}
    for number, (wanted, _step) in enumerate(WAY):
        form = {
            **FORM,
            "student": f"{'Wolfeschlegelstein' * 4} {number}",  # nothing to break it at
            "quantity": number + 1,
            "note": "Mind it.",
        }
        job = lab.intake.submit(model, **form)
        for _status, step in WAY[: number + 1]:
            step(lab, job.id)
        lab.notes.add(job.id, by="Sam", text="Which way up?", for_student=True)
        lab.messages.send(lab.students.url(job).rpartition("/")[2], "The flat side down.")
        found[wanted] = lab.jobs.get(job.id)
    for fate in (Fate.TRAY, Fate.ASSIGNED, Fate.BOUNCE):
        arrived = ArrivedMail(
            identity=fate.value, size=1 << 20, sender=f"{'long.' * 12}eve@example.org",
            subject="Is this the right place?" * 5, text="Hello " * 50, whole="> " * 90,
            attachments=(Attachment(name=f"{'long' * 20}.stl", size=9, kept=Kept.MODEL),),
        )  # fmt: skip
        with lab._parts.database.write() as tx:
            job_id = found[Status.UPLOADED].id
            tx.incoming.add(
                arrived, fate=fate, why=Why.NO_MATCH, now=lab._parts.clock(), job_id=job_id
            )
    long = Told("callback", "wrong" * 20, "", "TX" * 50, 425, "USD")
    with lab._parts.database.write() as tx:
        staff = Actor(ActorKind.STAFF, "Sam")
        book(tx, long, lab._parts.pay_links, lab.payments._receipts, staff, lab._parts.clock())
    beside = lab.files.path(found[Status.UPLOADED])
    beside.with_name(f"{beside.stem}.gcode").write_text(
        "; generated by PrusaSlicer 2.9\n; filament used [g] = 42.5\n"
        "; estimated printing time (normal mode) = 2h 30m 0s\n; filament_type = PLA\n"
    )
    return found


def paths(lab: Printflow, jobs: dict[Status, Job]) -> list[str]:
    """Every page that is not among the administrators' own."""
    of_jobs = [f"/dashboard/jobs/{job.id}{rest}" for job in jobs.values() for rest in ("",)]
    first = jobs[Status.UPLOADED]
    of_jobs += [f"/dashboard/jobs/{first.id}{rest}" for rest in OF_A_JOB[1:]]
    of_jobs += [f"/dashboard/jobs/{first.id}/approve", f"/dashboard/bulk?job={first.id}:1"]
    of_jobs += [f"/pick-up/{job.id}" for job in jobs.values()]
    of_jobs.append(f"/dashboard/people/{jobs[Status.COMPLETED].id}")
    of_jobs.append(f"/pick-up/{jobs[Status.COMPLETED].id}?method=cash")
    (paid,) = lab.jobs.details(jobs[Status.PAIDPICKEDUP].id).payments
    (plate,) = lab.plates.find(running=True)
    of_jobs += [f"/dashboard/plates/{plate.id}/{what}" for what in ("end", "move")]
    of_jobs.append(f"/dashboard/plates/{plate.id}/end?running=yes")
    of_jobs.append(f"/dashboard/plates/start?job={jobs[Status.READYTOPRINT].id}")
    money = [f"/dashboard/payments/{paid.id}", f"/dashboard/payments/{paid.id}/void"]
    money += [
        f"/dashboard/payments/take?job={jobs[Status.COMPLETED].id}",
        f"/dashboard/payments/refund?job={jobs[Status.PAIDPICKEDUP].id}",
        f"/dashboard/payments/write-off?job={jobs[Status.COMPLETED].id}",
        "/dashboard/payments/owes",
        "/dashboard/payments/online",
        "/dashboard/payments/report",
    ]
    view = lab.views.add("Mine", {"status": "all"}, by="Ana")
    of_jobs += [f"/dashboard/views/{view}", "/dashboard/views/new?status=all&search=ada"]
    mails = [f"/outbox/{lab.mail.find()[0].id}"]
    mails += [f"/inbox/{mail.id}" for mail in lab.inbox.find(tuple(Fate))]
    return [*LISTS, *OTHERS, *of_jobs, *money, *mails]


def pattern(rule: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"<(\w+:)?\w+>", "[^/?]+", rule) + r"(\?.*)?")


def test_the_lists_name_every_page(lab: Printflow, jobs: dict[Status, Job]) -> None:
    walked = [*paths(lab, jobs), *OF_ADMINISTRATORS]
    staffs = [rule for rule, who in LET_IN.items() if who.get("GET", "everybody") != "everybody"]
    left = [
        rule
        for rule in staffs
        if rule not in NO_PAGES and not any(pattern(rule).fullmatch(path) for path in walked)
    ]
    assert left == []


@pytest.fixture(params=SHAPES)
def window(
    request: pytest.FixtureRequest,
    browser: Browser,
    server: Server,
    page: Page,
    complaints: Complaints,
) -> Iterator[tuple[str, Page]]:
    """Ana's window of each shape."""
    sign_in(page, server, "Ana")
    shape = str(request.param)
    state = page.context.storage_state()
    context = browser.new_context(**SHAPES[shape], storage_state=state)
    yield shape, watched(context.new_page(), complaints)
    context.close()


def wrong(page: Page, shape: str, what: str) -> list[str]:
    over = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    found = [f"{shape} {what}: {words}" for words in faults(page, RULES[shape])]
    return found + ([f"{shape} {what}: {over} px too wide"] if over > 0 else [])


def test_every_page(
    window: tuple[str, Page], server: Server, lab: Printflow, jobs: dict[Status, Job]
) -> None:
    shape, page = window
    found: list[str] = []
    for path in paths(lab, jobs):
        go(page, server.url + path)
        found += wrong(page, shape, path)
    assert not found, "\n".join(found)


def opened(page: Page) -> None:
    """A dialog stands there, and has come to rest."""
    expect(page.get_by_role("dialog")).to_be_visible()
    page.evaluate("() => Promise.allSettled(document.getAnimations().map((one) => one.finished))")


def test_every_dialog(
    window: tuple[str, Page], server: Server, lab: Printflow, jobs: dict[Status, Job]
) -> None:
    shape, page = window
    found: list[str] = []
    for status, job in jobs.items():
        page.goto(f"{server.url}/dashboard?status={status}&view=cards")
        row = page.locator(f"#job-{job.id}")
        beside = row.locator("a[data-dialog]").count()
        row.locator("[data-menu]").click()
        expect(row.locator(".menu-item").first).to_be_attached()
        found += wrong(page, shape, f"menu of {status}")
        links = row.locator("a[data-dialog]")
        for number in range(links.count()):
            if number >= beside and not row.locator(".menu-panel").count():
                row.locator("[data-menu]").click()
            link = links.nth(number)
            name = link.text_content() or ""
            link.click()
            opened(page)
            found += wrong(page, shape, f"dialog {name.strip()} of {status}")
            page.keyboard.press("Escape")
            expect(page.get_by_role("dialog")).not_to_be_visible()
    assert not found, "\n".join(found)


def test_dialogs_of_many_and_those_without_a_job(
    window: tuple[str, Page], server: Server, lab: Printflow, jobs: dict[Status, Job]
) -> None:
    shape, page = window
    found: list[str] = []
    for status, job in list(jobs.items())[:5]:
        page.goto(f"{server.url}/dashboard?status={status}&view=cards")
        page.locator(f"#job-{job.id} [data-select]").check()
        buttons = page.locator("#bulk button[type=submit]")
        for number in range(buttons.count()):
            buttons.nth(number).click()
            opened(page)
            found += wrong(page, shape, f"dialog of many, {status}, {number}")
            page.keyboard.press("Escape")
            expect(page.get_by_role("dialog")).not_to_be_visible()
    page.goto(f"{server.url}/dashboard")
    page.locator("body").press("?")
    opened(page)
    found += wrong(page, shape, "keys")
    page.keyboard.press("Escape")
    page.locator("details.filters summary").click()
    found += wrong(page, shape, "filters")
    page.keyboard.press("Escape")
    page.locator("summary.acting").click()
    found += wrong(page, shape, "Enter your name")
    page.keyboard.press("Escape")
    # What a refused form and a done one show.
    page.locator("[data-select]").first.check()
    page.locator("#bulk button[value=approve]").click()
    opened(page)
    page.get_by_role("dialog").get_by_label(re.compile("^Weight")).fill("heavy")
    page.get_by_role("button", name="Apply to 1 job").click()
    expect(page.get_by_text("One job needs your attention")).to_be_visible()
    found += wrong(page, shape, "refused figures")
    page.get_by_role("button", name="Use slicer values for all").click()
    page.get_by_role("button", name="Apply to 1 job").click()
    expect(page.get_by_text("1 of 1 done.")).to_be_visible()
    found += wrong(page, shape, "done")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", name="Undone")).to_be_visible()
    found += wrong(page, shape, "taken back")
    assert not found, "\n".join(found)
