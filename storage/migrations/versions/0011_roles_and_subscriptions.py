"""Roles given while the bot runs, subscriptions, and what deliveries are claimed by."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the store to this revision. There is no way back: a store is never downgraded."""
    with op.batch_alter_table(
        "outbox",
        schema=None,
        table_kwargs={
            "comment": (
                "state: 'claimed' (being made), 'sending' (perhaps posted), 'sent', 'failed' (known not to have gone "
                "out) or 'unknown'; token: of the claim"
            )
        },
    ) as batch_op:
        batch_op.add_column(sa.Column("token", sa.String(length=32), nullable=True))
    op.create_table(
        "subscription",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("what", sa.String(length=16), nullable=False),
        sa.Column("audience", sa.String(length=16), nullable=False),
        sa.Column("platform", sa.String(length=16), nullable=False),
        sa.Column("place", sa.String(length=128), nullable=False),
        sa.Column("departments", sa.Text(), nullable=False),
        sa.Column("day", sa.String(length=16), nullable=False),
        sa.Column("at", sa.String(length=5), nullable=False),
        sa.Column("timezone", sa.String(length=64), nullable=False),
        sa.Column("thread_only", sa.Boolean(), nullable=False),
        sa.Column("skip_empty", sa.Boolean(), nullable=False),
        sa.Column("owner", sa.String(length=128), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription")),
        comment="departments: a JSON list of those it tells of, empty for all its owner may see",
    )
    op.create_table(
        "subscription_state",
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("paused", sa.Text(), nullable=False),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_by", sa.String(length=128), nullable=False),
        sa.Column("introduced", sa.Boolean(), nullable=False),
        sa.Column("done", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_subscription_state")),
        comment="paused: why, or ''; done: the newest due moment dealt with; trouble: what its owner was told last",
    )
    op.create_table(
        "place_mute",
        sa.Column("place", sa.String(length=128), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("by", sa.String(length=128), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("place", "kind", "what", name=op.f("pk_place_mute")),
        comment="kind: 'department' or 'finding' (by key); quiet in this place before the day `until`, for everyone in it",
    )
    op.create_table(
        "role_grant",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("who", sa.String(length=128), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("department", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=128), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=128), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grant")),
        comment="who: an opaque user id, or 'group:' and a group's; one row a department, '' for the company alone",
    )
