"""A person is there: online, typing, in a voice channel; and silences or moves others there by hand."""

from sandbox.channels import channels
from sandbox.channels.typing_events import started_typing
from sandbox.errors import UnknownName
from sandbox.forms import Form
from sandbox.guilds import membership, presences
from sandbox.people.places import Given, Places
from sandbox.permissions import to_speak_in
from sandbox.rows import Json
from sandbox.voice import voice, voice_moderation


class Being(Places):
    def voice(
        self,
        person: Given,
        *,
        guild_id: Given = None,
        channel_id: Given = None,
        self_mute: bool = False,
        self_deaf: bool = False,
        self_video: bool = False,
        self_stream: bool = False,
    ) -> Json:
        """Into that voice channel, or out of any without one; the rest is said anew each time, as clients do."""
        user = self._names.user(person)
        guild = self._here(user, guild_id)
        state = guild.voice_states.get(user.id)
        if channel_id is not None:
            channel = voice.voice_channel(self._core, guild, self._names.channel(channel_id, guild).id)
            own = voice.Own(self_mute, self_deaf, self_video, self_stream)
            state = voice.enter(self._core, guild, user.id, channel, own)
        elif state is None:
            raise UnknownName(f"{user.username} is in no voice channel.")
        else:
            voice.disconnect(self._core, guild, user.id)
        return voice.told(self._core, guild, state)

    def voice_moderate(
        self,
        person: Given,
        action: str,
        target_id: Given,
        *,
        guild_id: Given = None,
        channel_id: Given = None,
    ) -> None:
        """Of somebody in voice: mute, unmute, deafen, undeafen, move (to the channel) or disconnect."""
        user, target = self._names.user(person), self._names.user(target_id)
        guild = self._here(user, guild_id)
        to = None if channel_id is None else self._names.channel(channel_id, guild).id
        wanted: dict[str, Json] = {
            "mute": {"mute": True},
            "unmute": {"mute": False},
            "deafen": {"deaf": True},
            "undeafen": {"deaf": False},
            "move": {"channel_id": to},
            "disconnect": {"channel_id": None},
        }
        if action not in wanted:
            raise UnknownName(f"There is no action {action!r}; there is {', '.join(wanted)}.")
        if action == "move" and to is None:
            raise UnknownName("Moving somebody needs a channel.")
        voice_moderation.change(self._core, guild, wanted[action], actor_id=user.id, target_id=target.id)

    def presence(
        self, person: Given, *, status: str | None = None, activities: list[Json] | None = None
    ) -> Json:
        """Be online, idle, dnd, invisible or offline; activities as bots give them: name, type, state, url."""
        user = self._names.user(person)
        form = Form({"status": status, "activities": activities})
        wanted = presences.read(self._core, form)
        form.finish()
        presences.change(self._core, user, *wanted)
        if status == "offline":
            membership.went_offline(self._core, user.id)
        return presences.payload(user)

    def typing(
        self, person: Given, *, guild_id: Given = None, channel_id: Given = None, to: Given = None
    ) -> None:
        """Be seen typing; `to` names a bot, for a direct channel."""
        user = self._names.user(person)
        bot = None if to is None else self._names.user(to)
        channel = self.direct(user, bot) if bot else self.channel(user, guild_id, channel_id)
        channels.require(self._core, channel, user.id, to_speak_in(channel))
        started_typing(self._core, channel, user.id)
