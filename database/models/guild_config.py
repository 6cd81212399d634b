"""What a server has chosen, and every change of it."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKeyConstraint, Integer
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, insert
from sqlmodel import Field, SQLModel, col, select

from database.models.base import in_words, instant, key, snowflake, text, utc_now, words
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


class GuildConfig(SQLModel, table=True):
    """One server's settings. A server that changed nothing has no row: the defaults below are its settings."""

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
    version: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    log_channel_id: int | None = Field(default=None, sa_column=snowflake(nullable=True))
    moderator_role_ids: list[int] = Field(
        default_factory=list, sa_column=Column(ARRAY(BigInteger), nullable=False)
    )
    manager_role_ids: list[int] = Field(
        default_factory=list, sa_column=Column(ARRAY(BigInteger), nullable=False)
    )
    points_per_message: int = Field(default=1, sa_column=Column(Integer, nullable=False))
    message_cooldown_seconds: int = Field(default=60, sa_column=Column(Integer, nullable=False))
    language: Language = Field(default=Language.ENGLISH, sa_column=words(Language))
    time_zone: str = Field(default="UTC", sa_column=text())
    updated_at: datetime = Field(default_factory=utc_now, sa_column=instant())


class GuildConfigChange(SQLModel, table=True):
    """Who changed what, from, to and when. Rows are only added (a trigger holds it)."""

    __tablename__ = "guild_config_changes"
    __table_args__ = (
        ForeignKeyConstraint(["guild_id"], ["guild_configs.guild_id"]),
        CheckConstraint("length(setting) BETWEEN 1 AND 64", "setting"),
    )

    guild_id: int = Field(sa_column=key())
    version: int = Field(sa_column=key())
    setting: str = Field(sa_column=text())
    before: Any = Field(sa_column=Column(JSONB, nullable=False))
    after: Any = Field(sa_column=Column(JSONB, nullable=False))
    changed_by_id: int = Field(sa_column=snowflake())
    changed_at: datetime = Field(default_factory=utc_now, sa_column=instant())


FIND_CONFIG = statement(
    select(GuildConfig).where(col(GuildConfig.guild_id) == param("guild_id")), into=GuildConfig
)

ENSURE_CONFIG = statement(
    insert(GuildConfig)
    .values(**{name: param(name) for name in GuildConfig.model_fields})
    .on_conflict_do_nothing(),
)

LOCK_CONFIG = statement(
    select(GuildConfig).where(col(GuildConfig.guild_id) == param("guild_id")).with_for_update(),
    into=GuildConfig,
)

ADD_CHANGE = statement(
    insert(GuildConfigChange).values(**{name: param(name) for name in GuildConfigChange.model_fields})
)
