"""The check that every test's exchanges pass through: it must be there, and it must bite."""

from dataclasses import replace
from json import dumps

import pytest


@pytest.fixture
async def exchanges(sandbox, bot):
    sent = await bot.channel().send("x")
    await sent.delete()
    await bot.fetch_guild(bot.guild().id)
    return {one.route: one for one in sandbox.recorder.since() if one.kind == "rest"}


async def test_discords_description_is_held_against_every_exchange(description, exchanges):
    for exchange in exchanges.values():
        assert list(description.violations(exchange)) == []


@pytest.mark.parametrize(
    ("route", "change"),
    [
        ("/channels/{channel_id}/messages", {"id": 5}),
        ("/channels/{channel_id}/messages", {"author": None}),
        ("/channels/{channel_id}/messages", {"type": 999}),
        ("/guilds/{guild_id}", {"verification_level": "high"}),
    ],
)
async def test_what_is_not_as_described_is_found(description, exchanges, route, change):
    exchange = exchanges[route]
    wrong = replace(exchange, response_text=dumps(exchange.response | change))
    assert list(description.violations(wrong))


async def test_a_missing_field_and_an_undescribed_status_are_found(description, exchanges):
    exchange = exchanges["/guilds/{guild_id}"]
    without = {key: value for key, value in exchange.response.items() if key != "name"}
    assert list(description.violations(replace(exchange, response_text=dumps(without))))
    assert list(description.violations(replace(exchange, status=500)))
