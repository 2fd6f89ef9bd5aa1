"""The settings of a lab: keyword arguments, environment, ``printflow.toml``, defaults.

They're checked when they're read. A wrong setting is a :class:`~printflow.errors.SettingsError` of
one line that names the key, where it is set and what is allowed. Its text is complete.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from ..domain.naming import endings_text, model_endings
from ..domain.text import clean_line
from ..errors import SettingsError
from ..said import Said, say, sentences
from . import checks
from .database_url import checked_database_url, sqlite_file, sqlite_url
from .identity import IdentitySettings
from .inbox import InboxSettings
from .layers import (
    Known,
    Layer,
    environment_layer,
    file_layer,
    find_file,
    in_force,
    is_variable,
    keyword_layer,
    place_of,
    placed,
)
from .papercut import PaperCutSettings
from .payment import PaymentSettings
from .phrases import (
    A_FOLDER,
    A_TEXT,
    DAYS,
    HOURS,
    MEGABYTES,
    MINUTES,
    SECONDS,
    TRUE_OR_FALSE,
    Whole,
    whole,
)
from .sections import (
    LogSettings,
    MailSettings,
    RetentionSettings,
    ServerSettings,
    ShareSettings,
    SlicerSettings,
)

_SECTION = say("the section [{section}]")
_SUBMISSIONS = say("a whole number of submissions from {low} to {high}")
_NEVER_SHOWN = (
    "smtp_password",
    "oauth_client_secret",
    "oauth_refresh_token",
    "password",
    "secret_key",
    "metrics_token",
    "database_url",
    "base_url",
    "client_secret",
    "secret",
    "auth_token",
    "server_url",
)


class Settings(BaseModel):
    """All settings of a lab; immutable.

    ``Settings(store="storage")`` takes keyword arguments, then the environment, then defaults;
    :meth:`load` reads ``printflow.toml`` as well. A script's relative ``store`` is made absolute.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", validate_default=True, hide_input_in_errors=True
    )

    store: Path = Field(default_factory=lambda: Path.cwd() / "storage", description=A_FOLDER)
    database_url: str = Field(default="", repr=False, description=say("a database's address"))
    secret_key: SecretStr | None = Field(default=None, description=A_TEXT)
    mail: MailSettings = Field(
        default_factory=MailSettings, description=_SECTION.having(section="mail")
    )
    inbox: InboxSettings = Field(
        default_factory=InboxSettings, description=_SECTION.having(section="inbox")
    )
    server: ServerSettings = Field(
        default_factory=ServerSettings, description=_SECTION.having(section="server")
    )
    share: ShareSettings = Field(
        default_factory=ShareSettings, description=_SECTION.having(section="share")
    )
    slicer: SlicerSettings = Field(
        default_factory=SlicerSettings, description=_SECTION.having(section="slicer")
    )
    log: LogSettings = Field(
        default_factory=LogSettings, description=_SECTION.having(section="log")
    )
    retention: RetentionSettings = Field(
        default_factory=RetentionSettings, description=_SECTION.having(section="retention")
    )
    identity: IdentitySettings = Field(
        default_factory=IdentitySettings, description=_SECTION.having(section="identity")
    )
    payment: PaymentSettings = Field(
        default_factory=PaymentSettings, description=_SECTION.having(section="payment")
    )
    papercut: PaperCutSettings = Field(
        default_factory=PaperCutSettings, description=_SECTION.having(section="papercut")
    )
    base_url: str = Field(
        default="", description=say("a web address such as https://prints.example.edu")
    )
    trusted_hosts: tuple[str, ...] = Field(
        default=(), description=say('a list such as ["example.edu"]')
    )
    allowed_email_domains: tuple[str, ...] = Field(
        default=(), description=say('a list such as ["example.edu"]')
    )
    language: str = Field(
        default="en", description=say("the tag of a language such as fr or pt-BR")
    )
    languages: tuple[str, ...] = Field(
        default=(), description=say('a list of tags of languages such as ["en", "es"]')
    )
    check_email_domain: bool = Field(default=True, description=TRUE_OR_FALSE)
    confirm_address: bool = Field(default=False, description=TRUE_OR_FALSE)
    unconfirmed_days: Whole = whole(3, 1, 365, DAYS)
    locale_dir: Path | None = Field(default=None, description=A_FOLDER)
    more_formats: tuple[Literal["ply", "glb", "step"], ...] = Field(
        default=(), description=say('a list of "ply", "glb" and "step"')
    )
    quote_days: Whole = whole(7, 1, 365, DAYS)
    resend_minutes: Whole = whole(60, 1, 10_080, MINUTES)
    reminder_hours: Whole = whole(48, 0, 8_760, HOURS)
    pickup_reminder_days: tuple[Whole, ...] = Field(
        default=(7, 21), description=say("a list of whole days such as [7, 21]")
    )
    dispose_after_days: Whole = whole(0, 0, 3650, DAYS)
    dispose_automatic: bool = Field(default=False, description=TRUE_OR_FALSE)
    weekly_summary_to: tuple[str, ...] = Field(
        default=(), description=say('a list such as ["boss@example.edu"]')
    )
    submissions_per_hour: Whole = whole(200, 0, 100_000, _SUBMISSIONS)
    attention_days: Whole = whole(7, 1, 365, DAYS)
    students_cancel: Literal["ask", "until_print", "no"] = Field(
        default="ask", description=say("ask, until_print, or no")
    )
    ready_estimates: bool = Field(default=True, description=TRUE_OR_FALSE)
    undo_seconds: Whole = whole(30, 0, 300, SECONDS)
    settle_seconds: Whole = whole(3, 0, 3600, SECONDS)
    max_upload_mb: Whole = whole(100, 1, 100_000, MEGABYTES)
    disk_reserve_mb: Whole = whole(256, 0, 10_000_000, MEGABYTES)

    _places: dict[str, str] = PrivateAttr(default_factory=dict)

    def __init__(
        self,
        *,
        config_file: Path | None = None,
        environ: Mapping[str, str] | None = None,
        **given: Any,
    ) -> None:
        """Settings from keywords, the environment and a file, in this order; ``environ`` takes the
        place of the process's own.
        """
        known = _known()
        layers = (
            keyword_layer(_plain(given), known),
            environment_layer(os.environ if environ is None else environ, known),
            file_layer(config_file, known),
        )
        try:
            super().__init__(**in_force(layers))
        except ValidationError as error:
            raise _in_words(error, layers) from None
        names = {name for layer in layers for name in layer.places}
        self._places.update({name: place_of(name, layers) for name in sorted(names)})

    @property
    def places(self) -> Mapping[str, str]:
        """Where each setting that is set stands, by its dotted name: a file's path, the name of an
        environment variable, or "" for a keyword of the program or an option of a command.
        """
        return dict(self._places)

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of the environment variables that settings come from."""
        return tuple(sorted({place for place in self._places.values() if is_variable(place)}))

    def set_values(self) -> dict[str, str]:
        """The settings that are set, as texts by their dotted names; secrets are among them."""
        found = {}
        for name in self._places:
            value: Any = self
            for part in name.split("."):
                value = getattr(value, part)
            plain = value.get_secret_value() if isinstance(value, SecretStr) else value
            found[name] = str(plain)
        return found

    @classmethod
    def load(cls, config: Path | None = None, **given: Any) -> Self:
        """The current settings, ``given`` before all else (None there means "not given").

        The file is ``config``, else the one that ``PRINTFLOW_CONFIG`` names, else
        ``printflow.toml`` in the current folder if there is one.
        """
        return cls(config_file=find_file(config, os.environ), **given)

    @field_validator("store")
    @classmethod
    def _store(cls, value: Path) -> Path:
        return Path(os.path.normpath(value.expanduser().absolute()))

    @field_validator("locale_dir")
    @classmethod
    def _locale_dir(cls, value: Path | None) -> Path | None:
        return None if value is None else checks.folder("locale_dir", value)

    @field_validator("database_url")
    @classmethod
    def _database_url(cls, value: str, info: ValidationInfo) -> str:
        store = info.data.get("store")
        return checked_database_url(value, store=store) if store is not None else value

    @field_validator("secret_key")
    @classmethod
    def _secret_key(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < 16:
            raise ValueError(
                say(
                    "{name} must have at least {least} characters, or not be set.",
                    name="secret_key",
                    least=16,
                )
            )
        return value

    @field_validator("mail")
    @classmethod
    def _mail(cls, value: MailSettings, info: ValidationInfo) -> MailSettings:
        store = info.data.get("store")
        if value.directory is not None or store is None:
            return value
        return value.model_copy(update={"directory": store / ".printflow" / "mail"})

    @field_validator("inbox")
    @classmethod
    def _inbox(cls, value: InboxSettings, info: ValidationInfo) -> InboxSettings:
        mail = info.data.get("mail")
        if value.host and value.auth == "xoauth2" and mail is not None and not mail.token_endpoint:
            raise ValueError(
                say(
                    "mail.oauth_provider or mail.oauth_token_endpoint is missing. It's needed because "
                    'inbox.auth is "xoauth2".'
                )
            )
        if value.host and value.auth == "xoauth2" and mail is not None and not mail.oauth_client_id:
            raise ValueError(
                say(
                    'mail.oauth_client_id is missing. It\'s needed because inbox.auth is "xoauth2".'
                )
            )
        return value

    @field_validator("base_url")
    @classmethod
    def _base_url(cls, value: str, info: ValidationInfo) -> str:
        mail = info.data.get("mail")
        identity = info.data.get("identity")
        if not value.strip() and identity is not None and identity.on:
            raise ValueError(
                say(
                    "base_url is missing. People come back from the sign-in provider to it. Set it "
                    "to the address that they open, such as https://prints.example.edu."
                )
            )
        payment = info.data.get("payment")
        if not value.strip() and payment is not None and payment.url_template:
            raise ValueError(
                say(
                    "base_url is missing. People come back from the payment service to it. Set it "
                    "to the address that they open, such as https://prints.example.edu."
                )
            )
        if not value.strip() and mail is not None and mail.smtp_host:
            raise ValueError(
                say(
                    "base_url is missing. The links in emails need it. Set it to the address that "
                    "students open, such as https://prints.example.edu."
                )
            )
        return checks.base_url(value)

    @field_validator("trusted_hosts", "allowed_email_domains")
    @classmethod
    def _domains(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        return checks.domains(str(info.field_name), value)

    @field_validator("language")
    @classmethod
    def _language(cls, value: str) -> str:
        return checks.language_tag("language", value)

    @field_validator("languages")
    @classmethod
    def _languages(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(checks.language_tag("languages", one) for one in value))

    @field_validator("weekly_summary_to")
    @classmethod
    def _weekly_summary_to(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        found = (checks.address("weekly_summary_to", one, named=False) for one in value)
        return tuple(dict.fromkeys(one for one in found if one))

    @field_validator("pickup_reminder_days")
    @classmethod
    def _reminder_days(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        return checks.reminder_days(value)

    @field_validator("dispose_after_days")
    @classmethod
    def _dispose_after_days(cls, value: int, info: ValidationInfo) -> int:
        return checks.disposal(value, info.data.get("pickup_reminder_days"))

    @field_validator("dispose_automatic")
    @classmethod
    def _dispose_automatic(cls, value: bool, info: ValidationInfo) -> bool:
        if value and info.data.get("dispose_after_days") == 0:
            raise ValueError(
                say(
                    "{name} needs dispose_after_days. Set it to a number of days.",
                    name="dispose_automatic",
                )
            )
        return value

    @property
    def model_endings(self) -> tuple[str, ...]:
        """The endings of the models that are taken: ``.stl``, …"""
        return model_endings(self.more_formats)

    @property
    def model_endings_text(self) -> str:
        """The same in words: ".stl, .obj, or .3mf"."""
        return endings_text(self.model_endings)

    @property
    def state_dir(self) -> Path:
        """The store's hidden folder: identity, embedded database, mails, logs."""
        return self.store / ".printflow"

    @property
    def slicer_profiles(self) -> Path:
        """The folder of the flat profiles that the lab's slicer takes."""
        return self.slicer.profiles or self.state_dir / "slicer"

    @property
    def spool_dir(self) -> Path:
        """Where the web server keeps large bodies while they arrive: on this machine's own disk."""
        if self.server.spool is not None:
            return self.server.spool
        embedded = sqlite_file(self.database)
        beside = embedded.parent if embedded is not None else Path(tempfile.gettempdir())
        return beside / ("spool" if embedded is not None else "printflow-spool")

    @property
    def database(self) -> str:
        """The address of the current database."""
        return self.database_url or sqlite_url(self.state_dir / "printflow.db")

    @property
    def effective_base_url(self) -> str:
        """What links begin with: ``base_url``, else this machine's own address."""
        return self.base_url or f"http://127.0.0.1:{self.server.port}"


