"""The request: small by default, and a model file streams straight into the store."""

from __future__ import annotations

from typing import IO, Any, cast

from flask import Flask, Request, current_app

from printflow import Printflow, Upload

SMALL_BODY = 64 * 1024
"""Bytes that any form but the upload may have."""

FORM_PARTS = 40


class LabRequest(Request):
    """A Flask request whose one file part is an :class:`~printflow.Upload`."""

    max_form_parts = FORM_PARTS

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.uploads: list[Upload] = []
        self.takes_upload = False

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        """Where Werkzeug writes a file part while it parses the form."""
        if not self.takes_upload or not filename or self.uploads:
            return super()._get_file_stream(
                total_content_length, content_type, filename, content_length
            )
        upload = lab_of(current_app).receive(filename, declared_size=content_length or None)
        self.uploads.append(upload)
        return cast("IO[bytes]", upload)


def lab_of(app: Flask) -> Printflow:
    """The lab that this application serves."""
    lab: Printflow = app.extensions["printflow"]
    return lab
