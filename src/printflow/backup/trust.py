"""Whether a backup may be restored: its signature, and whether this program can read it."""

from __future__ import annotations

from pathlib import Path

from ..db import migrate
from ..errors import BackupDamaged, BackupUnverified
from ..said import say, sentences
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
            say(
                "The signature of {folder} can't be read: {strerror}.",
                folder=folder,
                strerror=error.strerror,
            )
        ) from error
    if signature is not Signature.GOOD and not unverified:
        raise BackupUnverified(
            sentences((signature.words.having(backup=str(folder)), say("Nothing was restored."))),
            next_step=_NEXT[signature],
        )
    if migrate.is_newer(manifest.revision):
        raise BackupDamaged(
            say(
                "{folder} is newer ({revision}) than this program ({head}).",
                folder=folder,
                revision=manifest.revision,
                head=migrate.HEAD,
            ),
            next_step=say("Install Printflow {program} or newer first.", program=manifest.program),
        )
    return manifest


_SURE = say("If you're sure that no one could change it, add --unverified.")
_NEXT = {
    Signature.MISSING: _SURE,
    Signature.OTHER_KEY: sentences(
        (say("Use --key-file to name the key of the lab that it comes from."), _SURE)
    ),
    Signature.UNCHECKED: sentences(
        (
            say("Use --key-file to name the lab's key (its copy of {file}).", file=KEY_FILE),
            _SURE,
        )
    ),
}
