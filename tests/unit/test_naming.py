"""Job ids, standard names in any script, file endings, and ids in file names."""

from __future__ import annotations

import re

import pytest
from anyascii import anyascii
from hypothesis import given
from hypothesis import strategies as st

from printflow.domain.naming import (
    ALPHABET,
    carries_job_id,
    ending_of,
    first_name,
    is_plain_file_name,
    job_id_from,
    names_after,
    normal_job_id,
    standard_name,
)

ID = "K7Q2MX9A"
IDS = st.integers(0, 2**40 - 1).map(job_id_from)
STANDARD = re.compile(rf"[A-Za-z0-9]+_[A-Za-z0-9]+_[A-Za-z0-9]+_{ID}")


def named(student: str, method: str = "Filament", color: str = "True Red") -> str:
    return standard_name(student, method, color, ID, transliterate=anyascii)


@given(st.integers(0, 2**40 - 1))
def test_ids_are_the_number_in_base_32(number: int) -> None:
    job_id = job_id_from(number)
    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{8}", job_id)
    value = 0
    for character in job_id:
        value = value * 32 + ALPHABET.index(character)
    assert value == number
    assert job_id_from(number + 2**40) == job_id


@given(IDS)
def test_ids_are_understood_as_people_write_them(job_id: str) -> None:
    assert normal_job_id(job_id) == job_id
    assert normal_job_id(f" {job_id[:4].lower()}-{job_id[4:].lower()} ") == job_id
    assert normal_job_id(job_id.replace("0", "O").replace("1", "l")) == job_id


@pytest.mark.parametrize(
    "typed", ["", "K7Q2MX9", "K7Q2MX9AA", "K7Q2MX9U", "K7Q2MX9é", "../../..", "٣" * 8]
)
def test_no_ids(typed: str) -> None:
    assert normal_job_id(typed) is None


@pytest.mark.parametrize(
    ("name", "greeted"),
    [
        ("Jane Doe", "Jane"),
        ("Doe, Jane", "Jane"),
        ("van der Berg, Jan Willem", "Jan"),
        ("Jane Doe, PhD", "Jane"),
        ("Jane, ", "Jane"),
        (", Jane", "Jane"),
        ("Sean O'Neil", "Sean"),
        ("D'Angelo Smith", "D'Angelo"),
        ("Anne-Marie Roy", "Anne-Marie"),
        ("“Jane” Doe", "Jane"),
        ("Jane\N{SLIGHTLY SMILING FACE} Doe", "Jane"),
        ("\N{HEAVY BLACK HEART}\N{VARIATION SELECTOR-16} Jane Doe", "Jane"),
        ("Jane\N{HEAVY BLACK HEART}\N{VARIATION SELECTOR-16}", "Jane"),
        (
            "Jos\N{LATIN SMALL LETTER E}\N{COMBINING ACUTE ACCENT} Ruiz",
            "Jose\N{COMBINING ACUTE ACCENT}",
        ),
        ("王秀英", "王秀英"),
        ("\N{SLIGHTLY SMILING FACE}", "there"),
        ("", "there"),
    ],
)
def test_the_name_in_a_greeting(name: str, greeted: str) -> None:
    assert first_name(name) == greeted


NAMES = {
    "Jane Doe": "JaneDoe",
    "jane doe": "JaneDoe",
    "Jane Mary van Doe": "JaneDoe",
    "Prince": "Prince",
    "Seán O'Brien": "SeanOBrien",
    "Zoë Müller-Lüdenscheidt": "ZoeMullerLudenscheidt",
    "王小明": "WangXiaoMing",
    "Анна Каренина": "AnnaKarenina",
    "Γιώργος Παπαδόπουλος": "GiorgosPapadopoylos",
    "محمد علي": "MhmdLy",
    "Nguyễn Thị Minh Khai": "NguyenKhai",
    "\u202eexe\u202c Doe": "ExeDoe",
    "../../etc passwd": "EtcPasswd",
    "CON": "CON",
    "=cmd|' /c calc'!A1": "CmdCalcA1",
    "Jane_Doe_Resin": "JaneDoeResin",
    "": "Student",
    "---": "Student",
    "\u202e": "Student",
    "<script>": "Script",
}


@pytest.mark.parametrize(("student", "person"), NAMES.items())
def test_names_in_any_script_are_readable_ascii(student: str, person: str) -> None:
    assert named(student) == f"{person}_Filament_TrueRed_{ID}"


@pytest.mark.parametrize(
    "student", ["🎉🎊", "👩‍🚀 🚀", "김철수", "さくら 田中", "אבי כהן", "x" * 300, "王" * 300]
)
def test_other_names_are_standard_too(student: str) -> None:
    name = named(student)
    assert STANDARD.fullmatch(name), name
    assert len(name) <= 91
    assert not name.startswith("Student_")


