"""What a GLB says of itself: whether its triangles are there in the open, or compressed.

Source: glTF 2.0, 4.4 (GLB), KHR_draco_mesh_compression, EXT_meshopt_compression.
"""

from __future__ import annotations

import json
import struct
from typing import Any, Final

from ..said import say
from .problems import Unreadable

_COMPRESSED: Final = {
    "KHR_draco_mesh_compression": "Draco",
    "EXT_meshopt_compression": "meshopt",
    "KHR_meshopt_compression": "meshopt",
}
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
