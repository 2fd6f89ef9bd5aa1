"""Signs of life: who works, who fell silent, and who was followed by another."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from printflow.domain.heartbeat import SILENT_AFTER, Heartbeat, lost

NOW = datetime(2026, 3, 2, 14, 30, tzinfo=UTC)


def beat(name: str, *, started: float, seen: float) -> Heartbeat:
    """A loop that began and was last seen so many seconds ago."""
    return Heartbeat(
        name=name,
        started_at=NOW - timedelta(seconds=started),
        seen_at=NOW - timedelta(seconds=seen),
    )


def test_a_name_says_where_and_what() -> None:
    one = beat("pc/12/files", started=1, seen=0)
    assert (one.machine, one.place, one.work) == ("pc", "pc/12", "files")


def test_silent_only_after_a_while() -> None:
    assert not beat("pc/1/mail", started=500, seen=SILENT_AFTER.seconds).silent(NOW)
    assert beat("pc/1/mail", started=500, seen=SILENT_AFTER.seconds + 1).silent(NOW)


def test_a_restart_follows_a_crash() -> None:
    dead = beat("pc/1/files", started=5000, seen=1000)
    assert lost([dead], NOW) == (dead,)
    assert lost([dead, beat("pc/2/files", started=900, seen=5)], NOW) == ()
    assert lost([dead, beat("pc/2/mail", started=900, seen=5)], NOW) == (dead,), "other work"
    assert lost([dead, beat("b/2/files", started=900, seen=5)], NOW) == (dead,), "elsewhere"
    assert lost([dead, beat("pc/2/files", started=9000, seen=5)], NOW) == (dead,), "beside it"
