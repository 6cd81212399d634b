"""Whether a person's client offers a command at all (reference, "Application Command Permissions")."""

from sandbox.bot_rows import Command
from sandbox.core import Core
from sandbox.interactions.command_specs import CHAT
from sandbox.interactions.command_specs import USER as USER_COMMAND
from sandbox.permissions import Permission, timed_out, to_speak_in
from sandbox.rows import Channel, Guild, Json, Member

IN_GUILD, IN_BOT_DM = 0, 1
ROLE, USER, CHANNEL = 1, 2, 3


def spelled(command: Command) -> str:
    return f"/{command.name}" if command.type == CHAT else f'"{command.name}"'


def hidden_because(core: Core, user_id: int, channel: Channel, command: Command) -> str | None:
    """One sentence, or nothing when the client offers the command there."""
    guild = core.world.guild_of(channel)
    contexts = command.spec.get("contexts")
    if guild is None:
        in_dms = command.spec["dm_permission"] if contexts is None else IN_BOT_DM in contexts
        allowed = in_dms and command.guild_id is None
        return None if allowed else f"{spelled(command)} can be used in a server only."
    if contexts is not None and IN_GUILD not in contexts:
        return f"{spelled(command)} can be used in direct messages only."
    return _hidden_in_guild(core, guild, user_id, channel, command)


def _hidden_in_guild(
    core: Core, guild: Guild, user_id: int, channel: Channel, command: Command
) -> str | None:
    name = core.world.user(user_id).username
    member = guild.members.get(user_id)
    if member is None:
        return f"{name} is not in {guild.name}."
    return (
        _forbidden_there(core, member, channel, command)
        or _denied(core, member, channel, command)
        or _not_offered(core, guild, member, _settings_of(core, channel), command)
    )


def _forbidden_there(core: Core, member: Member, channel: Channel, command: Command) -> str | None:
    name = core.world.user(member.user_id).username
    permissions = core.channel_permissions(channel, member.user_id)
    if not permissions & Permission.VIEW_CHANNEL:
        return f"{name} does not see #{channel.name}."
    if timed_out(member, core.now) and not permissions & Permission.ADMINISTRATOR:
        return f"{name} is timed out and cannot use commands."
    if not permissions & Permission.USE_APPLICATION_COMMANDS:
        return f"{name} may not use commands in #{channel.name}."
    if channel.thread and channel.thread.archived:
        return f"{channel.name} is archived: nobody can use commands there."
    if command.spec.get("nsfw") and not _settings_of(core, channel).nsfw:
        return f"{spelled(command)} is for age-restricted channels only."
    return None


def _denied(core: Core, member: Member, channel: Channel, command: Command) -> str | None:
    """A menu on a person is for who may write there (reference, "User Commands")."""
    name, may_write = core.world.user(member.user_id).username, to_speak_in(channel)
    if command.type == USER_COMMAND and not core.channel_permissions(channel, member.user_id) & may_write:
        return f"Permission Denied: {name} may not write in #{channel.name}."
    return None


def _settings_of(core: Core, channel: Channel) -> Channel:
    """A thread has those of its parent."""
    return channel if channel.thread is None else core.world.parent_of(channel)


def _not_offered(core: Core, guild: Guild, member: Member, channel: Channel, command: Command) -> str | None:
    name = core.world.user(member.user_id).username
    if not _offered(core, guild, member, channel, command):
        return (
            f"{spelled(command)} is not offered to {name}: it asks for permissions that {name} does not have."
        )
    return None


def _offered(core: Core, guild: Guild, member: Member, channel: Channel, command: Command) -> bool:
    permissions = core.guild_permissions(guild, member.user_id)
    if permissions & Permission.ADMINISTRATOR:
        return True
    by_command = guild.command_permissions.get(command.id, [])
    by_application = guild.command_permissions.get(command.application_id, [])
    if _of_channel(guild, channel, by_command or by_application) is False:
        return False
    for rules in (by_command, by_application):
        said = _of_member(guild, member, rules)
        if said is not None and (said is False or rules is by_command):
            return said
    asked = command.spec.get("default_member_permissions")
    if asked is None:
        return True
    return int(asked) != 0 and permissions & int(asked) == int(asked)


def _of_member(guild: Guild, member: Member, rules: list[Json]) -> bool | None:
    said = {(rule["type"], int(rule["id"])): bool(rule["permission"]) for rule in rules}
    if (USER, member.user_id) in said:
        return said[USER, member.user_id]
    by_role = [said[ROLE, role_id] for role_id in member.role_ids if (ROLE, role_id) in said]
    return any(by_role) if by_role else said.get((ROLE, guild.id))


def _of_channel(guild: Guild, channel: Channel, rules: list[Json]) -> bool | None:
    said = {int(rule["id"]): bool(rule["permission"]) for rule in rules if rule["type"] == CHANNEL}
    every_channel = guild.id - 1  # Discord's constant for "All Channels"
    return said.get(channel.id, said.get(every_channel))
