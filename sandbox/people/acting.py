"""A person writes, comes, goes, and moderates by hand, as in Discord's own client."""

from datetime import timedelta
from typing import Annotated, Any

from sandbox.automod.automod_execution import screen_profile, screened
from sandbox.channels import channels, slowmode
from sandbox.clock import timestamp
from sandbox.errors import Refused, UnknownName, missing_permissions
from sandbox.events import Audience
from sandbox.fitting import Within, quoted
from sandbox.guilds import audit, invites, members, membership, moderation, payloads
from sandbox.guilds.audit import Action
from sandbox.guilds.naming import is_username
from sandbox.interactions.options import upload_in
from sandbox.locales import LOCALES
from sandbox.message_rows import Message
from sandbox.messages import messages
from sandbox.messages.drafts import read_draft
from sandbox.names import as_id
from sandbox.people.places import Given, Places
from sandbox.permissions import Permission, to_speak_in
from sandbox.rows import Channel, Guild, Json, Member, User
from sandbox.seeds.founding import installed_with
from sandbox.threads import archiving

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
        """Write; `to` names a bot for a direct message."""
        user = self._names.user(person)
        bot = None if to is None else self._names.user(to)
        channel = self.direct(user, bot) if bot else self.channel(user, guild_id, channel_id)
        files = {str(at): upload_in(each) for at, each in enumerate(attachments or [])}
        self._may_send(user, channel, with_files=bool(files))
        body: Json = {"content": content}
        if reply_to is not None:
            body["message_reference"] = {"message_id": str(as_id(reply_to))}
        draft = read_draft(body, files)
        sent = screened(
            self._core,
            channel,
            user.id,
            content,
            lambda: messages.create(self._core, channel, user.id, draft),
        )
        slowmode.note(self._core, channel, user)
        return sent

    def _may_send(self, user: User, channel: Channel, *, with_files: bool) -> None:
        needed = to_speak_in(channel)
        if with_files:
            needed |= Permission.ATTACH_FILES
        channels.require(self._core, channel, user.id, needed)
        slowmode.refuse_too_soon(self._core, channel, user)

    def delete_message(self, person: Given, *, message_id: Given) -> None:
        """Delete one's own message; a stranger's with MANAGE_MESSAGES, and then the audit log tells it."""
        user = self._names.user(person)
        one = self._message(user, message_id)
        if one.author_id != user.id and one.ephemeral_to is None:
            channel = self._world.channel(one.channel_id)
            channels.require(self._core, channel, user.id, Permission.MANAGE_MESSAGES)
        archiving.refuse_deleting(self._core, self._world.channel(one.channel_id), user.id)
        messages.delete(self._core, one)
        if one.author_id == user.id or one.guild_id is None or one.ephemeral_to is not None:
            return
        audit.tally(
            self._core,
            self._world.guild(one.guild_id),
            Action.MESSAGE_DELETE,
            actor_id=user.id,
            target_id=one.author_id,
            options={"channel_id": str(one.channel_id)},
        )

    def join(self, person: Given, guild_id: Given = None, *, invite: str | None = None) -> Member:
        """Someone new, or someone who left; also a name that nobody had until now. An invite leads to its guild.
        A bot is installed, by the owner."""
        way = invites.find(self._core, invite.rsplit("/", 1)[-1]) if invite else None
        user = self.newcomer(person)
        guild = self._guild(way.guild_id if way else guild_id, user) or next(
            iter(self._world.guilds.values())
        )
        if user.id in guild.bans:
            raise Refused(403, 40007, f"{user.username} is banned from {guild.name}.")
        if user.id in guild.members:
            return guild.members[user.id]
        application = self._world.application_of(user.id)
        if application:
            return membership.add_bot(
                self._core,
                guild,
                application,
                permissions=installed_with(application),
                actor_id=guild.owner_id,
            )
        if way:
            invites.use(self._core, way)
        brings: Json = {"role_ids": way.role_ids, "temporary": way.temporary} if way else {}
        member = membership.join(self._core, guild, user.id, **brings)
        screen_profile(self._core, guild, member)
        return member

    def newcomer(self, name: Given) -> User:
        try:
            return self._names.user(name)
        except UnknownName:
            if as_id(name):
                raise
        if len(str(name)) > LONGEST_NAME:
            raise UnknownName(f"A person's name has at most {LONGEST_NAME} characters.")
        if not is_username(username := str(name).lower()) or "/" in username:
            raise UnknownName(f"Discord lets nobody be called {quoted(str(name))}.")
        user = User(self._core.ids.next(), username, str(name).title())
        self._world.users[user.id] = user
        return user

    def leave(self, person: Given, guild_id: Given = None) -> None:
        """Go out of a server."""
        user = self._names.user(person)
        guild = self._here(user, guild_id)
        if user.id == guild.owner_id:
            raise UnknownName(f"{user.username} owns {guild.name} and cannot leave it.")
        membership.leave(self._core, guild, user.id)

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
    ) -> Json:
        """ban, unban, kick, timeout, untimeout or nick. Raises Refused without permission.

        Tells whom and where, and until when somebody is timed out.
        """
        user, target = self._names.user(person), self._names.user(target_id)
        guild, core = self._here(user, guild_id), self._core
        who: Json = {"actor_id": user.id, "target_id": target.id, "reason": reason}
        until, held = core.now() + timedelta(seconds=seconds), "communication_disabled_until"
        acts: dict[str, Any] = {
            "ban": lambda: moderation.ban(core, guild, **who, delete_message_seconds=delete_message_seconds),
            "unban": lambda: moderation.unban(core, guild, **who),
            "kick": lambda: moderation.kick(core, guild, **who),
            "timeout": lambda: members.edit(core, guild, {held: until}, **who),
            "untimeout": lambda: members.edit(core, guild, {held: None}, **who),
            "nick": lambda: members.edit(core, guild, {"nick": nick}, **who),
        }
        if action not in acts:
            raise UnknownName(f"There is no action {action!r}; there is {', '.join(acts)}.")
        acts[action]()
        if action == "nick" and user.id == target.id:
            screen_profile(core, guild, guild.members[user.id])
        member = guild.members.get(target.id)
        held_until = member.communication_disabled_until if member else None
        return {
            "guild_id": str(guild.id),
            "user": payloads.user(target),
            held: timestamp(held_until) if held_until else None,
        }

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
        before = guild.command_permissions.get(found.id, [])
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
            changes=_permission_changes(before, rules),
            options={"application_id": str(found.application_id)},
        )
        return rules

    def _rule(self, guild: Guild, given: Given, allowed: bool) -> Json:
        try:
            return {"id": str(self._names.role(guild, given).id), "type": 1, "permission": allowed}
        except UnknownName:
            return {"id": str(self._names.user(given).id), "type": 2, "permission": allowed}

    def set_preferences(
        self,
        person: Given,
        *,
        dms_closed: bool | None = None,
        locale: str | None = None,
        blocked: list[Given] | None = None,
    ) -> Json:
        """Close direct messages, choose a language; `blocked` lists all whom this person blocks from now on."""
        user = self._names.user(person)
        if locale is not None and locale not in LOCALES:
            raise UnknownName(f"There is no locale {quoted(locale)}; there is {', '.join(sorted(LOCALES))}.")
        if blocked is not None:
            user.blocked_ids = tuple(self._names.user(each).id for each in blocked)
        user.dms_closed = user.dms_closed if dms_closed is None else dms_closed
        user.locale = user.locale if locale is None else locale
        told = {"locale": user.locale, "dms_closed": user.dms_closed}
        return {**payloads.user(user), **told, "blocked": [str(each) for each in user.blocked_ids]}


def _permission_changes(before: list[Json], after: list[Json]) -> list[Json]:
    """Each under the id of the role or person that it is about (audit log, "Audit Log Change Exceptions")."""
    old, new = ({each["id"]: each for each in rules} for rules in (before, after))
    sides = (("old_value", old), ("new_value", new))
    return [
        {"key": key, **{side: rules[key] for side, rules in sides if key in rules}}
        for key in {**old, **new}
        if old.get(key) != new.get(key)
    ]
