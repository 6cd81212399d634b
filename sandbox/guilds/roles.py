"""Roles are made, changed, sorted and removed: the same rules for a bot's call and for a person's hand."""

from sandbox.core import Core
from sandbox.errors import boosts_needed, invalid_role, missing_permissions, too_many, unknown
from sandbox.forms import Form
from sandbox.guilds import audit, changes, membership, payloads, role_events
from sandbox.guilds.audit import Action
from sandbox.guilds.moderation import require
from sandbox.permissions import Permission, rank, standing
from sandbox.rows import Guild, Json, Member, Role

MOST_ROLES = 250  # @everyone among them
WHITE = 0xFFFFFF
NOT_NOTED = frozenset({"id", "tags", "managed", "flags", "description"})


def find(guild: Guild, role_id: int) -> Role:
    role = guild.roles.get(role_id)
    if role is None:
        raise unknown("role")
    return role


def read(form: Form) -> Json:
    """Fields of Role, those that are named and not null. Gradients and icons are for guilds with boosts."""
    colors = form.inner("colors")
    found = {
        "name": form.text("name", least=1, most=100),
        "permissions": form.integer("permissions", least=0),
        "color": (colors or form).integer("primary_color" if colors else "color", least=0, most=WHITE),
        "hoist": form.boolean("hoist"),
        "mentionable": form.boolean("mentionable"),
    }
    form.finish()
    wants_boosts = [form.body.get(key) for key in ("icon", "unicode_emoji")]
    wants_boosts += [colors.body.get(key) for key in ("secondary_color", "tertiary_color")] if colors else []
    if any(each is not None for each in wants_boosts):
        raise boosts_needed()
    named = {"color" if key == "colors" else key for key, value in form.body.items() if value is not None}
    return {key: value for key, value in found.items() if key in named and value is not None}


def create(core: Core, guild: Guild, wanted: Json, *, actor_id: int, reason: str | None = None) -> Role:
    """`wanted` holds fields of Role. A new one stands at the bottom and may what everybody may."""
    require(core, guild, actor_id, Permission.MANAGE_ROLES)
    if len(guild.roles) >= MOST_ROLES:
        raise too_many(30005, "guild roles", MOST_ROLES)
    _refuse_more_than_own(core, guild, actor_id, wanted.get("permissions", 0))
    settings = {"name": "new role", "permissions": guild.roles[guild.id].permissions, **wanted}
    role = Role(id=core.ids.next(), position=1, **settings)
    guild.roles[role.id] = role
    role_events.tell(core, guild, "GUILD_ROLE_CREATE", {"role": payloads.role(role)})
    _note(
        core, guild, Action.ROLE_CREATE, role, before={}, after=_noted(role), actor_id=actor_id, reason=reason
    )
    return role


def edit(
    core: Core, guild: Guild, role: Role, wanted: Json, *, actor_id: int, reason: str | None = None
) -> None:
    """Of @everyone only the permissions can be changed."""
    _require_below(core, guild, role, actor_id)
    if role.id == guild.id and set(wanted) - {"permissions"}:
        raise invalid_role()
    _refuse_more_than_own(core, guild, actor_id, wanted.get("permissions", 0) & ~role.permissions)
    _set(core, guild, role, wanted, actor_id=actor_id, reason=reason)


def _set(core: Core, guild: Guild, role: Role, wanted: Json, *, actor_id: int, reason: str | None) -> None:
    before = _noted(role)
    for key, value in wanted.items():
        setattr(role, key, value)
    if _noted(role) != before:
        role_events.tell(core, guild, "GUILD_ROLE_UPDATE", {"role": payloads.role(role)})
        _note(
            core,
            guild,
            Action.ROLE_UPDATE,
            role,
            before=before,
            after=_noted(role),
            actor_id=actor_id,
            reason=reason,
        )


def move(
    core: Core, guild: Guild, positions: dict[int, int], *, actor_id: int, reason: str | None = None
) -> None:
    """Only below the actor's own highest role, from where it is and to where it goes."""
    actor = require(core, guild, actor_id, Permission.MANAGE_ROLES)
    moved = {role_id: find(guild, role_id) for role_id in positions}
    moved = {role_id: role for role_id, role in moved.items() if role.position != positions[role_id]}
    if guild.id in moved:
        raise invalid_role()
    for role_id, role in moved.items():
        if max(standing(role), (positions[role_id], -role_id)) >= rank(guild, actor):
            raise missing_permissions()
    for role_id, role in moved.items():
        _set(core, guild, role, {"position": positions[role_id]}, actor_id=actor_id, reason=reason)


def remove(core: Core, guild: Guild, role: Role, *, actor_id: int, reason: str | None = None) -> None:
    """Members lose it, and so do overwrites; a bot with the members intent hears of each member."""
    _require_below(core, guild, role, actor_id)
    if role.managed or role.id == guild.id:
        raise invalid_role()
    membership.end_role(core, guild, role)
    _note(
        core, guild, Action.ROLE_DELETE, role, before=_noted(role), after={}, actor_id=actor_id, reason=reason
    )


def member_counts(guild: Guild) -> dict[str, int]:
    held = [role_id for member in guild.members.values() for role_id in member.role_ids]
    counts = dict.fromkeys((role_id for role_id in guild.roles if role_id != guild.id), 0)
    for role_id in held:
        counts[role_id] += 1
    return {str(role_id): count for role_id, count in counts.items()}


def _require_below(core: Core, guild: Guild, role: Role, actor_id: int) -> Member:
    actor = require(core, guild, actor_id, Permission.MANAGE_ROLES)
    if standing(role) >= rank(guild, actor):
        raise missing_permissions()
    return actor


def _refuse_more_than_own(core: Core, guild: Guild, actor_id: int, permissions: int) -> None:
    if permissions & ~int(core.guild_permissions(guild, actor_id)):
        raise missing_permissions()


def _noted(role: Role) -> Json:
    return {key: value for key, value in payloads.role(role).items() if key not in NOT_NOTED}


def _note(
    core: Core,
    guild: Guild,
    kind: Action,
    role: Role,
    *,
    before: Json,
    after: Json,
    actor_id: int,
    reason: str | None,
) -> None:
    audit.record(
        core,
        guild,
        kind,
        actor_id=actor_id,
        target_id=role.id,
        reason=reason,
        changes=changes.between(before, after),
    )
