"""Bots' tokens: formed like Discord's, and plainly none of Discord's."""

import base64

OPENS_NOTHING = "opens-nothing-on-discord"


def bot_token(user_id: int, rest: str = OPENS_NOTHING) -> str:
    """The first of the three parts is the bot's id: clients read it there before they connect."""
    first = base64.urlsafe_b64encode(str(user_id).encode()).decode().rstrip("=")
    return f"{first}.sandbox.{rest}"
