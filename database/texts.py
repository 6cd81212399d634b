"""What PostgreSQL's text can hold of what people type."""


def storable(typed: str) -> str:
    """Without NUL, the one character that PostgreSQL's text cannot hold."""
    return typed.replace("\x00", "")
