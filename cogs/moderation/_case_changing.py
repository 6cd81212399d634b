"""/case edit, duration, void, restore"""

from discord import app_commands

from bot.base_cog import BaseCog
from bot.invocation import Interaction, guild_of
from bot.permissions import Level, requires
from bot.replies import defer, reply
from cogs.moderation import _suggestions
from cogs.moderation._case_options import CaseNumber
from cogs.moderation._duration import move_end
from cogs.moderation._fine_words import points_sentences
from cogs.moderation._ladder import reason_meant
from cogs.moderation._links import keep_links
from cogs.moderation._post_words import ENGLISH
from cogs.moderation._void import LIFTED, offers, shaken_by, shaken_words, standing_because_of
from database.models import LONGEST_REASON, LONGEST_WHY, CaseState

Why = app_commands.Range[str, 1, LONGEST_WHY]


class CaseChanging(BaseCog):
    @app_commands.command()
    @app_commands.describe(
        number="The number of the case",
        reason="The new reason; the old one is kept",
        why="Why it is changed; kept in the audit trail",
    )
    @app_commands.autocomplete(number=_suggestions.case_numbers)
    @app_commands.autocomplete(reason=_suggestions.reasons)
    @requires(Level.MODERATOR)
    async def edit(
        self,
        interaction: Interaction,
        number: CaseNumber,
        reason: app_commands.Range[str, 1, LONGEST_REASON],
        why: Why | None = None,
    ) -> None:
        """Change the reason of a case; the mod log follows."""
        await defer(interaction)
        reason = await reason_meant(self.bot, guild_of(interaction), reason)
        revision = await self.cases.edit_reason(
            guild_id=guild_of(interaction).id,
            number=number,
            reason=reason,
            editor_id=interaction.user.id,
            interaction_id=interaction.id,
            why=why,
        )
        kept = await keep_links(interaction, number, reason)
        self.bot.dispatch("outbox_filled")
        await reply(interaction, f"Case {number}: the reason is changed (edit {revision.revision}).{kept}")

    @app_commands.command()
    @app_commands.describe(
        number="The number of the case",
        duration="From its beginning, for example 7d; a moment, tomorrow 18:00; or forever",
    )
    @app_commands.autocomplete(number=_suggestions.case_numbers)
    @requires(Level.MODERATOR)
    async def duration(self, interaction: Interaction, number: CaseNumber, duration: str) -> None:
        """Change how long a ban, timeout or lock lasts, counted from its beginning; Discord follows."""
        await defer(interaction)
        await reply(interaction, await move_end(interaction, number, duration))

    @app_commands.command()
    @app_commands.describe(
        number="The number of the case", reason="Why it should never have counted; kept with the case"
    )
    @app_commands.autocomplete(number=_suggestions.case_numbers)
    @app_commands.autocomplete(reason=_suggestions.reasons)
    @requires(Level.MODERATOR)
    async def void(self, interaction: Interaction, number: CaseNumber, reason: Why) -> None:
        """Make a case count no more; it stays readable, and what follows from it is offered."""
        await defer(interaction)
        guild_id = guild_of(interaction).id
        reason = await reason_meant(self.bot, guild_of(interaction), reason)
        await self.bot.database.case_edits.void(
            guild_id=guild_id,
            number=number,
            editor_id=interaction.user.id,
            interaction_id=interaction.id,
            why=reason,
        )
        self.bot.dispatch("outbox_filled")
        case = await self.cases.get(guild_id=guild_id, number=number)
        standing = await standing_because_of(interaction, case)
        weight = f" Its weight of {case.points} does not count any more." if case.points else ""
        weight += points_sentences(case)
        stands = " and ".join(LIFTED[each.kind] for each in standing)
        still = f" {stands[0].upper()}{stands[1:]} still stands until you lift it." if stands else ""
        shaken = await shaken_by(interaction, case)
        view = offers(case, standing, shaken)
        await reply(interaction, f"Case {number} is void.{weight}{still}{shaken_words(shaken)}", view=view)

    @app_commands.command()
    @app_commands.describe(number="The number of the case")
    @app_commands.autocomplete(number=_suggestions.case_numbers)
    @requires(Level.MODERATOR)
    async def restore(self, interaction: Interaction, number: CaseNumber) -> None:
        """Make a voided case count again, as it did before."""
        await defer(interaction)
        guild_id = guild_of(interaction).id
        revision = await self.bot.database.case_edits.restore(
            guild_id=guild_id,
            number=number,
            editor_id=interaction.user.id,
            interaction_id=interaction.id,
        )
        self.bot.dispatch("outbox_filled")
        state = CaseState(revision.after)
        shown = ENGLISH.states.get(state, state.value)
        case = await self.cases.get(guild_id=guild_id, number=number)
        await reply(
            interaction,
            f"Case {number} counts again ({shown}). What was lifted on Discord meanwhile stays lifted."
            + points_sentences(case),
        )
