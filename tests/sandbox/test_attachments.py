"""Files: their links run out, and are made good again; sizes, names, types and measures are as Discord tells them."""

import io
import struct
import zlib
from urllib.parse import parse_qs, urlsplit

import aiohttp
import discord
import pytest

from sandbox.files import LIMIT, clean_name
from sandbox.images import measures

DAY = 24 * 3600


def png(width, height):
    head = struct.pack(">II5B", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + head + struct.pack(">I", zlib.crc32(head))


def file(content=b"bytes", name="a.txt", **more):
    return discord.File(io.BytesIO(content), name, **more)


async def fetch(http, url):
    async with http.get(url) as response:
        return response.status, await response.read()


async def test_a_link_is_good_for_a_day_and_fresh_whenever_the_message_is_read(timed, clock, login, http):
    async with login(timed) as bot:
        sent = await bot.channel().send(file=file())
        old = sent.attachments[0].url
        asked = parse_qs(urlsplit(old).query)
        assert int(asked["ex"][0], 16) - int(asked["is"][0], 16) == DAY
        assert int(asked["is"][0], 16) == int(clock.now().timestamp())
        clock.advance(DAY - 1)
        assert await fetch(http, old) == (200, b"bytes")
        clock.advance(2)
        assert await fetch(http, old) == (404, b"This content is no longer available.")
        again = (await bot.channel().fetch_message(sent.id)).attachments[0]
        assert again.url != old
        assert await fetch(http, again.url) == (200, b"bytes")
        assert await fetch(http, again.proxy_url) == (200, b"bytes")
        assert (await sent.edit(content="x")).attachments[0].url == again.url


async def test_a_link_without_its_signature_or_with_a_later_end_is_worth_nothing(sandbox, bot, http):
    url = (await bot.channel().send(file=file())).attachments[0].url
    ends = parse_qs(urlsplit(url).query)["ex"][0]
    forged = url.replace(f"ex={ends}", f"ex={int(ends, 16) + DAY:x}")
    other = url.replace("a.txt", "b.txt")
    for broken in (url.partition("?")[0], forged, other, url.replace("hm=", "hm=0")):
        assert (await fetch(http, broken))[0] == 404


async def test_links_in_embeds_and_layouts_are_fresh_too(timed, clock, login, http, api_of):
    async with login(timed) as bot:
        embed = (
            discord.Embed(title="x")
            .set_image(url="attachment://a.png")
            .set_footer(text="f", icon_url="attachment://a.png")
        )
        sent = await bot.channel().send(embed=embed, file=file(png(30, 20), "a.png"))
        view = discord.ui.LayoutView()
        view.add_item(discord.ui.MediaGallery(discord.MediaGalleryItem("attachment://b.png")))
        layout = await bot.channel().send(view=view, file=file(png(3, 2), "b.png"))
        clock.advance(2 * DAY)
        [embed] = (await bot.channel().fetch_message(sent.id)).embeds
        assert (embed.image.width, embed.image.height) == (30, 20)
        for url in (embed.image.url, embed.image.proxy_url, embed.footer.icon_url):
            assert (await fetch(http, url))[0] == 200
        [gallery] = (await bot.channel().fetch_message(layout.id)).components
        assert (await fetch(http, gallery.items[0].media.url))[0] == 200


async def test_an_old_link_in_an_embed_is_rendered_anew(timed, clock, login, http):
    async with login(timed) as bot:
        old = (await bot.channel().send(file=file(png(1, 1), "a.png"))).attachments[0].url
        clock.advance(2 * DAY)
        sent = await bot.channel().send(embed=discord.Embed(title="x").set_image(url=old))
        assert (await fetch(http, sent.embeds[0].image.url))[0] == 200


async def test_old_links_are_refreshed_on_request(timed, clock, login, http, api_of):
    async with login(timed) as bot:
        old = (await bot.channel().send(file=file())).attachments[0].url
        clock.advance(2 * DAY)
        strange = "https://e.org/a.png"
        status, told = await api_of(timed)(
            "POST", "/attachments/refresh-urls", {"attachment_urls": [old, strange]}
        )
        assert status == 200
        mine, other = told["refreshed_urls"]
        assert mine["original"] == old
        assert await fetch(http, mine["refreshed"]) == (200, b"bytes")
        assert other == {"original": strange, "refreshed": strange}


@pytest.fixture
def api_of(http):
    def of(sandbox):
        token = next(iter(sandbox.world.applications.values())).token

        async def call(method, path, body):
            headers = {"Authorization": f"Bot {token}"}
            async with http.request(method, sandbox.api_url + path, json=body, headers=headers) as response:
                return response.status, await response.json()

        return call

    return of


async def test_a_persons_file_in_a_command_has_a_link_of_its_own_that_expires(timed, clock, login, http):
    seen = []

    def prepare(bot):
        @bot.tree.command(description="d")
        async def keep(interaction: discord.Interaction, proof: discord.Attachment):
            seen.append(proof)
            await interaction.response.send_message("kept")

    async with login(timed, prepare):
        given = {"proof": {"filename": "a.txt", "base64": "Ynl0ZXM="}}
        await timed.people.slash("ann", "keep", options=given)
        [proof] = seen
        assert proof.ephemeral
        assert "/ephemeral-attachments/" in proof.url
        assert await proof.read() == b"bytes"
        clock.advance(DAY)
        assert (await fetch(http, proof.url))[0] == 404


async def test_ten_megabytes_fit_and_one_byte_more_does_not(bot):
    assert LIMIT == 10 * 1024 * 1024  # of a server without boosts (reference, "Uploading Files")
    sent = await bot.channel().send(file=file(b"x" * LIMIT))
    assert sent.attachments[0].size == LIMIT
    with pytest.raises(discord.HTTPException) as refused:
        await bot.channel().send(file=file(b"x" * (LIMIT + 1)))
    assert (refused.value.status, refused.value.code) == (413, 40005)


async def test_ten_files_fit_and_an_edit_cannot_add_an_eleventh(sandbox, bot, http):
    sent = await bot.channel().send(files=[file(name=f"{at}.txt") for at in range(10)])
    assert len(sent.attachments) == 10
    token = next(iter(sandbox.world.applications.values())).token
    form = aiohttp.FormData()
    form.add_field("files[0]", b"x", filename="x.txt")
    url = f"{sandbox.api_url}/channels/{sent.channel.id}/messages/{sent.id}"
    async with http.patch(url, data=form, headers={"Authorization": f"Bot {token}"}) as response:
        told = await response.json()
    assert (response.status, told["code"]) == (400, 30015)


async def test_a_file_that_was_announced_but_not_sent_is_missed(api, bot):
    body = {"content": "x", "attachments": [{"id": "0", "filename": "a.txt"}]}
    status, told = await api("POST", f"/channels/{bot.channel().id}/messages", body)
    assert (status, told["code"]) == (400, 50146)


async def test_an_edit_keeps_what_it_lists_and_may_describe_it(api, bot):
    sent = await bot.channel().send(files=[file(name="1.txt", description="one"), file(name="2.txt")])
    first, second = sent.attachments
    body = {
        "attachments": [
            {"id": str(first.id)},
            {"id": str(second.id), "description": "two", "is_spoiler": True},
        ]
    }
    path = f"/channels/{sent.channel.id}/messages/{sent.id}"
    _, edited = await api("PATCH", path, body)
    told = [(each["filename"], each["description"], each["flags"]) for each in edited["attachments"]]
    assert told == [("1.txt", "one", 0), ("2.txt", "two", 1 << 3)]
    _, edited = await api("PATCH", path, {"attachments": [{"id": str(second.id)}]})
    assert [each["filename"] for each in edited["attachments"]] == ["2.txt"]
    _, edited = await api("PATCH", path, {"content": "x", "attachments": []})
    assert edited["attachments"] == []


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.txt", b"hello", "text/plain; charset=utf-8"),
        ("a.pdf", b"%PDF", "application/pdf"),
        ("picture", png(1, 1), "image/png"),
        ("wrong.txt", png(1, 1), "image/png"),
        ("unknown.xyzzy", b"?", None),
    ],
)
async def test_a_files_type_is_by_what_it_is_then_by_its_ending(bot, name, content, kind):
    sent = await bot.channel().send(file=file(content, name))
    assert sent.attachments[0].content_type == kind


