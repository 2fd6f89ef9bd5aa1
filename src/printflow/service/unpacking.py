"""A submission's ZIP files become the models in them, each a file of its own."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import replace

from ..domain.form_guards import MODELS_LIMIT
from ..domain.naming import ending_of
from ..errors import FileRefused, FileUnusable
from ..said import say
from ..settings import Settings
from ..uploads.models_zip import ZIP_ENDING, Contents, contents, damaged
from ..uploads.receiving import Upload, too_large
from .form_check import Model
from .uploading import Uploads

_BLOCK = 1 << 20
_FAULTS = (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError, zlib.error)
"""What zipfile raises of a member that is damaged, or packed in a way of its own. The store's errors
are OSError, and are said as such."""


class Unpacking:
    """Unpacks within the settings' ``max_upload_mb``, which counts for all models of a ZIP together."""

    def __init__(self, uploads: Uploads, settings: Settings) -> None:
        self._uploads = uploads
        self._most_bytes = settings.max_upload_mb << 20
        self._endings = settings.model_endings

    def unpacked(self, model: Model) -> tuple[list[Model], tuple[str, ...]]:
        """The models of a ZIP in its place, with its color, copies and note, and the names of what is no
        model; any other model as it is. A ZIP that is refused stays as its refusal.

        Its own bytes are discarded. Raises StoreFull and StoreUnavailable; nothing is left then.
        """
        file = model.file
        if not isinstance(file, Upload) or ending_of(file.file_name) != ZIP_ENDING:
            return [model], ()
        taken: list[Upload] = []
        try:
            with file.read_back() as packed:
                found = contents(packed, self._endings)
                self._expect_few(found)
                for member, name in found.models:
                    taken.append(self._uploads.of_bytes(name, declared_size=member.file_size))
                    _unpack(found.archive, member, taken[-1])
        except FileRefused as error:
            _discard([file, *taken])
            return [replace(model, file=error)], ()
        except BaseException:
            _discard([file, *taken])
            raise
        file.discard()
        return [replace(model, file=one) for one in taken], found.left_out

    def _expect_few(self, found: Contents) -> None:
        if len(found.models) > MODELS_LIMIT:
            raise FileUnusable(
                say("Up to {most} models per submission. You chose more.", most=MODELS_LIMIT),
                code="too_many_models",
                next_step=say("Send the others in another submission."),
            )
        if sum(member.file_size for member, _ in found.models) > self._most_bytes:
            raise too_large(self._most_bytes)


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo, upload: Upload) -> None:
    """Write the member's bytes; raises FileUnusable where it is damaged. Never more than announced."""
    try:
        source = archive.open(member)
    except _FAULTS as error:
        raise damaged(upload.file_name) from error
    with source:
        while True:
            try:
                block = source.read(_BLOCK)
            except _FAULTS as error:
                raise damaged(upload.file_name) from error
            if not block:
                break
            upload.write(block)
    if upload.size != member.file_size:
        raise damaged(upload.file_name)


def _discard(uploads: Sequence[Upload]) -> None:
    for upload in uploads:
        upload.discard()
