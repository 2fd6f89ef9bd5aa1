"""Lists of many jobs: few statements, each with an index, and pages that stay light."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.engine import Engine

from printflow import Debtor, Job, Printflow, Settings, Status
from printflow.db import migrate, search
from printflow.db.engine import open_engine, writing
from printflow.db.schema import JOBS_OWING
from printflow.domain.debts import OWING
from printflow_web.factory import create_app
from tests.benchmarks.many_jobs import RARE_PRINTER, RARE_WORD, Plan, fill
from tests.benchmarks.staff_browser import signed_in
from tests.benchmarks.views import VIEWS

MOST_STATEMENTS = 23
"""With nothing remembered, as right after a start or a change; three of them are the catalog's version."""
MOST_BYTES = 116_000
"""As they are sent before packing, with the languages to choose from in the menu."""


@pytest.fixture(scope="module")
def full_lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Printflow]:
    """A lab with a full page in every list."""
    with Printflow.open(Settings(store=tmp_path_factory.mktemp("many") / "store")) as lab:
        fill(lab, Plan(1000))
        yield lab


@pytest.fixture(scope="module")
def staff(full_lab: Printflow) -> FlaskClient:
    return signed_in(create_app(full_lab), full_lab)


Statements = list[tuple[str, Any]]


@pytest.fixture
def statements() -> Iterator[Statements]:
    """What is asked of any database meanwhile."""
    asked: Statements = []

    def note(_c: Any, _cursor: Any, statement: str, given: Any, _x: Any, _many: bool) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            asked.append((statement, given))

    event.listen(Engine, "before_cursor_execute", note)
    yield asked
    event.remove(Engine, "before_cursor_execute", note)


def forget_all(lab: Printflow) -> None:
    """Nothing is remembered: what is counted is the most that a page ever asks."""
    lab.worklist._tallies._counted = lab.worklist._tallies._last = None
    lab._parts.catalogs._unwritten = None
    lab._parts.postman._verdict = None
    lab.sessions._known._found.clear()


def unindexed(lab: Printflow, statement: str, given: Any) -> list[str]:
    """The steps of SQLite's plan that read a whole table."""
    engine = open_engine(lab.settings.database)
    try:
        with engine.connect() as connection:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given).all()
    finally:
        engine.dispose()
    steps = [str(row[3]) for row in plan]
    tables = r"SCAN (jobs|job_files|events|outbox|confirmations|requests|attempts|payments|payment_shares|notes)\b"
    return [step for step in steps if re.match(tables, step) and " INDEX " not in step]


@pytest.mark.parametrize("view", VIEWS)
def test_a_list_costs_few_statements_each_with_an_index(
    view: str, full_lab: Printflow, staff: FlaskClient, statements: Statements
) -> None:
    forget_all(full_lab)
    answer = staff.get(f"/dashboard?{view}")
    assert answer.status_code == 200
    assert len(answer.data) <= MOST_BYTES
    asked = list(statements)
    assert len(asked) <= MOST_STATEMENTS, "\n".join(statement for statement, _ in asked)
    for statement, given in asked:
        assert unindexed(full_lab, statement, given) == [], statement


@pytest.mark.parametrize("wanted", ["", "overdue=yes", "search=hopper", "search=nosuchword"])
def test_what_waits_costs_few_statements_each_with_an_index(
    wanted: str, full_lab: Printflow, staff: FlaskClient, statements: Statements
) -> None:
    forget_all(full_lab)
    answer = staff.get(f"/pick-up?{wanted}")
    assert answer.status_code == 200
    assert len(answer.data) <= MOST_BYTES
    assert len(statements) <= MOST_STATEMENTS
    for statement, given in list(statements):
        assert unindexed(full_lab, statement, given) == [], statement


LISTS = ("/dashboard/payments", "/dashboard/payments/owes", "/dashboard/payments/online",
         "/dashboard/people?search=hopper", "/dashboard/people?search=part", "/outbox",
         "/outbox?state=sent", "/outbox?state=dead")  # fmt: skip
LIGHT_BYTES = 80_000


@pytest.mark.parametrize("page", LISTS)
def test_lists_of_money_mails_and_people_are_light_and_read_no_whole_table(
    page: str, full_lab: Printflow, staff: FlaskClient, statements: Statements
) -> None:
    forget_all(full_lab)
    answer = staff.get(page)
    assert answer.status_code == 200
    assert len(answer.data) <= LIGHT_BYTES
    asked = list(statements)
    assert len(asked) <= MOST_STATEMENTS
    for statement, given in asked:
        # Walking back from the newest row reads what is shown, and no more.
        newest_first = "ORDER BY outbox.id DESC" in statement and "LIMIT" in statement
        assert newest_first or unindexed(full_lab, statement, given) == [], statement


