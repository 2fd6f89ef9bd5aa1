"""Sending a file of the store: from the file that was opened and checked, never by its path."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import BinaryIO

from flask import request, send_file
from werkzeug.wrappers import Response


def sent(file: BinaryIO, name: str) -> Response:
    """The file as a download of that name, whole or the range that is asked for."""
    try:
        status = os.fstat(file.fileno())
        answer = send_file(
            file,
            mimetype="application/octet-stream",
            as_attachment=True,
            download_name=name,
            conditional=False,
            etag=False,
            last_modified=datetime.fromtimestamp(status.st_mtime, UTC),
        )
        answer.call_on_close(file.close)
        answer.content_length = status.st_size
        answer.make_conditional(request, accept_ranges=True, complete_length=status.st_size)
    except BaseException:  # a range that the file does not have
        file.close()
        raise
    return answer
