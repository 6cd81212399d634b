from typing import Any

from bot.command_sync import by_name, normal

OURS: dict[str, Any] = {
    "name": "warn",
    "description": "Warn a member.",
    "type": 1,
    "options": [
        {"name": "points", "description": "How many", "type": 4, "required": False, "min_value": 0},
    ],
    "nsfw": False,
    "dm_permission": True,
    "default_member_permissions": 1 << 40,
    "contexts": [0],
    "integration_types": [0],
}
THEIRS: dict[str, Any] = {
    "id": "1",
    "application_id": "2",
    "version": "3",
    "name": "warn",
    "description": "Warn a member.",
    "type": 1,
    "options": [{"type": 4, "name": "points", "description": "How many", "min_value": 0}],
    "nsfw": False,
    "dm_permission": False,
    "default_member_permissions": str(1 << 40),
    "contexts": [0],
    "integration_types": [0],
    "name_localizations": None,
}


def test_what_discord_stored_is_recognised_as_ours() -> None:
    assert by_name([OURS]) == by_name([THEIRS])


def test_any_difference_that_a_person_would_see_is_one() -> None:
    [option] = OURS["options"]
    for change in (
        {"description": "Warn somebody."},
        {"options": []},
        {"options": [{**option, "min_value": 1}]},
        {"options": [{**option, "required": True}]},
        {"default_member_permissions": None},
        {"default_member_permissions": 0},
        {"contexts": [0, 1]},
    ):
        assert normal({**OURS, **change}) != normal(THEIRS), change


def test_the_order_of_commands_means_nothing_and_that_of_options_does() -> None:
    other = {**OURS, "name": "note"}
    assert by_name([OURS, other]) == by_name([other, OURS])
    first, second = {"name": "a", "type": 3}, {"name": "b", "type": 3}
    assert normal({"options": [first, second]}) != normal({"options": [second, first]})
