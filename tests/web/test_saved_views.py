"""Lists with names of their own: whose they are, what they keep, and how many there can be."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask.testing import FlaskClient

from printflow import InvalidInput, NotFound, Printflow
from printflow.domain.saved_view import MOST_VIEWS, names_person
from tests.web.conftest import said, send
from tests.web.test_roles import browser_of

RED = "/dashboard?status=PENDING&color=True+Red&search=arch&sort=oldest"
NEW = "/dashboard/views/new?status=PENDING&color=True+Red&search=arch&sort=oldest"


def tabs(browser: FlaskClient, page: str = "/dashboard") -> dict[str, tuple[str, bool]]:
    """The views' tabs: where they lead, and whether they're the one that's shown."""
    found = re.search(r'id="view-tabs".*?</nav>', browser.get(page).text, re.DOTALL)
    links = re.findall(
        r'<a class="tab" href="([^"]+)"([^>]*)>([^<]+)</a>', found[0] if found else ""
    )
    return {name: (unescape(to), "aria-current" in rest) for to, rest, name in links}


def test_a_list_gets_a_tab_of_its_own(staff: FlaskClient, lab: Printflow) -> None:
    assert tabs(staff) == {}
    assert "Save as a view…" in said(staff.get(RED)) and "Save as" not in said(
        staff.get("/dashboard")
    )
    assert "Search: arch Color: True Red" in " ".join(said(staff.get(NEW)).split())
    answer = send(staff, NEW, name=" Red  prints ")
    assert answer.status_code == 303
    (name, (to, current)), *others = tabs(staff, answer.location).items()
    assert (name, current, others) == ("Red prints", True, [])
    assert staff.get(to).status_code == 200 and tabs(staff)["Red prints"][1] is False
    (view,) = lab.views.shown_to("Ana")
    assert view.address == {
        "status": "PENDING",
        "search": "arch",
        "color": "True Red",
        "sort": "oldest",
    }
    edit = f"/dashboard/views/{view.id}"
    assert send(staff, edit, name="Reds", shared="yes").status_code == 303
    assert list(tabs(staff)) == ["Reds"]
    assert "is deleted" in said(staff.get(send(staff, edit, delete="yes").location))
    assert tabs(staff) == {} and staff.get(edit).status_code == 404


def test_whatever_narrows_it(staff: FlaskClient, lab: Printflow) -> None:
    for number, kept in enumerate(
        ("search=arch", "sort=name", "printer=Prusa+XL&since=2026-03-02")
    ):
        page = f"/dashboard?status=all&{kept}"
        (link,) = re.findall(r'href="(/dashboard/views/new[^"]+)"', staff.get(page).text)
        answer = send(staff, unescape(link), name=f"View {number}")
        assert answer.status_code == 303
        assert tabs(staff, answer.location)[f"View {number}"][1]


def test_own_ones_and_shared_ones(staff: FlaskClient, lab: Printflow) -> None:
    mine = lab.views.add("Mine", {"status": "all"}, by="Ana")
    ours = lab.views.add("Ours", {"status": "held"}, by="Ana", shared=True)
    bo = browser_of(lab, "viewer")
    assert list(tabs(bo)) == ["Ours"] and list(tabs(staff)) == ["Mine", "Ours"]
    for view_id in (mine, ours):
        assert bo.get(f"/dashboard/views/{view_id}").status_code == 404
        with pytest.raises(NotFound):
            lab.views.delete(view_id, by="Bo")
    # The parts that are made once for everyone have nobody's views.
    assert "Mine" not in staff.get("/dashboard", headers={"X-Requested-With": "live"}).text


def test_what_is_refused(staff: FlaskClient, lab: Printflow) -> None:
    assert "Enter a name" in said(send(staff, NEW, name=" "))
    assert send(staff, NEW, name="Red").status_code == 303
    again = send(staff, NEW, name="red")
    assert again.status_code == 422 and 'value="red"' in again.text
    assert "There's a view named “red” already." in said(again)
    assert staff.get("/dashboard/views/new?status=NONE").status_code == 400
    assert staff.get("/dashboard/views/new?since=yesterday").status_code == 400
    for number in range(1, MOST_VIEWS):
        lab.views.add(f"View {number}", {"status": "all"}, by="Ana")
    with pytest.raises(InvalidInput, match="the most there can be"):
        lab.views.add("One more", {"status": "all"}, by="Ana")


@pytest.mark.parametrize(
    ("text", "found"),
    [("Jane's", True), ("doe", True), ("jd42", True), ("red", False), ("Jan", False), ("", False)],
)
def test_which_words_name_a_person(text: str, found: bool) -> None:
    assert names_person(text, "Jane Doe", "jd42@example.edu") is found
