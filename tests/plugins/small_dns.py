"""A real DNS server on this machine: answers over UDP from a table, or says nothing."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest
from dns.resolver import Resolver


class SmallDns:
    """``zone`` maps a name to its records (``{"MX": ["10 mx.here.test."]}``); a name that isn't
    there doesn't exist. What is in ``silent`` gets no answer, and in ``broken`` SERVFAIL.
    """

    def __init__(self) -> None:
        self.zone: dict[str, dict[str, list[str]]] = {"com.": {"NS": ["a.nic.test."]}}
        self.silent: set[str] = set()
        self.broken: set[str] = set()
        self.asked: list[tuple[str, str]] = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def resolver(self) -> Resolver:
        """One that asks only this server."""
        made = Resolver(configure=False)
        made.nameservers = ["127.0.0.1"]
        made.port = self._socket.getsockname()[1]
        return made

    def close(self) -> None:
        """Stop answering."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", self._socket.getsockname())
        self._thread.join(10)
        self._socket.close()

    def _serve(self) -> None:
        while True:
            data, sender = self._socket.recvfrom(4096)
            if not data:
                return
            if answer := self._answer(dns.message.from_wire(data)):
                self._socket.sendto(answer.to_wire(), sender)

    def _answer(self, query: dns.message.Message) -> dns.message.Message | None:
        (question,) = query.question
        name, kind = question.name.to_text(), dns.rdatatype.to_text(question.rdtype)
        self.asked.append((name, kind))
        if name in self.silent:
            return None
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        if name in self.broken:
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif name not in self.zone:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        elif records := self.zone[name].get(kind, []):
            answer.answer.append(dns.rrset.from_text(name, 60, "IN", kind, *records))
        return answer


@pytest.fixture
def small_dns() -> Iterator[SmallDns]:
    """The server; it knows that there is a world (``com.``), and nothing more."""
    server = SmallDns()
    yield server
    server.close()
