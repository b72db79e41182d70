"""Count the seats that are too new to be called unused."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the store to this revision. There is no way back: a store is never downgraded."""
    with op.batch_alter_table("group_week", schema=None) as batch_op:
        batch_op.add_column(sa.Column("seats_in_grace", sa.Integer(), nullable=True))

    # The weeks that are there already get theirs by the next refresh.
    due = sa.table("rollup_due", sa.column("week", sa.Date()), sa.column("facts", sa.Boolean()))
    weeks = sa.table("group_week", sa.column("week", sa.Date()))
    known = sa.select(due.c.week)
    missing = sa.select(weeks.c.week, sa.false()).where(weeks.c.week.not_in(known)).distinct()
    op.execute(sa.insert(due).from_select(["week", "facts"], missing))
