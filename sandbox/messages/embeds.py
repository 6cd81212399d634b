"""Embeds: Discord's limits, and what it makes of them (reference, "Embed Limits")."""

from datetime import UTC
from typing import Any

from sandbox.core import Core
from sandbox.forms import Form
from sandbox.message_rows import Attachment
from sandbox.messages.links import own_path
from sandbox.rows import Json

MOST_EMBEDS = 10
MOST_CHARACTERS = 6000
LIMITS = {"title": 256, "description": 4096}
PAGES = ("http", "https")
PICTURES = ("http", "https", "attachment")


def read_embeds(form: Form) -> list[Json] | None:
    """Spaces around a text do not count, and are cut off."""
    if form.array("embeds", most=MOST_EMBEDS) is None:
        return None
    embeds = [_read(embed) for embed in form.forms("embeds")]
    if not form.problems and sum(map(characters, embeds)) > MOST_CHARACTERS:
        form.wrong("embeds", "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of 6000")
    return embeds


def _read(form: Form) -> Json:
    embed: Json = {"type": "rich"}
    for key, most in LIMITS.items():
        _put(embed, key, form.text(key, most=most, trimmed=True) or None)
    _put(embed, "url", form.url("url", schemes=PAGES))
    _put(embed, "color", form.integer("color", least=0, most=0xFFFFFF))
    moment = form.moment("timestamp")
    if moment:
        embed["timestamp"] = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).isoformat()
    _put(embed, "footer", _named(form, "footer", "text", 2048))
    _put(embed, "author", _named(form, "author", "name", 256, linked=True))
    for key in ("image", "thumbnail"):
        _put(embed, key, _media(form.inner(key)))
    form.array("fields", most=25)
    fields = [_field(field) for field in form.forms("fields")]
    _put(embed, "fields", fields or None)
    return embed


def _put(embed: Json, key: str, value: Any) -> None:
    if value is not None:
        embed[key] = value


def _field(form: Form) -> Json:
    name = form.text("name", most=256, least=1, required=True, trimmed=True)
    value = form.text("value", most=1024, least=1, required=True, trimmed=True)
    return {"name": name, "value": value, "inline": form.boolean("inline")}


def _named(form: Form, key: str, text_key: str, most: int, *, linked: bool = False) -> Json | None:
    inner = form.inner(key)
    if inner is None:
        return None
    named: Json = {text_key: inner.text(text_key, most=most, required=True, trimmed=True)}
    if linked:
        _put(named, "url", inner.url("url", schemes=PAGES))
    _put(named, "icon_url", inner.url("icon_url", schemes=PICTURES))
    return named


def _media(form: Form | None) -> Json | None:
    if form is None:
        return None
    url = form.url("url", schemes=PICTURES, required=True)
    return {"url": url, "proxy_url": url, "width": 0, "height": 0, "flags": 0}


def characters(embed: Json) -> int:
    fields = embed.get("fields", [])
    texts = [embed.get("title"), embed.get("description")]
    texts += [embed.get("footer", {}).get("text"), embed.get("author", {}).get("name")]
    texts += [field[key] for field in fields for key in ("name", "value")]
    return sum(len(text) for text in texts if text)


def use_attachments(core: Core, embeds: list[Json], files: dict[str, Attachment]) -> None:
    """`attachment://name`, or an older link to an own file, becomes the file's path; a reader gets a fresh link."""
    for embed in embeds:
        for key in ("image", "thumbnail"):
            if key in embed:
                _use(core, embed[key], "url", files)
        for key in ("footer", "author"):
            if key in embed:
                _use(core, embed[key], "icon_url", files)


def _use(core: Core, place: Json, key: str, files: dict[str, Attachment]) -> None:
    url = str(place.get(key) or "")
    file = files.get(url.removeprefix("attachment://")) if url.startswith("attachment://") else None
    path = file.path if file else own_path(core, url)
    if path is None:
        return
    place[key] = path
    place["proxy_url" if key == "url" else "proxy_icon_url"] = path
    if file and key == "url":
        place.update(width=file.width or 0, height=file.height or 0)
