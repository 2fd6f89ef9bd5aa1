"""The section ``[papercut]`` of the settings: charging students' PaperCut accounts."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationInfo, field_validator

from ..domain.papercut import UsernameFrom
from ..said import say
from . import checks
from .phrases import A_TEXT, TRUE_OR_FALSE

_EXAMPLE = "https://papercut.example.edu:9192/rpc/api/xmlrpc"


class PaperCutSettings(BaseModel):
    """Charging students' PaperCut accounts. Off while ``server_url`` is empty."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", validate_default=True, hide_input_in_errors=True
    )

    auth_token: SecretStr | None = Field(default=None, description=A_TEXT)
    allow_http: bool = Field(default=False, description=TRUE_OR_FALSE)
    server_url: str = Field(
        default="",
        max_length=500,
        description=say("a web address such as https://papercut.example.edu:9192/rpc/api/xmlrpc"),
    )
    account_name: str = Field(default="", max_length=100, description=A_TEXT)
    username_from: Literal["local_part", "address", "sign_in"] = Field(
        default=UsernameFrom.LOCAL_PART.value, description=say("local_part, address, or sign_in")
    )
    ca_file: Path | None = Field(default=None, description=say("a file of certificates"))

    @property
    def on(self) -> bool:
        """Whether accounts can be charged."""
        return bool(self.server_url)

    @field_validator("auth_token")
    @classmethod
    def _auth_token(cls, value: SecretStr | None) -> SecretStr | None:
        return value if value is not None and value.get_secret_value() else None

    @field_validator("server_url")
    @classmethod
    def _server_url(cls, value: str, info: ValidationInfo) -> str:
        text = value.strip()
        if not text:
            return ""
        try:
            parts = urlsplit(text)
            host, _ = parts.hostname or "", parts.port  # raises for what is no port
        except ValueError:
            host = ""
        odd = not host or "@" in text or re.search(r"\s", text) or parts.query or parts.fragment
        plain = parts.scheme == "http" if host else False
        if odd or not (plain or parts.scheme == "https"):
            raise ValueError(
                say(
                    "{name} must be PaperCut's XML-RPC address, such as {example}.",
                    name="papercut.server_url",
                    example=_EXAMPLE,
                )
            )
        if plain and not checks.is_loopback(host) and not info.data.get("allow_http"):
            raise ValueError(
                say(
                    "{name} must start with https://, or the token and the amounts can be read and "
                    "changed on the way. PaperCut's HTTPS port is usually 9192. Set {flag} only on a "
                    "network of your own.",
                    name="papercut.server_url",
                    flag="papercut.allow_http = true",
                )
            )
        if info.data.get("auth_token") is None:
            raise ValueError(
                say(
                    "papercut.auth_token is missing. It's needed because papercut.server_url is set."
                )
            )
        return text

    @field_validator("account_name")
    @classmethod
    def _account_name(cls, value: str) -> str:
        return value.strip()

    @field_validator("ca_file")
    @classmethod
    def _ca_file(cls, value: Path | None) -> Path | None:
        return None if value is None else checks.ca_file(value, key="papercut.ca_file")
