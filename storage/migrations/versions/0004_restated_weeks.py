"""Weeks that were restated"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the store to this revision. There is no way back: a store is never downgraded."""
    op.create_table(
        "restated",
        sa.Column("tool", sa.String(length=32), nullable=False),
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("measure", sa.String(length=32), nullable=False),
        sa.Column("before", sa.Float(), nullable=False),
        sa.Column("after", sa.Float(), nullable=False),
        sa.Column("noted", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("tool", "week", "measure", name=op.f("pk_restated")),
        comment="company totals of weeks long complete that their source told otherwise later; before: as first told",
        sqlite_with_rowid=False,
    )