def test_who_owes_comes_page_by_page_and_whole_for_the_printer(
    full_lab: Printflow, staff: FlaskClient
) -> None:
    every, after = full_lab.payments.owes(), ""
    seen: list[Debtor] = []
    while True:
        page = full_lab.payments.owing(after=after, limit=7)
        seen += page.debtors
        after = page.next
        if not after:
            break
        assert len(page.debtors) == 7
    assert len(every) > 36 and seen == list(every)
    first = staff.get("/dashboard/payments/owes").text
    link = re.search(r'rel="next" href="([^"]+)"', first)
    assert link and "all=yes" in first
    shown = r'href="/dashboard/people/(\w+)"'
    assert re.findall(shown, first) == [one.debts[0].job_id for one in every[:36]]
    assert re.findall(shown, staff.get(link[1]).text)[0] == every[36].debts[0].job_id
    whole = staff.get("/dashboard/payments/owes?all=yes").text
    assert re.findall(shown, whole) == [one.debts[0].job_id for one in every]
    assert 'rel="next"' not in whole
    assert staff.get("/dashboard/payments/owes?after=x").status_code == 400


def test_who_pays_between_two_pages_takes_nobody_else_away(full_lab: Printflow) -> None:
    first = full_lab.payments.owing(limit=5)
    rest = [one.email for one in full_lab.payments.owes()[5:]]
    gone = first.debtors[-1]  # the next page begins behind it
    for debt in gone.debts:
        full_lab.payments.write_off([debt.job_id], by="Ana", reason="A gift")
    after = full_lab.payments.owing(after=first.next, limit=1000)
    assert [one.email for one in after.debtors] == rest


@pytest.mark.parametrize("words", ["hopper", "grace", "example", RARE_WORD, "part", "grace hopper"])
def test_people_are_found_as_by_a_look_at_every_job(full_lab: Printflow, words: str) -> None:
    newest: dict[str, int] = {}
    wanted = words.split()
    for job in full_lab.jobs.find(search=words):
        said = f"{job.student_name} {job.student_email}".casefold()
        if job.student_email in newest or all(word in said for word in wanted):
            newest[job.student_email] = newest.get(job.student_email, 0) + 1
    found = full_lab.persons.find(words)
    assert [(one.email, one.jobs) for one in found] == list(newest.items())[:50]


def test_the_index_of_what_may_owe_names_the_same_statuses_as_the_rule() -> None:
    named = set(re.findall("'([A-Z]+)'", JOBS_OWING))
    assert named == {status.value for status in Status} - {status.value for status in OWING}


def test_a_persons_page_and_finding_people_see_all_jobs_by_an_index(
    full_lab: Printflow, staff: FlaskClient, statements: Statements
) -> None:
    oldest = full_lab.jobs.find()[-1]
    every = {job.id for job in full_lab.jobs.find(search=oldest.student_email)}
    [found] = full_lab.persons.find(oldest.student_email)
    assert found.jobs == len(every)
    forget_all(full_lab)
    statements.clear()
    assert staff.get(f"/dashboard/people/{oldest.id}").status_code == 200
    asked = list(statements)
    assert len(asked) <= MOST_STATEMENTS
    for statement, given in asked:
        assert unindexed(full_lab, statement, given) == [], statement
    seen, after = [], ""
    while True:
        page = full_lab.persons.of_job(oldest.id, after=after, limit=3)
        seen += [one.job.id for one in page.jobs]
        if not page.next:
            break
        after = page.next
    assert len(seen) == page.sums.count == len(every) and set(seen) == every
    assert seen[-1] == oldest.id


def test_reminding_reads_only_what_waits(full_lab: Printflow, statements: Statements) -> None:
    days = timedelta(days=100_000)
    with full_lab._parts.database.read() as tx:
        assert list(tx.jobs.waiting(full_lab._parts.clock() - days)) == []
    asked = [one for one in statements if "FROM jobs" in one[0]]
    assert asked
    for statement, given in asked:
        assert unindexed(full_lab, statement, given) == [], statement


def test_the_check_finds_a_statement_without_an_index(full_lab: Printflow) -> None:
    assert unindexed(full_lab, "SELECT id FROM jobs WHERE version = ?", (7,)) == ["SCAN jobs"]


