"""The audit trail: why settings changed, rows that nobody rewrites, and one view of who did what."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None
runs_with = "0001"

ONLY_ADDED = ("case_evidence", "case_revisions", "guild_config_changes", "point_transfers")
KEPT = ("cases", "point_operations")
EMPTIED_BY_ROW = ("case_counters", "guild_configs", "outbox", "point_accounts", "users")
OF_GUILDS = (*ONLY_ADDED, *KEPT, *EMPTIED_BY_ROW)
"""TRUNCATE asks no row-level security: it would empty every server's."""
GIVEN_REASONS = ("case_revisions", "guild_config_changes")
INTERACTION_KEY = "uq_guild_config_changes_guild_id_interaction_id"
FACTS_OF_A_CASE = ("guild_id", "number", "kind", "target_id", "moderator_id", "interaction_id", "created_at")
FACTS_OF_AN_OPERATION = (
    "guild_id",
    "operation_id",
    "source",
    "external_id",
    "request_hash",
    "kind",
    "actor_id",
    "note",
    "asked_at",
)

AUDIT_TRAIL = """
    CREATE VIEW audit_trail WITH (security_invoker = true) AS
    SELECT guild_id, changed_at AS at, changed_by_id AS actor_id, 'config' AS subject, version AS subject_id,
        0::bigint AS step, NULL::bigint AS target_id, setting AS field, before, after, why
    FROM guild_config_changes
    UNION ALL
    SELECT guild_id, created_at, moderator_id, 'case', number, 0, target_id, 'opened', NULL, to_jsonb(kind),
        coalesce((SELECT r.before FROM case_revisions r
                  WHERE r.guild_id = c.guild_id AND r.number = c.number AND r.field = 'reason'
                  ORDER BY r.revision LIMIT 1), reason)
    FROM cases c
    UNION ALL
    SELECT r.guild_id, r.edited_at, r.editor_id, 'case', r.number, r.revision, c.target_id, r.field,
        to_jsonb(r.before), to_jsonb(r.after), r.why
    FROM case_revisions r JOIN cases c ON c.guild_id = r.guild_id AND c.number = r.number
    UNION ALL
    SELECT o.guild_id, o.asked_at, o.actor_id, 'points', o.operation_id, t.transfer_id,
        CASE WHEN t.credit_id >= 1000 THEN t.credit_id ELSE t.debit_id END, 'balance',
        to_jsonb(CASE WHEN t.credit_id >= 1000 THEN t.credit_balance - t.amount ELSE t.debit_balance + t.amount END),
        to_jsonb(CASE WHEN t.credit_id >= 1000 THEN t.credit_balance ELSE t.debit_balance END),
        o.note
    FROM point_operations o
    JOIN point_transfers t ON t.guild_id = o.guild_id AND t.operation_id = o.operation_id
    WHERE o.kind NOT IN ('give', 'talk')
"""


def upgrade() -> None:
    """Most steps are a transaction of their own, so that no lock is held longer than one of them takes.

    Each may run again: a run that was killed is finished by the next.
    """
    with op.get_context().autocommit_block():
        say_why()
    op.build_index(INTERACTION_KEY, "guild_config_changes", ["guild_id", "interaction_id"], unique=True)
    op.build_index(
        "ix_point_transfers_guild_id_operation_id", "point_transfers", ["guild_id", "operation_id"]
    )
    op.build_index(
        "ix_point_operations_by_staff",
        "point_operations",
        ["guild_id", "asked_at"],
        postgresql_where=sa.text("kind NOT IN ('give', 'talk')"),
    )
    with op.get_context().autocommit_block():
        op.execute(
            """
            CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                RAISE EXCEPTION '%: %', TG_TABLE_NAME, TG_ARGV[0] USING ERRCODE = 'restrict_violation';
            END $$
            """
        )
        for table in OF_GUILDS:
            refuse(table, "never_emptied", "TRUNCATE", "is not emptied", each="STATEMENT")
        refuse("case_evidence", "only_added", "UPDATE OR DELETE", "rows are only added")
        for table in KEPT:
            refuse(table, "never_deleted", "DELETE", "no row is deleted")
        refuse(
            "cases",
            "reason_is_revised",
            "UPDATE",
            "its reason changes with a new revision",
            when="OLD.reason <> NEW.reason AND NEW.revision <> OLD.revision + 1",
        )
        refuse("cases", "facts_stay", "UPDATE", "how it was opened stays", when=changed(FACTS_OF_A_CASE))
        refuse(
            "point_operations",
            "answer_stays",
            "UPDATE",
            "a request and its answer stay",
            when=f"OLD.answer IS NOT NULL OR {changed(FACTS_OF_AN_OPERATION)}",
        )
        take_rights()
    op.execute(AUDIT_TRAIL)
    op.execute(  # the last: it stops readers until the step is committed
        f"ALTER TABLE guild_config_changes ADD CONSTRAINT {INTERACTION_KEY} UNIQUE USING INDEX {INTERACTION_KEY}"
    )