def webp(kind, body):
    return b"RIFF" + struct.pack("<I", 22) + b"WEBP" + kind + struct.pack("<I", len(body)) + body


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (png(640, 480), (640, 480)),
        (b"GIF89a" + struct.pack("<HH", 12, 34), (12, 34)),
        (b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x11\x08" + struct.pack(">HH", 34, 12) + bytes(9), (12, 34)),
        (webp(b"VP8X", bytes(4) + (399).to_bytes(3, "little") + (299).to_bytes(3, "little")), (400, 300)),
        (webp(b"VP8L", b"\x2f" + struct.pack("<I", 399 | 299 << 14) + bytes(5)), (400, 300)),
        (webp(b"VP8 ", bytes(3) + b"\x9d\x01\x2a" + struct.pack("<HH", 400, 300)), (400, 300)),
        (b"\x89PNG\r\n\x1a\n", (None, None)),
        (b"no image", (None, None)),
    ],
)
def test_an_images_measures_stand_in_its_head(content, expected):
    assert measures(content) == expected


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("a b/ü&c.png", "ü_c.png"),
        ("../../etc/passwd", "passwd"),
        ("..", "unknown"),
        ("SPOILER_a.png", "SPOILER_a.png"),
        ("長" * 300 + ".png", "長" * 65 + ".png"),
    ],
)
def test_a_files_name_is_cleaned(given, kept):
    assert clean_name(given) == kept


async def test_a_spoiler_is_marked(bot):
    sent = await bot.channel().send(file=file(png(1, 1), "a.png", spoiler=True))
    assert sent.attachments[0].is_spoiler()


async def test_files_and_their_links_survive_a_restart(opened, login, http, tmp_path):
    place = tmp_path / "world.json"
    async with opened(world_file=place) as sandbox, login(sandbox) as bot:
        sent = await bot.channel().send(file=file())
        query = urlsplit(sent.attachments[0].url)
    async with opened(world_file=place) as sandbox:
        assert await fetch(http, f"{sandbox.url}{query.path}?{query.query}") == (200, b"bytes")
