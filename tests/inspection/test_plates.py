"""Each plate of a sliced file has its own figures, and no figures are ever another's."""

from __future__ import annotations

import io
import time
import zipfile
from decimal import Decimal

import pytest

from printflow import Said
from printflow.domain.sliced_plate import SlicedPlate, SlicedPlateState, contents
from printflow.slicer_files import SlicedFileUnreadable, read_plates, read_sliced
from printflow.slicer_files.plates import MOST_GCODE, STATED
from tests.sliced_files import Plate, bundle, members, orca_gcode, packed, slice_info

ONE = Plate(number=1, seconds=3600, grams="10.50", objects=("bracket.stl", "bracket.stl"))
TWO = Plate(
    number=2, seconds=5400, grams="4.25", materials=("PETG", "PVA"), objects=("clip & pin.stl",),
    name="Left <side>",
)  # fmt: skip
THREE = Plate(number=3, seconds=1800, grams="2.00", objects=("base.stl",))


def plates(data: bytes) -> tuple[SlicedPlate, ...]:
    return read_plates(io.BytesIO(data))


def brief(data: bytes) -> list[tuple[int, str, Decimal | None, Decimal | None]]:
    return [(one.number, one.state.value, one.grams, one.hours) for one in plates(data)]


def test_each_plate_has_its_own_figures() -> None:
    data = bundle(ONE, TWO, THREE)
    first, second, third = plates(data)
    assert second == SlicedPlate(
        number=2,
        state=SlicedPlateState.SLICED,
        name="Left <side>",
        grams=Decimal("4.25"),
        hours=Decimal("1.50"),
        materials=("PETG", "PVA"),
        objects=("clip & pin.stl",),
        has_gcode=True,
        source=STATED,
    )
    assert (first.grams, first.hours) == (Decimal("10.50"), Decimal("1.00"))
    assert contents(first.name, first.objects) == "bracket.stl × 2"
    assert contents(second.name, second.objects) == "Left <side>: clip & pin.stl"
    assert third.materials == ("PLA",)
    whole = read_sliced(io.BytesIO(data))
    assert (whole.grams, whole.hours, whole.printer) == (
        Decimal("16.75"), Decimal("3.00"), "Bambu Lab A1"
    )  # fmt: skip


def test_a_plate_without_gcode_among_others_is_not_sliced() -> None:
    unsliced = Plate(number=3, objects=("base.stl",))
    assert brief(bundle(ONE, TWO, unsliced))[2] == (3, "not_sliced", None, None)
    whole = read_sliced(io.BytesIO(bundle(ONE, TWO, unsliced)))
    assert (whole.grams, whole.hours) == (None, None), "two plates are not all three"
    # What an export of plate 2 alone holds: the project's other plates are listed.
    alone = bundle(Plate(number=1), TWO, Plate(number=3))
    assert brief(alone) == [
        (1, "not_sliced", None, None),
        (2, "sliced", Decimal("4.25"), Decimal("1.50")),
        (3, "not_sliced", None, None),
    ]
    # Figures of a plate whose G-code is missing are nobody's.
    parts = members((ONE, TWO))
    del parts["Metadata/plate_1.gcode"]
    assert brief(packed(parts))[0] == (1, "not_sliced", None, None)


def test_a_project_with_figures_and_no_gcode_keeps_them_apart() -> None:
    found = plates(bundle(ONE, TWO, models=True, gcode=False))
    assert [(one.grams, one.has_gcode) for one in found] == [
        (Decimal("10.50"), False), (Decimal("4.25"), False),
    ]  # fmt: skip


def test_a_project_that_was_never_sliced_says_so() -> None:
    unsliced = Plate(number=1, objects=("a.stl",)), Plate(number=2, objects=("a.stl", "b.stl"))
    found = plates(bundle(*unsliced, models=True))
    assert [one.state for one in found] == [SlicedPlateState.NOT_SLICED] * 2
    assert found[1].objects == ("a.stl", "b.stl")


def test_an_empty_plate_is_in_nobodys_way() -> None:
    data = bundle(ONE, Plate(number=2), THREE, models=True)
    assert brief(data)[1] == (2, "empty", None, None)
    assert read_sliced(io.BytesIO(data)).grams == Decimal("12.50")