_SECTIONS: dict[str, type[BaseModel]] = {
    "mail": MailSettings,
    "inbox": InboxSettings,
    "server": ServerSettings,
    "share": ShareSettings,
    "slicer": SlicerSettings,
    "log": LogSettings,
    "retention": RetentionSettings,
    "identity": IdentitySettings,
    "payment": PaymentSettings,
    "papercut": PaperCutSettings,
}


def _known() -> Known:
    return {
        "": tuple(Settings.model_fields),
        **{name: tuple(section.model_fields) for name, section in _SECTIONS.items()},
    }


def _plain(given: dict[str, Any]) -> dict[str, Any]:
    return {
        key: value.model_dump(exclude_unset=True) if isinstance(value, BaseModel) else value
        for key, value in given.items()
    }


def _in_words(error: ValidationError, layers: tuple[Layer, ...]) -> SettingsError:
    """All that pydantic found wrong, as one line."""
    said, keys, places = [], [], []
    for problem in error.errors(include_url=False):
        location = [str(part) for part in problem["loc"] if not isinstance(part, int)]
        key = ".".join(location[:2] if location[0] in _SECTIONS else location[:1])
        reason = str(problem.get("ctx", {}).get("error", ""))
        place = place_of(key, layers)
        said.append(placed(reason or _not_allowed(key, location, problem["input"]), place))
        keys.append(key)
        places.append(place)
    return SettingsError(sentences(said), key=keys[0], source=places[0])


def _not_allowed(key: str, location: list[str], given: object) -> Said:
    allowed = _allowed(location)
    if isinstance(given, str | int | float) and location[-1] not in _NEVER_SHOWN:
        return say(
            "{name} must be {allowed}, not “{typed}”.",
            name=key,
            allowed=allowed,
            typed=clean_line(str(given))[:60],
        )
    return say("{name} must be {allowed}.", name=key, allowed=allowed)


def _allowed(location: list[str]) -> str:
    section = _SECTIONS.get(location[0])
    fields = Settings.model_fields if section is None else section.model_fields
    name = location[1] if section is not None and len(location) > 1 else location[0]
    found = fields.get(name) or Settings.model_fields[location[0]]
    return found.description or say("another value")
