"""Triangles in memory: what reading, measuring and drawing a model have in common."""
