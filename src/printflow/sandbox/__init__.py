"""Runs processes that read strangers' files, with almost no rights, limited by the kernel.

:func:`start` runs one of Printflow's own modules or a foreign program (a slicer). What it gets is what
its caller names: arguments, environment, open descriptors, a few paths. On Linux the kernel holds it
to that, by hard limits, Landlock and seccomp; Windows and macOS have less, and :func:`missing` says
what. Nothing here is from a package of others: those on PyPI were months old, abandoned or needed a
compiler or a newer kernel, and three calls of the kernel's do not outweigh that.
"""

from .inside import CANNOT_START
from .launch import Module, start
from .limits import Limits
from .process import Sandboxed
from .report import missing

__all__ = ["CANNOT_START", "Limits", "Module", "Sandboxed", "missing", "start"]
