"""The settings of a lab: keyword arguments, environment, ``printflow.toml``, defaults.

They are checked when they are read; what is wrong is a :class:`~printflow.errors.SettingsError` of
one line that names the key, where it stands and what is allowed. Its text is complete by itself.
"""

from __future__ import annotations

import os
import sys
from contextvars import ContextVar
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from . import settings_checks as checks
from .database_url import checked_database_url, sqlite_url
from .errors import SettingsError
from .settings_layers import (
    Known,
    Layer,
    environment_layer,
    file_layer,
    find_file,
    keyword_layer,
    place_of,
    placed,
)

Security = Literal["none", "starttls", "tls"]

_PORTS = {"none": 25, "starttls": 587, "tls": 465}
_SECURITIES = {port: security for security, port in _PORTS.items()}
_SENDER = "Printflow <printflow@localhost>"
_NEVER_SHOWN = ("smtp_password", "secret_key", "database_url", "base_url")
_FROZEN = ConfigDict(frozen=True, extra="forbid", validate_default=True, hide_input_in_errors=True)


def _no_truth_value(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError  # noqa: TRY004
    return value


Whole = Annotated[int, BeforeValidator(_no_truth_value)]


def _whole(default: int, low: int, high: int, unit: str = "number") -> Any:
    said = f"a whole {unit} from {low} to {high}"
    return Field(default=default, ge=low, le=high, description=said)


class MailSettings(BaseModel):
    """How mails leave: through an SMTP server, or as files while no ``smtp_host`` is set."""

    model_config = _FROZEN

    smtp_host: str = Field(default="", description="a host's name")
    smtp_port: Whole = _whole(587, 1, 65_535)
    smtp_security: Security = Field(default="starttls", description="none, starttls or tls")
    smtp_username: str = Field(default="", description="a text")
    smtp_password: SecretStr | None = Field(default=None, description="a text")
    smtp_ca_file: Path | None = Field(default=None, description="a file of certificates")
    sender: str = Field(default=_SENDER, description="an e-mail address")
    reply_to: str = Field(default="", description="an e-mail address")
    staff_address: str = Field(default="", description="an e-mail address")
    directory: Path | None = Field(default=None, description="a folder")
    templates: Path | None = Field(default=None, description="a folder")
    timeout_seconds: Whole = _whole(30, 1, 600, "number of seconds")
    deadline_seconds: Whole = _whole(60, 1, 3600, "number of seconds")

    @model_validator(mode="before")
    @classmethod
    def _match_port_and_security(cls, data: Any) -> Any:
        """Of port and security each is the other's default."""
        if not isinstance(data, dict):
            return data
        port, security = data.get("smtp_port"), data.get("smtp_security")
        if security is None and port is not None:
            number = int(port) if str(port).isdecimal() else 0
            return {**data, "smtp_security": _SECURITIES.get(number, "none")}
        if port is None and security is not None:
            return {**data, "smtp_port": _PORTS.get(str(security), 587)}
        return data

    @field_validator("smtp_host")
    @classmethod
    def _host(cls, value: str) -> str:
        return checks.host("mail.smtp_host", value)

    @field_validator("smtp_security")
    @classmethod
    def _security(cls, value: Security, info: ValidationInfo) -> Security:
        if value == "starttls" and info.data.get("smtp_port") == 465:
            raise ValueError(
                "mail.smtp_security: port 465 speaks TLS from the start; "
                'set it to "tls", or smtp_port to 587'
            )
        return value

    @field_validator("smtp_password")
    @classmethod
    def _password(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        given = bool(value and value.get_secret_value())
        if info.data.get("smtp_username") and not given:
            raise ValueError("mail.smtp_password is needed, because mail.smtp_username is set")
        if given and not info.data.get("smtp_username"):
            raise ValueError("mail.smtp_username is needed, because mail.smtp_password is set")
        return value if given else None

    @field_validator("smtp_ca_file")
    @classmethod
    def _ca_file(cls, value: Path | None) -> Path | None:
        return None if value is None else checks.ca_file(value)

    @field_validator("sender")
    @classmethod
    def _sender(cls, value: str, info: ValidationInfo) -> str:
        host, user = info.data.get("smtp_host", ""), info.data.get("smtp_username", "")
        if value not in {"", _SENDER}:
            return checks.address("mail.sender", value)
        if not host or (checks.is_loopback(host) and value):
            return value or _SENDER
        if "@" in user:
            return checks.address("mail.sender", user)
        raise ValueError(
            f"mail.sender is needed to send through {host}: set it to the address that mails "
            "come from, for example Print lab <printlab@example.edu>"
        )

    @field_validator("reply_to")
    @classmethod
    def _reply_to(cls, value: str) -> str:
        return checks.address("mail.reply_to", value) if value else ""

    @field_validator("staff_address")
    @classmethod
    def _staff_address(cls, value: str) -> str:
        return checks.address("mail.staff_address", value, named=False) if value else ""

    @field_validator("directory", "templates")
    @classmethod
    def _folder(cls, value: Path | None, info: ValidationInfo) -> Path | None:
        folder = value.expanduser().absolute() if value is not None else None
        if info.field_name == "templates" and folder is not None and not folder.is_dir():
            raise ValueError(f"mail.templates: there is no folder {folder}")
        return folder


class ServerSettings(BaseModel):
    """Where and how ``printflow serve`` listens."""

    model_config = _FROZEN

    host: str = Field(default="127.0.0.1", min_length=1, description="a host's name or address")
    port: Whole = _whole(8080, 0, 65_535)
    threads: Whole = _whole(8, 1, 256)
    connection_limit: Whole = _whole(400 if sys.platform == "win32" else 1000, 10, 10_000)

    @field_validator("host")
    @classmethod
    def _host(cls, value: str) -> str:
        return checks.host("server.host", value)


_LAYERS: ContextVar[tuple[Layer, ...]] = ContextVar("printflow_settings_layers")


class _LayerSource(PydanticBaseSettingsSource):
    """Gives pydantic-settings a layer that has been read and checked for unknown keys."""

    def __init__(self, settings_class: type[BaseSettings], layer: Layer) -> None:
        super().__init__(settings_class)
        self._layer = layer

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """One value of the layer."""
        return self._layer.values.get(field_name), field_name, False

    def __call__(self) -> dict[str, Any]:
        """All values of the layer."""
        return self._layer.values


class Settings(BaseSettings):
    """All settings of a lab; immutable.

    ``Settings(store="storage")`` takes keyword arguments, then the environment, then defaults;
    :meth:`load` reads ``printflow.toml`` as well. A script's relative ``store`` is made absolute.
    """

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", validate_default=True, hide_input_in_errors=True
    )

    store: Path = Field(default_factory=lambda: Path.cwd() / "storage", description="a folder")
    database_url: str = Field(default="", repr=False, description="a database's address")
    secret_key: SecretStr | None = Field(default=None, description="a text")
    mail: MailSettings = Field(default_factory=MailSettings, description="the section [mail]")
    server: ServerSettings = Field(
        default_factory=ServerSettings, description="the section [server]"
    )
    base_url: str = Field(default="", description="a web address as https://prints.example.edu")
    trusted_hosts: tuple[str, ...] = Field(default=(), description='a list as ["example.edu"]')
    allowed_email_domains: tuple[str, ...] = Field(
        default=(), description='a list as ["example.edu"]'
    )
    quote_days: Whole = _whole(7, 1, 365, "number of days")
    resend_minutes: Whole = _whole(60, 1, 10_080, "number of minutes")
    settle_seconds: Whole = _whole(3, 0, 3600, "number of seconds")
    max_upload_mb: Whole = _whole(100, 1, 100_000, "number of megabytes")
    disk_reserve_mb: Whole = _whole(256, 0, 10_000_000, "number of megabytes")

    def __init__(self, *, config_file: Path | None = None, **given: Any) -> None:
        known = _known()
        layers = (
            keyword_layer(_plain(given), known),
            environment_layer(os.environ, known),
            file_layer(config_file, known),
        )
        token = _LAYERS.set(layers)
        try:
            super().__init__()
        except ValidationError as error:
            raise _in_words(error, layers) from None
        finally:
            _LAYERS.reset(token)

    @classmethod
    def load(cls, config: Path | None = None, **given: Any) -> Self:
        """The settings in force, ``given`` before all else (None there means "not given").

        The file is ``config``, else the one that ``PRINTFLOW_CONFIG`` names, else
        ``printflow.toml`` in the current folder if there is one.
        """
        return cls(config_file=find_file(config, os.environ), **given)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Printflow's own layers, the strongest first."""
        return tuple(_LayerSource(settings_cls, layer) for layer in _LAYERS.get())

    @field_validator("store")
    @classmethod
    def _store(cls, value: Path) -> Path:
        return Path(os.path.normpath(value.expanduser().absolute()))

    @field_validator("database_url")
    @classmethod
    def _database_url(cls, value: str, info: ValidationInfo) -> str:
        store = info.data.get("store")
        return checked_database_url(value, store=store) if store is not None else value

    @field_validator("secret_key")
    @classmethod
    def _secret_key(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < 16:
            raise ValueError("secret_key must have 16 characters or more, or not be set at all")
        return value

    @field_validator("mail")
    @classmethod
    def _mail(cls, value: MailSettings, info: ValidationInfo) -> MailSettings:
        store = info.data.get("store")
        if value.directory is not None or store is None:
            return value
        return value.model_copy(update={"directory": store / ".printflow" / "mail"})

    @field_validator("base_url")
    @classmethod
    def _base_url(cls, value: str, info: ValidationInfo) -> str:
        mail = info.data.get("mail")
        if not value.strip() and mail is not None and mail.smtp_host:
            raise ValueError(
                "base_url is needed for the links in mails: set it to the address that students "
                "open, for example https://prints.example.edu"
            )
        return checks.base_url(value)

    @field_validator("trusted_hosts", "allowed_email_domains")
    @classmethod
    def _domains(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        return checks.domains(str(info.field_name), value)

    @property
    def state_dir(self) -> Path:
        """The store's hidden folder: identity, embedded database, mails, logs."""
        return self.store / ".printflow"

    @property
    def database(self) -> str:
        """The address of the database in force."""
        return self.database_url or sqlite_url(self.state_dir / "printflow.db")

    @property
    def effective_base_url(self) -> str:
        """What links begin with: ``base_url``, else this machine's own address."""
        return self.base_url or f"http://127.0.0.1:{self.server.port}"


_SECTIONS: dict[str, type[BaseModel]] = {"mail": MailSettings, "server": ServerSettings}


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
        if not reason:
            reason = f"{key} must be {_allowed(location)}"
            if isinstance(problem["input"], str | int | float) and location[-1] not in _NEVER_SHOWN:
                reason += f", not {str(problem['input'])[:60]!r}"
        place = place_of(key, layers)
        said.append(placed(reason, place))
        keys.append(key)
        places.append(place)
    return SettingsError("; ".join(said), key=keys[0], source=places[0])


def _allowed(location: list[str]) -> str:
    section = _SECTIONS.get(location[0])
    fields = Settings.model_fields if section is None else section.model_fields
    name = location[1] if section is not None and len(location) > 1 else location[0]
    found = fields.get(name) or Settings.model_fields[location[0]]
    return found.description or "another value"
