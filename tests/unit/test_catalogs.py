"""The catalogs of all languages that Printflow comes with: whole, certain, and safe to show."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from babel import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.plurals import get_plural

from printflow.hatch_build import compile_catalogs
from printflow.language.catalog_files import BUILT_IN, DOMAIN, forms_of, read_catalog
from printflow.language.text_faults import text_fault
from tests.unit.same_as_english import SAME
from tools.translations import (
    SHIPPED,
    TEMPLATE,
    begin,
    catalogs,
    extracted,
    missing,
    read_template,
    updated,
    written,
)

_PLACE = re.compile(r"%\(\w+\)[sd]|\{\w+\}|<[^<>]*>|&\w+;")
_WORD = re.compile(r"[A-Za-z]{2,}")
CATALOGS = catalogs()
each_catalog = pytest.mark.parametrize("path", CATALOGS, ids=lambda path: path.parts[-3])


@cache
def kept(path: Path) -> Catalog:
    """The catalog of a file, read once for all that is asked of it."""
    return read_catalog(path)


def texts_of(catalog: Catalog) -> list[Message]:
    return [message for message in catalog if message.id]


def test_every_language_that_is_promised_is_there() -> None:
    assert {path.parts[-3] for path in CATALOGS} >= set(SHIPPED)
    assert len(set(SHIPPED)) == len(SHIPPED)


@each_catalog
def test_a_catalog_has_each_text_once_and_no_other(path: Path) -> None:
    catalog = kept(path)
    wanted = {forms_of(message.id) for message in texts_of(read_template())}
    found = {forms_of(message.id) for message in texts_of(catalog)}
    assert (sorted(wanted - found), sorted(found - wanted)) == ([], [])
    assert not catalog.obsolete
    assert [forms_of(message.id)[0] for message in missing(catalog)] == []


@each_catalog
def test_every_text_keeps_its_places_tags_and_forms(path: Path) -> None:
    catalog = kept(path)
    faults = {}
    for message in texts_of(catalog):
        english, texts = forms_of(message.id), forms_of(message.string)
        fault = text_fault(english, texts) if all(texts) else ""
        if len(english) == 2 and len(texts) != get_plural(path.parts[-3]).num_plurals:
            fault = f"it has {len(texts)} forms"
        if (
            all(texts)
            and english[-1].endswith(":")
            and not texts[-1].rstrip().endswith((":", "："))
        ):
            fault = "its colon is gone"
        if fault:
            faults[english[0]] = fault
    assert faults == {}
    assert catalog.plural_forms == Catalog(path.parts[-3]).plural_forms


@each_catalog
def test_nothing_is_left_in_english(path: Path) -> None:
    left = {
        english[0]
        for message in texts_of(kept(path))
        if (english := forms_of(message.id))[0] in forms_of(message.string)
        and _WORD.search(_PLACE.sub("", english[0]))
    }
    allowed = SAME.get("*", set()) | SAME.get(path.parts[-3], set())
    assert sorted(left - allowed) == []
    assert sorted(SAME.get(path.parts[-3], set()) - left) == [], "these aren't the same any more"


@each_catalog
def test_a_catalog_is_written_as_make_translations_does(path: Path) -> None:
    assert path.read_bytes() == written(kept(path))


@pytest.mark.long
@pytest.mark.skipif(not CATALOGS, reason="there are no catalogs yet")
def test_the_template_has_the_texts_of_the_sources() -> None:
    assert TEMPLATE.read_bytes() == written(extracted()), "run make translations"


# -- the tool itself -------------------------------------------------------------------------------

SOURCE = """
from printflow.said import say, say_n
say("Save")
say_n("{count} job", "{count} jobs", 2)
"""


@pytest.fixture
def template() -> Catalog:
    """Two texts of a program."""
    made = Catalog(charset="utf-8", fuzzy=False)
    made.add("Save", locations=[("a.py", 1)])
    made.add(("{count} job", "{count} jobs"), locations=[("a.py", 1)])
    return made


def test_a_new_language_begins_empty_and_is_updated(
    template: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tools.translations.BUILT_IN", tmp_path)
    begin("pt_PT", template)
    path = tmp_path / "pt_PT" / "LC_MESSAGES" / f"{DOMAIN}.po"
    catalog = read_catalog(path)
    assert catalog.locale == Locale.parse("pt_PT")
    assert len(list(missing(catalog))) == 2
    path.write_text(
        path.read_text("utf-8").replace('"Save"\nmsgstr ""', '"Save"\nmsgstr "Guardar"')
    )
    template.add("Saved", locations=[("b.py", 7)])
    template.delete(("{count} job", "{count} jobs"))
    again = updated(path, template)
    assert {message.id: message.string or "" for message in texts_of(again)} == {
        "Save": "Guardar",
        "Saved": "",  # nothing is guessed
    }
    text = written(again).decode()
    assert written(again) == text.encode()
    assert "#: b.py\n" in text and "job" not in text and "Creation-Date" not in text
    path.write_bytes(text.encode())
    compile_catalogs(tmp_path)
    assert path.with_suffix(".mo").stat().st_size > 100


def test_texts_are_found_in_the_sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tools.translations.ROOT", tmp_path)
    source = tmp_path / "src"
    (source / "printflow" / "cli").mkdir(parents=True)
    (source / "printflow" / "a.py").write_text(SOURCE)
    (source / "printflow" / "cli" / "b.py").write_text('say("Only typed")')
    (source / "printflow" / "c.html").write_text("{% trans x=1 %}One line {{ x }}{% endtrans %}")
    (tmp_path / "babel.cfg").write_text((BUILT_IN.parents[3] / "babel.cfg").read_text())
    found = extracted()
    assert {forms_of(message.id)[0] for message in texts_of(found)} == {
        "Save",
        "{count} job",
        "One line %(x)s",
    }


def test_a_text_is_not_used_alone_and_with_a_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tools.translations.ROOT", tmp_path)
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "a.py").write_text('say("Over it")\nsay_n("Over it", "Over {count}", 2)\n')
    (tmp_path / "babel.cfg").write_text("[python: **.py]\n")
    with pytest.raises(ValueError, match="“Over it” is used alone"):
        extracted()
