"""No client's HTTP makes the sandbox fail: broken requests, foreign pages, and who is gone in the middle."""

import asyncio

import pytest

HUGE = 2**70
pytestmark = pytest.mark.usefixtures("no_failure_is_logged")


@pytest.fixture
def port(sandbox):
    return int(sandbox.url.rsplit(":", 1)[1])


@pytest.fixture
def lines(sandbox, port):
    """The head of a request as the bot, with more lines."""
    token = next(iter(sandbox.world.applications.values())).token

    def head(first, *more):
        usual = (
            f"Host: 127.0.0.1:{port}",
            "User-Agent: raw",
            f"Authorization: Bot {token}",
            "Connection: close",
        )
        return b"\r\n".join(
            each if isinstance(each, bytes) else each.encode() for each in (first, *usual, *more, "", "")
        )

    return head


@pytest.fixture
def raw(port):
    async def send(content):
        """The status."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(content)
        status = int((await reader.readline()).split()[1])
        writer.close()
        return status

    return send


async def test_what_was_refused_for_its_header_is_listed_all_the_same(sandbox, raw, lines, ask, green):
    assert (
        await raw(lines(f"PUT /api/v10/guilds/{green.id}/bans/1 HTTP/1.1", b"X-Audit-Log-Reason: \xff"))
        == 400
    )
    status, told = await ask("GET", "/exchanges")
    assert (status, told["exchanges"][-1]["reason"]) == (200, "?")


@pytest.mark.parametrize(
    ("path", "status"),
    [(f"/api/v10/channels/{'1' * 5000}", 400), (f"/cdn/embed/avatars/{'1' * 5000}.png", 404)],
)
async def test_an_id_of_thousands_of_digits_is_refused_in_discords_words(raw, lines, path, status):
    assert await raw(lines(f"GET {path} HTTP/1.1")) == status


@pytest.mark.parametrize("path", ["/sandbox/world", "/gateway", "/api/v10/gateway"])
@pytest.mark.parametrize("strange", ["Origin: http://[", "Origin: http://evil.example"])
async def test_a_foreign_origin_is_refused_everywhere(raw, lines, path, strange):
    assert await raw(lines(f"GET {path} HTTP/1.1", strange)) == 403


@pytest.mark.parametrize("path", ["/sandbox/world", "/gateway", "/api/v10/gateway", "/attachments/1/1/x"])
async def test_a_foreign_host_is_refused_everywhere(raw, path):
    """A name that a foreign page's owner points at this machine (DNS rebinding)."""
    head = f"GET {path} HTTP/1.1\r\nHost: evil.example\r\nOrigin: http://evil.example\r\nConnection: close\r\n\r\n"
    assert await raw(head.encode()) == 403


@pytest.mark.parametrize("path", ["/api/v10/users/@me/channels", "/sandbox/people/ann/message"])
async def test_who_is_gone_in_the_middle_is_no_failure(sandbox, port, lines, until, path):
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    kind = "Content-Type: application/json"
    writer.write(lines(f"POST {path} HTTP/1.1", kind, "Content-Length: 500") + b"{")
    await writer.drain()
    await until(lambda: len(sandbox._runner.server.connections) == 1)
    writer.transport.abort()
    await until(lambda: not sandbox._runner.server.connections)
    assert [each.status for each in sandbox.recorder.since()] == []


@pytest.mark.parametrize("path", ["/api/v10/users/@me/channels", "/sandbox/people/ann/message"])
async def test_a_body_that_is_not_what_its_headers_say_is_refused(raw, lines, path):
    kind = "Content-Type: application/json"
    zipped = lines(f"POST {path} HTTP/1.1", kind, "Content-Encoding: gzip", "Content-Length: 5")
    chunked = lines(f"POST {path} HTTP/1.1", kind, "Transfer-Encoding: chunked")
    assert (await raw(zipped + b"hello"), await raw(chunked + b"zz\r\nhello")) == (400, 400)


async def test_what_is_no_http_is_refused_and_not_logged(raw, lines):
    assert await raw(lines(b"GET /api/v10/\xff HTTP/1.1")) == 400
    assert await raw(lines(f"GET /api/v10/{'a' * 20_000} HTTP/1.1")) == 400
