"""/config: an admin sets the server up, and what was set is what happens."""

from typing import Any

import pytest
from e2e_play import Guild, until

from bot.time_zones import WELL_KNOWN
from database.local_days import time_zones


async def test_a_new_server_has_its_defaults(guild: Guild) -> None:
    answer = await guild.slash("olga", "config show")

    assert "log-channel: the channel named mod-log" in answer.text
    assert "points-per-message: 1" in answer.text
    assert "time-zone: UTC" in answer.text
    assert answer.ephemeral


@pytest.mark.parametrize(
    ("setting", "value", "shown"),
    [
        ("log-channel", "#staff", "<#"),
        ("moderator-roles", "@senior", "<@&"),
        ("manager-roles", "@moderator", "<@&"),
        ("points-per-message", 7, "7"),
        ("message-cooldown", "5m", "5m"),
        ("language", "de", "Deutsch"),
        ("time-zone", "Europe/Berlin", "Europe/Berlin"),
        ("report-channel", "#staff", "<#"),
        ("digest-channel", "#staff", "<#"),
        ("hide-moderator", True, "yes"),
        ("timeout-role", "@member", "<@&"),
        ("appeal-cooldown", 1, "1 day"),
        ("appeal-limit", 0, "no appeals"),
        ("guard-targets", 100, "100 people"),
        ("guard-acts-per-hour", 0, "off"),
        ("evidence-days", 90, "90 days"),
    ],
)
async def test_each_setting_is_set_shown_and_reset(
    guild: Guild, setting: str, value: Any, shown: str
) -> None:
    answer = await guild.slash("olga", f"config set {setting}", value=value)
    after = await guild.slash("olga", "config show", setting=setting)
    reset = await guild.slash("olga", "config reset", setting=setting)

    assert f"{setting} is now {shown}" in answer.text
    assert shown in after.text
    assert shown not in reset.text or setting == "points-per-message"


async def test_the_history_says_who_changed_what_from_to_and_why(guild: Guild) -> None:
    assert "Nothing has been changed yet." in (await guild.slash("olga", "config history")).text
    await guild.slash("olga", "config set message-cooldown", value="5m", why="too *many* points")
    await guild.slash("olga", "config set language", value="de")
    for value in range(2, 8):
        await guild.slash("olga", "config set points-per-message", value=value)

    newest = await guild.slash("olga", "config history")
    older = await guild.click("olga", newest, "Next")
    back = await guild.click("olga", older, "Back")

    assert "points-per-message: 6 → 7" in newest.text.replace("*", "")
    assert newest.text.count("→") == 6
    assert "message-cooldown: 1m → 5m · too \\*many\\* points" in older.text.replace("**", "")
    assert "language: English → Deutsch" in older.text.replace("*", "")
    assert back.text == newest.text
    assert (await guild.slash("max", "config history")).failed


async def test_only_admins_configure(guild: Guild) -> None:
    for who in ("ann", "max", "mel", "sam"):
        assert (await guild.slash(who, "config set points-per-message", value=7)).failed
    await guild.post("olga", "command-permissions", command="config", allow=["everyone"])

    answer = await guild.slash("max", "config set points-per-message", value=7)

    assert "You need the permission Manage Server" in answer.text
    assert "points-per-message: 1" in (await guild.slash("olga", "config show")).text


@pytest.mark.parametrize(
    ("setting", "value", "sentence"),
    [
        ("time-zone", "Mars/Olympus", "choose one that is suggested"),
        ("message-cooldown", "2d", "choose from 0 seconds to 1 day"),
        ("message-cooldown", "soon", "is not a duration"),
    ],
)
async def test_a_bad_value_gets_one_sentence(guild: Guild, setting: str, value: str, sentence: str) -> None:
    assert sentence in (await guild.slash("olga", f"config set {setting}", value=value)).text


async def test_the_log_goes_where_it_is_set_to(guild: Guild) -> None:
    await guild.slash("olga", "config set log-channel", value="#staff")

    await guild.slash("max", "warn", member="ann", reason="spam")

    async def posted() -> list[Any]:
        return [message for message in await guild.messages("max", "staff") if message["embeds"]]

    assert await until(posted)
    assert await guild.log_posts() == []


async def test_posts_speak_the_language_of_the_server(guild: Guild) -> None:
    await guild.slash("olga", "config set language", value="de")

    await guild.slash("max", "warn", member="ann", reason="Spam")

    [post] = await until(guild.log_posts)
    assert "Fall 1 · Verwarnung" in post
    assert "Grund: Spam" in post


async def test_a_configured_role_may_moderate_without_permissions_of_discord(guild: Guild) -> None:
    await guild.post("olga", "command-permissions", command="warn", allow=["everyone"])
    assert "You need" in (await guild.slash("mel", "warn", member="ann", reason="x")).text

    await guild.slash("olga", "config set moderator-roles", value="@manager")

    assert "Case 1" in (await guild.slash("mel", "warn", member="ann", reason="x")).text


