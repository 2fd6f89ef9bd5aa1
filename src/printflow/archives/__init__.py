"""Reads ZIP files from strangers, and 3MF packages, which are ZIP files."""
