"""A message as somebody wants it: the body of a create or an edit, read and held against Discord's limits."""

from dataclasses import dataclass, field

from sandbox.errors import Refused, empty_message, too_many
from sandbox.files import IS_SPOILER, LIMIT, Upload, clean_name
from sandbox.forms import Form, enumerate_text
from sandbox.message_rows import COMPONENTS_V2, EPHEMERAL, SUPPRESS_EMBEDS, Attachment, Message
from sandbox.messages import components
from sandbox.messages.embeds import read_embeds
from sandbox.rows import Json

MOST_CHARACTERS = 2000
MOST_ATTACHMENTS = 10
LONGEST_FILENAME = LONGEST_DESCRIPTION = 1024
MOST_STICKERS = 3
MOST_ALLOWED = 100
SUPPRESS_NOTIFICATIONS = 1 << 12
SETTABLE_FLAGS = SUPPRESS_EMBEDS | SUPPRESS_NOTIFICATIONS | COMPONENTS_V2


@dataclass(frozen=True)
class Kept:
    """What an edit says of a file that stays; nothing said changes nothing."""

    description: str | None = None
    is_spoiler: bool | None = None

    def describe(self, one: Attachment) -> None:
        one.description = one.description if self.description is None else self.description
        if self.is_spoiler is not None:
            one.flags = one.flags & ~IS_SPOILER | (IS_SPOILER if self.is_spoiler else 0)


@dataclass
class Draft:
    """`given` are the keys that the body had: an edit leaves everything else as it was."""

    given: frozenset[str]
    content: str = ""
    embeds: list[Json] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    uploads: list[Upload] = field(default_factory=list)
    kept: dict[int, Kept] = field(default_factory=dict)
    flags: int = 0
    tts: bool = False
    nonce: str | int | None = None
    enforce_nonce: bool = False
    reply_to_id: int | None = None
    reply_channel_id: int | None = None
    needs_the_replied: bool = True
    forwards: bool = False  # what the reference names is passed on, not answered
    allowed_mentions: Json | None = None

    @property
    def is_empty(self) -> bool:
        return not (self.content or self.shown_embeds or self.components or self.uploads or self.forwards)

    @property
    def shown_embeds(self) -> list[Json]:
        """An embed that says nothing is none."""
        return [embed for embed in self.embeds if embed.keys() - {"type", "color"}]

    @property
    def texts(self) -> list[str]:
        """Where a mention can stand."""
        shown = components.texts(self.components) if self.components else []
        return [text for text in (self.content, *shown) if text]


def read_draft(
    body: Json, files: dict[str, Upload], *, may_be_ephemeral: bool = False, edits: Message | None = None
) -> Draft:
    """`edits` is the message that it will change; what the body leaves out is judged by what that has."""
    form = Form(body)
    settable = SETTABLE_FLAGS | (EPHEMERAL if may_be_ephemeral else 0)
    flags = (form.integer("flags", least=0) or 0) & settable
    v2 = bool((flags | (edits.flags if edits else 0)) & COMPONENTS_V2)
    reply = form.inner("message_reference")
    draft = Draft(
        given=frozenset(body),
        content=form.text("content", most=MOST_CHARACTERS, trimmed=True) or "",
        embeds=(read_embeds(form) or []) if "embeds" in form else [],
        components=(components.of_message(form, v2=v2) or []) if "components" in form else [],
        flags=flags,
        tts=form.boolean("tts"),
        nonce=_nonce(form),
        enforce_nonce=form.boolean("enforce_nonce"),
        reply_to_id=_replied(reply) if reply else None,
        reply_channel_id=reply.snowflake("channel_id", required=_forwards(reply)) if reply else None,
        forwards=reply is not None and _forwards(reply),
        needs_the_replied=reply is None or reply.body.get("fail_if_not_exists") is not False,
        allowed_mentions=_allowed_mentions(form),
    )
    stickers = form.snowflakes("sticker_ids", most=MOST_STICKERS)
    if form.body.get("poll") is not None:
        form.wrong("poll", "POLLS_NOT_AVAILABLE", "This sandbox has no polls")
    if v2:
        _refuse_legacy_fields(form, edits)
    _read_attachments(form, draft, files, edits)
    attached = {clean_name(upload.filename) for upload in draft.uploads}
    attached |= {each.filename for each in edits.attachments} if edits else set()
    if draft.components:
        components.refuse_missing_files(form, draft.components, attached)
    form.finish()
    _refuse_too_much(draft, edits)
    if stickers:
        raise Refused(400, 50081, "Invalid sticker sent")  # there is none in this world
    if edits and _leaves_nothing(draft, edits):
        raise empty_message()
    return draft


