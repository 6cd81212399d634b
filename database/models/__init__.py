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
from database.models.case_evidence import (
    LARGEST_EVIDENCE,
    MOST_EVIDENCE,
    MOST_EVIDENCE_BYTES,
    CaseEvidence,
    EvidenceFacts,
    EvidenceKind,
    Proof,
)
from database.models.case_export import CaseExport, ExportFormat
from database.models.case_note import LONGEST_CASE_NOTE, MOST_CASE_NOTES, CaseNote
from database.models.case_reads import CaseFilter, RecordLine, WholeCase
from database.models.dm_template import LONGEST_TEMPLATE, TEMPLATE_SETTING, DmTemplate, TemplateKind
from database.models.guild_config import (
    BOUNDS,
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
    "BOUNDS",
    "LARGEST_AMOUNT",
    "LARGEST_EVIDENCE",
    "LONGEST_CASE_NOTE",
    "LONGEST_NOTE",
    "LONGEST_REASON",
    "LONGEST_TEMPLATE",
    "LONGEST_WHY",
    "MINT",
    "MOST_CASE_NOTES",
    "MOST_CASE_POINTS",
    "MOST_EVIDENCE",
    "MOST_EVIDENCE_BYTES",
    "MOST_ROLES",
    "TEMPLATE_SETTING",
    "AuditEntry",
    "AuditFilter",
    "Case",
    "CaseCounter",
    "CaseEvidence",
    "CaseExport",
    "CaseFilter",
    "CaseKind",
    "CaseNote",
    "CaseRevision",
    "CaseState",
    "Delivery",
    "DirectMessage",
    "DmTemplate",
    "EvidenceFacts",
    "EvidenceKind",
    "ExportFormat",
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
    "TemplateKind",
    "User",
    "WholeCase",
    "metadata",
    "utc_now",
]
