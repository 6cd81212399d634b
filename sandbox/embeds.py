"""Embeds: Discord's limits, and what it makes of them (reference, "Embed Limits")."""

from typing import Any

from sandbox.forms import Form
from sandbox.rows import Json

MOST_EMBEDS = 10
MOST_CHARACTERS = 6000
LIMITS = {"title": 256, "description": 4096}


def read_embeds(form: Form) -> list[Json] | None:
    if form.array("embeds", most=MOST_EMBEDS) is None:
        return None
    embeds = [_read(embed) for embed in form.forms("embeds")]
    if sum(map(characters, embeds)) > MOST_CHARACTERS:
        form.wrong("embeds", "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of 6000")
    return embeds


def _read(form: Form) -> Json:
    embed: Json = {"type": "rich"}
    for key, most in LIMITS.items():
        _put(embed, key, form.text(key, most=most))
    _put(embed, "url", form.text("url", most=2048))
    _put(embed, "color", form.integer("color", least=0, most=0xFFFFFF))
    moment = form.moment("timestamp")
    _put(embed, "timestamp", moment.isoformat() if moment else None)
    _put(embed, "footer", _named(form, "footer", "text", 2048))
    _put(embed, "author", _named(form, "author", "name", 256))
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
    name = form.text("name", most=256, least=1, required=True)
    value = form.text("value", most=1024, least=1, required=True)
    return {"name": name, "value": value, "inline": form.boolean("inline")}


def _named(form: Form, key: str, text_key: str, most: int) -> Json | None:
    inner = form.inner(key)
    if inner is None:
        return None
    named: Json = {text_key: inner.text(text_key, most=most, required=True)}
    for url_key in ("url", "icon_url"):
        _put(named, url_key, inner.text(url_key, most=2048))
    return named


def _media(form: Form | None) -> Json | None:
    if form is None:
        return None
    url = form.text("url", most=2048, required=True)
    return {"url": url, "proxy_url": url, "width": 0, "height": 0, "flags": 0}


def characters(embed: Json) -> int:
    fields = embed.get("fields", [])
    texts = [embed.get("title"), embed.get("description")]
    texts += [embed.get("footer", {}).get("text"), embed.get("author", {}).get("name")]
    texts += [field[key] for field in fields for key in ("name", "value")]
    return sum(len(text) for text in texts if text)


def use_attachments(embeds: list[Json], urls: dict[str, Json]) -> None:
    """`attachment://name` becomes the address, with the image's measures."""
    for embed in embeds:
        for key in ("image", "thumbnail"):
            if key in embed:
                _use(embed[key], "url", urls)
        for key in ("footer", "author"):
            if key in embed:
                _use(embed[key], "icon_url", urls)


def _use(place: Json, key: str, urls: dict[str, Json]) -> None:
    name = str(place.get(key, "")).removeprefix("attachment://")
    found = urls.get(name)
    if found is None or name == place.get(key):
        return
    place[key] = found["url"]
    place["proxy_url" if key == "url" else "proxy_icon_url"] = found["url"]
    if key == "url":
        place.update(width=found.get("width", 0), height=found.get("height", 0))
