"""The ladder: `/config ladder`, `/config preset`, and the question before a warning."""

from typing import TYPE_CHECKING

from discord import app_commands

from cogs.moderation._gates import GATES
from cogs.moderation._ladder import LADDER, question_before_warning
from cogs.moderation._ladder_config import LadderGroup
from cogs.moderation._preset_config import PresetGroup

if TYPE_CHECKING:
    from bot.client import Reeve


async def setup(bot: "Reeve") -> None:
    """Loaded after /config, of which a part is here."""
    config = bot.tree.get_command("config")
    assert isinstance(config, app_commands.Group)
    config.add_command(LadderGroup())
    config.add_command(PresetGroup())
    GATES[LADDER] = question_before_warning
