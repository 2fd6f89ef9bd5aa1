"""The settings of a lab: what there is, where it is written, and what is allowed."""

from .model import Settings

__all__ = ["Settings"]
