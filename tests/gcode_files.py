"""G-code as slicers and machines know it, and binary G-code as libbgcode packs it."""

from __future__ import annotations

import struct
import zlib

DIALECTS = {
    "prusa": (";LAYER_CHANGE\n;Z:{z}\n;HEIGHT:0.2", ";TYPE:{name}", "External perimeter",
              "Internal infill", "Skirt/Brim"),
    "orca": (";LAYER_CHANGE\n;Z:{z}\n;HEIGHT:0.2", ";TYPE:{name}", "Outer wall",
             "Sparse infill", "Brim"),
    "bambu": ("; CHANGE_LAYER\n; Z_HEIGHT: {z}\n; LAYER_HEIGHT: 0.2", "; FEATURE: {name}",
              "Outer wall", "Sparse infill", "Skirt"),
    "cura": (";LAYER:{at}", ";TYPE:{name}", "WALL-OUTER", "FILL", "SKIRT"),
    "ideamaker": (";LAYER:{at}\n;Z:{z}\n;HEIGHT:0.200", ";TYPE:{name}", "WALL-OUTER", "FILL", "SKIRT"),
    "simplify": ("; layer {number}, Z = {z}", "; feature {name}", "outer perimeter", "infill",
                 "skirt"),
}  # fmt: skip
"""Of each slicer: a layer's begin, a type's line, and what it calls walls, infill and a skirt."""


def square(low: float, high: float, *, e: float = 1) -> str:
    """Once around a square, relative in E."""
    return (
        f"G0 X{low} Y{low}\nG1 X{high} Y{low} E{e}\nG1 X{high} Y{high} E{e}\n"
        f"G1 X{low} Y{high} E{e}\nG1 X{low} Y{low} E{e}\n"
    )


def sliced(dialect: str, *, layers: int = 50, ending: str = "", places: int = 1) -> str:
    """A box of 20 x 20 mm (walls of 0.45 mm around lines), 0.2 mm a layer, with a skirt of 40 mm and
    a line that primes the nozzle at the edge of the bed; so many of them side by side."""
    begins, type_, wall, infill, skirt = DIALECTS[dialect]
    text = "G28\nG21\nG90\nM83\nG1 Z0.3 F1200\nG0 X-50 Y0\nG1 X150 Y0 E9 F1500\n"
    for at in range(layers):
        z = round(0.2 * (at + 1), 2)
        text += begins.format(z=z, at=at, number=at + 1) + f"\nG1 Z{z} F9000\n"
        if at == 0:
            text += type_.format(name=skirt) + "\n" + square(30, 70)
        for place in range(places):
            low = 40.225 + 30 * place
            text += type_.format(name=wall) + "\n" + square(low, low + 19.55)
            text += type_.format(name=infill) + "\n"
            text += f"G0 X{low + 1} Y{low + 1}\nG1 X{low + 18} Y{low + 18} E2\n"
        text += f"G1 X0 Y200 F6000\n;TIME_ELAPSED:{60 * (at + 1)}\n" if dialect == "cura" else ""
    return text + ending


# -- binary ----------------------------------------------------------------------------------------

_NIBBLES = {letter: code for code, letter in enumerate(b"0123456789.E\nGX")}


def meatpacked(text: str) -> bytes:
    """MeatPack without spaces, with comments as they are."""
    out = bytearray(b"\xff\xff\xfb\xff\xff\xf7")
    packing = True
    for line in text.splitlines():
        if line.startswith(";"):
            out += b"\xff\xff\xfa" * packing + line.encode() + b"\n"
            packing = False
            continue
        out += b"" if packing else b"\xff\xff\xfb"
        packing = True
        data = line.replace(" ", "").encode() + b"\n"
        data += b"\n" * (len(data) % 2)
        for low, high in zip(data[::2], data[1::2], strict=True):
            halves = [_NIBBLES.get(low, 15), _NIBBLES.get(high, 15)]
            out.append(halves[1] << 4 | halves[0])
            out += bytes(one for one, half in zip((low, high), halves, strict=True) if half == 15)
    return bytes(out)


def shrunk(data: bytes, window: int, length: int) -> bytes:
    """Heatshrink: repeats of what stands just before, else bytes as they are."""
    bits = ""
    at = 0
    while at < len(data):
        best, back = 0, 0
        for away in range(1, min(at, 1 << window, 300) + 1):
            count = 0
            while (
                count < 1 << length
                and at + count < len(data)
                and data[at + count] == data[at - away + count]
            ):
                count += 1
            if count > best:
                best, back = count, away
        if best > 2:
            bits += f"0{back - 1:0{window}b}{best - 1:0{length}b}"
            at += best
        else:
            bits += f"1{data[at]:08b}"
            at += 1
    bits += "0" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


def binary(text: str, *, compression: int, encoding: int, block: int = 4000) -> bytes:
    """A .bgcode with a block of metadata, a picture, and the G-code in blocks of whole lines."""
    out = struct.pack("<4sIH", b"GCDE", 1, 1)
    out += _block(4, b"estimated printing time (normal mode)=1h 0m 0s\n", 0, struct.pack("<H", 0))
    out += _block(5, b"no picture", 0, struct.pack("<HHH", 0, 16, 16))
    piece = ""
    for line in [*text.splitlines(keepends=True), ""]:
        if piece and (not line or len(piece) + len(line) > block):
            data = meatpacked(piece) if encoding else piece.encode()
            out += _block(1, data, compression, struct.pack("<H", encoding))
            piece = ""
        piece += line
    return out


def _block(kind: int, data: bytes, compression: int, parameters: bytes) -> bytes:
    packed = data
    if compression == 1:
        packed = zlib.compress(data)
    elif compression:
        packed = shrunk(data, compression + 9, 4)
    head = struct.pack("<HHI", kind, compression, len(data))
    if compression:
        head += struct.pack("<I", len(packed))
    return head + parameters + packed + bytes(4)
