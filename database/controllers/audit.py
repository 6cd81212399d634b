"""The audit trail: it is written by every action that changes settings, cases or points, and only read here."""

from database.controllers._base import ListController
from database.models.audit_trail import AUDIT_TRAIL, AuditEntry, AuditFilter


class AuditController(ListController[AuditEntry, AuditFilter]):
    topic = "audit"
    listing = AUDIT_TRAIL
