"""Who kept using a tool, who came and who stopped"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the store to this revision. There is no way back: a store is never downgraded."""
    op.create_table(
        "cohort_week",
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("tool", sa.String(length=32), nullable=False),
        sa.Column("segment", sa.String(length=16), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kept", sa.Integer(), nullable=False),
        sa.Column("newcomers", sa.Integer(), nullable=False),
        sa.Column("returned", sa.Integer(), nullable=False),
        sa.Column("lapsed", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("week", "tool", "segment", "name", name=op.f("pk_cohort_week")),
        comment="the people active in four weeks against those of the four before; lapsed are those of before alone",
        sqlite_with_rowid=False,
    )
    # The weeks that are there already get theirs by the next refresh.
    due = sa.table("rollup_due", sa.column("week", sa.Date()), sa.column("facts", sa.Boolean()))
    weeks = sa.table("group_week", sa.column("week", sa.Date()))
    known = sa.select(due.c.week)
    missing = sa.select(weeks.c.week, sa.false()).where(weeks.c.week.not_in(known)).distinct()
    op.execute(sa.insert(due).from_select(["week", "facts"], missing))
