"""Why a model could not be looked into."""

from __future__ import annotations

from ..said import say


class Unreadable(Exception):
    """The model is refused; ``str()`` is a sentence for people, ``code`` is for programs.

    The sentence is always Printflow's own. What a loader said stays its ``__cause__``, for the log:
    it may be anything, as it quotes the file.
    """

    def __init__(self, message: str, *, code: str = "unreadable") -> None:
        super().__init__(message)
        self.code = code

    @property
    def detail(self) -> str:
        """What a loader said, for the log."""
        cause = self.__cause__
        while cause is not None and cause.__cause__ is not None:
            cause = cause.__cause__
        return f"{type(cause).__name__}: {cause}"[:300] if cause else ""


NO_TRIANGLES = say("The model has no usable triangles.")


def too_many(triangles: int) -> Unreadable:
    """The refusal of a model over :data:`MAX_TRIANGLES`."""
    return Unreadable(
        say(
            "The model has {count} triangles, and the limit is {most}. Reduce it and send it again.",
            count=triangles,
            most=MAX_TRIANGLES,
        ),
        code="too_many_triangles",
    )


MAX_TRIANGLES = 5_000_000
MAX_EXTENT_MM = 10_000.0
