"""Every command that acts on a person, in every situation: the case, what should be true, Discord, and the answer.

One server for each situation, and in it one person for each command.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, NamedTuple

import asyncpg
import pytest
from e2e_play import Answer, Guild, Play

from cogs.moderation._outcome_words import in_english

BOT_WITHOUT = ["VIEW_CHANNEL", "SEND_MESSAGES", "EMBED_LINKS", "READ_MESSAGE_HISTORY", "VIEW_AUDIT_LOG"]
BANNED, HERE, GONE, SILENT = "banned", "here", "gone", "silent"
BAN, KICK, TIMEOUT = "Ban Members", "Kick Members", "Timeout Members"


class Command(NamedTuple):
    """`before`: what makes it possible. `stands`: the restriction that it leaves, and whether it is wanted.

    `leaves`: how Discord has the person then. `entry`: the audit log's action type. `needs`: Discord's permission.
    """

    name: str
    target: str
    leaves: str
    says: str
    state: str = "active"
    options: dict[str, str] = {}
    option: str = "member"
    before: tuple[str, dict[str, str]] | None = None
    stands: tuple[str, bool] | None = None
    entry: int | None = None
    needs: str | None = None
    only_members: bool = True
    has_rank: bool = True

    def __str__(self) -> str:
        return self.name


WHY = {"reason": "spam"}
COMMANDS = [
    Command("warn", "ann", HERE, "warned", options=WHY),
    Command("note", "ben", HERE, "noted about", options={"text": "spam"}, option="user",
            only_members=False, has_rank=False),
    Command("timeout", "cem", SILENT, "timed {who} out for 2h (it ends <t:", options={"duration": "2h", **WHY},
            stands=("timeout", True), entry=24, needs=TIMEOUT),
    Command("untimeout", "dia", HERE, "ended the timeout of", options=WHY, before=("timeout", {"duration": "1d"}),
            stands=("timeout", False), entry=24, needs=TIMEOUT, only_members=False),
    Command("kick", "eli", GONE, "kicked", options=WHY, entry=20, needs=KICK),
    Command("ban", "fay", BANNED, "banned {who} for 7d (it ends <t:", options={"duration": "7d", **WHY},
            option="user", stands=("ban", True), entry=22, needs=BAN, only_members=False),
    Command("softban", "gus", GONE, "softbanned", options=WHY, stands=("ban", False), entry=23, needs=BAN),
    Command("unban", "hal", GONE, "unbanned", options=WHY, option="user", before=("ban", {}),
            stands=("ban", False), entry=23, needs=BAN, only_members=False, has_rank=False),
]  # fmt: skip
ACTING = [each for each in COMMANDS if each.needs]


class Facts:
    """What the database has, asked from outside."""

    def __init__(self, connection: Any, play: Play) -> None:
        self._connection, self._play = connection, play

    async def cases(self, guild: Guild, command: Command, target: str = "") -> list[tuple[str, str | None]]:
        """State and trouble of this command's cases about the person."""
        rows = await self._rows(
            "SELECT state, trouble FROM cases WHERE guild_id = $1 AND target_id = $2 AND kind = $3 ORDER BY number",
            int(guild.guild_id), int(self._play.people[target or command.target]), command.name,
        )  # fmt: skip
        return [(row["state"], in_english(row["trouble"]) or None) for row in rows]

    async def restriction(self, guild: Guild, command: Command) -> tuple[bool, bool] | None:
        """Whether it is wanted, and whether Discord was seen to have it so."""
        assert command.stands is not None
        rows = await self._rows(
            "SELECT wanted, applied_version = version AS applied FROM restrictions "
            "WHERE guild_id = $1 AND subject_id = $2 AND kind = $3",
            int(guild.guild_id), int(self._play.people[command.target]), command.stands[0],
        )  # fmt: skip
        return (rows[0]["wanted"], rows[0]["applied"]) if rows else None

    async def on_discord(self, guild: Guild, target: str) -> str:
        user_id = self._play.people[target]
        bans = await self._play.get(f"/sandbox/guilds/{guild.guild_id}/bans")
        if user_id in {str(ban["user"]["id"]) for ban in bans}:
            return BANNED
        members = (await self._play.guild_facts(guild.guild_id))["members"]
        if user_id not in {str(member["user_id"]) for member in members}:
            return GONE
        member = await self._play.get(f"/sandbox/guilds/{guild.guild_id}/members/{user_id}")
        return SILENT if member["communication_disabled_until"] else HERE

    async def entries(self, guild: Guild, command: Command) -> list[str]:
        """Reasons of Reeve's entries of this kind about the person in Discord's audit log, the newest first."""
        log = await self._play.get(f"/sandbox/guilds/{guild.guild_id}/audit-log?limit=100")
        about = str(self._play.people[command.target])
        return [
            entry.get("reason") or ""
            for entry in log["audit_log_entries"]
            if entry["action_type"] == command.entry and str(entry["target_id"]) == about
        ]

    async def _rows(self, query: str, *values: Any) -> list[Any]:
        async with self._connection.transaction():
            await self._connection.execute("SET LOCAL reeve.system = 'on'")
            rows: list[Any] = await self._connection.fetch(query, *values)
            return rows


