"""The rules of a print lab, pure: no I/O, no clock, no randomness (checked by import-linter)."""
