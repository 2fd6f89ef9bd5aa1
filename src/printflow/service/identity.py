"""Signing in at the institution's provider: going there, and coming back."""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from ..catalogs.cache import CatalogCache
from ..domain.identity import (
    BELIEVED,
    NO_CLAIMS,
    PROXY,
    SIGN_IN_LIFETIME,
    STUDENT_LIFETIME,
    Person,
    ProviderSession,
    Purpose,
    RoleDecision,
    RoleRules,
    SignInRecord,
    Students,
    claim_at,
    decide_role,
    domain_problem,
    shortened,
    values_of,
)
from ..domain.limits import Limit
from ..domain.people import ChangeKind
from ..domain.rights import ADMINISTRATOR, Right
from ..domain.text import clean_line
from ..errors import IdentityRefused, InvalidInput, PrintflowError, ProviderUnavailable
from ..ports import (
    Answer,
    Begun,
    Clock,
    Database,
    IdentityProvider,
    Ids,
    ProviderState,
    Transaction,
)
from ..runtime.latest import Latest, Sight
from ..runtime.permits import needs
from ..runtime.sealing import Sealing
from ..runtime.tokens import Tokens
from ..said import Said, say
from ..settings.identity import IdentitySettings
from .changes import ChangedBy
from .limits import count
from .provider_people import give_role, known_person, staff_name_of
from .sessions import Sessions, SignedIn
from .stations import session_hash

_log = logging.getLogger(__name__)

CALLBACK = "/login/callback"
SIGNED_OUT = "/signed-out"
PROXY_SOURCE = "proxy"
"""Stands in the history for the station of whom a proxy in front named."""
OPERATOR_SOURCE = "command line"
"""Stands in the history for the station of who came in by the operator's link."""
_STARTS = Limit("identity", 600, timedelta(minutes=10))
"""So many go to the provider from one network address: a campus may be behind it."""
_LOOK_SECONDS = 30.0
_CHECK_BEFORE = timedelta(minutes=1)
_NO_SESSION = ("login_required", "interaction_required", "consent_required",
               "account_selection_required")  # fmt: skip
