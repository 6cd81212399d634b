"""When an act needs a second moderator."""

from types import SimpleNamespace
from typing import Any

import pytest

from cogs.moderation._guard import SECOND
from cogs.moderation._request import Request
from cogs.moderation._second import second_needed
from database.models import CaseKind, GuildSettings


def request(people: int, kind: CaseKind = CaseKind.MASSBAN) -> Request:
    who = {"target_id": 1, "target_name": "x", "moderator_id": 2, "moderator_name": "max"}
    return Request(kind=kind, key=3, payload={"people": people}, **who)


@pytest.mark.parametrize(
    ("people", "most", "is_needed"),
    [(25, 25, False), (26, 25, True), (1_000, 0, False), (2, 1, True), (1, 1, False)],
)
async def test_more_people_than_the_server_allows_need_two(people: int, most: int, is_needed: bool) -> None:
    async def settings(**_: Any) -> GuildSettings:
        return GuildSettings(1, guard_targets=most)

    bot: Any = SimpleNamespace(database=SimpleNamespace(guild_configs=SimpleNamespace(get=settings)))
    guild: Any = SimpleNamespace(id=1, channels=[], text_channels=[], me=None)
    question = await second_needed(bot, guild, request(people))
    assert (question is not None and question.by_second and question.name == SECOND) is is_needed
    assert await second_needed(bot, guild, request(people, CaseKind.PURGE)) is None
