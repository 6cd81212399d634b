"""What a server has chosen, and every change of it."""

from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    Boolean,
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


class Bounds(NamedTuple):
    """What a number may be, and the words in which anything else is refused."""

    called: str
    least: int
    most: int
    in_words: str | None = None
    """Where the plain numbers do not say it."""

    @property
    def rule(self) -> str:
        return f"choose from {self.in_words or f'{self.least:,} to {self.most:,}'}"


BOUNDS = {
    "points_per_message": Bounds("Points per message", 0, 1_000),
    "message_cooldown_seconds": Bounds("The message cool-down", 0, 86_400, "0 seconds to 1 day"),
    "appeal_cooldown_days": Bounds("The cool-down of appeals", 0, 365, "0 to 365 days"),
    "appeal_limit": Bounds("The limit of appeals", 0, 20),
    "guard_targets": Bounds("The number of people at once", 0, 1_000),
    "guard_acts_per_hour": Bounds("The number of acts in an hour", 0, 1_000),
    "evidence_days": Bounds("The time that evidence is kept", 0, 3_650, "0 to 3,650 days"),
    "ladder_days": Bounds("The window of the ladder", 1, 3_650, "1 to 3,650 days"),
    "ladder_halving_days": Bounds("The decay of the ladder", 0, 3_650, "0 to 3,650 days"),
    "message_least_length": Bounds("The least length of a message", 0, 2_000, "0 to 2,000 characters"),
    "voice_points": Bounds("Points per minute of talk", 0, 1_000),
    "daily_points": Bounds("Points per day", 0, 100_000),
    "daily_streak_points": Bounds("Points per day in a row", 0, 10_000),
    "daily_streak_days": Bounds("The longest streak that counts", 1, 365, "1 to 365 days"),
    "thanks_points": Bounds("Points for a thank-you", 0, 1_000),
    "thanks_per_day": Bounds("Thank-yous per day", 0, 100),
    "earned_per_day": Bounds("Points earned per day", 0, 1_000_000),
    "transfer_most": Bounds("Points in one gift", 0, 1_000_000_000),
    "sent_per_day": Bounds("Points given per day", 0, 1_000_000_000),
    "received_per_day": Bounds("Points received per day", 0, 1_000_000_000),
    "transfer_account_days": Bounds("The age of an account", 0, 365, "0 to 365 days"),
    "transfer_tax_percent": Bounds("The tax on gifts", 0, 50, "0 to 50 percent"),
    "level_base": Bounds("The points of the first level", 1, 1_000_000),
    "level_linear": Bounds("What each level takes more", 0, 100_000),
    "level_square": Bounds("What each level takes more, squared", 0, 10_000),
}
MOST_ROLES = 25
"""As many as a role select of Discord offers at once."""
MOST_LADDER_STEPS = 20
MOST_REASON_PRESETS = 50
ROLE_LISTS = ("moderator_role_ids", "manager_role_ids", "timeout_takes_role_ids")

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
    hide_moderator: bool = False
    """Whether direct messages keep the moderator's name to themselves."""
    report_channel_id: int | None = None
    digest_channel_id: int | None = None
    """None: no weekly digest."""
    appeal_cooldown_days: int = 7
    """From the answer to an appeal until the next."""
    appeal_limit: int = 3
    """Appeals of one case; 0: nobody appeals."""
    guard_targets: int = 25
    """More people than this in one act need a second moderator; 0: never."""
    guard_acts_per_hour: int = 60
    """Kicks and bans of one moderator, above which they are paused; 0: never."""
    timeout_role_id: int | None = None
    """Given for as long as a timeout lasts."""
    timeout_takes_role_ids: tuple[int, ...] = ()
    """Taken for as long as a timeout lasts."""
    evidence_days: int = 0
    """How long files are kept; 0: for ever."""
    ladder_days: int = 30
    """For so long a warning counts."""
    ladder_halving_days: int = 0
    """After so many days a warning counts half as much; 0: always in full."""
    ladder_steps: int = 0
    """How many there are, so that a server without a ladder is not asked for it."""
    reason_presets: int = 0
    """How many there are, likewise."""
    message_least_length: int = 0
    """Characters below which a message earns nothing; known only with the content intent."""
    message_repeats_earn: bool = False
    """Whether a message earns that says what its author's last one said; likewise."""
    voice_points: int = 0
    """For each minute with somebody else in a voice channel, neither of them deaf; 0: nothing."""
    daily_points: int = 10
    """0: no daily."""
    daily_streak_points: int = 1
    """More for each day in a row, up to `daily_streak_days`."""
    daily_streak_days: int = 7
    thanks_points: int = 5
    """0: no thanks."""
    thanks_per_day: int = 3
    """Of one member; one for the same person. 0: none."""
    earned_per_day: int = 0
    """The most that activity earns a member on one day; 0: no limit. The daily and awards are beside it."""
    transfer_most: int = 0
    """In one gift; 0: no limit."""
    sent_per_day: int = 0
    received_per_day: int = 0
    transfer_account_days: int = 0
    """How old a Discord account must be to give; 0: no matter."""
    transfer_tax_percent: int = 0
    """Of a gift, rounded down: taken from what arrives."""
    tax_to_treasury: bool = False
    """Or it is burnt."""
    restricted_may_transfer: bool = True
    """Whether who is timed out may give, buy and be thanked."""
    level_base: int = 100
    """Level n + 1 takes `level_base + level_linear * n + level_square * n * n` points more than level n."""
    level_linear: int = 50
    level_square: int = 5
    level_roles_stack: bool = True
    """Whether the roles of lower levels stay."""
    level_channel_id: int | None = None
    """Where a new level is announced; None: nowhere."""
    updated_at: datetime | None = None


