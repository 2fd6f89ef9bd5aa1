"""Whether a backup may be restored: its signature, and whether this program can read it."""

from __future__ import annotations

from pathlib import Path

from ..db import migrate
from ..errors import BackupDamaged, BackupUnverified
from .manifest import Manifest, read_manifest
from .signing import KEY_FILE, Signature, signature_of


def trusted_manifest(folder: Path, key: bytes | None, *, unverified: bool) -> Manifest:
    """The manifest of a backup that is signed with ``key``.

    ``unverified`` takes what is not, or cannot be checked. Raises BackupUnverified, BackupDamaged.
    """
    manifest = read_manifest(folder)
    try:
        signature = signature_of(folder, key)
    except OSError as error:
        raise BackupDamaged(
            f"The signature of {folder} cannot be read: {error.strerror}."
        ) from error
    if signature is not Signature.GOOD and not unverified:
        raise BackupUnverified(
            f"The backup {folder} {signature.words}. Nothing was restored.",
            next_step=_NEXT[signature],
        )
    if migrate.is_newer(manifest.revision):
        raise BackupDamaged(
            f"{folder} is newer ({manifest.revision}) than this program ({migrate.HEAD}).",
            next_step=f"Install Printflow {manifest.program} or newer first.",
        )
    return manifest


_SURE = "If you are sure that no one could change it, add --unverified."
_NEXT = {
    Signature.MISSING: _SURE,
    Signature.OTHER_KEY: f"Name the key of the lab that it is of with --key-file. {_SURE}",
    Signature.UNCHECKED: f"Name the lab's key with --key-file (its copy of {KEY_FILE}). {_SURE}",
}
