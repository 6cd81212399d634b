"""The shop over the wire: exact amounts, each piece once, and a role for whoever paid for it and nobody else."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from e2e_play import Answer, Bot, Guild, Play, buttons, until

from sandbox.server import Sandbox

PEOPLE = ["ann", "ben", "cem", "dia", "eli", "fay", "gus", "hal", "ivy", "jon"]
GIVING = "PUT /guilds/{guild_id}/members/*/roles/*"
TAKING = "DELETE /guilds/{guild_id}/members/*/roles/*"


class Town:
    """A server with a shop, and a look at what is true in it."""

    def __init__(self, play: Play, guild: Guild, database: Any) -> None:
        self.play, self.guild, self.database = play, guild, database

    async def role(self, name: str = "VIP", position: int | None = None) -> str:
        more = {} if position is None else {"position": position}
        made = await self.guild.post("olga", "role", action="create", name=name, **more)
        self.guild.roles[name] = str(made["id"])
        return self.guild.roles[name]

    async def rich(self, *who: str, amount: int = 100) -> None:
        for each in who:
            answer = await self.guild.slash("mel", "points award", member=each, amount=amount, reason="test")
            assert "Awarded" in answer.text

    async def sells(self, name: str = "Pear", price: int = 10, **more: Any) -> None:
        answer = await self.guild.slash("olga", "shop add", name=name, price=price, **more)
        assert "Now sold" in answer.text, answer

    async def asks(self, who: str, item: str = "Pear") -> Answer:
        answer = await self.guild.slash(who, "shop buy", item=item)
        assert "Buy this?" in answer.text, answer
        return answer

    async def buys(self, who: str, item: str = "Pear") -> Answer:
        return await self.guild.click(who, await self.asks(who, item), "Buy for")

    async def points(self, who: str) -> int:
        row = await self.database.fetchval(
            "SELECT balance - held_out FROM point_accounts WHERE guild_id = $1 AND account_id = $2",
            int(self.guild.guild_id), int(self.guild.person(who)),
        )  # fmt: skip
        return row or 0

    async def held(self, who: str) -> int:
        return await self.database.fetchval(
            "SELECT held_out FROM point_accounts WHERE guild_id = $1 AND account_id = $2",
            int(self.guild.guild_id), int(self.guild.person(who)),
        )  # fmt: skip

    async def states(self) -> list[str]:
        rows = await self.database.fetch(
            "SELECT state FROM purchases WHERE guild_id = $1 ORDER BY purchase_id", int(self.guild.guild_id)
        )
        return [row["state"] for row in rows]

    async def stock(self) -> int | None:
        return await self.database.fetchval(
            "SELECT stock FROM shop_items WHERE guild_id = $1", int(self.guild.guild_id)
        )

    async def has(self, who: str, role: str = "VIP") -> bool:
        where = f"/sandbox/guilds/{self.guild.guild_id}/members/{self.guild.person(who)}"
        return self.guild.roles[role] in [str(each) for each in (await self.play.get(where))["roles"]]

    async def breaks(self, route: str, status: int | str, **more: Any) -> None:
        at = route.format(guild_id=self.guild.guild_id)
        await self.play.post("/sandbox/faults", {"route": at, "status": status, **more})

    async def is_in(self, *states: str) -> None:
        async def agreed() -> bool:
            return await self.states() == list(states)

        await until(agreed)


def looking_into(dsn: str) -> Any:
    async def sees_all(connection: Any) -> None:
        await connection.execute("SET reeve.system = 'on'")

    return asyncpg.create_pool(dsn, min_size=1, max_size=2, setup=sees_all)


@pytest.fixture
async def database(dsn: str) -> AsyncIterator[Any]:
    async with looking_into(dsn) as pool:
        yield pool


@pytest.fixture
async def own_database(own_dsn: str) -> AsyncIterator[Any]:
    async with looking_into(own_dsn) as pool:
        yield pool


@pytest.fixture
async def town(play: Play, guild: Guild, database: Any) -> AsyncIterator[Town]:
    yield Town(play, guild, database)
    await play.delete("/sandbox/faults")


class World(Town):
    """A server in a sandbox of its own, with a bot that may be killed and time that may be moved."""

    bot: Bot

    async def skip(self, period: timedelta) -> None:
        await self.play.post("/sandbox/clock", {"seconds": period.total_seconds()})

    async def hit(self) -> None:
        async def hit() -> bool:
            return any(fault["hits"] for fault in (await self.play.get("/sandbox/faults"))["faults"])

        await until(hit)


@pytest.fixture
async def world(own_dsn: str, tmp_path: Path, own_database: Any) -> AsyncIterator[World]:
    sandbox = Sandbox(rate_limits=False)
    await sandbox.start(port=0)
    async with Play(sandbox.url) as play:
        bot = Bot(sandbox.api_url, own_dsn, tmp_path)
        await bot.start()
        world = World(play, await play.new_guild("market"), own_database)
        world.bot = bot
        yield world
        assert await bot.stop() == 0
    await sandbox.close()
    assert "Traceback" not in bot.log, bot.log


async def test_a_plain_item_is_listed_asked_for_and_bought(town: Town) -> None:
    await town.rich("ann")
    await town.sells("Pear", 10, stock=3, description="A *green* one")
    await town.sells("Apple", 5)
    listed = await town.guild.slash("ann", "shop list")
    assert listed.text.index("Apple") < listed.text.index("Pear"), "the cheapest first"
    assert "3 left" in listed.text
    bought = await town.buys("ann", "pear")
    assert "You bought **Pear** for 10 points and have 90 left." in bought.text
    assert "2 left" in (await town.guild.slash("ann", "shop list")).text
    assert "**Pear** · 10 · yours" in (await town.guild.slash("ann", "shop inventory")).text
    assert "bought · Pear → 90" in (await town.guild.slash("ann", "points history")).text
    assert await town.points("ann") == 90


async def test_what_is_chosen_in_the_list_is_asked_for(town: Town) -> None:
    await town.rich("ann")
    for number in range(10):
        await town.sells(f"item {number}", number + 1)
    listed = await town.guild.slash("ann", "shop list")
    second = await town.guild.click("ann", listed, "Next")
    assert "item 9" in second.text
    assert "item 0" in (await town.guild.click("ann", second, "Back")).text
    menu = next(each for message in listed.messages for each in buttons(message) if "options" in each)
    body = {
        "channel_id": town.guild.channels["general"],
        "message_id": listed.messages[-1]["id"],
        "custom_id": menu["custom_id"],
        "values": [menu["options"][2]["value"]],
    }
    asked = Answer(await town.play.post("/sandbox/people/ann/select", body))
    assert "Buy this?" in asked.text
    assert "You bought **item 2** for 3 points" in (await town.guild.click("ann", asked, "Buy for 3")).text


async def test_a_role_is_given_and_paid_for(town: Town) -> None:
    await town.role()
    await town.rich("ann")
    await town.sells("VIP", 40, role="@VIP", stock=1)
    bought = await town.buys("ann", "VIP")
    assert f"and have 60 left. The role <@&{town.guild.roles['VIP']}> is yours." in bought.text
    assert await town.has("ann")
    assert (await town.points("ann"), await town.held("ann"), await town.stock()) == (60, 0, 0)
    assert "bought · VIP → 60" in (await town.guild.slash("ann", "points history")).text


async def test_a_role_for_a_time_says_until_when_and_is_prolonged(town: Town) -> None:
    await town.role()
    await town.rich("ann")
    await town.sells("VIP day", 10, role="@VIP", duration="1d")
    assert "is yours until <t:" in (await town.buys("ann", "VIP day")).text
    assert "is yours until <t:" in (await town.buys("ann", "VIP day")).text
    assert await town.states() == ["done", "done"]
    ends = await town.database.fetch(
        "SELECT expires_at FROM purchases WHERE guild_id = $1 ORDER BY expires_at", int(town.guild.guild_id)
    )
    assert ends[1]["expires_at"] - ends[0]["expires_at"] == timedelta(days=1)


async def test_ten_race_for_the_last_piece(town: Town) -> None:
    await town.role()
    await town.rich(*PEOPLE, amount=20)
    await town.sells("VIP", 15, role="@VIP", stock=1)
    asked = await asyncio.gather(*(town.asks(who, "VIP") for who in PEOPLE))
    answers = await asyncio.gather(
        *(town.guild.click(who, question, "Buy for") for who, question in zip(PEOPLE, asked, strict=True))
    )
    assert sum("You bought" in answer.text for answer in answers) == 1
    assert sum("The last piece is sold" in answer.text for answer in answers) == 9
    assert sorted([await town.points(who) for who in PEOPLE]) == [5, *[20] * 9]
    assert sorted([await town.has(who) for who in PEOPLE]) == [*[False] * 9, True]
    assert await town.stock() == 0


async def test_two_clicks_and_two_deliveries_are_one_purchase(town: Town) -> None:
    await town.rich("ann")
    await town.sells(stock=5)
    asked = await town.asks("ann")
    await town.play.post("/sandbox/faults", {"gateway": "duplicate"})
    answers = await asyncio.gather(*(town.guild.click("ann", asked, "Buy for") for _ in range(4)))
    assert all("You bought **Pear** for 10 points and have 90 left." in each.text for each in answers)
    assert (await town.points("ann"), await town.stock(), await town.states()) == (90, 4, ["done"])


async def test_a_price_that_changed_meanwhile_is_not_paid(town: Town) -> None:
    await town.rich("ann")
    await town.sells()
    asked = await town.asks("ann")
    assert "11 points" in (await town.guild.slash("mel", "shop edit", item="Pear", price=11)).text
    refused = await town.guild.click("ann", asked, "Buy for 10")
    assert "The price is not 10 points any more but 11" in refused.text
    assert await town.points("ann") == 100


async def test_what_a_buyer_lacks_is_said_before_they_are_asked(town: Town) -> None:
    async def refused(item: str = "Pear") -> str:
        return (await town.guild.slash("ann", "shop buy", item=item)).text

    await town.role()
    await town.rich("ann", amount=9)
    await town.sells("Pear", 10)
    await town.sells("For VIPs", 1, required_role="@VIP")
    await town.sells("For old hands", 1, required_level=3)
    await town.sells("One each", 1, limit=1)
    await town.sells("For rich VIPs", 1_000, required_role="@VIP", stock=0)
    assert (await refused()).strip() == "That takes 10 points and you have 9."
    assert "only to members with the role" in await refused("For VIPs")
    assert "only to members with the role" in await refused("For rich VIPs"), (
        "the first in the documented order"
    )
    assert "from level 3 on, and you are at level 0" in await refused("For old hands")
    assert "You bought" in (await town.buys("ann", "One each")).text
    assert "One member can buy 1" in await refused("One each")
    assert "That is not sold here" in await refused("Plum")
    assert await town.points("ann") == 8


async def test_what_changed_since_the_question_is_decided_by_the_click(town: Town) -> None:
    await town.rich("ann", amount=10)
    await town.sells("Pear", 10, stock=2)
    asked = await town.asks("ann")
    assert "You have 10 points." in asked.text
    await town.guild.slash("ann", "points give", member="ben", amount=1)
    assert "That takes 10 points and you have 9." in (await town.guild.click("ann", asked, "Buy for")).text
    assert (await town.points("ann"), await town.stock()) == (9, 2)


async def test_who_sells_a_role_of_staff_is_told_what_its_buyers_can_do(town: Town) -> None:
    powers = ["KICK_MEMBERS", "MENTION_EVERYONE", "PRIORITY_SPEAKER"]
    await town.guild.post("olga", "role", action="create", name="Helper", permissions=powers)
    sold = await town.guild.slash("olga", "shop add", name="Power", price=1, role="@Helper")
    warning = (
        "whoever buys it then has the permissions Kick Members and Mention @everyone, @here and All Roles."
    )
    assert warning in sold.text
    await town.guild.post(
        "olga", "role", action="edit", role_id="Helper", permissions=["ADMINISTRATOR", *powers]
    )
    edited = await town.guild.slash("olga", "shop edit", item="Power", price=2)
    assert "whoever buys it then has the permission Administrator." in edited.text
    await town.role()
    assert "staff" not in (await town.guild.slash("olga", "shop add", name="VIP", price=1, role="@VIP")).text


async def test_a_purchase_is_refunded_and_not_reversed(town: Town) -> None:
    await town.role()
    await town.rich("ann")
    await town.sells("VIP", 40, role="@VIP")
    await town.buys("ann", "VIP")
    number = int((await town.guild.slash("ann", "points history")).text.split("`#")[1].split("`")[0])
    answer = await town.guild.slash("mel", "points reverse", operation=number, reason="by mistake")
    assert "That is a purchase: /shop refund gives its points back, and takes the role" in answer.text
    assert (await town.points("ann"), await town.has("ann")) == (60, True)
    assert await town.guild.autocomplete("mel", "points reverse", "operation", operation=str(number)) == []


async def test_a_role_that_is_deleted_is_named_so(town: Town) -> None:
    await town.role()
    await town.role("Patron")
    await town.rich("ann")
    await town.sells("VIP", 10, role="@VIP")
    await town.sells("For patrons", 10, required_role="@Patron")
    await town.buys("ann", "VIP")
    for role in ("VIP", "Patron"):
        await town.guild.post("olga", "role", action="delete", role_id=town.guild.roles[role])
    listed = (await town.guild.slash("ann", "shop list")).text
    assert f"the role <@&{town.guild.roles['VIP']}> (deleted)" in listed
    assert f"only for <@&{town.guild.roles['Patron']}> (deleted)" in listed
    assert "(deleted) · yours" in (await town.guild.slash("ann", "shop inventory")).text
    refused = await town.guild.slash("ann", "shop buy", item="For patrons")
    assert (
        "with a role that is deleted could buy that: a manager should change it with /shop edit"
        in refused.text
    )
    everyone = town.guild.guild_id
    changed = await town.guild.slash("olga", "shop edit", item="For patrons", required_role=everyone)
    assert "only for" not in changed.text
    assert "You bought" in (await town.buys("ann", "For patrons")).text
    refunded = await town.guild.slash("mel", "shop refund", purchase=1)
    assert "taken back" not in refunded.text


async def test_who_may_manage_the_shop_and_sell_which_roles(town: Town) -> None:
    await town.role()
    answer = await town.guild.slash("ann", "shop add", name="Pear", price=1)
    assert "Manage Events" in answer.text
    answer = await town.guild.slash("mel", "shop add", name="VIP", price=1, role="@VIP")
    assert "only to roles that you could give by hand" in answer.text
    answer = await town.guild.slash("olga", "shop add", name="Power", price=1, role="@owner")
    assert "Move the role Reeve above owner first" in answer.text
    answer = await town.guild.slash("mel", "shop add", name="Pear", price=1, duration="1d")
    assert "gives no role" in answer.text
    await town.sells("Pear")
    assert "is sold here already" in (await town.guild.slash("mel", "shop add", name="PEAR", price=1)).text
    assert "7 left" in (await town.guild.slash("mel", "shop restock", item="pear", stock=7)).text
    assert await town.stock() == 7
    assert "endless" in (await town.guild.slash("mel", "shop restock", item="pear")).text
    [choice] = await town.guild.autocomplete("ann", "shop buy", "item", item="ea")
    assert choice == {"name": "Pear · 10 points", "value": "Pear"}
    assert "not sold any more" in (await town.guild.slash("mel", "shop remove", item="Pear")).text
    assert "Nothing is sold" in (await town.guild.slash("ann", "shop list")).text


async def test_a_role_that_reeve_cannot_give_is_refused_before_anything_is_held(town: Town) -> None:
    await town.role()
    await town.rich("ann")
    await town.sells("VIP", 10, role="@VIP")
    asked = await town.asks("ann", "VIP")
    await town.guild.post("olga", "role", action="delete", role_id=town.guild.roles["VIP"])
    assert "no longer exists" in (await town.guild.click("ann", asked, "Buy for")).text
    assert await town.states() == []
    assert await town.points("ann") == 100


async def test_a_role_that_discord_refuses_is_not_paid_for(town: Town) -> None:
    await town.role()
    await town.rich("ann")
    await town.sells("VIP", 10, role="@VIP", stock=1)
    asked = await town.asks("ann", "VIP")
    await town.breaks(GIVING, 403, code=50013)
    answer = await town.guild.click("ann", asked, "Buy for")
    assert "You did not get **VIP** and keep your 10 points." in answer.text
    assert (await town.points("ann"), await town.stock()) == (100, 1)
    assert "not paid" in (await town.guild.slash("ann", "shop inventory")).text


async def test_a_refund_takes_the_role_and_gives_points_and_piece_back(town: Town) -> None:
    await town.role()
    await town.rich("ann")
    await town.sells("VIP", 10, role="@VIP", stock=1)
    await town.buys("ann", "VIP")
    [choice] = await town.guild.autocomplete("mel", "shop refund", "purchase", purchase="@ann vip")
    assert re.fullmatch(
        rf"VIP · @Ann · 10 points · [0-9-]{{10}} [0-9:]{{5}} · {choice['value']}", choice["name"]
    )
    assert not await town.guild.autocomplete("mel", "shop refund", "purchase", purchase="ben")
    answer = await town.guild.slash(
        "mel", "shop refund", purchase=choice["value"], restock=True, reason="by mistake"
    )
    assert f"<@{town.guild.person('ann')}> has 10 points back." in answer.text

    async def taken() -> bool:
        return not await town.has("ann")

    await until(taken)
    assert (await town.points("ann"), await town.stock(), await town.states()) == (100, 1, ["undone"])
    again = await town.guild.slash("mel", "shop refund", purchase=choice["value"])
    assert "refunded already" in again.text


async def test_managers_see_who_bought_an_item_and_refund_by_its_number(town: Town) -> None:
    await town.rich("ann", "ben")
    await town.sells("Pear", 3)
    await town.sells("Apple", 5)
    assert "Nobody has bought that yet." in (await town.guild.slash("mel", "shop buyers", item="pear")).text
    for who, item in [("ann", "Pear"), ("ben", "Apple"), *[("ben", "Pear")] * 8]:
        await town.buys(who, item)
    first = await town.guild.slash("mel", "shop buyers", item="pear")
    assert first.ephemeral
    ann, ben = (f"<@{town.guild.person(who)}>" for who in ("ann", "ben"))
    assert len(re.findall(rf"`\d+` {ben} · 3 · has it · <t:\d+:d>", first.text)) == 8
    assert "Apple" not in first.text
    assert ann not in first.text, "the newest first"
    second = await town.guild.click("mel", first, "Next")
    assert ben not in second.text
    number = re.findall(rf"`(\d+)` {ann} · 3 · has it", second.text)
    await town.guild.slash("mel", "shop refund", purchase=int(*number))
    back = await town.guild.click("mel", second, "Back")
    assert ben in back.text
    assert f"{ann} · 3 · refunded" in (await town.guild.click("mel", back, "Next")).text
    refused = await town.guild.slash("ann", "shop buyers", item="pear")
    assert "Manage Events" in refused.text


async def test_a_list_of_buyers_turns_for_managers_only(town: Town) -> None:
    await town.role("Shopkeeper")
    await town.guild.post("olga", "role", action="edit", role_id="Shopkeeper", permissions=["MANAGE_EVENTS"])
    await town.guild.post("olga", "roles", user_id="ann", add=["Shopkeeper"])
    await town.rich("ben")
    await town.sells("Pear", 3)
    for _ in range(9):
        await town.buys("ben")
    shown = await town.guild.slash("ann", "shop buyers", item="pear")
    await town.guild.post("olga", "role", action="edit", role_id="Shopkeeper", permissions=[])
    refused = await town.guild.click("ann", shown, "Next")
    assert "You need the permission Manage Events" in refused.text


FAULTS: dict[str, dict[str, Any]] = {
    "429": {"status": 429, "retry_after": 0.5, "times": 2},
    "502": {"status": 502, "times": 6},
    "503": {"status": 503, "times": 2},
    "reset": {"status": "reset", "times": 3},
    "timeout": {"status": "timeout", "times": 1},
}
"""As often as that discord.py's own tries do not get through."""


