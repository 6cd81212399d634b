"""Where the sandbox is by itself: on port 8765, or on the one that REEVE_SANDBOX_PORT names."""

import os

VARIABLE = "REEVE_SANDBOX_PORT"
USUAL_PORT = 8765


class UnusablePort(Exception):
    pass


def default_port() -> int:
    """Raises UnusablePort."""
    given = os.environ.get(VARIABLE, "").strip()
    if not given:
        return USUAL_PORT
    try:
        return port(given)
    except ValueError as wrong:
        raise UnusablePort(f"{VARIABLE} must be a port from 0 to 65535, not {given!r}.") from wrong


def port(text: str) -> int:
    """Raises ValueError."""
    number = int(text)
    if not 0 <= number <= 65535:
        raise ValueError(text)
    return number


def default_url() -> str:
    """Raises UnusablePort."""
    return f"http://127.0.0.1:{default_port()}"
