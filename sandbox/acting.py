"""A person writes, comes, goes, and moderates by hand, as in Discord's own client."""

from datetime import timedelta
from typing import Annotated, Any

from sandbox import audit, channels, membership, messages, moderation, payloads
from sandbox.audit import Action
from sandbox.drafts import read_draft
from sandbox.errors import Refused, UnknownName, missing_permissions
from sandbox.events import Audience
from sandbox.fitting import Within
from sandbox.founding import permissions_of
from sandbox.names import as_id
from sandbox.options import upload_in
from sandbox.permissions import Permission
from sandbox.places import Given, Places
from sandbox.rows import Channel, Guild, Json, Member, Message, Overwrite, User

DAY = 86400  # seconds
YEAR = 365 * DAY
LONGEST_NAME = 32
A_SHORT_TIMEOUT = 600.0  # seconds: the second of the choices in Discord's own menu


class Acting(Places):
    def message(
        self,
        person: Given,
        content: str = "",
        *,
        guild_id: Given = None,
        channel_id: Given = None,
        to: Given = None,
        reply_to: Given = None,
        attachments: list[Json] | None = None,
    ) -> Message:
        """`to` names a bot for a direct message."""
        user = self._names.user(person)
        bot = None if to is None else self._names.user(to)
        channel = self.direct(user, bot) if bot else self.channel(user, guild_id, channel_id)
        files = {str(at): upload_in(each) for at, each in enumerate(attachments or [])}
        self._may_send(user, channel, with_files=bool(files))
        body: Json = {"content": content}
        if reply_to is not None:
            body["message_reference"] = {"message_id": str(as_id(reply_to))}
        return messages.create(self._core, channel, user.id, read_draft(body, files))

    def _may_send(self, user: User, channel: Channel, *, with_files: bool) -> None:
        needed = Permission.SEND_MESSAGES | (Permission.ATTACH_FILES if with_files else Permission(0))
        channels.require(self._core, channel, user.id, needed)
        if not channel.rate_limit_per_user or self._is_exempt(user, channel):
            return
        since = self._core.now() - timedelta(seconds=channel.rate_limit_per_user)
        if any(
            one.author_id == user.id and one.created_at > since
            for one in messages.public(self._core, channel)
        ):
            raise Refused(429, 20016, f"Slow mode: one message in {channel.rate_limit_per_user} s.")

    def _is_exempt(self, user: User, channel: Channel) -> bool:
        exempt = Permission.MANAGE_MESSAGES | Permission.MANAGE_CHANNELS | Permission.BYPASS_SLOWMODE
        return bool(self._core.channel_permissions(channel, user.id) & exempt)

    def delete_message(self, person: Given, *, message_id: Given) -> None:
        """One's own; a stranger's with MANAGE_MESSAGES, and then the audit log tells it."""
        user = self._names.user(person)
        one = self._message(user, message_id)
        if one.author_id != user.id and one.ephemeral_to is None:
            channel = self._world.channel(one.channel_id)
            channels.require(self._core, channel, user.id, Permission.MANAGE_MESSAGES)
        messages.delete(self._core, one)
        if one.author_id == user.id or one.guild_id is None or one.ephemeral_to is not None:
            return
        audit.record(
            self._core,
            self._world.guild(one.guild_id),
            Action.MESSAGE_DELETE,
            actor_id=user.id,
            target_id=one.author_id,
            options={"channel_id": str(one.channel_id), "count": "1"},
        )

    def join(self, person: Given, guild_id: Given = None) -> Member:
        """Someone new, or someone who left; also a name that nobody had until now."""
        user = self.newcomer(person)
        guild = self._guild(guild_id, user) or next(iter(self._world.guilds.values()))
        if user.id in guild.bans:
            raise Refused(403, 40007, f"{user.username} is banned from {guild.name}.")
        if user.id in guild.members:
            return guild.members[user.id]
        return membership.join(self._core, guild, user.id)

    def newcomer(self, name: Given) -> User:
        try:
            return self._names.user(name)
        except UnknownName:
            if as_id(name):
                raise
        if len(str(name)) > LONGEST_NAME:
            raise UnknownName(f"A person's name has at most {LONGEST_NAME} characters.")
        user = User(self._core.ids.next(), str(name).lower(), str(name).title())
        self._world.users[user.id] = user
        return user

    def leave(self, person: Given, guild_id: Given = None) -> None:
        user = self._names.user(person)
        guild = self._here(user, guild_id)
        if user.id == guild.owner_id:
            raise UnknownName(f"{user.username} owns {guild.name} and cannot leave it.")
        membership.leave(self._core, guild, user.id)

    def _here(self, user: User, guild_id: Given) -> Guild:
        guild = self._guild(guild_id, user)
        if guild is None or user.id not in guild.members:
            raise UnknownName(f"{user.username} is not in {guild.name if guild else 'any guild'}.")
        return guild

    def moderate(
        self,
        person: Given,
        action: str,
        target_id: Given,
        *,
        guild_id: Given = None,
        reason: Annotated[str, Within(0, 512)] | None = None,
        seconds: Annotated[float, Within(-YEAR, YEAR)] = A_SHORT_TIMEOUT,
        nick: Annotated[str, Within(0, 32)] | None = None,
        delete_message_seconds: Annotated[int, Within(0, 7 * DAY)] = 0,
    ) -> None:
        """ban, unban, kick, timeout, untimeout or nick. Raises Refused without permission."""
        user, target = self._names.user(person), self._names.user(target_id)
        guild, core = self._here(user, guild_id), self._core
        who: Json = {"actor_id": user.id, "target_id": target.id, "reason": reason}
        until = core.now() + timedelta(seconds=seconds)
        acts: dict[str, Any] = {
            "ban": lambda: moderation.ban(core, guild, **who, delete_message_seconds=delete_message_seconds),
            "unban": lambda: moderation.unban(core, guild, **who),
            "kick": lambda: moderation.kick(core, guild, **who),
            "timeout": lambda: moderation.time_out(core, guild, **who, until=until),
            "untimeout": lambda: moderation.time_out(core, guild, **who, until=None),
            "nick": lambda: moderation.rename(core, guild, **who, nick=nick),
        }
        if action not in acts:
            raise UnknownName(f"There is no action {action!r}; there is {', '.join(acts)}.")
        acts[action]()

    def change_roles(
        self,
        person: Given,
        *,
        user_id: Given,
        guild_id: Given = None,
        add: list[Given] | None = None,
        remove: list[Given] | None = None,
    ) -> Member:
        user, target = self._names.user(person), self._names.user(user_id)
        guild = self._here(user, guild_id)
        added = [self._names.role(guild, each).id for each in add or []]
        removed = {self._names.role(guild, each).id for each in remove or []}
        held = [each for each in self._world.member(guild, target.id).role_ids if each not in removed]
        who: Json = {"actor_id": user.id, "target_id": target.id}
        return moderation.set_roles(self._core, guild, **who, role_ids=[*held, *added])

    def set_channel_permissions(
        self,
        person: Given,
        *,
        channel_id: Given,
        guild_id: Given = None,
        role_id: Given = None,
        user_id: Given = None,
        allow: list[str] | int | str = 0,
        deny: list[str] | int | str = 0,
    ) -> Overwrite:
        """Permissions as Discord's names in a list, or as bits."""
        user = self._names.user(person)
        guild = self._here(user, guild_id)
        channel = self._names.channel(channel_id, guild)
        about = self._names.user(user_id).id if user_id is not None else self._names.role(guild, role_id).id
        overwrite = Overwrite(
            about, 1 if user_id is not None else 0, int(permissions_of(allow)), int(permissions_of(deny))
        )
        channels.set_overwrite(self._core, guild, channel, overwrite, actor_id=user.id)
        return overwrite

    def set_command_permissions(
        self,
        person: Given,
        *,
        command: str,
        guild_id: Given = None,
        allow: list[Given],
        deny: list[Given] | None = None,
    ) -> list[Json]:
        """In the server's settings a command can be opened to, or closed for, people and roles."""
        user = self._names.user(person)
        guild = self._here(user, guild_id)
        if not self._core.guild_permissions(guild, user.id) & Permission.MANAGE_GUILD:
            raise missing_permissions()
        name = command.strip().removeprefix("/").casefold()
        found = next((each for each in self._world.commands.values() if each.name.casefold() == name), None)
        if found is None:
            raise UnknownName(f"There is no command {command!r}.")
        pairs = [(each, True) for each in allow] + [(each, False) for each in deny or []]
        rules = [self._rule(guild, given, allowed) for given, allowed in pairs]
        guild.command_permissions[found.id] = rules
        body = {
            "id": str(found.id),
            "application_id": str(found.application_id),
            "guild_id": str(guild.id),
            "permissions": rules,
        }
        audience = Audience(guild.id, application_id=found.application_id)
        self._core.events.emit("APPLICATION_COMMAND_PERMISSIONS_UPDATE", body, audience)
        audit.record(
            self._core,
            guild,
            Action.COMMAND_PERMISSION_UPDATE,
            actor_id=user.id,
            target_id=found.id,
            options={"application_id": str(found.application_id)},
        )
        return rules

    def _rule(self, guild: Guild, given: Given, allowed: bool) -> Json:
        try:
            return {"id": str(self._names.role(guild, given).id), "type": 1, "permission": allowed}
        except UnknownName:
            return {"id": str(self._names.user(given).id), "type": 2, "permission": allowed}

    def set_preferences(
        self, person: Given, *, dms_closed: bool | None = None, locale: str | None = None
    ) -> Json:
        user = self._names.user(person)
        user.dms_closed = user.dms_closed if dms_closed is None else dms_closed
        user.locale = locale or user.locale
        return {**payloads.user(user), "locale": user.locale, "dms_closed": user.dms_closed}