async def test_purchase_points_and_role_agree_after_every_fault(play: Play, bot: Bot, database: Any) -> None:
    """A server for each cell, all at the same time."""
    mark = len(bot.log)
    towns = []
    for fault, applied in product(FAULTS, (True, False)):
        town = Town(play, await play.new_guild(f"shop {fault} {applied}"), database)
        await town.role()
        await town.rich("ann")
        await town.sells("VIP", 40, role="@VIP", stock=1)
        asked = await town.asks("ann", "VIP")
        await town.breaks(GIVING, applied=applied, **FAULTS[fault])
        towns.append((town, asked))
    await asyncio.gather(*(town.guild.click("ann", asked, "Buy for") for town, asked in towns))

    async def agreed() -> bool:
        return all([await town.states() == ["done"] for town, _ in towns])

    await until(agreed)
    await play.delete("/sandbox/faults")
    for town, _ in towns:
        assert (await town.points("ann"), await town.held("ann"), await town.stock()) == (60, 0, 0)
        assert await town.has("ann")
    assert "Traceback" not in bot.log[mark:]


@pytest.mark.parametrize("applied", [True, False], ids=["role-given", "role-not-given"])
async def test_a_kill_between_hold_and_capture_is_made_good(world: World, *, applied: bool) -> None:
    await world.role()
    await world.rich("ann")
    await world.sells("VIP", 40, role="@VIP", stock=1)
    asked = await world.asks("ann", "VIP")
    await world.breaks(GIVING, "timeout", applied=applied)
    clicking = asyncio.create_task(world.guild.click("ann", asked, "Buy for"))
    await world.hit()
    await world.bot.kill()
    clicking.cancel()
    assert (await world.states(), await world.points("ann"), await world.held("ann")) == (["held"], 60, 40)
    assert await world.has("ann") == applied

    await world.play.delete("/sandbox/faults")
    await world.bot.start()
    await world.skip(timedelta(minutes=1))
    await world.is_in("done")
    assert await world.has("ann")
    assert (await world.points("ann"), await world.held("ann"), await world.stock()) == (60, 0, 0)


