"""The dashboard's lists: what they show, in which order, and how they stay fresh."""

from __future__ import annotations

import re
from datetime import datetime
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient

from printflow import Job, Printflow, Trigger
from printflow_web import bulk, dashboard
from tests import sample_models
from tests.plugins.lab import Submit, TestClock
from tests.web.conftest import said, send


def listed(staff: FlaskClient, **query: str) -> list[str]:
    """The ids of the rows."""
    page = staff.get("/dashboard", query_string={"status": "all", **query})
    assert page.status_code == 200
    return re.findall(r'<li class="row" id="job-(\w+)"', page.text)


def addresses(page: str, part: str) -> dict[str, str]:
    """Where the links of a part of the page lead, by their words."""
    inside = re.search(rf'id="{part}".*?</(?:div|nav)>', page, re.DOTALL)
    assert inside
    links = re.findall(r'<a [^>]*href="([^"]+)"[^>]*>(.*?)</a>', inside[0], re.DOTALL)
    return {" ".join(re.sub(r"<[^>]+>", " ", words).split()): unescape(to) for to, words in links}


def approve(lab: Printflow, job: Job, **given: str) -> Job:
    quote: dict[str, Any] = {"weight": "42.5", "hours": "3", "material": "PLA", **given}
    return lab.jobs.perform(Trigger.APPROVE, job.id, by="Ana", **quote)


def test_filters_and_orders(
    staff: FlaskClient, lab: Printflow, submit: Submit, clock: TestClock
) -> None:
    red = submit(color="True Red", student="Zoe Zimmer")
    clock.advance(days=2)
    blue = submit(color="Blue", student="Ada Byron", printer="Prusa XL")
    approve(lab, red)
    assert listed(staff) == [blue.id, red.id]
    assert listed(staff, sort="oldest") == [red.id, blue.id]
    assert listed(staff, sort="name") == [blue.id, red.id]
    assert listed(staff, sort="waiting") == [blue.id, red.id]
    assert listed(staff, color="Blue") == [blue.id]
    assert listed(staff, printer="Prusa MK4S") == [red.id]
    assert listed(staff, material="PLA") == [red.id]
    assert listed(staff, method="Resin") == []
    assert listed(staff, discipline="Engineering", search="zimmer") == [red.id]
    day = blue.created_at.date().isoformat()
    assert listed(staff, since=day) == [blue.id]
    assert listed(staff, until=day) == [blue.id, red.id]
    assert listed(staff, until=red.created_at.date().isoformat()) == [red.id]


@pytest.mark.parametrize("sort", ["newest", "oldest", "waiting", "name"])
def test_every_job_is_on_one_page_of_the_list(
    staff: FlaskClient,
    lab: Printflow,
    submit: Submit,
    clock: TestClock,
    monkeypatch: pytest.MonkeyPatch,
    sort: str,
) -> None:
    monkeypatch.setattr(dashboard, "PAGE_SIZE", 2)
    for number in range(5):
        submit(student=f"Twin {number % 2}")
        clock.advance(minutes=number % 2)
    whole, query = [], {"status": "all", "sort": sort}
    while True:
        page = staff.get("/dashboard", query_string=query).text
        whole += re.findall(r'<li class="row" id="job-(\w+)"', page)
        found = re.search(r'rel="next" href="([^"]+)"', page)
        if found is None:
            break
        given = parse_qs(urlsplit(found[1].replace("&amp;", "&")).query)
        query = {name: values[0] for name, values in given.items()}
        assert query["sort"] == sort if sort != "newest" else True
    assert len(whole) == len(set(whole)) == 5


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"sort": "random"}, "“sort”"),
        ({"after": "nonsense"}, "That page of the list doesn't exist."),
        ({"after": "W10"}, "That page of the list doesn't exist."),
        ({"since": "yesterday"}, "“yesterday” isn't a date."),
        ({"until": "9999-12-31"}, "“until”"),
    ],
)
def test_what_is_no_list(staff: FlaskClient, query: dict[str, str], words: str) -> None:
    page = staff.get("/dashboard", query_string=query)
    assert page.status_code == 400
    assert words in said(page)