def _number() -> Any:
    return Column(Integer, nullable=False)


def _role_ids() -> Any:
    return Column(ARRAY(BigInteger, as_tuple=True), nullable=False)


class GuildConfig(SQLModel, table=True):
    """The row of a server that changed something."""

    __tablename__ = "guild_configs"
    __table_args__ = (
        *(
            CheckConstraint(f"{column} BETWEEN {each.least} AND {each.most}", column.removesuffix("_seconds"))
            for column, each in BOUNDS.items()
        ),
        *(CheckConstraint(f"cardinality({column}) <= {MOST_ROLES}", column) for column in ROLE_LISTS),
        CheckConstraint(f"ladder_steps BETWEEN 0 AND {MOST_LADDER_STEPS}", "ladder_steps"),
        CheckConstraint(f"reason_presets BETWEEN 0 AND {MOST_REASON_PRESETS}", "reason_presets"),
        CheckConstraint("length(time_zone) BETWEEN 1 AND 64", "time_zone"),
        CheckConstraint(in_words("language", Language), "language"),
    )

    guild_id: int = Field(sa_column=key())
    version: int = Field(sa_column=Column(BigInteger, nullable=False))
    log_channel_id: int | None = Field(sa_column=snowflake(nullable=True))
    moderator_role_ids: tuple[int, ...] = Field(sa_column=_role_ids())
    manager_role_ids: tuple[int, ...] = Field(sa_column=_role_ids())
    points_per_message: int = Field(sa_column=_number())
    message_cooldown_seconds: int = Field(sa_column=_number())
    language: Language = Field(sa_column=words(Language))
    time_zone: str = Field(sa_column=text())
    hide_moderator: bool = Field(sa_column=Column(Boolean, nullable=False))
    report_channel_id: int | None = Field(sa_column=snowflake(nullable=True))
    digest_channel_id: int | None = Field(sa_column=snowflake(nullable=True))
    appeal_cooldown_days: int = Field(sa_column=_number())
    appeal_limit: int = Field(sa_column=_number())
    guard_targets: int = Field(sa_column=_number())
    guard_acts_per_hour: int = Field(sa_column=_number())
    timeout_role_id: int | None = Field(sa_column=snowflake(nullable=True))
    timeout_takes_role_ids: tuple[int, ...] = Field(sa_column=_role_ids())
    evidence_days: int = Field(sa_column=_number())
    ladder_days: int = Field(sa_column=_number())
    ladder_halving_days: int = Field(sa_column=_number())
    ladder_steps: int = Field(sa_column=_number())
    reason_presets: int = Field(sa_column=_number())
    message_least_length: int = Field(sa_column=_number())
    message_repeats_earn: bool = Field(sa_column=Column(Boolean, nullable=False))
    voice_points: int = Field(sa_column=_number())
    daily_points: int = Field(sa_column=_number())
    daily_streak_points: int = Field(sa_column=_number())
    daily_streak_days: int = Field(sa_column=_number())
    thanks_points: int = Field(sa_column=_number())
    thanks_per_day: int = Field(sa_column=_number())
    earned_per_day: int = Field(sa_column=_number())
    transfer_most: int = Field(sa_column=_number())
    sent_per_day: int = Field(sa_column=_number())
    received_per_day: int = Field(sa_column=_number())
    transfer_account_days: int = Field(sa_column=_number())
    transfer_tax_percent: int = Field(sa_column=_number())
    tax_to_treasury: bool = Field(sa_column=Column(Boolean, nullable=False))
    restricted_may_transfer: bool = Field(sa_column=Column(Boolean, nullable=False))
    level_base: int = Field(sa_column=_number())
    level_linear: int = Field(sa_column=_number())
    level_square: int = Field(sa_column=_number())
    level_roles_stack: bool = Field(sa_column=Column(Boolean, nullable=False))
    level_channel_id: int | None = Field(sa_column=snowflake(nullable=True))
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