def test_plates_keep_their_numbers_in_any_order() -> None:
    parts = members((THREE, ONE, TWO))
    assert [one[0] for one in brief(packed(parts))] == [1, 2, 3]
    assert [one[2] for one in brief(packed(parts))] == [
        Decimal("10.50"), Decimal("4.25"), Decimal("2.00"),
    ]  # fmt: skip


@pytest.mark.parametrize("how", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_what_slice_info_does_not_say_is_in_each_plates_gcode(how: int) -> None:
    at_the_end = Plate(
        number=2, seconds=1, stated=False, gcode=orca_gcode(grams="7.25, 0.00", time="1d 1h 30m 0s")
    )
    at_the_head = Plate(number=1, seconds=3600, grams="1.50,0.25", stated=False)
    parts = members((at_the_head, at_the_end))
    del parts["Metadata/slice_info.config"]
    first, second = plates(packed(parts, how=how))
    assert (first.grams, first.hours, first.source) == (
        Decimal("1.75"), Decimal("1.00"), "Metadata/plate_1.gcode"
    )  # fmt: skip
    assert first.materials == ("PLA",), "of three that are loaded, one is used"
    assert (second.grams, second.hours, second.materials) == (
        Decimal("7.25"), Decimal("25.50"), ("PETG",)
    )  # fmt: skip


def test_gcode_alone_makes_plates() -> None:
    """Whoever saved it: each plate is what its G-code says."""
    parts = {f"Metadata/plate_{n}.gcode": orca_gcode(grams=f"{n}.00", time=f"{n}h", moves=9) for n in (1, 2)}  # fmt: skip
    assert [one[2:] for one in brief(packed(parts))] == [
        (Decimal("1.00"), Decimal("1.00")), (Decimal("2.00"), Decimal("2.00")),
    ]  # fmt: skip
    assert read_sliced(io.BytesIO(packed(parts))).slicer == "OrcaSlicer 2.3.1"


def test_a_weight_that_the_slicer_does_not_know_is_in_no_sum() -> None:
    without = Plate(number=2, seconds=1800, grams="", materials=(), gcode="G28\n")
    whole = read_sliced(io.BytesIO(bundle(ONE, without)))
    assert (whole.grams, whole.hours) == (None, Decimal("1.50"))
    assert whole.plates[1].grams is None


def test_one_plate_and_plain_gcode_are_one_plate() -> None:
    (only,) = plates(bundle(ONE))
    assert (only.number, only.grams) == (1, Decimal("10.50"))
    (plain,) = plates(orca_gcode(grams="3.00", time="2h").encode())
    assert (plain.number, plain.grams, plain.source) == (1, Decimal("3.00"), "")
    assert plates(b"solid x\nfacet normal 0 0 0\n") == ()
    assert plates(packed({"3D/3dmodel.model": "<model/>"})) == ()


# -- what is damaged or hostile -------------------------------------------------------------------


def spoiled(**replaced: str) -> bytes:
    parts = members((ONE, TWO))
    return packed({**parts, **{f"Metadata/{name}.config": text for name, text in replaced.items()}})


TWICE = slice_info((ONE, Plate(number=1, seconds=60, grams="99")))


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (spoiled(slice_info=TWICE), "contradicts itself"),
        (spoiled(slice_info=slice_info((ONE, TWO)).replace('"index" value="2"', '"index" value="x"')),
         "contradicts itself"),
        (spoiled(slice_info=slice_info((Plate(number=4000, seconds=9, grams="1"),))), "1 to 100"),
        (spoiled(slice_info="<plate></plate>" * 5000), "more than 100 plates"),
        (spoiled(model_settings="<plate></plate>" * 5000), "more than 100 plates"),
        (packed({f"Metadata/plate_{n}.gcode": "" for n in range(1, 1500)}), "1 to 100"),
        (packed({"Metadata/plate_0.gcode": ""}), "1 to 100"),
        (packed({"Metadata/plate_1.gcode": "", "Metadata/plate_01.gcode": ""}), "contradicts"),
        (spoiled(slice_info="<metadata/>" * 250_000), "200,000 entries"),
        (spoiled(model_settings=" " * 9_000_000), "larger than 8 MB"),
        (packed(members((ONE,)), how=zipfile.ZIP_LZMA), "unknown way"),
        (packed(members((ONE,)), how=zipfile.ZIP_BZIP2), "unknown way"),
        (bundle(ONE, TWO)[:-300], "cut short"),
    ],
)  # fmt: skip
def test_lists_that_cannot_be_trusted_give_no_figures(data: bytes, why: str) -> None:
    with pytest.raises(SlicedFileUnreadable, match=why) as caught:
        plates(data)
    said = caught.value.message
    assert isinstance(said, Said) and isinstance(said.params["why"], Said), "it can be translated"


