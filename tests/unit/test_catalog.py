"""The catalog: the shipped one, its checks, and its way through files."""

from __future__ import annotations

import json
import re
from copy import deepcopy
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from printflow import Catalog, CatalogInvalid, PathUnusable
from printflow.catalogs.file import (
    catalog_toml,
    checked_catalog,
    default_catalog,
    read_catalog,
    time_zone_problem,
    write_catalog,
)
from printflow.domain.catalog import catalog_from, plain_form


def default() -> Catalog:
    return checked_catalog(default_catalog())


def problems(data: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(CatalogInvalid) as caught:
        checked_catalog(data)
    return {refusal.field: refusal.message for refusal in caught.value.refusals}


# -- the shipped catalog --------------------------------------------------------------------------


def test_the_default_is_a_real_labs() -> None:
    catalog = default()
    assert (catalog.currency, catalog.minimum_charge_cents) == ("USD", 300)
    assert [(m.name, len(m.colors)) for m in catalog.methods] == [("Filament", 23), ("Resin", 4)]
    assert {"Blue", "True Red"} <= set(catalog.methods[0].color_names)
    assert catalog.methods[0].materials == ("PLA", "PETG", "ABS", "TPU")
    assert catalog.methods[1].color_names == ("Black", "White", "Gray", "Clear")
    assert [
        (p.name, p.methods, p.build_volume, p.rate_per_gram, p.rate_per_hour)
        for p in catalog.printers
    ] == [
        ("Prusa MK4S", ("Filament",), (250, 210, 220), Decimal("0.10"), Decimal(0)),
        ("Prusa XL", ("Filament",), (360, 360, 360), Decimal("0.10"), Decimal(0)),
        ("Raise3D Pro 2 Plus", ("Filament",), (305, 305, 605), Decimal("0.10"), Decimal(0)),
        ("Formlabs Form 3", ("Resin",), (145, 145, 175), Decimal("0.20"), Decimal(0)),
    ]
    assert len(catalog.disciplines) == 7
    assert catalog.payment_methods == ("cash", "card", "account")
    assert catalog.retention.archive_after_days == 90


def test_the_defaults_reasons_tell_students_what_to_do() -> None:
    reasons = default().rejection_reasons
    assert 8 <= len(reasons) <= 12
    for reason in reasons:
        assert re.fullmatch("[a-z-]+", reason.code)
        assert re.fullmatch(r"[A-Z].*\. .*\.", reason.text), reason.text


def test_no_color_of_the_default_looks_like_another() -> None:
    for method in default().methods:
        assert len({color.hex for color in method.colors}) == len(method.colors)


def test_the_minimum_charge_is_said_as_it_is() -> None:
    catalog = default()
    amount = f"${catalog.minimum_charge_cents / 100:.2f}"
    assert amount not in catalog.texts.minimum_charge
    assert amount in catalog.shown_texts.minimum_charge
    assert catalog.shown_texts.consent_version == f"2026-1 {amount}"
    assert len(catalog.shown_texts.consent_version) <= 20


def test_each_call_gives_a_document_of_its_own() -> None:
    default_catalog()["methods"].clear()
    assert default().methods


# -- checks ---------------------------------------------------------------------------------------


def change(place: str, value: object) -> dict[str, Any]:
    """The default with one place changed; ``place`` is like ``printers[1].name``."""
    data = deepcopy(default_catalog())
    steps: list[str | int] = [
        int(step) if step.isdecimal() else step for step in re.findall(r"\w+", place)
    ]
    spot: Any = data
    for step in steps[:-1]:
        spot = spot[step]
    spot[steps[-1]] = value
    return data


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        ("lab_name", " ", "Enter a text"),
        ("currency", "usd", "three-letter code"),
        ("minimum_charge", "-1", "amount from 0"),
        ("minimum_charge", "1.005", "whole number of cents"),
        ("minimum_charge", "NaN", "amount from 0"),
        ("methods", [], "at least one"),
        ("methods[0].colors", [], "at least one"),
        ("methods[1].materials", [], "at least one"),
        ("methods[0].colors[3].hex", "red", "Enter a color"),
        ("printers[1].rate_per_gram", "-0.10", "amount from 0"),
        ("printers[1].rate_per_hour", "free", "amount from 0"),
        ("printers[2].build_volume", [250, 210], "three whole numbers"),
        ("printers[2].build_volume", [250, 210, 0], "three whole numbers"),
        ("printers[0].methods", ["Laser"], "no print method “Laser”"),
        ("disciplines", "Art", "at least one"),
        ("disciplines", ["Art", "art"], "is there twice"),
        ("texts.consent", "", "Enter a text"),
        ("retention.archive_after_days", -1, "whole number of days"),
        ("printers[0].nozzle", "0.4", "Known keys:"),
        ("methods[0].colors[0].rgb", "x", "Known keys:"),
    ],
)
def test_a_wrong_place_is_named(place: str, value: object, said: str) -> None:
    found = problems(change(place, value))
    assert said in next(found[field] for field in found if field.startswith(place))


