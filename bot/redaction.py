"""Take secrets out of a text, and leave nothing in it that could forge a line of a log."""

import re
from urllib.parse import quote, quote_plus, unquote

import yarl

from bot.settings import Settings

HIDDEN = "[secret]"
SHORTEST_LITERAL = 6  # a shorter password occurs in words; the patterns below still hide it in addresses

# What is secret by its shape, whoever it belongs to. All repeats are bounded or end at a delimiter: linear.
SHAPES = (
    re.compile(r"(?P<keep>/(?:webhooks|interactions)/[0-9]{1,20}/)[^/\s?'\"<>]+"),
    re.compile(r"(?P<keep>[\"']token[\"']\s{0,4}:\s{0,4}[\"'])[^\"']+"),
    re.compile(r"(?P<keep>\b(?:Bot|Bearer) )[\w.=-]{20,}"),
    re.compile(r"(?P<keep>[a-z+]{2,24}://[^\s/:@]{0,200}:)[^\s/@]+(?=@)"),
    re.compile(r"(?P<keep>\bpassword\s{0,4}[=:]\s{0,4}['\"]?)[^\s'\"&,;]+", re.IGNORECASE),
    re.compile(r"(?P<keep>)(?<![\w-])[\w-]{20,100}\.[\w-]{5,10}\.[\w-]{25,200}"),  # a bot token
    re.compile(r"(?P<keep>)aW50ZXJhY3Rpb246[\w=-]+"),  # an interaction token: base64 of "interaction:"
)


class Redaction:
    """Knows this process's secrets and hides them, however an address or a repr has written them."""

    def __init__(self, secrets: list[str]) -> None:
        forms = {form for secret in secrets if len(secret) >= SHORTEST_LITERAL for form in _forms(secret)}
        self._literals = sorted(forms, key=len, reverse=True)

    def __call__(self, text: str) -> str:
        for literal in self._literals:
            text = text.replace(literal, HIDDEN)
        for shape in SHAPES:
            text = shape.sub(rf"\g<keep>{HIDDEN}", text)
        return text


def secrets_of(settings: Settings) -> list[str]:
    """The token, and the passwords within the database's addresses."""
    secrets = [settings.token or ""]
    for address in filter(None, (settings.dsn(), settings.direct_dsn(), settings.replica_dsn())):
        secrets += [address, *_passwords_in(address)]
    return [secret for secret in secrets if secret]


def one_line(text: str) -> str:
    """Escape line breaks, terminal codes, invisible and text-turning characters."""
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in text
    )


def _passwords_in(address: str) -> list[str]:
    found = re.findall(r"://[^/?#]*?:([^/?#]*)@|[?&]password=([^&#\s]+)", address)
    raw = [part for parts in found for part in parts if part]
    try:
        parsed = [yarl.URL(address).password or ""]
    except ValueError:
        parsed = []
    return [*raw, *parsed]


def _forms(secret: str) -> set[str]:
    plain = {secret, unquote(secret)}
    coded = {quote(form, safe="") for form in plain} | {quote_plus(form) for form in plain}
    return {form for form in plain | coded | {repr(form)[1:-1] for form in plain} if form}