def say_why() -> None:
    """Rows from before this revision have no `why` and no interaction: nobody kept them."""
    op.execute("ALTER TABLE guild_config_changes ADD COLUMN IF NOT EXISTS interaction_id bigint")
    for table in GIVEN_REASONS:
        check = f"ck_{table}_why"
        op.execute(f"ALTER TABLE {table} ADD COLUMN IF NOT EXISTS why text")
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {check}")
        op.execute(
            f"ALTER TABLE {table} ADD CONSTRAINT {check} CHECK (length(why) BETWEEN 1 AND 500) NOT VALID"
        )
        op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {check}")


def changed(columns: tuple[str, ...]) -> str:
    old, new = (", ".join(f"{row}.{column}" for column in columns) for row in ("OLD", "NEW"))
    return f"({old}) IS DISTINCT FROM ({new})"


def refuse(
    table: str, name: str, act: str, words: str, *, each: str = "ROW", when: str | None = None
) -> None:
    op.execute(
        f"CREATE OR REPLACE TRIGGER {name} BEFORE {act} ON {table} FOR EACH {each} "
        f"{f'WHEN ({when}) ' if when else ''}EXECUTE FUNCTION refuse('{words}')"
    )


def take_rights() -> None:
    """From the owner itself, who is Reeve.

    A foreign key locks the row that it points at with its owner's rights, and a lock needs UPDATE on some column:
    point_transfers point at each other, so one column keeps it, and the trigger is the wall there.
    """
    for table in ONLY_ADDED:
        op.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM CURRENT_USER")
    op.execute("GRANT UPDATE (guild_id) ON point_transfers TO CURRENT_USER")
    for table in KEPT:
        op.execute(f"REVOKE DELETE, TRUNCATE ON {table} FROM CURRENT_USER")
    for table in EMPTIED_BY_ROW:
        op.execute(f"REVOKE TRUNCATE ON {table} FROM CURRENT_USER")


def downgrade() -> None:
    op.execute("DROP VIEW audit_trail")
    op.execute("REVOKE UPDATE (guild_id) ON point_transfers FROM CURRENT_USER")
    for table in OF_GUILDS:
        op.execute(f"GRANT UPDATE, DELETE, TRUNCATE ON {table} TO CURRENT_USER")
        op.execute(f"DROP TRIGGER never_emptied ON {table}")
    for table in KEPT:
        op.execute(f"DROP TRIGGER never_deleted ON {table}")
    op.execute("DROP TRIGGER only_added ON case_evidence")
    op.execute("DROP TRIGGER reason_is_revised ON cases")
    op.execute("DROP TRIGGER facts_stay ON cases")
    op.execute("DROP TRIGGER answer_stays ON point_operations")
    op.execute("DROP FUNCTION refuse()")
    op.drop_index("ix_point_operations_by_staff", "point_operations")
    op.drop_index("ix_point_transfers_guild_id_operation_id", "point_transfers")
    op.drop_constraint(INTERACTION_KEY, "guild_config_changes")
    op.drop_column("guild_config_changes", "interaction_id")
    for table in GIVEN_REASONS:
        op.drop_column(table, "why")
