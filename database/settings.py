"""Where the database is: all that a migration needs to know."""

import os
from pathlib import Path

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from database.errors import DatabaseAddressUnusable

PROJECT = Path(__file__).resolve().parent.parent


def env_file() -> str | None:
    """`.env`, or what REEVE_ENV_FILE names; empty: none. Tests switch it off, so that they never meet an
    operator's database or token."""
    return os.environ.get("REEVE_ENV_FILE", ".env") or None


class DatabaseSettings(BaseSettings):
    """Read from the environment and `.env`; DATABASE_URL may also come from the file in DATABASE_URL_FILE."""

    model_config = SettingsConfigDict(
        env_ignore_empty=True,
        extra="ignore",
        populate_by_name=True,
        hide_input_in_errors=True,
    )

    database_url: SecretStr | None = Field(default=None, validation_alias="DATABASE_URL")
    database_url_file: Path | None = Field(default=None, validation_alias="DATABASE_URL_FILE")
    data_dir: Path = Field(default=PROJECT / "data", validation_alias="REEVE_DATA_DIR")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003  # pydantic-settings' signature
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003  # likewise
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The env file is chosen when settings are read, not when this class is made."""
        return init_settings, env_settings, DotEnvSettingsSource(settings_cls, env_file=env_file())

    @field_validator("data_dir")
    @classmethod
    def _absolute(cls, path: Path) -> Path:
        return path.expanduser().absolute()

    def dsn(self) -> str | None:
        """The address of the operator's own server, or None for the embedded one.

        Raises DatabaseAddressUnusable if DATABASE_URL_FILE names no file that holds one.
        """
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        if self.database_url_file is not None:
            return _address_in(self.database_url_file)
        return None


def _address_in(file: Path) -> str:
    try:
        address = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise DatabaseAddressUnusable(
            f"DATABASE_URL_FILE names {file}, which cannot be read: correct the path or its permissions."
        ) from error
    if not address:
        raise DatabaseAddressUnusable(
            f"DATABASE_URL_FILE names {file}, which is empty: write the address into it."
        )
    return address
