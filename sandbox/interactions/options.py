"""Options as a person's client lets them through: types, ranges, lengths, choices; and what they resolve to."""

import base64
import math
from collections.abc import Callable
from typing import Any

from sandbox.core import Core
from sandbox.errors import UnknownName
from sandbox.files import LIMIT, Upload
from sandbox.forms import as_integer
from sandbox.guilds import payloads
from sandbox.interactions.command_specs import (
    ATTACHMENT,
    BOOLEAN,
    CHANNEL_OPTION,
    INTEGER,
    MENTIONABLE,
    NUMBER,
    ROLE_OPTION,
    STRING,
    USER_OPTION,
)
from sandbox.message_rows import Message
from sandbox.messages.message_payloads import attachment, message
from sandbox.names import Names
from sandbox.rows import Channel, Guild, Json

MOST_SAFE_INTEGER = 2**53
MOST_TEXT = 6000


class Unacceptable(Exception):
    """The client would not send this; the sentence says why."""


class Resolved:
    """The objects that an interaction's options name, each once."""

    def __init__(self, core: Core, application_id: int, channel: Channel, person_id: int) -> None:
        self.core = core
        self.names = Names(core.world)
        self.application_id = application_id
        self.channel = channel
        self.guild: Guild | None = core.world.guild_of(channel)
        self.person_id = person_id
        self.found: Json = {}

    def _put(self, kind: str, one_id: int, body: Json) -> str:
        self.found.setdefault(kind, {})[str(one_id)] = body
        return str(one_id)

    def user(self, given: object) -> str:
        user = self.names.user(given)
        member = self.guild.members.get(user.id) if self.guild else None
        if self.guild and member:
            permissions = self.core.channel_permissions(self.channel, user.id)
            self._put("members", user.id, payloads.resolved_member(member, permissions))
        return self._put("users", user.id, payloads.user(user))

    def role(self, given: object) -> str:
        role = self.names.role(self.guild, given)
        return self._put("roles", role.id, payloads.role(role))

    def channel_option(self, given: object, types: list[int]) -> str:
        channel = self.names.channel(given, self.guild)
        permissions = self.core.channel_permissions(channel, self.person_id)
        if not permissions:
            raise UnknownName(f"There is no channel {given!r} that this person sees.")
        if types and channel.type not in types:
            raise Unacceptable(f"#{channel.name} is not of a type that this option takes.")
        body = payloads.channel(self.core.world, channel)
        return self._put("channels", channel.id, {**body, "permissions": str(int(permissions))})

    def mentionable(self, given: object) -> str:
        try:
            return self.user(given)
        except UnknownName:
            return self.role(given)

    def upload(self, given: object) -> str:
        upload = upload_in(given)
        if len(upload.content) > LIMIT:
            raise Unacceptable(f"{upload.filename} is larger than {LIMIT} bytes.")
        kept = self.core.files.keep(
            upload, attachment_id=self.core.ids.next(), owner_id=self.application_id, ephemeral=True
        )
        return self._put("attachments", kept.id, attachment(self.core, kept))

    def message(self, one: Message) -> str:
        reader = self.core.world.applications[self.application_id].bot_user_id
        return self._put("messages", one.id, message(self.core, one, reader))


def upload_in(given: object) -> Upload:
    """Raises Unacceptable."""
    if isinstance(given, str) and given.startswith("@"):
        raise Unacceptable(f"there is no file {given[1:]!r}.")
    if not isinstance(given, dict) or not _is_text(given.get("filename")):
        raise Unacceptable('An attachment is given as {"filename": ..., "base64": ...}.')
    if not isinstance(given.get("content_type"), str | None):
        raise Unacceptable("The attachment's content_type must be a text.")
    try:
        content = base64.b64decode(given.get("base64", ""), validate=True)
    except (ValueError, TypeError) as wrong:
        raise Unacceptable("The attachment's base64 cannot be read.") from wrong
    return Upload(given["filename"], content, given.get("content_type"))


