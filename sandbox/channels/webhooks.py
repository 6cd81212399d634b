"""Webhooks that bots make for channels, and what is sent through them (reference, "Webhook Resource")."""

import secrets

from sandbox.bot_rows import Webhook
from sandbox.channels import channel_types, channels
from sandbox.core import Core
from sandbox.errors import Refused, bad_webhook_token, too_many, unknown, wrong_channel_type
from sandbox.events import Audience, Intent
from sandbox.files import Upload
from sandbox.forms import Form, as_integer
from sandbox.guilds import audit, changes, payloads
from sandbox.guilds.audit import Action
from sandbox.guilds.naming import tidy
from sandbox.message_rows import Message
from sandbox.messages import messages
from sandbox.messages.drafts import read_draft
from sandbox.messages.image_data import image_hash, read_image
from sandbox.permissions import Permission
from sandbox.rows import Channel, Json
from sandbox.threads import threads
from sandbox.threads.threads import MOST_TAGS, Plan

MOST = 15  # a channel
LONGEST_NAME = 80
FORBIDDEN = ("clyde", "discord")
INCOMING = 1
CHANNELS = channel_types.ALL - {channel_types.CATEGORY}
Files = dict[str, Upload]


def payload(core: Core, one: Webhook, *, with_user: bool = True) -> Json:
    """Who made it is not told to whom the token alone lets in."""
    body: Json = {
        "id": str(one.id),
        "type": INCOMING,
        "guild_id": str(one.guild_id),
        "channel_id": str(one.channel_id),
        "name": one.name,
        "avatar": one.avatar,
        "token": one.token,
        "application_id": str(one.application_id),
        "url": f"{core.url}/api/webhooks/{one.id}/{one.token}",
    }
    return {**body, "user": payloads.user(core.world.user(one.user_id))} if with_user else body


def in_channel(core: Core, channel: Channel) -> list[Webhook]:
    return [each for each in core.world.webhooks.values() if each.channel_id == channel.id]


def with_token(core: Core, webhook_id: int, token: str) -> Webhook | None:
    """None when there is no such webhook; a token that is not its own is refused."""
    one = core.world.webhooks.get(webhook_id)
    if one is not None and not secrets.compare_digest(one.token.encode(), token.encode()):
        raise bad_webhook_token()
    return one


def require(core: Core, one: Webhook, actor_id: int) -> None:
    channels.require(core, core.world.channel(one.channel_id), actor_id, Permission.MANAGE_WEBHOOKS)


def create(
    core: Core, channel: Channel, body: Json, *, actor_id: int, application_id: int, reason: str | None = None
) -> Webhook:
    _require_room(core, channel, actor_id)
    form = Form(body)
    name, avatar = _name(form, "name", required=True), read_image(form, "avatar")
    form.finish()
    one = Webhook(
        id=core.ids.next(),
        guild_id=channels.guild_of(core, channel).id,
        channel_id=channel.id,
        application_id=application_id,
        user_id=actor_id,
        name=name or "",
        token=secrets.token_urlsafe(51),
        avatar=avatar,
    )
    core.world.webhooks[one.id] = one
    _tell(core, one.guild_id, channel.id)
    _note(core, Action.WEBHOOK_CREATE, one, {}, _noted(one), actor_id=actor_id, reason=reason)
    return one


def _require_room(core: Core, channel: Channel, actor_id: int) -> None:
    channels.guild_of(core, channel)
    channels.require(core, channel, actor_id, Permission.MANAGE_WEBHOOKS)
    if channel.type not in CHANNELS:
        raise wrong_channel_type()
    if len(in_channel(core, channel)) >= MOST:
        raise too_many(30007, "webhooks", MOST)


def edit(
    core: Core, one: Webhook, body: Json, *, actor_id: int, may_move: bool = True, reason: str | None = None
) -> Webhook:
    """With the token alone it cannot be moved to another channel."""
    form = Form(body)
    name, avatar = _name(form, "name"), read_image(form, "avatar")
    channel_id = form.snowflake("channel_id") if may_move else None
    form.finish()
    before, left = _noted(one), one.channel_id
    if channel_id is not None and channel_id != left:
        _require_room(core, core.world.channel(channel_id), actor_id)
        one.channel_id = channel_id
    one.name = name or one.name
    one.avatar = avatar if "avatar" in form else one.avatar
    for place in dict.fromkeys((left, one.channel_id)):
        _tell(core, one.guild_id, place)
    _note(core, Action.WEBHOOK_UPDATE, one, before, _noted(one), actor_id=actor_id, reason=reason)
    return one


