"""Whom a message reaches, by what was asked for, by whom, and by where it stands."""

import discord
import pytest
from asking import heard_in


@pytest.fixture
def loud(bot):
    """A text that mentions ann, a role that is not mentionable, one that is, and everyone."""

    async def write():
        roles = [
            await bot.guild().create_role(name=name, mentionable=name == "open") for name in ("shut", "open")
        ]
        ann = bot.member("ann")
        return f"{ann.mention} {roles[0].mention} {roles[1].mention} @everyone", ann, roles

    return write


def may_mention(sandbox, *, yes):
    """In #general."""
    side = {"allow" if yes else "deny": ["MENTION_EVERYONE"]}
    sandbox.people.set_channel_permissions("olga", channel_id="general", role_id="Reeve", **side)


@pytest.fixture
def reached(sandbox):
    """Who, which roles, and whether everyone, as the sandbox keeps it: discord.py reads roles from the text."""

    def look(message):
        one = sandbox.world.message(message.channel.id, message.id)
        names = [sandbox.world.user(user_id).username for user_id in one.mention_ids]
        return names, one.mention_role_ids, one.mention_everyone

    return look


async def test_a_webhook_mentions_people_only_unless_it_says_otherwise(sandbox, bot, loud, reached):
    sandbox.people.set_channel_permissions(
        "olga", channel_id="general", role_id="Reeve", allow=["MANAGE_WEBHOOKS"]
    )
    hook = await bot.channel().create_webhook(name="News")
    text, _, (shut, free) = await loud()
    quiet = await hook.send(text, wait=True)
    assert reached(quiet) == (["ann"], [], False)
    assert reached(await quiet.edit(content=text + "!")) == (["ann"], [], False)
    asked = await hook.send(text, wait=True, allowed_mentions=discord.AllowedMentions.all())
    assert reached(asked) == (["ann"], [shut.id, free.id], True)


async def test_an_answer_mentions_people_only_also_when_it_follows_and_when_it_is_edited(
    sandbox, login, reached
):
    told = []

    def prepare(bot):
        @bot.tree.command()
        async def go(interaction: discord.Interaction):
            role = await interaction.guild.create_role(name="open", mentionable=True)
            text = f"{interaction.user.mention} {role.mention} @everyone"
            await interaction.response.send_message(text)
            told.append(await interaction.original_response())
            told.append(await interaction.followup.send(text, wait=True))
            told.append(await interaction.edit_original_response(content=text + "!"))
            bot.may_go_on.set()

    async with login(sandbox, prepare) as bot:
        await sandbox.people.slash("ann", "go")
        await bot.may_go_on.wait()
    assert [reached(each) for each in told] == [(["ann"], [], False)] * 3


async def test_a_role_that_is_not_mentionable_is_reached_by_who_may_mention_everyone(
    sandbox, bot, loud, reached
):
    text, _, (shut, free) = await loud()
    may_mention(sandbox, yes=False)
    assert reached(await bot.channel().send(text)) == (["ann"], [free.id], False)
    may_mention(sandbox, yes=True)
    assert reached(await bot.channel().send(text)) == (["ann"], [shut.id, free.id], True)
    by_a_person = sandbox.people.message("max", text)
    assert by_a_person.mention_role_ids == [free.id]


async def test_what_stands_in_code_mentions_nobody(bot, reached):
    ann, ben = bot.member("ann"), bot.member("ben")
    sent = await bot.channel().send(f"`{ann.mention}` ```\n{ann.mention} @everyone``` {ben.mention} `")
    assert reached(sent) == (["ben"], [], False)


async def test_who_writes_and_who_is_mentioned_is_told_without_pending(sandbox, bot, until):
    sandbox.people.message("ann", f"hello {bot.member('ben').mention}")
    await until(lambda: heard_in(sandbox, "MESSAGE_CREATE"))
    [told] = [each.response for each in heard_in(sandbox, "MESSAGE_CREATE")]
    assert "pending" not in told["member"]
    assert "pending" not in told["mentions"][0]["member"]
