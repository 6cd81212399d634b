import random
from types import SimpleNamespace
from typing import Any

import discord
import pytest
from discord import Permissions, app_commands
from discord.ext import commands

from bot.errors import NotPermitted, TargetOutranksModerator
from bot.permissions import (
    Level,
    holds,
    level_of,
    require,
    require_rank_above,
    requires,
    role_ids_for,
    suffices,
    visible_to,
)
from database.errors import ActionRefused, DatabaseUnavailable
from database.models import GuildSettings

GUILD, OWNER, REEVE = 1, 2, 3
MODERATOR_ROLE, MANAGER_ROLE, OTHER_ROLE = 50, 60, 70


class Guild:
    """Only what discord.py's Role and Member ask of a guild."""

    def __init__(self, positions: dict[int, int]) -> None:
        self.id, self.owner_id = GUILD, OWNER
        self.me = SimpleNamespace(id=REEVE)
        self.roles = {role_id: self._role(role_id, position) for role_id, position in positions.items()}
        self.default_role = self._role(GUILD, 0)

    def _role(self, role_id: int, position: int) -> discord.Role:
        payload: Any = {"id": role_id, "name": f"role-{role_id}", "position": position}
        guild: Any = self
        state: Any = None
        return discord.Role(guild=guild, state=state, data=payload)

    def get_role(self, role_id: int) -> discord.Role | None:
        return self.roles.get(role_id)


def person(guild: Guild, user_id: int, *role_ids: int) -> discord.Member:
    user = {"id": user_id, "username": f"user-{user_id}", "discriminator": "0", "avatar": None}
    payload: Any = {"user": user, "roles": list(role_ids), "flags": 0}
    state: Any = SimpleNamespace(store_user=lambda found, **_: discord.User(state=state, data=found))
    home: Any = guild
    return discord.Member(data=payload, guild=home, state=state)


class Configs:
    def __init__(self) -> None:
        self.reads = 0
        self.fails = False

    async def get(self, *, guild_id: int) -> GuildSettings:
        self.reads += 1
        if self.fails:
            raise DatabaseUnavailable
        return GuildSettings(
            guild_id=guild_id, moderator_role_ids=(MODERATOR_ROLE,), manager_role_ids=(MANAGER_ROLE,)
        )


def invocation(configs: Configs, user: Any, *, guild_id: int | None = GUILD, **permissions: bool) -> Any:
    return SimpleNamespace(
        user=user,
        guild_id=guild_id,
        guild=getattr(user, "guild", None),
        permissions=Permissions(**permissions),  # type: ignore[arg-type]  # names of permissions
        client=SimpleNamespace(database=SimpleNamespace(guild_configs=configs)),
    )


@pytest.mark.parametrize(
    ("permissions", "levels"),
    [
        ({}, set()),
        ({"send_messages": True, "kick_members": True}, set()),
        ({"moderate_members": True}, {Level.MODERATOR}),
        ({"manage_events": True}, {Level.MANAGER}),
        ({"manage_guild": True}, {Level.MODERATOR, Level.MANAGER, Level.ADMIN}),
        ({"administrator": True}, {Level.MODERATOR, Level.MANAGER, Level.ADMIN}),
    ],
)
def test_discords_permissions_give_levels(permissions: dict[str, bool], levels: set[Level]) -> None:
    given = Permissions(**permissions)  # type: ignore[arg-type]  # names of permissions
    assert {level for level in Level if suffices(given, level)} == levels | {Level.MEMBER}


@pytest.mark.parametrize(
    ("role", "levels"),
    [(MODERATOR_ROLE, {Level.MODERATOR}), (MANAGER_ROLE, {Level.MANAGER}), (OTHER_ROLE, set())],
)
async def test_the_servers_own_roles_give_levels(role: int, levels: set[Level]) -> None:
    guild = Guild({MODERATOR_ROLE: 1, MANAGER_ROLE: 1, OTHER_ROLE: 9})
    interaction = invocation(Configs(), person(guild, 9, role))
    assert {level for level in Level if await holds(interaction, level)} == levels | {Level.MEMBER}


async def test_the_owner_may_do_everything_and_an_admin_costs_no_database_read() -> None:
    configs, guild = Configs(), Guild({})
    for level in Level:
        assert await holds(invocation(configs, person(guild, OWNER)), level)
        assert await holds(invocation(configs, person(guild, 9), manage_guild=True), level)
    assert not await holds(invocation(configs, person(guild, 9)), Level.ADMIN)
    assert configs.reads == 0


async def test_outside_a_server_nobody_is_more_than_a_member() -> None:
    alone = invocation(Configs(), SimpleNamespace(id=9), guild_id=None, administrator=True)
    assert [level for level in Level if await holds(alone, level)] == [Level.MEMBER]


