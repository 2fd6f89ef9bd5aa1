"""How Printflow signs in to the lab's mailbox: with a password, or with tokens (XOAUTH2)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationInfo, field_validator

from ..said import Said, say
from . import checks
from .phrases import A_TEXT, TRUE_OR_FALSE

Auth = Literal["password", "xoauth2"]
Provider = Literal["", "microsoft365", "google"]

_ENDPOINTS = {
    "microsoft365": "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token",
    "google": "https://oauth2.googleapis.com/token",
}
_OF_THE_APP = "https://outlook.office365.com/.default"
_OF_A_PERSON = "https://outlook.office.com/SMTP.Send offline_access"
_TENANT = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*")
_SHARED = ("common", "organizations", "consumers")
_LARGEST_SECRET = 1 << 16
FROZEN = ConfigDict(frozen=True, extra="forbid", validate_default=True, hide_input_in_errors=True)


class MailSignIn(BaseModel):
    """The settings that sending email and reading replies share."""

    model_config = FROZEN

    auth: Auth = Field(default="password", description=say("password or xoauth2"))
    allow_cleartext_login: bool = Field(default=False, description=TRUE_OR_FALSE)
    oauth_provider: Provider = Field(default="", description=say("microsoft365 or google"))
    oauth_tenant: str = Field(default="", description=say("a tenant's ID or domain"))
    oauth_client_id: str = Field(default="", max_length=1000, description=A_TEXT)
    oauth_client_secret: SecretStr | None = Field(default=None, description=A_TEXT)
    oauth_client_secret_file: Path | None = Field(default=None, description=say("a file"))
    oauth_refresh_token: SecretStr | None = Field(default=None, description=A_TEXT)
    oauth_refresh_token_file: Path | None = Field(default=None, description=say("a file"))
    oauth_token_endpoint: str = Field(
        default="",
        description=say("a web address such as https://login.example.edu/oauth2/token"),
    )
    oauth_scope: str = Field(default="", max_length=2000, description=A_TEXT)

    @field_validator("oauth_tenant")
    @classmethod
    def _tenant(cls, value: str, info: ValidationInfo) -> str:
        tenant = value.strip()
        if info.data.get("oauth_provider") != "microsoft365":
            return tenant
        if not _TENANT.fullmatch(tenant) or tenant.lower() in _SHARED:
            raise ValueError(
                say(
                    "{name} must be your tenant's ID or domain, such as example.onmicrosoft.com. The "
                    "Entra admin center shows it under Overview.",
                    name="mail.oauth_tenant",
                )
            )
        return tenant

    @field_validator("oauth_client_id")
    @classmethod
    def _client_id(cls, value: str, info: ValidationInfo) -> str:
        if not value.strip() and info.data.get("auth") == "xoauth2":
            raise ValueError(_missing("mail.oauth_client_id"))
        return value.strip()

    @field_validator("oauth_client_secret_file", "oauth_refresh_token_file")
    @classmethod
    def _file(cls, value: Path | None, info: ValidationInfo) -> Path | None:
        if value is None:
            return None
        name = f"mail.{info.field_name}"
        if info.data.get(str(info.field_name).removesuffix("_file")):
            raise ValueError(
                say(
                    "{name} and {other} are both set. Keep only one of them.",
                    name=name,
                    other=name.removesuffix("_file"),
                )
            )
        path = value.expanduser().absolute()
        read_secret(path, name)
        return path

    @field_validator("oauth_client_secret", "oauth_refresh_token")
    @classmethod
    def _secret(cls, value: SecretStr | None) -> SecretStr | None:
        text = value.get_secret_value().strip() if value else ""
        return SecretStr(text) if text else None

    @field_validator("oauth_token_endpoint")
    @classmethod
    def _endpoint(cls, value: str, info: ValidationInfo) -> str:
        given, text = info.data, value.strip()
        if given.get("auth") == "xoauth2":
            _check_grant(given)
            if not text and not given.get("oauth_provider"):
                raise ValueError(
                    say(
                        '{name} is missing. Set it, or set mail.oauth_provider to "microsoft365" or '
                        '"google".',
                        name="mail.oauth_token_endpoint",
                    )
                )
        return _checked_endpoint(text, open_line=bool(given.get("allow_cleartext_login")))

    @property
    def token_endpoint(self) -> str:
        """Where access tokens come from: as set, else as the provider's."""
        known = _ENDPOINTS.get(self.oauth_provider, "")
        return self.oauth_token_endpoint or known.format(tenant=self.oauth_tenant)

    @property
    def token_scope(self) -> str:
        """What the tokens are for: as set, else what sending needs at the provider."""
        if self.oauth_scope or self.oauth_provider != "microsoft365":
            return self.oauth_scope.strip()
        return _OF_A_PERSON if self.has_refresh_token else _OF_THE_APP

    @property
    def has_refresh_token(self) -> bool:
        """Whether a person's consent (a refresh token) gets the tokens, not the app alone."""
        return bool(self.oauth_refresh_token or self.oauth_refresh_token_file)

    def client_secret(self) -> str:
        """The secret as it is now; a file is read again each time. Raises ValueError, in words."""
        return _of(self.oauth_client_secret, self.oauth_client_secret_file, "oauth_client_secret")

    def refresh_token(self) -> str:
        """The refresh token that was set ("": none). Raises ValueError, in words."""
        return _of(self.oauth_refresh_token, self.oauth_refresh_token_file, "oauth_refresh_token")


