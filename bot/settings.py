"""What the operator decides: from the environment, `.env`, or for secrets a file named by `*_FILE`."""

import os
from difflib import get_close_matches
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal

import yarl
from dotenv import dotenv_values
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import NoDecode

from bot.shards import read_shards
from database.models import Shards
from database.settings import DatabaseSettings, env_file

API_PATH = "/api/v10"
ELSEWHERE = {
    "REEVE_COMPOSE_DATABASE",
    "REEVE_COMPOSE_REPLICA",
    "REEVE_DATABASE_PASSWORD_FILE",
    "REEVE_ENV_FILE",
    "REEVE_PYTHON",
    "REEVE_SANDBOX_WIRE_LOG",
}
"""Read by the files around this program, before it."""


class BadSettings(Exception):
    """One sentence a bad setting; none of them holds the value."""

    def __init__(self, sentences: list[str]) -> None:
        self.sentences = sentences
        super().__init__("\n".join(sentences))


def _api_url(text: str) -> str:
    url = yarl.URL(text.rstrip("/"))
    if url.scheme not in ("http", "https") or not url.host:
        raise ValueError("must look like http://127.0.0.1:8765 or https://proxy.example/api/v10")
    return str(url.with_path(API_PATH) if url.path in ("", "/") else url)


def _gateway_url(text: str) -> str:
    url = yarl.URL(text)
    if url.scheme not in ("ws", "wss") or not url.host:
        raise ValueError("must look like ws://127.0.0.1:8765/gateway")
    return text


def _shards(value: object) -> object:
    return read_shards(value) if isinstance(value, str) else value


Port = Annotated[int, Field(ge=0, le=65535)]


class Settings(DatabaseSettings):
    discord_token: SecretStr | None = Field(default=None, validation_alias="DISCORD_TOKEN")
    discord_token_file: Path | None = Field(default=None, validation_alias="DISCORD_TOKEN_FILE")
    discord_api_url: Annotated[str, AfterValidator(_api_url)] | None = Field(
        default=None, validation_alias="REEVE_DISCORD_API_URL"
    )
    discord_gateway_url: Annotated[str, AfterValidator(_gateway_url)] | None = Field(
        default=None, validation_alias="REEVE_DISCORD_GATEWAY_URL"
    )
    members_intent: bool = Field(default=False, validation_alias="REEVE_MEMBERS_INTENT")
    content_intent: bool = Field(default=False, validation_alias="REEVE_CONTENT_INTENT")
    shards: Annotated[Shards | None, NoDecode, BeforeValidator(_shards)] = Field(
        default=None, validation_alias="REEVE_SHARDS"
    )
    log_format: Literal["text", "json"] = Field(default="text", validation_alias="REEVE_LOG_FORMAT")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", validation_alias="REEVE_LOG_LEVEL"
    )
    http_port: Port | None = Field(default=None, validation_alias="REEVE_HTTP_PORT")
    http_host: str = Field(default="127.0.0.1", validation_alias="REEVE_HTTP_HOST")
    sandbox_port: Annotated[Port, Field(ge=1)] = Field(default=8765, validation_alias="REEVE_SANDBOX_PORT")

    @model_validator(mode="after")
    def _read_secret_files(self) -> "Settings":
        if self.discord_token is None and self.discord_token_file is not None:
            self.discord_token = SecretStr(_first_line(self.discord_token_file, "DISCORD_TOKEN_FILE"))
        if self.database_url is None and self.database_url_file is not None:
            self.database_url = SecretStr(_first_line(self.database_url_file, "DATABASE_URL_FILE"))
        return self

    @property
    def token(self) -> str | None:
        return None if self.discord_token is None else self.discord_token.get_secret_value()

    @property
    def is_loopback_api(self) -> bool:
        """Whether Discord is played by this machine (the sandbox, or a proxy)."""
        return self.discord_api_url is not None and is_loopback(self.discord_api_url)


def read_settings() -> Settings:
    """Raises BadSettings."""
    try:
        return Settings()
    except ValidationError as error:
        raise BadSettings(
            [
                _sentence(str(part["loc"][0]) if part["loc"] else "", part["msg"])
                for part in error.errors(include_input=False)
            ]
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise BadSettings(
            [f".env cannot be read ({type(error).__name__}): it must be a UTF-8 text file."]
        ) from None


def unknown_names() -> list[str]:
    """What is set like a setting of Reeve and is none: a sentence each, and none of them holds a value."""
    file = env_file()
    given = {*os.environ, *(dotenv_values(file) if file else ())}
    known = {str(field.validation_alias) for field in Settings.model_fields.values()}
    sentences = []
    for name in sorted(given - known - ELSEWHERE):
        if name.startswith("REEVE_"):
            near = get_close_matches(name, known, n=1, cutoff=0.8)
            sentences.append(
                f"{name} is no setting of Reeve{f', {near[0]} is' if near else ''}: correct or remove it "
                "(docs/operator.md, Settings)."
            )
    return sentences


def is_loopback(url: str) -> bool:
    host = yarl.URL(url).host or ""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _first_line(path: Path, variable: str) -> str:
    """Files that secrets are mounted as often end in a line break."""
    try:
        return path.read_text(encoding="utf-8").strip().partition("\n")[0]
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"{variable} names a file that cannot be read ({type(error).__name__}).") from None


def _sentence(variable: str, message: str) -> str:
    text = message.removeprefix("Value error, ")
    return f"{variable}: {text[0].lower()}{text[1:]}." if variable else text
