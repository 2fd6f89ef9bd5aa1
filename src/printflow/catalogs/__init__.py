"""Reads and writes the catalog as a file, and caches the newest one between requests."""
