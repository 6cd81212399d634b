"""What a good programmer makes of a row without an ORM: an object with names and types, no dictionary of strings."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from database.models import CaseKind, CaseOrigin, CaseState, DirectMessage, FineState


@dataclass(slots=True)
class PlainCase:
    """The columns of `cases`, as Reeve's own model has them."""

    guild_id: int
    number: int
    kind: CaseKind
    state: CaseState
    target_id: int
    target_name: str
    moderator_id: int
    moderator_name: str
    reason: str
    points: int
    channel_id: int | None
    interaction_id: int
    part: int
    origin: CaseOrigin
    expires_at: datetime | None
    trouble: str | None
    direct_message: DirectMessage
    void_message: DirectMessage
    dm_channel_id: int | None
    dm_message_id: int | None
    log_channel_id: int | None
    log_message_id: int | None
    log_digest: bytes | None
    revision: int
    created_at: datetime
    fine: int
    fined: int
    fine_state: FineState
    fine_operation_id: int | None
    freezes_points: bool


def plain_case(row: Mapping[str, Any]) -> PlainCase:
    case = PlainCase(**row)
    case.kind, case.state, case.origin = CaseKind(case.kind), CaseState(case.state), CaseOrigin(case.origin)
    case.fine_state = FineState(case.fine_state)
    case.direct_message, case.void_message = (
        DirectMessage(case.direct_message),
        DirectMessage(case.void_message),
    )
    return case
