"""Writes down from where a server or worker takes its settings, when that has changed."""

from __future__ import annotations

import hashlib
import json
import socket
from collections.abc import Mapping

from ..domain.people import ChangeKind
from ..ports import Clock, Database
from ..runtime.tokens import Tokens
from ..said import say
from ..settings import Settings
from .changes import ChangedBy


class SettingsSeen:
    """What was in force at the last start of each role on each machine.

    Only the names of settings are written down. Whether a value changed is told by hashes under
    the lab's own key, which is not in the database.
    """

    def __init__(
        self, database: Database, clock: Clock, settings: Settings, tokens: Tokens
    ) -> None:
        self._database = database
        self._clock = clock
        self._settings = settings
        self._tokens = tokens

    def note(self, role: str) -> bool:
        """Write down what has changed since the last start; says whether anything has."""
        host = socket.gethostname()
        key = f"settings {role} {hashlib.sha256(host.encode()).hexdigest()[:12]}"
        places = dict(self._settings.places)
        marks = {
            name: self._tokens.mark(f"setting/{name}/{value}")
            for name, value in sorted(self._settings.set_values().items())
        }
        seen = json.dumps({"places": places, "marks": marks}, sort_keys=True)
        with self._database.write() as tx:
            earlier = tx.lab.fact(key)
            if earlier == seen:
                return False
            now = self._clock()
            tx.lab.set_fact(key, seen, now)
            before: Mapping[str, str] = json.loads(earlier)["marks"] if earlier else {}
            variables = self._settings.variables
            files = sorted({*places.values()} - {*variables, ""})
            named = sorted(
                name for name in marks.keys() | before.keys() if marks.get(name) != before.get(name)
            )
            ChangedBy("").record(
                tx,
                ChangeKind.SETTINGS,
                ", ".join(named)[:150] or say("the same ones, from elsewhere"),
                now,
                role=role,
                host=host[:80],
                files=files,
                environment=sorted(variables),
                changed=named,
            )
        return True
