"""What people do by hand in Discord becomes a case, whoever did it, and whether Reeve was there or not."""

from collections.abc import Awaitable, Callable
from typing import Any

from e2e_play import Guild, until


async def by_hand(guild: Guild, who: str, action: str, target: str, **more: Any) -> None:
    await guild.post(who, "moderate", action=action, target_id=guild.person(target), **more)


def case(guild: Guild, number: int, *words: str) -> Callable[[], Awaitable[str]]:
    """The case, once it is there and says all that."""

    async def seen() -> str:
        text = (await guild.slash("max", "case view", number=number)).text
        return text if all(word in text for word in words) else ""

    return seen


async def test_a_ban_by_hand_is_a_case_of_who_did_it(guild: Guild) -> None:
    before = await guild.told_before("ann")
    await by_hand(guild, "mia", "ban", "ann", reason="raid")
    text = await until(case(guild, 1, "Ban", "raid"))
    assert guild.person("mia") in text
    assert "by hand" in text
    assert guild.person("ann") in text

    async def posted() -> bool:
        return any("raid" in post for post in await guild.log_posts())

    assert await until(posted)
    told = await guild.direct_messages("ann", besides=before)
    assert not [each for each in told if "raid" in str(each)], "Discord told them nothing"


async def test_each_kind_of_act_by_hand_is_a_case(guild: Guild) -> None:
    await by_hand(guild, "mia", "timeout", "ben", seconds=3600, reason="rude")
    await until(case(guild, 1, "Timeout", "rude", "Ends"))
    await by_hand(guild, "max", "untimeout", "ben")
    await until(case(guild, 2, "Timeout lifted", "No reason given"))
    assert "Followed by case 2" in (await guild.slash("max", "case view", number=1)).text
    await by_hand(guild, "mia", "kick", "ben", reason="again")
    await until(case(guild, 3, "Kick", "again"))
    await by_hand(guild, "mia", "ban", "ann")
    await by_hand(guild, "mia", "unban", "ann", reason="a mistake")
    await until(case(guild, 5, "Unban", "a mistake"))
    assert "Followed by case 5" in (await guild.slash("max", "case view", number=4)).text
    await by_hand(guild, "mia", "nick", "eli", nick="Cleopatra")
    await by_hand(guild, "mia", "kick", "eli", reason="the nickname was no case")
    await until(case(guild, 6, "the nickname was no case"))


async def test_a_reason_that_looks_like_reeves_is_somebodys_all_the_same(guild: Guild) -> None:
    await guild.slash("max", "warn", member="ann", reason="spam")
    await by_hand(guild, "mia", "ban", "ann", reason="[Reeve case 1] max: spam")
    text = await until(case(guild, 2, "Ban"))
    assert guild.person("mia") in text


async def test_what_reeve_does_itself_is_no_second_case(guild: Guild) -> None:
    await guild.slash("max", "ban", user="ann", reason="spam")
    await guild.slash("max", "unban", user=guild.person("ann"), reason="appealed")
    await by_hand(guild, "mia", "kick", "ben", reason="later")
    assert "later" in await until(case(guild, 3, "Kick"))


async def test_without_the_audit_log_a_ban_by_hand_is_still_a_case_and_is_named_once_it_can_be(
    guild: Guild,
) -> None:
    await permit(guild, [name for name in PERMISSIONS if name != "VIEW_AUDIT_LOG"])

    async def told() -> list[str]:
        return [post for post in await guild.log_posts() if "View Audit Log" in post]

    assert len(await until(told)) == 1
    await by_hand(guild, "mia", "ban", "ann", reason="raid")
    text = await until(case(guild, 1, "Ban"))
    assert "somebody" in text
    assert "raid" not in text
    await by_hand(guild, "mia", "unban", "ann")
    await until(case(guild, 2, "Unban"))

    await permit(guild, PERMISSIONS)
    assert "mia" in await until(case(guild, 1, "audit log says", "raid"))
    await by_hand(guild, "mia", "kick", "ben", reason="is the third")
    assert "is the third" in await until(case(guild, 3, "Kick"))
    assert len(await told()) == 1


PERMISSIONS = [
    "VIEW_CHANNEL", "SEND_MESSAGES", "EMBED_LINKS", "ATTACH_FILES", "READ_MESSAGE_HISTORY", "MODERATE_MEMBERS",
    "KICK_MEMBERS", "BAN_MEMBERS", "MANAGE_MESSAGES", "MANAGE_ROLES", "MANAGE_CHANNELS", "VIEW_AUDIT_LOG",
]  # fmt: skip


async def permit(guild: Guild, permissions: list[str]) -> None:
    await guild.post("olga", "role", action="edit", role_id=guild.roles["Reeve"], permissions=permissions)
