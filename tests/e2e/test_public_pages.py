"""Every public page in every state: axe finds nothing, nothing is too wide, up to 400 %, in the dark."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from printflow import Job, Model, Printflow, Settings
from tests import sample_models
from tests.crash.scenario import FORM
from tests.e2e.conftest import Complaints, Server, watched
from tests.e2e.test_administration import RULES, SHAPES, faults
from tests.e2e.test_preview import choose, file, take
from tests.e2e.test_submit_form import fill_in, send
from tests.inspection.hostile import package

pytestmark = [pytest.mark.chromium, pytest.mark.long]

ALL_SHAPES: dict[str, tuple[dict[str, Any], dict[str, Any] | None]] = {
    "desktop": (SHAPES["desktop"], RULES["desktop"]),
    "dark": (SHAPES["dark"], RULES["dark"]),
    "at 200 %": ({"viewport": {"width": 640, "height": 450}}, None),
    # A desktop at 400 %, and smaller than any phone.
    "at 400 %": ({"viewport": {"width": 320, "height": 225}, "has_touch": True}, RULES["phone"]),
}
"""Windows, and what axe looks for in each; everywhere nothing may be too wide."""
QUOTE: dict[str, Any] = {"by": "Ana", "grams": "42.5", "hours": "2", "material": "PLA"}


@contextmanager
def lab_of(server: Server, *, days_ago: int = 0) -> Iterator[Printflow]:
    """The running server's lab, for a script beside it; its clock may be behind."""
    settings = Settings(
        store=server.store,
        base_url=server.url,
        mail={"directory": server.store / "mail"},
        confirm_address=True,  # scripts aren't asked unless they say so
    )
    behind = timedelta(days=days_ago)
    with Printflow.open(settings, create=False, clock=lambda: datetime.now(UTC) - behind) as lab:
        yield lab


def states(server: Server, model: Path) -> dict[str, str]:
    """A name and the path of each page that shows something of a job."""
    paths: dict[str, str] = {}

    def shown(name: str, lab: Printflow, job: Job) -> Job:
        paths[f"job, {name}"] = lab.students.url(job).removeprefix(server.url)
        return job

    def quoted(name: str, lab: Printflow, job: Job | None = None) -> Job:
        """With a price; the page of its link is one of those to look at."""
        job = lab.jobs.approve((job or lab.intake.submit(model, **FORM)).id, **QUOTE)
        link = lab.students.page(lab.students.url(job).rpartition("/")[2]).confirm_url
        paths[f"confirm, {name}"] = link.removeprefix(server.url)
        return job

    with lab_of(server, days_ago=8) as lab:
        shown("lapsed", lab, quoted("lapsed", lab))
    with lab_of(server) as lab:
        shown("uploaded", lab, lab.intake.submit(model, **FORM))
        shared = {name: value for name, value in FORM.items() if name != "color"}
        (job,) = lab.intake.submit_several(
            [Model(file=model, color="Blue")], browser="one", known_browser="", **shared
        )
        shown("unconfirmed", lab, job)
        link = lab.mail.preview(lab.mail.find()[0].id).text
        paths["confirm address"] = re.search(r"/confirm-address/\S+", link)[0]  # type: ignore[index]
        pair = [Model(file=model, color="Blue"), Model(file=model, color="Gray")]
        for job in lab.intake.submit_several(pair, **shared):
            shown("one of two", lab, quoted("one of two", lab, job))
        lab.jobs.decline(
            quoted("declined", lab).id, by="Ana", text="too expensive", note="by phone"
        )
        lab.jobs.requote(quoted("overtaken", lab).id, **{**QUOTE, "grams": "50"})
        job = lab.jobs.confirm(quoted("done", lab).id, by="Ana", note="by phone")
        lab.jobs.start_printing(job.id, by="Ana")
        shown("completed", lab, lab.jobs.complete(job.id, by="Ana"))
        shown(
            "rejected",
            lab,
            lab.jobs.reject(lab.intake.submit(model, **FORM).id, by="Ana", text="Too thin."),
        )
    return paths


def form_states(page: Page) -> Iterator[str]:
    """The form as it goes through an upload that fails, and ends on the page that thanks."""
    page.goto(page.url)
    send(page)
    yield "form with errors"
    fill_in(page)
    small, large = sample_models.box(0.8, 0.6, 0.4), sample_models.box(700, 300, 300)
    choose(
        page,
        file("inches.stl", sample_models.stl(small)),
        file("large.stl", sample_models.stl(large)),
    )
    choose(page, file("none.3mf", package("<!DOCTYPE model><model/>")))
    page.locator("[data-model]").nth(2).wait_for()
    take(page, "color", "True Black")
    page.locator("[data-warning]:visible").nth(1).wait_for()
    page.locator(".viewer-button:visible").nth(1).wait_for()
    yield "form with previews"
    send(page)
    page.locator("[data-summary] li").first.wait_for()
    yield "form that came back"
    page.locator("[data-model]").last.get_by_role("button", name="Remove").click()
    send(page)
    page.wait_for_url("**/submit/success?job=*")
    yield "thanks"
    page.goto(page.url.partition("/submit")[0] + "/find")
    page.get_by_label("Email address").fill("zoe@example.edu")
    page.get_by_role("button", name="Email me my links").click()
    page.wait_for_url("**/find?sent=*")
    yield "links sent"


def test_every_public_page_is_accessible(
    browser: Browser, server: Server, complaints: Complaints, tmp_path: Path
) -> None:
    model = tmp_path / "bracket.stl"
    model.write_bytes(sample_models.stl())
    paths = {
        path: path
        for path in (
            "/",
            "/find",
            "/login",
            "/jobs/none",
            "/confirm/none",
            "/contact",
            "/privacy",
            "/accessibility",
        )
    }
    paths |= states(server, model)
    wrong: list[str] = []
    seen = 0
    for shape, (options, rules) in ALL_SHAPES.items():
        context = browser.new_context(**options, reduced_motion="reduce")
        page = watched(context.new_page(), complaints)

        def look(
            what: str,
            page: Page = page,
            shape: str = shape,
            rules: dict[str, Any] | None = rules,
        ) -> None:
            over = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            wrong.extend([f"{shape}, {what}: {over} px too wide"] if over > 0 else [])
            if rules:
                wrong.extend(f"{shape}, {what}: {one}" for one in faults(page, rules))

        for what, path in paths.items():
            page.goto(server.url + path)
            look(what)
            seen += 1
        page.goto(f"{server.url}/submit")
        look("form")
        for what in form_states(page):
            look(what)
            seen += 1
        context.close()
    assert not wrong, "\n".join(wrong)
    assert seen == len(ALL_SHAPES) * (len(paths) + 5)
