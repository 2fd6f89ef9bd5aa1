"""Asks the DNS whether a domain takes email; "unknown" rather than late, and never an error."""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING

from ..runtime.deadline import TookTooLong, within

if TYPE_CHECKING:
    from dns.resolver import Resolver

_log = logging.getLogger(__name__)

_SECONDS = 1.0
"""So long a student waits for an answer at most, all questions together."""
_KEPT_SECONDS = 600.0
"""How long an answer counts."""
_PAUSE_SECONDS = 60.0
"""After no answer came in time, nobody is asked for so long: the next student doesn't wait."""
_KEPT = 1000
_AT_ONCE = 4
"""More students than these don't wait for the DNS at the same time."""
_CERTAIN = "com."
"""What a DNS that sees the world knows; one that doesn't can't say that a domain is missing."""


class DomainLookup:
    """Mail servers by DNS: MX (RFC 5321, 5.1), else A and AAAA; a null MX (RFC 7505) takes none.

    ``resolver`` makes what is asked, by default the machine's own; ``seconds`` is the limit of one
    look-up in total.
    """

    def __init__(
        self,
        resolver: Callable[[], Resolver] | None = None,
        *,
        seconds: float = _SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._resolver = resolver or _of_this_machine
        self._seconds = seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._answers: OrderedDict[str, tuple[bool, float]] = OrderedDict()
        self._free = threading.BoundedSemaphore(_AT_ONCE)
        self._paused_until = -_PAUSE_SECONDS

    def takes_mail(self, domain: str) -> bool | None:
        """See :class:`~printflow.ports.MailDomains`."""
        now = self._clock()
        with self._lock:
            answer, until = self._answers.get(domain, (None, now))
            if until > now:
                return answer
            if self._paused_until > now:
                return None
        if not self._free.acquire(blocking=False):
            return None
        try:
            found = within(self._seconds, lambda: self._asked(domain))
        except TookTooLong:
            found = None
        finally:
            self._free.release()
        self._keep(domain, found)
        return found

    def _keep(self, domain: str, found: bool | None) -> None:
        now = self._clock()
        with self._lock:
            if found is None:
                self._paused_until = now + _PAUSE_SECONDS
                return
            self._answers[domain] = (found, now + _KEPT_SECONDS)
            self._answers.move_to_end(domain)
            while len(self._answers) > _KEPT:
                self._answers.popitem(last=False)

    def _asked(self, domain: str) -> bool | None:
        """Runs in a thread that nobody waits for longer than the limit."""
        from dns.exception import DNSException

        try:
            return self._look_up(domain)
        except (DNSException, OSError) as error:
            _log.info("The DNS can't be asked about an email domain: %s", type(error).__name__)
            return None

    def _look_up(self, domain: str) -> bool | None:
        from dns.resolver import NXDOMAIN, NoAnswer

        resolver = self._resolver()
        end = time.monotonic() + self._seconds

        def has(name: str, kind: str) -> list[str]:
            left = max(0.01, end - time.monotonic())
            try:
                found = resolver.resolve(name, kind, search=False, lifetime=left)
            except NoAnswer:
                return []
            return [str(record) for record in found]

        try:
            if servers := has(f"{domain}.", "MX"):
                return any(server.split()[-1] != "." for server in servers)
            if has(f"{domain}.", "A") or has(f"{domain}.", "AAAA"):
                return True
        except NXDOMAIN:
            pass
        try:
            return False if has(_CERTAIN, "NS") else None
        except NXDOMAIN:
            return None


def _of_this_machine() -> Resolver:
    from dns.resolver import Resolver

    return Resolver()