def read_secret(path: Path, name: str) -> str:
    """The secret in a file, without spaces around it. Raises ValueError that names the setting."""
    try:
        with path.open("rb") as file:
            text = file.read(_LARGEST_SECRET).decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        text = ""
    except OSError as error:
        raise ValueError(
            say(
                "{name}: {path} can't be read: {why}.",
                name=name,
                path=str(path),
                why=error.strerror or type(error).__name__,
            )
        ) from None
    if not text or any(letter.isspace() or not letter.isprintable() for letter in text):
        raise ValueError(
            say(
                "{name}: {path} must contain the secret and nothing else.",
                name=name,
                path=str(path),
            )
        )
    return text


def _of(secret: SecretStr | None, file: Path | None, key: str) -> str:
    if file is not None:
        return read_secret(file, f"mail.{key}_file")
    return secret.get_secret_value() if secret else ""


def _missing(name: str) -> Said:
    return say('{name} is missing. It\'s needed because mail.auth is "xoauth2".', name=name)


def _check_grant(given: dict[str, object]) -> None:
    """Raise ValueError where nothing proves to the endpoint who is asking."""
    refreshing = given.get("oauth_refresh_token") or given.get("oauth_refresh_token_file")
    if given.get("oauth_provider") == "google" and not refreshing:
        raise ValueError(
            say(
                "mail.oauth_refresh_token is missing. Google needs it: an app alone can't send email "
                "there."
            )
        )
    secret = given.get("oauth_client_secret") or given.get("oauth_client_secret_file")
    if not secret and not refreshing:
        raise ValueError(
            say(
                "mail.oauth_client_secret is missing. Set it, mail.oauth_client_secret_file, or a "
                "refresh token."
            )
        )


def _checked_endpoint(text: str, *, open_line: bool) -> str:
    if not text:
        return ""
    wrong = say(
        "{name} must be a web address such as https://login.example.edu/oauth2/token.",
        name="mail.oauth_token_endpoint",
    )
    try:
        parts = urlsplit(text)
        _ = parts.port  # raises for what is no port
    except ValueError:
        raise ValueError(wrong) from None
    odd = parts.fragment or "@" in parts.netloc or re.search(r"[\s\x00-\x20]", text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or odd:
        raise ValueError(wrong)
    if parts.scheme == "http" and not open_line and not checks.is_loopback(parts.hostname):
        raise ValueError(
            say(
                "{name} must begin with https://, or the secrets would be sent without encryption.",
                name="mail.oauth_token_endpoint",
            )
        )
    return text
