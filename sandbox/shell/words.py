"""What the words behind a verb are: options as name=value, files as @path, and not more of them than the verb takes."""

import base64
import mimetypes
from pathlib import Path

from sandbox.intake import sendable
from sandbox.rows import Json
from sandbox.shell.wording import USAGE

FAILED = 1


class Failed(Exception):
    def __init__(self, sentence: str, code: int = FAILED) -> None:
        super().__init__(sentence)
        self.code = code


def refuse_unreadable(words: list[str]) -> None:
    for word in words:
        if not sendable(word):
            raise Failed(f"{word!r} is not UTF-8.", USAGE)


def split(words: list[str], what: str) -> tuple[str, Json]:
    """A command, of one word or several, and its options: everything from the first name=value on."""
    cut = next((at for at, word in enumerate(words) if "=" in word), len(words))
    first(words[:cut], what)
    for word in words[cut:]:
        if "=" not in word:
            raise Failed(f"{word!r} stands behind the options: quote a value that has spaces.", USAGE)
    return " ".join(words[:cut]), options_in(words[cut:])


def options_in(words: list[str]) -> Json:
    options: Json = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name:
            raise Failed(f"{word!r} is not name=value.", USAGE)
        if name in options:
            raise Failed(f"{name} is given twice.", USAGE)
        options[name] = file_in(value) or value
    return options


def file_in(value: str) -> Json | None:
    """The file that @path names; nothing for a text such as @ann."""
    if not value.startswith("@") or value == "@":
        return None
    path = Path(value[1:]).expanduser()
    try:
        return {"filename": path.name, "base64": base64.b64encode(path.read_bytes()).decode()}
    except OSError as wrong:
        if _means_a_file(value):
            raise Failed(f"The file {path} cannot be read: {wrong.strerror}.", USAGE) from wrong
        return None


def _means_a_file(value: str) -> bool:
    if any(map(str.isspace, value)):
        return False
    return "/" in value or mimetypes.guess_type(value)[0] is not None


def first(words: list[str], what: str) -> str:
    if not words:
        raise Failed(f"Say {what}.", USAGE)
    return words[0]


def only(words: list[str], what: str) -> str:
    word = first(words, what)
    if len(words) > 1:
        raise Failed(f"{words[1]!r} is one word too many: say {what}, and quote what has spaces.", USAGE)
    return word


def at_most_one(words: list[str], flag: str | None, name: str) -> str | None:
    """A word, or else the flag that says the same; not both."""
    if not words:
        return flag
    if flag is not None:
        raise Failed(f"Give {words[0]!r} or --{name}, not both.", USAGE)
    return only(words, f"at most one {name}")
