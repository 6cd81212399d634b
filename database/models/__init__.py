"""The rows, and the single-statement steps on them."""

from database.local_days import beginning, days_of_week, last_days, today, week_of
from database.models.act import ACT_LEASE, NEVER, Act, ActKind, ActState, Purpose
from database.models.audit_trail import AuditEntry, AuditFilter, Subject
from database.models.automod import MOST_AUTOMOD_RULES, AutomodMode, AutomodRule
from database.models.base import LONGEST_WHY, metadata, utc_now
from database.models.by_hand import SOMEBODY, AuditCursor, Deed
from database.models.case import (
    LONGEST_REASON,
    MOST_CASE_POINTS,
    Case,
    CaseCounter,
    CaseKind,
    CaseOrigin,
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
from database.models.case_link import CaseLink
from database.models.case_note import LONGEST_CASE_NOTE, MOST_CASE_NOTES, CaseNote
from database.models.case_plan import (
    LONGEST_DELETION_SECONDS,
    NO_PLAN,
    PLANNED_KINDS,
    Plan,
    RolesMeanwhile,
    plan_ban,
    plan_kick,
    plan_lock,
    plan_purge,
    plan_slowmode,
    plan_softban,
    plan_timeout,
    plan_unban,
    plan_unlock,
    plan_untimeout,
)
from database.models.case_reads import CaseFilter, RecordLine, WholeCase
from database.models.digest import Digest, DigestServer, DigestState
from database.models.dm_template import LONGEST_TEMPLATE, TEMPLATE_SETTING, DmTemplate, TemplateKind
from database.models.draft import Draft, DraftFile, DraftState
from database.models.guild_config import (
    BOUNDS,
    MOST_ROLES,
    GuildConfig,
    GuildConfigChange,
    GuildSettings,
    Language,
)
from database.models.identify_slot import IdentifySlot
from database.models.ladder import STEP_KINDS, LadderClimb, LadderStep, ReasonPreset
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
from database.models.report import (
    LONGEST_REPORT,
    FromReport,
    Report,
    ReportCounter,
    ReportFile,
    ReportReply,
    ReportState,
    ReportStep,
    ReportStepKind,
    ReportVoice,
)
from database.models.report_steps import ReportFilter, SnapshotFile, WholeReport
from database.models.rest_budget import RestBudget
from database.models.restriction import Restriction, RestrictionKind
from database.models.shard_lease import ShardLease
from database.models.standings import Place, Standing
from database.models.statistics import ModeratorLine, RecordByMonth, Statistics
from database.models.user import User
from database.shards import Shards

__all__ = [
    "ACT_LEASE",
    "BOUNDS",
    "LARGEST_AMOUNT",
    "LARGEST_EVIDENCE",
    "LONGEST_CASE_NOTE",
    "LONGEST_DELETION_SECONDS",
    "LONGEST_NOTE",
    "LONGEST_REASON",
    "LONGEST_REPORT",
    "LONGEST_TEMPLATE",
    "LONGEST_WHY",
    "MINT",
    "MOST_AUTOMOD_RULES",
    "MOST_CASE_NOTES",
    "MOST_CASE_POINTS",
    "MOST_EVIDENCE",
    "MOST_EVIDENCE_BYTES",
    "MOST_ROLES",
    "NEVER",
    "NO_PLAN",
    "PLANNED_KINDS",
    "SOMEBODY",
    "STEP_KINDS",
    "TEMPLATE_SETTING",
    "Act",
    "ActKind",
    "ActState",
    "AuditCursor",
    "AuditEntry",
    "AuditFilter",
    "AutomodMode",
    "AutomodRule",
    "Case",
    "CaseCounter",
    "CaseEvidence",
    "CaseExport",
    "CaseFilter",
    "CaseKind",
    "CaseLink",
    "CaseNote",
    "CaseOrigin",
    "CaseRevision",
    "CaseState",
    "Deed",
    "Delivery",
    "Digest",
    "DigestServer",
    "DigestState",
    "DirectMessage",
    "DmTemplate",
    "Draft",
    "DraftFile",
    "DraftState",
    "EvidenceFacts",
    "EvidenceKind",
    "ExportFormat",
    "FromReport",
    "GuildConfig",
    "GuildConfigChange",
    "GuildSettings",
    "IdentifySlot",
    "LadderClimb",
    "LadderStep",
    "Language",
    "LedgerLine",
    "ModeratorLine",
    "OperationKind",
    "OutboxRow",
    "Place",
    "Plan",
    "PointAccount",
    "PointOperation",
    "PointTransfer",
    "Proof",
    "Purpose",
    "ReasonPreset",
    "RecordByMonth",
    "RecordLine",
    "Report",
    "ReportCounter",
    "ReportFile",
    "ReportFilter",
    "ReportReply",
    "ReportState",
    "ReportStep",
    "ReportStepKind",
    "ReportVoice",
    "RestBudget",
    "Restriction",
    "RestrictionKind",
    "RolesMeanwhile",
    "ShardLease",
    "Shards",
    "SnapshotFile",
    "Standing",
    "Statistics",
    "Subject",
    "TemplateKind",
    "User",
    "WholeCase",
    "WholeReport",
    "beginning",
    "days_of_week",
    "last_days",
    "metadata",
    "plan_ban",
    "plan_kick",
    "plan_lock",
    "plan_purge",
    "plan_slowmode",
    "plan_softban",
    "plan_timeout",
    "plan_unban",
    "plan_unlock",
    "plan_untimeout",
    "today",
    "utc_now",
    "week_of",
]
