"""Links to uploaded files: signed, and good for a day (reference, "Signed Attachment CDN URLs")."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from sandbox.core import Core

LIVES = timedelta(hours=24)
FOLDERS = ("/attachments/", "/ephemeral-attachments/")
ADDRESSES = frozenset({"url", "proxy_url", "icon_url", "proxy_icon_url"})


def signed(core: Core, path: str) -> str:
    issued = int(core.now().timestamp())
    ends = issued + int(LIVES.total_seconds())
    signature = _signature(core, path, f"{ends:x}", f"{issued:x}")
    return f"{core.url}{quote(path)}?ex={ends:x}&is={issued:x}&hm={signature}&"


def is_valid(core: Core, path: str, query: Mapping[str, str]) -> bool:
    ends, issued, signature = (query.get(key, "") for key in ("ex", "is", "hm"))
    if not hmac.compare_digest(signature.encode(), _signature(core, path, ends, issued).encode()):
        return False
    return int(ends, 16) > core.now().timestamp()


def _signature(core: Core, path: str, ends: str, issued: str) -> str:
    signed_text = f"{path}?{ends}&{issued}"
    return hmac.new(core.world.link_key.encode(), signed_text.encode(), hashlib.sha256).hexdigest()


def own_path(core: Core, url: str) -> str | None:
    """Of an address that this sandbox serves a file under, whatever its signature."""
    if not url.startswith(core.url + "/"):
        return None
    path = unquote(urlsplit(url).path)
    return path if path in core.files.contents else None


def refreshed(core: Core, value: Any, key: str = "") -> Any:
    """A copy of stored embeds or components, in which each path of a file is a link that is good from now on."""
    if isinstance(value, dict):
        return {inner: refreshed(core, each, inner) for inner, each in value.items()}
    if isinstance(value, list):
        return [refreshed(core, each) for each in value]
    is_file = key in ADDRESSES and isinstance(value, str) and value.startswith(FOLDERS)
    return signed(core, value) if is_file else value
