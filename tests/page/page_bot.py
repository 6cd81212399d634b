"""A small bot that answers in every way that the page has to show."""

import asyncio
from datetime import UTC, datetime

import discord
from discord import app_commands, ui

REASONS = ("spam in general", "spam in links", "shouting")
Interaction = discord.Interaction


class PageBot(discord.Client):
    def __init__(self) -> None:
        super().__init__(intents=discord.Intents.all(), guild_ready_timeout=0.01)
        self.tree = app_commands.CommandTree(self)
        self.may_go_on = asyncio.Event()
        self.kept_silent = asyncio.Event()
        self.suggested_for: list[str] = []
        self.used: list[tuple[str, dict[str, object]]] = []
        add_commands(self)

    def channel(self, name: str = "general") -> discord.TextChannel:
        found = discord.utils.get(self.guilds[0].text_channels, name=name)
        assert found
        return found


class CaseButtons(ui.View):
    @ui.button(label="Undo", style=discord.ButtonStyle.danger)
    async def undo(self, interaction: Interaction, _button: ui.Button["CaseButtons"]) -> None:
        await interaction.response.edit_message(content="Undone.", embed=None, view=None)

    @ui.button(label="Not yet", disabled=True)
    async def not_yet(self, interaction: Interaction, _button: ui.Button["CaseButtons"]) -> None: ...

    @ui.button(label="Add a note", style=discord.ButtonStyle.primary)
    async def add_a_note(self, interaction: Interaction, _button: ui.Button["CaseButtons"]) -> None:
        await interaction.response.send_modal(NoteModal())


class NoteModal(ui.Modal, title="A note on the case"):
    text: ui.TextInput["NoteModal"] = ui.TextInput(
        label="Note", style=discord.TextStyle.paragraph, max_length=200
    )
    link: ui.TextInput["NoteModal"] = ui.TextInput(label="Link", required=False, default="none")

    async def on_submit(self, interaction: Interaction) -> None:
        await interaction.response.send_message(
            f"Noted: {self.text.value} ({self.link.value})", ephemeral=True
        )


class Choosing(ui.View):
    @ui.select(
        placeholder="A fruit",
        options=[
            discord.SelectOption(label="Apple", value="a"),
            discord.SelectOption(label="Pear", value="p"),
        ],
    )
    async def fruit(self, interaction: Interaction, select: ui.Select["Choosing"]) -> None:
        await interaction.response.send_message(f"fruit {select.values[0]}", ephemeral=True)

    @ui.select(cls=ui.UserSelect, placeholder="Two people", min_values=1, max_values=2)
    async def people(self, interaction: Interaction, select: ui.UserSelect["Choosing"]) -> None:
        names = " and ".join(sorted(one.name for one in select.values))
        await interaction.response.send_message(f"people {names}", ephemeral=True)


def case_embed(member: discord.Member, reason: str, points: int) -> discord.Embed:
    embed = discord.Embed(
        title="Case 1 · Warning",
        description=f"{member.mention} was **warned**.",
        colour=0xE67E22,
        timestamp=datetime.now(UTC),
    )
    embed.add_field(name="Reason", value=reason)
    embed.add_field(name="Points", value=str(points))
    return embed.set_footer(text="The page's bot")


def add_commands(bot: PageBot) -> None:
    tree = bot.tree

    @tree.command(description="Warn a member")
    @app_commands.describe(member="Who", reason="Why", points="How much", kind="Which kind", proof="A file")
    @app_commands.choices(
        kind=[app_commands.Choice(name="Formal", value="f"), app_commands.Choice(name="Mild", value="m")]
    )
    @app_commands.default_permissions(moderate_members=True)
    async def warn(
        interaction: Interaction,
        *,
        member: discord.Member,
        reason: str,
        points: app_commands.Range[int, 1, 10] = 1,
        kind: str | None = None,
        loud: bool = False,
        proof: discord.Attachment | None = None,
    ) -> None:
        size = len(await proof.read()) if proof else None
        bot.used.append(
            (
                "warn",
                {
                    "member": member.name,
                    "reason": reason,
                    "points": points,
                    "kind": kind,
                    "loud": loud,
                    "proof": size,
                },
            )
        )
        await interaction.response.send_message(
            embed=case_embed(member, reason, points), view=CaseButtons(timeout=None)
        )

    @warn.autocomplete("reason")
    async def reasons(_interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        bot.suggested_for.append(current)
        return [app_commands.Choice(name=each, value=each) for each in REASONS if current.casefold() in each]

    @tree.command(description="Say something to yourself")
    async def whisper(interaction: Interaction, text: str) -> None:
        await interaction.response.send_message(text, ephemeral=True)

    @tree.command(description="Think for a while")
    async def think(interaction: Interaction) -> None:
        await interaction.response.defer(thinking=True)
        await bot.may_go_on.wait()
        await interaction.edit_original_response(content="Thought through.")

    @tree.command(description="Never answer")
    async def silence(interaction: Interaction) -> None:
        bot.kept_silent.set()

    @tree.command(description="Choose from menus")
    async def choose(interaction: Interaction) -> None:
        await interaction.response.send_message("Choose:", view=Choosing(timeout=None))

    @tree.context_menu(name="History")
    async def history(interaction: Interaction, member: discord.Member) -> None:
        await interaction.response.send_message(f"The history of {member.name}", ephemeral=True)

    @tree.context_menu(name="Report message")
    async def report(interaction: Interaction, message: discord.Message) -> None:
        await interaction.response.send_message(f"Reported: {message.content}", ephemeral=True)
