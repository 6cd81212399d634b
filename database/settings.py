"""Where the database is: all that a migration needs to know."""

import os
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from database.errors import DatabaseAddressUnusable, EnvFileMissing

PROJECT = Path(__file__).resolve().parent.parent
DAY, WEEK = 86_400, 7 * 86_400
"""Seconds. Bounds far beyond what is of use: PostgreSQL and the loop's timers have theirs a little farther away."""


def env_file() -> str | None:
    """`.env`, or what REEVE_ENV_FILE names; empty: none. Tests switch it off, so that they never meet an
    operator's database or token.

    Raises EnvFileMissing.
    """
    named = os.environ.get("REEVE_ENV_FILE")
    if named and not Path(named).expanduser().is_file():
        raise EnvFileMissing(named)
    return ".env" if named is None else named or None


class PoolSettings(BaseSettings):
    """How Reeve uses its connections. The defaults suit one process with up to some thousands of servers."""

    model_config = SettingsConfigDict(
        env_ignore_empty=True,
        extra="ignore",
        allow_inf_nan=False,
        populate_by_name=True,
        hide_input_in_errors=True,
    )

    pool_least: int = Field(default=1, ge=0, le=1000, validation_alias="REEVE_DATABASE_POOL_LEAST")
    """Connections that are kept however little there is to do."""
    pool_most: int = Field(default=10, ge=1, le=1000, validation_alias="REEVE_DATABASE_POOL_MOST")
    pool_timeout_seconds: float = Field(
        default=2.0, gt=0, le=60, validation_alias="REEVE_DATABASE_POOL_TIMEOUT_SECONDS"
    )
    """How long an action waits for a connection: Discord gives 3 s to a first answer."""
    pool_patience_seconds: float = Field(
        default=600, gt=0, le=840, validation_alias="REEVE_DATABASE_POOL_PATIENCE_SECONDS"
    )
    """How long after its first answer a command may still wait: Discord takes the rest of it for 15 minutes."""
    pool_idle_seconds: float = Field(
        default=300, ge=0, le=WEEK, validation_alias="REEVE_DATABASE_POOL_IDLE_SECONDS"
    )
    """When a connection beyond the least is closed for want of work; 0: never."""
    pool_recycle_seconds: float = Field(
        default=3600, gt=0, le=WEEK, validation_alias="REEVE_DATABASE_POOL_RECYCLE_SECONDS"
    )
    """The age at which a connection is replaced: firewalls forget old ones, and backends grow."""
    statement_cache: int = Field(
        default=500, ge=0, le=100_000, validation_alias="REEVE_DATABASE_STATEMENT_CACHE"
    )
    """Prepared statements that a connection remembers."""
    application_name: str = Field(
        default="reeve", min_length=1, max_length=63, validation_alias="REEVE_DATABASE_APPLICATION_NAME"
    )
    statement_timeout_seconds: float = Field(
        default=10, ge=0, le=DAY, validation_alias="REEVE_DATABASE_STATEMENT_TIMEOUT_SECONDS"
    )
    lock_timeout_seconds: float = Field(
        default=5, ge=0, le=DAY, validation_alias="REEVE_DATABASE_LOCK_TIMEOUT_SECONDS"
    )
    idle_timeout_seconds: float = Field(
        default=15, ge=0, le=DAY, validation_alias="REEVE_DATABASE_IDLE_TIMEOUT_SECONDS"
    )
    """How long PostgreSQL lets a transaction do nothing. 0, here and above: for ever."""
    held_warning_seconds: float = Field(
        default=3, gt=0, le=DAY, validation_alias="REEVE_DATABASE_HELD_WARNING_SECONDS"
    )
    """Whoever holds a connection longer is named in the log."""
    slow_statement_ms: float = Field(
        default=500, gt=0, le=DAY * 1000, validation_alias="REEVE_DATABASE_SLOW_STATEMENT_MS"
    )
    slow_statement_plans: bool = Field(default=False, validation_alias="REEVE_DATABASE_SLOW_STATEMENT_PLANS")
    """Whether a slow statement is logged with its plan."""
    pooler: Literal["none", "transaction"] = Field(default="none", validation_alias="REEVE_DATABASE_POOLER")
    """`transaction`: what answers lends us a server for one transaction at a time, as PgBouncer's pool_mode does."""
    replica_lag_seconds: float = Field(default=60, gt=0, le=DAY, validation_alias="REEVE_REPLICA_LAG_SECONDS")
    """A replica that is farther behind serves no report."""
    config_cache_size: int = Field(
        default=20_000, ge=0, le=10_000_000, validation_alias="REEVE_CONFIG_CACHE_SIZE"
    )
    """Servers whose settings are remembered, at about 600 bytes each."""
    config_cache_seconds: float = Field(
        default=10, gt=0, le=3600, validation_alias="REEVE_CONFIG_CACHE_SECONDS"
    )
    """How long they are believed, when nobody tells of a change."""

    @model_validator(mode="after")
    def _least_is_not_beyond_most(self) -> Self:
        if self.pool_least > self.pool_most:
            raise ValueError(
                "REEVE_DATABASE_POOL_LEAST is greater than REEVE_DATABASE_POOL_MOST: lower the one, or raise the other."
            )
        return self

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

    @property
    def has_session(self) -> bool:
        """Whether a connection keeps what it is told beyond a transaction: prepared statements, SET, LISTEN, locks."""
        return self.pooler == "none"

    def limits(self) -> dict[str, str]:
        """What PostgreSQL keeps for each statement of ours."""
        return {
            "statement_timeout": _milliseconds(self.statement_timeout_seconds),
            "lock_timeout": _milliseconds(self.lock_timeout_seconds),
            "idle_in_transaction_session_timeout": _milliseconds(self.idle_timeout_seconds),
            "jit": "off",  # small statements: compiling them costs more than running them
        }

    def session(self) -> dict[str, str]:
        """What a connection says when it is made. A pooler would refuse the limits, or give them to strangers."""
        name = {"application_name": self.application_name}
        return name | self.limits() if self.has_session else name


