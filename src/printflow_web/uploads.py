"""Models that come in pieces, by tus 1.0 (https://tus.io/protocols/resumable-upload), before their form.

Of tus this is the core with creation, termination, expiration and checksum. Answers are JSON: no
person opens these addresses. The form itself is in ``student.py``.
"""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from collections.abc import Callable
from typing import BinaryIO, cast

from flask import Blueprint, Response, current_app, make_response, request, url_for
from flask_babel import gettext as _
from werkzeug.http import http_date

from printflow import Staged, UploadMismatch

from .acting import student
from .errors import ParameterRefused, error_page, status_of
from .request import PIECE_TYPE, lab_of
from .student import sender

pages = Blueprint("uploads", __name__)

VERSION = "1.0.0"
EXTENSIONS = "creation,termination,expiration,checksum"
_NUMBER = re.compile("[0-9]{1,15}")
_LONGEST_METADATA = 4096
_STATUS = {"upload_busy": 423, "upload_checksum": 460, "upload_too_long": 413}
"""Of UploadMismatch, where it isn't a conflict."""


@pages.before_request
def _of_this_version() -> Response | None:
    """Anything but a question what is spoken here says which version it speaks."""
    if _method() == "OPTIONS" or request.headers.get("Tus-Resumable") == VERSION:
        return None
    return error_page(412, _("This upload protocol isn't supported here."), code="tus_version")


@pages.after_request
def _say_version(response: Response) -> Response:
    response.headers["Tus-Resumable"] = VERSION
    if response.status_code == 412:
        response.headers["Tus-Version"] = VERSION
    return response


@pages.errorhandler(UploadMismatch)
def _mismatch(error: UploadMismatch) -> Response:
    status = _STATUS.get(error.code, status_of(error))
    return error_page(status, error.message, next_step=error.next_step, code=error.code)


def _method() -> str:
    """What is to be done: some proxies let only GET and POST through."""
    return request.headers.get("X-HTTP-Method-Override", request.method).upper()


@pages.route("/uploads", methods=["OPTIONS", "POST"], provide_automatic_options=False)
def create() -> Response:
    """Make room for a file."""
    if _method() == "OPTIONS":
        return _spoken_here()
    if _method() != "POST":
        return _unknown_method()
    metadata = request.headers.get("Upload-Metadata", "")
    upload_id = lab_of(current_app).staged.begin(
        _file_name(metadata),
        _number("Upload-Length"),
        metadata=metadata,
        sender=sender(),
        person=student(),
    )
    response = _done(201, lab_of(current_app).staged.get(upload_id))
    response.headers["Location"] = url_for("uploads.one", token=upload_id)
    return response


@pages.route(
    "/uploads/<token>",
    methods=["OPTIONS", "GET", "PATCH", "DELETE", "POST"],
    provide_automatic_options=False,
)
def one(token: str) -> Response:
    """Say how far a file is, go on with it, or give it up."""
    steps: dict[str, Callable[[str], Response]] = {
        "GET": _stand,
        "HEAD": _stand,
        "PATCH": _append,
        "DELETE": _give_up,
        "OPTIONS": lambda _token: _spoken_here(),
    }
    step = steps.get(_method())
    return step(token) if step is not None else _unknown_method()


def _spoken_here() -> Response:
    rules = lab_of(current_app).staged.rules
    response = make_response("", 200)
    response.headers["Tus-Version"] = VERSION
    response.headers["Tus-Extension"] = EXTENSIONS
    response.headers["Tus-Max-Size"] = str(rules.largest)
    response.headers["Tus-Checksum-Algorithm"] = ",".join(rules.algorithms)
    return response


def _unknown_method() -> Response:
    return error_page(405, _("This address can't be used that way."), code="http_405")


def _stand(token: str) -> Response:
    found = lab_of(current_app).staged.get(token)
    response = _done(200, found)
    response.headers["Upload-Length"] = str(found.length)
    if found.note.metadata:
        response.headers["Upload-Metadata"] = found.note.metadata
    return response


def _append(token: str) -> Response:
    if request.mimetype != PIECE_TYPE:
        return error_page(415, _("A piece of a file has another type."), code="http_415")
    found = lab_of(current_app).staged.append(
        token,
        _number("Upload-Offset"),
        cast(BinaryIO, request.stream),
        length=request.content_length,
        checksum=_checksum(),
    )
    return _done(204, found)


def _give_up(token: str) -> Response:
    lab_of(current_app).staged.give_up(token)
    return make_response("", 204)


def _done(status: int, found: Staged) -> Response:
    response = make_response("", status)
    response.headers["Upload-Offset"] = str(found.offset)
    response.headers["Upload-Expires"] = http_date(found.expires_at)
    return response


# -- what the head of a request says --------------------------------------------------------------


def _wrong(header: str) -> ParameterRefused:
    return ParameterRefused(_("The header %(name)s is missing or wrong.", name=header))


def _number(header: str) -> int:
    said = request.headers.get(header, "")
    if not _NUMBER.fullmatch(said):
        raise _wrong(header)
    return int(said)


def _file_name(metadata: str) -> str:
    """The name among the pairs of a key and a value in Base64."""
    if len(metadata) > _LONGEST_METADATA:
        raise _wrong("Upload-Metadata")
    found: dict[str, str] = {}
    for pair in metadata.split(",") if metadata else ():
        key, _space, value = pair.strip().partition(" ")
        if not key or not key.isascii() or key in found:
            raise _wrong("Upload-Metadata")
        try:
            found[key] = b64decode(value.strip(), validate=True).decode("utf-8", "replace")
        except (binascii.Error, ValueError):
            raise _wrong("Upload-Metadata") from None
    return found.get("filename", "")


def _checksum() -> tuple[str, bytes] | None:
    said = request.headers.get("Upload-Checksum")
    if said is None:
        return None
    algorithm, _space, digest = said.partition(" ")
    if algorithm not in lab_of(current_app).staged.rules.algorithms:
        raise _wrong("Upload-Checksum")
    try:
        return algorithm, b64decode(digest.strip(), validate=True)
    except (binascii.Error, ValueError):
        raise _wrong("Upload-Checksum") from None
