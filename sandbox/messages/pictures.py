"""Pictures of people and guilds: of an upload only its hash is kept (reference, "Image Data", "Image Formatting")."""

import base64
import binascii
import hashlib
import re

from sandbox.forms import Form

DATA = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,(?P<content>.+)", re.DOTALL)


def picture(form: Form, key: str) -> str | None:
    """The hash that stands for the image from now on; an animated one begins with `a_`."""
    given = form.text(key, most=20_000_000)
    if given is None:
        return None
    found = DATA.fullmatch(given)
    try:
        content = base64.b64decode(found["content"] if found else "", validate=True)
    except binascii.Error:
        content = b""
    if not content:
        form.wrong(key, "IMAGE_INVALID", "Invalid image data")
    digest = hashlib.md5(content, usedforsecurity=False).hexdigest()
    return f"a_{digest}" if content.startswith(b"GIF8") else digest
