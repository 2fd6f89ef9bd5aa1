"""Makes a scaled version of a model, and writes that it is the one to print."""

from __future__ import annotations

from datetime import datetime
from typing import BinaryIO

from ..domain.event_kind import Correction
from ..domain.job import Actor, FileRole, Job
from ..domain.naming import ending_of
from ..domain.scaling import SCALABLE_ENDINGS, Scaling
from ..errors import FileTypeRefused
from ..ports import Transaction
from ..said import say
from ..uploads.receiving import Upload
from ..uploads.scaled import write_scaled
from .in_place import write_version
from .uploading import Uploads


class Scalings:
    """Writes models once more in another size. What was sent stays as it is."""

    def __init__(self, uploads: Uploads) -> None:
        self._uploads = uploads

    def of(self, source: BinaryIO, name: str, scaling: Scaling) -> Upload:
        """A sealed upload with the model in ``source``, scaled. Raises FileTypeRefused for a format that
        states its unit, the others of the FileRefused family, StoreFull and StoreUnavailable.
        """
        ending = ending_of(name)
        if ending not in SCALABLE_ENDINGS:
            raise FileTypeRefused(
                say("We can't scale {ending} files.", ending=ending),
                next_step=say("Export the model again, in millimeters."),
            )
        scaled = self._uploads.of_bytes(name, of_any_size=True)
        try:
            write_scaled(source, ending, scaling.record.factor, scaled.write)
            scaled.seal()
        except BaseException:
            scaled.discard()
            raise
        return scaled


def write_as_scaled(
    tx: Transaction, job: Job, scaled: Upload, scaling: Scaling, actor: Actor, now: datetime
) -> None:
    """Write that the scaled model is the one to print, and who scaled it by what."""
    why = scaling.record.words
    write_version(tx, job, scaled, FileRole.SCALED, Correction.SCALE, actor, now, why=why)
