"""Does everything fit together? Checks of store, database, work and settings, and safe mending."""

from .examination import Doctor, Examination, examine_database
from .finding import Finding

__all__ = ["Doctor", "Examination", "Finding", "examine_database"]
