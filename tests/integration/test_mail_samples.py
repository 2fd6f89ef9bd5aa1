"""Each mail with sample data: its links, its expiry, its amounts, and HTML that Outlook keeps."""

from __future__ import annotations

import os
import re
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest

from printflow import Printflow, RenderedMail, local_date
from printflow.domain.effects import MailTemplate
from printflow.domain.mail_record import MAILS
from tests.integration.conftest import Program
from tests.plugins.lab import TestClock

BASE = "http://127.0.0.1:8080"
TOKEN = r"[a-z2-7]{26}"
LINKS = {
    "confirm_address": (rf"/confirm-address/{TOKEN}",),
    "received": (rf"/jobs/{TOKEN}",),
    "approved": (rf"/confirm/{TOKEN}", rf"/jobs/{TOKEN}"),
    "reminder": (rf"/confirm/{TOKEN}", rf"/jobs/{TOKEN}"),
    "confirmed": (rf"/jobs/{TOKEN}",),
    "rejected": (rf"/jobs/{TOKEN}", "/"),
    "completed": (rf"/jobs/{TOKEN}",),
    "pick_up_reminder": (rf"/jobs/{TOKEN}",),
    "print_started": (rf"/jobs/{TOKEN}",),
    "copies_ready": (rf"/jobs/{TOKEN}",),
    "print_failed": (rf"/jobs/{TOKEN}",),
    "disposed": ("/",),
    "message": (rf"/jobs/{TOKEN}",),
    "find_jobs": (rf"/jobs/{TOKEN}",),
    "staff_alert": ("/dashboard/jobs/[0-9A-Z]{8}",),
    "receipt": (rf"/jobs/{TOKEN}",),
    "student_message": ("/dashboard/jobs/[0-9A-Z]{8}",),
    "prices": (rf"/confirm/{TOKEN}",),
    "ready": (rf"/jobs/{TOKEN}",),
    "in_queue": (rf"/jobs/{TOKEN}",),
    "on_hold": (rf"/jobs/{TOKEN}",),
    "released": (rf"/jobs/{TOKEN}",),
    "canceled": ("/",),
    "not_canceled": (rf"/jobs/{TOKEN}",),
    "payer_asked": (rf"/payer/{TOKEN}",),
    "payer_statement": (),
    "summary": (r"/reports/summary\?since=[0-9-]{10}&(?:amp;)?until=[0-9-]{10}",),
}
SEVERAL = {"prices", "ready", "in_queue"}
"""They tell of several jobs."""
AMOUNTS = {
    *("approved", "reminder", "confirmed", "completed", "receipt", "pick_up_reminder"),
    *("prices", "ready", "in_queue", "payer_asked", "payer_statement", "summary"),
}
EXPIRIES = {"approved", "reminder", "prices", "confirm_address"}
TEMPLATES = [template.value for template in MailTemplate]


@pytest.fixture
def samples(lab: Printflow) -> dict[str, RenderedMail]:
    """All mails."""
    return {template.value: mail for template, mail in lab.mail_samples.all().items()}


