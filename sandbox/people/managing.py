"""A person makes, changes and removes channels and roles by hand, as in the client's settings."""

from typing import Annotated

from sandbox.channels import channel_editing, channel_forms, channel_types, channels, overwrites
from sandbox.errors import UnknownName
from sandbox.fitting import Within
from sandbox.forms import Form
from sandbox.guilds import members, payloads, roles
from sandbox.people.places import Given, Places
from sandbox.rows import Guild, Json, Overwrite, Role
from sandbox.seeds.founding import permissions_of

Name = Annotated[str, Within(1, 100)]
Seconds = Annotated[int, Within(0, channel_forms.MOST_SLOWMODE)]


class Managing(Places):
    def manage_channel(
        self,
        person: Given,
        action: str,
        *,
        guild_id: Given = None,
        channel_id: Given = None,
        name: Name | None = None,
        type: str | None = None,  # noqa: A002 - Discord's word for it, and so the body's
        topic: str | None = None,
        category: Given = None,
        position: int | None = None,
        nsfw: bool | None = None,
        slowmode: Seconds | None = None,
        bitrate: int | None = None,
        user_limit: int | None = None,
    ) -> Json:
        """create (`type` by its name), edit or delete a channel. Raises Refused without permission."""
        user, core = self._names.user(person), self._core
        guild = self._here(user, guild_id)
        home = None if category is None else self._names.channel(category, guild).id
        body: Json = {
            "name": name,
            "type": None if type is None else _named(type, channel_types.NAMES, "type of channel"),
            "topic": topic,
            "parent_id": home,
            "position": position,
            "nsfw": nsfw,
            "rate_limit_per_user": slowmode,
            "bitrate": bitrate,
            "user_limit": user_limit,
        }
        form = Form({key: value for key, value in body.items() if value is not None})
        if action == "create":
            wanted = channel_forms.new(form, guild)
            form.finish()
            made = channel_editing.create(core, guild, wanted, actor_id=user.id)
            return payloads.channel(core.world, made)
        channel = self._names.channel(channel_id, guild)
        if action == "delete":
            channels.remove(core, guild, channel, actor_id=user.id)
        elif action == "edit":
            wanted = channel_forms.changed(form, guild, channel)
            form.finish()
            channel_editing.edit(core, guild, channel, wanted, actor_id=user.id)
        else:
            raise _unknown_action(action)
        return payloads.channel(core.world, channel)

    def manage_role(
        self,
        person: Given,
        action: str,
        *,
        guild_id: Given = None,
        role_id: Given = None,
        name: Name | None = None,
        permissions: list[str] | int | str | None = None,
        color: int | None = None,
        hoist: bool | None = None,
        mentionable: bool | None = None,
        position: int | None = None,
    ) -> Json:
        """create, edit or delete a role. Permissions as Discord's names in a list, or as bits."""
        user, core = self._names.user(person), self._core
        guild = self._here(user, guild_id)
        body: Json = {
            "name": name,
            "permissions": None if permissions is None else int(permissions_of(permissions)),
            "color": color,
            "hoist": hoist,
            "mentionable": mentionable,
        }
        wanted = roles.read(Form({key: value for key, value in body.items() if value is not None}))
        if action == "create":
            role = roles.create(core, guild, wanted, actor_id=user.id)
        elif action in ("edit", "delete"):
            role = self._names.role(guild, role_id)
        else:
            raise _unknown_action(action)
        if action == "delete":
            roles.remove(core, guild, role, actor_id=user.id)
            return _role(guild, role)
        if action == "edit" and wanted:
            roles.edit(core, guild, role, wanted, actor_id=user.id)
        if position is not None:
            roles.move(core, guild, {role.id: position}, actor_id=user.id)
        return _role(guild, role)

    def change_roles(
        self,
        person: Given,
        *,
        user_id: Given,
        guild_id: Given = None,
        add: list[Given] | None = None,
        remove: list[Given] | None = None,
    ) -> Json:
        """Give roles to a member, and take others away; tells which they have then."""
        user, target = self._names.user(person), self._names.user(user_id)
        guild = self._here(user, guild_id)
        added = [self._names.role(guild, each).id for each in add or []]
        removed = {self._names.role(guild, each).id for each in remove or []}
        held = [each for each in self._world.member(guild, target.id).role_ids if each not in removed]
        who: Json = {"actor_id": user.id, "target_id": target.id}
        member = members.edit(self._core, guild, {"role_ids": [*held, *added]}, **who)
        names = [guild.roles[each].name for each in member.role_ids]
        return {**payloads.member(self._world, member), "guild_id": str(guild.id), "role_names": names}

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
        """What a role or person may in a channel: permissions as Discord's names in a list, or as bits."""
        user = self._names.user(person)
        guild = self._here(user, guild_id)
        channel = self._names.channel(channel_id, guild)
        about = self._names.user(user_id).id if user_id is not None else self._names.role(guild, role_id).id
        overwrite = Overwrite(
            about, 1 if user_id is not None else 0, int(permissions_of(allow)), int(permissions_of(deny))
        )
        overwrites.put(self._core, guild, channel, overwrite, actor_id=user.id)
        return overwrite


def _named(given: str, names: dict[str, int], what: str) -> int:
    if given.casefold() not in names:
        raise UnknownName(f"There is no {what} {given!r}; there is {', '.join(names)}.")
    return names[given.casefold()]


def _role(guild: Guild, role: Role) -> Json:
    return {**payloads.role(role), "guild_id": str(guild.id)}


def _unknown_action(action: str) -> UnknownName:
    return UnknownName(f"There is no action {action!r}; there is create, edit, delete.")
