"""Keep where the bot may speak by itself, and what was shown there."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the store to this revision. There is no way back: a store is never downgraded."""
    op.create_table(
        "conversations",
        sa.Column("id", sa.String(400), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("tenant", sa.String(64), nullable=False),
        sa.Column("team", sa.String(400), nullable=False),
        sa.Column("person", sa.String(400), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("changed", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.Column("greeted", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversations")),
        comment=(
            "where the bot may speak by itself, by opaque ids; state: 'active', 'paused' (posts are refused) or "
            "'removed'; told: somebody was told that it is no longer active"
        ),
    )
    op.create_index(op.f("ix_conversations_person"), "conversations", ["person"])
    op.create_table(
        "shown_picture",
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("png", sa.LargeBinary(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_shown_picture")),
        comment="pictures of cards that were posted, to be fetched by a name that nobody can guess",
    )
    op.create_table(
        "shown_card",
        sa.Column("conversation", sa.String(400), nullable=False),
        sa.Column("message", sa.String(64), nullable=False),
        sa.Column("card", sa.Text(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("conversation", "message", name=op.f("pk_shown_card")),
        comment="cards that were posted with buttons that change them, as they stand",
    )
