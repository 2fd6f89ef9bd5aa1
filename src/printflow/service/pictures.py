"""Reads pictures of models without waiting long for the share."""

from __future__ import annotations

from ..dispatch.inspection_queue import picture_name
from ..domain.job import JobFile
from ..errors import NotFound, StoreUnavailable
from ..ports import FileStore
from ..runtime.deadline import TookTooLong, within
from ..runtime.exhausted import is_exhausted, server_busy
from ..said import say
from ..store.watch import StoreWatch

PATIENCE_SECONDS = 2.0


class Pictures:
    """The pictures that the store keeps."""

    def __init__(self, store: FileStore, watch: StoreWatch) -> None:
        self._store = store
        self._watch = watch

    def read(self, file: JobFile, *, small: bool = False) -> bytes:
        """A model's picture: a PNG of 512 px, or a small WebP for lists.

        Raises NotFound, and StoreUnavailable soon where the share does not answer.
        """
        none = NotFound(say("There's no picture of this file."))
        if not file.picture:
            raise none
        if problem := self._watch.problem():
            raise StoreUnavailable(problem)
        name = picture_name(file, small=small)
        try:
            return within(PATIENCE_SECONDS, lambda: self._store.picture(name))
        except FileNotFoundError:
            raise none from None
        except (OSError, TookTooLong) as error:
            if is_exhausted(error):
                raise server_busy(error) from error
            raise StoreUnavailable(say("The file share doesn't answer.")) from error
