"""The demo's students and what became of their jobs, as data.

A time reads "12d 10:40" (so many days ago at that time in the lab) or "2.5h" (so many hours ago,
7 at most, so that it comes after yesterday's times).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Step:
    """Something that happens: a trigger of the lifecycle, or "note", "slice", "by_link"."""

    when: str
    what: str
    by: str = ""
    said: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Story:
    """One job: who sends what when, and what happens to it."""

    student: str
    email: str
    method: str = "Filament"
    color: str
    printer: str = "Prusa MK4S"
    discipline: str
    class_number: str
    model: str
    file: str
    when: str
    quantity: int = 1
    steps: tuple[Step, ...] = ()


def _quoted(when: str, by: str, weight: str, hours: str, material: str, **more: Any) -> Step:
    return Step(
        when, "approve", by, {"weight": weight, "hours": hours, "material": material, **more}
    )


def _yes(when: str) -> Step:
    return Step(when, "by_link", said={"consent": True})


def _start(when: str, by: str, **more: Any) -> Step:
    return Step(when, "start_printing", by, more)


def _done(when: str, by: str, **more: Any) -> Step:
    return Step(when, "complete", by, more)


_PHONE = {"note": "confirmed by phone"}

STORIES: tuple[Story, ...] = (
    Story(
        student="Daniel Kim", email="daniel.kim@example.edu", color="True Black",
        discipline="Architecture", class_number="ARCH 2010", model="terrain",
        file="site model v7 FINAL.stl", when="131d 09:20",
        steps=(
            _quoted("131d 10:45", "Ana", "96.4", "9h 40m", "PLA"),
            _yes("130d 13:05"),
            Step("130d 14:00", "hold", "Sam", {"reason": "The black spool is nearly empty."}),
            Step("129d 09:05", "release", "Sam"),
            _start("129d 09:15", "Sam"),
            _done("129d 18:10", "Sam"),
            Step("127d 12:30", "pick_up", "Ana", {"amount": "9.64", "method": "card"}),
            Step("30d 08:30", "archive", "Ana"),
        ),
    ),
    Story(
        student="Lukas Weber", email="lukas.weber@example.edu", color="True White",
        discipline="Hobby/Personal", class_number="N/A", model="coaster", file="Untersetzer.stl",
        when="82d 14:20",
        steps=(
            _quoted("82d 15:30", "Sam", "9.6", "55m", "PLA"),
            _yes("81d 09:10"),
            _start("81d 10:00", "Sam"),
            _done("81d 10:55", "Sam", shelf="A1"),
            Step("5d 12:00", "dispose", "Ana"),
        ),
    ),
    Story(
        student="さくら たなか", email="sakura.tanaka@example.edu", color="Light Blue",
        discipline="Engineering", class_number="ME 3301", model="clip", file="rod clip.3mf",
        when="16d 11:05",
        steps=(
            _quoted("16d 14:20", "Sam", "7.1", "45 min", "PETG"),
            _yes("16d 15:02"),
            _start("15d 10:00", "Sam"),
            _done("15d 10:50", "Ana"),
            Step("14d 16:10", "pick_up", "Ana", {"amount": "3.00", "method": "cash"}),
        ),
    ),
    Story(
        student="Emma Larsson", email="emma.larsson@example.edu", color="True White",
        discipline="Art", class_number="SCULPT 210", model="lattice", file="lattice_cube.stl",
        when="13d 10:15",
        steps=(
            _quoted("13d 11:30", "Ana", "13.2", "2h 20m", "PLA"),
            _yes("12d 09:40"),
            _start("12d 10:00", "Priya"),
            Step("12d 11:10", "fail", "Priya", {"reason": "Struts broke off at layer 40."}),
            _start("11d 09:30", "Priya"),
            _done("11d 12:00", "Priya"),
            Step("10d 15:20", "pick_up", "Ana", {"waive": "Two weak struts; our printer's fault."}),
        ),
    ),
    Story(
        student="Sofia Rossi", email="sofia.rossi@example.edu", color="True Black",
        discipline="Engineering", class_number="ME 4410", model="clip", file="cable clip.stl",
        when="6d 09:30", quantity=5,
        steps=(
            _quoted("6d 10:15", "Sam", "35.5", "3h 45m", "PLA"),
            _yes("6d 12:20"),
            _start("5d 09:00", "Priya", copies="3"),
            Step("5d 11:20", "copies_done", "Priya"),
            Step("4d 14:05", "hand_out", "Ana", {"copies": "2"}),
            _start("0.7h", "Sam", copies="2"),
        ),
    ),
    Story(
        student="Liam O'Brien", email="liam.obrien@example.edu", color="Copper",
        discipline="Interior Design", class_number="ID 330", model="vase", file="Twisted Vase.stl",
        when="12d 16:00",
        steps=(_quoted("11d 09:50", "Sam", "84", "7.75", "PLA"),),
    ),
    Story(
        student="Ben Carter", email="ben.carter@example.edu", color="Gray",
        discipline="Architecture", class_number="ARCH 1010", model="terrain",
        file="massing model.stl", when="9d 13:30",
        steps=(
            Step(
                "9d 15:45", "reject", "Ana",
                {
                    "reasons": ("thin-walls",),
                    "text": "The walls of the two small houses are 0.3 mm; make them 1.2 mm.",
                },
            ),
        ),
    ),
    Story(
        student="Chloé Dubois", email="chloe.dubois@example.edu", color="Bronze",
        discipline="Art", class_number="ART 115", model="torus_knot", file="nœud.obj",
        printer="Prusa XL", when="8d 09:10",
        steps=(
            _quoted("8d 11:00", "Sam", "52.7", "6h 15m", "PLA"),
            Step("7d 12:45", "by_link", said={"decline": "I will make it smaller first."}),
        ),
    ),
    Story(
        student="Nguyễn Thị Minh Khai", email="minhkhai.nguyen@example.edu", color="True Silver",
        discipline="Engineering", class_number="ME 2110", model="hex_nut", file="M12_nut.stl",
        when="6d 10:30",
        steps=(
            _quoted("6d 13:15", "Ana", "2.8", "20m", "PLA"),
            _yes("6d 13:40"),
            _start("5d 09:05", "Sam"),
            _done("5d 09:35", "Sam", shelf="B3"),
        ),
    ),
    Story(
        student="Olúwaṣeun Adébáyọ̀", email="seun.adebayo@example.edu", color="True Yellow",
        discipline="Hobby/Personal", class_number="N/A", model="name_plate", file="3D LAB sign.3mf",
        when="5d 14:10",
        steps=(
            _quoted("5d 15:30", "Priya", "18.3", "1h 50m", "PLA",
                    note="We print it face up, so the letters come out crisp."),
            Step("4d 10:20", "confirm", "Ana", _PHONE),
            _start("4d 11:00", "Priya"),
            _done("4d 13:10", "Priya", cost="3.00", shelf="Window 2"),
            Step("4d 13:15", "note", "Priya",
                 {"text": "It came out lighter than quoted, so it costs less.",
                  "for_student": True}),
        ),
    ),
    Story(
        student="Mia Schröder", email="mia.schroeder@example.edu", method="Resin", color="White",
        printer="Formlabs Form 3", discipline="Art", class_number="GAME 240", model="pawn",
        file="Bauer.stl", when="4d 09:45",
        steps=(
            _quoted("4d 12:00", "Sam", "11.4", "3h 10m", "Standard Resin"),
            _yes("3d 08:55"),
            _start("1d 09:20", "Sam"),
            _done("1d 10:05", "Ana"),
            Step("1d 10:12", "override", "Sam",
                 {"to": "PRINTING", "reason": "Completed by mistake: wrong row."}),
        ),
    ),
    Story(
        student="José Ángel Ruiz", email="jose.ruiz@example.edu", color="Forest Green",
        printer="Raise3D Pro 2 Plus", discipline="Landscape Architecture",
        class_number="LARC 4400", model="terrain", file="watershed terrain.stl", when="3d 11:20",
        steps=(
            Step("3d 14:00", "note", "Ana",
                 {"text": "Asked whether the valley may be printed at half height."}),
        ),
    ),
    Story(
        student="Γιώργος Παπαδόπουλος", email="g.papadopoulos@example.edu", color="True Blue",
        discipline="Engineering", class_number="ME 4510", model="gear", file="γρανάζι 24.stl",
        when="3d 15:30",
        steps=(
            Step("2d 09:30", "slice", said={"tag": "0.2mm_PETG_MK4S_3h12m"}),
            _quoted("2d 09:40", "Sam", "31.5", "3h 12m", "PETG"),
            Step("2d 13:00", "requote", "Ana",
                 {"weight": "36.8", "hours": "3h 50m", "material": "PETG",
                  "note": "More infill, as you asked: it is a load-bearing part."}),
        ),
    ),
    Story(
        student="Tomás Núñez", email="tomas.nunez@example.edu", color="True Orange",
        discipline="Hobby/Personal", class_number="N/A", model="phone_stand",
        file="phone stand.stl", when="3d 16:05",
        steps=(
            _quoted("2d 10:30", "Ana", "61.9", "5.5", "PLA"),
            _yes("2d 11:10"),
            _start("1d 09:00", "Sam"),
            Step("1d 11:40", "fail", "Sam", {"reason": "Came off the bed after two hours."}),
        ),
    ),
    Story(
        student="Noor Haddad", email="noor.haddad@example.edu", color="Glow-in-the-dark",
        printer="Prusa XL", discipline="Art", class_number="ART 301", model="torus_knot",
        file="trefoil knot.stl", when="2d 12:20",
        steps=(
            Step("2d 14:30", "slice", said={"tag": "PLA_XL_6h05m"}),
            _quoted("2d 14:40", "Priya", "50.2", "6h 5m", "PLA"),
            _yes("1d 09:15"),
            _start("3h", "Priya"),
        ),
    ),
    Story(
        student="Priya Raman", email="priya.raman@example.edu", color="True Red",
        discipline="Interior Design", class_number="ID 201", model="bracket",
        file="Shelf bracket.obj", when="2d 15:00",
        steps=(_quoted("1d 11:00", "Ana", "41.6", "4h 5m", "PETG"), _yes("1d 12:20")),
    ),
    Story(
        student="Анна Каренина", email="anna.karenina@example.edu", color="Midnight Purple",
        discipline="Art", class_number="CER 220", model="vase", file="ваза.stl",
        when="1d 10:40", steps=(_quoted("1d 14:00", "Sam", "83.5", "7h 40m", "PLA"),),
    ),
    Story(
        student="Jane Whitfield", email="jane.whitfield@example.edu", color="Electric Blue",
        discipline="Engineering", class_number="ME 1770", model="gear", file="gear_24T.stl",
        when="1d 15:10",
    ),
    Story(
        student="محمد علي", email="mohamed.ali@example.edu", color="Lime Green",
        discipline="Other", class_number="N/A", model="coaster", file="honeycomb.obj", when="5h",
    ),
    Story(
        student="王小明", email="xiaoming.wang@example.edu", method="Resin", color="Clear",
        printer="Formlabs Form 3", discipline="Engineering", class_number="CHEM 3500",
        model="lattice", file="晶格.3mf", when="1.5h",
    ),
)  # fmt: skip
"""The jobs, in the order in which they came in."""
