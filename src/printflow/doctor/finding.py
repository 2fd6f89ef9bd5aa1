"""What the doctor found, in words that say what to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be.

    ``code`` is stable and for programs. ``mend`` fixes it without losing anything, and says whether it worked; without
    it a person must act, and ``next_step`` says how.
    """

    code: str
    place: str
    message: str
    next_step: str = ""
    job_id: str = ""
    mend: Callable[[], bool] | None = field(default=None, repr=False, compare=False)
