"""A picture that came inside a file: opened with limits, and made small."""

import io
import struct

from PIL import Image

LARGEST = 2048
"""Pixels along a side beyond which a picture is not opened: it could be a bomb."""

SIDE = 512

_FORMATS = ("PNG", "JPEG", "QOI")


def shown(images: list[bytes]) -> Image.Image | None:
    """The largest of `images` that can be opened, of at most SIDE × SIDE pixels.

    What the file held is never handed on: the pixels are written again.
    """
    opened = [picture for data in images if (picture := _opened(data)) is not None]
    if not opened:
        return None
    best = max(opened, key=lambda picture: picture.width * picture.height)
    best.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    return best


def _opened(data: bytes) -> Image.Image | None:
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as picture:
            if not 8 <= min(picture.size) <= max(picture.size) <= LARGEST:
                return None
            return picture.convert("RGBA")
    except (OSError, ValueError, SyntaxError, struct.error, IndexError):
        return None
    except Image.DecompressionBombError:
        return None
