"""Where texts in other languages come from: Printflow's catalogs and a lab's own, text by text."""

from __future__ import annotations

import logging
import os
from datetime import time
from pathlib import Path

import pytest

from printflow.language.catalog_files import catalog_files
from printflow.language.speaking import speaking
from printflow.language.text_faults import text_fault
from printflow.language.times import clock_text
from printflow.language.translation import offered_languages, translated, translations
from printflow.said import listed, say, say_n, sentences

HEADER = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
BUILT_IN = """
msgid "Cancel"
msgstr "Annuler"

msgid "Save"
msgstr "Enregistrer"

msgid "{count} job"
msgid_plural "{count} jobs"
msgstr[0] "{count} tâche"
msgstr[1] "{count} tâches"
"""


def write(path: Path, texts: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(HEADER + texts, "utf-8")
    return path


@pytest.fixture(autouse=True)
def built_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Printflow's own texts: French alone."""
    folder = tmp_path / "built-in"
    write(folder / "fr" / "LC_MESSAGES" / "printflow.po", BUILT_IN)
    monkeypatch.setattr("printflow.language.translation.BUILT_IN", folder)
    return folder


def test_english_needs_no_catalog() -> None:
    assert translations("en").gettext("Cancel") == "Cancel"
    assert translations("it").gettext("Cancel") == "Cancel"


def test_the_spoken_language_is_asked_and_a_region_speaks_its_language() -> None:
    with speaking("fr"):
        assert translated(say("Cancel"), translations()) == "Annuler"
    with speaking("fr-CA"):
        assert translated(say("Cancel"), translations()) == "Annuler"
        assert translated(say_n("{count} job", "{count} jobs", 1200), translations()) == (
            "1\xa0200 tâches"
        )


def test_the_labs_text_wins_and_the_others_stay(tmp_path: Path) -> None:
    own = tmp_path / "own"
    write(own / "fr.po", 'msgid "Cancel"\nmsgstr "Laisser tomber"\n\nmsgid "Save"\nmsgstr ""\n')
    write(own / "en.po", 'msgid "Staff"\nmsgstr "Crew"\n')
    spoken = translations("fr", own)
    assert [spoken.gettext(text) for text in ("Cancel", "Save")] == [
        "Laisser tomber",
        "Enregistrer",
    ]
    assert spoken.gettext("Staff") == "Crew"
    assert translations("fr").gettext("Cancel") == "Annuler"
    assert spoken.ngettext("{count} job", "{count} jobs", 2) == "{count} tâches"


def test_a_lab_adds_a_language_by_one_file(tmp_path: Path) -> None:
    own = tmp_path / "own"
    write(own / "it.po", 'msgid "Save"\nmsgstr "Salva"\n')
    write(own / "pt-br" / "LC_MESSAGES" / "printflow.po", 'msgid "Save"\nmsgstr "Salvar"\n')
    write(own / "notes.po", "")
    assert offered_languages(own) == ("en", "fr", "it", "pt-BR")
    assert offered_languages() == ("en", "fr")
    assert translations("it", own).gettext("Save") == "Salva"
    assert translations("pt-BR", own).gettext("Save") == "Salvar"


def test_a_country_s_formats_need_no_texts(tmp_path: Path) -> None:
    own = tmp_path / "own"
    write(own / "fr_CA.po", "")
    assert "fr-CA" in offered_languages(own)
    with speaking("fr-CA"):
        assert translations(folder=own).gettext("Cancel") == "Annuler"
        assert clock_text(time(9, 30)) == "09 h 30"


def test_a_text_that_would_break_a_page_is_left_out(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    own = tmp_path / "own"
    path = write(
        own / "fr.po",
        'msgid "About %(time)s"\nmsgstr "Vers %(heure)s"\n\nmsgid "Save"\nmsgstr "Garder"\n\n'
        '#, fuzzy\nmsgid "Cancel"\nmsgstr "Peut-être"\n',
    )
    with caplog.at_level(logging.WARNING):
        spoken = translations("fr", own)
    assert spoken.gettext("About %(time)s") == "About %(time)s"
    assert spoken.gettext("Save") == "Garder"
    assert spoken.gettext("Cancel") == "Annuler"
    assert str(path) in caplog.text and "%(heure)s" in caplog.text


def test_a_file_that_is_no_catalog_is_left_out(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "fr.po").write_bytes(b"\xff\xfe this is no catalog")
    (own / "es.po").write_text("hello world", "utf-8")
    with caplog.at_level(logging.WARNING):
        assert translations("fr", own).gettext("Cancel") == "Annuler"
        assert translations("es", own).gettext("Save") == "Save"
    assert caplog.text.count("can't be read") == 2


def test_a_compiled_catalog_serves_while_it_is_not_older_than_its_source(built_in: Path) -> None:
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    source = built_in / "de" / "LC_MESSAGES" / "printflow.po"
    write(source, 'msgid "Save"\nmsgstr "Speichern"\n')
    compiled = source.with_suffix(".mo")
    with source.open("rb") as file, compiled.open("wb") as made:
        write_mo(made, read_po(file))
    now = source.stat().st_mtime
    os.utime(compiled, (now + 1, now + 1))
    assert catalog_files(built_in)["de"] == compiled
    catalog_files.cache_clear()
    os.utime(compiled, (now - 9, now - 9))
    assert catalog_files(built_in)["de"] == source
    source.unlink()
    catalog_files.cache_clear()
    assert translations("de").gettext("Save") == "Speichern"


@pytest.mark.parametrize(
    ("english", "translation", "fault"),
    [
        (["Save"], ["Salva"], ""),
        (["Save"], [" "], "empty"),
        (["%(a)s of %(b)s"], ["%(b)s: %(a)s"], ""),
        (["%(a)s of %(b)s"], ["%(a)s"], "places"),
        (["{a}"], ["{b}"], "places"),
        (["%(a)s"], ["100 % %(a)s"], "percent"),
        (["%(a)s%% of it"], ["%(a)s %% von allem"], ""),
        (["A <b>{x}</b>"], ["A {x}"], "tags"),
        (["Name: "], ["Nome:"], "spaces"),
        (["{count} job", "{count} jobs"], ["un lavoro", "{count} lavori"], ""),
        (["{count} job", "{count} jobs"], ["{count} lavoro", "lavori"], "places"),
        (["Job {id}", "{count} jobs"], ["Lavoro {id}", "{count} lavori"], ""),
    ],
)
def test_what_is_wrong_with_a_text(english: list[str], translation: list[str], fault: str) -> None:
    assert fault in text_fault(english, translation)
    assert bool(fault) == bool(text_fault(english, translation))


def test_names_and_sentences_one_after_the_other() -> None:
    names, said = listed(["PLA", "PETG"]), sentences([say("One."), say("Two.")])
    assert translated(names, translations("en")) == "PLA, PETG"
    with speaking("zh-CN"):
        assert translated(names, translations()) == "PLA、PETG"
        assert translated(said, translations()) == "One.Two."
