"""Totals of periods, pairs of seats, and what a run asked for"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the store to this revision. There is no way back: a store is never downgraded."""
    op.create_table(
        "company_day",
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("measure", sa.String(length=48), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("source", "day", "measure", name=op.f("pk_company_day")),
        comment="what a vendor tells of the whole organisation alone, such as its median minutes to merge",
        sqlite_with_rowid=False,
    )
    op.create_table(
        "group_period",
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("tool", sa.String(length=32), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("segment", sa.String(length=16), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("listed", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("sessions", sa.BigInteger(), nullable=True),
        sa.Column("messages", sa.BigInteger(), nullable=True),
        sa.Column("prompts", sa.BigInteger(), nullable=True),
        sa.Column("prompt_characters", sa.BigInteger(), nullable=True),
        sa.Column("short_prompts", sa.BigInteger(), nullable=True),
        sa.Column("long_prompts", sa.BigInteger(), nullable=True),
        sa.Column("input_tokens", sa.BigInteger(), nullable=True),
        sa.Column("output_tokens", sa.BigInteger(), nullable=True),
        sa.Column("credits", sa.Float(), nullable=True),
        sa.Column("cost", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("source", "tool", "first", "last", "segment", "name", name=op.f("pk_group_period")),
        comment="period_usage by department and for the company; listed: everybody in the export, people: the active ones",
        sqlite_with_rowid=False,
    )
    op.create_table(
        "period_usage",
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("tool", sa.String(length=32), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("person", sa.LargeBinary(length=32), nullable=False),
        sa.Column("model", sa.String(length=64), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("active_days", sa.Integer(), nullable=True),
        sa.Column("sessions", sa.BigInteger(), nullable=True),
        sa.Column("messages", sa.BigInteger(), nullable=True),
        sa.Column("prompts", sa.BigInteger(), nullable=True),
        sa.Column("prompt_characters", sa.BigInteger(), nullable=True),
        sa.Column("short_prompts", sa.BigInteger(), nullable=True),
        sa.Column("long_prompts", sa.BigInteger(), nullable=True),
        sa.Column("input_tokens", sa.BigInteger(), nullable=True),
        sa.Column("output_tokens", sa.BigInteger(), nullable=True),
        sa.Column("credits", sa.Float(), nullable=True),
        sa.Column("cost", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("source", "tool", "first", "last", "person", "model", name=op.f("pk_period_usage")),
        comment="totals of a whole period, of a vendor's manual export; they are never added to usage, which is by day",
        sqlite_with_rowid=False,
    )
    op.create_table(
        "seat_pair_week",
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("segment", sa.String(length=16), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("tool", sa.String(length=32), nullable=False),
        sa.Column("other", sa.String(length=32), nullable=False),
        sa.Column("holders", sa.Integer(), nullable=False),
        sa.Column("used_both", sa.Integer(), nullable=False),
        sa.Column("used_tool", sa.Integer(), nullable=False),
        sa.Column("used_other", sa.Integer(), nullable=False),
        sa.Column("used_neither", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("week", "segment", "name", "tool", "other", name=op.f("pk_seat_pair_week")),
        comment="people who hold a seat of both tools (tool before other, by name), and which of the two they used of late",
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("group_week", schema=None) as batch_op:
        batch_op.add_column(sa.Column("several_seats", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("several_using_none", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("several_using_one", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("several_using_more", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("several_unused_spend", sa.Float(), nullable=True))

    with op.batch_alter_table("run", schema=None) as batch_op:
        batch_op.add_column(sa.Column("asked_from", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("asked_to", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("pages", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("warnings", sa.Text(), server_default="[]", nullable=False))
        batch_op.add_column(sa.Column("next_try", sa.DateTime(timezone=True), nullable=True))

    # The new columns of the weeks that are there already get filled by the next refresh.
    due = sa.table("rollup_due", sa.column("week", sa.Date()), sa.column("facts", sa.Boolean()))
    weeks = sa.table("group_week", sa.column("week", sa.Date()))
    known = sa.select(due.c.week)
    missing = sa.select(weeks.c.week, sa.false()).where(weeks.c.week.not_in(known)).distinct()
    op.execute(sa.insert(due).from_select(["week", "facts"], missing))
