"""Pictures out of emails, drawn again: what came is never handed on."""

from __future__ import annotations

import io
import struct
from typing import Any, Final

from PIL import Image, ImageOps

from .body import PICTURES

LARGEST: Final = 50_000_000
"""Pixels beyond which a picture isn't opened: it could be a bomb."""
SMALLEST: Final = 32
"""Pixels along each side below which it's a logo or a tracking dot."""
SIDE: Final = 1600
MOST: Final = 10
_QUALITY = 82
_LARGEST_PNG = 3 << 20
"""Bytes beyond which a transparent picture is put on white."""


def drawn_again(data: bytes) -> tuple[bytes, int, int] | None:
    """The picture as a JPEG or, where it is partly transparent, a PNG, with its width and height in
    pixels; None for what can't be opened, is too large or too small.
    """
    Image.MAX_IMAGE_PIXELS = LARGEST
    try:
        with Image.open(io.BytesIO(data), formats=tuple(set(PICTURES.values()))) as opened:
            if opened.width * opened.height > LARGEST or min(opened.size) < SMALLEST:
                return None
            opened.draft("RGB", (SIDE, SIDE))
            picture: Any = ImageOps.exif_transpose(opened)
            picture.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
            clear = picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info
            # Only the pixels go on: no place where it was taken, no profile, no comment.
            plain = Image.new("RGBA" if clear else "RGB", picture.size)
            plain.paste(picture.convert(plain.mode))
    except (OSError, ValueError, SyntaxError, struct.error, IndexError, KeyError, MemoryError):
        return None
    except Image.DecompressionBombError:
        return None
    out = io.BytesIO()
    if clear:
        plain.save(out, "PNG")
    if not clear or out.tell() > _LARGEST_PNG:
        out = io.BytesIO()
        white = Image.new("RGB", plain.size, "white")
        white.paste(plain, mask=plain.getchannel("A") if clear else None)
        white.save(out, "JPEG", quality=_QUALITY)
    return out.getvalue(), plain.width, plain.height