@pytest.fixture(scope="module")
async def facts(dsn: str, play: Play) -> AsyncIterator[Facts]:
    connection = await asyncpg.connect(dsn)
    yield Facts(connection, play)
    await connection.close()


def server(prepare: Callable[[Guild], Awaitable[Any]] | None = None) -> Any:
    """A server for all commands of one situation, ready for each of them."""

    @pytest.fixture(scope="module")
    async def made(play: Play, bot: Any, request: pytest.FixtureRequest) -> Guild:
        guild = await play.new_guild(str(request.fixturename))
        for command in COMMANDS:
            if command.before is not None:
                name, options = command.before
                done = await guild.slash(
                    "max", name, **{"user" if name == "ban" else "member": command.target}, **options
                )
                assert "Case" in done.text, done.text
        if prepare is not None:
            await prepare(guild)
        return guild

    return made


async def trust_no_moderator(guild: Guild) -> None:
    """Manage Server opens Reeve's commands, and is not the permission to do by hand what they do."""
    await guild.post("olga", "role", action="edit", role_id="moderator", permissions=["MANAGE_GUILD"])
    for command in COMMANDS:
        await guild.post("olga", "command-permissions", command=command.name, allow=["everyone"])


async def cripple_reeve(guild: Guild) -> None:
    await guild.post("olga", "role", action="edit", role_id="Reeve", permissions=BOT_WITHOUT)


async def all_leave(guild: Guild) -> None:
    for command in COMMANDS:
        if command.name != "unban":  # who is banned is gone already
            await guild.post(command.target, "leave")


where_all_is_well = server()
where_ranks_are_equal = server()
where_max_may_not = server(trust_no_moderator)
where_reeve_may_not = server(cripple_reeve)
where_they_left = server(all_leave)
where_all_comes_twice = server()


