"""A lab's settings: their names, sources and allowed values."""

from .model import Settings

__all__ = ["Settings"]
