"""Reads the print time, weight and picture in slicers' files, plate by plate, within limits."""

from .facts import Sliced, SlicedFileUnreadable, read_gcode, read_plates, read_sliced

__all__ = ["Sliced", "SlicedFileUnreadable", "read_gcode", "read_plates", "read_sliced"]
