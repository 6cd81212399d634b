"""The rows, and the single-statement steps on them."""

from database.ladder import Climb
from database.local_days import beginning, days_of_week, last_days, today, week_of
from database.models import (
    case_link,
    earning,
    identify_slot,
    level,
    point_batch,
    point_freeze,
    proof,
    rest_budget,
    shop,
)
from database.models.account_lines import LedgerLine
from database.models.act import ACT_LEASE, Act, ActKind, ActState, Purpose
from database.models.appeal import APPEALABLE, LONGEST_APPEAL, Appeal, AppealState
from database.models.appeal_steps import OwnCase
from database.models.audit_trail import AuditEntry, AuditFilter, Subject
from database.models.automod import AutomodMode, AutomodRule
from database.models.base import LONGEST_WHY, metadata, utc_now
from database.models.board import ALL_TIME, Board, BoardKind, BoardRow, Progress
from database.models.board_reads import PAGE_SIZE, BoardPage, Key, Standing
from database.models.by_hand import SOMEBODY, AuditCursor, Deed
from database.models.case import (
    FOLLOWED,
    LONGEST_REASON,
    MOST_CASE_POINTS,
    NEVER_BEGUN,
    OVER_MEANWHILE,
    REPLACED,
    Case,
    CaseKind,
    CaseOrigin,
    CaseRevision,
    CaseState,
    DirectMessage,
    FineState,
    followed,
)
from database.models.case_evidence import (
    LARGEST_EVIDENCE,
    MOST_EVIDENCE,
    CaseEvidence,
    EvidenceFacts,
    EvidenceKind,
    Proof,
)
from database.models.case_export import ExportFormat
from database.models.case_note import LONGEST_CASE_NOTE, MOST_CASE_NOTES, CaseNote
from database.models.case_plan import (
    LONGEST_DELETION_SECONDS,
    NO_PLAN,
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
from database.models.digest import Digest, DigestState
from database.models.dm_template import LONGEST_TEMPLATE, TemplateKind
from database.models.draft import Draft, DraftState, ShownDraft
from database.models.guild_config import (
    BOUNDS,
    MOST_ROLES,
    GuildConfig,
    GuildConfigChange,
    GuildSettings,
    Language,
)
from database.models.job import ActAlert, Job, JobFilter, JobSource, Waiting
from database.models.ladder import (
    LONGEST_PRESET_NAME,
    STEP_KINDS,
    Escalating,
    LadderStep,
    Reached,
    ReasonPreset,
)
from database.models.mass import (
    CHUNK_SIZE,
    MOST_TARGETS,
    MassJob,
    MassProgress,
    MassResult,
    MassState,
    NextTargets,
    Target,
)
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
    ReportReply,
    ReportState,
    ReportStepKind,
    ReportVoice,
)
from database.models.report_steps import ReportFilter, WholeReport
from database.models.restriction import Restriction, RestrictionKind
from database.models.season import LONGEST_SEASON_NAME, MOST_SEASONS, Season
from database.models.shard_lease import ShardLease
from database.models.staff_guard import GUARD_WINDOW, GUARDED_KINDS
from database.models.statistics import ModeratorLine, Statistics
from database.models.user import User
from database.shards import Shards

OF_THE_WHOLE = (case_link, earning, identify_slot, level, point_batch, point_freeze, proof, rest_budget, shop)
"""Modules of which nobody asks here for a name: their tables belong to the schema all the same."""

__all__ = [
    "ACT_LEASE",
    "ALL_TIME",
    "APPEALABLE",
    "BOUNDS",
    "CHUNK_SIZE",
    "FOLLOWED",
    "GUARDED_KINDS",
    "GUARD_WINDOW",
    "LARGEST_AMOUNT",
    "LARGEST_EVIDENCE",
    "LONGEST_APPEAL",
    "LONGEST_CASE_NOTE",
    "LONGEST_DELETION_SECONDS",
    "LONGEST_NOTE",
    "LONGEST_PRESET_NAME",
    "LONGEST_REASON",
    "LONGEST_REPORT",
    "LONGEST_SEASON_NAME",
    "LONGEST_TEMPLATE",
    "LONGEST_WHY",
    "MINT",
    "MOST_CASE_NOTES",
    "MOST_CASE_POINTS",
    "MOST_EVIDENCE",
    "MOST_ROLES",
    "MOST_SEASONS",
    "MOST_TARGETS",
    "NEVER_BEGUN",
    "NO_PLAN",
    "OVER_MEANWHILE",
    "PAGE_SIZE",
    "REPLACED",
    "SOMEBODY",
    "STEP_KINDS",
    "Act",
    "ActAlert",
    "ActKind",
    "ActState",
    "Appeal",
    "AppealState",
    "AuditCursor",
    "AuditEntry",
    "AuditFilter",
    "AutomodMode",
    "AutomodRule",
    "Board",
    "BoardKind",
    "BoardPage",
    "BoardRow",
    "Case",
    "CaseEvidence",
    "CaseFilter",
    "CaseKind",
    "CaseNote",
    "CaseOrigin",
    "CaseRevision",
    "CaseState",
    "Climb",
    "Deed",
    "Delivery",
    "Digest",
    "DigestState",
    "DirectMessage",
    "Draft",
    "DraftState",
    "Escalating",
    "EvidenceFacts",
    "EvidenceKind",
    "ExportFormat",
    "FineState",
    "FromReport",
    "GuildConfig",
    "GuildConfigChange",
    "GuildSettings",
    "Job",
    "JobFilter",
    "JobSource",
    "Key",
    "LadderStep",
    "Language",
    "LedgerLine",
    "MassJob",
    "MassProgress",
    "MassResult",
    "MassState",
    "ModeratorLine",
    "NextTargets",
    "OperationKind",
    "OutboxRow",
    "OwnCase",
    "Plan",
    "PointAccount",
    "PointOperation",
    "PointTransfer",
    "Progress",
    "Proof",
    "Purpose",
    "Reached",
    "ReasonPreset",
    "RecordLine",
    "Report",
    "ReportFilter",
    "ReportReply",
    "ReportState",
    "ReportStepKind",
    "ReportVoice",
    "Restriction",
    "RestrictionKind",
    "RolesMeanwhile",
    "Season",
    "ShardLease",
    "Shards",
    "ShownDraft",
    "Standing",
    "Statistics",
    "Subject",
    "Target",
    "TemplateKind",
    "User",
    "Waiting",
    "WholeCase",
    "WholeReport",
    "beginning",
    "days_of_week",
    "followed",
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
