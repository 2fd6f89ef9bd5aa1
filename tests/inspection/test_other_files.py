"""A model is one file: what it names beside itself is neither opened nor sent on, whatever reads it."""

from __future__ import annotations

import base64
import json
import logging
import struct
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import trimesh

from printflow import FileUnusable, Printflow
from printflow.domain.model_facts import Looked
from printflow.inspection import child
from printflow.inspection.inspector import Inspector
from printflow.inspection.problems import Unreadable
from tests import sample_models
from tests.crash.scenario import FORM
from tests.inspection.hostile import document, package

opened: list[str] = []
listening = False


def _listen(event: str, arguments: tuple[Any, ...]) -> None:
    if listening and event == "open":
        opened.append(str(arguments[0]))


sys.addaudithook(_listen)  # for good: there is no taking it away


@pytest.fixture
def files_opened() -> Iterator[list[str]]:
    """What this process opens during the test."""
    global listening
    opened.clear()
    listening = True
    yield opened
    listening = False


CORNERS = struct.pack("<9f", 0, 0, 0, 0.04, 0, 0, 0, 0.03, 0)
"""A triangle of 40 × 30 mm: the neighbor's secret, in meters."""


def glb(uri: str | None, *, image: str = "", instead: tuple[str, str] = ("", "")) -> bytes:
    """A GLB whose corners are in another file, or in its own second chunk (None)."""
    buffer: dict[str, Any] = {"byteLength": len(CORNERS)}
    if uri is not None:
        buffer["uri"] = uri
    said: dict[str, Any] = {
        "asset": {"version": "2.0"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}, "mode": 4}]}],
        "accessors": [
            {
                "bufferView": 0, "componentType": 5126, "count": 3, "type": "VEC3",
                "min": [0, 0, 0], "max": [0.04, 0.03, 0],
            }
        ],
        "bufferViews": [{"buffer": 0, "byteLength": len(CORNERS)}],
        "buffers": [buffer],
    }  # fmt: skip
    if image:
        said |= {"images": [{"uri": image}], "textures": [{"source": 0}]}
        said["materials"] = [{"pbrMetallicRoughness": {"baseColorTexture": {"index": 0}}}]
        said["meshes"][0]["primitives"][0]["material"] = 0
    text = json.dumps(said).replace(*instead).encode() if instead[0] else json.dumps(said).encode()
    text += b" " * (-len(text) % 4)
    chunks = struct.pack("<II", len(text), 0x4E4F534A) + text
    if uri is None:
        chunks += struct.pack("<II", len(CORNERS), 0x004E4942) + CORNERS
    return b"glTF" + struct.pack("<II", 2, 12 + len(chunks)) + chunks


def ply(comment: str) -> bytes:
    """A triangle with a picture on it."""
    return (
        f"ply\nformat ascii 1.0\ncomment {comment}\nelement vertex 3\nproperty float x\n"
        "property float y\nproperty float z\nelement face 1\n"
        "property list uchar int vertex_indices\nend_header\n"
        "0 0 0\n40 0 0\n0 30 0\n3 0 1 2\n"
    ).encode()


def three_mf_of(path: str) -> bytes:
    """A 3MF that is built of an object in another part."""
    production = "http://schemas.microsoft.com/3dmanufacturing/production/2015/06"
    item = f'<item objectid="1" p:path="{path}" xmlns:p="{production}"/>'
    return package(document("", item))


Name = Callable[[Path], str]
NEIGHBOR: dict[str, Name] = {
    "beside it": lambda secret: secret.name,
    "by its path": str,
    "by its address": lambda secret: secret.as_uri(),
    "upwards": lambda secret: f"../{secret.parent.name}/{secret.name}",
}


def read(path: Path, ending: str) -> Any:
    """As the guarded process reads it, but in this one, where nothing but our code stands guard."""
    with path.open("rb") as file:
        return child.inspect(file, ending)[0]


@pytest.mark.parametrize("name", NEIGHBOR)
def test_a_glb_is_never_completed_from_another_file(
    name: str, tmp_path: Path, files_opened: list[str]
) -> None:
    secret, path = tmp_path / "secret.bin", tmp_path / "model.glb"
    secret.write_bytes(CORNERS)
    path.write_bytes(glb(NEIGHBOR[name](secret)))
    if name == "beside it":
        read_by_trimesh: Any = trimesh.load_scene(path).to_geometry()
        assert len(read_by_trimesh.faces) == 1, "else the test shows nothing"
        assert str(secret) in files_opened
    files_opened.clear()
    with pytest.raises(Unreadable, match="needs other files") as refused:
        read(path, ".glb")
    assert refused.value.code == "other_files"
    assert "secret" not in str(refused.value)
    assert not [one for one in files_opened if "secret" in one]


