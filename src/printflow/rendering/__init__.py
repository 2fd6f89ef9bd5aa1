"""Draws pictures of models with only numpy and Pillow. README.md explains how.

    from printflow.rendering import Options, draw, png

    data = png(draw(triangles, Options(color="#2b6cb0")))

``triangles`` is a float32 array (n, 3, 3): n triangles, three corners, x y z in mm, z up. The
picture is RGBA on a transparent background. :func:`draw` raises ValueError when nothing is left to
draw, and TooMuchToDraw when drawing would take minutes.
"""

from .drawing import draw
from .encoding import THUMBNAIL, png, thumbnail
from .options import Label, Options
from .raster import TooMuchToDraw

__all__ = ["THUMBNAIL", "Label", "Options", "TooMuchToDraw", "draw", "png", "thumbnail"]
