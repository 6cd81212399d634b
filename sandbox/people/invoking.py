"""A person uses commands: slash, context menu, autocomplete."""

from sandbox.bot_rows import Command
from sandbox.errors import UnknownName
from sandbox.interactions import commands, invocations
from sandbox.interactions.command_specs import CHAT, GROUP, USER
from sandbox.interactions.interactions import AUTOCOMPLETE, COMMAND, Interaction
from sandbox.interactions.options import Resolved, Unacceptable, read_options
from sandbox.interactions.visibility import hidden_because
from sandbox.interactions.waiting import answer_to
from sandbox.names import as_id
from sandbox.people.places import WAIT_SECONDS, Answer, Given, Places, WaitSeconds
from sandbox.rows import Channel, Json, User


class Invoking(Places):
    async def slash(
        self,
        person: Given,
        command: str,
        *,
        guild_id: Given = None,
        channel_id: Given = None,
        options: Json | None = None,
        wait_seconds: WaitSeconds = WAIT_SECONDS,
    ) -> Answer:
        """Use a command, with its options by name."""
        user = self._names.user(person)
        channel = self.channel(user, guild_id, channel_id)
        try:
            interaction = self._use(user, channel, command, options or {})
        except Unacceptable as wrong:
            return Answer(failed=str(wrong))
        return await self._answer(interaction, wait_seconds)

    async def use(
        self, person: Given, command: str, *, channel_id: Given = None, options: Json | None = None
    ) -> str | None:
        """A slash command of somebody who does not look at the answer: what went wrong, or nothing.

        Raises Unacceptable.
        """
        user = self._names.user(person)
        interaction = self._use(user, self.channel(user, None, channel_id), command, options or {})
        return await answer_to(self._core, self._interactions, interaction, WAIT_SECONDS)

    def _use(self, user: User, channel: Channel, command: str, options: Json) -> Interaction:
        """Raises Unacceptable."""
        found, path, leaf = self._chosen(user, channel, command)
        resolved = Resolved(self._core, found.application_id, channel, user.id)
        read = read_options(resolved, leaf, options)
        details = _details(found, _nest(path[1:], leaf_options=read), resolved)
        interaction = self._begin(user, channel, found, COMMAND, name=" ".join(path))
        self._invoke(interaction, details)
        return interaction

    async def context(
        self,
        person: Given,
        command: str,
        *,
        target_id: Given,
        guild_id: Given = None,
        channel_id: Given = None,
        wait_seconds: WaitSeconds = WAIT_SECONDS,
    ) -> Answer:
        """Use the menu of a person or a message."""
        user = self._names.user(person)
        channel = self.channel(user, guild_id, channel_id)
        found = self._context_command(channel, command)
        because = hidden_because(self._core, user.id, channel, found)
        if because:
            return Answer(failed=because)
        resolved = Resolved(self._core, found.application_id, channel, user.id)
        if found.type == USER:
            target = self._person_for(found, resolved, target_id)
        else:
            if as_id(target_id) == 0:
                raise UnknownName(f"{found.name} is a menu of messages: give a message's id.")
            one = self._message(user, target_id)
            channel, target = self._world.channel(one.channel_id), resolved.message(one)
        details = {**_details(found, [], resolved), "target_id": target}
        del details["options"]
        interaction = self._begin(user, channel, found, COMMAND)
        self._invoke(interaction, details)
        return await self._answer(interaction, wait_seconds)

    def _person_for(self, menu: Command, resolved: Resolved, given: Given) -> str:
        number = as_id(given)
        if number and number not in self._world.users:
            raise UnknownName(f"{menu.name} is a menu of people: give a person's name or id.")
        return resolved.user(given)

    async def autocomplete(
        self,
        person: Given,
        command: str,
        *,
        focused: str,
        guild_id: Given = None,
        channel_id: Given = None,
        options: Json | None = None,
    ) -> list[Json]:
        """The choices that the bot offers. Raises Unacceptable where Discord's client would not even ask."""
        user = self._names.user(person)
        channel = self.channel(user, guild_id, channel_id)
        found, path, leaf = self._chosen(user, channel, command)
        asked = next((option for option in leaf if option["name"] == focused), None)
        if asked is None or not asked.get("autocomplete"):
            raise Unacceptable(f"/{command} has no option {focused} that autocompletes.")
        resolved = Resolved(self._core, found.application_id, channel, user.id)
        read = read_options(resolved, leaf, options or {}, focused)
        details = _details(found, _nest(path[1:], leaf_options=read), resolved)
        interaction = self._begin(user, channel, found, AUTOCOMPLETE)
        self._interactions.send(interaction, invocations.payload(self._core, interaction, details))
        failed = await answer_to(self._core, self._interactions, interaction, 0)
        if failed:
            raise Unacceptable(f"Loading options failed: {failed}.")
        return interaction.choices

    def offered(self, person: Given, *, guild_id: Given = None, channel_id: Given = None) -> list[Command]:
        """What the client of this person lists there."""
        user = self._names.user(person)
        channel = self.channel(user, guild_id, channel_id)
        found = self._commands_in(channel)
        return [each for each in found if hidden_because(self._core, user.id, channel, each) is None]

    def _invoke(self, interaction: Interaction, details: Json) -> None:
        more = {}
        if "target_id" in details:
            more = _target(details)
        interaction.metadata = invocations.metadata(self._core, interaction, **more)
        self._interactions.send(interaction, invocations.payload(self._core, interaction, details))

    def _begin(
        self, user: User, channel: Channel, found: Command, kind: int, *, name: str | None = None
    ) -> Interaction:
        return self._interactions.begin(
            type=kind,
            application_id=found.application_id,
            user_id=user.id,
            channel_id=channel.id,
            guild_id=channel.guild_id,
            name=name or found.name,
            command_type=found.type,
        )

    def _commands_in(self, channel: Channel) -> list[Command]:
        """A guild's own come first: they hide a global one of the same name."""
        guild = self._world.guild_of(channel)
        here = []
        for application in self._world.applications.values():
            present = guild.members if guild else channel.recipient_ids
            if application.bot_user_id in present:
                own = commands.of(self._core, application.id, guild.id) if guild else []
                here += [*own, *commands.of(self._core, application.id, None)]
        return here

    def _chosen(self, user: User, channel: Channel, command: str) -> tuple[Command, list[str], list[Json]]:
        path = command.strip().removeprefix("/").split()
        spelled = " ".join(path)
        for found in self._commands_in(channel):
            if found.type != CHAT or not path or found.name != path[0]:
                continue
            because = hidden_because(self._core, user.id, channel, found)
            if because:
                raise Unacceptable(because)
            leaves = dict(commands.leaves(found.spec))
            if spelled in leaves:
                return found, path, leaves[spelled]
            raise Unacceptable(
                f"/{spelled} is not a command; there is {', '.join('/' + name for name in leaves)}."
            )
        known = sorted({each.name for each in self._commands_in(channel) if each.type == CHAT})
        raise Unacceptable(f"There is no command /{spelled}; registered are: {', '.join(known) or 'none'}.")

    def _context_command(self, channel: Channel, name: str) -> Command:
        menus = [each for each in self._commands_in(channel) if each.type != CHAT]
        for found in menus:
            if found.name.casefold() == name.casefold():
                return found
        known = ", ".join(each.name for each in menus) or "none"
        raise UnknownName(f"There is no context menu {name!r}; registered are: {known}.")


def _target(details: Json) -> Json:
    if details["type"] == USER:
        return {"target_user": details["resolved"]["users"][details["target_id"]]}
    return {"target_message_id": details["target_id"]}


def _details(found: Command, options: list[Json], resolved: Resolved) -> Json:
    details: Json = {"id": str(found.id), "name": found.name, "type": found.type, "options": options}
    if resolved.found:
        details["resolved"] = resolved.found
    if found.guild_id is not None:
        details["guild_id"] = str(found.guild_id)
    return details


def _nest(path: list[str], *, leaf_options: list[Json]) -> list[Json]:
    """["temp", "add"] becomes a group that holds a sub-command that holds the options."""
    nested = leaf_options
    for depth, name in reversed(list(enumerate(path))):
        kind = GROUP if depth == 0 and len(path) == GROUP else 1
        nested = [{"name": name, "type": kind, "options": nested}]
    return nested