def every(commands: list[Command]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("command", commands, ids=str)


async def ask(guild: Guild, command: Command, target: str = "") -> Answer:
    return await guild.slash(
        "max", command.name, **{command.option: target or command.target}, **command.options
    )


@every(COMMANDS)
async def test_it_is_done_and_told(where_all_is_well: Guild, facts: Facts, command: Command) -> None:
    guild = where_all_is_well
    answer = await ask(guild, command)

    assert command.says.format(who=f"<@{guild.person(command.target)}>") in answer.text
    assert answer.ephemeral
    await holds(guild, facts, command)


async def holds(guild: Guild, facts: Facts, command: Command) -> None:
    """One case, done; what it wants stands and is applied; Discord has it, by Reeve, once."""
    assert await facts.cases(guild, command) == [(command.state, None)]
    if command.stands is not None:
        assert await facts.restriction(guild, command) == (command.stands[1], True)
    assert await facts.on_discord(guild, command.target) == command.leaves
    if command.entry is not None:
        expected = 2 if command.name == "untimeout" else 1  # Discord's word for both ways is "member update"
        entries = await facts.entries(guild, command)
        assert len(entries) == expected
        assert entries[0].startswith("[Reeve case ")
        assert entries[0].endswith("] max: spam")


@every([each for each in COMMANDS if each.has_rank])
@pytest.mark.parametrize("target", ["mia", "sam"], ids=["equal", "above"])
async def test_rank_refuses_it_without_a_case(
    where_ranks_are_equal: Guild, facts: Facts, command: Command, target: str
) -> None:
    guild = where_ranks_are_equal
    answer = await ask(guild, command, target)

    assert "is not below yours (moderator): ask somebody with a higher role" in answer.text
    assert await facts.cases(guild, command, target) == []
    assert await facts.on_discord(guild, target) == HERE


@every(COMMANDS)
async def test_who_may_not_do_it_by_hand_may_not_through_reeve(
    where_max_may_not: Guild, facts: Facts, command: Command
) -> None:
    guild = where_max_may_not
    was = await facts.on_discord(guild, command.target)
    answer = await ask(guild, command)

    if command.needs is None:  # Reeve's own: the level is enough
        assert await facts.cases(guild, command) == [("active", None)]
        return
    assert f"You need the permission {command.needs} or one of this server's moderator roles" in answer.text
    assert await facts.cases(guild, command) == []
    assert await facts.on_discord(guild, command.target) == was


async def test_who_may_only_time_out_does_not_ban_until_the_server_trusts_them(
    guild: Guild, facts: Facts
) -> None:
    await guild.post("olga", "role", action="edit", role_id="moderator", permissions=["MODERATE_MEMBERS"])
    refused = await guild.slash("max", "ban", user="ann", reason="spam")
    assert "You need the permission Ban Members" in refused.text
    panel = await guild.context("max", "Moderate", guild.person("ann"))
    assert "You need the permission Ban Members" in (await guild.click("max", panel, "Ban")).text
    assert "Case 1: timed" in (await guild.slash("max", "timeout", member="ann", duration="1h")).text

    await guild.slash("olga", "config set moderator-roles", value="@moderator")
    assert "Case 2: banned" in (await guild.slash("max", "ban", user="ann", reason="spam")).text
    assert await facts.on_discord(guild, "ann") == BANNED


@every(COMMANDS)
async def test_what_reeve_may_not_is_a_refused_case_and_nothing_else(
    where_reeve_may_not: Guild, facts: Facts, command: Command
) -> None:
    guild = where_reeve_may_not
    was = await facts.on_discord(guild, command.target)
    answer = await ask(guild, command)

    if command.needs is None:
        assert await facts.cases(guild, command) == [("active", None)]
        return
    fix = f"Give the role Reeve the permission {command.needs} first."
    assert f"not done, nothing was changed. {fix}" in answer.text
    assert await facts.cases(guild, command) == [("refused", fix)]
    if command.stands is not None:  # as it was before
        assert await facts.restriction(guild, command) == (command.before is not None, True)
    assert await facts.on_discord(guild, command.target) == was


@every(COMMANDS)
async def test_of_who_has_left_it_is_done_or_said_that_they_are_gone(
    where_they_left: Guild, facts: Facts, command: Command
) -> None:
    guild = where_they_left
    answer = await ask(guild, command)

    if command.only_members:
        assert "is not in this server: that works with members only" in answer.text
        assert await facts.cases(guild, command) == []
        assert await facts.on_discord(guild, command.target) == GONE
        return
    assert await facts.cases(guild, command) == [("active", None)]
    assert await facts.on_discord(guild, command.target) == (BANNED if command.leaves == BANNED else GONE)


@every(COMMANDS)
async def test_delivered_twice_it_is_done_once(
    where_all_comes_twice: Guild, facts: Facts, play: Play, command: Command
) -> None:
    guild = where_all_comes_twice
    await play.post("/sandbox/faults", {"gateway": "duplicate", "times": 1})
    try:
        answer = await ask(guild, command)
    finally:
        await play.delete("/sandbox/faults")

    assert "Case" in answer.text
    await holds(guild, facts, command)


async def test_unban_completes_over_discords_bans_and_reeves_own(guild: Guild, facts: Facts) -> None:
    await guild.slash("max", "ban", user="ann", reason="spam")
    await guild.post("olga", "moderate", action="ban", target_id=guild.person("ben"), reason="raid")
    offered = await guild.autocomplete("max", "unban", "user", user="")
    assert {choice["value"] for choice in offered} == {guild.person("ann"), guild.person("ben")}
    assert [choice["name"] for choice in await guild.autocomplete("max", "unban", "user", user="BE")] == [
        f"ben ({guild.person('ben')}) · raid"
    ]
    by_id = await guild.autocomplete("max", "unban", "user", user=guild.person("ann")[:16])
    assert [choice["value"] for choice in by_id] == [guild.person("ann")]

    asked = await guild.slash("max", "unban", user="Ben")
    assert f"<@{guild.person('olga')}> acted on" in asked.text, "what is done by hand is known, too"
    assert "unbanned" in (await guild.click("max", asked, "Unban anyway")).text
    assert await facts.on_discord(guild, "ben") == GONE
    nobody = await guild.slash("max", "unban", user="gandalf")
    assert "is banned under the name “gandalf”: choose from the list, or give an id" in nobody.text
    cem = await guild.slash("max", "unban", user="cem")
    assert "is not banned: there is nothing to lift" in cem.text


async def test_who_takes_no_direct_messages_is_banned_and_the_answer_says_so(guild: Guild) -> None:
    await guild.post("kim", "preferences", dms_closed=True)
    try:
        assert "They could not be told." in (await guild.slash("max", "ban", user="kim", reason="spam")).text
    finally:
        await guild.post("kim", "preferences", dms_closed=False)
