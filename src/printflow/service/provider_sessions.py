"""Staff sessions that a provider began: asked about again, and ended there, too.

A role is believed for five minutes. Before that is over, a worker asks the provider: with the
refresh token, or by userinfo where the role came from there. Where neither can tell, the next page
leads the browser through the provider, which asks nothing of people who are still signed in there
(``prompt=none``). So a role that is taken away counts no longer than those five minutes.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from ..domain.identity import BELIEVED, PROXY, ProviderSession, claim_at
from ..domain.people import StaffSession
from ..errors import IdentityRefused, ProviderUnavailable
from ..ports import Clock, Database, IdentityProvider
from ..runtime.deadline import TookTooLong, within
from ..runtime.sealing import Sealing
from ..runtime.tokens import Tokens
from .identity import OPERATOR_SOURCE, Identity, NamedByProxy
from .provider_people import give_role
from .sessions import Sessions
from .stations import session_hash

_log = logging.getLogger(__name__)

_LEASE = timedelta(minutes=2)
_AT_ONCE = 5
_CHECK_BEFORE = timedelta(minutes=1)
_AWAY_AGAIN = timedelta(minutes=1)
_KNOWN = 1000
_LOGOUT_SECONDS = 2.0
_RECORDS_KEPT = timedelta(days=90)
_BEGUN_KEPT = timedelta(hours=1)


class Standing(StrEnum):
    """Whether a session may go on as it is."""

    GOOD = "good"
    ASK = "ask"
    """The provider, or the proxy, has to be asked first."""
    OVER = "over"
    """Someone else is there now, or the role is gone."""


class ProviderSessions:
    """Looks after the sessions that :class:`Identity` began."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        tokens: Tokens,
        provider: IdentityProvider,
        identity: Identity,
        sessions: Sessions,
        *,
        role_claim: str,
        people_days: int,
    ) -> None:
        self._database = database
        self._clock = clock
        self._provider = provider
        self._identity = identity
        self._sessions = sessions
        self._role_claim = role_claim
        self._people_days = people_days
        self._sealing = Sealing(tokens.sealing_key())
        self._lock = threading.Lock()
        self._known: OrderedDict[str, ProviderSession] = OrderedDict()

    # -- in a request -----------------------------------------------------------------------------

    def standing(
        self, key: str, session: StaffSession, named: NamedByProxy | None = None
    ) -> Standing:
        """Whether the session of that key still counts; asks nothing outside the database.

        ``named`` is who the proxy names in this request, where one may.
        """
        if not session.source:
            return Standing.GOOD
        hashed, now = session_hash(key), self._clock()
        kept = self._kept(hashed, now)
        if kept is None:
            return Standing.GOOD if session.source == OPERATOR_SOURCE else Standing.OVER
        if kept.issuer == PROXY:
            return self._by_proxy(kept, session, named, now)
        if now < kept.believed_until:
            if kept.believed_until - now < _CHECK_BEFORE:
                self._identity.is_away()  # so that it's known when it counts
            return Standing.GOOD
        return Standing.GOOD if self._identity.is_away() else Standing.ASK

    def _by_proxy(
        self,
        kept: ProviderSession,
        session: StaffSession,
        named: NamedByProxy | None,
        now: datetime,
    ) -> Standing:
        if not self._identity.by_proxy:
            return Standing.OVER
        if named is None:
            return Standing.GOOD if now < kept.believed_until else Standing.ASK
        with self._database.read() as tx:
            person = tx.identity.person_by_id(kept.person_id)
        same = person is not None and person.subject == named.user
        role = self._identity.decided(named.claims, PROXY).role
        return Standing.GOOD if same and role == session.role else Standing.OVER

    def _kept(self, hashed: str, now: datetime) -> ProviderSession | None:
        with self._lock:
            known = self._known.get(hashed)
        if known is not None and now < known.believed_until:
            return known
        with self._database.read() as tx:
            found = tx.identity.session(hashed)
        with self._lock:
            self._known.pop(hashed, None)
            if found is not None:
                self._known[hashed] = found
            while len(self._known) > _KNOWN:
                self._known.popitem(last=False)
        return found

    def asked_again(self, key: str) -> None:
        """Nothing that was known of the session from memory counts any more."""
        with self._lock:
            self._known.pop(session_hash(key), None)

    def sign_out(self, key: str) -> str:
        """End a session; gives the provider's page that ends its own one, "" where there is none."""
        hashed = session_hash(key)
        with self._database.read() as tx:
            kept = tx.identity.session(hashed)
        self._sessions.sign_out(key)
        self.asked_again(key)
        if kept is None or kept.issuer == PROXY:
            return ""
        return self.logout_url(self._sealing.open(kept.id_token_sealed, hashed))

    def logout_url(self, id_token: str) -> str:
        """The provider's page that ends its session; "" where it has none, or doesn't answer."""
        back = self._identity.signed_out_url
        try:
            return within(
                _LOGOUT_SECONDS,
                lambda: self._provider.logout_url(id_token=id_token, redirect_uri=back),
            )
        except (TookTooLong, IdentityRefused, ProviderUnavailable):
            return ""

    # -- in the background ------------------------------------------------------------------------

    def recheck_due(self) -> bool:
        """Ask the provider about the sessions that are due; says whether there were any.

        One process does so for each session at a time.
        """
        if not self._identity.on:
            return False
        now = self._clock()
        with self._database.read() as tx:
            if not tx.identity.any_due(now):
                return False
        with self._database.write() as tx:
            due = tx.identity.lease_due(now, now + _LEASE, limit=_AT_ONCE)
        for one in due:
            self._recheck(one)
        return bool(due)

    def _recheck(self, kept: ProviderSession) -> None:
        now = self._clock()
        try:
            found = self._role_now(kept)
        except ProviderUnavailable as error:
            _log.warning("a session can't be checked: %s", error)
            # It goes on until its end: nobody is thrown out because the provider is down.
            self._believe(kept, until=now + BELIEVED, check=now + _AWAY_AGAIN)
            return
        except IdentityRefused as error:
            _log.warning("a session is checked in the browser: %s", error)
            found = None
        if found is None:
            self._believe(kept, until=now, check=None)
            return
        role, tokens, staff_name = found
        self._believe(
            kept,
            until=now + BELIEVED,
            check=now + BELIEVED - _CHECK_BEFORE,
            tokens=tokens,
            role=role,
            staff_name=staff_name,
        )

    def _role_now(self, kept: ProviderSession) -> tuple[str, Mapping[str, str], str] | None:
        """The role by the provider's present word, new tokens, and whose it is; None where it must
        be asked by way of the browser.
        """
        with self._database.read() as tx:
            person = tx.identity.person_by_id(kept.person_id)
        refresh, access = (
            self._sealing.open(sealed, kept.key_hash)
            for sealed in (kept.refresh_token_sealed, kept.access_token_sealed)
        )
        if person is None:
            return None
        claims: Mapping[str, Any] | None
        tokens: dict[str, str] = {}
        if refresh:
            answer = self._provider.refresh(refresh, subject=person.subject)
            claims = answer.claims if answer else None
            told = answer is not None and (
                bool(answer.id_token) or claim_at(answer.claims, self._role_claim) is not None
            )
            if answer is not None:
                tokens = {
                    f"{name}_sealed": self._sealing.seal(value, kept.key_hash)
                    for name in ("id_token", "access_token", "refresh_token")
                    if (value := getattr(answer, name))
                }
        elif access and kept.role_place == "userinfo":
            claims = self._provider.userinfo(access, subject=person.subject)
            told = claims is not None
        else:
            return None
        if claims is None or not told:
            return None
        role = self._identity.decided(claims, person.issuer).role
        return (role, tokens, person.staff_name) if role else None

    def _believe(
        self,
        kept: ProviderSession,
        *,
        until: datetime,
        check: datetime | None,
        tokens: Mapping[str, str] | None = None,
        role: str = "",
        staff_name: str = "",
    ) -> None:
        with self._database.write() as tx:
            tx.identity.believe(kept.key_hash, until=until, next_check_at=check, tokens=tokens)
            if role:
                give_role(
                    tx,
                    kept,
                    role,
                    staff_name,
                    by=self._identity.provider_name,
                    now=self._clock(),
                )

    def sweep(self) -> int:
        """Forget sign-ins that nobody finished, old records, and people who have nothing here."""
        now = self._clock()
        people = now - timedelta(days=self._people_days) if self._people_days else None
        with self._database.write() as tx:
            tx.identity.sweep(
                now, begun=now - _BEGUN_KEPT, records=now - _RECORDS_KEPT, people_before=people
            )
        return 0
