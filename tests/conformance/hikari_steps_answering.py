"""How hikari answers what people do on the sandbox: commands, components, forms; and that it resumes its session."""

import asyncio
from typing import Any

import hikari
from hikari_stage import Stage

OPTIONS = {
    "text": (hikari.OptionType.STRING, "words", "words"),
    "count": (hikari.OptionType.INTEGER, 3, 3),
    "ratio": (hikari.OptionType.FLOAT, 1.5, 1.5),
    "really": (hikari.OptionType.BOOLEAN, True, True),
}
NAMED = {
    "person": (hikari.OptionType.USER, "ann"),
    "place": (hikari.OptionType.CHANNEL, "general"),
    "rank": (hikari.OptionType.ROLE, "member"),
    "whoever": (hikari.OptionType.MENTIONABLE, "max"),
}


def reply(content: str, **more: Any) -> Any:
    async def respond(interaction: Any) -> None:
        await interaction.create_initial_response(hikari.ResponseType.MESSAGE_CREATE, content, **more)

    return respond


async def it_registers_commands(stage: Stage) -> None:
    rest = stage.rest
    probe = rest.slash_command_builder("probe", "Takes everything")
    kinds = {name: kind for name, (kind, *_) in (OPTIONS | NAMED).items()} | {
        "proof": hikari.OptionType.ATTACHMENT
    }
    for name, kind in kinds.items():
        probe.add_option(hikari.CommandOption(type=kind, name=name, description=name))
    fruit = rest.slash_command_builder("fruit", "Completes")
    fruit.add_option(
        hikari.CommandOption(type=3, name="name", description="n", autocomplete=True, is_required=True)
    )
    menus = [
        rest.context_menu_command_builder(hikari.CommandType.USER, "Look"),
        rest.context_menu_command_builder(hikari.CommandType.MESSAGE, "Report"),
    ]
    made = await rest.set_application_commands(stage.application_id, [probe, fruit, *menus])
    assert {each.name for each in made} == {"probe", "fruit", "Look", "Report"}
    assert len(await rest.fetch_application_commands(stage.application_id)) == 4


async def a_slash_command_is_answered(stage: Stage) -> None:
    stage.answers(reply("pong"))
    answer = await stage.people.slash("ann", "probe")
    assert answer.messages[0]["content"] == "pong"


async def plain_options_arrive_as_they_were_given(stage: Stage) -> None:
    got: dict[str, Any] = {}

    async def respond(interaction: hikari.CommandInteraction) -> None:
        got.update({each.name: each.value for each in interaction.options or ()})
        await reply("ok")(interaction)

    stage.answers(respond)
    await stage.people.slash("ann", "probe", options={name: given for name, (_, given, _) in OPTIONS.items()})
    assert got == {name: expected for name, (*_, expected) in OPTIONS.items()}


async def named_options_arrive_resolved(stage: Stage) -> None:
    seen: list[Any] = []

    async def respond(interaction: hikari.CommandInteraction) -> None:
        seen.append((interaction.resolved, {each.name: each.value for each in interaction.options or ()}))
        await reply("ok")(interaction)

    stage.answers(respond)
    await stage.people.slash("ann", "probe", options={name: given for name, (_, given) in NAMED.items()})
    resolved, values = seen[0]
    assert values == {name: stage.id(given) for name, (_, given) in NAMED.items()}
    assert resolved.members[stage.id("ann")].username == "ann"
    assert resolved.roles[stage.id("member")].name == "member"
    assert resolved.channels[stage.id("general")].name == "general"


async def an_attachment_arrives(stage: Stage) -> None:
    got: list[bytes] = []

    async def respond(interaction: hikari.CommandInteraction) -> None:
        got.extend([await each.read() for each in interaction.resolved.attachments.values()])
        await reply("ok")(interaction)

    stage.answers(respond)
    await stage.people.slash("ann", "probe", options={"proof": {"filename": "a.txt", "base64": "aGV5"}})
    assert got == [b"hey"]


async def it_answers_to_one_person_alone(stage: Stage) -> None:
    stage.answers(reply("psst", flags=hikari.MessageFlag.EPHEMERAL))
    answer = await stage.people.slash("ann", "probe")
    assert (answer.ephemeral, answer.messages[0]["content"]) == (True, "psst")
    assert all(each["content"] != "psst" for each in stage.people.sees("max", "general", guild_id="Green"))


async def it_defers_edits_follows_up_and_deletes(stage: Stage) -> None:
    async def respond(interaction: hikari.CommandInteraction) -> None:
        await interaction.create_initial_response(hikari.ResponseType.DEFERRED_MESSAGE_CREATE)
        await interaction.edit_initial_response("slowly")
        more = await interaction.execute("and more")
        assert (await interaction.fetch_initial_response()).content == "slowly"
        await interaction.edit_message(more, "and still more")
        await interaction.delete_message(more)

    stage.answers(respond)
    answer = await stage.people.slash("ann", "probe")
    assert (answer.deferred, answer.messages[0]["content"]) == (True, "slowly")


