"""Whether a stranger may send models at all."""

from __future__ import annotations

from ..domain.permit import STRANGER
from ..errors import IdentityRefused
from ..runtime.permits import in_force
from ..said import say


def expect_sign_in() -> None:
    """Raise IdentityRefused where nobody is signed in, neither a student nor staff."""
    if in_force() == STRANGER:
        raise IdentityRefused(
            say("The lab takes models only from students who are signed in."),
            code="student_sign_in",
            next_step=say("Sign in in another tab, then submit again."),
        )
