"""Why nothing is opened, in words for people."""

from __future__ import annotations


class Refused(Exception):
    """The link is not opened; ``str()`` says why and what to do next."""

    exit_code = 3


class ConfigError(Refused):
    """The opener is not set up right: names the file, the key, and an example."""

    exit_code = 2
