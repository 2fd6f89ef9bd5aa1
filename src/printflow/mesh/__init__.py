"""Triangles in memory, for reading, measuring and drawing models."""
