"""Looking into models: facts, pictures, and the guarded process in which both are made.

Nothing here is imported by a server's own process but :mod:`~printflow.inspection.inspector`, which
starts the guarded one; the rest needs numpy and, for some formats, trimesh.
"""
