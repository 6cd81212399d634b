"""aiohttp logs with a traceback what a client does wrong, too: only what the sandbox does wrong is logged here."""

import logging

from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.web import RequestPayloadError

own_failures = logging.getLogger(__name__)


def _is_own(record: logging.LogRecord) -> bool:
    """No failure is a client that is gone, or one that writes no HTTP."""
    wrong = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
    return not isinstance(wrong, ConnectionError | HttpProcessingError | RequestPayloadError)


own_failures.addFilter(_is_own)
