"""/config set: what talking earns."""

from datetime import timedelta

from discord import app_commands

from bot.durations import parse_duration
from bot.invocation import Interaction
from bot.permissions import Level, requires
from cogs.config._changing import WHY, Changing, Why, set_group
from database.errors import SettingNotAllowed
from database.models import BOUNDS

MOST_POINTS = BOUNDS["points_per_message"].most
COOLDOWN = BOUNDS["message_cooldown_seconds"]


class PointSettings(Changing):
    @set_group.command(name="points-per-message")
    @app_commands.describe(value="Points; 0 switches points for talking off", why=WHY)
    @requires(Level.ADMIN)
    async def points_per_message(
        self,
        interaction: Interaction,
        value: app_commands.Range[int, 0, MOST_POINTS],
        why: Why | None = None,
    ) -> None:
        """Choose what a message earns."""
        await self.change(interaction, "points-per-message", value, why)

    @set_group.command(name="message-cooldown")
    @app_commands.describe(value="For example 60s or 5m; 0 for none; at most 1d", why=WHY)
    @requires(Level.ADMIN)
    async def message_cooldown(self, interaction: Interaction, value: str, why: Why | None = None) -> None:
        """Choose how long a member waits until the next message earns."""
        longest = timedelta(seconds=COOLDOWN.most)
        wait = timedelta(0) if value.strip() in ("0", "0s") else parse_duration(value, longest=longest)
        if wait > longest:
            raise SettingNotAllowed(COOLDOWN.called, COOLDOWN.rule)
        await self.change(interaction, "message-cooldown", int(wait.total_seconds()), why)
