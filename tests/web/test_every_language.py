"""Every page, paper and email in each language that Printflow comes with: nothing is left in English."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from babel import Locale
from babel.dates import format_timedelta
from flask.testing import FlaskClient

from printflow import Printflow, Status
from printflow.domain import mail_record
from printflow.language.catalog_files import forms_of, read_catalog
from printflow.language.choosing import language_name, own_name
from printflow.language.speaking import speaking
from printflow.service import mail_samples
from tests.unit.same_as_english import SAME
from tests.web.page_faults import texts_of
from tests.web.test_pseudo_language import data_of, walked
from tools.translations import catalogs, missing

__all__ = ["walked"]

_PARTS = 4
WORD = re.compile(r"(?:(?![\u3000-\u9fff\uff00-\uffef])[^\W\d_]){3,}")
"""Chinese, which parts no words, is the language for certain."""
_NO_WORDS = re.compile(
    r"\S+@\S+|https?://\S+|/[\w/.-]+|\b[0-9A-HJKMNP-TV-Z]{8}\b|\b\w+_\w+\b|(?<![A-Za-z])[A-Z]{2,5}(?![A-Za-z])"
)
"""Addresses, numbers of jobs, names of files, and materials."""


def words_of(text: str) -> set[str]:
    return set(WORD.findall(text))


def of_the_catalog(path: Path) -> set[str]:
    """The words of all translations; English ones only where the language has them, too."""
    catalog = read_catalog(path)
    said = " ".join(form for message in catalog for form in forms_of(message.string))
    # What is missing says another test.
    said += " ".join(form for message in missing(catalog) for form in forms_of(message.id))
    same = SAME.get("*", set()) | SAME.get(path.parts[-3], set())
    return words_of(said) | words_of(" ".join(same))


def of_the_calendar(locale: Locale) -> Iterator[str]:
    """The words that formats of days and times bring along."""
    for names in (locale.days, locale.months):
        for width in (width for context in names.values() for width in context.values()):
            yield from width.values()
    yield from locale.periods.values()
    for days in (1 / 1440, 5 / 1440, 1 / 24, 5 / 24, 1, 5, 7, 30, 60, 400, 2000):
        yield format_timedelta(timedelta(days=days), threshold=1.5, locale=locale)
    for pattern in (*locale.datetime_skeletons.values(), *locale.time_formats.values()):
        yield str(pattern.pattern)


def left_over(texts: list[str], known: set[str]) -> set[str]:
    """Words that neither the language nor the lab brought along."""
    return words_of(_NO_WORDS.sub(" ", "\n".join(texts))) - known


def some_of(addresses: list[str], path: Path) -> list[str]:
    """All pages in Chinese, where English words stand out; each of the others shows a part."""
    addresses = [one for one in addresses if not one.startswith("/outbox/")]  # their receiver's
    if path.parts[-3] == "zh_CN":
        return addresses
    at = catalogs().index(path)
    return addresses[at % _PARTS :: _PARTS]


@pytest.mark.long
@pytest.mark.parametrize("path", catalogs(), ids=lambda path: path.parts[-3])
def test_nothing_is_left_in_english(
    path: Path,
    walked: tuple[list[str], list[str]],
    staff: FlaskClient,
    student: FlaskClient,
    lab: Printflow,
) -> None:
    tag = path.parts[-3].replace("_", "-")
    known = {word for text in data_of(lab) for word in words_of(text)} | of_the_catalog(path)
    known |= words_of(repr(lab.catalog.export()["translations"]))
    known |= words_of(" ".join(of_the_calendar(Locale.parse(path.parts[-3]))))
    with speaking(tag):
        for one in lab.languages.offered:
            known |= words_of(f"{own_name(one)} {language_name(one)}")
    known |= {word.capitalize() for word in known} | {word.lower() for word in known}
    known |= words_of("nobody " + " ".join(status.folder for status in Status))
    left: dict[str, set[str]] = {}
    for browser, addresses in zip((staff, student), walked, strict=True):
        browser.set_cookie("printflow_language", tag)
        for address in some_of(addresses, path):
            answer = browser.get(address, follow_redirects=True)
            assert answer.status_code in (200, 404), address
            assert f'lang="{tag}"' in answer.text, address
            if words := left_over(texts_of(answer.text), known):
                left[address] = words
    for module in (mail_samples, mail_record):  # what the samples say
        known |= words_of(Path(str(module.__file__)).read_text("utf-8"))
    with speaking(tag):
        for template, mail in lab.mail_samples.all().items():
            said = [mail.subject, mail.text, *texts_of(mail.html)]
            if words := left_over(said, known):
                left[template.value] = words
    assert not left, "\n".join(f"{where}: {sorted(words)}" for where, words in left.items())


def test_the_check_itself() -> None:
    known = words_of("Größe und Preis")
    assert left_over(["Größe und Preis: 4,25 $", "jane@example.edu"], known) == set()
    assert left_over(["Size und Preis"], known) == {"Size"}
    assert {"Montag", "März", "Stunden"} <= words_of(" ".join(of_the_calendar(Locale.parse("de"))))
