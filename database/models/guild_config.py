"""What a server has chosen, and every change of it."""

from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Integer,
    UniqueConstraint,
    any_,
    cast,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, insert
from sqlmodel import Field, SQLModel, col

from database.models.base import LONGEST_WHY, in_words, instant, key, snowflake, text, utc_now, words
from database.rows import Rows
from database.statements import param, statement


class Language(StrEnum):
    """The languages of log posts and direct messages."""

    ENGLISH = "en"
    GERMAN = "de"
    SPANISH = "es"


MOST_POINTS_PER_MESSAGE = 1_000
LONGEST_COOLDOWN_SECONDS = 86_400
MOST_ROLES = 25
"""As many as a role select of Discord offers at once."""

CHANGES_CHANNEL = "reeve_guild_config"
"""Where PostgreSQL tells every process of a new version, as `<guild id>:<version>`."""


class GuildSettings(NamedTuple):
    """One server's settings, as all of the process share them: nobody can write into them.

    A server that changed nothing has no row: the defaults are its settings.
    """

    guild_id: int
    version: int = 0
    """The number of changes so far."""
    log_channel_id: int | None = None
    moderator_role_ids: tuple[int, ...] = ()
    manager_role_ids: tuple[int, ...] = ()
    points_per_message: int = 1
    message_cooldown_seconds: int = 60
    language: Language = Language.ENGLISH
    time_zone: str = "UTC"
    updated_at: datetime | None = None


class GuildConfig(SQLModel, table=True):
    """The row of a server that changed something."""

    __tablename__ = "guild_configs"
    __table_args__ = (
        CheckConstraint(f"points_per_message BETWEEN 0 AND {MOST_POINTS_PER_MESSAGE}", "points_per_message"),
        CheckConstraint(
            f"message_cooldown_seconds BETWEEN 0 AND {LONGEST_COOLDOWN_SECONDS}", "message_cooldown"
        ),
        CheckConstraint(f"cardinality(moderator_role_ids) <= {MOST_ROLES}", "moderator_role_ids"),
        CheckConstraint(f"cardinality(manager_role_ids) <= {MOST_ROLES}", "manager_role_ids"),
        CheckConstraint("length(time_zone) BETWEEN 1 AND 64", "time_zone"),
        CheckConstraint(in_words("language", Language), "language"),
    )

    guild_id: int = Field(sa_column=key())
    version: int = Field(sa_column=Column(BigInteger, nullable=False))
    log_channel_id: int | None = Field(sa_column=snowflake(nullable=True))
    moderator_role_ids: tuple[int, ...] = Field(
        sa_column=Column(ARRAY(BigInteger, as_tuple=True), nullable=False)
    )
    manager_role_ids: tuple[int, ...] = Field(
        sa_column=Column(ARRAY(BigInteger, as_tuple=True), nullable=False)
    )
    points_per_message: int = Field(sa_column=Column(Integer, nullable=False))
    message_cooldown_seconds: int = Field(sa_column=Column(Integer, nullable=False))
    language: Language = Field(sa_column=words(Language))
    time_zone: str = Field(sa_column=text())
    updated_at: datetime = Field(sa_column=instant())


class GuildConfigChange(SQLModel, table=True):
    """Who changed what, from, to, when and why. Rows are only added (triggers and grants hold it)."""

    __tablename__ = "guild_config_changes"
    __table_args__ = (
        ForeignKeyConstraint(["guild_id"], ["guild_configs.guild_id"]),
        UniqueConstraint("guild_id", "interaction_id"),
        CheckConstraint("length(setting) BETWEEN 1 AND 64", "setting"),
        CheckConstraint(f"length(why) BETWEEN 1 AND {LONGEST_WHY}", "why"),
    )

    guild_id: int = Field(sa_column=key())
    version: int = Field(sa_column=key())
    setting: str = Field(sa_column=text())
    before: Any = Field(sa_column=Column(JSONB, nullable=False))
    after: Any = Field(sa_column=Column(JSONB, nullable=False))
    changed_by_id: int = Field(sa_column=snowflake())
    changed_at: datetime = Field(default_factory=utc_now, sa_column=instant())
    interaction_id: int | None = Field(default=None, sa_column=snowflake(nullable=True))
    why: str | None = Field(default=None, sa_column=text(nullable=True))


SETTINGS_COLUMNS = tuple(col(getattr(GuildConfig, name)) for name in GuildSettings._fields)
_settings = select(*SETTINGS_COLUMNS)
_of_one_guild = _settings.where(col(GuildConfig.guild_id) == param("guild_id"))

FIND_CONFIG = statement(_of_one_guild, into=GuildSettings)

FIND_CONFIGS = statement(
    _settings.where(col(GuildConfig.guild_id) == any_(cast(param("guild_ids"), ARRAY(BigInteger)))),
    into=GuildSettings,
)

ENSURE_CONFIG = statement(
    insert(GuildConfig)
    .values(**{name: param(name) for name in GuildConfig.model_fields})
    .on_conflict_do_nothing(),
)

LOCK_CONFIG = statement(_of_one_guild.with_for_update(), into=GuildSettings)

TELL_PROCESSES = statement(select(func.pg_notify(CHANGES_CHANNEL, param("notice"))))
"""Heard once the transaction is committed, by database/config_cache.py of every process."""

CHANGES = Rows(GuildConfigChange)
