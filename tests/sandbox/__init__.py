"""Processes that read strangers' files: what they cannot do."""
