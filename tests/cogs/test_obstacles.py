"""What stands in the way right before an act is sent, as Discord has it at that moment."""

from collections.abc import AsyncIterator

import discord
import pytest
from effects_stage import Stage, open_stage

from cogs.moderation._obstacles import obstacle
from database.models import ActKind
from sandbox.permissions import Permission
from sandbox.rows import Role

ON_MEMBERS = (ActKind.BAN, ActKind.KICK, ActKind.TIMEOUT, ActKind.UNTIMEOUT, ActKind.ROLES)
IN_CHANNELS = (ActKind.SLOWMODE, ActKind.LOCK, ActKind.UNLOCK)


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with open_stage() as opened:
        yield opened


async def said(stage: Stage, kind: ActKind, target: int, moderator: str | None = None, **payload: int) -> str:
    """The sentence; empty if nothing stands in the way."""
    act = stage.act(kind, target, payload=payload)
    moderator_id = stage.user(moderator) if moderator else None
    found = await obstacle(stage.bot, stage.guild, act, moderator_id=moderator_id)
    return str(found) if found else ""


async def lose(stage: Stage, *permissions: Permission) -> None:
    """Reeve's role loses them, and its client has heard of it."""
    role = stage.role("Reeve")
    left = role.permissions
    for each in permissions:
        left &= ~each
    stage.sandbox.people.manage_role("olga", "edit", role_id=role.id, permissions=left)
    await heard(stage, role)


async def heard(stage: Stage, role: Role) -> None:
    await stage.bot.wait_for(
        "guild_role_update",
        check=lambda _, after: after.id == role.id and after.permissions.value == role.permissions,
        timeout=20,
    )


@pytest.mark.parametrize("kind", [*ON_MEMBERS, ActKind.UNBAN])
async def test_nothing_stands_between_a_moderator_and_a_member(stage: Stage, kind: ActKind) -> None:
    assert await said(stage, kind, stage.user("ann"), "max") == ""
    assert await said(stage, kind, stage.user("ann")) == ""


@pytest.mark.parametrize("kind", ON_MEMBERS)
async def test_who_asked_must_stand_above_and_is_asked_again(stage: Stage, kind: ActKind) -> None:
    for target, moderator, sentence in [
        ("mia", "max", "highest role (moderator) is not below yours (moderator)"),
        ("sam", "max", "highest role (senior) is not below yours (moderator)"),
        ("max", "max", "cannot do that to yourself"),
        ("olga", "max", "owner of the server"),
        ("reeve", "max", "I cannot do that to myself"),
    ]:
        target_id = stage.bot.user.id if target == "reeve" else stage.user(target)
        assert sentence in await said(stage, kind, target_id, moderator)
    assert await said(stage, kind, stage.user("sam"), "olga") == ""
    stage.sandbox.people.change_roles("olga", user_id="max", remove=["moderator"])
    assert "is not below yours" in await said(stage, kind, stage.user("ann"), "max")
    stage.sandbox.people.leave("max")
    assert "no longer in the server" in await said(stage, kind, stage.user("ann"), "max")


async def test_reeve_says_which_permission_it_needs(stage: Stage) -> None:
    ann, general = stage.user("ann"), stage.channel().id
    needed = (
        Permission.BAN_MEMBERS
        | Permission.KICK_MEMBERS
        | Permission.MODERATE_MEMBERS
        | Permission.MANAGE_ROLES
    )
    await lose(stage, needed, Permission.MANAGE_CHANNELS, Permission.MANAGE_MESSAGES)
    for kind, name in [
        (ActKind.BAN, "Ban Members"),
        (ActKind.UNBAN, "Ban Members"),
        (ActKind.KICK, "Kick Members"),
        (ActKind.TIMEOUT, "Timeout Members"),
        (ActKind.ROLES, "Manage Roles"),
    ]:
        assert await said(stage, kind, ann) == f"Give the role Reeve the permission {name} first."
    for kind, name in [
        (ActKind.SLOWMODE, "permission Manage Channels"),
        (ActKind.LOCK, "permissions Manage Channels and Manage Roles"),
        (ActKind.PURGE, "permission Manage Messages"),
    ]:
        sentence = await said(stage, kind, general, channel_id=general)
        assert sentence == f"Give the role Reeve the {name} in <#{general}> first."


