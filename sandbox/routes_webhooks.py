"""Answers to interactions. The interaction's token is the key; a bot token is not needed."""

from sandbox import answers
from sandbox.interactions import Interaction
from sandbox.message_payloads import message
from sandbox.rest import Call, Routes
from sandbox.rows import Json

routes = Routes()
WEBHOOK = "/webhooks/{application_id}/{token}"
MESSAGE = WEBHOOK + "/messages/{name}"


@routes.on("POST", "/interactions/{interaction_id}/{token}/callback", public=True)
def callback(call: Call) -> Json | None:
    interaction = call.interactions.to_answer(call.ids["interaction_id"], call.parts["token"])
    answers.acknowledge(call.core, interaction, call.json, call.uploads)
    call.after = interaction.tell
    if call.query.get("with_response", "").lower() not in ("1", "true"):
        return None
    return answers.callback_payload(call.core, interaction)


def _interaction(call: Call) -> Interaction:
    interaction = call.interactions.by_webhook(call.ids["application_id"], call.parts["token"])
    call.after = interaction.tell
    return interaction


@routes.on("POST", WEBHOOK, public=True)
def follow_up(call: Call) -> Json:
    """Waits whether asked to or not: Discord does so for an interaction's webhook."""
    return message(call.core, answers.follow_up(call.core, _interaction(call), call.json, call.uploads))


@routes.on("GET", MESSAGE, public=True)
def get_answer(call: Call) -> Json:
    return message(call.core, answers.message_of(call.core, _interaction(call), call.parts["name"]))


@routes.on("PATCH", MESSAGE, public=True)
def edit_answer(call: Call) -> Json:
    name = call.parts["name"]
    return message(call.core, answers.edit(call.core, _interaction(call), name, call.json, call.uploads))


@routes.on("DELETE", MESSAGE, public=True)
def delete_answer(call: Call) -> None:
    answers.delete(call.core, _interaction(call), call.parts["name"])
