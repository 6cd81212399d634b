"""The rows, and the single-statement steps on them."""

from database.models.audit_trail import AuditEntry, AuditFilter, Subject
from database.models.base import LONGEST_WHY, metadata, utc_now
from database.models.case import (
    LONGEST_REASON,
    MOST_CASE_POINTS,
    Case,
    CaseCounter,
    CaseKind,
    CaseRevision,
    CaseState,
    DirectMessage,
)
from database.models.case_evidence import LARGEST_EVIDENCE, CaseEvidence, EvidenceFacts, Proof
from database.models.case_reads import CaseFilter, RecordLine, WholeCase
from database.models.guild_config import (
    LONGEST_COOLDOWN_SECONDS,
    MOST_POINTS_PER_MESSAGE,
    MOST_ROLES,
    GuildConfig,
    GuildConfigChange,
    GuildSettings,
    Language,
)
from database.models.identify_slot import IdentifySlot
from database.models.ledger_steps import LedgerLine
from database.models.outbox import Delivery, OutboxRow
from database.models.points import (
    LARGEST_AMOUNT,
    LONGEST_NOTE,
    MINT,
    OperationKind,
    PointAccount,
    PointOperation,
    PointTransfer,
)
from database.models.rest_budget import RestBudget
from database.models.shard_lease import ShardLease
from database.models.standings import Place, Standing
from database.models.user import User
from database.shards import Shards

__all__ = [
    "LARGEST_AMOUNT",
    "LARGEST_EVIDENCE",
    "LONGEST_COOLDOWN_SECONDS",
    "LONGEST_NOTE",
    "LONGEST_REASON",
    "LONGEST_WHY",
    "MINT",
    "MOST_CASE_POINTS",
    "MOST_POINTS_PER_MESSAGE",
    "MOST_ROLES",
    "AuditEntry",
    "AuditFilter",
    "Case",
    "CaseCounter",
    "CaseEvidence",
    "CaseFilter",
    "CaseKind",
    "CaseRevision",
    "CaseState",
    "Delivery",
    "DirectMessage",
    "EvidenceFacts",
    "GuildConfig",
    "GuildConfigChange",
    "GuildSettings",
    "IdentifySlot",
    "Language",
    "LedgerLine",
    "OperationKind",
    "OutboxRow",
    "Place",
    "PointAccount",
    "PointOperation",
    "PointTransfer",
    "Proof",
    "RecordLine",
    "RestBudget",
    "ShardLease",
    "Shards",
    "Standing",
    "Subject",
    "User",
    "WholeCase",
    "metadata",
    "utc_now",
]
