"""Where a person is and what a person gets back: the ground that everything a person does stands on."""

from dataclasses import asdict, dataclass, field
from typing import Annotated, Any

from sandbox.core import Core
from sandbox.errors import UnknownName
from sandbox.fitting import Within
from sandbox.interactions.interactions import MESSAGE, Interaction, Interactions
from sandbox.interactions.waiting import answer_to
from sandbox.message_rows import EPHEMERAL, Message
from sandbox.messages.message_payloads import message_event
from sandbox.names import Names, as_id
from sandbox.rows import DIRECT_MESSAGE, Channel, Guild, Json, User

Given = int | str | None
WaitSeconds = Annotated[float, Within(0, 3600)]
WAIT_SECONDS = 15.0


@dataclass
class Answer:
    """What a person's client shows after an interaction. `failed` is a sentence, or nothing."""

    interaction_id: str | None = None
    acknowledged_ms: float | None = None
    deferred: bool = False
    ephemeral: bool = False
    messages: list[Json] = field(default_factory=list)
    modal: Json | None = None
    failed: str | None = None
    guild_id: str | None = None  # where it was
    channel_id: str | None = None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


class Places:
    def __init__(self, core: Core, interactions: Interactions) -> None:
        self._core = core
        self._world = core.world
        self._names = Names(core.world)
        self._interactions = interactions

    def _guild(self, given: Given, person: User) -> Guild | None:
        if given is not None:
            return self._names.guild(given)
        return next(iter(self._world.guilds_of(person.id)), None)

    def _here(self, user: User, guild_id: Given) -> Guild:
        guild = self._guild(guild_id, user)
        if guild is None or user.id not in guild.members:
            raise UnknownName(f"{user.username} is not in {guild.name if guild else 'any guild'}.")
        return guild

    def channel(self, person: User, guild_id: Given = None, channel_id: Given = None) -> Channel:
        """Without a guild a name means the person's first guild that has it; without a channel, `general`."""
        if (number := as_id(channel_id)) in self._world.channels:
            return self._world.channels[number]
        guild = None if guild_id is None else self._names.guild(guild_id)
        guilds = [guild] if guild else self._world.guilds_of(person.id)
        if channel_id is not None:
            return self._names.channel(channel_id, *guilds)
        if not guilds:
            where = "name the channel by its id, or a bot for direct messages"
            raise UnknownName(f"{person.username} is in no guild: {where}.")
        return self._names.channel("general", *guilds)

    def direct(self, person: User, bot: User) -> Channel:
        """The direct channel of these two, made when it is not there yet."""
        existing = self._world.direct_channel(person.id, bot.id)
        if existing:
            return existing
        channel = Channel(self._core.ids.next(), DIRECT_MESSAGE, recipient_ids=[person.id, bot.id])
        self._world.channels[channel.id] = channel
        return channel

    def _visible(self, person: User, channel: Channel) -> list[Message]:
        if not self._core.sees(channel, person.id):
            return []
        kept = self._world.messages.get(channel.id, {}).values()
        return [one for one in kept if one.ephemeral_to in (None, person.id)]

    def _message(self, person: User, message_id: Given) -> Message:
        number = as_id(message_id)
        for messages in self._world.messages.values():
            if number in messages and messages[number].ephemeral_to in (None, person.id):
                channel = self._world.channel(messages[number].channel_id)
                if self._core.sees(channel, person.id):
                    return messages[number]
        raise UnknownName(f"{person.username} sees no message {message_id!r}.")

    def _seen(self, person: User, one: Message) -> Json:
        return message_event(self._core, one, person.id)

    async def _answer(self, interaction: Interaction, wait_seconds: float) -> Answer:
        failed = await answer_to(self._core, self._interactions, interaction, wait_seconds)
        kept = self._world.messages.get(interaction.channel_id, {})
        shown = [kept[each] for each in interaction.shown_message_ids if each in kept]
        acknowledged_at = interaction.acknowledged_at
        passed = acknowledged_at - interaction.created_at if acknowledged_at else None
        return Answer(
            interaction_id=str(interaction.id),
            acknowledged_ms=round(passed.total_seconds() * 1000, 3) if passed is not None else None,
            deferred=acknowledged_at is not None and interaction.callback_type in (MESSAGE + 1, MESSAGE + 2),
            ephemeral=interaction.is_ephemeral or any(one.flags & EPHEMERAL for one in shown),
            messages=[self._seen(self._world.user(interaction.user_id), one) for one in shown],
            modal=interaction.modal,
            failed=failed,
            guild_id=None if interaction.guild_id is None else str(interaction.guild_id),
            channel_id=str(interaction.channel_id),
        )
