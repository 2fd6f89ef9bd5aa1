"""A clock that jumped ahead and came back leaves dates behind that nobody would wait for.

Everything that is written down for later is written for a bounded time ahead. What is dated further
ahead than that was dated by a wrong clock, and is due.
"""

from __future__ import annotations

from datetime import timedelta

SLIP = timedelta(minutes=5)
"""So far the clocks of two machines may differ."""

FARTHEST_MAIL = timedelta(hours=6) + SLIP
"""The longest wait of a mail for its next try; see the delays in ``outbox.py``."""

FARTHEST_FILE = timedelta(minutes=1) + SLIP
"""The longest wait of a file for its next try; see the delays in ``dispatch/placement.py``."""

FARTHEST_LOOK = timedelta(minutes=3) + SLIP
"""The longest lease of a look into a model; see ``dispatch/inspection_queue.py``."""
