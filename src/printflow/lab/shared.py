"""What several rooms work with, and nobody else sees."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from .made_once import made_once
from .parts import Parts, transliterate

if TYPE_CHECKING:
    from ..service.address_asking import AddressAsking
    from ..service.effect_writer import EffectWriter
    from ..service.file_facts import FileFacts
    from ..service.filing import Filing
    from ..service.firing import Firing
    from ..service.job_writer import JobWriter
    from ..service.mail_queue import MailQueue
    from ..service.removal import Removal
    from ..service.scaling import Scalings
    from ..service.transitions import MailPreview, Transitions
    from ..service.uploading import Uploads


class Shared:
    """The parts of a lab, and what is made of them."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._making = threading.RLock()

    def _wake(self) -> None:
        """There is new work for the background, where it runs."""
        raise NotImplementedError

    @made_once
    def _mail_queue(self) -> MailQueue:
        from ..service.mail_queue import MailQueue

        parts = self._parts
        return MailQueue(parts.ids, parts.settings.mail.sender_domain)

    @made_once
    def _filing(self) -> Filing:
        from ..service.filing import Filing

        parts = self._parts
        return Filing(parts.placer, self._wake)

    @made_once
    def _uploads(self) -> Uploads:
        from ..service.uploading import Uploads

        parts = self._parts
        return Uploads(parts.store, parts.ids, parts.settings)

    @made_once
    def _scalings(self) -> Scalings:
        from ..service.scaling import Scalings

        return Scalings(self._uploads)

    @made_once
    def _job_writer(self) -> JobWriter:
        from ..service.job_writer import JobWriter

        parts = self._parts
        return JobWriter(parts.ids, parts.tokens, transliterate)

    @made_once
    def _asking(self) -> AddressAsking:
        from ..service.address_asking import AddressAsking

        parts = self._parts
        return AddressAsking(parts.settings, parts.tokens, self._mail_queue)

    @made_once
    def _removal(self) -> Removal:
        from ..service.removal import Removal

        parts = self._parts
        return Removal(
            parts.database,
            parts.store,
            parts.clock,
            parts.ids,
            parts.catalogs,
            parts.kept_mails,
            self._filing,
        )

    @made_once
    def _effects(self) -> EffectWriter:
        from ..service.effect_writer import EffectWriter

        parts = self._parts
        return EffectWriter(parts.settings, parts.tokens, self._mail_queue)

    @made_once
    def _file_facts(self) -> FileFacts:
        from ..service.file_facts import FileFacts

        parts = self._parts
        return FileFacts(parts.store, parts.settings.settle_seconds)

    @made_once
    def _firing(self) -> Firing:
        from ..service.firing import Firing

        parts = self._parts
        return Firing(parts.catalogs, parts.settings, self._effects)

    @made_once
    def _transitions(self) -> Transitions:
        from ..service.transitions import Transitions

        parts = self._parts
        return Transitions(
            parts.database, parts.clock, self._file_facts, self._firing, self._filing
        )

    @made_once
    def _preview(self) -> MailPreview:
        from ..service.transitions import MailPreview

        parts = self._parts
        return MailPreview(
            parts.database, parts.clock, self._file_facts, self._firing, parts.composer
        )
