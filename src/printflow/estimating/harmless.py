"""The copy of a profile that the slicer loads: only what decides grams and hours, nothing that acts.

A slicer's settings can run programs (``post_process``), name files and hosts, and hold small programs
of their own (macros in G-code). None of that changes what a print takes, so none of it is passed on:

* settings that act, name or read something are always written, and always empty;
* numbers, and the words of lists to choose from, are kept;
* of G-code only plain moves are kept, without macros: the line that a printer draws first counts;
* every other text is left out, and the slicer's own default holds.

What a setting may be is decided by what it holds as well as by its name: a setting that a later slicer
adds is kept as long as it is a number.
"""

import re
from collections.abc import Mapping
from typing import Final

from printflow.errors import PrintflowError

from ..said import say

SILENCED: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        (
            "post_process",
            "gcode_substitutions",
            "notes",
            "filament_notes",
            "printer_notes",
            "thumbnails",
            "bed_custom_model",
            "bed_custom_texture",
            "template_custom_gcode",
            "color_change_gcode",
            "pause_print_gcode",
            "between_objects_gcode",
            "toolchange_gcode",
            "print_host",
            "printhost_apikey",
            "printhost_cafile",
            "printhost_user",
            "printhost_password",
            "printhost_port",
        ),
        "",
    ),
    "output_filename_format": "[input_filename_base].gcode",
    "gcode_label_objects": "0",
}
"""Always written like this, whatever the profile says or does not say."""

_ACTS = re.compile(
    r"process|script|command|execut|program|plugin|host|url|path|file|folder|director|password|"
    r"apikey|user|token|custom|template|substitution|notes|thumbnail|inherits|compatible|preset|"
    r"vendor|settings_id|name|alias|label"
)
"""Parts of names of settings that run, read, write or name something: never passed on."""

_NUMBERS = re.compile(r'(?:nil|[-+\d.,;:%x|e \t"]){0,4000}')
_WORDS = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,40}")
_HOLDS_A_WORD = re.compile(
    r"\w+_(?:pattern|style|type|types|mode|position|usage|generator|flavor|technology|axis|fitting)"
    r"|fuzzy_skin|draft_shield|ironing_type|arc_fitting"
)
_NAME = re.compile(r"[a-z][a-z0-9_]{1,80}")

_GCODE = re.compile(r"\w+_gcode")
_MOVES: Final = frozenset(
    [
        "G0",
        "G1",
        "G2",
        "G3",
        "G4",
        "G28",
        "G90",
        "G91",
        "G92",
        "M82",
        "M83",
        "M201",
        "M203",
        "M204",
        "M205",
        "M220",
        "M221",
    ]
)
_PLAIN = re.compile(r"([GM]\d{1,3})((?:[ \t]+[A-Z][-+]?\d{0,8}(?:\.\d{0,8})?){0,12})")
_CONDITION = re.compile(r"\{if\b[^{}]*\}((?:(?!\{if\b|\{endif\}).)*)\{endif\}", re.DOTALL)
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_LONGEST_GCODE = 20_000
_DEEPEST = 10


class ProfileUnusable(PrintflowError):
    """A profile has no settings; the message says what to do."""

    code = "profile_unusable"


def harmless(profile: str) -> str:
    """The text of the profile that the slicer may load, made of the flat one in ``profile``.

    Raises ProfileUnusable when no line of it is a setting.
    """
    kept: dict[str, str] = {}
    for line in profile.splitlines():
        name, sign, value = line.partition("=")
        name = name.strip()
        if sign and _NAME.fullmatch(name):
            value = _kept(name, value.strip())
            if value:
                kept[name] = value
            else:
                kept.pop(name, None)
    if not kept:
        raise ProfileUnusable(
            say("The profile has no settings."),
            next_step=say("Create it with printflow slicer flatten."),
        )
    kept.update(SILENCED)
    return "".join(f"{name} = {kept[name]}\n" for name in sorted(kept))


def _kept(name: str, value: str) -> str:
    """What remains of a setting's value; "" for nothing."""
    if name in SILENCED or _ACTS.search(name):
        return ""
    if _GCODE.fullmatch(name):
        return _moves(value)
    if _NUMBERS.fullmatch(number := value.partition(" #")[0]):  # vendors write remarks there
        return number
    return value if _HOLDS_A_WORD.fullmatch(name) and _WORDS.fullmatch(value) else ""


def _moves(value: str) -> str:
    """The plain moves in G-code as a profile writes it: lines parted by a written ``\\n``, and for
    filaments one quoted text for each."""
    texts = _QUOTED.findall(value) if value.startswith('"') else None
    if texts is None:
        return _plain(value)
    return ";".join(f'"{_plain(text)}"' for text in texts)


def _plain(text: str) -> str:
    text = text[:_LONGEST_GCODE].replace("\\r", "")
    for _ in range(_DEEPEST):
        text, changed = _CONDITION.subn(_otherwise, text)
        if not changed:
            break
    kept = []
    for line in text.split("\\n"):
        found = _PLAIN.fullmatch(line.partition(";")[0].strip())
        if found and found[1] in _MOVES:
            kept.append(found[0])
    return "\\n".join(kept)


def _otherwise(condition: re.Match[str]) -> str:
    """What a condition comes to for the usual print: its last alternative, or nothing."""
    _, otherwise, text = condition[1].rpartition("{else}")
    return text if otherwise else ""
