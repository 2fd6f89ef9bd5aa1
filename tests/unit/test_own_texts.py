"""The lab's own texts in other languages: what people read, what stays, what is missing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from printflow.catalogs.file import catalog_of_new_lab, catalog_toml, default_catalog, parse_catalog
from printflow.domain.catalog import Catalog, catalog_from, completed, plain_form
from printflow.domain.own_texts import (
    LanguageTexts,
    TextKind,
    TextState,
    left_over,
    own_texts,
    texts_in,
    translated_sections,
)
from printflow.domain.placeholders import unfilled
from printflow.errors import CatalogInvalid
from printflow.language.spoken_catalog import spoken_catalog
from tools.translations import SHIPPED

NOW = datetime(2026, 11, 25, 17, tzinfo=UTC)
SPANISH: dict[str, Any] = {
    "texts": {
        "introduction": "Envíanos tu modelo.",
        "minimum_charge": "Cada impresión cuesta {minimum} como mínimo.",
        "place": "Recepción",
    },
    "rejection_reasons": {"too-large": "El modelo es demasiado grande."},
    "descriptions": {"Filament": "Resistente y barato."},
    "words": {"We're moving.": "Nos mudamos."},
    "names": {"Gray": "Gris", "Filament": "Filamento", "Art": "Arte"},
}


def catalog(**more: Any) -> Catalog:
    return catalog_from({**default_catalog(), "banners": [{"text": "We're moving."}], **more})


def spanish(**more: Any) -> Catalog:
    return catalog(translations={"es": SPANISH}, **more)


def test_people_read_their_language_and_names_stay_what_they_are() -> None:
    default = spanish()
    es = default.in_language("es")
    assert es.shown_texts.introduction == "Envíanos tu modelo."
    assert es.shown_texts.minimum_charge == "Cada impresión cuesta $3.00 como mínimo."
    assert es.shown_texts.consent_version == default.shown_texts.consent_version
    assert es.texts.consent == default.texts.consent, "what isn't translated is the default's"
    assert es.pick_up.place == "Recepción" and es.pick_up.hours == default.pick_up.hours
    assert es.banners_at(NOW) == ("Nos mudamos.",)
    filament = es.method("Filament")
    assert filament is not None and filament.description == "Resistente y barato."
    assert filament.name == "Filament" and "Gray" in filament.color_names
    assert es.shown("Filament") == "Filamento" and es.shown("Gray") == "Gris"
    assert es.shown("True Red") == "True Red"
    assert es.price_list == default.price_list
    assert es.reason_text("too-large") == default.reason_text("too-large"), "codes and their texts"
    assert es.shown(default.reason_text("too-large")) == "El modelo es demasiado grande."


def test_a_region_gets_its_language_and_others_get_the_default() -> None:
    default = spanish()
    assert default.in_language("es-MX").pick_up.place == "Recepción"
    assert default.in_language("fr") is default and default.shown("Gray") == "Gray"


def test_a_text_that_changed_since_is_outdated_and_not_shown() -> None:
    plain = plain_form(spanish())
    old = plain["texts"]["introduction"]
    plain["texts"] = {**plain["texts"], "introduction": "Only on Mondays."}
    now = catalog_from(plain)
    assert now.in_language("es").texts.introduction == "Only on Mondays."
    states = {one.own.key: one for one in texts_in(now, "es")}
    assert states["introduction"].state is TextState.OUTDATED
    made = states["introduction"].made
    assert made is not None and made.of == old
    assert states["place"].state is TextState.DONE
    assert states["consent"].state is TextState.MISSING
    # An earlier rejection keeps its reason's words; they are still said in Spanish.
    plain["rejection_reasons"][0]["text"] = "Too big."
    assert (
        catalog_from(plain).in_language("es").shown(spanish().rejection_reasons[0].text)
        == "El modelo es demasiado grande."
    )


def test_the_plain_form_and_a_file_carry_translations() -> None:
    default = spanish()
    plain = plain_form(default)
    assert plain["translations"]["es"]["names"] == SPANISH["names"]
    assert plain["translations"]["es"]["texts"]["place"] == {
        "of": default.pick_up.place,
        "text": "Recepción",
    }
    assert catalog_from(plain) == default
    assert parse_catalog("c.toml", catalog_toml(plain).encode()) == plain
    assert plain_form(default.in_language("es")).keys() == plain.keys(), "words are no section"
    assert completed({"lab_name": "Old"})["translations"] == {}


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"Spanish": {}}, "Texts in Spanish: Enter a language's code"),
        ({"es": {"texts": {"intro": "Hola"}}}, "This key isn't known."),
        ({"es": {"colors": {}}}, "This key isn't known."),
        ({"es": {"texts": {"consent": 3}}}, "Texts in es, price checkbox text: Enter a text."),
        ({"es": {"texts": {"place": "x" * 201}}}, "Use at most 200 characters."),
        (
            {"es": {"texts": {"minimum_charge": "Cuesta $3."}}},
            "Texts in es, minimum-charge checkbox text: Write {minimum} where",
        ),
    ],
)
def test_what_is_wrong_is_said(given: dict[str, Any], problem: str) -> None:
    with pytest.raises(CatalogInvalid) as refused:
        catalog(translations=given)
    assert problem in str(refused.value)


def test_other_placeholders_are_refused_as_in_the_default() -> None:
    given = {"es": {**SPANISH, "words": {"We're moving.": "Hola {name}"}}}
    found = list(unfilled(plain_form(catalog(translations=given))))
    assert [one.field for one in found] == ["translations.es.words.We're moving."]


def test_the_editor_adds_changes_and_takes_away() -> None:
    default = spanish()
    typed = {
        (TextKind.TEXTS, "consent"): "Acepto.",
        (TextKind.TEXTS, "place"): "  ",
        (TextKind.NAMES, "Gray"): "Gris claro",
    }
    after = catalog_from({**plain_form(default), **translated_sections(default, "es", typed)})
    es = after.in_language("es")
    assert es.texts.consent == "Acepto."
    assert es.pick_up.place == default.pick_up.place
    assert es.shown("Gray") == "Gris claro"
    assert es.texts.introduction == "Envíanos tu modelo.", "what wasn't on the form stays"


def test_an_outdated_text_is_right_again_when_someone_says_so() -> None:
    plain = plain_form(spanish())
    plain["texts"] = {**plain["texts"], "introduction": "Send us your model!"}
    now, place = catalog_from(plain), (TextKind.TEXTS, "introduction")
    typed = {place: "Envíanos tu modelo."}

    def after(**how: Any) -> Catalog:
        return catalog_from({**plain, **translated_sections(now, "es", typed, **how)})

    assert texts_in(after(), "es")[0].state is TextState.OUTDATED
    assert texts_in(after(still_right=[place]), "es")[0].state is TextState.DONE


def test_what_nothing_has_any_more_is_left_over_until_it_is_dropped() -> None:
    gone = spanish(banners=[])
    assert [one.text for one in left_over(gone, "es")] == ["Nos mudamos."]
    dropped = translated_sections(gone, "es", {}, drop_left_over=True)
    assert left_over(catalog_from({**plain_form(gone), **dropped}), "es") == ()
    assert translated_sections(gone, "fr", {})["translations"].keys() == {"es"}


def test_each_text_is_there_once() -> None:
    places = [(one.kind, one.key) for one in own_texts(spanish())]
    assert len(places) == len(set(places))
    assert (TextKind.NAMES, "Gray") in places, "a color of two methods is one name"


def test_a_new_lab_has_its_texts_in_every_language_of_ours() -> None:
    catalog = catalog_from(catalog_of_new_lab())
    assert set(catalog.translations.languages) == {one.replace("_", "-") for one in SHIPPED}
    for tag in catalog.translations.languages:
        found = LanguageTexts(tag, texts_in(catalog, tag))
        assert (found.missing, found.outdated, left_over(catalog, tag)) == (0, 0, ()), tag
        assert catalog.in_language(tag).texts.consent != catalog.texts.consent


def test_the_minimum_is_written_as_the_language_writes_amounts() -> None:
    plain = catalog_from(catalog_of_new_lab())
    for tag, amount in (("de", "3,00\xa0$"), ("es", "$"), ("en", "$3.00"), ("", "$3.00")):
        shown = spoken_catalog(plain, tag).shown_texts
        assert amount in shown.minimum_charge
        assert shown.consent_version == plain.shown_texts.consent_version, "no language's own"
