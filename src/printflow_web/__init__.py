"""The web pages of Printflow: a thin Flask adapter over the library `printflow`."""

__version__ = "0.1.0"
