"""The rows, and the single-statement steps on them."""

from database.models.base import metadata, utc_now
from database.models.case import Case, CaseCounter, CaseKind, CaseRevision, CaseState, DirectMessage
from database.models.case_evidence import CaseEvidence
from database.models.guild_config import GuildConfig, GuildConfigChange, Language
from database.models.outbox import Delivery, OutboxRow
from database.models.points import OperationKind, PointAccount, PointOperation, PointTransfer
from database.models.user import User

__all__ = [
    "Case",
    "CaseCounter",
    "CaseEvidence",
    "CaseKind",
    "CaseRevision",
    "CaseState",
    "Delivery",
    "DirectMessage",
    "GuildConfig",
    "GuildConfigChange",
    "Language",
    "OperationKind",
    "OutboxRow",
    "PointAccount",
    "PointOperation",
    "PointTransfer",
    "User",
    "metadata",
    "utc_now",
]
