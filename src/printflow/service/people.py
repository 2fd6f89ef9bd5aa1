"""Who may come in, and under which names staff act."""

from __future__ import annotations

from datetime import timedelta

from ..domain.naming import ALPHABET
from ..domain.text import clean_line
from ..errors import InvalidInput, NotFound, SignInRefused, TooManyRequests
from .desk import Desk

STATION = "Lab"
"""The station that everybody shares until the lab makes others."""

_WRONG_PASSWORDS = 5
_WINDOW = timedelta(minutes=1)
_MIN_LENGTH, _MAX_LENGTH = 8, 200
_NAME_LIMIT = 60


class PeopleDesk(Desk):
    """Names and passwords."""

    def staff_names(self) -> tuple[str, ...]:
        """The names one may act under, sorted."""
        with self._ports.database.read() as tx:
            return tuple(tx.lab.staff_names())

    def add_staff(self, name: str) -> str:
        """Add a name, or bring a deactivated one back; gives it cleaned. Raises InvalidInput."""
        cleaned = clean_line(name)
        if not 0 < len(cleaned) <= _NAME_LIMIT:
            raise InvalidInput.of(
                "name", "name_invalid", f"Enter a name of 1 to {_NAME_LIMIT} characters."
            )
        with self._ports.database.write() as tx:
            tx.lab.add_staff(cleaned, self._ports.clock())
        return cleaned

    def deactivate_staff(self, name: str) -> None:
        """Take a name from the list; history keeps it. Raises NotFound."""
        with self._ports.database.write() as tx:
            if not tx.lab.deactivate_staff(clean_line(name), self._ports.clock()):
                raise NotFound("There is no such name on the list.")

    # -- the staff password -----------------------------------------------------------------------

    def ensure_staff_password(self) -> str | None:
        """A new password where none is set yet, to be told once; None where there is one."""
        with self._ports.database.read() as tx:
            if tx.lab.station_hashes():
                return None
        return self.set_staff_password()

    def set_staff_password(self, password: str | None = None) -> str:
        """Set the staff password, a generated one by default; gives it, stores only its hash.

        Raises InvalidInput when it is shorter than 8 or longer than 200 characters.
        """
        from argon2 import PasswordHasher

        chosen = self._generated() if password is None else password
        if not _MIN_LENGTH <= len(chosen) <= _MAX_LENGTH:
            raise InvalidInput.of(
                "password",
                "password_length",
                f"A password needs {_MIN_LENGTH} to {_MAX_LENGTH} characters.",
            )
        hashed = PasswordHasher().hash(chosen)
        with self._ports.database.write() as tx:
            tx.lab.set_station(STATION, hashed, self._ports.clock())
        return chosen

    def _generated(self) -> str:
        letters = [ALPHABET[self._ports.ids(5)].lower() for _ in range(16)]
        return "-".join("".join(letters[start : start + 4]) for start in range(0, 16, 4))

    def check_staff_password(self, password: str, *, address: str) -> str:
        """The station whose password this is.

        ``address`` is where the attempt comes from: after five wrong ones within a minute it has
        to wait. Raises SignInRefused, TooManyRequests.
        """
        from argon2 import PasswordHasher
        from argon2.exceptions import InvalidHashError, VerificationError

        now, key = self._ports.clock(), f"sign-in/{address}"[:120]
        with self._ports.database.read() as tx:
            wrong, first = tx.lab.count(key, now - _WINDOW)
            hashes = tx.lab.station_hashes()
        if wrong >= _WRONG_PASSWORDS:
            wait = _WINDOW - (now - first) if first else _WINDOW
            seconds = max(1, int(wait.total_seconds()))
            raise TooManyRequests(
                "Too many wrong passwords.",
                retry_after=seconds,
                next_step=f"Try again in {seconds} seconds.",
            )
        hasher = PasswordHasher()
        for station, hashed in hashes.items():
            try:
                hasher.verify(hashed, password[: _MAX_LENGTH + 1])
            except (VerificationError, InvalidHashError):
                continue
            return station
        with self._ports.database.write() as tx:
            tx.lab.add_count(key, now)
        raise SignInRefused(
            "The password is wrong.",
            next_step="Ask in the lab, or set a new one with: printflow staff-password",
        )

    def session_key(self) -> bytes:
        """The key that signs cookies; the same on every server of the lab."""
        return self._ports.tokens.session_key()