@pytest.mark.parametrize("value", ["nan", "-4", "1e999", "99999999999", "abc", "Infinity"])
def test_no_nonsense_becomes_a_plates_figure(value: str) -> None:
    bad = slice_info((ONE, TWO)).replace("4.25", value).replace('"5400"', f'"{value}"')
    text = bad.replace('used_g="2.12"', f'used_g="{value}"')
    parts = members((ONE, TWO), gcode=False)
    first, second = plates(packed({**parts, "Metadata/slice_info.config": text}))
    assert (first.grams, second.grams, second.hours) == (Decimal("10.50"), None, None)


def test_names_are_made_harmless() -> None:
    nasty = Plate(
        number=1, seconds=9, grams="1", objects=("\x1b[31m\u202ea" + "b" * 500,), name="x\ny"
    )
    (found,) = plates(bundle(nasty, models=True))
    assert found.name == "x y"
    assert all(name.isprintable() and len(name) <= 100 for name in found.objects)


M = 3_900_000


@pytest.mark.parametrize(
    "text",
    [
        "<plate>" * (M // 7),
        "<plate " * (M // 7),
        "<plate>" + ("<metadata " + "a" * 1990 + ">") * (M // 2000) + "</plate>",
        "<plate><metadata " + "a" * M + "></plate>",
        "<plate><metadata " + "a " * (M // 2) + "></plate>",
        "<plate><metadata " + 'a="' * (M // 3) + "></plate>",
        "<plate><metadata " + "a =" * (M // 3) + "></plate>",
        '<plate><metadata key="' + "&" * M + '"/></plate>',
    ],
    ids=["unclosed", "unended", "words", "word", "letters", "quotes", "equals", "entities"],
)
def test_four_megabytes_of_anything_cost_no_more_than_a_moment(text: str) -> None:
    """Read by patterns that look back, the second kilobyte of these cost as much as the first."""
    data = packed({"Metadata/slice_info.config": text})
    assert len(data) < 20_000
    begin = time.perf_counter()
    try:
        found = plates(data)
    except SlicedFileUnreadable:
        found = ()
    assert time.perf_counter() - begin < 5
    assert not any(plate.has_figures for plate in found)


def test_a_line_of_spaces_costs_no_more_than_a_moment() -> None:
    text = "; generated by PrusaSlicer 2.9\n;" + " " * 400_000 + "\n; total filament used [g] = 5\n"
    begin = time.perf_counter()
    (found,) = plates(text.encode())
    assert time.perf_counter() - begin < 5
    assert found.grams == Decimal(5)


def test_gcode_is_unpacked_no_further_than_the_limit() -> None:
    """Plates of 48 MB, of which the slicer says nothing: figures at the head are still found."""
    first = orca_gcode(grams="5.00", time="1h", moves=9)
    parts = {"Metadata/plate_1.gcode": first} | {
        f"Metadata/plate_{n}.gcode": "G1 X1\n" * 8_000_000 for n in range(2, 4)
    }
    data = packed(parts)
    assert sum(map(len, parts.values())) > MOST_GCODE
    begin = time.perf_counter()
    found = plates(data)
    assert time.perf_counter() - begin < 5
    assert [one.grams for one in found] == [Decimal("5.00"), None, None]
    assert all(one.state is SlicedPlateState.SLICED for one in found)
    assert read_sliced(io.BytesIO(data)).grams is None
