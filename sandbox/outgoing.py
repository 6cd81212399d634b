"""JSON that goes out: every event and every answer, so by the fastest writer that Reeve has anyway."""

from typing import Any

import orjson

PLAIN = orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME  # a row in a payload is a mistake


def json_text(body: Any) -> str:
    """Raises TypeError for what JSON has no word for."""
    return orjson.dumps(body, option=PLAIN).decode()
