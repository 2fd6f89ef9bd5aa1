"""Whether a domain takes email, asked of a real DNS server on this machine."""

from __future__ import annotations

from threading import Event

import pytest
from dns.resolver import NoResolverConfiguration, Resolver

from printflow.mail.domain_lookup import DomainLookup
from tests.plugins.small_dns import SmallDns


class _Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> _Clock:
    return _Clock()


@pytest.fixture
def lookup(small_dns: SmallDns, clock: _Clock) -> DomainLookup:
    return DomainLookup(small_dns.resolver, clock=clock)


@pytest.mark.parametrize(
    ("records", "takes"),
    [
        ({"MX": ["10 mx.school.test."]}, True),
        ({"A": ["192.0.2.1"]}, True),
        ({"AAAA": ["2001:db8::1"]}, True),
        ({"MX": ["0 ."], "A": ["192.0.2.1"]}, False),
        ({"TXT": ["nothing"]}, False),
        (None, False),
    ],
)
def test_what_the_records_mean(
    small_dns: SmallDns, lookup: DomainLookup, records: dict[str, list[str]] | None, takes: bool
) -> None:
    if records is not None:
        small_dns.zone["school.edo."] = records
    assert lookup.takes_mail("school.edo") is takes


def test_an_answer_counts_for_some_minutes(
    small_dns: SmallDns, lookup: DomainLookup, clock: _Clock
) -> None:
    assert lookup.takes_mail("school.edo") is False
    asked = len(small_dns.asked)
    small_dns.zone["school.edo."] = {"MX": ["10 mx.school.test."]}
    assert lookup.takes_mail("school.edo") is False
    assert len(small_dns.asked) == asked
    clock.now += 601
    assert lookup.takes_mail("school.edo") is True


def test_a_dns_that_does_not_see_the_world_knows_nothing(
    small_dns: SmallDns, lookup: DomainLookup
) -> None:
    small_dns.zone.clear()
    assert lookup.takes_mail("school.edu") is None


def test_trouble_is_no_answer_and_nobody_else_waits(
    small_dns: SmallDns, lookup: DomainLookup, clock: _Clock
) -> None:
    small_dns.broken.add("school.edu.")
    assert lookup.takes_mail("school.edu") is None
    asked = len(small_dns.asked)
    assert lookup.takes_mail("other.edo") is None
    assert len(small_dns.asked) == asked
    clock.now += 61
    assert lookup.takes_mail("other.edo") is False


def test_silence_is_no_answer(small_dns: SmallDns, clock: _Clock) -> None:
    small_dns.silent.add("school.edu.")
    lookup = DomainLookup(small_dns.resolver, seconds=0.05, clock=clock)
    assert lookup.takes_mail("school.edu") is None


def test_a_resolver_that_hangs_is_left(clock: _Clock) -> None:
    let_go = Event()

    def hanging() -> Resolver:
        let_go.wait()
        return Resolver(configure=False)

    lookup = DomainLookup(hanging, seconds=0.05, clock=clock)
    try:
        assert lookup.takes_mail("school.edu") is None
    finally:
        let_go.set()


def test_no_dns_at_all_is_no_answer(clock: _Clock) -> None:
    def none() -> Resolver:
        raise NoResolverConfiguration

    assert DomainLookup(none, clock=clock).takes_mail("school.edu") is None
