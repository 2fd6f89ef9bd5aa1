"""Which language a reader gets: of those that are offered, the one that fits best."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from printflow import Settings, SettingsError
from printflow.language.choosing import best_language, own_name
from printflow.language.speaking import language, speak, speaking
from printflow.language.translation import offered_languages
from printflow.service.languages import Languages

OFFERED = ("en", "de", "es", "fr", "pt-BR", "zh-CN")


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("es", "es"),
        ("ES", "es"),
        ("en-GB", "en"),
        ("fr-CA", "fr"),
        ("de-CH-1996", "de"),
        ("es-419", "es"),
        ("pt", "pt-BR"),
        ("pt-PT", "pt-BR"),
        ("pt_br", "pt-BR"),
        ("zh", "zh-CN"),
        ("zh-Hans", "zh-CN"),
        ("zh-Hans-SG", "zh-CN"),
        ("zh-TW", ""),  # written otherwise: it gets what comes next
        ("zh-Hant", ""),
        ("it", ""),
        ("*", ""),
        ("", ""),
        ("../../etc", ""),
        ("i-klingon", ""),
    ],
)
def test_a_language_gets_what_its_readers_read(wanted: str, found: str) -> None:
    assert best_language([wanted], OFFERED) == found


def test_the_first_wish_that_fits_counts() -> None:
    assert best_language(["it", "zh-HK", "fr-BE", "en"], OFFERED) == "fr"
    assert best_language(["it", "*", "fr"], OFFERED) == "", "any language: the lab's default"
    assert best_language([], OFFERED) == ""
    assert best_language(["fr"], ("en",)) == ""
    assert best_language((f"x{n}" for n in range(10**9)), OFFERED) == "", "a header has its end"


def test_the_same_region_comes_before_another_one() -> None:
    both = ("en", "pt-BR", "pt-PT", "fr", "fr-CA")
    assert best_language(["pt-PT"], both) == "pt-PT"
    assert best_language(["pt"], both) == "pt-BR"
    assert best_language(["fr-CA"], both) == "fr-CA"
    assert best_language(["fr-CH"], both) == "fr"


def test_languages_call_themselves_as_their_readers_do() -> None:
    assert [own_name(tag) for tag in OFFERED] == [
        *("English", "Deutsch", "Español", "Français", "Português (Brasil)", "简体中文"),
    ]
    assert own_name("ar") == "العربية"


_HELD = """
import pickle, tracemalloc
from printflow.language.choosing import best_language, own_name
own_name("da"), best_language(["da"], ["en", "da"])
tracemalloc.start()
for tag in ("de", "es", "fr", "zh-CN"):
    own_name(tag)
print(tracemalloc.get_traced_memory()[0])
"""


def test_the_names_of_languages_hold_no_megabytes() -> None:
    done = subprocess.run([sys.executable, "-c", _HELD], check=True, capture_output=True, text=True)
    assert int(done.stdout) < 200_000


@pytest.mark.parametrize("typed", ["", "English", "pt_BR", "en-us", "fr-", "../fr", "zh-cn"])
def test_what_is_no_tag_is_no_language_of_a_lab(typed: str) -> None:
    with pytest.raises(SettingsError, match="tag of a language, such as pt-BR"):
        Settings(language=typed, environ={})
    with pytest.raises(SettingsError, match="tag of a language, such as pt-BR"):
        Settings(languages=["en", typed], environ={})


def test_the_lab_s_own_language_is_always_offered() -> None:
    lab = Languages(Settings(languages=["en"], environ={}))
    assert (lab.offered, lab.default, lab.names) == (("en",), "en", (("en", "English"),))
    assert (lab.of("fr"), lab.known("fr"), lab.of("")) == ("en", "", "en")
    with pytest.raises(SettingsError, match="no catalog for the language “xx”"):
        Languages(Settings(languages=["en", "xx"], environ={}))


def test_a_lab_s_own_catalogs_are_offered_too(tmp_path: Path) -> None:
    for name in ("it", "pt_PT"):
        (tmp_path / name / "LC_MESSAGES").mkdir(parents=True)
    (tmp_path / "it/LC_MESSAGES/printflow.mo").write_bytes(b"")
    (tmp_path / "pt_PT/LC_MESSAGES/printflow.po").write_bytes(b"")
    assert {"en", "it", "pt-PT"} <= set(offered_languages(tmp_path))


def test_speaking_ends_where_it_began_whatever_was_spoken_meanwhile() -> None:
    with speaking("fr"):
        speak("es")
        with speaking("de"):
            assert language() == "de"
        assert language() == "es"
    assert language() == "en"
