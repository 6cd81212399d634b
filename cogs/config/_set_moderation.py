"""/config set: what members are told and may do about a case, and what guards against a moderator gone wild."""

from discord import app_commands

from bot.invocation import Interaction
from bot.permissions import Level, requires
from cogs.config._changing import WHY, Changing, Why, set_group
from database.models import BOUNDS

MOST_COOLDOWN_DAYS = BOUNDS["appeal_cooldown_days"].most
MOST_APPEALS = BOUNDS["appeal_limit"].most
MOST_TARGETS = BOUNDS["guard_targets"].most
MOST_ACTS = BOUNDS["guard_acts_per_hour"].most
MOST_EVIDENCE_DAYS = BOUNDS["evidence_days"].most


class ModerationSettings(Changing):
    @set_group.command(name="hide-moderator")
    @app_commands.describe(value="True: members are not told who acted", why=WHY)
    @requires(Level.ADMIN)
    async def hide_moderator(self, interaction: Interaction, value: bool, why: Why | None = None) -> None:
        """Choose whether members are told which moderator acted."""
        await self.change(interaction, "hide-moderator", value, why)

    @set_group.command(name="appeal-cooldown")
    @app_commands.describe(value="Days; 0 for none", why=WHY)
    @requires(Level.ADMIN)
    async def appeal_cooldown(
        self,
        interaction: Interaction,
        value: app_commands.Range[int, 0, MOST_COOLDOWN_DAYS],
        why: Why | None = None,
    ) -> None:
        """Choose how long somebody waits after an answer until they appeal again."""
        await self.change(interaction, "appeal-cooldown", value, why)

    @set_group.command(name="appeal-limit")
    @app_commands.describe(value="Appeals of one case; 0 switches appeals off", why=WHY)
    @requires(Level.ADMIN)
    async def appeal_limit(
        self,
        interaction: Interaction,
        value: app_commands.Range[int, 0, MOST_APPEALS],
        why: Why | None = None,
    ) -> None:
        """Choose how often somebody may appeal against one case."""
        await self.change(interaction, "appeal-limit", value, why)

    @set_group.command(name="guard-targets")
    @app_commands.describe(value="People; 0 switches it off", why=WHY)
    @requires(Level.ADMIN)
    async def guard_targets(
        self,
        interaction: Interaction,
        value: app_commands.Range[int, 0, MOST_TARGETS],
        why: Why | None = None,
    ) -> None:
        """Choose how many people one act may hit without a second moderator."""
        await self.change(interaction, "guard-targets", value, why)

    @set_group.command(name="guard-acts-per-hour")
    @app_commands.describe(value="Kicks and bans of one moderator in an hour; 0 switches it off", why=WHY)
    @requires(Level.ADMIN)
    async def guard_acts_per_hour(
        self,
        interaction: Interaction,
        value: app_commands.Range[int, 0, MOST_ACTS],
        why: Why | None = None,
    ) -> None:
        """Choose above how many kicks and bans in an hour a moderator is paused."""
        await self.change(interaction, "guard-acts-per-hour", value, why)

    @set_group.command(name="evidence-days")
    @app_commands.describe(value="Days; 0 keeps files for ever", why=WHY)
    @requires(Level.ADMIN)
    async def evidence_days(
        self,
        interaction: Interaction,
        value: app_commands.Range[int, 0, MOST_EVIDENCE_DAYS],
        why: Why | None = None,
    ) -> None:
        """Choose how long the files that prove a case are kept."""
        await self.change(interaction, "evidence-days", value, why)
