"""Checks the store, database, work and settings, and fixes safe problems."""

from .examination import Doctor, Examination, examine_database
from .finding import Finding

__all__ = ["Doctor", "Examination", "Finding", "examine_database"]