async def test_a_log_channel_that_reeve_cannot_write_is_refused_with_the_fix(guild: Guild) -> None:
    await guild.post(
        "olga",
        "channel-permissions",
        channel_id=guild.channels["staff"],
        role_id=guild.roles["Reeve"],
        allow=str(1 << 10),
        deny=str(1 << 11),
    )

    answer = await guild.slash("olga", "config set log-channel", value="#staff")

    assert "Send Messages" in answer.text
    assert "the channel named mod-log" in (await guild.slash("olga", "config show")).text


async def test_a_case_whose_log_cannot_be_written_says_so_and_is_posted_later(guild: Guild) -> None:
    where = {"channel_id": guild.channels["mod-log"], "role_id": guild.roles["Reeve"]}
    await guild.post("olga", "channel-permissions", **where, allow=str(1 << 10), deny=str(1 << 11))

    answer = await guild.slash("max", "warn", member="ann", reason="spam")

    assert "Case 1: warned" in answer.text
    assert "give the role Reeve Send Messages and Embed Links there" in answer.text
    await guild.post(
        "olga", "channel-permissions", **where, allow=str((1 << 10) | (1 << 11) | (1 << 14)), deny="0"
    )
    assert await until(guild.log_posts)


async def test_everybody_cannot_be_made_moderator(guild: Guild) -> None:
    for role in (guild.guild_id, guild.roles["Reeve"]):
        answer = await guild.slash("olga", "config set moderator-roles", value=role)
        assert "choose one that people are given" in answer.text
    assert "moderator-roles: nobody" in (await guild.slash("olga", "config show")).text


async def test_a_new_mod_log_gets_what_waited(guild: Guild) -> None:
    await guild.slash("olga", "config set log-channel", value="#staff")
    await guild.post(
        "olga",
        "channel-permissions",
        channel_id=guild.channels["staff"],
        role_id=guild.roles["Reeve"],
        allow=str(1 << 10),
        deny=str(1 << 11),
    )
    await guild.slash("max", "warn", member="ann", reason="spam")

    await guild.slash("olga", "config reset", setting="log-channel")

    assert await until(guild.log_posts, seconds=4)


async def test_setting_names_and_zones_complete(guild: Guild) -> None:
    settings = await guild.autocomplete("olga", "config show", "setting", setting="points-per")
    zones = await guild.autocomplete("olga", "config set time-zone", "value", value="berl")

    assert [choice["value"] for choice in settings] == ["points-per-message"]
    assert [choice["value"] for choice in zones] == ["Europe/Berlin"]
    first = await guild.autocomplete("ann", "points daily", "zone", zone="")
    assert first[0]["value"] == "UTC"
    assert {choice["value"] for choice in first} == set(WELL_KNOWN) & time_zones(), "before anything is typed"


async def test_a_member_gets_no_suggestions_of_staff(guild: Guild) -> None:
    await guild.slash("max", "warn", member="ann", reason="spam")
    await guild.post("olga", "command-permissions", command="case", allow=["everyone"])

    assert await guild.autocomplete("ann", "case view", "number", number="") == []


async def test_a_timeout_takes_roles_that_are_chosen_in_a_text(guild: Guild) -> None:
    mentions = " ".join(f"<@&{guild.roles[name]}>" for name in ("member", "manager", "member"))

    answer = await guild.slash("olga", "config set timeout-takes-roles", value=mentions)

    assert f"now <@&{guild.roles['member']}>, <@&{guild.roles['manager']}>." in answer.text


@pytest.mark.parametrize("value", ["everybody", "<@&1>", "<@&{member}> and more", "<@{ann}>"])
async def test_a_list_of_roles_is_only_roles_of_this_server(guild: Guild, value: str) -> None:
    text = value.format(member=guild.roles["member"], ann=guild.person("ann"))

    answer = await guild.slash("olga", "config set timeout-takes-roles", value=text)

    assert "type @ and choose roles of this server, nothing else" in answer.text


async def test_a_role_of_a_timeout_is_one_that_reeve_can_give(guild: Guild) -> None:
    above = await guild.slash("olga", "config set timeout-role", value="@owner")
    everybody = await guild.slash("olga", "config set timeout-role", value=guild.guild_id)
    own = await guild.slash("olga", "config set timeout-takes-roles", value=f"<@&{guild.roles['Reeve']}>")

    assert "move the role Reeve above it first" in above.text
    assert "choose one that people are given" in everybody.text
    assert "choose one that people are given" in own.text


async def test_a_timeout_does_not_take_the_role_that_it_gives(guild: Guild) -> None:
    await guild.slash("olga", "config set timeout-role", value="@member")

    taken = await guild.slash("olga", "config set timeout-takes-roles", value=f"<@&{guild.roles['member']}>")

    assert f"a timeout cannot give and take <@&{guild.roles['member']}>" in taken.text
    assert "timeout-takes-roles: none" in (await guild.slash("olga", "config show")).text
