"""The section ``[inbox]`` of the settings: the mailbox that replies come to."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationInfo,
    field_validator,
    model_validator,
)

from ..said import say
from . import checks
from .phrases import A_TEXT, AN_ADDRESS, MEGABYTES, SECONDS, TRUE_OR_FALSE, Whole, whole

_PORTS = {"none": 143, "starttls": 143, "tls": 993}
_MAILS = say("a whole number of emails from {low} to {high}")


class InboxSettings(BaseModel):
    """The mailbox whose emails become messages of their jobs, by IMAP. Off if no ``host`` is set."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", validate_default=True, hide_input_in_errors=True
    )

    host: str = Field(default="", description=say("a host name"))
    port: Whole = whole(993, 1, 65_535)
    security: Literal["none", "starttls", "tls"] = Field(
        default="tls", description=say("none, starttls, or tls")
    )
    allow_cleartext_login: bool = Field(default=False, description=TRUE_OR_FALSE)
    auth: Literal["password", "xoauth2"] = Field(
        default="password", description=say("password or xoauth2")
    )
    username: str = Field(default="", description=A_TEXT)
    password: SecretStr | None = Field(default=None, description=A_TEXT)
    ca_file: Path | None = Field(default=None, description=say("a file of certificates"))
    folder: str = Field(default="INBOX", min_length=1, max_length=200, description=A_TEXT)
    read_folder: str = Field(default="", max_length=200, description=A_TEXT)
    reply_address: str = Field(default="", description=AN_ADDRESS)
    max_mb: Whole = whole(25, 1, 200, MEGABYTES)
    keep_mb: Whole = whole(5, 1, 50, MEGABYTES)
    emails_per_hour: Whole = whole(20, 1, 1000, _MAILS)
    timeout_seconds: Whole = whole(30, 1, 600, SECONDS)
    deadline_seconds: Whole = whole(60, 1, 600, SECONDS)

    @model_validator(mode="before")
    @classmethod
    def _match_port_and_security(cls, data: Any) -> Any:
        """The port and the security each set the other's default. Encryption is only off if set."""
        if not isinstance(data, dict):
            return data
        port, security = data.get("port"), data.get("security")
        if security is None and port is not None:
            return {**data, "security": "starttls" if str(port) == "143" else "tls"}
        if port is None and security is not None:
            return {**data, "port": _PORTS.get(str(security), 993)}
        return data

    @field_validator("host")
    @classmethod
    def _host(cls, value: str) -> str:
        return checks.host("inbox.host", value)

    @field_validator("security")
    @classmethod
    def _security(cls, value: str, info: ValidationInfo) -> str:
        if value == "starttls" and info.data.get("port") == 993:
            raise ValueError(
                say(
                    '{name}: port 993 uses TLS from the start. Set inbox.security to "tls", or '
                    "inbox.port to 143.",
                    name="inbox.security",
                )
            )
        return value

    @field_validator("username")
    @classmethod
    def _username(cls, value: str, info: ValidationInfo) -> str:
        if info.data.get("host") and not value.strip():
            raise ValueError(
                say("inbox.username is missing. Set it to the mailbox's user name or address.")
            )
        given = info.data
        if value and given.get("security") == "none" and not given.get("allow_cleartext_login"):
            raise ValueError(
                say(
                    "{name}: the login would be sent without encryption. Set inbox.security to "
                    '"starttls" or "tls". If the connection to the IMAP server is secure anyway, '
                    "set inbox.allow_cleartext_login = true.",
                    name="inbox.security",
                )
            )
        return value.strip()

    @field_validator("password")
    @classmethod
    def _password(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        given = bool(value and value.get_secret_value())
        wanted = info.data.get("host") and info.data.get("auth") == "password"
        if wanted and info.data.get("username") and not given:
            raise ValueError(
                say("inbox.password is missing. It's needed because inbox.username is set.")
            )
        return value if given else None

    @field_validator("ca_file")
    @classmethod
    def _ca_file(cls, value: Path | None) -> Path | None:
        return None if value is None else checks.ca_file(value, key="inbox.ca_file")

    @field_validator("reply_address")
    @classmethod
    def _reply_address(cls, value: str) -> str:
        return checks.address("inbox.reply_address", value, named=False) if value else ""

    @field_validator("keep_mb")
    @classmethod
    def _keep(cls, value: int, info: ValidationInfo) -> int:
        most: int = info.data.get("max_mb", value)
        return min(value, most)

    @property
    def address(self) -> str:
        """The mailbox's own address as far as the settings say it."""
        return self.reply_address or (self.username if "@" in self.username else "")
