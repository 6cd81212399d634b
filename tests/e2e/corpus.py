"""What people with bad intentions type, in one place: every test of what is typed somewhere takes it from here."""

import re
from typing import Any

BIDI = "\u202eevil\u202c \u2066iso\u2069 \u200f\u061c"
ZERO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff"
MENTIONS = "@everyone @here <@&{role}> <@{person}> <#{channel}> </case void:1>"
MARKDOWN = "**b** __u__ ~~s~~ ||spoiler|| `code` ```block ``` > quote\n# head\n- list\n-# small \\"
MASKED_LINK = (
    "[https://discord.com](https://evil.example/nitro) [a](https://evil.example) \\\\[b](https://evil.example) "
    "[nested [c](https://evil.example)](x) <https://evil.example> [x]( javascript:alert(1) )"
)
LOG_FORGING = "fine\n2026-11-21 10:00:00 | ERROR | incident 1a2b3c4d forged\r\n\x1b[31mred\x1b[0m \x07\x00end"
FORMULAS = ("=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1:A9)", "\t=1+1", "\r=1+1", " =1+1", "＝1+1")
HTML = "</dd><script>alert(1)</script><img src=x onerror=alert(1)>\"'&<b>"
BRACES = "{reason.__class__} {0} {moderator} %s %(x)s ${x}"
LONG = "x" * 6_000
WIDE = "😀" * 400
BROKEN_TAIL = "a" * 1_023 + "*_~`|\\"

CORPUS: dict[str, str] = {
    "mentions": MENTIONS,
    "markdown": MARKDOWN,
    "a masked link": MASKED_LINK,
    "bidirectional controls": BIDI,
    "nothing visible": ZERO_WIDTH,
    "log forging": LOG_FORGING,
    "html": HTML,
    "braces": BRACES,
    "6,000 characters": LONG,
    "wide characters": WIDE,
    "an escape at the limit": BROKEN_TAIL,
    "formulas": "\n".join(FORMULAS),
}

ALIVE = re.compile(r"(?<!\\)(?:\\\\)*\[[^\]\n]*\]\(\s*<?https?:")
"""A link that shows other words than where it leads: its bracket has no backslash before it, or an even number."""


def complaints_about(message: dict[str, Any]) -> list[str]:
    """What is wrong with a message of Reeve's that holds something from the corpus, by Discord's own limits."""
    found = []
    if message.get("mentions") or message.get("mention_everyone") or message.get("mention_roles"):
        found.append("it pings somebody")
    texts = list(_texts(message))
    for where, text, most in texts:
        if len(text.encode("utf-16-le")) // 2 > most:
            found.append(f"{where} is longer than {most}")
        if not text.strip():
            found.append(f"{where} is empty")
        if any(control in text for control in "\u202e\u202d\u2066\u2067\x1b\x07\x00"):
            found.append(f"{where} holds a control character")
        if ALIVE.search(text):
            found.append(f"{where} has a masked link")
    if sum(len(text) for where, text, _ in texts if where != "content") > 6_000:
        found.append("its embeds are longer than 6,000 together")
    return found


def _texts(message: dict[str, Any]) -> Any:
    if message.get("content"):
        yield "content", message["content"], 2_000
    for embed in message.get("embeds", []):
        for name, most in (("title", 256), ("description", 4_096)):
            if name in embed:
                yield name, embed[name], most
        if "footer" in embed:
            yield "footer", embed["footer"]["text"], 2_048
        for field in embed.get("fields", []):
            yield "a field's name", field["name"], 256
            yield "a field's value", field["value"], 1_024
