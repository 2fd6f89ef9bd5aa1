"""The sections of the settings: ``[mail]``, ``[share]``, ``[server]`` and ``[log]``."""

from __future__ import annotations

import ipaddress
import sys
from pathlib import Path, PureWindowsPath
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationInfo,
    field_validator,
    model_validator,
)

from . import checks

Security = Literal["none", "starttls", "tls"]

_PORTS = {"none": 25, "starttls": 587, "tls": 465}
_SENDER = "Printflow <printflow@localhost>"
_FROZEN = ConfigDict(frozen=True, extra="forbid", validate_default=True, hide_input_in_errors=True)


def _no_truth_value(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError
    return value


Whole = Annotated[int, BeforeValidator(_no_truth_value)]


def whole(default: int, low: int, high: int, unit: str = "number") -> Any:
    """A field that holds a whole number within limits, and says so."""
    said = f"a whole {unit} from {low} to {high}"
    return Field(default=default, ge=low, le=high, description=said)


class MailSettings(BaseModel):
    """How email is sent: through an SMTP server, or saved as files if no ``smtp_host`` is set."""

    model_config = _FROZEN

    smtp_host: str = Field(default="", description="a host name")
    smtp_port: Whole = whole(587, 1, 65_535)
    smtp_security: Security = Field(default="starttls", description="none, starttls or tls")
    smtp_username: str = Field(default="", description="a text")
    smtp_allow_plaintext_login: bool = Field(default=False, description="true or false")
    smtp_password: SecretStr | None = Field(default=None, description="a text")
    smtp_ca_file: Path | None = Field(default=None, description="a file of certificates")
    sender: str = Field(default=_SENDER, description="an email address")
    reply_to: str = Field(default="", description="an email address")
    staff_address: str = Field(default="", description="an email address")
    directory: Path | None = Field(default=None, description="a folder")
    templates: Path | None = Field(default=None, description="a folder")
    timeout_seconds: Whole = whole(30, 1, 600, "number of seconds")
    deadline_seconds: Whole = whole(60, 1, 3600, "number of seconds")

    @model_validator(mode="before")
    @classmethod
    def _match_port_and_security(cls, data: Any) -> Any:
        """The port and the security each set the other's default. Encryption is only off if set."""
        if not isinstance(data, dict):
            return data
        port, security = data.get("smtp_port"), data.get("smtp_security")
        if security is None and port is not None:
            number = int(port) if str(port).isdecimal() else 0
            return {**data, "smtp_security": "tls" if number == _PORTS["tls"] else "starttls"}
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
                "mail.smtp_security: port 465 uses TLS from the start; "
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
        open_line = info.data.get("smtp_security") == "none"
        if given and open_line and not info.data.get("smtp_allow_plaintext_login"):
            raise ValueError(
                "mail.smtp_password would be sent without encryption: set mail.smtp_security to "
                '"starttls" or "tls". If the connection to the SMTP server is secure anyway, set '
                "mail.smtp_allow_plaintext_login = true"
            )
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
            f"mail.sender is needed to send through {host}: set it to the address that emails "
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

    @property
    def sender_domain(self) -> str:
        """The domain that emails come from, as in their Message-IDs."""
        return self.sender.rpartition("@")[2].strip(" >") or "localhost"


class ShareSettings(BaseModel):
    """The store's path on staff PCs, by operating system. Their openers use it."""

    model_config = _FROZEN

    windows: str = Field(default="", max_length=260, description="a path such as Z:\\3DPrint")
    linux: str = Field(default="", max_length=1000, description="a path such as /mnt/3dprint")
    macos: str = Field(default="", max_length=1000, description="a path such as /Volumes/3dprint")

    @field_validator("windows")
    @classmethod
    def _windows(cls, value: str) -> str:
        if value and not PureWindowsPath(value).is_absolute():
            raise ValueError(
                r"share.windows must be a whole path, as Z:\3DPrint or \\server\3DPrint"
            )
        return value

    @field_validator("linux", "macos")
    @classmethod
    def _posix(cls, value: str, info: ValidationInfo) -> str:
        if value and not value.startswith("/"):
            raise ValueError(f"share.{info.field_name} must be a whole path, as /mnt/3dprint")
        return value


class ServerSettings(BaseModel):
    """Where and how ``printflow serve`` listens."""

    model_config = _FROZEN

    host: str = Field(default="127.0.0.1", min_length=1, description="a host name or address")
    port: Whole = whole(8080, 0, 65_535)
    threads: Whole = whole(8, 1, 256)
    connection_limit: Whole = whole(400 if sys.platform == "win32" else 1000, 10, 10_000)
    connections_per_client: Whole = whole(250, 1, 10_000)
    header_seconds: Whole = whole(10, 1, 600, "number of seconds")
    body_grace_seconds: Whole = whole(15, 1, 600, "number of seconds")
    body_bytes_per_second: Whole = whole(2048, 1, 10_000_000, "number of bytes")
    spool: Path | None = Field(default=None, description="a folder")
    spool_mb: Whole = whole(1024, 1, 10_000_000, "number of megabytes")
    trusted_proxy: str = Field(
        default="",
        description='the address of the proxy in front of Printflow, or "*" if only the proxy can connect',
    )
    metrics_token: SecretStr | None = Field(default=None, description="a text")

    @field_validator("host")
    @classmethod
    def _host(cls, value: str) -> str:
        return checks.host("server.host", value)

    @field_validator("spool")
    @classmethod
    def _spool(cls, value: Path | None) -> Path | None:
        return value.expanduser().absolute() if value is not None else None

    @field_validator("trusted_proxy")
    @classmethod
    def _proxy(cls, value: str) -> str:
        if value in ("", "*"):
            return value
        try:
            return str(ipaddress.ip_address(value))
        except ValueError:
            raise ValueError(
                f'server.trusted_proxy must be an IP address, or "*", not {value[:60]!r}'
            ) from None

    @field_validator("metrics_token")
    @classmethod
    def _metrics_token(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < 16:
            raise ValueError("server.metrics_token must have 16 characters or more")
        return value


class RetentionSettings(BaseModel):
    """How many days each part of a job is kept after the job is archived. 0 means forever."""

    model_config = _FROZEN

    automatic: bool = Field(default=False, description="true or false")
    files_days: Whole = whole(365, 0, 36_500, "number of days")
    mails_days: Whole = whole(365, 0, 36_500, "number of days")
    personal_days: Whole = whole(365, 0, 36_500, "number of days")
    events_days: Whole = whole(365, 0, 36_500, "number of days")
    payments_days: Whole = whole(365, 0, 36_500, "number of days")
    jobs_days: Whole = whole(365, 0, 36_500, "number of days")

    @field_validator("personal_days")
    @classmethod
    def _files_first(cls, value: int, info: ValidationInfo) -> int:
        files = info.data.get("files_days", 0)
        if value and (files == 0 or files > value):
            raise ValueError(
                "retention.personal_days cannot be shorter than retention.files_days: the names "
                "of the files tell whose they are"
            )
        return value


class SlicerSettings(BaseModel):
    """The slicer that estimates each model's weight and print time. Off while ``command`` is empty."""

    model_config = _FROZEN

    command: str = Field(default="", max_length=1000, description="a program such as prusa-slicer")
    profiles: Path | None = Field(default=None, description="a folder")
    seconds: Whole = whole(120, 5, 3600, "number of seconds")
    memory_mb: Whole = whole(4096, 512, 65_536, "number of megabytes")

    @field_validator("profiles")
    @classmethod
    def _folder(cls, value: Path | None) -> Path | None:
        return value.expanduser().absolute() if value is not None else None


class LogSettings(BaseModel):
    """The log files of the server and workers."""

    model_config = _FROZEN

    format: Literal["text", "json"] = Field(default="text", description="text or json")
    max_mb: Whole = whole(5, 1, 1000, "number of megabytes")
    keep: Whole = whole(4, 1, 100, "number of files")