def _nonce(form: Form) -> str | int | None:
    nonce = form.body.get("nonce")
    form.text("nonce", most=25)
    return nonce if isinstance(nonce, str | int) else None


def _replied(reply: Form) -> int | None:
    reply.choice("type", (0, 1))
    return reply.snowflake("message_id", required=True)


def _forwards(reply: Form) -> bool:
    return reply.body.get("type") == 1


def _allowed_mentions(form: Form) -> Json | None:
    """Naming people and letting all of them through exclude each other, and so with roles."""
    allowed = form.inner("allowed_mentions")
    if allowed is None:
        return None
    parsed = allowed.array("parse") or []
    kinds = ("users", "roles", "everyone")
    for place, kind in enumerate_text(parsed):
        if kind not in kinds:
            Form({}, (*allowed.path, "parse"), form.problems).wrong(
                place, "BASE_TYPE_CHOICES", f"Value must be one of {kinds}."
            )
    named = {kind: allowed.snowflakes(kind, most=MOST_ALLOWED) or [] for kind in ("users", "roles")}
    for kind, ids in named.items():
        if ids and kind in parsed:
            form.wrong(
                "allowed_mentions",
                "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
                f'parse:["{kind}"] and {kind}: [ids...] are mutually exclusive.',
            )
    return {"parse": parsed, "replied_user": allowed.boolean("replied_user"), **named}


def _refuse_legacy_fields(form: Form, edits: Message | None) -> None:
    """A message that becomes one of components must lose the rest with the same edit."""
    for key in ("content", "embeds", "sticker_ids", "poll"):
        if form.body.get(key, getattr(edits, key, None)):
            form.wrong(
                key,
                "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
                f"The '{key}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2",
            )


def _read_attachments(form: Form, draft: Draft, files: dict[str, Upload], edits: Message | None) -> None:
    """Of a new message every file is attached; of an edit those that `attachments` lists, if it is there."""
    form.array("attachments", most=MOST_ATTACHMENTS)
    described: dict[str, Form] = {}
    for each in form.forms("attachments"):
        attachment_id = each.snowflake("id", required=True)
        each.text("filename", least=1, most=LONGEST_FILENAME)
        description = each.text("description", most=LONGEST_DESCRIPTION)
        is_spoiler = each.boolean("is_spoiler") if "is_spoiler" in each else None
        described[str(attachment_id)] = each
        if attachment_id is not None and str(attachment_id) not in files:
            draft.kept[attachment_id] = Kept(description, is_spoiler)
    listed = files.keys() & described.keys() if edits and "attachments" in form else files.keys()
    draft.uploads = [_described(files[key], described.get(key)) for key in files if key in listed]


def _described(upload: Upload, facts: Form | None) -> Upload:
    if facts is None:
        return upload
    told = facts.body
    name = str(told.get("filename") or upload.filename)
    return Upload(
        name, upload.content, upload.content_type, told.get("description"), bool(told.get("is_spoiler"))
    )


def _refuse_too_much(draft: Draft, edits: Message | None) -> None:
    if any(len(upload.content) > LIMIT for upload in draft.uploads):
        raise Refused(413, 40005, "Request entity too large")
    if draft.kept and edits is None:
        raise Refused(400, 50146, "Uploaded file not found.")
    before = _remaining(draft, edits) if edits else []
    if len(before) + len(draft.uploads) > MOST_ATTACHMENTS:
        raise too_many(30015, "attachments in a message", MOST_ATTACHMENTS)


def _remaining(draft: Draft, edits: Message) -> list[Attachment]:
    if "attachments" not in draft.given:
        return edits.attachments
    return [each for each in edits.attachments if each.id in draft.kept]


def _leaves_nothing(draft: Draft, edits: Message) -> bool:
    content = draft.content if "content" in draft.given else edits.content
    embeds = draft.shown_embeds if "embeds" in draft.given else edits.embeds
    shown = draft.components if "components" in draft.given else edits.components
    return not (content or embeds or shown or draft.uploads or _remaining(draft, edits))