def _is_text(given: object) -> bool:
    return isinstance(given, str) and bool(given)


def read_options(
    resolved: Resolved, options: list[Json], given: Json, focused: str | None = None
) -> list[Json]:
    """In the command's own order. With `focused` (autocomplete) half-written values pass."""
    by_name = {option["name"]: option for option in options}
    for name in given:
        if name not in by_name:
            raise Unacceptable(f"There is no option {name}; it has {', '.join(by_name) or 'none'}.")
    read = []
    for option in options:
        name = option["name"]
        if given.get(name) is not None or name == focused:
            read.append(_read(resolved, option, given.get(name), name == focused))
        elif option.get("required") and focused is None:
            raise Unacceptable(f"The option {name} is required.")
    return read


def _read(resolved: Resolved, option: Json, value: object, is_focused: bool) -> Json:
    if is_focused:
        typed = "" if value is None else str(value)
        return {"name": option["name"], "type": option["type"], "value": typed, "focused": True}
    try:
        accepted = _ACCEPT[option["type"]](resolved, option, value)
    except (UnknownName, Unacceptable) as wrong:
        raise Unacceptable(f"Option {option['name']}: {wrong}") from wrong
    return {"name": option["name"], "type": option["type"], "value": accepted}


def _choice(option: Json, value: Any) -> Any:
    choices = option.get("choices") or []
    for choice in choices:
        if value in (choice["value"], choice["name"]):
            return choice["value"]
    if choices:
        raise Unacceptable(f"{value!r} is none of {', '.join(str(choice['name']) for choice in choices)}.")
    return value


def _text(_resolved: Resolved, option: Json, value: object) -> str:
    if isinstance(value, dict | list):
        raise Unacceptable("it must be a text.")
    text = str(_choice(option, str(value)))
    least, most = option.get("min_length") or 0, option.get("max_length") or MOST_TEXT
    if not least <= len(text) <= most:
        raise Unacceptable(f"it must have {least} to {most} characters, not {len(text)}.")
    if not text:
        raise Unacceptable("it must not be empty.")
    return text


def _integer(_resolved: Resolved, option: Json, value: object) -> int:
    value = _choice(option, value)
    number = as_integer(value)
    if number is None or abs(number) > MOST_SAFE_INTEGER:
        raise Unacceptable(f"{value!r} is not a whole number.")
    _check_range(option, number)
    return number


def _number(_resolved: Resolved, option: Json, value: Any) -> float:
    value = _choice(option, value)
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError) as wrong:
        raise Unacceptable(f"{value!r} is not a number.") from wrong
    if not math.isfinite(number):
        raise Unacceptable(f"{value!r} is not a number.")
    _check_range(option, number)
    return number


def _check_range(option: Json, number: float) -> None:
    least, most = option.get("min_value"), option.get("max_value")
    if least is not None and number < least:
        raise Unacceptable(f"{number} is below {least}.")
    if most is not None and number > most:
        raise Unacceptable(f"{number} is above {most}.")


def _boolean(_resolved: Resolved, _option: Json, value: object) -> bool:
    known = {True: True, False: False, "true": True, "false": False, "yes": True, "no": False}
    if not isinstance(value, bool | str) or value not in known:
        raise Unacceptable(f"{value!r} is neither true nor false.")
    return known[value]


_ACCEPT: dict[int, Callable[[Resolved, Json, Any], Any]] = {
    STRING: _text,
    INTEGER: _integer,
    BOOLEAN: _boolean,
    USER_OPTION: lambda resolved, _, value: resolved.user(value),
    CHANNEL_OPTION: lambda resolved, option, value: resolved.channel_option(
        value, option.get("channel_types") or []
    ),
    ROLE_OPTION: lambda resolved, _, value: resolved.role(value),
    MENTIONABLE: lambda resolved, _, value: resolved.mentionable(value),
    NUMBER: _number,
    ATTACHMENT: lambda resolved, _, value: resolved.upload(value),
}
