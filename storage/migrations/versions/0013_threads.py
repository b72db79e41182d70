"""Threads and what was asked in them last"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the store to this revision. There is no way back: a store is never downgraded."""
    op.create_table(
        "thread",
        sa.Column("thread", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("thread", name=op.f("pk_thread")),
        comment="the last question of a thread as it was understood, never its text; forgotten after a day",
    )