async def test_reeve_says_above_which_role_it_must_be_moved(stage: Stage) -> None:
    stage.sandbox.people.change_roles("olga", user_id="sam", add=["owner"])
    sam = stage.user("sam")
    for kind in (ActKind.BAN, ActKind.KICK, ActKind.TIMEOUT):
        assert (await said(stage, kind, sam, "olga")).startswith("Move the role Reeve above owner first")
    assert await said(stage, ActKind.ROLES, sam, "olga") == ""
    assert await said(stage, ActKind.UNBAN, sam, "olga") == ""


async def test_nobody_can_time_out_an_administrator(stage: Stage) -> None:
    role = stage.role("manager")
    stage.sandbox.people.manage_role("olga", "edit", role_id=role.id, permissions=["ADMINISTRATOR"])
    await heard(stage, role)
    assert "administrator" in await said(stage, ActKind.TIMEOUT, stage.user("mel"), "olga")
    assert await said(stage, ActKind.KICK, stage.user("mel"), "olga") == ""


async def test_who_is_not_in_the_server_can_be_banned_and_not_kicked(stage: Stage) -> None:
    stage.sandbox.people.leave("ann")
    assert await said(stage, ActKind.BAN, stage.user("ann"), "max") == ""
    assert await said(stage, ActKind.TIMEOUT, stage.user("ann"), "max") == ""
    assert "nobody to kick" in await said(stage, ActKind.KICK, stage.user("ann"), "max")


@pytest.mark.parametrize("kind", [*IN_CHANNELS, ActKind.PURGE])
async def test_a_channel_must_be_there(stage: Stage, kind: ActKind) -> None:
    general = stage.channel().id
    assert await said(stage, kind, general, "max", channel_id=general) == ""
    assert "no longer exists" in await said(stage, kind, 5, "max", channel_id=5)


async def test_a_lock_that_could_not_take_everything_is_refused(stage: Stage) -> None:
    """Discord lets nobody deny what they do not have: some would go on in private threads."""
    everyone, general = stage.role("@everyone"), stage.channel().id
    left = everyone.permissions & ~Permission.CREATE_PRIVATE_THREADS
    stage.sandbox.people.manage_role("olga", "edit", role_id=everyone.id, permissions=left)
    await heard(stage, everyone)
    await lose(stage, Permission.CREATE_PRIVATE_THREADS)
    assert await said(stage, ActKind.LOCK, general) == "", "nobody has it, so nobody need lose it"
    stage.sandbox.people.set_channel_permissions(
        "olga", channel_id=general, role_id=everyone.id, allow=["CREATE_PRIVATE_THREADS"]
    )
    await stage.bot.wait_for("guild_channel_update", timeout=20)
    assert await said(stage, ActKind.LOCK, general) == (
        "Give the role Reeve the permission Create Private Threads first."
    )
    assert await said(stage, ActKind.UNLOCK, general) == ""


async def test_a_thread_can_be_slow_and_not_locked(stage: Stage) -> None:
    general = stage.guild.get_channel(stage.channel().id)
    assert isinstance(general, discord.TextChannel)
    thread = await general.create_thread(name="talk", type=discord.ChannelType.public_thread)
    assert "choose the channel that it is in" in await said(stage, ActKind.LOCK, thread.id)
    assert await said(stage, ActKind.SLOWMODE, thread.id) == ""
    await lose(stage, Permission.MANAGE_THREADS)
    assert "Manage Threads" in await said(stage, ActKind.SLOWMODE, thread.id)
