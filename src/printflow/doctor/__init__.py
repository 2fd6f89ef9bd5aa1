"""Does everything fit together? Checks of store, database, work and settings, and safe mending."""

from .examination import Examination, examine, examine_database
from .finding import Finding

__all__ = ["Examination", "Finding", "examine", "examine_database"]
