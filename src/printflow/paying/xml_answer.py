"""Reads an XML-RPC answer, of which nothing is trusted: no document type, so no entities either."""

from __future__ import annotations

import xmlrpc.client
from typing import Any
from xml.parsers import expat

_UNREADABLE = (
    expat.ExpatError,
    xmlrpc.client.ResponseError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
)


class BadAnswer(Exception):
    """It isn't an XML-RPC answer, or it has a document type."""


def answer_of(content: bytes) -> Any:
    """The value in an answer. Raises BadAnswer, and xmlrpc.client.Fault for a fault."""
    reader = xmlrpc.client.Unmarshaller()
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.data
    try:
        reader.xml("", None)  # expat has decoded it
        parser.Parse(content, True)
        values = reader.close()
    except _UNREADABLE as error:
        raise BadAnswer(f"no XML-RPC answer: {error}"[:200]) from None
    if len(values) != 1:
        raise BadAnswer(f"an answer of {len(values)} values")
    return values[0]


def _refuse(*_of_the_document_type: object) -> None:
    raise BadAnswer("an answer with a document type")
