"""How names of users and members may read (reference, "Usernames and Nicknames")."""

from sandbox.forms import Form

NOT_IN_A_USERNAME = ("@", "#", ":", "```", "discord")
NO_USERNAMES = ("everyone", "here")


def tidy(name: str) -> str:
    """Without space around it, and with one space where there were more."""
    return " ".join(name.split())


def is_username(name: str) -> bool:
    forbidden = name.lower() in NO_USERNAMES or any(part in name.lower() for part in NOT_IN_A_USERNAME)
    return not forbidden and tidy(name) == name and name.isprintable() and 2 <= len(name) <= 32


def read_username(form: Form, key: str) -> str | None:
    given = form.text(key, least=2, most=32, trimmed=True)
    name = tidy(given) if given else given
    for part in NOT_IN_A_USERNAME:
        if name and part in name.lower():
            form.wrong(key, "USERNAME_INVALID_CONTAINS", f'Username cannot contain "{part}"')
    if name and name.lower() in NO_USERNAMES:
        form.wrong(key, "USERNAME_INVALID", f'Username cannot be "{name}"')
    return name
