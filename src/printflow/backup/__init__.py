"""Backups of a whole lab, taken while it runs, and restoring one.

A folder of backups holds one folder per backup (its manifest, the database, the lab's identity and
key), and ``files/``: every model file once, under the hash of its bytes, shared by all backups.
"""

from .manifest import Manifest, StoredFile, backups, read_manifest, verify
from .prune import Keep, prune
from .restore import restore
from .take import take_backup

__all__ = [
    "Keep",
    "Manifest",
    "StoredFile",
    "backups",
    "prune",
    "read_manifest",
    "restore",
    "take_backup",
    "verify",
]