@given(st.text(max_size=400), st.text(max_size=80), st.text(max_size=80))
def test_every_name_is_standard_and_bounded(student: str, method: str, color: str) -> None:
    name = named(student, method, color)
    assert STANDARD.fullmatch(name), name
    assert len(name) <= 91
    assert is_plain_file_name(f"{name}.stl")
    assert carries_job_id(f"{name}.stl", ID)


ENDINGS = {
    "bracket.stl": ".stl",
    "BRACKET.STL": ".stl",
    "模型.3mf": ".3mf",
    "part.stl.exe": ".exe",
    "part.gcode.3mf": ".gcode.3mf",
    ".gcode.3mf": ".3mf",
    "part": "",
    ".stl": "",
    "a.stl.": "",
    "": "",
    "..": "",
    "../../x.obj": ".obj",
    "C:\\models.d\\part": "",
    "\\\\evil\\s.stl\\x": "",
    "a.stl::$DATA": ".stl::$data",
    "a.stl ": ".stl ",
}


@pytest.mark.parametrize(("name", "ending"), ENDINGS.items())
def test_endings(name: str, ending: str) -> None:
    assert ending_of(name) == ending


@pytest.mark.parametrize(
    "name",
    ["a.stl", "JaneDoe_K7Q2MX9A_0.2mm_PLA.gcode", "part (1).3mf", "x.gcode.3mf", "a+b-c.bgcode"],
)
def test_plain_file_names(name: str) -> None:
    assert is_plain_file_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "", ".", "..", "../a.stl", "a/b.stl", "a\\b.stl", "C:a.stl", "a..stl", "a.stl::$DATA",
        "a.stl\n", "a\0.stl", "模型.stl", "-rf.stl", ".stl", "a", "a.stl.", "a.stl ", "x" * 160 + ".stl",
        "a\u202e.stl", "~a.stl", "$a.stl", "a*.stl", "a?.stl",
    ],
)  # fmt: skip
def test_names_that_are_not_plain(name: str) -> None:
    assert not is_plain_file_name(name)


@pytest.mark.parametrize(
    "name",
    [
        f"JaneDoe_Filament_TrueRed_{ID}.stl",
        f"JaneDoe_Filament_TrueRed_{ID}_20260302.gcode",  # a date could be an id, too
        f"JaneDoe_Filament_TrueRed_{ID}_0.2mm_PLA_MK4S_2h30m.bgcode",
        f"0.2mm_JaneDoe_{ID}.gcode.3mf",
        f"{ID}.stl",
        f"part ({ID}).gcode",
        f"folder/{ID}.stl",
    ],
)
def test_a_slicers_name_keeps_the_id(name: str) -> None:
    assert carries_job_id(name, ID)


@pytest.mark.parametrize(
    "name",
    [
        "JaneDoe_Filament_TrueRed.stl",
        "JaneDoe_K7Q2MX9B.stl",
        f"x{ID}.stl",
        f"{ID}0.stl",
        f"{ID.lower()}.stl",
        f"{ID}/other.stl",
        "",
    ],
)
def test_names_of_other_jobs(name: str) -> None:
    assert not carries_job_id(name, ID)


BLUE = f"JaneDoe_Filament_Blue_{ID}"


@pytest.mark.parametrize(
    ("names", "after"),
    [
        ({1: (f"JaneDoe_Filament_TrueRed_{ID}.stl",)}, {1: f"{BLUE}.stl"}),
        ({1: (f"{BLUE}.stl", f"JaneDoe_Filament_TrueRed_{ID}.stl")}, {1: f"{BLUE}.stl"}),
        # Saved by hand, under no standard name.
        ({1: (f"sliced_{ID}.gcode",)}, {1: f"sliced_{ID}.gcode"}),
        ({1: (f"Jane-Doe-{ID}.gcode",)}, {1: f"Jane-Doe-{ID}.gcode"}),
        ({1: ("holiday.gcode",)}, {1: "holiday.gcode"}),
        # Two that would get one name, whatever the case; and one that the other had.
        (
            {1: (f"A_B_C_{ID}.gcode.3mf",), 2: (f"D_E_F_{ID}.GCODE.3mf",)},
            {1: f"{BLUE}.gcode.3mf", 2: f"{BLUE}_v2.GCODE.3mf"},
        ),
        (
            {1: (f"sliced_{ID}.stl", f"{BLUE.upper()}.stl"), 2: (f"D_E_F_{ID}.stl",)},
            {1: f"sliced_{ID}.stl", 2: f"{BLUE}_v2.stl"},
        ),
        ({1: (f"A_B_C_{ID}_{'x' * 110}.stl",)}, {1: f"A_B_C_{ID}_{'x' * 110}.stl"}),  # too long
    ],
)
def test_names_after_a_correction(names: dict[int, tuple[str, ...]], after: dict[int, str]) -> None:
    found = names_after(names, BLUE, ID)
    assert found == after
    again = {number: (name, *names[number]) for number, name in found.items()}
    assert names_after(again, BLUE, ID) == after, "the same once more is no work"