_EXTRA: Mapping[Purpose, Mapping[str, str]] = {
    Purpose.CHECK: {"prompt": "none"},
    Purpose.CONFIRM: {"prompt": "login", "max_age": "0"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ComeBack:
    """What came of a sign-in: why it was begun, where to go now, and the secret of the session that
    has begun with it ("" = the one that there was goes on).
    """

    purpose: Purpose
    back: str
    key: str = ""
    name: str = ""
    over: bool = False
    """The session that was to be checked is over: the person isn't signed in at the provider."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedByProxy:
    """Who a proxy says is there. Its address was checked; roles are a list."""

    user: str
    name: str = ""
    email: str = ""
    roles: tuple[str, ...] = ()

    @property
    def claims(self) -> dict[str, Any]:
        """The same as claims."""
        given = {"sub": self.user, "name": self.name or self.user, "email": self.email,
                 "roles": list(self.roles)}  # fmt: skip
        return {name: value for name, value in given.items() if value}


class Identity:
    """The door for people whom a provider knows, or a proxy in front."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        ids: Ids,
        tokens: Tokens,
        settings: IdentitySettings,
        provider: IdentityProvider,
        sessions: Sessions,
        catalogs: CatalogCache,
        *,
        base_url: str,
    ) -> None:
        self._database = database
        self._clock = clock
        self._ids = ids
        self._tokens = tokens
        self._settings = settings
        self._provider = provider
        self._sessions = sessions
        self._catalogs = catalogs
        self._base_url = base_url
        self._sealing = Sealing(tokens.sealing_key())
        self._state = Latest(provider.look, every=_LOOK_SECONDS)

    # -- what is on -------------------------------------------------------------------------------

    @property
    def on(self) -> bool:
        """Whether the lab has a provider."""
        return self._settings.on

    @property
    def by_proxy(self) -> bool:
        """Whether a proxy in front names people."""
        return self._settings.by_proxy

    @property
    def students(self) -> Students:
        """Whether students sign in."""
        return Students(self._settings.students)

    @property
    def provider_name(self) -> str:
        """What people call the provider: as the settings say, else its host."""
        return self._settings.provider_name or urlsplit(self._settings.issuer).hostname or ""

    @property
    def callback_url(self) -> str:
        """The address to register at the provider, where people come back to."""
        return self._base_url + CALLBACK

    @property
    def signed_out_url(self) -> str:
        """The address to register as where people go after signing out."""
        return self._base_url + SIGNED_OUT

    def provider_state(self, *, patience: float = 0.0) -> Sight[ProviderState]:
        """What was seen of the provider last. It's looked at in the background; nobody waits, or
        for ``patience`` seconds at most.
        """
        return self._state.latest(patience=patience)

    def is_away(self) -> bool:
        """Whether the provider is known not to answer."""
        seen = self.provider_state().value if self.on else None
        return seen is not None and seen.away

    @needs(Right.SETTINGS, looks=True)
    def in_force(self) -> dict[str, str]:
        """The section's settings in force, for administrators, without any secret; none where
        nothing is on.
        """
        given = self._settings
        if not (given.on or given.by_proxy):
            return {}
        shown: dict[str, str] = {}
        for name in type(given).model_fields:
            value = getattr(given, name)
            if name == "client_secret":
                value = say("set") if value else ""
            elif name == "roles":
                value = ", ".join(f"{group} → {role}" for group, role in value.items())
            elif isinstance(value, tuple):
                value = " ".join(value)
            elif isinstance(value, bool):
                value = "true" if value else "false"
            if value not in ("", None):
                shown[name] = value if isinstance(value, Said) else str(value)
        return shown

    @needs(Right.SETTINGS, looks=True)
    def records(self, *, limit: int = 50) -> list[SignInRecord]:
        """The newest sign-ins, with what decided about the role."""
        with self._database.read() as tx:
            return list(tx.identity.records(limit=min(limit, 500)))

    def _rules(self, issuer: str) -> RoleRules:
        """How roles are given to people of that issuer."""
        given = self._settings
        proxy = issuer == PROXY
        return RoleRules(
            claim="roles" if proxy else given.role_claim,
            roles=given.roles,
            default_role=given.default_role,
            allowed_domains=() if proxy else given.allowed_domains,
            issuer=issuer,
        )

    # -- going there ------------------------------------------------------------------------------

    def start(
        self, purpose: Purpose, *, browser: str, back: str, address: str = "", session_key: str = ""
    ) -> str:
        """The provider's address that the browser goes to now.

        ``browser`` is a secret of this browser alone, ``back`` the page to come back to, and
        ``session_key`` that of the session that is checked or confirmed. Raises
        ProviderUnavailable, IdentityRefused, TooManyRequests.
        """
        if not self.on:
            raise IdentityRefused(say("The lab has no sign-in provider."), code="no_provider")
        if self.is_away():  # its own page would be none that anyone understands
            raise ProviderUnavailable(
                say("The sign-in provider doesn't answer right now."),
                next_step=say("Try again in a minute."),
            )
        now, state = self._clock(), f"{self._ids(256):064x}"
        url = self._provider.authorization_url(
            state=state,
            nonce=self._tokens.of_sign_in("nonce", state),
            verifier=self._tokens.of_sign_in("verifier", state),
            redirect_uri=self.callback_url,
            extra=_EXTRA.get(purpose, {}),
        )
        with self._database.write() as tx:
            bounds = _STARTS.for_address(address)
            count(tx, bounds, now, say("Too many sign-ins from your network address."))
            tx.identity.begin(
                _hashed(state),
                Begun(
                    browser_hash=_hashed(browser),
                    session_hash=session_hash(session_key) if session_key else "",
                    purpose=purpose,
                    back=back,
                    at=now,
                ),
            )
        return url

    # -- coming back ------------------------------------------------------------------------------

    def finish(
        self, said: Mapping[str, str], *, browser: str, address: str = "", session_key: str = ""
    ) -> ComeBack:
        """What the provider's answer in the address comes to; each answer counts once.

        Waits for the provider, for as long as ``identity.timeout_seconds`` say. Raises
        IdentityRefused, ProviderUnavailable.
        """
        begun = self._begun(said.get("state", ""), browser)
        claims: Mapping[str, Any] = NO_CLAIMS
        try:
            if self._is_over(said, begun, session_key):
                return ComeBack(purpose=begun.purpose, back=begun.back, over=True)
            _refuse_error(said)
            answer = self._exchange(said, begun)
            claims = answer.claims
            match begun.purpose:
                case Purpose.STUDENT:
                    return self._student(answer, begun, address)
                case Purpose.STAFF:
                    return self._staff(answer, begun, address)
                case _:
                    return self._again(answer, begun, session_key)
        except (IdentityRefused, ProviderUnavailable) as error:
            self._note_refusal(begun.purpose, claims, error, address)
            raise

    def _begun(self, state: str, browser: str) -> Begun:
        with self._database.write() as tx:
            begun = tx.identity.take_begun(_hashed(state)) if state else None
        if begun is None:
            raise _begin_again(
                say("This sign-in was used already, or isn't known here."), "state_unknown"
            )
        if not browser or not hmac.compare_digest(begun.browser_hash, _hashed(browser)):
            raise _begin_again(
                say("This sign-in began in another browser, or your browser blocks cookies."),
                "state_browser",
            )
        if abs(self._clock() - begun.at) > SIGN_IN_LIFETIME:
            raise _begin_again(say("This sign-in took longer than 10 minutes."), "state_expired")
        return begun

    def _is_over(self, said: Mapping[str, str], begun: Begun, session_key: str) -> bool:
        """Whether the provider says that nobody is signed in there; the session ends then."""
        if begun.purpose is not Purpose.CHECK or said.get("error") not in _NO_SESSION:
            return False
        if session_key and session_hash(session_key) == begun.session_hash:
            self._sessions.sign_out(session_key)
        return True

    def _exchange(self, said: Mapping[str, str], begun: Begun) -> Answer:
        state, code = said["state"], said.get("code", "")
        if not code:
            raise _begin_again(say("The provider sent no answer."), "code_missing")
        fresh = begun.at if begun.purpose is Purpose.CONFIRM else None
        return self._provider.exchange(
            code=code,
            nonce=self._tokens.of_sign_in("nonce", state),
            verifier=self._tokens.of_sign_in("verifier", state),
            redirect_uri=self.callback_url,
            issuer=said.get("iss", ""),
            signed_in_since=fresh,
        )

    # -- staff ------------------------------------------------------------------------------------

    def _staff(self, answer: Answer, begun: Begun, address: str) -> ComeBack:
        issuer = self._settings.issuer
        signed = self._begin_staff(issuer, answer.claims, address, self.provider_name, answer)
        return ComeBack(purpose=Purpose.STAFF, back=begun.back, key=signed.key, name=signed.name)

    def sign_in_by_proxy(self, named: NamedByProxy, *, address: str = "") -> SignedIn:
        """Begin a session for whom the proxy names. Raises IdentityRefused."""
        if not self.by_proxy:
            raise IdentityRefused(say("No proxy may sign people in here."), code="no_proxy")
        try:
            return self._begin_staff(PROXY, named.claims, address, PROXY_SOURCE, None)
        except IdentityRefused as error:
            self._note_refusal(Purpose.STAFF, named.claims, error, address, PROXY)
            raise

    def _begin_staff(
        self,
        issuer: str,
        claims: Mapping[str, Any],
        address: str,
        source: str,
        answer: Answer | None,
    ) -> SignedIn:
        decision = self.decided(claims, issuer)
        if not decision.role:
            raise _no_role(decision.why)
        now = self._clock()
        with self._database.write() as tx:
            tx.people.take_turns()
            person = self._person(tx, issuer, claims, now)
            name = staff_name_of(tx, person, claims)
        try:
            signed = self._sessions.begin(
                name=name, role=decision.role, source=source, address=address
            )
        except InvalidInput as error:
            raise IdentityRefused(error.refusals[0].message, code="name_deactivated") from error
        with self._database.write() as tx:
            self._keep(tx, signed.key, person, decision.role, answer, now)
            self._record(tx, Purpose.STAFF, person, decision, decision.why, address, accepted=True)
        return signed

    def decided(self, claims: Mapping[str, Any], issuer: str) -> RoleDecision:
        """The role of these claims, if the lab's catalog has it."""
        found = decide_role(claims, self._rules(issuer))
        known = {role.name for role in self._catalogs.newest().roles}
        if not found.role or found.role in known:
            return found
        why = say("The role “{role}” isn't in the lab's catalog.", role=found.role)
        return RoleDecision(role="", why=why, seen=found.seen)

    def _person(self, tx: Any, issuer: str, claims: Mapping[str, Any], now: datetime) -> Person:
        given = self._settings
        proxy = issuer == PROXY
        return known_person(
            tx,
            issuer,
            claims,
            now,
            name_claim="name" if proxy else given.name_claim,
            email_claim="email" if proxy else given.email_claim,
        )

    def _keep(
        self, tx: Any, key: str, person: Person, role: str, answer: Answer | None, now: datetime
    ) -> None:
        hashed = session_hash(key)
        tx.identity.add_session(
            ProviderSession(
                key_hash=hashed,
                person_id=person.id,
                issuer=person.issuer,
                role=role,
                role_place=self.place_of_role(answer),
                believed_until=now + BELIEVED,
                id_token_sealed=self._seal(answer, "id_token", hashed),
                access_token_sealed=self._seal(answer, "access_token", hashed),
                refresh_token_sealed=self._seal(answer, "refresh_token", hashed),
            ),
            next_check_at=now + BELIEVED - _CHECK_BEFORE if answer is not None else None,
        )

    def place_of_role(self, answer: Answer | None) -> str:
        """Where the claim stood that decides about the role."""
        if answer is None:
            return PROXY
        return (
            "userinfo"
            if self._settings.role_claim.partition(".")[0] in answer.from_userinfo
            else "id_token"
        )

    def _seal(self, answer: Answer | None, name: str, hashed: str) -> str:
        return self._sealing.seal(getattr(answer, name), hashed) if answer is not None else ""

    def _again(self, answer: Answer, begun: Begun, session_key: str) -> ComeBack:
        """The same person, in the same session, is still there."""
        hashed = session_hash(session_key) if session_key else ""
        if not hashed or hashed != begun.session_hash:
            raise _begin_again(say("This sign-in belongs to another session."), "session_differs")
        now, issuer = self._clock(), self._settings.issuer
        decision = self.decided(answer.claims, issuer)
        with self._database.write() as tx:
            kept = tx.identity.session(hashed)
            person = tx.identity.person_by_id(kept.person_id) if kept else None
            same = person is not None and person.subject == str(answer.claims["sub"])
            if kept is None or person is None or not same or not decision.role:
                tx.people.end_session(hashed)
            else:
                person = self._person(tx, issuer, answer.claims, now)
                give_role(
                    tx, kept, decision.role, person.staff_name, by=self.provider_name, now=now
                )
                tx.identity.believe(
                    hashed,
                    until=now + BELIEVED,
                    next_check_at=now + BELIEVED - _CHECK_BEFORE,
                    tokens={
                        f"{name}_sealed": sealed
                        for name in ("id_token", "access_token", "refresh_token")
                        if (sealed := self._seal(answer, name, hashed))
                    },
                    role_place=self.place_of_role(answer),
                )
                if begun.purpose is Purpose.CONFIRM:
                    tx.people.confirm_session(hashed, now)
        if person is None or not same:
            raise _begin_again(say("Someone else is signed in at the provider."), "person_differs")
        if not decision.role:
            raise _no_role(decision.why)
        return ComeBack(purpose=begun.purpose, back=begun.back)

    # -- students ---------------------------------------------------------------------------------

    def _student(self, answer: Answer, begun: Begun, address: str) -> ComeBack:
        if self.students is Students.OFF:
            raise IdentityRefused(say("Students don't sign in at this lab."), code="students_off")
        problem = domain_problem(answer.claims, self._rules(self._settings.issuer))
        if problem is not None:
            raise IdentityRefused(
                say("This account can't be used here."),
                code="domain_refused",
                next_step=problem,
            )
        key, now = f"{self._ids(128):032x}", self._clock()
        hashed = session_hash(key)
        with self._database.write() as tx:
            person = self._person(tx, self._settings.issuer, answer.claims, now)
            if person.email:
                tx.identity.add_student(
                    hashed,
                    person_id=person.id,
                    id_token_sealed=self._seal(answer, "id_token", hashed),
                    roles=values_of(
                        claim_at(answer.claims, self._rules(self._settings.issuer).claim)
                    ),
                    address=address,
                    now=now,
                    expires_at=now + STUDENT_LIFETIME,
                )
                why = say("Signed in as a student.")
                nothing = RoleDecision(role="", why=why)
                self._record(tx, Purpose.STUDENT, person, nothing, why, address, accepted=True)
        if not person.email:
            raise IdentityRefused(
                say("The provider sent no verified email address, which the lab needs."),
                code="email_missing",
                next_step=say("Tell the lab's administrator."),
            )
        return ComeBack(purpose=Purpose.STUDENT, back=begun.back, key=key, name=person.name)

    # -- the way back in --------------------------------------------------------------------------

    @needs(Right.STATIONS)
    def way_in(self) -> str:
        """A link that signs one administrator in, once, within 10 minutes: for the operator, when
        the provider is down and no station has a password.
        """
        # In letters and digits that logs know as a secret.
        state = base64.b32encode(self._ids(160).to_bytes(20)).decode().lower()
        with self._database.write() as tx:
            begun = Begun(browser_hash="", session_hash="", purpose=Purpose.WAY_IN, back="",
                          at=self._clock())  # fmt: skip
            tx.identity.begin(_hashed(state), begun)
        return f"{self._base_url}/login/way-in/{state}"

    def take_way_in(self, state: str, *, name: str, address: str = "") -> SignedIn:
        """Sign in by such a link, under the name of who uses it. Raises IdentityRefused, InvalidInput."""
        with self._database.write() as tx:
            begun = tx.identity.take_begun(_hashed(state))
        fresh = begun is not None and abs(self._clock() - begun.at) <= SIGN_IN_LIFETIME
        if begun is None or begun.purpose is not Purpose.WAY_IN or not fresh:
            raise IdentityRefused(
                say("This link was used already, or is older than 10 minutes."),
                code="way_in_used",
                next_step=say(
                    "The person who runs the server can make a new one with “printflow identity way-in”."
                ),
            )
        return self._sessions.begin(
            name=name, role=ADMINISTRATOR, source=OPERATOR_SOURCE, address=address
        )

    # -- records ----------------------------------------------------------------------------------

    def _record(
        self,
        tx: Any,
        purpose: Purpose,
        person: Person,
        decision: RoleDecision,
        why: Said,
        address: str,
        *,
        accepted: bool,
    ) -> None:
        tx.identity.record(
            at=self._clock(),
            person_id=person.id,
            purpose=purpose,
            issuer=person.issuer,
            name=person.name,
            role=decision.role,
            accepted=accepted,
            why=why,
            claims=decision.seen,
            address=clean_line(address),
        )

    def _note_refusal(
        self,
        purpose: Purpose,
        claims: Mapping[str, Any],
        error: PrintflowError,
        address: str,
        issuer: str = "",
    ) -> None:
        """For the administrator's page; a database that is away must not hide the refusal."""
        issuer = issuer or self._settings.issuer
        why = error.next_step if error.code in _WHY_NEXT and error.next_step else error.message
        seen = decide_role(claims, self._rules(issuer)).seen if claims else {}
        _log.warning("sign-in refused: %s (%s)", error.code, error)
        try:
            with self._database.write() as tx:
                person = tx.identity.person(issuer, str(claims.get("sub", "")))
                tx.identity.record(
                    at=self._clock(),
                    person_id=person.id if person else None,
                    purpose=purpose,
                    issuer=issuer,
                    name=str(shortened(claims.get("name") or claims.get("sub") or ""))[:100],
                    role="",
                    accepted=False,
                    why=why,
                    claims=seen,
                    address=clean_line(address),
                )
                if purpose is not Purpose.STUDENT:
                    self._note_failure(tx, person, error, issuer)
        except PrintflowError:
            _log.exception("the refused sign-in could not be taken down")

    def _note_failure(
        self, tx: Transaction, person: Person | None, error: PrintflowError, issuer: str
    ) -> None:
        """In the lab's own record only who is staff is named: anyone may try."""
        place = PROXY_SOURCE if issuer == PROXY else self.provider_name
        named = person.staff_name if person else ""
        ChangedBy("", place).record_counted(
            tx,
            ChangeKind.SIGN_IN_FAILED,
            named or say("an unknown name"),
            self._clock(),
            why=error.code,
        )


def _refuse_error(said: Mapping[str, str]) -> None:
    error = clean_line(said.get("error", ""))[:60]
    if error in ("server_error", "temporarily_unavailable"):
        raise ProviderUnavailable(
            say("The sign-in provider doesn't work right now ({error}).", error=error),
            next_step=say("Try again in a minute."),
        )
    if error:
        raise _begin_again(
            say("The provider refused the sign-in ({error}).", error=error), "provider_refused"
        )


_WHY_NEXT = ("role_missing", "domain_refused")
"""What people are told is short; why is the next sentence."""


def _hashed(secret: str) -> str:
    return hashlib.sha256(
        f"printflow-sign-in:{secret}".encode("utf-8", "surrogatepass")
    ).hexdigest()


def _begin_again(words: Said, code: str) -> IdentityRefused:
    return IdentityRefused(words, code=code, next_step=say("Start the sign-in again."))


def _no_role(why: Said) -> IdentityRefused:
    return IdentityRefused(
        say("Your account has no role in this lab."),
        code="role_missing",
        next_step=why,
    )
