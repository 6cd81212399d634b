"""For each documented limit of a message: a body at its edge, one beyond, and where the problem is told."""

V2 = 1 << 15


def text(length):
    return "x" * length


def embed(**fields):
    return {"embeds": [fields]}


def fielded(name=1, value=1):
    return {"name": text(name), "value": text(value)}


def row(*children):
    return {"type": 1, "components": list(children)}


def buttons(number, **more):
    return [{"type": 2, "style": 1, "label": "b", "custom_id": f"b{at}", **more} for at in range(number)]


def button(**more):
    return classic(row({"type": 2, "style": 1, "label": "b", "custom_id": "b", **more}))


def link(**more):
    return classic(row({"type": 2, "style": 5, "label": "l", "url": "https://e.org", **more}))


def option(at=0, **more):
    return {"label": f"o{at}", "value": f"v{at}", **more}


def menu(kind=3, **more):
    options = {"options": [option()]} if kind == 3 else {}
    return classic(row({"type": kind, "custom_id": "m", **options, **more}))


def classic(*components):
    return {"content": "x", "components": list(components)}


def layout(*components):
    return {"flags": V2, "components": list(components)}


def say(length=1):
    return {"type": 10, "content": text(length)}


def section(number=1, accessory=None):
    accessory = accessory or {"type": 11, "media": {"url": "https://e.org/a.png"}}
    return layout({"type": 9, "components": [say() for _ in range(number)], "accessory": accessory})


def thumbnail(**more):
    return section(1, {"type": 11, "media": {"url": "https://e.org/a.png"}, **more})


def gallery(number, **more):
    return layout({"type": 12, "items": [{"media": {"url": "https://e.org/a.png"}, **more}] * number})


def defaults(number, kind="user"):
    return [{"id": str(at + 1), "type": kind} for at in range(number)]


E0 = ["embeds", "0"]
C00 = ["components", "0", "components", "0"]
OPTION = [*C00, "options", "0"]

