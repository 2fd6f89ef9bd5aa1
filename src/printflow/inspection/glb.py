"""What a GLB says of itself: whether its triangles are there in the open, or compressed, and which color
its materials have. Textures are not shown.

Source: glTF 2.0, 4.4 (GLB), KHR_draco_mesh_compression, EXT_meshopt_compression.
"""

from __future__ import annotations

import json
import struct
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ..said import say
from .problems import Unreadable

_COMPRESSED: Final = {
    "KHR_draco_mesh_compression": "Draco",
    "EXT_meshopt_compression": "meshopt",
    "KHR_meshopt_compression": "meshopt",
}
COLOR: Final = "PRINTFLOW_color"
"""The extension by which a piece of a mesh keeps its color on the way through trimesh."""
_JSON: Final = 0x4E4F534A


def refuse_compressed(data: bytes) -> None:
    """Raises Unreadable, with what to do, where the triangles of a GLB are compressed."""
    length, kind = struct.unpack_from("<II", data, 12)
    if kind != _JSON:
        raise ValueError("the first part is not JSON")
    said: Any = json.loads(data[20 : 20 + length])
    required = set(said.get("extensionsRequired", ()))
    used = required | {name for one in _holders(said) for name in one.get("extensions", {})}
    for name, words in _COMPRESSED.items():
        if name in required or (name in used and not _has_another(said, name)):
            raise Unreadable(
                say(
                    "The GLB file is compressed with {method}, which we can't read. Export it without "
                    "compression.",
                    method=words,
                ),
                code="compressed",
            )


def _holders(said: Any) -> list[Any]:
    """What may be compressed: views of buffers, and the pieces of meshes."""
    pieces = [piece for mesh in said.get("meshes", ()) for piece in mesh.get("primitives", ())]
    return [*said.get("bufferViews", ()), *pieces]


def _has_another(said: Any, name: str) -> bool:
    """Whether each compressed piece is there a second time, uncompressed."""
    accessors = said.get("accessors", ())
    for piece in _holders(said):
        if name not in piece.get("extensions", {}):
            continue
        place = piece.get("attributes", {}).get("POSITION")
        if place is None or "bufferView" not in accessors[place]:
            return False
    return True


def screen_level(light: Any) -> NDArray[np.float32]:
    """Light from 0 to 1, as glTF counts colors, as screens show it: from 0 to 255."""
    linear = np.clip(np.asarray(light, np.float64), 0, 1)
    curve = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.asarray(np.rint(curve * 255), np.float32)


def named_by_color(data: bytes) -> bytes:
    """The same GLB, whose pieces of meshes say in an extension COLOR which light (red, green, blue) their
    material has. Of materials with a picture nothing is said."""
    length, _ = struct.unpack_from("<II", data, 12)
    said: Any = json.loads(data[20 : 20 + length])
    lights = [_light(material) for material in said.get("materials", ())]
    for mesh in said.get("meshes", ()):
        for piece in mesh.get("primitives", ()):
            number = piece.get("material", -1)
            light = lights[number] if 0 <= number < len(lights) else None
            if light is not None:
                piece.setdefault("extensions", {})[COLOR] = light
    head = json.dumps(said).encode()
    head += b" " * (-len(head) % 4)
    rest = data[20 + length :]
    start = struct.pack("<4sIIII", b"glTF", 2, 20 + len(head) + len(rest), len(head), _JSON)
    return start + head + rest


def _light(material: Any) -> list[float] | None:
    """The light of a material that states one; what it states wrongly is none."""
    try:
        look = material["pbrMetallicRoughness"]
        red, green, blue = (float(share) for share in look["baseColorFactor"][:3])
    except (KeyError, TypeError, ValueError):
        return None
    return None if "baseColorTexture" in look else [red, green, blue]
