"""The request: small by default, and a model file streams straight into the store."""

from __future__ import annotations

from typing import IO, Any, cast

from flask import Flask, Request, current_app

from printflow import MODELS_LIMIT, FileRefused, Printflow, PrintflowError, Upload

SMALL_BODY = 64 * 1024
"""Bytes that any form but the upload may have."""

SIGN_IN_BODY = 2 << 20
"""So much is read at the sign-in, to tell a monstrous password from a monstrous form."""

LIST_BODY = 4 << 20
"""A list of payers from a file may have so many: 10,000 codes have a tenth of it."""

TEXTS_BODY = 512 * 1024
"""The lab's own texts, with nine bytes for each Chinese character of a form."""

PIECE_TYPE = "application/offset+octet-stream"
"""What a piece of a file says that it is."""

FORM_PARTS = 24 + 5 * MODELS_LIMIT
"""The shared fields, and those of each model."""


class CheckedSink:
    """Writes a file part into its upload; once that is refused, the rest is thrown away.

    So the form around the files is parsed to its end, and nothing that was typed is lost.
    """

    def __init__(self, request: LabRequest, upload: Upload | None) -> None:
        self._request = request
        self._upload = upload
        self._place = len(request.models) - 1

    def write(self, data: bytes) -> int:
        """Take the next bytes."""
        if self._upload is not None:
            try:
                return self._upload.write(data)
            except PrintflowError as error:
                self._request.refuse(self._place, error)
                self._upload = None
        return len(data)

    def read(self, _count: int = -1) -> bytes:
        """Nothing: a sink gives nothing back."""
        return b""

    def seek(self, _offset: int, _whence: int = 0) -> int:
        """Form parsers rewind what they wrote; there is nothing to rewind."""
        return 0

    def close(self) -> None:
        """The upload is closed by the request, when it is over."""


class LabRequest(Request):
    """A Flask request whose file parts are models on their way into the store."""

    max_form_parts = FORM_PARTS

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.takes_upload = False
        self.models: list[Upload | FileRefused] = []
        """What came of each file part, in their order."""
        self.refused_upload: PrintflowError | None = None
        """Why no file at all can be taken now."""

    def refuse(self, place: int, error: PrintflowError) -> None:
        """Remember why the file at ``place`` was not taken."""
        if isinstance(error, FileRefused):
            self.models[place] = error
        else:
            self.refused_upload = error

    @property
    def uploads(self) -> list[Upload]:
        """The files that were taken in."""
        return [model for model in self.models if isinstance(model, Upload)]

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        """Where Werkzeug writes a file part while it parses the form."""
        if not self.takes_upload or not filename or len(self.models) > MODELS_LIMIT:
            return super()._get_file_stream(
                total_content_length, content_type, filename, content_length
            )
        upload = None
        try:
            upload = lab_of(current_app).intake.receive(
                filename, declared_size=content_length or None
            )
            self.models.append(upload)
        except FileRefused as error:
            self.models.append(error)
        except PrintflowError as error:
            self.refused_upload = error
        return cast("IO[bytes]", CheckedSink(self, upload))


def lab_of(app: Flask) -> Printflow:
    """The lab that this application serves."""
    lab: Printflow = app.extensions["printflow"]
    return lab
