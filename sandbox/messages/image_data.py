"""Images that come in a JSON body, and the hash by which they are known from then on (reference, "Image Data")."""

import base64
import hashlib
import re

from sandbox.forms import Form
from sandbox.images import image_type

DATA = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,(?P<content>.+)", re.DOTALL)
LARGEST = 14 * 1024 * 1024  # characters: 10 MB in base64


def read_image(form: Form, key: str) -> str | None:
    text = form.text(key, most=LARGEST)
    if not text:
        return None
    written = DATA.fullmatch(text)
    try:
        content = base64.b64decode(written["content"], validate=True) if written else b""
    except ValueError:
        content = b""
    if image_type(content) is None:
        form.wrong(key, "IMAGE_INVALID", "Invalid image data")
    return image_hash(content)


def image_hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:32]
