"""Each of Discord's documented limits on messages, embeds and their components: the edge passes, one more does not."""

import pytest
from limit_cases import MESSAGES, V2, embed, layout, problem_at, say, text


@pytest.fixture
def post(sandbox, api):
    channel = next(each for each in sandbox.world.channels.values() if each.name == "general")

    async def send(body):
        return await api("POST", f"/channels/{channel.id}/messages", body)

    return send


@pytest.mark.parametrize("name", MESSAGES)
async def test_a_message_at_its_limit_passes_and_one_beyond_is_told_where(post, name):
    at_the_edge, beyond, where = MESSAGES[name]
    status, told = await post(at_the_edge)
    assert status == 200, told
    status, told = await post(beyond)
    assert status == 400
    problem_at(told, where)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("content", "BASE_TYPE_MAX_LENGTH"),
        ("embeds", "BASE_TYPE_BAD_LENGTH"),
        ("all embeds together", "MAX_EMBED_SIZE_EXCEEDED"),
        ("embed url", "URL_TYPE_INVALID_SCHEME"),
        ("footer's picture", "URL_TYPE_INVALID_URL"),
        ("parse and users exclude each other", "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE"),
        ("custom ids differ", "COMPONENT_CUSTOM_ID_DUPLICATED"),
        ("components with those inside", "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED"),
        ("a layout has no content", "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"),
    ],
)
async def test_problems_have_the_names_that_discord_is_known_to_give_them(post, name, code):
    _, beyond, where = MESSAGES[name]
    assert problem_at((await post(beyond))[1], where) == code


async def test_a_sticker_that_is_not_there_and_an_embed_that_says_nothing_are_refused(post):
    status, told = await post({"content": "x", "sticker_ids": ["1"]})
    assert (status, told["code"]) == (400, 50081)
    status, told = await post({"embeds": [{"color": 1}]})
    assert (status, told["code"]) == (400, 50006)


async def test_spaces_around_an_embeds_texts_are_cut_off(post):
    _, sent = await post(embed(title=f" {text(9)} ", fields=[{"name": " n ", "value": " v "}]))
    [told] = sent["embeds"]
    assert (told["title"], told["fields"][0]["name"], told["fields"][0]["value"]) == (text(9), "n", "v")


async def test_components_get_numbers_that_nobody_took(post):
    _, sent = await post(layout(say() | {"id": 2}, say() | {"id": 0}, {"type": 17, "components": [say()]}))
    first, second, container = sent["components"]
    assert (first["id"], second["id"], container["id"], container["components"][0]["id"]) == (2, 1, 3, 4)


async def test_an_edit_cannot_leave_nothing_and_makes_a_layout_of_an_empty_message_only(api, post):
    _, sent = await post({"content": "x"})
    path = f"/channels/{sent['channel_id']}/messages/{sent['id']}"
    status, told = await api("PATCH", path, {"content": ""})
    assert (status, told["code"]) == (400, 50006)
    status, told = await api("PATCH", path, layout(say()))
    problem_at(told, ["content"])
    status, edited = await api("PATCH", path, {**layout(say()), "content": None})
    assert (status, edited["content"], edited["flags"]) == (200, "", V2)


async def test_mentions_in_a_layout_count(post, sandbox):
    ann = next(each for each in sandbox.world.users.values() if each.username == "ann")
    _, sent = await post(layout({"type": 10, "content": f"<@{ann.id}>"}))
    assert [each["username"] for each in sent["mentions"]] == ["ann"]