def delete(core: Core, one: Webhook, *, actor_id: int, reason: str | None = None) -> None:
    """What was sent through it stays."""
    del core.world.webhooks[one.id]
    _tell(core, one.guild_id, one.channel_id)
    _note(core, Action.WEBHOOK_DELETE, one, _noted(one), {}, actor_id=actor_id, reason=reason)


def _name(form: Form, key: str, *, required: bool = False) -> str | None:
    name = form.text(key, least=1, most=LONGEST_NAME, required=required, trimmed=True)
    name = name and tidy(name)
    for word in FORBIDDEN:
        if name and word in name.lower():
            form.wrong(key, "USERNAME_INVALID_CONTAINS", f'Username cannot contain "{word}"')
    return name


def _noted(one: Webhook) -> Json:
    """What the audit log tells of it."""
    return {
        "name": one.name,
        "type": INCOMING,
        "channel_id": str(one.channel_id),
        "avatar_hash": one.avatar,
        "application_id": str(one.application_id),
    }


def _note(
    core: Core, action: Action, one: Webhook, before: Json, after: Json, *, actor_id: int, reason: str | None
) -> None:
    guild, found = core.world.guild(one.guild_id), changes.between(before, after)
    if found:
        audit.record(core, guild, action, actor_id=actor_id, target_id=one.id, reason=reason, changes=found)


def _tell(core: Core, guild_id: int, channel_id: int) -> None:
    body = {"guild_id": str(guild_id), "channel_id": str(channel_id)}
    core.events.emit("WEBHOOKS_UPDATE", body, Audience(guild_id, intent=Intent.GUILD_WEBHOOKS))


def execute(core: Core, one: Webhook, body: Json, files: Files, *, thread_id: int | None = None) -> Message:
    form = Form(body)
    name = _name(form, "username")
    picture = form.url("avatar_url", schemes=("http", "https"))
    title = form.text("thread_name", least=1, most=100)
    tags = form.snowflakes("applied_tags", most=MOST_TAGS) or []
    form.finish()
    draft = read_draft(body, files)
    author: Json = {
        "webhook_id": one.id,
        "application_id": one.application_id,
        "author_name": name or one.name,
        "author_avatar": image_hash(picture.encode())
        if picture
        else one.avatar,  # of its address: nothing is fetched
    }
    place = _place(core, one, title, thread_id)
    if title is None:
        return messages.create(core, place, one.id, draft, answer_to=author)
    plan = Plan(title, applied_tags=tags)
    return threads.publish(core, place, plan, draft, author_id=one.id, answer_to=author)[1]


def _place(core: Core, one: Webhook, title: str | None, thread_id: int | None) -> Channel:
    channel = core.world.channel(one.channel_id)
    if title is not None and channel.type not in channel_types.POSTED:
        raise Refused(400, 220003, "Webhooks can only create threads in forum channels")
    if title is not None and thread_id is not None:
        both = "Webhooks posted to forum channels cannot have both a thread_name and thread_id"
        raise Refused(400, 220002, both)
    if thread_id is not None:
        return _thread(core, one, thread_id)
    if title is None and channel.type in channel_types.POSTED:
        raise Refused(400, 220001, "Webhooks posted to forum channels must have a thread_name or thread_id")
    return channel


def _thread(core: Core, one: Webhook, thread_id: int) -> Channel:
    thread = core.world.channels.get(thread_id)
    if thread is None or thread.parent_id != one.channel_id:
        raise unknown("channel")
    return thread


def message_of(core: Core, one: Webhook, name: str, *, thread_id: int | None = None) -> Message:
    """If this webhook sent it there."""
    channel_id = one.channel_id if thread_id is None else _thread(core, one, thread_id).id
    found = core.world.messages.get(channel_id, {}).get(as_integer(name) or 0)
    if found is None or found.webhook_id != one.id:
        raise unknown("message")
    return found
