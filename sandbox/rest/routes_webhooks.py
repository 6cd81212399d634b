"""Answers to interactions, and what goes through webhooks. A token is the key here; a bot's own is not needed.

Both kinds of webhook share their paths: the id of a channel's webhook means that, an application's an interaction.
"""

from sandbox.bot_rows import Webhook
from sandbox.channels import webhooks
from sandbox.interactions import answers
from sandbox.interactions.interactions import Interaction
from sandbox.message_rows import Message
from sandbox.messages import messages
from sandbox.messages.drafts import read_draft
from sandbox.messages.message_payloads import message
from sandbox.rest.rest import Call, Routes
from sandbox.rows import Json

routes = Routes()
WEBHOOK = "/webhooks/{webhook_id}/{token}"
MESSAGE = WEBHOOK + "/messages/{name}"


@routes.on("POST", "/interactions/{interaction_id}/{token}/callback", public=True)
def callback(call: Call) -> Json | None:
    interaction = call.interactions.to_answer(call.ids["interaction_id"], call.parts["token"])
    answers.acknowledge(call.core, interaction, call.json, call.uploads)
    call.after = interaction.tell
    if not _asked(call, "with_response"):
        return None
    return answers.callback_payload(call.core, interaction)


def _asked(call: Call, key: str) -> bool:
    return call.query.get(key, "").lower() in ("1", "true")


def _of_channel(call: Call) -> Webhook | None:
    return webhooks.with_token(call.core, call.ids["webhook_id"], call.parts["token"])


def _interaction(call: Call) -> Interaction:
    interaction = call.interactions.by_webhook(call.ids["webhook_id"], call.parts["token"])
    call.after = interaction.tell
    return interaction


def _message(call: Call, webhook: Webhook) -> Message:
    return webhooks.message_of(call.core, webhook, call.parts["name"], thread_id=call.number("thread_id"))


@routes.on("POST", WEBHOOK, public=True)
def send(call: Call) -> Json | None:
    """An interaction's webhook always waits; a channel's when it is asked to."""
    webhook = _of_channel(call)
    if webhook is None:
        return message(call.core, answers.follow_up(call.core, _interaction(call), call.json, call.uploads))
    thread_id = call.number("thread_id")
    one = webhooks.execute(call.core, webhook, call.json, call.uploads, thread_id=thread_id)
    return message(call.core, one) if _asked(call, "wait") else None


@routes.on("GET", MESSAGE, public=True)
def get_message(call: Call) -> Json:
    webhook = _of_channel(call)
    if webhook is None:
        return message(call.core, answers.message_of(call.core, _interaction(call), call.parts["name"]))
    return message(call.core, _message(call, webhook))


@routes.on("PATCH", MESSAGE, public=True)
def edit_message(call: Call) -> Json:
    webhook = _of_channel(call)
    if webhook is None:
        name = call.parts["name"]
        return message(call.core, answers.edit(call.core, _interaction(call), name, call.json, call.uploads))
    one = _message(call, webhook)
    return message(call.core, messages.edit(call.core, one, read_draft(call.json, call.uploads, edits=one)))


@routes.on("DELETE", MESSAGE, public=True)
def delete_message(call: Call) -> None:
    webhook = _of_channel(call)
    if webhook is None:
        answers.delete(call.core, _interaction(call), call.parts["name"])
    else:
        messages.delete(call.core, _message(call, webhook))