def test_what_needs_attention(
    staff: FlaskClient, lab: Printflow, submit: Submit, clock: TestClock
) -> None:
    lapsed, lost, fine = submit(), submit(), submit()
    approve(lab, lapsed)
    assert listed(staff, status="attention") == []
    lab.files.path(lost).unlink()
    lab.jobs.perform(Trigger.REJECT, lost.id, by="Ana", reasons=("Too thin",))
    lab.dispatch()
    assert listed(staff, status="attention") == [lost.id]
    clock.advance(days=7, hours=1)
    assert set(listed(staff, status="attention")) == {lapsed.id, lost.id, fine.id}
    page = said(staff.get("/dashboard?status=attention"))
    for words in ("Link expired", "File missing", "Needs attention 3"):
        assert words in page


def test_new_until_somebody_says_so(staff: FlaskClient, lab: Printflow, submit: Submit) -> None:
    job = submit()
    assert "mark as reviewed" in staff.get("/dashboard").text
    address = f"/dashboard/jobs/{job.id}"
    form = {"csrf_token": re.findall(r'csrf_token" value="([^"]+)', staff.get(address).text)[0]}
    answer = staff.post(f"{address}/reviewed", data={**form, "next": "/dashboard"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/dashboard")
    assert "mark as reviewed" not in staff.get("/dashboard").text
    assert (lab.jobs.get(job.id).reviewed_by, lab.jobs.get(job.id).version) == ("Ana", 1)
    staff.post(f"{address}/reviewed", data={**form, "reviewed": "no"})
    assert lab.jobs.get(job.id).reviewed_at is None


def test_a_poll_costs_nothing_until_something_changes(
    staff: FlaskClient, lab: Printflow, submit: Submit, clock: TestClock
) -> None:
    submit()
    address = "/dashboard?status=UPLOADED"
    first = staff.get(address)
    ask = {"X-Requested-With": "live", "If-None-Match": first.headers["ETag"]}
    # Making the page writes a token into the session; from then on the tag stands still.
    assert staff.get(address, headers=ask).status_code == 304
    assert staff.get(address, headers=ask).data == b""
    assert staff.get(address, headers={"If-None-Match": ask["If-None-Match"]}).status_code == 200
    new = submit()
    fresh = staff.get(address, headers=ask)
    assert fresh.status_code == 200
    assert new.id in fresh.text
    ask["If-None-Match"] = fresh.headers["ETag"]
    assert staff.get(address, headers=ask).status_code == 304
    clock.advance(minutes=6)
    assert staff.get(address, headers=ask).status_code == 200, "ages are drawn again"


def test_the_view_is_remembered(staff: FlaskClient, submit: Submit) -> None:
    submit()
    assert "rows-dense" not in staff.get("/dashboard").text
    assert "rows-dense" in staff.get("/dashboard?view=dense").text
    assert "rows-dense" in staff.get("/dashboard").text
    assert "rows-dense" not in staff.get("/dashboard?view=cards").text


def test_undo_from_the_notice(
    staff: FlaskClient, lab: Printflow, submit: Submit, clock: TestClock
) -> None:
    job = submit()
    page = f"/dashboard/jobs/{job.id}/reject"
    assert send(staff, page, text="Too thin", next="/dashboard").status_code == 303
    notice = staff.get("/dashboard").text
    form = dict(
        re.findall(
            r'name="(csrf_token|event|next)" value="([^"]*)"',
            notice[: notice.index("</form>", notice.index("undo"))],
        )
    )
    lab.dispatch()
    answer = staff.post(f"/dashboard/jobs/{job.id}/undo", data=form)
    assert answer.status_code == 303
    assert "Undone" in said(staff.get("/dashboard"))
    assert lab.jobs.get(job.id).status == "UPLOADED"
    again = staff.post(f"/dashboard/jobs/{job.id}/undo", data=form, follow_redirects=True)
    assert "nothing to undo" in said(again)
    clock.advance(hours=1)
    lab.dispatch()
    assert [
        mail.state for mail in lab.jobs.details(job.id).mails if mail.template == "rejected"
    ] == ["canceled"]


def test_many_at_once(staff: FlaskClient, lab: Printflow, submit: Submit) -> None:
    jobs = [submit(), submit(), submit()]
    lab.jobs.perform(Trigger.REJECT, jobs[2].id, by="Ben", text="Too thin")
    chosen = [f"{job.id}:1" for job in jobs]
    page = staff.get("/dashboard/bulk", query_string={"job": chosen})
    assert "no action that all of them allow" not in said(page)
    page = staff.get("/dashboard/bulk", query_string={"job": chosen[:2], "trigger": "reject"})
    assert "Apply to 2 jobs" in said(page)
    token = re.findall(r'csrf_token" value="([^"]+)', page.text)[0]
    form = {
        "csrf_token": token,
        "trigger": "reject",
        "job": chosen,
        "text": "The printer is broken",
    }
    done = said(staff.post("/dashboard/bulk", data=form))
    assert "2 of 3 done" in done
    assert "Ben" in done
    assert [lab.jobs.get(job.id).reasons for job in jobs] == [
        ("The printer is broken",),
        ("The printer is broken",),
        ("Too thin",),
    ]
    assert staff.get("/dashboard/bulk?job=nonsense").status_code == 400
    assert "No jobs selected" in said(staff.get("/dashboard/bulk"))


def test_many_are_paid_in_full(staff: FlaskClient, lab: Printflow, submit: Submit) -> None:
    jobs = [submit(), submit()]
    for job in jobs:
        approve(lab, job)
        lab.jobs.confirm(job.id, by="Ana", note="x")
        lab.jobs.start_printing(job.id, by="Ana")
        lab.jobs.complete(job.id, by="Ana")
    query = {"job": [f"{job.id}:5" for job in jobs], "trigger": "pick_up"}
    page = staff.get("/dashboard/bulk", query_string=query)
    token = re.findall(r'csrf_token" value="([^"]+)', page.text)[0]
    staff.post("/dashboard/bulk", data={**query, "csrf_token": token, "method": "cash"})
    assert [lab.jobs.details(job.id).payments[0].amount_cents for job in jobs] == [425, 425]


def test_details_can_be_edited(staff: FlaskClient, lab: Printflow, submit: Submit) -> None:
    job = submit()
    address = f"/dashboard/jobs/{job.id}/edit"
    assert job.student_email in staff.get(address).text
    wrong = send(staff, address, student_email="nobody", student_name="Jane Roe", version="1")
    assert wrong.status_code == 422
    assert "Jane Roe" in wrong.text
    assert send(staff, address, student_name="Jane Roe", version="1").status_code == 303
    assert f"{job.student_name} → Jane Roe" in said(staff.get(f"/dashboard/jobs/{job.id}"))
    assert send(staff, address, student_name="Else", version="1").status_code == 409


def test_more_copies_are_said_to_need_a_new_price(
    staff: FlaskClient, lab: Printflow, submit: Submit
) -> None:
    job = lab.jobs.approve(submit().id, by="Ana", grams="42.5", hours="3", material="PLA")
    address = f"/dashboard/jobs/{job.id}"
    assert f"{address}/edit?field=color" in staff.get(address).text
    sent = send(staff, f"{address}/edit", quantity="2", version=str(job.version))
    assert sent.status_code == 303
    page = said(staff.get(address))
    assert "Send the new price with “Change the quote”." in page
    assert "another number of copies, the price is now $8.50" in page


def test_dates_are_those_of_the_lab(staff: FlaskClient, submit: Submit, clock: TestClock) -> None:
    """23:30 on March 2nd in New York is March 3rd in UTC."""
    clock.now = datetime.fromisoformat("2026-03-03T04:30:00+00:00")
    job = submit()
    assert listed(staff, until="2026-03-02") == [job.id]
    assert listed(staff, since="2026-03-03") == []


def test_a_row_shows_the_model_and_what_speaks_against_it(
    staff: FlaskClient, lab: Printflow, submit: Submit, model: Path
) -> None:
    sound = submit()
    model.write_bytes(sample_models.stl(sample_models.box()[:-1]))
    holed = submit()
    before = staff.get("/dashboard").text
    assert "/picture" not in before
    lab.models.inspect_due()
    page = staff.get("/dashboard").text
    rows = dict(re.findall(r'<li class="row" id="job-(\w+)"[^>]*>(.*?)</li>', page, re.DOTALL))
    for job in (sound, holed):
        address = re.search(r'<img src="([^"]+)"', rows[job.id])
        assert address, "its picture stands in the row"
        answer = staff.get(address[1].replace("&amp;", "&"))
        assert (answer.status_code, answer.mimetype) == (200, "image/webp")
        # Else a browser loads all of a list's pictures again with every page.
        assert answer.headers["Cache-Control"] == "private, max-age=300"
        assert "20.0 × 15.0 × 10.0 mm" in rows[job.id]
    assert "3 open edges" in rows[holed.id]
    assert "Check the model" not in rows[sound.id]


def test_tabs_keep_the_search_and_count_what_matches(
    staff: FlaskClient, lab: Printflow, submit: Submit
) -> None:
    for name in ("Ada Byron", "Ada Byron", "Grace Hopper"):
        submit(student=name)
    approve(lab, lab.jobs.find()[-1])
    page = staff.get("/dashboard?search=byron&color=True+Red&sort=oldest").text
    tabs = addresses(page, "list-tabs")
    kept = {"search": ["byron"], "color": ["True Red"], "sort": ["oldest"]}
    waiting = next(to for words, to in tabs.items() if words.startswith("Waiting for student"))
    assert parse_qs(urlsplit(waiting).query) == {"status": ["PENDING"], **kept}
    counts = {words.rsplit(" ", 1)[0]: words.rsplit(" ", 1)[-1] for words in tabs}
    assert (counts["Uploaded"], counts["Waiting for student"], counts["All"]) == ("1", "1", "2")
    assert 'class="tab" href' in page
    assert not any(words.startswith("Needs attention ") for words in tabs), "not counted by search"


def test_each_filter_is_a_chip_that_takes_it_off(staff: FlaskClient, submit: Submit) -> None:
    submit()
    page = staff.get("/dashboard?search=byron&color=Blue").text
    chips = addresses(page, "list-chips")
    assert parse_qs(urlsplit(chips["Search: byron – remove this filter"]).query) == {
        "status": ["UPLOADED"],
        "color": ["Blue"],
    }
    assert parse_qs(urlsplit(chips["Color: Blue – remove this filter"]).query) == {
        "status": ["UPLOADED"],
        "search": ["byron"],
    }
    assert "status=UPLOADED" in chips["Clear filters"]
    assert addresses(staff.get("/dashboard").text, "list-chips") == {}


def test_the_job_page_leads_back_to_the_list_with_its_search(
    staff: FlaskClient, submit: Submit
) -> None:
    job = submit()
    address, listed = f"/dashboard/jobs/{job.id}", "/dashboard?status=all&search=byron"
    fresh = staff.get(address)
    assert 'href="/dashboard?status=UPLOADED">Back to “Uploaded”' in fresh.text
    for referrer in (f"http://localhost{listed}", f"http://localhost{address}"):
        page = staff.get(address, headers={"Referer": referrer}).text
        assert f'href="{listed.replace("&", "&amp;")}">Back to the search for “byron”' in page
    everything = staff.get(address, headers={"Referer": "http://localhost/dashboard?status=all"})
    assert "Back to “All jobs”" in everything.text
    evil = staff.get(address, headers={"Referer": "http://elsewhere.test/dashboard?search=x"})
    assert "elsewhere" not in evil.text
    assert all(part in evil.text for part in ("data-one-job", "data-review", 'id="keys"'))


def test_a_row_has_the_student_s_own_file_name_and_staff_s_notes(
    staff: FlaskClient, lab: Printflow, submit: Submit
) -> None:
    job = submit()
    first = staff.get("/dashboard")
    ask = {"X-Requested-With": "live", "If-None-Match": first.headers["ETag"]}
    assert staff.get("/dashboard", headers=ask).status_code == 304
    lab.notes.add(job.id, by="Ben", text="DO NOT START", for_student=False)
    lab.notes.add(job.id, by="Ben", text="It's on its way.", for_student=True)
    live = staff.get("/dashboard", headers=ask)
    assert live.status_code == 200, "a note shows on lists that are open"
    for page in (live, staff.get("/dashboard?view=dense")):
        assert f'class="row-file"><bdi>{job.original_name}<' in page.text
        assert "DO NOT START" in page.text
        assert "on its way" not in page.text, "that's for the student"
    many = {"job": [f"{job.id}:1"], "trigger": "reject"}
    for address, query in (
        (f"/dashboard/jobs/{job.id}/reject", {}),
        (f"/dashboard/jobs/{job.id}/edit", {}),
        ("/dashboard/bulk", many),
        ("/dashboard/bulk", {**many, "trigger": "approve"}),
        (f"/pick-up/{job.id}", {}),
    ):
        assert "DO NOT START" in staff.get(address, query_string=query).text, address
    approve(lab, job)
    lab.jobs.confirm(job.id, by="Ana", note="x")
    assert "DO NOT START" in staff.get("/dashboard/queue").text
    assert "DO NOT START" in staff.get(f"/dashboard/plates/start?job={job.id}").text
    lab.jobs.start_printing(job.id, by="Ana")
    lab.jobs.complete(job.id, by="Ana")
    lab.jobs.pick_up(job.id, by="Ana", method="cash", amount="4.25")
    assert "DO NOT START" not in staff.get("/dashboard?status=all").text, "nothing left to heed"


def test_all_of_a_list_are_chosen_and_shown_with_their_prices(
    staff: FlaskClient, lab: Printflow, submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dashboard, "PAGE_SIZE", 2)
    jobs = [submit(student="Ada Byron") for _ in range(3)]
    other = submit(student="Grace Hopper")
    for job in jobs[:2]:
        approve(lab, job)
    page = staff.get("/dashboard?status=all&search=byron").text
    assert "2 of 3" in page
    address = addresses(page, "list-head")["Select all 3…"]
    box = staff.get(address)
    assert set(re.findall(r'name="job" value="(\w+):', box.text)) == {job.id for job in jobs}
    assert other.id not in box.text
    assert "Total of the prices: $8.50 1 job has no price yet" in said(box)
    assert staff.get(address + "&trigger=reject").text.count("$4.25") == 2
    # What has changed since is left alone, and said.
    shown = re.findall(r'name="job" value="([^"]+)"', box.text)
    lab.corrections.edit(jobs[2].id, by="Ben", expected_version=1, shelf="", class_number="New 1")
    form = {"csrf_token": re.findall(r'csrf_token" value="([^"]+)', page)[0], "job": shown}
    done = staff.post("/dashboard/bulk", data={**form, "trigger": "reject", "text": "Closed"})
    assert "2 of 3 done" in said(done)
    monkeypatch.setattr(bulk, "MOST", 1)
    assert "Up to 1 jobs at once" in said(staff.get("/dashboard/bulk?list=all&status=all"))
