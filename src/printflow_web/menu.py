"""The pages of staff by their names: for the menu, the lab's tabs, and the command palette."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _

from .route_rights import OF_THE_LAB, may_use


@dataclass(frozen=True, slots=True)
class MenuPage:
    """A page that who acts may open. ``section`` is what marks it as the one that's open."""

    section: str
    endpoint: str
    words: str
    count_words: str = ""
    """What a count beside it counts."""


def main_menu(*, inbox: bool) -> list[MenuPage]:
    """The pages of the menu, in its order; the inbox only where emails are read."""
    pages = (
        MenuPage("jobs", "dashboard.index", _("Jobs")),
        MenuPage("queue", "queue.show", _("Queue")),
        MenuPage("counter", "counter.waiting", _("Pickup")),
        MenuPage("payments", "payments.day_close", _("Payments")),
        MenuPage("inbox", "inbox.index", _("Inbox"), _("need a job:")),
        MenuPage("outbox", "admin.outbox", _("Outbox"), _("not delivered:")),
        MenuPage("reports", "reports.index", _("Reports")),
        MenuPage("staff", "admin.staff", _("Staff")),
        MenuPage("lab", "system.index", _("Lab")),
    )
    return [one for one in pages if may_use(one.endpoint) and (inbox or one.section != "inbox")]


def lab_menu() -> list[MenuPage]:
    """The pages about the lab itself, as its tabs have them."""
    words = {
        "system": _("System"),
        "catalog": _("Catalog"),
        "machines": _("Machines"),
        "payers": _("Payers"),
        "stations": _("Stations"),
        "identity": _("Identity"),
        "retention": _("Retention"),
        "changes": _("Changes"),
    }
    return [MenuPage(name, to, words[name]) for name, to in OF_THE_LAB if may_use(to)]


def more_pages() -> list[MenuPage]:
    """Those that are one step away from the menu's."""
    pages = (
        MenuPage("jobs", "persons.index", _("People")),
        MenuPage("payments", "payments.owes", _("Who owes")),
        MenuPage("reports", "reports.summary", _("Summary to print")),
        MenuPage("", "this_pc.steps", _("Set up this PC")),
    )
    return [one for one in pages if may_use(one.endpoint)]
