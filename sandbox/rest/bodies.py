"""What a request brings: JSON, a form, or a form with files."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web
from aiohttp.web_request import FileField

from sandbox.errors import Refused, bad_json, invalid_form
from sandbox.files import Upload
from sandbox.fitting import Unfit
from sandbox.intake import parsed, sendable

JSON, FORM, MULTIPART = "application/json", "application/x-www-form-urlencoded", "multipart/form-data"


async def read(request: web.Request) -> tuple[Any, dict[str, Upload], str | None]:
    """The body, the files by their place, and the body's text: of a form, what it says as JSON.

    Raises Refused, HTTPRequestEntityTooLarge.
    """
    try:
        return await _read(request)
    except web.RequestPayloadError as wrong:  # not compressed, or not chunked, as its headers say
        raise bad_json() from wrong


async def _read(request: web.Request) -> tuple[Any, dict[str, Upload], str | None]:
    kind = request.content_type
    if kind == MULTIPART:
        return await _multipart(request)
    raw = await request.read()
    if not raw:
        return None, {}, None
    if kind not in (JSON, FORM):
        raise bad_content_type()
    if kind == FORM:
        form = _form(raw)
        return form, {}, json.dumps(form)
    return _json(raw), {}, raw.decode()


def refuse_unsendable(given: str) -> None:
    if not sendable(given):
        raise bad_json()


def bad_content_type() -> Refused:
    """The reference's "Content Type" names the three kinds."""
    kinds = ", ".join(f"'{kind}'" for kind in (JSON, FORM, MULTIPART))
    problem = {
        "code": "CONTENT_TYPE_INVALID",
        "message": f'Expected "Content-Type" header to be one of {{{kinds}}}.',
    }
    return invalid_form({"_errors": [problem]})


def _json(raw: bytes | str) -> Any:
    try:
        return parsed(raw)
    except Unfit as wrong:
        raise bad_json() from wrong


def _form(raw: bytes) -> dict[str, str]:
    try:
        return dict(parse_qsl(raw.decode(), keep_blank_values=True, errors="strict"))
    except ValueError as wrong:
        raise bad_json() from wrong


async def _multipart(request: web.Request) -> tuple[Any, dict[str, Upload], str | None]:
    try:
        form: Mapping[str, object] = await request.post()
    except (ValueError, AssertionError) as wrong:  # aiohttp asserts that every part has a name
        raise bad_json() from wrong
    files = [(key, part) for key, part in form.items() if isinstance(part, FileField)]
    uploads = {_place(key): _upload(part) for key, part in files if key != "payload_json"}
    if "payload_json" not in form:
        fields = {key: part for key, part in form.items() if isinstance(part, str)}
        return fields, uploads, json.dumps(fields)
    raw = _raw(form["payload_json"])
    if not raw:
        return None, uploads, None
    return _json(raw), uploads, raw if isinstance(raw, str) else raw.decode()


def _place(key: str) -> str:
    return key.removeprefix("files[").removesuffix("]")


def _upload(part: FileField) -> Upload:
    refuse_unsendable(part.filename)
    return Upload(part.filename, part.file.read(), part.content_type)


def _raw(part: object) -> bytes | str:
    """A part with a content type of its own comes as bytes or as a file (hikari sends it so)."""
    if isinstance(part, FileField):
        return part.file.read()
    return bytes(part) if isinstance(part, bytes | bytearray) else str(part)
