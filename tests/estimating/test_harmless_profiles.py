"""The profile that the slicer loads decides grams and hours, and does nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from printflow.estimating.flatten import flatten, names, sections_of
from printflow.estimating.harmless import SILENCED, ProfileUnusable, harmless

ACTING = """\
layer_height = 0.2
post_process = /usr/bin/touch /tmp/owned
post_process_other = reboot
gcode_substitutions = "a";"b";"";""
output_filename_format = ../../{input_filename_base}.gcode
notes = a
filament_notes = "b"
printer_notes = c
thumbnails = 16x16
thumbnails_format = PNG
bed_custom_model = /etc/passwd
bed_custom_texture = /etc/passwd
print_host = http://evil.example
printhost_apikey = k
host_type = octoprint
inherits = x
compatible_printers_condition = printer_notes=~/(a+)+$/
template_custom_gcode = {local x = 1}
toolchange_gcode = T[next_extruder]
printer_settings_id = ../../x
some_later_path = /etc/passwd
some_later_word = reboot
"""


def settings(text: str) -> dict[str, str]:
    pairs = [line.split(" = ", 1) for line in text.splitlines()]
    assert len(pairs) == len({name for name, _ in pairs}), "a setting given twice stops the slicer"
    return {pair[0]: pair[1] for pair in pairs}


def test_what_acts_is_always_written_and_always_empty() -> None:
    for text in (ACTING, "layer_height = 0.2\n"):
        made = settings(harmless(text))
        assert made.pop("layer_height") == "0.2"
        assert made == dict(SILENCED)
    assert SILENCED["post_process"] == SILENCED["gcode_substitutions"] == ""
    assert SILENCED["output_filename_format"] == "[input_filename_base].gcode"


@pytest.mark.parametrize(
    "line",
    [
        "fill_density = 15%",
        "bed_shape = 0x0,250x0,250x210,0x210",
        "fill_pattern = 3dhoneycomb",
        "perimeter_generator = arachne",
        "support_material_style = snug",
        "filament_retract_length = nil,0.8",
        'filament_ramming_parameters = "120 100 6.6| 0.05 6.6"',
        "gcode_flavor = marlin2",
        "a_number_of_a_later_slicer = -1.5e-05",
    ],
)
def test_what_decides_grams_and_hours_is_kept(line: str) -> None:
    assert line in harmless(f"perimeters = 2\n{line}\n").splitlines()


def test_a_remark_behind_a_number_is_left_out() -> None:
    made = settings(harmless("deretract_speed = 0 # the same as retract_speed\n"))
    assert made["deretract_speed"] == "0"


def test_of_gcode_only_plain_moves_are_kept() -> None:
    made = settings(
        harmless(
            r"start_gcode = M862.3 P \"[printer_model]\"\nM83 ; relative\n"
            r"{if layer_height>0.1}\nG1 X9 E1\n{else}\nG1 X100 E12.5 F1000 ; line\n{endif}\n"
            r"M221 S{if layer_height<0.075}100{else}95{endif}\nG1 X{bed[0]}\n"
            r"{if a}{if b}G1 X1{endif}{endif}\nM118 ; filament used [g] = 0\n@run\nPRINT_START"
            "\n"
            r'start_filament_gcode = "M900 K30\nG1 E2";"; filament used [g] = 1\nG92 E0"'
            "\n"
            r"before_layer_gcode = ;BEFORE\nG92 E0.0\n;[layer_z]"
            "\n"
        )
    )
    assert made["start_gcode"] == r"M83\nG1 X100 E12.5 F1000\nM221 S95"
    assert made["start_filament_gcode"] == '"G1 E2";"G92 E0"'
    assert made["before_layer_gcode"] == "G92 E0.0"


def test_a_file_without_settings_is_no_profile() -> None:
    for text in ("", "PK\x03\x04", "[print:a]\n", "post_process = x\n"):
        with pytest.raises(ProfileUnusable, match="no settings"):
            harmless(text)


@given(st.text(max_size=300), st.text(max_size=300))
def test_no_text_gets_through(name: str, value: str) -> None:
    made = settings(harmless(f"layer_height = 0.2\n{name} = {value}\npost_process = {value}\n"))
    assert {key: made[key] for key in SILENCED} == dict(SILENCED)
    for key, kept in made.items():
        if key not in SILENCED:
            assert not set(kept) & set("{}[]/~$`&<>'*!?@#()=")


@pytest.mark.slicer
def test_shipped_profiles_keep_what_is_no_text() -> None:
    bundles = sorted(Path("/usr/share/PrusaSlicer/profiles").glob("*.ini"))
    read = 0
    for bundle in bundles:
        text = bundle.read_text("utf-8", "replace")
        sections = sections_of(text)
        chosen = [
            next(iter(names(sections, kind)), "") for kind in ("printer", "filament", "print")
        ]
        if all(chosen):
            flat = flatten(text, printer=chosen[0], filament=chosen[1], print_=chosen[2])
            made = settings(harmless(flat))
            for name in ("layer_height", "nozzle_diameter", "perimeters", "bed_shape"):
                assert f"{name} = {made[name]}" in flat.splitlines(), bundle
            read += 1
    assert read > 10