def test_a_poll_of_an_open_dashboard_costs_next_to_nothing(
    staff: FlaskClient, statements: Statements
) -> None:
    staff.get("/dashboard")  # the first page writes a token into the session
    etag = staff.get("/dashboard").headers["ETag"]
    live = {"X-Requested-With": "live", "If-None-Match": etag}
    assert staff.get("/dashboard", headers=live).status_code == 304
    statements.clear()
    for _ in range(10):
        assert staff.get("/dashboard", headers=live).status_code == 304
    assert len(statements) <= 10, "while nothing is written, all is asked once in five seconds"


def test_a_poll_beside_changes_asks_for_the_session_and_the_newest_event(
    full_lab: Printflow, staff: FlaskClient, statements: Statements
) -> None:
    staff.get("/dashboard")
    etag = staff.get("/dashboard").headers["ETag"]
    live = {"X-Requested-With": "live", "If-None-Match": etag}
    statements.clear()
    for number in range(10):
        with full_lab._parts.database.write() as tx:  # no event: no list changes
            tx.lab.set_fact("poll", str(number), full_lab._parts.clock())
        assert staff.get("/dashboard", headers=live).status_code == 304
    sessions = [one for one, _ in statements if "FROM sessions" in one]
    events = [one for one, _ in statements if "FROM events" in one]
    assert len(sessions) == 10
    assert len(events) <= 12
    assert len(statements) - len(sessions) - len(events) <= 12, "the counts once a second"


def found(lab: Printflow, words: str) -> list[Job]:
    return lab.jobs.find(search=words)


@pytest.mark.parametrize(
    "words",
    [
        RARE_WORD,
        "immerman",
        "ZIMM",
        "mann@example",
        "zi",
        "n",
        "arch 4",
        "part 7.stl",
        "ő",
        "erdős",
    ],
)
def test_a_search_finds_what_a_look_at_every_job_finds(full_lab: Printflow, words: str) -> None:
    everything = full_lab.jobs.find()
    wanted = [
        job.id
        for job in everything
        if all(word in text_of(job) for word in words.casefold().split())
    ]
    assert wanted
    assert [job.id for job in found(full_lab, words)] == wanted


def text_of(job: Job) -> str:
    parts = (job.id, job.student_name, job.student_email, job.class_number)
    return "\n".join((*parts, job.original_name, job.standard_name)).casefold()


def test_a_word_of_many_and_a_thing_of_few_are_found_alike(
    full_lab: Printflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = [job.id for job in found(full_lab, "hopper grace")]
    monkeypatch.setattr(search, "CANDIDATES", 3)
    assert [job.id for job in found(full_lab, "hopper grace")] == few
    assert found(full_lab, "nosuchword") == []


def class_changes(lab: Printflow) -> None:
    """A new class is found and the old one is not, before and after the index is made again."""
    fill(lab, Plan(240))
    (job, *_) = found(lab, RARE_WORD)
    assert job.id in search_index_knows(lab, job.class_number)
    lab.corrections.edit(job.id, by="Ana", class_number="Quirin 7")
    assert [one.id for one in found(lab, "quirin")] == [job.id]
    assert [one.id for one in found(lab, "uir")] == [job.id]
    assert [one.id for one in found(lab, f"{job.id[2:5]} qu")] == [job.id]
    assert job.id not in search_index_knows(lab, job.class_number), "the old one is forgotten"
    engine = open_engine(lab.settings.database)
    with writing(engine) as connection:
        search.rebuild(connection)
    engine.dispose()
    assert [one.id for one in found(lab, "quirin")] == [job.id]


def search_index_knows(lab: Printflow, words: str) -> set[str]:
    engine = open_engine(lab.settings.database)
    with engine.connect() as connection:
        ids = search.candidates(connection, words.casefold().split())
    engine.dispose()
    assert ids is not None
    return set(ids)


def test_a_changed_class_on_sqlite(tmp_path: Path) -> None:
    with Printflow.open(Settings(store=tmp_path / "store")) as lab:
        class_changes(lab)


@pytest.mark.postgresql
def test_a_changed_class_on_postgresql(tmp_path: Path, postgresql_url: str) -> None:
    migrate.upgrade(postgresql_url.replace("postgresql:", "postgresql+psycopg:"))
    with Printflow.open(Settings(store=tmp_path / "store", database_url=postgresql_url)) as lab:
        class_changes(lab)


def test_the_rare_printer_is_rare(full_lab: Printflow, staff: FlaskClient) -> None:
    page = staff.get(f"/dashboard?status=all&printer={RARE_PRINTER}").text
    assert len(re.findall('<li class="row"', page)) == 36
