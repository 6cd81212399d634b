"""Roles that a timeout takes and gives, and what the person has again at its end."""

import re
from typing import Any

import pytest
from e2e_play import Guild, Play


@pytest.fixture
async def quiet(guild: Guild) -> str:
    """A server in which a timeout gives the role quiet and takes the roles member and manager."""
    made = await guild.post("olga", "role", action="create", name="quiet")
    role_id = str(made["id"])
    await guild.slash("olga", "config set timeout-role", value=role_id)
    taken = " ".join(f"<@&{guild.roles[name]}>" for name in ("member", "manager"))
    await guild.slash("olga", "config set timeout-takes-roles", value=taken)
    return role_id


async def names(play: Play, guild: Guild, who: str) -> set[str]:
    facts = await play.guild_facts(guild.guild_id)
    known = {str(role["id"]): str(role["name"]) for role in facts["roles"]}
    member: dict[str, Any] = await play.get(f"/sandbox/guilds/{guild.guild_id}/members/{guild.person(who)}")
    return {known[str(role_id)] for role_id in member["roles"]}


async def test_roles_change_for_the_time_and_come_back(guild: Guild, play: Play, quiet: str) -> None:
    assert quiet
    before = await names(play, guild, "ann")
    assert before == {"member"}
    assert "Case 1: timed" in (await guild.slash("max", "timeout", member="ann", duration="1h")).text
    assert await names(play, guild, "ann") == {"quiet"}
    longer = await guild.slash("max", "timeout", member="ann", duration="2d")
    assert "Case 2: timed" in longer.text
    assert await names(play, guild, "ann") == {"quiet"}, "what the first one took, the second keeps"
    shown = (await guild.context("max", "Moderate", guild.person("ann"))).text
    ends = re.findall(r"(timed out|roles changed) until (<t:\d+:R>)", shown)
    assert sorted(what for what, _ in ends) == ["roles changed", "timed out"]
    assert len({end for _, end in ends}) == 1, "roles come back when the timeout ends, not before"
    assert "Case 3: ended" in (await guild.slash("max", "untimeout", member="ann")).text
    assert await names(play, guild, "ann") == before


async def test_a_role_that_the_person_has_anyway_stays_theirs(guild: Guild, play: Play, quiet: str) -> None:
    await guild.post("olga", "roles", user_id="ann", add=[quiet], remove=["member"])
    assert "Case 1: timed" in (await guild.slash("max", "timeout", member="ann", duration="1h")).text
    await guild.slash("max", "untimeout", member="ann")
    assert await names(play, guild, "ann") == {"quiet"}


async def test_a_role_out_of_reach_is_left_and_named(guild: Guild, play: Play, quiet: str) -> None:
    await guild.post("olga", "role", action="edit", role_id=quiet, position=len(guild.roles))
    answer = await guild.slash("max", "timeout", member="ann", duration="1h")
    assert "Case 1: timed" in answer.text
    assert "Roles that I cannot change were left as they are: move the role Reeve above quiet." in answer.text
    assert await names(play, guild, "ann") == set()


async def test_without_manage_roles_the_timeout_stands_and_the_answer_says_the_rest(
    guild: Guild, play: Play, quiet: str
) -> None:
    assert quiet
    may = ["VIEW_CHANNEL", "SEND_MESSAGES", "EMBED_LINKS", "MODERATE_MEMBERS", "VIEW_AUDIT_LOG"]
    await guild.post("olga", "role", action="edit", role_id="Reeve", permissions=may)
    answer = await guild.slash("max", "timeout", member="ann", duration="1h")
    assert "Case 1: timed" in answer.text
    assert "Not all of it: Give the role Reeve the permission Manage Roles first." in answer.text
    assert await names(play, guild, "ann") == {"member"}
