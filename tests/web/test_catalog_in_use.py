"""What a change of the catalog means for the jobs under way is said before it's done."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from printflow import Job, Printflow
from tests.web.conftest import said
from tests.web.test_administration import saved

JobIn = Callable[[str], Job]


def names(lab: Printflow) -> list[str]:
    return [one.name for one in lab.catalog.current.printers]


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("PENDING", "1 student hasn't answered the price"),
        ("READYTOPRINT", "1 job is ready to print"),
        ("PRINTING", "1 job is printing"),
    ],
)
def test_a_printer_in_use_is_removed_only_when_one_was_told(
    lab: Printflow, staff: FlaskClient, job_in: JobIn, status: str, words: str
) -> None:
    job = job_in(status)
    place = names(lab).index(job.printer)
    asked = saved(staff, "printers", **{f"printers__{place}__remove": "yes"})
    assert asked.status_code == 422
    told = said(asked).partition("still in use")[2].partition("Save anyway")[0]
    assert job.printer in told
    assert words in told
    assert "Nothing was saved yet." in told
    assert job.printer in names(lab), "nothing was saved yet"
    done = saved(staff, "printers", **{f"printers__{place}__remove": "yes", "remove_in_use": "yes"})
    assert done.status_code == 303
    assert job.printer not in names(lab)
    if status == "PRINTING":
        assert lab.jobs.complete(job.id, by="Sam").status == "COMPLETED", "as it was said"


def test_a_new_name_is_told_too_and_what_nobody_uses_is_not(
    lab: Printflow, staff: FlaskClient, job_in: JobIn
) -> None:
    job = job_in("PRINTING")
    place = names(lab).index(job.printer)
    asked = saved(staff, "printers", **{f"printers__{place}__name": "Prusa MK5"})
    assert (asked.status_code, job.printer in said(asked)) == (422, True)
    unused = next(at for at, name in enumerate(names(lab)) if name != job.printer)
    gone = names(lab)[unused]
    assert saved(staff, "printers", **{f"printers__{unused}__remove": "yes"}).status_code == 303
    assert gone not in names(lab)


def test_a_higher_minimum_takes_the_text_along(lab: Printflow, staff: FlaskClient) -> None:
    plain = lab.catalog.export()
    own = {**plain["texts"], "minimum_charge": "Every print costs at least $3.00."}
    lab.catalog.change({"texts": own}, by="Ana")
    page = staff.get("/admin/catalog/edit/lab")
    assert "Every print costs at least {minimum}." in said(page)
    assert saved(staff, "lab", minimum_charge="4.00").status_code == 303
    texts = lab.catalog.current
    assert texts.texts.minimum_charge == "Every print costs at least {minimum}."
    assert texts.shown_texts.minimum_charge == "Every print costs at least $4.00."
    assert "at least $4.00." in said(staff.get("/submit"))


def test_who_keeps_the_old_amount_is_warned(lab: Printflow, staff: FlaskClient) -> None:
    plain = lab.catalog.export()
    own = {**plain["texts"], "minimum_charge": "Every print costs at least $3.00."}
    lab.catalog.change({"texts": own}, by="Ana")
    assert saved(staff, "lab", minimum_charge="4.00", minimum_in_text="").status_code == 303
    assert lab.catalog.current.texts.minimum_charge == own["minimum_charge"]
    for section in ("lab", "texts"):
        page = said(staff.get(f"/admin/catalog/edit/{section}"))
        assert "says “$3.00”, but the minimum charge is $4.00" in page, section


def test_one_material_and_printer_for_many_is_offered(
    lab: Printflow, staff: FlaskClient, job_in: JobIn
) -> None:
    jobs = [job_in("UPLOADED") for _ in range(2)]
    pairs = "&".join(f"job={job.id}:{job.version}" for job in jobs)
    page = staff.get(f"/dashboard/bulk?{pairs}&trigger=approve")
    assert "Material for all" in page.text
    assert "Printer for all" in page.text
    alone = staff.get(f"/dashboard/bulk?job={jobs[0].id}:{jobs[0].version}&trigger=approve")
    assert "Material for all" not in alone.text
