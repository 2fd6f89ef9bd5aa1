"""From which network address the work at hand was asked for, as far as it may be written down."""

from __future__ import annotations

from contextvars import ContextVar

_ORIGIN: ContextVar[str] = ContextVar("printflow_origin", default="")


def acts_from(address: str) -> None:
    """What this thread does from now on was asked for from there ("" = this machine, or unknown).

    ``address`` is written down as it is: shorten it first, as ``server.log_addresses`` says.
    """
    _ORIGIN.set(address)


def origin() -> str:
    """The address that this thread works for; "" when none is known."""
    return _ORIGIN.get()
