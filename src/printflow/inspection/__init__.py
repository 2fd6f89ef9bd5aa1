"""Inspects models: facts, pictures, and the protected process that makes both.

Nothing here is imported by a server's own process but :mod:`~printflow.inspection.inspector`, which
starts the guarded one; the rest needs numpy and, for some formats, trimesh.
"""