async def it_completes_what_is_typed(stage: Stage) -> None:
    async def respond(interaction: hikari.AutocompleteInteraction) -> None:
        await interaction.create_response([hikari.impl.AutocompleteChoiceBuilder("Pear", "pear")])

    stage.answers(respond)
    assert await stage.people.autocomplete("ann", "fruit", focused="name", options={"name": "p"}) == [
        {"name": "Pear", "value": "pear"}
    ]


async def menus_of_people_and_messages_are_answered(stage: Stage) -> None:
    targets: list[int] = []

    async def respond(interaction: hikari.CommandInteraction) -> None:
        targets.append(interaction.target_id)
        await reply("seen")(interaction)

    stage.answers(respond)
    message = stage.people.message("ben", content="look", channel_id="general", guild_id="Green")
    await stage.people.context("max", "Look", target_id="ann", guild_id="Green")
    await stage.people.context("max", "Report", target_id=message.id, guild_id="Green")
    assert targets == [stage.id("ann"), message.id]


async def a_button_changes_its_message(stage: Stage) -> None:
    row = stage.rest.build_message_action_row()
    row.add_interactive_button(hikari.ButtonStyle.PRIMARY, "go", label="Go")
    await stage.rest.create_message(stage.id("general"), "press", component=row)

    async def respond(interaction: hikari.ComponentInteraction) -> None:
        await interaction.create_initial_response(
            hikari.ResponseType.MESSAGE_UPDATE, "pressed", components=[]
        )

    stage.answers(respond)
    answer = await stage.people.click("ann", label="Go", guild_id="Green", channel_id="general")
    assert answer.messages[0]["content"] == "pressed"


async def a_menu_tells_what_was_chosen(stage: Stage) -> None:
    row = stage.rest.build_message_action_row()
    row.add_text_menu("pick").add_option("Pear", "pear").add_option("Plum", "plum")
    people = stage.rest.build_message_action_row().add_select_menu(
        hikari.ComponentType.USER_SELECT_MENU, "who"
    )
    await stage.rest.create_message(stage.id("general"), "choose", components=[row, people])
    chosen: list[Any] = []

    async def respond(interaction: hikari.ComponentInteraction) -> None:
        chosen.append(list(interaction.values))
        await interaction.create_initial_response(hikari.ResponseType.DEFERRED_MESSAGE_UPDATE)

    stage.answers(respond)
    here = {"guild_id": "Green", "channel_id": "general", "wait_seconds": 0}
    await stage.people.select("ann", custom_id="pick", values=["plum"], **here)
    await stage.people.select("ann", custom_id="who", values=["ben"], **here)
    assert chosen == [["plum"], [str(stage.id("ben"))]]


async def a_form_is_shown_and_read(stage: Stage) -> None:
    rows = [stage.rest.build_modal_action_row().add_text_input("note", "Note")]
    got: list[str] = []

    async def respond(interaction: Any) -> None:
        if isinstance(interaction, hikari.ModalInteraction):
            got.extend(each.value for row in interaction.components for each in row)
            await reply("thanks")(interaction)
        else:
            await interaction.create_modal_response("Say it", "form", components=rows)

    stage.answers(respond)
    shown = await stage.people.slash("ann", "probe")
    answer = await stage.people.submit("ann", interaction_id=shown.interaction_id, fields={"note": "seen it"})
    assert (got, answer.messages[0]["content"]) == (["seen it"], "thanks")


async def a_layout_of_new_components_arrives(stage: Stage) -> None:
    box = hikari.impl.ContainerComponentBuilder(accent_color=hikari.Color(0x336699))
    box.add_text_display("# Title").add_separator()
    sent = await stage.rest.create_message(
        stage.id("general"), component=box, flags=hikari.MessageFlag.IS_COMPONENTS_V2
    )
    assert [each.type for each in sent.components] == [hikari.ComponentType.CONTAINER]


async def a_lost_connection_is_resumed_and_nothing_is_missed(stage: Stage) -> None:
    shard = stage.bot.shards[0]
    before = len(stage.heard)
    stage.sandbox.gateway.drop()
    stage.people.message("ann", content="while you were away", channel_id="general", guild_id="Green")
    await stage.hears(hikari.ShardResumedEvent)
    await stage.hears(hikari.GuildMessageCreateEvent, lambda e: e.content == "while you were away")
    assert shard.is_alive
    assert not any(isinstance(each, hikari.ShardReadyEvent) for each in stage.heard[before:])


async def a_reconnect_that_is_asked_for_is_resumed(stage: Stage) -> None:
    before = len([each for each in stage.heard if isinstance(each, hikari.ShardResumedEvent)])
    stage.sandbox.gateway.ask_to_reconnect()
    async with asyncio.timeout(30):
        while len([each for each in stage.heard if isinstance(each, hikari.ShardResumedEvent)]) == before:
            await stage.hears(hikari.ShardResumedEvent)
            await asyncio.sleep(0)


ANSWERING = [
    each
    for name, each in list(globals().items())
    if name.startswith(("it_", "a_", "an_", "plain_", "named_", "menus_"))
]
