"""Receives strangers' files: the stream, the file type, and whether the file is complete."""
