"""The permit in force: who acts in this thread or task, and whether they may.

Each room's method says its right once (:func:`needs`), so that pages, scripts and the command line
are refused alike. Where nobody said who acts, it is the operator at the server.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar, Token
from functools import wraps
from types import TracebackType
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from ..domain.permit import OPERATOR, Permit
from ..domain.rights import EVERY_RIGHT, Right
from ..domain.status import ActorKind, Status
from ..domain.trigger import Trigger, rights_for
from ..errors import ConfirmationNeeded, Forbidden
from ..said import say

if TYPE_CHECKING:
    from ..domain.job import Job

_in_force: ContextVar[Permit] = ContextVar("printflow permit", default=OPERATOR)

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


class Acting:
    """A permit in force as long as the ``with`` statement lasts."""

    def __init__(self, permit: Permit) -> None:
        self._permit = permit
        self._token: Token[Permit] | None = None

    def __enter__(self) -> Acting:
        self._token = _in_force.set(self._permit)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._token is not None:
            _in_force.reset(self._token)
            self._token = None

    def turns_out_to_be(self, permit: Permit) -> None:
        """It is known only now who acts, as after reading a cookie; ends with the statement."""
        _in_force.set(permit)


def in_force() -> Permit:
    """Who acts here, and what they may."""
    return _in_force.get()


def may(right: Right | str) -> bool:
    """Whether who acts here has that right."""
    return Right(right) in _in_force.get().rights


def require(right: Right, *, looks: bool = False) -> None:
    """Raises Forbidden without that right, and ConfirmationNeeded where an act is sensitive.

    ``looks`` says that nothing is changed.
    """
    permit = _in_force.get()
    if right not in permit.rights:
        raise _forbidden(right, permit)
    if right.record.sensitive and not looks:
        require_confirmed()


def require_confirmed() -> None:
    """Raises ConfirmationNeeded where the password has to be typed again first."""
    if not _in_force.get().confirmed:
        raise ConfirmationNeeded(
            say("Enter your password again to do this."),
            next_step=say("The lab asks for it before sensitive actions."),
        )


def require_all(rights: Iterable[Right]) -> None:
    """Raises Forbidden if who acts lacks any of these: nobody gives what they don't have."""
    permit = _in_force.get()
    if permit.rights >= EVERY_RIGHT:
        return
    for right in rights:
        if right not in permit.rights:
            raise _forbidden(right, permit)


def require_to_pull(trigger: Trigger, arguments: Mapping[str, Any]) -> None:
    """Raises Forbidden or ConfirmationNeeded unless who acts may pull that trigger with these."""
    for right in rights_for(trigger, arguments):
        require(right)


def allowed(of: Status | Job, actor: ActorKind | None = None) -> tuple[Trigger, ...]:
    """The triggers that exist in a status or for a job, for one kind of actor if given; of staff's,
    those that the permit in force allows. In the lifecycle's order.
    """
    from ..domain.table import allowed as in_the_table

    found = in_the_table(of, actor)
    if actor is not ActorKind.STAFF:
        return found
    return tuple(trigger for trigger in found if may(trigger.record.right))


def needs(
    right: Right, *, looks: bool = False
) -> Callable[[Callable[Arguments, Result]], Callable[Arguments, Result]]:
    """Marks a room's method with the right that it needs, and refuses who hasn't it.

    ``looks`` says that it changes nothing, so that a sensitive right isn't confirmed for it.
    """

    def marked(method: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
        @wraps(method)
        def checked(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
            require(right, looks=looks)
            return method(*args, **kwargs)

        checked.__needs__ = right  # type: ignore[attr-defined]
        return checked

    return marked


def pulls(
    trigger: Trigger,
) -> Callable[[Callable[Arguments, Result]], Callable[Arguments, Result]]:
    """Marks a room's method with the right of the trigger that it pulls."""
    return needs(trigger.record.right)


def _forbidden(right: Right, permit: Permit) -> Forbidden:
    if not permit.role:
        return Forbidden(
            say("You need to sign in to do this. It needs the right “{right}”.", right=right.label),
            right=right,
            role="",
        )
    return Forbidden(
        say(
            "The role “{role}” doesn't allow this. It needs the right “{right}”.",
            role=permit.role,
            right=right.label,
        ),
        right=right,
        role=permit.role,
        next_step=say("Ask someone at the lab whose role allows it."),
    )