class Outline(HTMLParser):
    """What mail programs must cope with."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "br", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> closes something else"


def test_there_is_a_test_of_every_mail(samples: dict[str, RenderedMail]) -> None:
    assert set(LINKS) == set(samples) == set(TEMPLATES)


@pytest.mark.parametrize("name", TEMPLATES)
def test_links_amounts_and_expiry(
    lab: Printflow, samples: dict[str, RenderedMail], clock: TestClock, name: str
) -> None:
    mail = samples[name]
    for link in LINKS[name]:
        assert re.search(rf"{BASE}{link}\s", mail.text), f"{link} in the text"
        assert re.search(rf'href="{BASE}{link}"', mail.html), f"{link} in the HTML"
    for part in (mail.text, mail.html):
        assert set(re.findall(r"https?://[^/\s\"]+", part)) <= {BASE}, "only the lab's own links"
        if name in AMOUNTS:
            assert "$4.25" in part
        assert not re.search(r"\bNone\b|\{\{|\{%|Undefined", part)
        if name in EXPIRIES:
            own = lab.settings.unconfirmed_days if name == "confirm_address" else None
            expiry = clock.now + timedelta(days=own or lab.settings.quote_days)
            assert local_date(expiry, lab.catalog.current.time_zone) in part
        if name in ("completed", "pick_up_reminder", "ready"):
            assert (
                lab.catalog.current.pick_up.place in part
                and lab.catalog.current.pick_up.hours in part
            )


@pytest.mark.parametrize("name", TEMPLATES)
def test_subjects_carry_the_job_s_number(samples: dict[str, RenderedMail], name: str) -> None:
    subject = samples[name].subject
    assert ("K7Q2MX9A" in subject) == (
        name not in {"find_jobs", "payer_statement", "summary", *SEVERAL}
    )
    assert len(subject) <= 90 and "\n" not in subject


@pytest.mark.parametrize("name", TEMPLATES)
def test_the_html_holds_in_outlook(samples: dict[str, RenderedMail], name: str) -> None:
    outline = Outline(samples[name].html)
    assert outline.open == []
    names = {tag for tag, _ in outline.tags}
    assert not names & {"script", "link", "form", "svg", "ul", "button", "section"}
    for tag, attributes in outline.tags:
        style = attributes.get("style") or ""
        assert not re.search(r"flex|grid|position:|float:|var\(|rgba?\(", style), style
        if tag == "table":
            assert attributes.get("role") == "presentation"
            assert {"cellpadding", "cellspacing", "border"} <= attributes.keys()
        if tag == "td" and not (attributes.get("align") or "").startswith("c"):
            assert "font-family" in style or "padding" in style
        if tag == "a":
            assert "color:" in style and "padding" not in style, "Outlook gives links no padding"
        if tag == "img":
            assert attributes.get("alt") and attributes.get("width")
    assert samples[name].html.count("<!--[if mso]>") == 3
    assert samples[name].html.count("<![endif]-->") == 4
    styles = re.findall(r"(?s)<style.*?</style>", samples[name].html)
    assert len(styles) == 1, "what stands at the elements is all that other programs keep"
    assert f"<!--[if !mso]><!-->\n{styles[0]}\n<!--<![endif]-->" in samples[name].html
    assert re.fullmatch(
        r"(?s)<style>\n@media \(prefers-color-scheme: dark\) \{.*\}\n</style>", styles[0]
    )


def test_staff_s_mails_go_to_staff_and_the_others_to_the_student(
    samples: dict[str, RenderedMail],
) -> None:
    for name, mail in samples.items():
        staffs = name in {template.value for template, record in MAILS.items() if record.to_staff}
        assert mail.to == ("lab@example.edu" if staffs else "jane.doe@example.edu")


def test_the_preview_command_writes_them_all(program: Program, tmp_path: Path) -> None:
    program.submit()
    folder = tmp_path / "mails"
    said = program.call("mail", "preview", str(folder))
    assert "index.html" in said.out
    for name in TEMPLATES:
        assert f"{name}: " in said.out
        assert "K7Q2MX9A" in (folder / f"{name}.html").read_text("utf-8")
        assert (folder / f"{name}.txt").read_text("utf-8").splitlines()[0]
        assert f'src="{name}.html"' in (folder / "index.html").read_text("utf-8")
    listed = program.call("mail", "preview", str(folder), "--json").json["mails"]
    assert [entry["template"] for entry in listed] == TEMPLATES


@pytest.mark.parametrize("name", sorted({*TEMPLATES} - {"find_jobs", *SEVERAL}))
def test_the_sample_picture_is_the_one_the_html_shows(
    samples: dict[str, RenderedMail], name: str
) -> None:
    mail = samples[name]
    assert mail.html.count(f'src="cid:{mail.picture_id}"') == 1
    assert mail.picture.startswith(b"\x89PNG")
    assert 'src="data:image/png;base64,' in mail.html_alone
    assert "cid:" not in mail.html_alone


@pytest.mark.skipif(os.name == "nt", reason="Windows asks its shell for the browser, not BROWSER")
def test_the_preview_opens_in_the_browser(program: Program, tmp_path: Path) -> None:
    asked = tmp_path / "asked.txt"
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\nprintf %s "$1" > "{asked}"\n')
    browser.chmod(0o755)
    folder = tmp_path / "mails"
    said = program.run("mail", "preview", str(folder), "--open", BROWSER=f"{browser} %s")
    assert said.code == 0, said.err
    assert asked.read_text() == (folder / "index.html").as_uri()
