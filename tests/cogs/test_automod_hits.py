"""Discord tells of a hit once for each action of a rule: which of its words are about the same hit."""

from datetime import UTC, datetime, timedelta
from typing import Any

import discord

from cogs.moderation._automod_hits import Hits

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
BLOCK, ALERT = {"type": 1, "metadata": {}}, {"type": 2, "metadata": {"channel_id": "7"}}


def told(action: dict[str, Any] = BLOCK, **different: Any) -> discord.AutoModAction:
    """As the gateway tells it to a bot without the content of messages."""
    data = {
        "guild_id": "1", "rule_id": "2", "rule_trigger_type": 1, "user_id": "3", "channel_id": "4", "content": "",
        "matched_keyword": "eggs", "matched_content": "", "action": action, **different,
    }  # fmt: skip
    made: Any = discord.AutoModAction
    return made(data=data, state=None)


def test_all_actions_of_a_blocked_message_are_one_hit() -> None:
    hits = Hits()

    first = hits.key_of(told(BLOCK), NOON)
    second = hits.key_of(told(ALERT, alert_system_message_id="8"), NOON + timedelta(seconds=1))

    assert first == second


def test_what_is_blocked_later_is_another_hit() -> None:
    hits = Hits()

    keys = {hits.key_of(told(), NOON + timedelta(seconds=seconds)) for seconds in (0, 4, 5, 9, 10, 3600)}

    assert len(keys) == 4
    assert len(hits._begun) == 1, "what is over is forgotten"


def test_another_rule_person_place_or_keyword_is_another_hit() -> None:
    hits = Hits()
    differences = (
        {},
        {"rule_id": "9"},
        {"user_id": "9"},
        {"channel_id": "9"},
        {"matched_keyword": "ham"},
        {"guild_id": "9"},
    )

    assert len({hits.key_of(told(**each), NOON) for each in differences}) == len(differences)


def test_a_message_is_hit_once_by_each_rule_whoever_hears_of_it_and_whenever() -> None:
    key = Hits().key_of(told(message_id="55"), NOON)

    assert Hits().key_of(told(ALERT, message_id="55"), NOON + timedelta(days=1)) == key
    assert Hits().key_of(told(message_id="56"), NOON) != key
    assert Hits().key_of(told(message_id="55", rule_id="9"), NOON) != key


def test_a_key_is_no_snowflake_and_fits_into_the_database() -> None:
    hits = Hits()
    for number in range(1, 1000):
        key = hits.key_of(told(message_id=str(number)), NOON)
        assert 2**61 <= key < 2**62