def test_contradictions_between_places() -> None:
    assert "twice" in problems(change("printers[1].name", "prusa mk4s"))["printers"]
    assert "“Resin”" in problems(change("printers[3].methods", ["Filament"]))["printers"]
    without_volume = default_catalog()
    del without_volume["printers"][0]["build_volume"]
    assert "printers[0].build_volume" in problems(without_volume)


def test_all_problems_are_gathered() -> None:
    data = change("currency", "dollars")
    data["time_zone"] = "America/NewYork"
    del data["printers"]
    found = problems(data)
    assert {"currency", "time_zone", "printers"} <= set(found)
    assert "Did you mean “America/New_York”?" in found["time_zone"]


@pytest.mark.parametrize("name", ["America/New_York", "UTC", "Europe/Berlin"])
def test_time_zones(name: str) -> None:
    assert time_zone_problem(name) is None


@pytest.mark.parametrize(
    "name", ["EST5EDT4", "../etc/passwd", "/etc/localtime", "America", "\0", "ü"]
)
def test_no_time_zones(name: str) -> None:
    assert "There's no time zone" in str(time_zone_problem(name))


# -- files ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["lab.toml", "lab.json", "LAB.TOML"])
def test_what_is_written_is_read_back(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    plain = plain_form(default())
    write_catalog(plain, path)
    assert read_catalog(path) == plain
    assert b"\r" not in path.read_bytes()


texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40).filter(
    lambda text: text == text.strip()
)
amounts = st.decimals(0, 100, places=3).map(str)


@settings(deadline=None)
@given(
    lab=texts,
    names=st.lists(texts, min_size=1, max_size=5, unique_by=str.casefold),
    rate=amounts,
    hours=st.lists(texts, min_size=1, max_size=3).map("\n".join),
)
def test_any_catalog_survives_toml(lab: str, names: list[str], rate: str, hours: str) -> None:
    import tomllib

    data = default_catalog()
    data["lab_name"], data["disciplines"], data["pick_up"]["hours"] = lab, names, hours
    data["printers"][0]["rate_per_gram"] = rate
    plain = plain_form(catalog_from(data))
    again = tomllib.loads(catalog_toml(plain))
    assert again == plain
    assert plain_form(catalog_from(again)) == plain


def test_bare_numbers_keep_their_digits(tmp_path: Path) -> None:
    path = tmp_path / "lab.toml"
    text = catalog_toml(plain_form(default())).replace('"0.10"', "0.10").replace('"3.00"', "3.00")
    path.write_text(text, "utf-8")
    data = read_catalog(path)
    assert data["printers"][0]["rate_per_gram"] == "0.10"
    assert checked_catalog(data) == default()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("lab.yaml", b"", "a .toml or a .json file"),
        ("lab", b"", "a .toml or a .json file"),
        ("lab.toml", b"lab_name = ", "t valid TOML"),
        ("lab.toml", b'lab_name = "\xff"', "Save it as UTF-8"),
        ("lab.toml", b"", "name of the lab: Enter a text"),
        ("lab.json", b"{", "t valid JSON"),
        ("lab.json", b'{"a": 1, "a": 2}', "'a' is there twice"),
        ("lab.json", b"[]", "no table of keys and values"),
        ("lab.json", b"[" * 100_000, "t valid JSON"),
    ],
)
def test_a_file_that_is_no_catalog(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(CatalogInvalid) as caught:
        read_catalog(path)
    assert said in str(caught.value)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CatalogInvalid, match="There's no such file"):
        read_catalog(tmp_path / "none.toml")
    with pytest.raises(CatalogInvalid, match="can't be read"):
        (tmp_path / "folder.toml").mkdir()
        read_catalog(tmp_path / "folder.toml")
    with pytest.raises(PathUnusable, match="can't be written"):
        write_catalog(default_catalog(), tmp_path / "none" / "lab.toml")


def test_a_catalog_with_problems_names_its_file_and_all_places(tmp_path: Path) -> None:
    path = tmp_path / "lab.json"
    data = change("currency", "dollars")
    data["time_zone"] = "Mars/Olympus"
    path.write_text(json.dumps(data), "utf-8-sig")
    with pytest.raises(CatalogInvalid) as caught:
        read_catalog(path)
    assert {refusal.field for refusal in caught.value.refusals} == {"currency", "time_zone"}
    for said in (str(path), "currency:", "time zone:"):
        assert said in str(caught.value)


def test_a_place_is_named_as_people_do() -> None:
    found = problems(change("printers[1].rate_per_gram", "-0.10"))
    assert found["printers[1].rate_per_gram"].startswith("Printer “")
    assert "”, price per gram: Enter an amount" in found["printers[1].rate_per_gram"]
    assert (
        "minimum-charge checkbox text: "
        in problems(change("texts.minimum_charge", ""))["texts.minimum_charge"]
    )
