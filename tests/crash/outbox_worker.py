"""A mail worker as its own process, made to be killed: ``python outbox_worker.py STORE PORT``.

Every failed try is due again after a moment, and a lease runs out after two seconds, so that a
thousand mails do not take the days that they may take in a lab.
"""

from __future__ import annotations

import sys
import time
from datetime import timedelta

from printflow import Printflow, Settings
from printflow.dispatch import outbox


def main() -> None:
    """Send until killed."""
    store, port = sys.argv[1:]
    settings = Settings(
        store=store,
        base_url="http://127.0.0.1:8080",
        mail={"smtp_host": "127.0.0.1", "smtp_port": int(port), "smtp_security": "none"},
    )
    outbox._DELAYS = (timedelta(seconds=0.2),)
    with Printflow.open(settings) as lab:
        lab._parts.postman._lease = timedelta(seconds=2)
        while True:
            lab.dispatch()
            time.sleep(0.05)


if __name__ == "__main__":
    main()
