"""Who may do what in one channel (reference, "Edit Channel Permissions", "Permission Syncing")."""

from sandbox.channels import channel_payloads, channels
from sandbox.core import Core
from sandbox.errors import missing_permissions, too_many, unknown
from sandbox.guilds import audit, changes
from sandbox.guilds.audit import Action
from sandbox.permissions import ALL, Permission
from sandbox.rows import Channel, Guild, Json, Overwrite

ROLE, MEMBER = 0, 1
MOST_OVERWRITES = 1000


def put(
    core: Core,
    guild: Guild,
    channel: Channel,
    overwrite: Overwrite,
    *,
    actor_id: int,
    reason: str | None = None,
) -> None:
    wanted = {**channel.overwrites, overwrite.id: overwrite}
    replace(core, guild, channel, wanted, actor_id=actor_id, reason=reason)


def remove(
    core: Core, guild: Guild, channel: Channel, overwrite_id: int, *, actor_id: int, reason: str | None = None
) -> None:
    channels.require(core, channel, actor_id, Permission.MANAGE_ROLES)
    if overwrite_id not in channel.overwrites:
        raise unknown("permission overwrite")
    wanted = {each: one for each, one in channel.overwrites.items() if each != overwrite_id}
    replace(core, guild, channel, wanted, actor_id=actor_id, reason=reason)


def replace(
    core: Core,
    guild: Guild,
    channel: Channel,
    wanted: dict[int, Overwrite],
    *,
    actor_id: int,
    reason: str | None = None,
) -> None:
    check(core, guild, channel, wanted, actor_id=actor_id)
    if wanted != channel.overwrites:
        apply(core, guild, channel, wanted, actor_id=actor_id, reason=reason)


def check(core: Core, guild: Guild, channel: Channel, wanted: dict[int, Overwrite], *, actor_id: int) -> None:
    channels.require(core, channel, actor_id, Permission.MANAGE_ROLES)
    changed = [each for each in wanted.values() if channel.overwrites.get(each.id) != each]
    check_subjects(guild, wanted, changed)
    grantable = _grantable(core, guild, channel, actor_id)
    if any((each.allow | each.deny) & ~grantable for each in changed):
        raise missing_permissions()


def check_subjects(guild: Guild, wanted: dict[int, Overwrite], changed: list[Overwrite]) -> None:
    for each in changed:
        if each.id not in (guild.roles if each.type == ROLE else guild.members):
            raise unknown("permission overwrite")
    if len(wanted) > MOST_OVERWRITES:
        raise too_many(30060, "channel permission overwrites", MOST_OVERWRITES)


def _grantable(core: Core, guild: Guild, channel: Channel, actor_id: int) -> int:
    """What the actor has in the guild or in the category; all, with an overwrite that allows MANAGE_ROLES here."""
    held_here = (*guild.members[actor_id].role_ids, actor_id)
    own = [channel.overwrites[each] for each in held_here if each in channel.overwrites]
    if any(each.allow & Permission.MANAGE_ROLES for each in own):
        return int(ALL)
    granted = core.guild_permissions(guild, actor_id)
    parent = core.world.channels.get(channel.parent_id or 0)
    return int(granted | core.channel_permissions(parent, actor_id) if parent else granted)


def apply(
    core: Core,
    guild: Guild,
    channel: Channel,
    wanted: dict[int, Overwrite],
    *,
    actor_id: int,
    reason: str | None = None,
) -> None:
    """The channels of a category that had the same overwrites follow it, without entries of their own."""
    before = channel.overwrites
    synced = [
        each
        for each in core.world.guild_channels(guild)
        if each.parent_id == channel.id and each.overwrites == before
    ]
    for each in (channel, *synced):
        each.overwrites = dict(wanted)
        channels.updated(core, each)
    for subject_id in {**before, **wanted}:
        pair = before.get(subject_id), wanted.get(subject_id)
        if pair[0] != pair[1]:
            _note(core, guild, channel, *pair, actor_id=actor_id, reason=reason)


def _note(
    core: Core,
    guild: Guild,
    channel: Channel,
    old: Overwrite | None,
    new: Overwrite | None,
    *,
    actor_id: int,
    reason: str | None,
) -> None:
    kind = Action.OVERWRITE_UPDATE
    if old is None or new is None:
        kind = Action.OVERWRITE_DELETE if old else Action.OVERWRITE_CREATE
    shapes: list[Json] = [channel_payloads.overwrite(each) if each else {} for each in (old, new)]
    subject = new or old
    assert subject is not None
    options = {"id": str(subject.id), "type": str(subject.type)}
    if subject.id in guild.roles:
        options["role_name"] = guild.roles[subject.id].name
    audit.record(
        core,
        guild,
        kind,
        actor_id=actor_id,
        target_id=channel.id,
        reason=reason,
        changes=changes.between(*shapes),
        options=options,
    )
