"""Texts with placeholders, as servers write them for their direct messages: `You were banned: {reason}`.

A plain substitution, never str.format: that would follow `{reason.__class__}` into the program.
"""

import re
from collections.abc import Mapping

from database.errors import ActionRefused

PLACEHOLDERS = ("server", "member", "reason", "duration", "until", "case", "moderator", "appeal")
NAMED = re.compile(r"\{([a-z]+)\}")
BRACES = re.compile(r"[{}]")


class TemplateNotUnderstood(ActionRefused):
    def __init__(self, found: str) -> None:
        self.found = found
        allowed = " ".join(f"{{{name}}}" for name in PLACEHOLDERS)
        super().__init__(f"In a template braces stand around one of these names and nowhere else: {allowed}.")


def require_understood(text: str) -> None:
    """Raises TemplateNotUnderstood for an unknown placeholder, or a brace that belongs to none."""
    for name in NAMED.findall(text):
        if name not in PLACEHOLDERS:
            raise TemplateNotUnderstood(name)
    if stray := BRACES.search(NAMED.sub("", text)):
        raise TemplateNotUnderstood(stray[0])


def fill(text: str, values: Mapping[str, str]) -> str:
    """Each placeholder replaced once: what a value holds is not looked at again.

    A line whose placeholders all have nothing to say is left out.
    """
    lines = []
    for line in text.split("\n"):
        names = NAMED.findall(line)
        if not names or any(values.get(name, name) for name in names):
            lines.append(NAMED.sub(lambda match: values.get(match[1], match[0]), line))
    return "\n".join(lines).strip()
