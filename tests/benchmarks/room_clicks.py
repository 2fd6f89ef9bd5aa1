"""What the print room costs people: clicks and keys from jobs that wait to finished prints.

``python -m tests.benchmarks.room_clicks`` drives the real program in Chromium, as
:mod:`tests.benchmarks.clicks` does: a choice in a list counts as two clicks.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, Page, sync_playwright

from printflow import Job, Printflow, Settings
from tests import sample_models
from tests.benchmarks.clicks import Hand, Shop
from tests.benchmarks.program import serving
from tests.benchmarks.staff_browser import PASSWORD

MACHINES = ("North", "South", "West")
MODEL = "Prusa MK4S"
GOALS = {
    "five parts on two plates": 12,
    "two students on one plate": 6,
    "fail and reprint": 5,
    "move a running job": 3,
    "one simple job": 3,
}
"""So many clicks at most; one simple job took four in the queue before there were plates."""


def with_machines(lab: Printflow) -> None:
    """The lab has several units of a printer."""
    for name in MACHINES:
        lab.machines.add(name, model=MODEL, by="Ana")


def ready(shop: Shop, model: Path, count: int) -> list[Job]:
    """Jobs that wait for a printer, of as many students."""
    jobs = shop.submitted(count, model, sliced=False)
    for job in jobs:
        shop.lab.jobs.approve(job.id, by="Ana", grams="10", hours="1", material="PLA")
        shop.lab.jobs.confirm(job.id, by="Ana", note="by phone")
    return jobs


def queue(shop: Shop, page: Page) -> None:
    """The print room is open already: it is where someone works who prints."""
    page.goto(f"{shop.url}/dashboard/queue")


def plate(page: Page, machine: str) -> Locator:
    """What runs on a machine."""
    return page.locator(f"[data-machine='{machine}'] .plate-running")


def together(hand: Hand, jobs: list[Job]) -> str:
    """Tick the jobs and start them; gives the machine that was preselected."""
    page, dialog = hand.page, hand.page.get_by_role("dialog")
    for job in jobs:
        hand.click(page.locator(f"#queued-{job.id} [data-select]"), page.locator("#together.is-on"))
    hand.click(page.get_by_role("button", name="Start together"), dialog)
    machine = dialog.get_by_label("Machine").input_value()
    hand.click(dialog.get_by_role("button", name="Start printing"), plate(page, machine))
    return machine


def all_good(hand: Hand, machine: str) -> None:
    """Everything on a machine's plate came out well."""
    page = hand.page
    button = plate(page, machine).get_by_role("button", name="All good")
    hand.click(button, page.get_by_text("All copies are good."))
    plate(page, machine).wait_for(state="detached")


def expect_status(shop: Shop, jobs: list[Job], status: str) -> None:
    """All came where they should, or this measures nothing."""
    for job in jobs:
        if (now := shop.lab.jobs.get(job.id).status) != status:
            raise RuntimeError(f"job {job.id} is {now}")


def five_parts(shop: Shop, model: Path) -> Hand:
    """Five jobs on two plates, from the queue to finished."""
    jobs = ready(shop, model, 5)
    with shop.signed_in() as page:
        queue(shop, page)
        hand = Hand(page)
        machines = [together(hand, jobs[:3]), together(hand, jobs[3:])]
        for machine in machines:
            all_good(hand, machine)
    expect_status(shop, jobs, "COMPLETED")
    return hand


def two_students(shop: Shop, model: Path) -> Hand:
    """Two students' jobs on one plate, from the queue to finished."""
    jobs = ready(shop, model, 2)
    with shop.signed_in() as page:
        queue(shop, page)
        hand = Hand(page)
        all_good(hand, together(hand, jobs))
    expect_status(shop, jobs, "COMPLETED")
    return hand


def started(shop: Shop, model: Path) -> tuple[Job, str]:
    """A job that is printing, and where."""
    (job,) = ready(shop, model, 1)
    done = shop.lab.plates.start(MACHINES[0], [job.id], by="Ana")
    return job, done.plate.machine.name if done.plate else ""


def fail_and_reprint(shop: Shop, model: Path) -> Hand:
    """A print fails, why is recorded, and it runs again."""
    job, machine = started(shop, model)
    with shop.signed_in() as page:
        queue(shop, page)
        hand, dialog = Hand(page), page.get_by_role("dialog")
        hand.click(plate(page, machine).get_by_role("link", name="Something failed"), dialog)
        hand.click(dialog.get_by_label("Came off the build plate"), dialog)
        hand.type(dialog.get_by_label("What happened?"), "came off")  # Tab leads there
        row = page.locator(f"#queued-{job.id}")
        hand.click(dialog.get_by_role("button", name="End plate"), row)
        hand.click(row.get_by_role("link", name="Start"), dialog)
        again = dialog.get_by_label("Machine").input_value()
        hand.click(dialog.get_by_role("button", name="Start printing"), plate(page, again))
    expect_status(shop, [job], "PRINTING")
    shop.lab.plates.end(shop.lab.plates.find(running=True)[0].id, by="Ana")
    return hand


def move(shop: Shop, model: Path) -> Hand:
    """A running print goes on, on another machine."""
    job, machine = started(shop, model)
    with shop.signed_in() as page:
        queue(shop, page)
        hand, dialog = Hand(page), page.get_by_role("dialog")
        hand.click(plate(page, machine).get_by_role("link", name="Move"), dialog)
        target = dialog.get_by_label("Move to").input_value()
        hand.click(dialog.get_by_role("button", name="Move"), plate(page, target))
    expect_status(shop, [job], "PRINTING")
    shop.lab.plates.end(shop.lab.plates.find(running=True)[0].id, by="Ana")
    return hand


def simple(shop: Shop, model: Path) -> Hand:
    """One job, started and finished in the queue."""
    (job,) = ready(shop, model, 1)
    with shop.signed_in() as page:
        queue(shop, page)
        hand, dialog = Hand(page), page.get_by_role("dialog")
        hand.click(page.locator(f"#queued-{job.id}").get_by_role("link", name="Start"), dialog)
        machine = dialog.get_by_label("Machine").input_value()
        hand.click(dialog.get_by_role("button", name="Start printing"), plate(page, machine))
        all_good(hand, machine)
    expect_status(shop, [job], "COMPLETED")
    return hand


def walked(shop: Shop, model: Path) -> dict[str, Hand]:
    """All ways, by the names of :data:`GOALS`."""
    ways: tuple[Callable[[Shop, Path], Hand], ...] = (
        five_parts,
        two_students,
        fail_and_reprint,
        move,
        simple,
    )
    return {name: way(shop, model) for name, way in zip(GOALS, ways, strict=True)}


def main() -> None:
    """Measure, and say it."""
    with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".bench-") as name:
        folder = Path(name)
        model = folder / "bracket.stl"
        model.write_bytes(sample_models.stl())
        settings = Settings(store=folder / "store")
        with Printflow.open(settings) as lab:
            lab.stations.set_password(PASSWORD)
            with_machines(lab)
        chromium = shutil.which("chromium") or shutil.which("google-chrome")
        served = serving(settings.store, PRINTFLOW_SETTLE_SECONDS="0")
        with served as program, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            with Printflow.open(settings, create=False) as lab:
                shop = Shop(lab, f"http://127.0.0.1:{program.port}", browser, PASSWORD)
                for way, hand in walked(shop, model).items():
                    sys.stdout.write(f"{hand.told(way)} (goal: {GOALS[way]})\n")
            browser.close()


if __name__ == "__main__":
    main()
