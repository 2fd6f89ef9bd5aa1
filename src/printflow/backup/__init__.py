"""Takes backups of a whole lab while it's running, and restores them.

A folder of backups contains one folder for each backup (its manifest, the database, the lab's identity and
key), and ``files/``: every model file once, under the hash of its bytes, shared by all backups.
"""

from .drill import Drill, drill
from .manifest import Lack, Manifest, StoredFile, backups, newest, read_manifest
from .prune import Keep, Pruned, prune
from .restore import Restored, restore
from .signing import KEY_FILE, Signature, key_if_there, read_key, signature_of
from .take import Taken, take_backup
from .verify import verify

__all__ = [
    "KEY_FILE",
    "Drill",
    "Keep",
    "Lack",
    "Manifest",
    "Pruned",
    "Restored",
    "Signature",
    "StoredFile",
    "Taken",
    "backups",
    "drill",
    "key_if_there",
    "newest",
    "prune",
    "read_key",
    "read_manifest",
    "restore",
    "signature_of",
    "take_backup",
    "verify",
]
