"""Reads the print time, weight and picture in slicers' files, within limits."""

from .facts import Sliced, SlicedFileUnreadable, read_gcode, read_sliced

__all__ = ["Sliced", "SlicedFileUnreadable", "read_gcode", "read_sliced"]
