"""What may go wrong when a model is printed, told from its triangles. Numpy only."""

from .checks import findings, not_checked

__all__ = ["findings", "not_checked"]