MESSAGES = {
    "content": ({"content": text(2000)}, {"content": text(2001)}, ["content"]),
    "nonce": ({"content": "x", "nonce": text(25)}, {"content": "x", "nonce": text(26)}, ["nonce"]),
    "embeds": ({"embeds": [{"title": "x"}] * 10}, {"embeds": [{"title": "x"}] * 11}, ["embeds"]),
    "title": (embed(title=text(256)), embed(title=text(257)), [*E0, "title"]),
    "description": (embed(description=text(4096)), embed(description=text(4097)), [*E0, "description"]),
    "fields": (embed(fields=[fielded()] * 25), embed(fields=[fielded()] * 26), [*E0, "fields"]),
    "field name": (embed(fields=[fielded(256)]), embed(fields=[fielded(257)]), [*E0, "fields", "0", "name"]),
    "field value": (
        embed(fields=[fielded(1, 1024)]),
        embed(fields=[fielded(1, 1025)]),
        [*E0, "fields", "0", "value"],
    ),
    "footer": (
        embed(footer={"text": text(2048)}),
        embed(footer={"text": text(2049)}),
        [*E0, "footer", "text"],
    ),
    "author": (embed(author={"name": text(256)}), embed(author={"name": text(257)}), [*E0, "author", "name"]),
    "colour": (embed(title="x", color=0xFFFFFF), embed(title="x", color=0x1000000), [*E0, "color"]),
    "all embeds together": (
        {"embeds": [{"description": text(3000)}] * 2},
        {"embeds": [{"description": text(3000)}, {"description": text(3001)}]},
        ["embeds"],
    ),
    "embed url": (embed(title="x", url="http://e.org"), embed(title="x", url="ftp://e.org"), [*E0, "url"]),
    "image url": (
        embed(image={"url": "https://e.org/a.png"}),
        embed(image={"url": "file:///a.png"}),
        [*E0, "image", "url"],
    ),
    "footer's picture": (
        embed(footer={"text": "x", "icon_url": "https://e.org/a.png"}),
        embed(footer={"text": "x", "icon_url": "no address"}),
        [*E0, "footer", "icon_url"],
    ),
    "allowed users": (
        {"content": "x", "allowed_mentions": {"users": [str(at) for at in range(100)]}},
        {"content": "x", "allowed_mentions": {"users": [str(at) for at in range(101)]}},
        ["allowed_mentions", "users"],
    ),
    "allowed kinds": (
        {"content": "x", "allowed_mentions": {"parse": ["users", "roles", "everyone"]}},
        {"content": "x", "allowed_mentions": {"parse": ["people"]}},
        ["allowed_mentions", "parse", "0"],
    ),
    "parse and users exclude each other": (
        {"content": "x", "allowed_mentions": {"parse": ["roles"], "users": ["1"]}},
        {"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["1"]}},
        ["allowed_mentions"],
    ),
    "attachment's description": (
        {"content": "x", "attachments": []},
        {"content": "x", "attachments": [{"id": "0", "description": text(1025)}]},
        ["attachments", "0", "description"],
    ),
    "stickers": (
        {"content": "x", "sticker_ids": []},
        {"content": "x", "sticker_ids": ["1", "2", "3", "4"]},
        ["sticker_ids"],
    ),
    "rows": (classic(*map(row, buttons(5))), classic(*map(row, buttons(6))), ["components"]),
    "buttons in a row": (
        classic(row(*buttons(5))),
        classic(row(*buttons(6))),
        ["components", "0", "components"],
    ),
    "label": (button(label=text(80)), button(label=text(81)), [*C00, "label"]),
    "custom id": (button(custom_id=text(100)), button(custom_id=text(101)), [*C00, "custom_id"]),
    "style": (button(style=4), button(style=7), [*C00, "style"]),
    "disabled": (button(disabled=True), button(disabled="yes"), [*C00, "disabled"]),
    "link": (
        link(url=f"https://e.org/{text(498)}"),
        link(url=f"https://e.org/{text(499)}"),
        [*C00, "url"],
    ),
    "a link has no id": (link(), link(custom_id="l"), [*C00, "custom_id"]),
    "only a link has an address": (button(), button(url="https://e.org"), [*C00, "url"]),
    "a link leads to the web": (link(url="discord://x"), link(url="javascript://x"), [*C00, "url"]),
    "a premium button has a sku alone": (
        classic(row({"type": 2, "style": 6, "sku_id": "1"})),
        classic(row({"type": 2, "style": 6, "sku_id": "1", "label": "x"})),
        [*C00, "label"],
    ),
    "a premium button needs its sku": (
        classic(row({"type": 2, "style": 6, "sku_id": "1"})),
        classic(row({"type": 2, "style": 6})),
        [*C00, "sku_id"],
    ),
    "a button says something": (
        button(label=None, emoji={"name": "🔥"}),
        button(label=None),
        [*C00, "label"],
    ),
    "custom ids differ": (
        classic(row(*buttons(2))),
        classic(row(*buttons(2, custom_id="same"))),
        ["components"],
    ),
    "ids differ": (
        classic(row(*buttons(1, id=7)), row(*buttons(1, custom_id="c", id=8))),
        classic(row(*buttons(1, id=7)), row(*buttons(1, custom_id="c", id=7))),
        ["components"],
    ),
    "a menu stands alone": (
        menu(),
        classic(row({"type": 5, "custom_id": "u"}, *buttons(1))),
        ["components", "0", "components"],
    ),
    "a row of a message has no text input": (
        menu(),
        classic(row({"type": 4, "custom_id": "t", "style": 1, "label": "x"})),
        [*C00, "type"],
    ),
    "options": (
        menu(options=[option(at) for at in range(25)]),
        menu(options=[option(at) for at in range(26)]),
        [*C00, "options"],
    ),
    "option's label": (
        menu(options=[option(label=text(100))]),
        menu(options=[option(label=text(101))]),
        [*OPTION, "label"],
    ),
    "option's value": (
        menu(options=[option(value=text(100))]),
        menu(options=[option(value=text(101))]),
        [*OPTION, "value"],
    ),
    "option's description": (
        menu(options=[option(description=text(100))]),
        menu(options=[option(description=text(101))]),
        [*OPTION, "description"],
    ),
    "placeholder": (menu(placeholder=text(150)), menu(placeholder=text(151)), [*C00, "placeholder"]),
    "fewest values": (
        menu(5, min_values=25, max_values=25),
        menu(5, min_values=26, max_values=25),
        [*C00, "min_values"],
    ),
    "most values": (menu(6, max_values=25), menu(6, max_values=26), [*C00, "max_values"]),
    "no more fewest than most values": (
        menu(8, min_values=2, max_values=2),
        menu(8, min_values=3, max_values=2),
        [*C00, "min_values"],
    ),
    "default values": (
        menu(5, max_values=25, default_values=defaults(25)),
        menu(5, max_values=25, default_values=defaults(26)),
        [*C00, "default_values"],
    ),
    "as many defaults as may be chosen": (
        menu(7, max_values=2, default_values=[*defaults(1), *defaults(1, "role")]),
        menu(7, max_values=1, default_values=[*defaults(1), *defaults(1, "role")]),
        [*C00, "default_values"],
    ),
    "defaults of the menu's kind": (
        menu(8, default_values=defaults(1, "channel")),
        menu(8, default_values=defaults(1, "user")),
        [*C00, "default_values", "0", "type"],
    ),
    "components": (layout(*[say()] * 40), layout(*[say()] * 41), ["components"]),
    "components with those inside": (
        layout({"type": 17, "components": [say()] * 39}),
        layout({"type": 17, "components": [say()] * 40}),
        ["components"],
    ),
    "text": (layout(say(4000)), layout(say(4001)), ["components", "0", "content"]),
    "all texts together": (
        layout(say(2000), {"type": 17, "components": [say(2000)]}),
        layout(say(2000), {"type": 17, "components": [say(2001)]}),
        ["components"],
    ),
    "texts of a section": (section(3), section(4), ["components", "0", "components"]),
    "thumbnail's description": (
        thumbnail(description=text(1024)),
        thumbnail(description=text(1025)),
        ["components", "0", "accessory", "description"],
    ),
    "gallery": (gallery(10), gallery(11), ["components", "0", "items"]),
    "a picture's description": (
        gallery(1, description=text(1024)),
        gallery(1, description=text(1025)),
        ["components", "0", "items", "0", "description"],
    ),
    "separator": (
        layout(say(), {"type": 14, "spacing": 2}),
        layout(say(), {"type": 14, "spacing": 3}),
        ["components", "1", "spacing"],
    ),
    "container's colour": (
        layout({"type": 17, "accent_color": 0xFFFFFF, "components": [say()]}),
        layout({"type": 17, "accent_color": 0x1000000, "components": [say()]}),
        ["components", "0", "accent_color"],
    ),
    "a container holds no container": (
        layout({"type": 17, "components": [say()]}),
        layout({"type": 17, "components": [{"type": 17, "components": [say()]}]}),
        [*C00, "type"],
    ),
    "a file is attached": (
        layout(say()),
        layout({"type": 13, "file": {"url": "https://e.org/a.txt"}}),
        ["components", "0", "file", "url"],
    ),
    "and there": (layout(say()), layout({"type": 13, "file": {"url": "attachment://a.txt"}}), ["components"]),
    "a layout has no content": (layout(say()), {**layout(say()), "content": "x"}, ["content"]),
    "a layout has no embeds": (layout(say()), {**layout(say()), "embeds": [{"title": "x"}]}, ["embeds"]),
    "only a layout has texts": (layout(say()), {"components": [say()]}, ["components", "0", "type"]),
    "a reply's message": (
        {"content": "x"},
        {"content": "x", "message_reference": {"channel_id": "1"}},
        ["message_reference", "message_id"],
    ),
}


def problem_at(told, where):
    assert told["code"] == 50035, told
    node = told["errors"]
    for key in where:
        assert key in node, (key, told["errors"])
        node = node[key]
    assert node["_errors"][0]["message"]
    return node["_errors"][0]["code"]