def test_a_glb_that_holds_all_of_itself_is_read(tmp_path: Path, files_opened: list[str]) -> None:
    path = tmp_path / "model.glb"
    inline = "data:application/octet-stream;base64," + base64.b64encode(CORNERS).decode()
    for data in (glb(None), glb(inline), glb(None, image="secret.png")):
        path.write_bytes(data)
        assert sorted(read(path, ".glb").dimensions_mm) == pytest.approx([0, 30, 40])
    assert not [one for one in files_opened if "secret" in one]


PICTURES: dict[str, tuple[str, Callable[[str], bytes]]] = {
    "PLY": (".ply", lambda name: ply(f"TextureFile {name}")),
    "OBJ": (".obj", lambda name: f"mtllib {name}\nusemtl a\n".encode() + sample_models.obj()),
    "GLB": (".glb", lambda name: glb(None, image=name)),
}


@pytest.mark.parametrize("kind", PICTURES)
@pytest.mark.parametrize("name", NEIGHBOR)
def test_what_only_colors_a_model_is_not_opened(
    kind: str, name: str, tmp_path: Path, files_opened: list[str]
) -> None:
    ending, make = PICTURES[kind]
    secret, path = tmp_path / "secret.png", tmp_path / f"model{ending}"
    secret.write_bytes(b"\x89PNG")
    path.write_bytes(make(NEIGHBOR[name](secret)))
    if name == "beside it":
        files_opened.clear()
        trimesh.load_scene(path)
        assert str(secret) in files_opened, "else the test shows nothing"
    files_opened.clear()
    assert read(path, ending).triangles
    assert not [one for one in files_opened if "secret" in one]


@pytest.mark.parametrize("name", NEIGHBOR)
def test_a_part_of_a_3mf_is_looked_for_in_it_alone(
    name: str, tmp_path: Path, files_opened: list[str]
) -> None:
    secret, path = tmp_path / "secret.model", tmp_path / "model.3mf"
    secret.write_text("<model/>", "utf-8")
    path.write_bytes(three_mf_of(NEIGHBOR[name](secret)))
    files_opened.clear()
    with pytest.raises(Unreadable, match="missing its part"):
        read(path, ".3mf")
    assert not [one for one in files_opened if "secret" in one]


WORDS = "evil_words_of_the_file"
QUOTED: dict[str, tuple[str, Callable[[], bytes]]] = {
    "a word for a number": (".glb", lambda: glb(None, instead=('"bufferView": 0', f'"bufferView": "{WORDS}"'))),
    "a wrong kind": (".glb", lambda: glb(None, instead=("VEC3", WORDS))),
    "another file": (".glb", lambda: glb(WORDS)),
    "a wrong property": (".ply", lambda: ply("x").replace(b"property float x", b"property %b x" % WORDS.encode())),
    "a wrong number": (".3mf", lambda: three_mf_with(f'x="{WORDS}"')),
    "a wrong unit": (".3mf", lambda: package(document("", "").replace("millimeter", WORDS))),
    "no number in a corner": (".obj", lambda: sample_models.obj() + f"v {WORDS} 0 0\n".encode()),
    "no number in a face": (".obj", lambda: sample_models.obj() + f"f {WORDS} 1 2\n".encode()),
    "no number in a line": (".stl", lambda: sample_models.ascii_stl().replace(b"vertex 20.0", b"vertex " + WORDS.encode())),
}  # fmt: skip
_QUOTES_IT = ("a wrong kind", "another file", "a wrong property", "a wrong number")


def three_mf_with(attribute: str) -> bytes:
    """A 3MF with a corner of wrong attributes."""
    vertex = f'<vertex {attribute} y="0" z="0"/>'
    mesh = f"<mesh><vertices>{vertex}</vertices><triangles/></mesh>"
    return package(document(f'<object id="1">{mesh}</object>', '<item objectid="1"/>'))


@pytest.fixture(scope="module")
def inspector() -> Iterator[Inspector]:
    made = Inspector(once=())
    yield made
    made.close()


@pytest.mark.parametrize("name", QUOTED)
def test_no_words_of_a_loader_or_file_reach_people(
    name: str, inspector: Inspector, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    ending, make = QUOTED[name]
    path = tmp_path / f"model{ending}"
    path.write_bytes(make())
    with caplog.at_level(logging.INFO, "printflow.inspection"):
        looked: Looked = inspector.look(path, ending)
    assert looked.facts is None
    assert looked.error.endswith(".")
    assert WORDS not in looked.error
    if name in _QUOTES_IT:
        assert WORDS in caplog.text, "the log has them, or the test shows nothing"


def test_nor_at_the_door(lab: Printflow, tmp_path: Path) -> None:
    path = tmp_path / "model.3mf"
    relations = {"_rels/.rels": f"<Relationships><{WORDS}".encode()}
    path.write_bytes(package(extra=relations))
    with pytest.raises(FileUnusable, match="XML is broken in line 1") as refused:
        lab.intake.submit(path, **FORM)
    assert "token" not in str(refused.value), "expat's own word"