class DatabaseSettings(PoolSettings):
    """Read from the environment and `.env`; DATABASE_URL may also come from the file in DATABASE_URL_FILE."""

    database_url: SecretStr | None = Field(default=None, validation_alias="DATABASE_URL")
    database_url_file: Path | None = Field(default=None, validation_alias="DATABASE_URL_FILE")
    database_direct_url: SecretStr | None = Field(default=None, validation_alias="DATABASE_DIRECT_URL")
    database_direct_url_file: Path | None = Field(default=None, validation_alias="DATABASE_DIRECT_URL_FILE")
    database_replica_url: SecretStr | None = Field(default=None, validation_alias="DATABASE_REPLICA_URL")
    database_replica_url_file: Path | None = Field(default=None, validation_alias="DATABASE_REPLICA_URL_FILE")
    data_dir: Path = Field(default=PROJECT / "data", validation_alias="REEVE_DATA_DIR")
    wal_archive: Path | None = Field(default=None, validation_alias="REEVE_WAL_ARCHIVE")
    backups_kept: int | None = Field(default=None, ge=1, le=1_000_000, validation_alias="REEVE_BACKUPS_KEPT")

    @field_validator("data_dir", "wal_archive")
    @classmethod
    def _absolute(cls, path: Path | None) -> Path | None:
        return None if path is None else path.expanduser().absolute()

    @property
    def backups_dir(self) -> Path:
        return self.data_dir / "backups"

    def dsn(self) -> str | None:
        """The address of the operator's own server, or None for the embedded one.

        Raises DatabaseAddressUnusable if DATABASE_URL_FILE names no file that holds one.
        """
        return _address(self.database_url, self.database_url_file, "DATABASE_URL_FILE")

    def direct_dsn(self) -> str | None:
        """The same database without a pooler in between: migrations, backups and LISTEN need a session of their own."""
        direct = _address(self.database_direct_url, self.database_direct_url_file, "DATABASE_DIRECT_URL_FILE")
        return direct or self.dsn()

    def replica_dsn(self) -> str | None:
        """A streaming standby that serves reports."""
        return _address(
            self.database_replica_url, self.database_replica_url_file, "DATABASE_REPLICA_URL_FILE"
        )


def _milliseconds(seconds: float) -> str:
    """PostgreSQL takes 0 for ever: what is shorter than its unit is one of it."""
    return f"{max(1, round(seconds * 1000)) if seconds else 0}ms"


def _address(said: SecretStr | None, file: Path | None, variable: str) -> str | None:
    if said is not None:
        return said.get_secret_value()
    return None if file is None else _address_in(file, variable)


def _address_in(file: Path, variable: str) -> str:
    try:
        address = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise DatabaseAddressUnusable(
            f"{variable} names {file}, which cannot be read: correct the path or its permissions."
        ) from error
    if not address:
        raise DatabaseAddressUnusable(f"{variable} names {file}, which is empty: write the address into it.")
    return address
