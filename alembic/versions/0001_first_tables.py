"""First tables: settings, people, cases, the ledger, the outbox."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

GUILD_TABLES = (
    "case_counters",
    "cases",
    "guild_configs",
    "point_accounts",
    "point_operations",
    "users",
    "case_evidence",
    "case_revisions",
    "guild_config_changes",
    "outbox",
    "point_transfers",
)
ONLY_ADDED = ("case_revisions", "guild_config_changes", "point_transfers")


def upgrade() -> None:
    op.create_table(
        "case_counters",
        sa.Column("guild_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("last_number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("guild_id", name=op.f("pk_case_counters")),
    )
    op.create_table(
        "cases",
        sa.Column("guild_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("target_id", sa.BigInteger(), nullable=False),
        sa.Column("target_name", sa.Text(), nullable=False),
        sa.Column("moderator_id", sa.BigInteger(), nullable=False),
        sa.Column("moderator_name", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=True),
        sa.Column("interaction_id", sa.BigInteger(), nullable=False),
        sa.Column("direct_message", sa.Text(), nullable=False),
        sa.Column("log_channel_id", sa.BigInteger(), nullable=True),
        sa.Column("log_message_id", sa.BigInteger(), nullable=True),
        sa.Column("log_digest", sa.LargeBinary(), nullable=True),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "direct_message IN ('none', 'pending', 'sent', 'failed')", name=op.f("ck_cases_direct_message")
        ),
        sa.CheckConstraint("kind IN ('warn', 'note')", name=op.f("ck_cases_kind")),
        sa.CheckConstraint("state IN ('active', 'void')", name=op.f("ck_cases_state")),
        sa.CheckConstraint(
            "(log_channel_id IS NULL) = (log_message_id IS NULL)", name=op.f("ck_cases_log_post")
        ),
        sa.CheckConstraint("length(log_digest) = 32", name=op.f("ck_cases_log_digest")),
        sa.CheckConstraint("length(moderator_name) BETWEEN 1 AND 100", name=op.f("ck_cases_moderator_name")),
        sa.CheckConstraint("length(reason) BETWEEN 1 AND 1000", name=op.f("ck_cases_reason")),
        sa.CheckConstraint("length(target_name) BETWEEN 1 AND 100", name=op.f("ck_cases_target_name")),
        sa.CheckConstraint("number > 0", name=op.f("ck_cases_number")),
        sa.CheckConstraint("points BETWEEN 0 AND 100", name=op.f("ck_cases_points")),
        sa.PrimaryKeyConstraint("guild_id", "number", name=op.f("pk_cases")),
        sa.UniqueConstraint("guild_id", "interaction_id", name=op.f("uq_cases_guild_id_interaction_id")),
    )
    op.create_index(
        "ix_cases_guild_id_moderator_id_number", "cases", ["guild_id", "moderator_id", "number"], unique=False
    )
    op.create_index(
        "ix_cases_guild_id_target_id_number", "cases", ["guild_id", "target_id", "number"], unique=False
    )
    op.create_table(
        "guild_configs",
        sa.Column("guild_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("log_channel_id", sa.BigInteger(), nullable=True),
        sa.Column("moderator_role_ids", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("manager_role_ids", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("points_per_message", sa.Integer(), nullable=False),
        sa.Column("message_cooldown_seconds", sa.Integer(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("language IN ('en', 'de', 'es')", name=op.f("ck_guild_configs_language")),
        sa.CheckConstraint(
            "cardinality(manager_role_ids) <= 25", name=op.f("ck_guild_configs_manager_role_ids")
        ),
        sa.CheckConstraint(
            "cardinality(moderator_role_ids) <= 25", name=op.f("ck_guild_configs_moderator_role_ids")
        ),
        sa.CheckConstraint("length(time_zone) BETWEEN 1 AND 64", name=op.f("ck_guild_configs_time_zone")),
        sa.CheckConstraint(
            "message_cooldown_seconds BETWEEN 0 AND 86400", name=op.f("ck_guild_configs_message_cooldown")
        ),
        sa.CheckConstraint(
            "points_per_message BETWEEN 0 AND 1000", name=op.f("ck_guild_configs_points_per_message")
        ),
        sa.PrimaryKeyConstraint("guild_id", name=op.f("pk_guild_configs")),
    )
    op.create_table(
        "point_accounts",
        sa.Column("guild_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("balance", sa.BigInteger(), nullable=False),
        sa.Column("last_talked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(kind = 'member') = (account_id >= 1000)", name=op.f("ck_point_accounts_account_id")
        ),
        sa.CheckConstraint(
            "kind <> 'member' OR balance BETWEEN 0 AND 1000000000000", name=op.f("ck_point_accounts_balance")
        ),
        sa.CheckConstraint(
            "kind IN ('member', 'mint', 'treasury', 'burn', 'shop', 'import', 'season')",
            name=op.f("ck_point_accounts_kind"),
        ),
        sa.PrimaryKeyConstraint("guild_id", "account_id", name=op.f("pk_point_accounts")),
        postgresql_with={"fillfactor": "80"},
    )
    op.create_table(
        "point_operations",
        sa.Column("guild_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("operation_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("external_id", sa.BigInteger(), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("refusal", sa.Text(), nullable=True),
        sa.Column("answer", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('give', 'award', 'talk')", name=op.f("ck_point_operations_kind")),
        sa.CheckConstraint("source IN ('interaction', 'message')", name=op.f("ck_point_operations_source")),
        sa.CheckConstraint("length(note) BETWEEN 1 AND 200", name=op.f("ck_point_operations_note")),
        sa.CheckConstraint("length(refusal) BETWEEN 1 AND 64", name=op.f("ck_point_operations_refusal")),
        sa.CheckConstraint("length(request_hash) = 32", name=op.f("ck_point_operations_request_hash")),
        sa.PrimaryKeyConstraint("guild_id", "operation_id", name=op.f("pk_point_operations")),
        sa.UniqueConstraint(
            "guild_id", "source", "external_id", name=op.f("uq_point_operations_guild_id_source_external_id")
        ),
    )
    op.create_table(
        "users",
        sa.Column("guild_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("length(display_name) BETWEEN 1 AND 100", name=op.f("ck_users_display_name")),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 100", name=op.f("ck_users_name")),
        sa.PrimaryKeyConstraint("guild_id", "user_id", name=op.f("pk_users")),
    )
    op.create_table(
        "case_evidence",
        sa.Column("guild_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("added_by_id", sa.BigInteger(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(content) BETWEEN 1 AND 8388608", name=op.f("ck_case_evidence_content")),
        sa.CheckConstraint("length(filename) BETWEEN 1 AND 260", name=op.f("ck_case_evidence_filename")),
        sa.CheckConstraint("length(sha256) = 32", name=op.f("ck_case_evidence_sha256")),
        sa.CheckConstraint("position > 0", name=op.f("ck_case_evidence_position")),
        sa.ForeignKeyConstraint(
            ["guild_id", "number"],
            ["cases.guild_id", "cases.number"],
            name=op.f("fk_case_evidence_guild_id_number"),
        ),
        sa.PrimaryKeyConstraint("guild_id", "number", "position", name=op.f("pk_case_evidence")),
    )
    op.create_table(
        "case_revisions",
        sa.Column("guild_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("editor_id", sa.BigInteger(), nullable=False),
        sa.Column("interaction_id", sa.BigInteger(), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(after) <= 4000", name=op.f("ck_case_revisions_after")),
        sa.CheckConstraint("length(before) <= 4000", name=op.f("ck_case_revisions_before")),
        sa.CheckConstraint("length(field) BETWEEN 1 AND 64", name=op.f("ck_case_revisions_field")),
        sa.ForeignKeyConstraint(
            ["guild_id", "number"],
            ["cases.guild_id", "cases.number"],
            name=op.f("fk_case_revisions_guild_id_number"),
        ),
        sa.PrimaryKeyConstraint("guild_id", "number", "revision", name=op.f("pk_case_revisions")),
        sa.UniqueConstraint(
            "guild_id", "interaction_id", name=op.f("uq_case_revisions_guild_id_interaction_id")
        ),
    )
    op.create_table(
        "guild_config_changes",
        sa.Column("guild_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("setting", sa.Text(), nullable=False),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("after", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("changed_by_id", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(setting) BETWEEN 1 AND 64", name=op.f("ck_guild_config_changes_setting")),
        sa.ForeignKeyConstraint(
            ["guild_id"], ["guild_configs.guild_id"], name=op.f("fk_guild_config_changes_guild_id")
        ),
        sa.PrimaryKeyConstraint("guild_id", "version", name=op.f("pk_guild_config_changes")),
    )
    op.create_table(
        "outbox",
        sa.Column("guild_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("outbox_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("case_number", sa.BigInteger(), nullable=False),
        sa.Column("generation", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('case_log', 'case_direct_message')", name=op.f("ck_outbox_kind")),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_outbox_attempts")),
        sa.CheckConstraint("length(last_error) <= 500", name=op.f("ck_outbox_last_error")),
        sa.ForeignKeyConstraint(
            ["guild_id", "case_number"],
            ["cases.guild_id", "cases.number"],
            name=op.f("fk_outbox_guild_id_case_number"),
        ),
        sa.PrimaryKeyConstraint("guild_id", "outbox_id", name=op.f("pk_outbox")),
        sa.UniqueConstraint(
            "guild_id", "kind", "case_number", name=op.f("uq_outbox_guild_id_kind_case_number")
        ),
    )
    op.create_index("ix_outbox_due_at", "outbox", ["due_at"], unique=False)
    op.create_table(
        "point_transfers",
        sa.Column("guild_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("transfer_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operation_id", sa.BigInteger(), nullable=False),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("debit_id", sa.BigInteger(), nullable=False),
        sa.Column("credit_id", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("debit_balance", sa.BigInteger(), nullable=True),
        sa.Column("credit_balance", sa.BigInteger(), nullable=True),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("reverses_id", sa.BigInteger(), nullable=True),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(phase IN ('capture', 'void')) = (parent_id IS NOT NULL)",
            name=op.f("ck_point_transfers_parent_id"),
        ),
        sa.CheckConstraint(
            "phase IN ('post', 'hold', 'capture', 'void')", name=op.f("ck_point_transfers_phase")
        ),
        sa.CheckConstraint("amount BETWEEN 1 AND 1000000000000", name=op.f("ck_point_transfers_amount")),
        sa.CheckConstraint("debit_id <> credit_id", name=op.f("ck_point_transfers_accounts")),
        sa.ForeignKeyConstraint(
            ["guild_id", "credit_id"],
            ["point_accounts.guild_id", "point_accounts.account_id"],
            name=op.f("fk_point_transfers_guild_id_credit_id"),
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "debit_id"],
            ["point_accounts.guild_id", "point_accounts.account_id"],
            name=op.f("fk_point_transfers_guild_id_debit_id"),
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "operation_id"],
            ["point_operations.guild_id", "point_operations.operation_id"],
            name=op.f("fk_point_transfers_guild_id_operation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "parent_id"],
            ["point_transfers.guild_id", "point_transfers.transfer_id"],
            name=op.f("fk_point_transfers_guild_id_parent_id"),
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "reverses_id"],
            ["point_transfers.guild_id", "point_transfers.transfer_id"],
            name=op.f("fk_point_transfers_guild_id_reverses_id"),
        ),
        sa.PrimaryKeyConstraint("guild_id", "transfer_id", name=op.f("pk_point_transfers")),
        sa.UniqueConstraint("guild_id", "parent_id", name=op.f("uq_point_transfers_guild_id_parent_id")),
        sa.UniqueConstraint("guild_id", "reverses_id", name=op.f("uq_point_transfers_guild_id_reverses_id")),
    )
    op.create_index(
        "ix_point_transfers_guild_id_credit_id_transfer_id",
        "point_transfers",
        ["guild_id", "credit_id", "transfer_id"],
        unique=False,
    )
    op.create_index(
        "ix_point_transfers_guild_id_debit_id_transfer_id",
        "point_transfers",
        ["guild_id", "debit_id", "transfer_id"],
        unique=False,
    )
    op.create_index(
        "ix_point_transfers_guild_id_posted_at", "point_transfers", ["guild_id", "posted_at"], unique=False
    )
    for table in GUILD_TABLES:
        show_only_the_guild(table)
    op.execute(
        """
        CREATE FUNCTION refuse_to_rewrite() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'rows of % are only added', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
        END $$
        """
    )
    for table in ONLY_ADDED:
        op.execute(
            f"CREATE TRIGGER only_added BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_to_rewrite()"
        )


def show_only_the_guild(table: str) -> None:
    """Row-level security: a transaction says for which guild it runs, or that it is the system's own.

    The setting comes back as an empty string, not NULL, after a transaction: hence NULLIF.
    """
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY one_guild ON {table} USING ("
        "guild_id = NULLIF(current_setting('reeve.guild_id', true), '')::bigint "
        "OR current_setting('reeve.system', true) = 'on')"
    )


def downgrade() -> None:
    op.drop_index("ix_point_transfers_guild_id_posted_at", table_name="point_transfers")
    op.drop_index("ix_point_transfers_guild_id_debit_id_transfer_id", table_name="point_transfers")
    op.drop_index("ix_point_transfers_guild_id_credit_id_transfer_id", table_name="point_transfers")
    op.drop_table("point_transfers")
    op.drop_index("ix_outbox_due_at", table_name="outbox")
    op.drop_table("outbox")
    op.drop_table("guild_config_changes")
    op.drop_table("case_revisions")
    op.drop_table("case_evidence")
    op.drop_table("users")
    op.drop_table("point_operations")
    op.drop_table("point_accounts")
    op.drop_table("guild_configs")
    op.drop_index("ix_cases_guild_id_target_id_number", table_name="cases")
    op.drop_index("ix_cases_guild_id_moderator_id_number", table_name="cases")
    op.drop_table("cases")
    op.drop_table("case_counters")
    op.execute("DROP FUNCTION refuse_to_rewrite()")
