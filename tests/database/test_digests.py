"""A digest is planned and sent by one of those who want to, in each server and week."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from database.errors import SettingNotAllowed
from database.models import AutomodMode, Delivery, DigestState, Shards
from database.service import DatabaseService

DUE = datetime(2026, 11, 23, 9, tzinfo=UTC)


async def test_of_many_who_plan_a_week_one_does(database: DatabaseService, guild_id: int) -> None:
    planned = await asyncio.gather(
        *(database.digests.plan(guild_id=guild_id, week=202647, due_at=DUE) for _ in range(8))
    )

    assert sorted(planned) == [False] * 7 + [True]
    [row] = await database.outbox.pending(guild_id=guild_id)
    assert (row.kind, row.subject_id, row.due_at) == (Delivery.DIGEST, 202647, DUE)


async def test_of_many_who_saw_the_same_one_may_send(database: DatabaseService, guild_id: int) -> None:
    digests, week = database.digests, {"guild_id": guild_id, "week": 202647}
    await digests.plan(**week, due_at=DUE)

    first, again = DUE + timedelta(seconds=1), DUE + timedelta(minutes=1)
    sent = await asyncio.gather(
        *(digests.sent(**week, channel_id=5, sent_at=first, seen_at=None) for _ in range(8))
    )
    assert sorted(sent) == [False] * 7 + [True]
    assert not await digests.sent(**week, channel_id=5, sent_at=again, seen_at=None)
    assert await digests.sent(**week, channel_id=5, sent_at=again, seen_at=first), "who has looked for it"

    await digests.posted(**week, message_id=77)
    await digests.skip(**week)
    assert not await digests.sent(**week, channel_id=5, sent_at=DUE, seen_at=again)
    digest = await digests.get(**week)
    assert digest is not None
    assert (digest.state, digest.message_id) == (DigestState.POSTED, 77)


async def test_a_process_finds_the_servers_of_its_shards_that_want_one(
    database: DatabaseService, new_id: Callable[[], int]
) -> None:
    guilds = {shard_id: (new_id() << 23 | shard_id << 22) % 2**62 for shard_id in (0, 1)}
    without = new_id()
    for guild_id in (*guilds.values(), without):
        setting = "report_channel_id" if guild_id == without else "digest_channel_id"
        await database.guild_configs.change(
            guild_id=guild_id, setting=setting, value=5, changed_by_id=1, interaction_id=new_id()
        )
    await database.digests.plan(guild_id=guilds[0], week=202647, due_at=DUE)

    for shard_id, last_week in ((0, 202647), (1, None)):
        [server] = await database.digests.servers(shards=Shards((shard_id,), 2))
        assert (server.guild_id, server.time_zone, server.last_week) == (guilds[shard_id], "UTC", last_week)


async def test_a_rule_of_automod_is_set_changed_and_removed_on_record(
    database: DatabaseService, guild_id: int, new_id: Callable[[], int]
) -> None:
    configs = database.guild_configs

    async def change(
        mode: AutomodMode | None, points: int = 0, key: int | None = None
    ) -> list[tuple[str, int]]:
        await configs.change_automod_rule(
            guild_id=guild_id,
            rule_id=9,
            mode=mode,
            points=points,
            changed_by_id=1,
            interaction_id=key or new_id(),
        )
        return [(rule.mode, rule.points) for rule in await configs.automod_rules(guild_id=guild_id)]

    assert await change(AutomodMode.WARN, 3, key=7) == [("warn", 3)]
    assert await change(AutomodMode.NOTE) == [("note", 0)]
    assert await change(AutomodMode.WARN, 3, key=7) == [("note", 0)], "the same request again changes nothing"
    assert await change(None) == []
    assert (await configs.read(guild_id=guild_id)).version == 3
    for mode, points in ((AutomodMode.NOTE, 1), (AutomodMode.WARN, 101), (None, 1)):
        with pytest.raises(SettingNotAllowed):
            await change(mode, points)
