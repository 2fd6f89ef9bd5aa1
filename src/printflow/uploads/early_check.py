"""What a browser needs to refuse a file before it is sent, by the door's own rules and in its words.

Its check (``frontend/components/file_type.js`` of the web pages) holds no sentence and no figure of its
own: the first bytes that tell a kind of file, the limits of archives, and the refusals come from here. A
test holds both together over sample files.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..archives import stl, zip_limits
from ..archives.three_mf import THREE_MF
from ..archives.zip_limits import ArchiveWords
from ..domain.naming import endings_text
from ..said import Said, sentences
from . import completeness, file_type
from .models_zip import DAMAGED, MODELS_ZIP, NO_MODEL, NO_MODEL_NEXT


def early_check(endings: Sequence[str]) -> Mapping[str, Any]:
    """As JSON holds it, with texts to be said; parameters in them are left open, as {found}.

    ``endings`` are those of the models that the lab takes.
    """
    own = {ending: kind for ending, kind in file_type.OWN_KIND.items() if ending in endings}
    return {
        "head_bytes": file_type.HEAD_BYTES,
        "tail_bytes": completeness.TAIL,
        "stl": {
            "header": stl.HEADER,
            "record": stl.RECORD,
            "head_bytes": stl.HEAD_BYTES,
            "uncounted": list(stl.UNCOUNTED),
        },
        "magic": [[magic.hex(), kind] for magic, kind in file_type.MAGIC],
        "html": [_text(one) for one in file_type.HTML],
        "xml": [_text(one) for one in file_type.XML],
        "gcode": [_text(one) for one in file_type.GCODE],
        "step_end": _text(completeness.STEP_END),
        "kinds": {
            "html": file_type.A_PAGE,
            "xml": file_type.A_DOCUMENT,
            "gcode": file_type.A_GCODE,
            "text": file_type.A_TEXT,
        },
        "own": own,
        "not_the_model": {ending: _other(ending, endings) for ending in endings},
        "is_none": {
            ending: sentences((file_type.IS_NONE[ending], file_type.AGAIN)) for ending in own
        },
        "no_triangles": sentences((file_type.NO_TRIANGLES, file_type.WITH_GEOMETRY)),
        "no_obj": sentences((file_type.NO_OBJ, file_type.WITH_GEOMETRY)),
        "no_step_end": sentences((completeness.NO_STEP_END, file_type.WHOLE)),
        "stops": sentences((_open(completeness.STOPS, "line"), file_type.WHOLE)),
        "cut_short": {
            ".stl": _cut_short("STL"),
            ".glb": _cut_short("GLB"),
        },
        "other_glb": sentences((_open(file_type.OTHER_GLB, "version"), file_type.AS_GLTF)),
        "archives": {
            "most_members": zip_limits.MAX_MEMBERS,
            "most_bytes": zip_limits.MAX_TOTAL,
            "most_ratio": zip_limits.MAX_RATIO,
            "ratio_from": zip_limits.RATIO_FROM,
            ".3mf": _archive(THREE_MF),
            ".zip": _archive(MODELS_ZIP),
            "damaged": sentences((_open(DAMAGED, "name"), MODELS_ZIP.again)),
            "no_model": sentences((NO_MODEL, NO_MODEL_NEXT.having(endings=", ".join(endings)))),
        },
    }


def _text(raw: bytes) -> str:
    return raw.decode("ascii")


def _open(text: Said, *names: str, **params: object) -> Said:
    return text.having(**params, **{name: f"{{{name}}}" for name in names})


def _other(ending: str, endings: Sequence[str]) -> Said:
    wanted = file_type.MODELS[ending]
    return sentences(
        (
            _open(file_type.NOT_THE_MODEL, "found", wanted=wanted),
            file_type.THE_MODEL_ITSELF.having(endings=endings_text(endings)),
        )
    )


def _cut_short(what: str) -> Said:
    said = _open(file_type.CUT_SHORT, "expected", "received", format=what)
    return sentences((said, file_type.WHOLE))


def _archive(words: ArchiveWords) -> Mapping[str, Said]:
    def over(why: Said, *names: str, **params: object) -> Said:
        return sentences((words.over.having(why=_open(why, *names, **params)), words.again))

    return {
        "too_many": over(zip_limits.TOO_MANY, most=zip_limits.MAX_MEMBERS),
        "too_large": over(zip_limits.TOO_LARGE, "size", most=zip_limits.MAX_TOTAL >> 20),
        "leads_out": over(zip_limits.LEADS_OUT, "name"),
        "is_link": over(zip_limits.IS_LINK, "name"),
        "too_dense": over(zip_limits.TOO_DENSE, "ratio", most=zip_limits.MAX_RATIO),
        "unreadable": sentences((words.unreadable, words.again)),
        "password": sentences((words.password, words.password_next)),
        "lacks": sentences((_open(words.lacks, "part"), words.again)),
    }