async def test_a_refusal_says_what_is_needed() -> None:
    interaction = invocation(Configs(), person(Guild({}), 9))
    for level, needed in (
        (Level.MODERATOR, "Timeout Members"),
        (Level.MANAGER, "Manage Events"),
        (Level.ADMIN, "Manage Server"),
    ):
        with pytest.raises(NotPermitted, match=needed):
            await require(interaction, level)


@requires(Level.MODERATOR)
@app_commands.command()
async def warn(interaction: discord.Interaction) -> None:
    """Warn."""


@app_commands.command()
@requires(Level.MEMBER)
async def record(interaction: discord.Interaction) -> None:
    """Show."""


@app_commands.context_menu(name="History")
@requires(Level.MODERATOR)
async def history(interaction: discord.Interaction, user: discord.User) -> None:
    pass


@app_commands.command()
async def forgotten(interaction: discord.Interaction) -> None:
    """Nobody said who may."""


@visible_to(Level.ADMIN)
class Config(commands.GroupCog, name="config"):
    @app_commands.command()
    @requires(Level.ADMIN)
    async def show(self, interaction: discord.Interaction) -> None:
        """Show."""


def test_a_command_carries_its_level_and_shows_it_to_discord() -> None:
    assert level_of(warn) is Level.MODERATOR
    assert level_of(record) is Level.MEMBER
    assert level_of(history) is Level.MODERATOR
    assert level_of(forgotten) is None
    assert warn.default_permissions == Permissions(moderate_members=True)
    assert history.default_permissions == Permissions(moderate_members=True)
    assert record.default_permissions is None
    group = Config().app_command
    assert isinstance(group, app_commands.Group)
    assert group.default_permissions == Permissions(manage_guild=True)
    assert [
        level_of(command) for command in group.walk_commands() if isinstance(command, app_commands.Command)
    ] == [Level.ADMIN]


async def test_the_check_runs_at_every_invocation_and_lets_only_discords_errors_out() -> None:
    configs, guild = Configs(), Guild({MODERATOR_ROLE: 1})
    [check] = warn.checks
    assert await check(invocation(configs, person(guild, 9, MODERATOR_ROLE)))
    with pytest.raises(NotPermitted):
        await check(invocation(configs, person(guild, 9)))
    with pytest.raises(app_commands.NoPrivateMessage):
        await check(invocation(configs, SimpleNamespace(id=9), guild_id=None))
    configs.fails = True
    with pytest.raises(app_commands.CheckFailure) as interrupted:
        await check(invocation(configs, person(guild, 9)))
    assert isinstance(interrupted.value.__cause__, DatabaseUnavailable)


def test_a_member_has_no_configured_roles() -> None:
    config = GuildSettings(guild_id=GUILD, moderator_role_ids=(1,), manager_role_ids=(2,))
    assert role_ids_for(config, Level.MEMBER) == role_ids_for(config, Level.ADMIN) == ()


def outranks(moderator: discord.Member, target: discord.Member, positions: dict[int, int]) -> bool:
    """The rule again, written from Discord's documentation: position, and among equals the older role."""
    if target.id in (moderator.id, REEVE, OWNER):
        return False

    def rank(member: discord.Member) -> tuple[int, int]:
        return max([(positions[role_id], -role_id) for role_id in member._roles], default=(0, -GUILD))

    return moderator.id == OWNER or rank(moderator) > rank(target)


def test_rank_agrees_with_an_independent_rule_in_ten_thousand_draws() -> None:
    draw = random.Random(20261121)
    allowed = 0
    for _ in range(10_000):
        positions = {role_id: draw.randint(1, 5) for role_id in range(100, 108)}
        guild: Any = Guild(positions)
        moderator, target = (
            person(
                guild, draw.choice([OWNER, REEVE, 8, 9]), *draw.sample(sorted(positions), draw.randint(0, 3))
            )
            for _ in range(2)
        )
        expected = outranks(moderator, target, positions)
        try:
            require_rank_above(moderator, target, guild)
        except ActionRefused:
            assert not expected
        else:
            assert expected
            allowed += 1
    assert 2_000 < allowed < 8_000


def test_equal_rank_is_not_above_and_somebody_outside_has_no_rank() -> None:
    guild: Any = Guild({MODERATOR_ROLE: 3})
    moderator = person(guild, 8, MODERATOR_ROLE)
    with pytest.raises(TargetOutranksModerator, match="role-50"):
        require_rank_above(moderator, person(guild, 9, MODERATOR_ROLE), guild)
    outside: Any = SimpleNamespace(id=9)
    require_rank_above(moderator, outside, guild)
