"""The buttons of appeals: below the direct message, and in the staff's queue. All they need is in their custom ids."""

from bot.buttons import Button
from bot.invocation import Interaction, guild_of
from bot.permissions import Level, require
from bot.replies import defer, reply
from cogs.moderation._appeal_forms import VERDICTS, WHERE, open_appeal, require_free
from cogs.moderation._evidence_view import evidence_button
from cogs.moderation._rendering import case_embed


class AppealButton(Button, template=f"appeal:{WHERE}"):
    """Below the word of a ban: whoever presses it is asked against the case's target, not trusted."""

    async def pressed(self, interaction: Interaction) -> None:
        await open_appeal(interaction, int(self.match["guild"]), int(self.match["number"]))


class ReviewButton(Button, template=r"review:(?P<act>approve|void|deny|case):(?P<number>[0-9]{1,16})"):
    async def pressed(self, interaction: Interaction) -> None:
        act, number = self.match["act"], int(self.match["number"])
        if act == "case":
            await _show_case(interaction, number)
            return
        await require_free(interaction, number)
        form = VERDICTS[act]
        await form.open(interaction, f"review-{act}:{number}", title=f"{form.title}: appeal {number}")


async def _show_case(interaction: Interaction, number: int) -> None:
    await defer(interaction)
    await require(interaction, Level.MODERATOR)
    database, guild_id = interaction.client.database, guild_of(interaction).id
    appeal = await database.appeals.get(guild_id=guild_id, number=number)
    whole = await database.cases.whole(guild_id=guild_id, number=appeal.case_number)
    view = evidence_button(whole.case.number, len(whole.files)) if whole.files else None
    await reply(interaction, embeds=[case_embed(whole)], view=view)
