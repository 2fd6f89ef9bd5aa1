"""A drawn picture as a file: PNG for its page, a small WebP for lists."""

import io

from PIL import Image

THUMBNAIL = 192
"""Pixels along the side of the small picture."""

_RUNS = 3
"""zlib's Z_RLE: it makes a drawn picture smaller than the usual strategy does, and sooner."""


def png(picture: Image.Image) -> bytes:
    """A picture as PNG."""
    out = io.BytesIO()
    out.name = "picture.png"  # given a name's ending, Pillow loads no other formats
    picture.save(out, compress_level=1, compress_type=_RUNS)
    return out.getvalue()


def thumbnail(picture: Image.Image) -> bytes:
    """A picture as a WebP of at most THUMBNAIL × THUMBNAIL pixels, some kB."""
    reduced = picture.convert("RGBA")
    reduced.thumbnail((THUMBNAIL, THUMBNAIL), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    reduced.save(out, "WEBP", quality=82, method=2)
    return out.getvalue()
