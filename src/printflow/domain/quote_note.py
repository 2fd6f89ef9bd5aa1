"""What staff wrote to the student with a price. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .history import Note
from .job import Quote


def quote_note(quote: Quote, quotes: Sequence[Quote], notes: Iterable[Note]) -> str:
    """The note that went with ``quote``, or with the one that it repeats (``quotes`` are all of the
    job, oldest first); "" without one.

    A note and the quote that it goes with have the same time: they were written by one decision. A
    link that was sent again is a new quote of the same price and file, without a note of its own.
    """
    written = {note.at: note.text for note in notes if note.for_student and not note.from_student}
    for one in reversed([one for one in quotes if one.id <= quote.id]):
        if (one.cost_cents, one.file_sha256) != (quote.cost_cents, quote.file_sha256):
            return ""
        if one.issued_at in written:
            return written[one.issued_at]
    return ""
