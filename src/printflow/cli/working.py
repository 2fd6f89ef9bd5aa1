"""``dispatch`` and ``worker``: the work that follows from what people do."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from types import FrameType

import click

from .documents import print_json
from .session import json_option, session
from .streams import tell, warn


@click.command("dispatch")
@json_option
def dispatch() -> None:
    """Move files and send email until nothing is due, then show what was done."""
    with session().lab() as lab:
        report = lab.dispatch()
    if session().json:
        print_json(asdict(report))
        return
    tell(f"{report.placed} files moved, {report.sent} emails sent, {report.failed} failed")
    if report.waiting_files or report.waiting_mails:
        tell(f"{report.waiting_files} files and {report.waiting_mails} emails are due later")
    if report.mail_paused:
        warn(f"Email is paused: {report.mail_paused}")


@click.command("worker")
@json_option
def worker() -> None:
    """Move files and send email in the foreground, until you press Ctrl-C or it gets SIGTERM."""
    with session().lab(role="worker") as lab, until_told() as stopped:
        lab.worker.start()
        if session().json:
            print_json({"store": lab.settings.store, "working": True})
        else:
            tell(f"Working on {lab.settings.store}. {lab.mail.handling()} Press Ctrl-C to stop.")
        while not stopped.wait(1.0):  # Windows sees Ctrl-C only between waits
            pass
        lab.worker.stop()


@contextmanager
def until_told() -> Iterator[threading.Event]:
    """An event that Ctrl-C and SIGTERM set."""
    stopped = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopped.set()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stopped
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
