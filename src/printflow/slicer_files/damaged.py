"""Why a slicer's file is not read, in Printflow's own words."""


class Damaged(ValueError):
    """``str()`` completes "The slicer's file cannot be read: …", without a full stop. Other errors
    of reading may quote the file, and are shown to nobody."""