async def test_a_buyer_who_left_while_nobody_was_there_keeps_the_points(world: World) -> None:
    await world.role()
    await world.rich("ann")
    await world.sells("VIP", 40, role="@VIP", stock=1)
    asked = await world.asks("ann", "VIP")
    await world.breaks(GIVING, "timeout", applied=False)
    clicking = asyncio.create_task(world.guild.click("ann", asked, "Buy for"))
    await world.hit()
    await world.bot.kill()
    clicking.cancel()
    told = await world.guild.told_before("ann")
    await world.guild.post("ann", "leave")
    await world.play.delete("/sandbox/faults")
    await world.bot.start()
    await world.skip(timedelta(minutes=1))
    await world.is_in("refused")
    assert (await world.points("ann"), await world.held("ann"), await world.stock()) == (100, 0, 1)

    async def is_told() -> list[dict[str, Any]]:
        return await world.guild.direct_messages("ann", besides=told)

    [message] = await until(is_told)
    assert "you keep your 40 points. You are not in the server any more." in message["content"]


async def test_a_role_for_a_time_goes_when_its_time_is_over_also_of_who_was_away(world: World) -> None:
    await world.role()
    await world.rich("ann", "ben", "cem")
    await world.sells("VIP day", 10, role="@VIP", duration="1d")
    for who in ("ann", "ben", "cem", "cem"):
        await world.buys(who, "VIP day")
    await world.guild.post("ben", "leave")
    await world.skip(timedelta(hours=23))
    assert await world.has("ann")
    await world.skip(timedelta(hours=2))
    await world.is_in("expired", "expired", "expired", "done")
    assert not await world.has("ann")
    assert await world.has("cem"), "bought twice, it runs twice as long"
    await world.skip(timedelta(days=1))
    await world.is_in(*["expired"] * 4)
    assert not await world.has("cem")
    await world.guild.post("olga", "roles", user_id=world.guild.person("ann"), add=[world.guild.roles["VIP"]])
    await world.skip(timedelta(days=1))
    assert await world.has("ann"), "it is taken once: what the staff gives later stays"


async def test_a_buyer_is_told_of_what_failed_after_they_had_gone(world: World) -> None:
    await world.role()
    await world.rich("ann")
    await world.sells("VIP", 40, role="@VIP", stock=1)
    asked = await world.asks("ann", "VIP")
    await world.breaks(GIVING, 503, times=1_000)
    answer = await world.guild.click("ann", asked, "Buy for")
    assert "is on its way: 40 points are held" in answer.text
    held = "You have 100 points. 40 of them are held, so 60 can be spent."
    assert held in (await world.guild.slash("ann", "points balance")).text
    seen = (await world.guild.slash("ben", "points balance", member="ann")).text
    assert "has 100 points. 40 of them are held, so 60 can be spent." in seen
    short = await world.guild.slash("ann", "points give", member="ben", amount=61)
    assert short.text.strip() == "That takes 61 points and you have 60."
    told = await world.guild.told_before("ann")
    await world.skip(timedelta(hours=2))
    await world.is_in("refused")

    async def is_told() -> list[dict[str, Any]]:
        return await world.guild.direct_messages("ann", besides=told)

    [message] = await until(is_told)
    assert "you keep your 40 points" in message["content"]
    assert (await world.points("ann"), await world.stock(), await world.has("ann")) == (100, 1, False)
