"""The schema and its revisions: where it is, where it can go, what differs, and going there."""

from database.migrations.backup_first import back_up, require_backup
from database.migrations.chain import OURS, Chain, Revision
from database.migrations.differences import check
from database.migrations.moving import downgrade, upgrade
from database.migrations.plan import PlannedStep, pending_steps, plan, sql
from database.migrations.skew import current, require_schema, standing

history = OURS.history

__all__ = [
    "OURS",
    "Chain",
    "PlannedStep",
    "Revision",
    "back_up",
    "check",
    "current",
    "downgrade",
    "history",
    "pending_steps",
    "plan",
    "require_backup",
    "require_schema",
    "sql",
    "standing",
    "upgrade",
]
