"""The files that slicers save: what they say of a print, read with little and within limits."""

from .facts import Sliced, SlicedFileUnreadable, read_gcode, read_sliced

__all__ = ["Sliced", "SlicedFileUnreadable", "read_gcode", "read_sliced"]
