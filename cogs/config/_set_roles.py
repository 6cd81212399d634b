"""/config set: who may do what, and the roles of a timeout."""

import re
from collections.abc import Sequence

import discord
from discord import app_commands

from bot.invocation import Interaction, guild_of
from bot.permissions import Level, requires
from bot.replies import defer
from cogs.config._changing import WHY, Changing, Why, set_group
from database.errors import SettingNotAllowed

SHOW_THEM = " If Discord hides commands from them, show those under Server Settings, Integrations, Reeve."
MENTION = re.compile(r"<@&([0-9]{1,20})>")


class RoleSettings(Changing):
    @set_group.command(name="moderator-roles")
    @app_commands.describe(
        value="A role that may moderate", value_2="And another", value_3="And another", why=WHY
    )
    @requires(Level.ADMIN)
    async def moderator_roles(
        self,
        interaction: Interaction,
        value: discord.Role,
        value_2: discord.Role | None = None,
        value_3: discord.Role | None = None,
        why: Why | None = None,
    ) -> None:
        """Choose the roles that may moderate, beside those with Discord's permission Timeout Members."""
        roles = _ids(value, value_2, value_3)
        await self.change(interaction, "moderator-roles", roles, why, hint=SHOW_THEM)

    @set_group.command(name="manager-roles")
    @app_commands.describe(
        value="A role that may award points", value_2="And another", value_3="And another", why=WHY
    )
    @requires(Level.ADMIN)
    async def manager_roles(
        self,
        interaction: Interaction,
        value: discord.Role,
        value_2: discord.Role | None = None,
        value_3: discord.Role | None = None,
        why: Why | None = None,
    ) -> None:
        """Choose the roles that may award points, beside those with Discord's permission Manage Events."""
        roles = _ids(value, value_2, value_3)
        await self.change(interaction, "manager-roles", roles, why, hint=SHOW_THEM)

    @set_group.command(name="timeout-role")
    @app_commands.describe(value="The role", why=WHY)
    @requires(Level.ADMIN)
    async def timeout_role(
        self, interaction: Interaction, value: discord.Role, why: Why | None = None
    ) -> None:
        """Choose a role that members have for as long as their timeout lasts."""
        _ids(value)
        _require_manageable(guild_of(interaction), value)
        await defer(interaction)
        config = await self.guild_configs.get(guild_id=guild_of(interaction).id)
        _require_not_both(value.id, config.timeout_takes_role_ids)
        await self.change(interaction, "timeout-role", value.id, why)

    @set_group.command(name="timeout-takes-roles")
    @app_commands.describe(value="Up to 25 roles, one after another: type @ and choose", why=WHY)
    @requires(Level.ADMIN)
    async def timeout_takes_roles(self, interaction: Interaction, value: str, why: Why | None = None) -> None:
        """Choose the roles that a timeout takes away and gives back when it ends."""
        roles = _mentioned(guild_of(interaction), value)
        ids = _ids(*roles)
        _require_manageable(guild_of(interaction), *roles)
        await defer(interaction)
        config = await self.guild_configs.get(guild_id=guild_of(interaction).id)
        _require_not_both(config.timeout_role_id, ids)
        await self.change(interaction, "timeout-takes-roles", ids, why)


def _ids(*roles: discord.Role | None) -> list[int]:
    """The roles that somebody can be given; one that everybody has would give the right to all."""
    chosen = [role for role in roles if role is not None]
    for role in chosen:
        if role.is_default() or role.is_bot_managed():
            raise SettingNotAllowed(
                f"The role {role.name}", "choose one that people are given, not everybody or a bot"
            )
    return list(dict.fromkeys(role.id for role in chosen))


def _mentioned(guild: discord.Guild, text: str) -> list[discord.Role]:
    """Discord writes a chosen role as <@&id>; a slash command has no option for many roles."""
    found = [guild.get_role(int(role_id)) for role_id in MENTION.findall(text)]
    roles = [role for role in found if role is not None]
    if not roles or len(roles) < len(found) or MENTION.sub("", text).strip(" ,"):
        raise SettingNotAllowed("The list of roles", "type @ and choose roles of this server, nothing else")
    return roles


def _require_manageable(guild: discord.Guild, *roles: discord.Role) -> None:
    """Discord lets a bot give and take only roles below its own, and none that an integration gives."""
    me = guild.me
    if not me.guild_permissions.manage_roles:
        raise SettingNotAllowed("That role", "give the role Reeve the permission Manage Roles first")
    for role in roles:
        if role.managed:
            raise SettingNotAllowed(f"The role {role.name}", "choose one that no integration gives")
        if role >= me.top_role:
            raise SettingNotAllowed(
                f"The role {role.name}", f"move the role {me.top_role.name} above it first"
            )


def _require_not_both(given: int | None, taken: Sequence[int]) -> None:
    if given in taken:
        raise SettingNotAllowed(
            "That role",
            f"a timeout cannot give and take <@&{given}>, so choose another or reset the other setting",
        )
