"""A message as somebody wants it: the body of a create or an edit, read and held against Discord's limits."""

import re
from dataclasses import dataclass, field

from sandbox.components import TOP_OF_A_CLASSIC_MESSAGE, TOP_OF_A_V2_MESSAGE, read_components
from sandbox.embeds import read_embeds
from sandbox.errors import Refused
from sandbox.files import LIMIT, Upload
from sandbox.forms import Form, as_integer
from sandbox.rows import COMPONENTS_V2, EPHEMERAL, SUPPRESS_EMBEDS, Json

MOST_CHARACTERS = 2000
MOST_ATTACHMENTS = 10
SUPPRESS_NOTIFICATIONS = 1 << 12
SETTABLE_FLAGS = SUPPRESS_EMBEDS | SUPPRESS_NOTIFICATIONS | COMPONENTS_V2

USER_MENTION = re.compile(r"<@!?(\d+)>")
ROLE_MENTION = re.compile(r"<@&(\d+)>")
EVERYONE_MENTION = re.compile(r"@(everyone|here)\b")


@dataclass
class Draft:
    """`given` are the keys that the body had: an edit leaves everything else as it was."""

    given: frozenset[str]
    content: str = ""
    embeds: list[Json] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    uploads: list[Upload] = field(default_factory=list)
    kept_attachment_ids: list[int] = field(default_factory=list)
    flags: int = 0
    tts: bool = False
    nonce: str | int | None = None
    enforce_nonce: bool = False
    reply_to_id: int | None = None
    reply_channel_id: int | None = None
    needs_the_replied: bool = True
    allowed_mentions: Json | None = None

    @property
    def is_empty(self) -> bool:
        return not (self.content.strip() or self.embeds or self.components or self.uploads)


def read_draft(
    body: Json, files: dict[str, Upload], *, may_be_ephemeral: bool = False, was_v2: bool = False
) -> Draft:
    form = Form(body)
    settable = SETTABLE_FLAGS | (EPHEMERAL if may_be_ephemeral else 0)
    flags = (form.integer("flags", least=0) or 0) & settable
    v2 = bool(flags & COMPONENTS_V2) or was_v2
    reply = form.inner("message_reference")
    draft = Draft(
        given=frozenset(body),
        content=form.text("content", most=MOST_CHARACTERS) or "",
        embeds=read_embeds(form) or [],
        components=read_components(form, top=TOP_OF_A_V2_MESSAGE if v2 else TOP_OF_A_CLASSIC_MESSAGE) or [],
        flags=flags,
        tts=form.boolean("tts"),
        nonce=_nonce(form),
        enforce_nonce=form.boolean("enforce_nonce"),
        reply_to_id=reply.snowflake("message_id") if reply else None,
        reply_channel_id=reply.snowflake("channel_id") if reply else None,
        needs_the_replied=reply is None or reply.body.get("fail_if_not_exists") is not False,
        allowed_mentions=body.get("allowed_mentions"),
    )
    _check_v2(form, v2=v2)
    _read_attachments(form, draft, files)
    form.finish()
    return draft


def _nonce(form: Form) -> str | int | None:
    nonce = form.body.get("nonce")
    form.text("nonce", most=25)
    return nonce if isinstance(nonce, str | int) else None


def _check_v2(form: Form, *, v2: bool) -> None:
    if not v2:
        return
    for key in ("content", "embeds"):
        if form.body.get(key):
            form.wrong(
                key,
                "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
                f"The '{key}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2",
            )


def _read_attachments(form: Form, draft: Draft, files: dict[str, Upload]) -> None:
    form.array("attachments", most=MOST_ATTACHMENTS)
    described: dict[str, Json] = {}
    for each in form.forms("attachments"):
        attachment_id = str(as_integer(each.body.get("id")))
        described[attachment_id] = each.body
        if attachment_id not in files:
            draft.kept_attachment_ids.append(int(attachment_id) if attachment_id != "None" else 0)
    for key, upload in files.items():
        facts = described.get(key, {})
        draft.uploads.append(
            Upload(
                facts.get("filename") or upload.filename,
                upload.content,
                upload.content_type,
                facts.get("description"),
            )
        )
    if any(len(upload.content) > LIMIT for upload in draft.uploads):
        raise Refused(413, 40005, "Request entity too large")


@dataclass(frozen=True)
class Mentions:
    user_ids: list[int]
    role_ids: list[int]
    everyone: bool


def mentions_in(draft: Draft) -> Mentions:
    """What the text mentions, as far as `allowed_mentions` lets it (reference, "Allowed Mentions Object")."""
    users = _unique(USER_MENTION.findall(draft.content))
    roles = _unique(ROLE_MENTION.findall(draft.content))
    everyone = bool(EVERYONE_MENTION.search(draft.content))
    allowed = draft.allowed_mentions
    if allowed is None:
        return Mentions(users, roles, everyone)
    parsed = allowed.get("parse") or []
    return Mentions(
        users if "users" in parsed else _only(users, allowed.get("users")),
        roles if "roles" in parsed else _only(roles, allowed.get("roles")),
        everyone and "everyone" in parsed,
    )


def _unique(found: list[str]) -> list[int]:
    return list(dict.fromkeys(map(int, found)))


def _only(found: list[int], allowed: list[str | int] | None) -> list[int]:
    wanted = {int(each) for each in allowed or []}
    return [each for each in found if each in wanted]
